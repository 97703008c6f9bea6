"""Components carry no names: how many points are right once they have been named."""

from collections.abc import Callable
from typing import Any

from jaxtyping import Int

from lecture11.latent import names_of


def share_right(
    found: Callable[[Any], Int[Any, " points"]],
    learned: Any,
    scored: Any,
    classes: tuple[Int[Any, " learned"], Int[Any, " scored"]],
    *,
    count: int,
) -> float:
    """The share of points kept apart whose component has the name of their class.

    found: from data to each point's component, from 0
    learned, scored: the data that the components were learned from, and those kept apart
    classes: of both; the first name the components, one to one
    count: of components, and of classes
    """
    known, true = classes
    names = names_of(found(learned), known, components=count, classes=count)
    return float((names[found(scored)] == true).mean())
