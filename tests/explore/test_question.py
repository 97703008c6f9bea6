import html

import pytest

from lecture11.explore import Question
from tests.explore.conftest import links

PROMPT = "Is p < q & never > q?"
REPLIES = {"yes": "No: p < q & q > 0.", "no": "Yes, for it may be equal.", "never": "Not quite."}


def test_every_choice_has_its_own_reply():
    question = Question(PROMPT, REPLIES)
    assert list(question.choices.options) == list(REPLIES)
    replies = [html.unescape(page.value) for page in question.stack.children]
    assert replies == [f"<p>{reply}</p>" for reply in REPLIES.values()]


def test_picking_shows_the_reply_in_the_browser():
    question = Question(PROMPT, REPLIES)
    assert links(question) == [((question.choices, "index"), (question.stack, "selected_index"))]


def test_nothing_is_picked_and_nothing_given_away_at_first():
    question = Question(PROMPT, REPLIES)
    assert question.choices.index is None
    assert question.stack.selected_index is None


def test_prompt_and_replies_are_escaped():
    question = Question(PROMPT, REPLIES)
    prompt, *_ = question.children
    assert html.escape(PROMPT) in prompt.value
    assert html.escape(REPLIES["yes"]) in question.stack.children[0].value


def test_its_text_form_has_prompt_and_choices_but_no_reply():
    text = repr(Question(PROMPT, REPLIES))
    assert text == f"{PROMPT} (Run this cell to answer.)\n  ○ yes\n  ○ no\n  ○ never"


def test_its_text_form_is_whole_however_long():
    question = Question("Long? " * 50, REPLIES)
    assert question._repr_mimebundle_()["text/plain"] == repr(question)
    assert repr(question).endswith("never")


@pytest.mark.parametrize("replies", [{}, {"yes": "Of course."}])
def test_fewer_than_two_choices_are_refused(replies: dict[str, str]):
    with pytest.raises(ValueError, match=f"two choices or more; got {len(replies)}"):
        Question(PROMPT, replies)


def test_a_reply_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match=r"^replies\['no'\]: expected str, got .*a reply is a text"):
        Question(PROMPT, REPLIES | {"no": None})


def test_the_style_knows_it_by_its_class():
    assert "lecture11-question" in Question(PROMPT, REPLIES)._dom_classes
