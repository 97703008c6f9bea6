"""A stored notebook as one HTML page in which the laboratories live: no kernel, no request.

``python -m lecture11.explore.export notebooks/NN_name.ipynb page.html``

The notebook is not run: a laboratory's stored still says which it is, and the page's script takes
its place. Where the notebook's widget manager would be, there are a few lines that hand the script
what it needs.
"""

import copy
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import nbformat
from jupyter_core.paths import jupyter_path
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from lecture11.explore.lab import Lab
from lecture11.explore.laboratories import DECLARED
from lecture11.explore.page import script, style
from lecture11.explore.widget import declared

PLACE = re.compile(r'<figure data-laboratory="([\w-]+)"')
OUTSIDE = re.compile(
    r'<script[^>]*\ssrc="https?:[^>]*>\s*</script>'
    r"|<script[^>]*text/x-mathjax-config.*?</script>"
    r'|<script type="module">(?:(?!</script>).)*mermaid.*?</script>',
    re.DOTALL,
)
"""Scripts that would be fetched, and what only serves them."""
FORMULA = re.compile(
    r"(?P<code>```.*?```|`[^`\n]*`)|\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$]+?)\$", re.DOTALL
)
LEGIBLE = """
.jp-Cell :is(.jp-InputPrompt, .jp-OutputPrompt) { color: #666 !important; opacity: 1 !important; }
.highlight :is(.mf, .mi) { color: #007000; } .highlight .c1 { color: #356a6a; }
.highlight .ow { color: #8a1acb; }
@media (prefers-color-scheme: dark) {
  .jp-Cell :is(.jp-InputPrompt, .jp-OutputPrompt) { color: #a0a0a0 !important; }
  .highlight :is(.mf, .mi) { color: #66bb6a; } .highlight .c1 { color: #62a5a5; }
  .highlight .ow { color: #c98bf0; }
}
"""
"""Colours of nbconvert's that are too faint to read, made stronger."""
THEMES = "data-jp-theme-light"


def living(labs: Iterable[Lab]) -> str:
    """Style and script that put each laboratory in the place of its still, as HTML."""
    each = []
    for lab in labs:
        made = declared(lab)
        program = {"constants": made["program"]["constants"]}
        data = json.dumps({**made, "program": program}, ensure_ascii=False).replace("</", r"<\/")
        source = made["program"]["source"].replace("</", r"<\/")
        each.append(f"{json.dumps(lab.name)}: {{...{data}, factory: {source}}}")
    laboratories = ",\n".join(each)
    return (
        f"<style>\n{style()}</style>\n<script>\n(() => {{\n{script('static.js')}\n"
        f"bringToLife({{\n{laboratories}\n}});\n}})();\n</script>\n"
    )


def with_formulas(source: str) -> str:
    """Markdown whose formulas are MathML, which browsers draw by themselves.

    Raises ModuleNotFoundError, with the remedy, where latex2mathml is not installed.
    """
    try:
        from latex2mathml.converter import convert
    except ModuleNotFoundError as error:
        remedy = "python -m pip install 'lecture11[export]'"
        raise ModuleNotFoundError(f"latex2mathml writes the formulas: {remedy}") from error

    def formula(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        display, text = match["display"], match["display"] or match["inline"]
        return convert(text, display="block" if display else "inline").replace("\n", " ")

    return FORMULA.sub(formula, source)


def exported(notebook: NotebookNode) -> str:
    """The page, light or dark as the reader has it.

    Raises KeyError where a laboratory's name is not known.
    """
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = with_formulas(cell.source)
    page, _ = HTMLExporter().from_notebook_node(notebook)
    names = list(dict.fromkeys(PLACE.findall(page)))
    page = re.sub(rf' {THEMES}="\w+"', "", OUTSIDE.sub("", page))
    page = page.replace("</head>", f"<style>{_dark()}{LEGIBLE}</style></head>", 1)
    head, _, foot = page.rpartition("</body>")
    return f"{head}{living(DECLARED[name]() for name in names)}</body>{foot}"


def _dark() -> str:
    """The dark theme's colours, for who prefers them; pictures are on paper of their own."""
    theme = next(
        path
        for folder in jupyter_path("nbconvert", "templates", "lab", "static")
        if (path := Path(folder) / "theme-dark.css").is_file()
    )
    return f"@media (prefers-color-scheme: dark) {{\n{theme.read_text('utf-8')}\n}}"


def main(source: str, target: str) -> None:
    """Write the page of a notebook."""
    notebook = nbformat.read(source, as_version=4)
    Path(target).write_text(exported(notebook), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
