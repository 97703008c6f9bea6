"""The house's floors: who may import whom, read from the source of every module and notebook."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

ROOT = Path(__file__).parents[1]

FLOORS = (
    ("publish",),
    ("exercises", "explore"),
    ("figures",),
    ("studies",),
    ("variational",),
    ("supervised", "embedding", "latent"),
    ("divergence",),
    ("training",),  # one more thing that iterates
    ("iteration", "gaussian", "quadrature", "line_search", "zeros", "networks", "datasets"),
    ("signatures",),
    ("arguments",),
    ("_report",),  # with the house itself: it explains a broken installation, so it needs nothing
)
"""From the roof down. A room uses only itself and rooms on floors below its own."""

SCIENCE = {"divergence", "supervised", "embedding", "latent", "variational"}
"""Each has a part of figures, which draws what it, or a room below it, computes."""

DRAWING = {"matplotlib": {"figures"}, "ipywidgets": {"explore"}, "IPython": {"explore"}}
"""What the science must run without, and the rooms that exist for it."""

NAMED_TUPLE = {"_asdict", "_field_defaults", "_fields", "_make", "_replace"}
"""Public for all their underscore: it only keeps them apart from the fields."""


class Import(NamedTuple):
    line: int
    path: tuple[str, ...]
    """'from a.b import c as d' and 'import a.b.c' are both ('a', 'b', 'c')."""
    bound: str
    """The name that the importing module knows it by."""


def imports(tree: ast.AST) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = ("." * node.level + (node.module or "")).split(".")
            for name in node.names:
                yield Import(node.lineno, (*base, name.name), name.asname or name.name)
        elif isinstance(node, ast.Import):
            for name in node.names:
                path = tuple(name.name.split("."))
                yield Import(node.lineno, path, name.asname or path[0])


def floor(room: str) -> int:
    return next(height for height, rooms in enumerate(reversed(FLOORS)) if room in rooms)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name not in NAMED_TUPLE


def has_private(path: tuple[str, ...]) -> bool:
    return any(map(is_private, path))


def room_of(path: tuple[str, ...]) -> str:
    """The house itself, ``import lecture11`` or ``from lecture11 import __version__``, is low."""
    inside = path[1:] or ("__init__",)
    return "_report" if inside[0].startswith("__") else inside[0]


def complaints(room: str, source: str, part: str = "") -> list[str]:
    """What is wrong with a module of ``room``, or of a part of it, each with its line."""
    if not any(room in rooms for rooms in FLOORS):
        return [f"{room} is a new room: give it a floor in FLOORS and in the design"]
    tree, found, foreign = ast.parse(source), [], set()
    for line, path, bound in imports(tree):
        outside = path[0]
        if outside == "":
            found.append(f"{line}: write the import in full, from lecture11")
        elif room not in DRAWING.get(outside, {room}):
            found.append(f"{line}: {room} must not import {outside}")
        elif outside == "matplotlib" and {"pyplot", "pylab"} & set(path):
            found.append(f"{line}: pyplot keeps figures alive and picks a window; use Figure")
        elif outside == "lecture11" and (other := room_of(path)) != room:
            foreign.add(bound)
            if not any(other in rooms for rooms in FLOORS):
                found.append(f"{line}: {other} is a new room: give it a floor in FLOORS")
            elif floor(other) >= floor(room):
                found.append(f"{line}: {room} must not import {other}, which is not below it")
            elif has_private(path[2:]):
                found.append(f"{line}: {'.'.join(path)} is private to {other}")
            elif room == "figures" and draws_another(part, other):
                found.append(f"{line}: {part}'s figures must not import {other}")
        elif room == "figures" and path[2:] and draws_another(part, path[2]):
            found.append(f"{line}: {part}'s figures must not import those of {path[2]}")
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return found + [
        f"{name.lineno}: {ast.unparse(name)} is private to another room"
        for name in names
        if is_private(name.attr) and _root(name) in foreign
    ]


def draws_another(part: str, science: str) -> bool:
    """Whether a part of figures has no business with a room of science: not its own, nor below."""
    return {part, science} <= SCIENCE and part != science and floor(science) >= floor(part)


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def complaints_of_cell(source: str) -> list[str]:
    """What is wrong with a notebook's code cell."""
    tree = ast.parse(source)
    paths = [path for _, path, _ in imports(tree)]
    classes = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return [
        *(f"class {name} belongs in the package" for name in classes),
        *(f"{path}: draw in lecture11.figures" for path in paths if path[0] == "matplotlib"),
        *(f"{path} is private" for path in paths if path[0] == "lecture11" and has_private(path)),
    ]


def modules() -> list[Path]:
    return sorted((ROOT / "lecture11").rglob("*.py"))


