"""A stored notebook as one HTML page in which the laboratories live: no kernel, no request.

``python -m lecture11.explore.export notebooks/NN_name.ipynb page.html``
"""

import json
import re
from collections.abc import Iterable

from lecture11.explore.lab import Lab
from lecture11.explore.page import script, style
from lecture11.explore.widget import declared

PLACE = re.compile(r'<figure data-laboratory="([\w-]+)"')


def living(labs: Iterable[Lab]) -> str:
    """Style and script that put each laboratory in the place of its still, as HTML."""
    each = []
    for lab in labs:
        made = declared(lab)
        source = made["program"]["source"]
        data = {**made, "program": {"constants": made["program"]["constants"]}}
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", r"<\/")
        each.append(f"{json.dumps(lab.name)}: {{...{text}, factory: {source}}}")
    laboratories = ",\n".join(each)
    return (
        f"<style>\n{style()}</style>\n<script>\n(() => {{\n{script('static.js')}\n"
        f"bringToLife({{\n{laboratories}\n}});\n}})();\n</script>\n"
    )
