"""A claim is held by its sentence, its numbers and their rounding; a false one never passes."""

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.notebooks.claims import complaints


def small() -> NotebookNode:
    question = 'Question("Which?", "It is 13,755\\n" ": 1,200 less, "\n    "at −0.5 nats.")'
    output = new_output("stream", name="stdout", text="error   0.4156\nloss  −2")
    cells = [new_markdown_cell("The error is 0.42,\n42 % of all."), new_code_cell(question)]
    cells[1].outputs = [output]
    return new_notebook(cells=cells)


@pytest.mark.parametrize(
    "claims",
    [
        {"The error is {}, {} % of all.": (0.4156, 41.56)},
        {"error is {}": "error {}"},
        {"{} less, at {} nats": (1200.4, -0.54)},
    ],
)
def test_what_is_true_is_let_pass(claims):
    assert complaints(small(), claims) == []


@pytest.mark.parametrize(
    ("claim", "values", "says"),
    [
        ("The error is {},", (0.426,), "0.42, but computed 0.426"),
        ("The error is {},", "loss {}", "0.42, but computed −2"),
        ("{} less", (1201,), "1,200, but computed 1201"),
        ("The error is {},", "accuracy {}", "1 numbers, but computed []"),
        ("{} % of all", (1, 42), "1 numbers, but computed (1, 42)"),
        ("The error was {},", (0.42,), "not in the notebook: The error was {},"),
        ("The error is", (), "not in the notebook"),
    ],
)
def test_what_is_not_is_named(claim, values, says):
    (complaint,) = complaints(small(), {claim: values})
    assert says in complaint