def code_cells() -> list[Any]:
    return [
        pytest.param(cell.source, id=f"{path.stem} cell {number}")
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
        for number, cell in enumerate(nbformat.read(path, as_version=4).cells)
        if cell.cell_type == "code"
    ]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_stands_on_the_floors_below(path: Path):
    inside = path.relative_to(ROOT / "lecture11").with_suffix("").parts
    room, part = room_of(("lecture11", *inside)), inside[1] if len(inside) > 2 else ""
    assert complaints(room, path.read_text("utf-8"), part) == []


@pytest.mark.parametrize(
    ("room", "source", "says"),
    [
        ("latent", "import lecture11.figures.words", "latent must not import figures"),
        ("latent", "from lecture11 import variational", "must not import variational"),
        ("latent", "from lecture11.embedding import sne", "must not import embedding"),
        ("explore", "from lecture11.exercises import Verdict", "must not import exercises"),
        (
            "arguments",
            "def f():\n    from lecture11.gaussian import Normal",
            "2: arguments",
        ),
        ("iteration", "import lecture11.training", "must not import training"),
        ("_report", "from lecture11 import latent", "_report must not import latent"),
        ("latent", "import matplotlib.cm as cm", "must not import matplotlib"),
        ("embedding", "from matplotlib import cm", "must not import matplotlib"),
        ("figures", "import ipywidgets as widgets", "must not import ipywidgets"),
        ("exercises", "from IPython.display import display", "must not import IPython"),
        ("figures", "import matplotlib.pyplot as plt", "pyplot"),
        ("figures", "from matplotlib import pyplot", "pyplot"),
        ("figures", "from matplotlib.pyplot import figure", "pyplot"),
        ("figures", "from lecture11.latent.em import _secret", "private to latent"),
        ("figures", "import lecture11.latent._kernel", "private to latent"),
        ("figures", "from lecture11.latent import em\nem._secret()", "2: em._secret is private"),
        ("figures", "import lecture11.latent.em\nlecture11.latent.em._secret()", "is private"),
        ("latent", "from . import em", "in full"),
        ("latent", "from ..figures import words", "in full"),
        ("kitchen", "", "kitchen is a new room"),
        ("explore", "from lecture11.kitchen import stove", "kitchen is a new room"),
    ],
)
def test_a_forbidden_import_is_named(room: str, source: str, says: str):
    (complaint,) = complaints(room, source)
    assert says in complaint


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("from lecture11.embedding import fit_mds", "latent's figures must not import embedding"),
        ("import lecture11.figures.embedding.stress", "must not import those of embedding"),
        (
            "from lecture11.figures.variational import BoundStage",
            "must not import those of variational",
        ),
    ],
)
def test_a_part_of_figures_draws_its_own_science(source: str, says: str):
    (complaint,) = complaints("figures", source, "latent")
    assert says in complaint
    allowed = "from lecture11.divergence import Normal\nfrom lecture11.figures.marks import digits"
    assert complaints("figures", allowed, "latent") == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("explore", "import ipywidgets\nfrom lecture11.figures import Picture"),
        ("figures", "import matplotlib.style\nfrom lecture11.latent import em\nem.fit_em()"),
        ("latent", "from lecture11.latent._kernel import _secret\nimport lecture11.iteration"),
        ("latent", "from lecture11.gaussian import Fit\nFit._make([])\nself._own"),
        ("datasets", "from lecture11 import __version__\nfrom lecture11.arguments import check"),
    ],
)
def test_what_the_floors_allow_is_let_pass(room: str, source: str):
    assert complaints(room, source) == []


@pytest.mark.slow
def test_the_science_runs_without_the_drawing():
    """Also without what its libraries import in turn, which no source of ours shows."""
    inside = [path.relative_to(ROOT).with_suffix("").parts for path in modules()]
    above = {"publish", "exercises", "explore", "figures", "builders"}
    names = [".".join(parts).removesuffix(".__init__") for parts in inside if not above & {*parts}]
    assert "lecture11.latent.em" in names
    script = (
        f"import importlib, sys; [importlib.import_module(name) for name in {names}];"
        f"print(*{set(DRAWING)} & set(sys.modules))"
    )
    command = [sys.executable, "-c", script]
    drawing = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    assert drawing.stdout.split() == []


@pytest.mark.parametrize("source", code_cells())
def test_every_code_cell_leaves_classes_and_drawing_to_the_package(source: str):
    assert complaints_of_cell(source) == []


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import matplotlib.pyplot as plt", "lecture11.figures"),
        ("from matplotlib import pyplot", "lecture11.figures"),
        ("from lecture11.latent.em import _secret", "private"),
        ("import lecture11._report", "private"),
        ("if True:\n    class Model: ...", "class Model"),
    ],
)
def test_a_forbidden_code_cell_is_named(source: str, says: str):
    (complaint,) = complaints_of_cell(source)
    assert says in complaint
