"""A notebook's page, as text; tests/browser opens it."""

import hashlib
import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lecture11.explore import Progress
from lecture11.publish.cells import anchored, plain, text
from lecture11.publish.page import VENDOR, exported, page_of

ASKS = r'<(?:script|img|link|iframe|source)[^>]*(?:src|href)="?https?:|url\(["\']?https?:|@import'
"""What would ask a browser to fetch something from elsewhere."""


def shown(html: str, source: str = "1"):
    return new_code_cell(source, outputs=[new_output("display_data", {"text/html": html})])


def test_a_page_asks_for_nothing_and_follows_the_reader_s_theme():
    page = exported(new_notebook(cells=[new_markdown_cell("# A page\n\nwith $x^2$.")]))
    assert re.findall(ASKS, page) == []
    assert "<title>A page</title>" in page
    assert '<span class="math">x^2</span>' in page
    assert "light-dark(" in page


def test_a_laboratory_brings_its_script_once():
    twice = [shown('<figure data-laboratory="em"></figure>') for _ in range(2)]
    page = exported(new_notebook(cells=twice))
    assert page.count(')["em"] = {...') == 1
    assert page.count("function bringToLife") == 1
    assert page.rstrip().endswith("</html>")


def test_an_unknown_laboratory_is_named():
    with pytest.raises(KeyError, match="alchemy"):
        exported(new_notebook(cells=[shown('<figure data-laboratory="alchemy"></figure>')]))


def test_the_notebook_itself_stays_as_it_is():
    notebook = new_notebook(cells=[new_markdown_cell("# $x$"), new_code_cell("1")])
    before = repr(notebook)
    exported(notebook)
    assert repr(notebook) == before


def test_code_is_folded_unless_it_is_the_idea_and_solutions_are_left_out():
    solution = "def f():\n    ### BEGIN SOLUTION\n    return 42\n    ### END SOLUTION"
    idea = new_code_cell("the_idea = 1", metadata={"tags": ["show-input"]})
    cells = [shown("<b>seen</b>", "folded = 1\nmore = 2"), idea, new_code_cell(solution)]
    folded, opened, exercise = map(str, page_of(new_notebook(cells=cells)).cells)
    assert '<details class="code"><summary>Code, 2 lines</summary>' in folded
    assert "<b>seen</b>" in folded[folded.index("</details>") :]
    assert '<details class="code" open="">' in opened
    assert "42" not in exercise
    assert "your code here" in exercise


def test_no_page_says_how_far_a_run_was():
    bar = new_output("display_data", {"text/plain": repr(Progress("training"))})
    (cell,) = page_of(new_notebook(cells=[new_code_cell("", outputs=[bar])])).cells
    assert str(cell) == ""


def test_a_cell_says_which_pictures_are_not_turned_dark():
    cells = [shown("<img>"), shown("<img>")]
    cells[1].metadata.tags = ["true-colours"]
    turned, kept = map(str, page_of(new_notebook(cells=cells)).cells)
    assert '<div class="shown"><img/>' in turned
    assert '<div class="shown true-colours"><img/>' in kept


@pytest.mark.parametrize(
    ("output", "holds"),
    [
        (new_output("stream", text="a < b\n"), '<pre class="said">a &lt; b</pre>'),
        (new_output("execute_result", {"text/plain": "<3>"}), '<pre class="said">&lt;3&gt;</pre>'),
        (new_output("display_data", {"image/png": "AAAA", "text/plain": "words"}), 'alt="words"'),
        (new_output("error", traceback=["\x1b[31mWrong\x1b[0m"]), "Wrong"),
    ],
)
def test_what_a_cell_has_shown_is_seen(output, holds: str):
    (cell,) = page_of(new_notebook(cells=[new_code_cell("", outputs=[output])])).cells
    assert holds in str(cell)
    assert "<details" not in str(cell)  # nothing to fold


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("$a < b$", '<span class="math">a &lt; b</span>'),
        ("$$\n\\sum_i x_i\n$$", '<p><span class="formula">\n\\sum_i x_i\n</span></p>'),
        ("so $a *\n> b* c$.", '<span class="math">a *\n&gt; b* c</span>'),
        ("| a |\n|---|\n| $|x|$ |", '<td><span class="math">|x|</span></td>'),
        ("<details>$x$</details>", '<details><span class="math">x</span></details>'),
        ("`$HOME and $PATH`", "<code>$HOME and $PATH</code>"),
        ("```\n$x$\n```", "<code>$x$\n</code>"),
        ("[here](05_kl_divergence.ipynb#Zeros)", 'href="05_kl_divergence.html#Zeros"'),
        ("[there](https://example.org/a.ipynb)", 'href="https://example.org/a.ipynb"'),
    ],
)
def test_text_keeps_formulas_from_markdown_and_code_from_both(source: str, holds: str):
    assert holds in str(text(source))


def test_headings_are_named_as_in_jupyter_each_once():
    trees = [text("# A title\n\n## On $q_\\varphi(z \\mid x)$"), text("## A title")]
    names = [heading["id"] for heading in anchored(trees)]
    assert names == ["A-title", "On-qφ(z-|-x)", "A-title-2"]


def test_formulas_are_read_in_a_line():
    source = r"$\log p_\theta(x) \ge \sum_z \mathcal{L}\,\text{ nats}$ &c."
    assert plain(text(source)) == "log pθ(x) ≥ ∑z L, nats &c."


def test_what_others_wrote_is_as_they_wrote_it():
    listed = (VENDOR / "README.md").read_text("utf-8")
    files = [file for file in VENDOR.iterdir() if not file.name.startswith(("README", "__"))]
    assert len(files) == 9
    for file in files:
        assert f"| {file.name} |" in listed
        assert hashlib.sha256(file.read_bytes()).hexdigest() in listed
