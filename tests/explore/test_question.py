import html

import pytest
from matplotlib.figure import Figure

from lecture11.explore import Question
from lecture11.figures import Picture

PROMPT = "Is p < q & never > q?"
REPLIES = {"yes": "No: p < q & q > 0.", "no": "Yes, for it may be equal.", "never": "Not quite."}
ANSWER = Picture(Figure((1, 1)), "p and q, drawn.")


def parts(question: Question) -> tuple[str, str]:
    """What is seen before the answer is unfolded, and what is folded."""
    before, folded = question.still().split("<details><summary>Answer</summary>")
    assert folded.endswith("</details></div>")
    return before, folded


def test_every_choice_has_its_own_reply():
    before, folded = parts(Question(PROMPT, REPLIES))
    for choice, reply in REPLIES.items():
        assert f"<li>{choice}</li>" in before
        assert f"<dt>{choice}</dt><dd>{html.escape(reply)}</dd>" in folded


def test_nothing_is_given_away_at_first():
    before, folded = parts(Question(PROMPT, REPLIES, ANSWER))
    assert not any(html.escape(reply) in before for reply in REPLIES.values())
    assert "<img" not in before
    assert ANSWER.to_html(kept=True) in folded


def test_no_picture_is_needed():
    assert "<figure" not in Question(PROMPT, REPLIES).still()


def test_prompt_and_choices_are_escaped():
    before, _ = parts(Question(PROMPT, REPLIES | {"<b>": "No."}))
    assert html.escape(PROMPT) in before
    assert "<li>&lt;b&gt;</li>" in before


def test_its_text_form_has_prompt_choices_and_the_picture_s_words_but_no_reply():
    text = f"{PROMPT} (Run this cell to answer.)\n  ○ yes\n  ○ no\n  ○ never"
    assert repr(Question(PROMPT, REPLIES)) == text
    assert repr(Question(PROMPT, REPLIES, ANSWER)) == f"{text}\n  Answer: p and q, drawn."


def test_its_output_is_whole_however_long():
    question = Question("Long? " * 50, REPLIES)
    data, _ = question._repr_mimebundle_()
    assert data["text/plain"] == repr(question)
    assert repr(question).endswith("never")
    assert data["text/html"] == question.still() == question._page


@pytest.mark.parametrize("replies", [{}, {"yes": "Of course."}])
def test_fewer_than_two_choices_are_refused(replies: dict[str, str]):
    with pytest.raises(ValueError, match=f"two choices or more; got {len(replies)}"):
        Question(PROMPT, replies)


def test_a_reply_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match=r"^replies\['no'\]: expected str, got .*a reply is a text"):
        Question(PROMPT, REPLIES | {"no": None})


def test_an_answer_that_is_no_picture_is_refused():
    with pytest.raises(TypeError, match="answer"):
        Question(PROMPT, REPLIES, "a picture")
