"""Cells of a stored notebook as HTML: text with its formulas, code, and what the code showed."""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from bs4 import BeautifulSoup, NavigableString, Tag
from nbconvert.filters import Highlight2HTML, ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

HEADINGS = ("h1", "h2", "h3", "h4")
SHOWN = "show-input"
"""The tag of a cell whose code is the idea."""
TRUE = "true-colours"
"""The tag of a cell whose pictures are not turned dark with the page."""
FORMULA = re.compile(
    r"(?P<code>```.*?```|`[^`\n]*`)|\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$]+?)\$", re.DOTALL
)
ASIDE = re.compile("\ue000(\\d+)\ue001")  # letters for private use

highlighted = Highlight2HTML(pygments_lexer="ipython3")


def parsed(source: str) -> BeautifulSoup:
    """HTML as a tree."""
    return BeautifulSoup(source, "html.parser")


def text(source: str) -> BeautifulSoup:
    """Markdown as HTML. Links to notebooks lead to their pages; formulas are left to the browser.

    A formula is a ``span.math``, or ``span.formula`` where it stands alone, and holds TeX.
    """
    formulas: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        kind, tex = ("formula", match["display"]) if match["display"] else ("math", match["inline"])
        formulas.append(f'<span class="{kind}">{html.escape(tex, quote=False)}</span>')
        return f"\ue000{len(formulas) - 1}\ue001"

    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    words = MarkdownWithMath(renderer=renderer).render(FORMULA.sub(put_aside, source))
    tree = parsed(ASIDE.sub(lambda match: formulas[int(match[1])], words))
    for link in tree.find_all("a", href=re.compile(r"^\d\d_\w+\.ipynb")):
        link["href"] = str(link["href"]).replace(".ipynb", ".html", 1)
    for table in tree.find_all("table"):
        table.wrap(tree.new_tag("div", attrs={"class": "table"}))
    return tree


def plain(tree: Tag) -> str:
    """The words, and of formulas what can be read in a line."""
    parts = []
    for part in tree.descendants:
        if isinstance(part, NavigableString):
            inside = part.find_parent("span", class_=["math", "formula"])
            parts.append(_plain(part) if inside else part)
    return " ".join("".join(parts).split())


def _plain(tex: str) -> str:
    """TeX without its commands: ``p_\\theta(z \\mid x)`` is "pθ(z | x)"."""
    read = re.sub(r"\\([A-Za-z]+) ?", _sign, tex)
    return re.sub(r"[\\{}_^&]", "", read)


def _sign(match: re.Match[str]) -> str:
    name = match[1].removeprefix("var")
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name.upper()}")
    except KeyError:
        return SIGNS.get(name, f"{name} " if name in {"log", "exp", "max", "min"} else "")


SIGNS = {"mid": "| ", "sum": "∑", "int": "∫", "le": "≤ ", "ge": "≥ ", "ne": "≠ ", "parallel": "‖ "}


def anchored(trees: Iterable[BeautifulSoup]) -> list[Tag]:
    """Give each heading of a page an id of its own, as Jupyter makes it; returns the headings."""
    headings = [heading for tree in trees for heading in tree.find_all(HEADINGS)]
    times: Counter[str] = Counter()
    for heading in headings:
        name = "-".join(plain(heading).split())
        times[name] += 1
        heading["id"] = name if times[name] == 1 else f"{name}-{times[name]}"
    return headings


def code(cell: NotebookNode) -> str:
    """The code, coloured."""
    return str(highlighted(cell.source.strip()))


def is_shown(cell: NotebookNode) -> bool:
    """Whether the code is the idea."""
    return SHOWN in cell.metadata.get("tags", [])


def outputs(cell: NotebookNode) -> list[str]:
    """All that a cell has shown, in HTML where it knows how, but for how far a run was."""
    kind = f"shown {TRUE}" if TRUE in cell.metadata.get("tags", []) else "shown"
    return [_output(each, kind) for each in cell.get("outputs", []) if not _is_progress(each)]


def _is_progress(output: NotebookNode) -> bool:
    """Whether it was a bar; who reads has nothing to wait for."""
    data = output.get("data", {})
    return [*data] == ["text/plain"] and data["text/plain"].startswith("Progress of ")


def _output(output: NotebookNode, kind: str) -> str:
    if output.output_type == "stream":
        return f'<pre class="said">{ansi2html(output.text.rstrip())}</pre>'
    if output.output_type == "error":
        return f'<pre class="said">{ansi2html(chr(10).join(output.traceback))}</pre>'
    data = output.data
    if "text/html" in data:
        return f'<div class="{kind}">{data["text/html"]}</div>'
    if "image/png" in data:
        words = html.escape(data.get("text/plain", "A picture."))
        source = f"data:image/png;base64,{data['image/png'].strip()}"
        return f'<div class="{kind}"><img alt="{words}" src="{source}"></div>'
    return f'<pre class="said">{html.escape(data.get("text/plain", ""))}</pre>'
