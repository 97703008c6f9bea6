"""What letters cost in bits, by the code that writes them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from lecture11.figures.marks import HOLLOW, set_heights, upright
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, MARKERS, numeric, styled
from lecture11.figures.words import number

SHANNON: dict[str, Any] = {**HOLLOW, "edgecolor": COLOURS[0]}
MONOSPACED = "DejaVu Sans Mono"
"""A font that comes with Matplotlib."""
HUFFMAN: dict[str, Any] = {"color": COLOURS[2]}


@styled
def costs_picture(
    texts: Sequence[str],
    entropies: ArrayLike,
    cross_entropies: ArrayLike,
    costs: Mapping[str, ArrayLike],
    *,
    code: str,
) -> Picture:
    """Bits per letter of several texts, written by codes made for one of them.

    texts: their names (T,)
    entropies, cross_entropies: H(p) and H(p) + D(p‖q), (T,), in bits
    costs: from a code's name to what a letter cost it (T,)
    code: what they were made for.
    """
    own, cross = np.asarray(entropies, float), np.asarray(cross_entropies, float)
    places = np.arange(len(texts))
    figure = Figure(figsize=(8, 4.2))
    axes = figure.subplots()
    for x, (low, high) in enumerate(zip(own, cross, strict=True)):
        axes.add_patch(Rectangle((x - 0.4, high), 0.8, 1, color="#eeeeee", zorder=0))
        axes.hlines(low, x - 0.4, x + 0.4, color=INK, linestyle=":", linewidth=1.5)
        axes.hlines(high, x - 0.4, x + 0.4, color=INK, linewidth=1.5)
    axes.plot([], [], ":", color=INK, linewidth=1.5, label="H")
    axes.plot([], [], color=INK, linewidth=1.5, label="H + KL")
    axes.add_patch(Rectangle((0, 0), 0, 0, color="#eeeeee", label="to H + KL + 1"))
    for index, (name, bits) in enumerate(costs.items()):
        shift = 0.22 * (index - (len(costs) - 1) / 2)
        axes.plot(
            places + shift, bits, MARKERS[index], color=COLOURS[index], markersize=8, label=name
        )
    axes.set_xticks(places, texts)
    axes.set(xlim=(-0.6, len(texts) - 0.4), ylim=(own.min() - 0.2, cross.max() + 1.15))
    axes.set(
        ylabel=f"bits per letter, from {axes.get_ylim()[0]:.2f} up",
        title=f"written by codes made for {code}",
    )
    axes.tick_params(axis="x", length=0)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    said = [
        f"{text}: H {own[i]:.2f}, H + KL {cross[i]:.2f}; "
        + ", ".join(f"{name} {np.asarray(bits)[i]:.2f}" for name, bits in costs.items())
        for i, text in enumerate(texts)
    ]
    return Picture(figure, f"Bits per letter by codes made for {code}. {'. '.join(said)}.")


class SentenceStage:
    """What each letter of a sentence costs, ready for the next sentence."""

    SLOTS, TALLEST = 50, 15

    @styled
    def __init__(self) -> None:
        """Draw what stays: room for so many letters and so many bits."""
        figure = Figure(figsize=(8.4, 3.2))
        axes = figure.subplots()
        slots = [float(slot) for slot in range(self.SLOTS)]
        axes.set(xlim=(-0.8, self.SLOTS - 0.2), ylim=(0, self.TALLEST + 2.5), ylabel="bits")
        axes.set_yticks(range(0, self.TALLEST + 1, 5))
        axes.set_xticks([])
        axes.set_xlabel(" ")  # room for the letters
        axes.grid(visible=True, axis="y")
        self._shannon = upright(axes, slots, 0.8, SHANNON)
        self._huffman = upright(axes, slots, 0.44, HUFFMAN)
        (self._ideal,) = axes.plot([], [], "D", color=COLOURS[1], markersize=5)
        (self._missing,) = axes.plot([], [], marker=r"$\infty$", color="#b30000", markersize=9)
        self._missing.set_linestyle("none")
        for name, look in (("Shannon's word", SHANNON), ("Huffman's word", HUFFMAN)):
            axes.add_patch(Rectangle((0, 0), 0, 0, **look, label=name))
        axes.plot([], [], "D", color=COLOURS[1], markersize=5, label="−log₂ q, arithmetic coder")
        axes.legend(loc="upper right", ncols=3)
        self._letters = axes.text(
            -0.25, -0.35, "", family=MONOSPACED, size=9.5, va="top", color=INK
        )
        moving = [*self._shannon, *self._huffman, self._ideal, self._missing, self._letters]
        self._stage = Stage(figure, moving)
        # One text is drawn ten times as fast as fifty. With every other character a space, each
        # letter falls under its bar if a slot is two characters wide; so the axis, which has no
        # ticks that could be left behind, is stretched to the width that the font really has.
        self._letters.set_text("x" * (2 * self.SLOTS))
        wide = axes.get_window_extent().width / self._letters.get_window_extent().width
        axes.set_xlim(-0.8, wide * self.SLOTS - 0.8)

    @numeric
    def show(
        self,
        sentence: str,
        surprises: ArrayLike,
        shannon: ArrayLike,
        huffman: ArrayLike,
        *,
        arithmetic: int,
        entropy: float,
        code: str,
    ) -> Picture:
        """Move to a sentence of n letters, n ≥ 0.

        surprises: −log₂ q of each letter (n,), ∞ where the code lacks it
        shannon, huffman: lengths of their words (n,), 0 where there is none
        arithmetic: length of the whole, in bits
        entropy: H of the sentence's own letter frequencies, bits
        code: what q was made for.
        """
        cost = np.asarray(surprises, float)
        self._draw(sentence, cost, (np.asarray(shannon, float), np.asarray(huffman, float)))
        if not sentence:
            return Picture(self._stage, "No letters yet: type a sentence.")
        if np.isinf(cost).any():
            lost = sorted({x for x, bits in zip(sentence, cost, strict=True) if np.isinf(bits)})
            named = ", ".join("the space" if x == " " else x for x in lost)
            return Picture(
                self._stage,
                f"The {code} code lacks {named}. There q is 0, so D(p‖q) is ∞: no number of bits "
                "writes this sentence.",
            )
        rest = f" (The first {self.SLOTS} are drawn.)" if len(sentence) > self.SLOTS else ""
        return Picture(
            self._stage,
            f"{len(sentence)} letters cost {number(cost.sum())} bits by −log₂ q of the {code} "
            f"letters: {number(cost.mean(), 3)} a letter, of which H is {number(entropy, 3)} and "
            f"KL {number(max(cost.mean() - entropy, 0), 3)}. Really written: arithmetic coder "
            f"{arithmetic} bits, Huffman {int(np.sum(huffman))}, Shannon {int(np.sum(shannon))}."
            + rest,
        )

    def _draw(self, sentence: str, cost: np.ndarray, words: tuple[np.ndarray, np.ndarray]) -> None:
        for bars, lengths in zip((self._shannon, self._huffman), words, strict=True):
            heights = np.zeros(self.SLOTS)
            heights[: len(lengths[: self.SLOTS])] = lengths[: self.SLOTS]
            set_heights(bars, heights)
        finite = np.where(np.isfinite(cost), cost, np.nan)[: self.SLOTS]
        self._ideal.set_data(np.arange(len(finite)), np.minimum(finite, self.TALLEST))
        lost = np.flatnonzero(np.isnan(finite))
        self._missing.set_data(lost, np.full(len(lost), 0.9))
        self._letters.set_text(" ".join(map(_drawable, sentence[: self.SLOTS])))


def _drawable(letter: str) -> str:
    """What stands for the letter in a picture, whose font does not have all the world's."""
    known = get_font(findfont(MONOSPACED)).get_charmap()
    return "␣" if letter == " " else letter if ord(letter) in known else "□"
