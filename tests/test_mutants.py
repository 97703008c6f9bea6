"""The mutants that ``python -m tests.mutants`` makes are small, many, and each a change."""

import ast

from tests.mutants.slips import slips_in

SOURCE = '''
"""Not 1 word of this < that."""

def f(x: "n 2", y=0.5) -> "2":
    """Nor of this: 1 + 1."""
    if x < 1 or not y:
        raise ValueError(f"x: {x + 1}")
    return g(x.sum() ** 2 - 3 * (y), "α ≥ β" if x >= y else -x)
'''


def test_they_are_all_there():
    whats = [slip.what for slip in slips_in(SOURCE)]
    assert sorted({*whats}) == sorted(
        {
            "constant",
            "guard removed",
            "left operand dropped",
            "right operand dropped",
            "sign or not dropped",
            "returned fields exchanged",
            *("< → <=", ">= → >", "or → and", "** → *", "- → +", "* → /", "sum → mean"),
        }
    )
    assert whats.count("constant") == 4


def test_each_is_another_program_and_leaves_words_and_annotations_alone():
    made = [slip.made_in(SOURCE) for slip in slips_in(SOURCE)]
    assert len(
        {ast.dump(ast.parse(source)) for source in made} - {ast.dump(ast.parse(SOURCE))}
    ) == len(made)
    for source in made:
        for words in (
            "Not 1 word of this < that.",
            "Nor of this: 1 + 1.",
            '"n 2"',
            "{x + 1}",
            '-> "2"',
        ):
            assert words in source
