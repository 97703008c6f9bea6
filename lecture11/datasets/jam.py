"""The word "jam": what WordNet says it means, and sentences that use it.

The slide has three: "I eat grape jam", "I was in a traffic jam", "Be careful not to jam your finger
in the door". WordNet 3.0 (Princeton University, 2006) lists eleven senses. The sentences are ours,
written for this course before any model had seen them; so are their labels.
"""

import json
from importlib.resources import files
from typing import Literal, NamedTuple

SENSES = ("food", "traffic", "squeeze", "music")
"""Four coarse senses: to eat; a blockage, or to block; to press or crush; to play, or a session."""


class WordNetSense(NamedTuple):
    """One of WordNet's senses."""

    part: Literal["noun", "verb"]
    """Part of speech."""
    lemmas: tuple[str, ...]
    """The words that share this sense."""
    gloss: str
    """Its definition, and examples."""


class JamSentence(NamedTuple):
    """A sentence, and how it uses the word."""

    text: str
    """In lower case, with a form of "jam" in it."""
    part: Literal["noun", "verb"]
    """Part of speech of the word: the condition c."""
    sense: str
    """One of :data:`SENSES`: the latent z, known here to score with."""


def wordnet_jam() -> tuple[WordNetSense, ...]:
    """WordNet's eleven senses of "jam", nouns first."""
    file = files("lecture11.datasets") / "files" / "wordnet_jam.json"
    rows = json.loads(file.read_text(encoding="utf-8"))
    return tuple(WordNetSense(row["part"], tuple(row["lemmas"]), row["gloss"]) for row in rows)


def jam_sentences() -> tuple[JamSentence, ...]:
    """Sixty sentences, fifteen for each sense; the slide's three are the first of their senses."""
    return tuple(
        JamSentence(text, part, sense)
        for sense in SENSES
        for part, texts in _SENTENCES[sense].items()
        for text in texts
    )


_SENTENCES: dict[str, dict[Literal["noun", "verb"], tuple[str, ...]]] = {
    "food": {
        "noun": (
            "i eat grape jam",
            "she spread strawberry jam on the bread",
            "a jar of homemade jam stood on the kitchen table",
            "he likes toast with butter and jam for breakfast",
            "the recipe needs sugar and fruit to make jam",
            "we bought cherry jam and fresh cheese at the market",
            "the children ate pancakes with raspberry jam",
            "my grandmother cooked jam from apples and lemon juice",
            "the cake was filled with cream and apricot jam",
            "they served tea with biscuits and orange jam",
            "too much sugar makes the jam taste sweet",
            "he put a spoon of jam into the yogurt",
            "the cook boiled berries slowly until the jam was thick",
            "bread and jam was all they had for dinner",
            "she sells honey and jam from her own garden",
        ),
        "verb": (),
    },
    "traffic": {
        "noun": (
            "i was in a traffic jam",
            "the accident on the highway caused a long jam",
            "we were stuck in a jam on the bridge for two hours",
            "drivers waited in the jam near the airport",
            "road works led to another jam in the city centre",
            "the bus was late because of a jam on the main road",
            "there is a jam every morning at the tunnel",
            "a truck lost its load and the jam reached ten miles",
        ),
        "verb": (
            "thousands of cars jam the streets at rush hour",
            "holiday traffic jammed the roads to the coast",
            "trucks jammed the highway near the border",
            "parked buses jam the narrow street every evening",
            "commuters jam the trains and stations each morning",
            "protesters with tractors jammed the main road into the capital",
            "cars and taxis jammed the airport road",
        ),
    },
    "squeeze": {
        "noun": (
            "he cleared the paper jam with his hand",
            "a jam in the machine broke the metal spring",
        ),
        "verb": (
            "be careful not to jam your finger in the door",
            "she jammed her thumb in the drawer",
            "he jammed his foot on the brake pedal",
            "do not jam the key into the lock",
            "i jammed my toe against the leg of the chair",
            "he jammed his hands into his pockets",
            "she jammed the hat down on her head",
            "the boy jammed a stick into the wheel",
            "he jammed his shoulder against the heavy door",
            "she jammed the knife hard into the wood",
            "you will jam your hand if you close the window",
            "he jammed the gun into his belt",
            "the nurse jammed a needle into my arm",
        ),
    },
    "music": {
        "noun": (
            "the band played a long jam after the concert",
            "the album ends with a guitar jam",
            "a blues jam starts at the club on sunday night",
            "the drummer joined the jam on the last song",
            "their live jam became a hit record",
            "we heard a jazz jam with bass and piano",
            "the singer wrote the song during a jam",
            "an acoustic jam with friends opened the festival",
        ),
        "verb": (
            "the musicians jam together in the studio",
            "she likes to jam with jazz players",
            "they jammed on old rock songs all night",
            "the guitarist jammed with the band on stage",
            "we jam every friday on drums and bass",
            "he jammed with famous singers on the tour",
            "the two rappers jam over a funky rhythm",
        ),
    },
}
