"""The page's script: small ES modules, joined to one text.

A browser refuses to import modules from files, and an exported page is one file: so imports are
left out, and the modules follow one another in the order in which they need each other. What the
translator's own subroutines give (``shared.js``) comes first.
"""

import functools
import re
from importlib import resources

from lecture11.explore.translator import helper_code

SHARED = "decode", "draw"
IMPORT = re.compile(r'^import .*? from "\./([\w.]+)";.*\n', re.MULTILINE)


@functools.cache
def module(name: str) -> str:
    """A module's text."""
    if name == "shared.js":
        names = f"{{ {', '.join(SHARED)} }}"
        return f"const {names} = (() => {{\n{helper_code(SHARED)}\nreturn {names};\n}})();\n"
    return (resources.files(__name__) / name).read_text("utf-8")


@functools.cache
def order(name: str) -> tuple[str, ...]:
    """What a module needs, in this order, and last itself."""
    found: list[str] = []
    for needed in IMPORT.findall(module(name)):
        found += [each for each in order(needed) if each not in found]
    return (*found, name)


@functools.cache
def script(*names: str) -> str:
    """Modules and all that they need, as one module without exports."""
    files: list[str] = []
    for name in names:
        files += [each for each in order(name) if each not in files]
    return "\n".join(map(_plain, files))


def _plain(name: str) -> str:
    text = IMPORT.sub("", module(name))
    text = re.sub(r"^export default .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^export ", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ *//.*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"(?s)/\*\*.*?\*/ *", "", text)


@functools.cache
def widget_module(name: str) -> str:
    """For anywidget: the script whose last module is this, and renders."""
    return script(name) + "\nexport default { render };\n"


@functools.cache
def style() -> str:
    """The style sheet, for light and dark."""
    return (resources.files(__name__) / "style.css").read_text("utf-8")
