import subprocess
import sys
import unicodedata
from importlib.resources import files
from pathlib import Path

import pytest

from lecture11.datasets import declaration
from lecture11.datasets.declaration import LANGUAGES

ARTICLE_1 = {
    "czech": "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv.",
    "english": "All human beings are born free and equal in dignity and rights.",
    "finnish": "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.",
    "german": "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "spanish": "Todos los seres humanos nacen libres e iguales en dignidad y derechos",
}

each_language = pytest.mark.parametrize("language", LANGUAGES)


@each_language
def test_it_begins_with_article_one(language: str):
    assert ARTICLE_1[language] in declaration(language)


@each_language
def test_it_is_whole_and_clean(language: str):
    text = declaration(language)
    assert 9_000 < len(text) < 13_000
    assert unicodedata.is_normalized("NFC", text)
    assert text.endswith(".\n")
    assert not set("<>&\t\r\u00a0") & set(text)
    lines = text.splitlines()
    assert all(line and line == line.strip() and "  " not in line for line in lines)
    headings = [line for line in lines if len(line) < 20 and any(c.isdigit() for c in line)]
    numbers = [int("".join(c for c in line if c.isdigit())) for line in headings]
    assert numbers == list(range(1, 31))  # the thirty articles


def test_another_language_is_refused_with_a_list():
    with pytest.raises(ValueError, match=r"language: expected one of czech, .*; got 'latin'"):
        declaration("latin")


PAGE = """<!doctype html><html><head><title>Not a line</title></head><body>
<h1>A   <em>title</em></h1><header><h2>Preamble</h2><p>Whereas u&#x30A; &amp;
so on</p></header><article><ol><li><p>One.</p></li><li><p>Two.</p></li></ol><p> </p></article>
</body></html>"""


def test_the_builder_reads_headings_and_paragraphs(tmp_path: Path):
    """From pages like those of the package, which the tests do not have."""
    (tmp_path / "package" / "declaration").mkdir(parents=True)
    for code in ("ces", "eng", "fin", "deu_1996", "spa"):
        page = tmp_path / "package" / "declaration" / f"{code}.html"
        page.write_text(PAGE.replace("One", code), encoding="utf-8")
    script = files("lecture11.datasets") / "builders" / "declaration.py"
    command = [sys.executable, str(script), str(tmp_path / "package"), str(tmp_path)]
    subprocess.run(command, check=True)
    assert sorted(path.name for path in tmp_path.glob("*.txt")) == [
        f"declaration_{language}.txt" for language in LANGUAGES
    ]
    german = (tmp_path / "declaration_german.txt").read_bytes().decode()
    assert german == "A title\nPreamble\nWhereas ů & so on\ndeu_1996.\nTwo.\n"
