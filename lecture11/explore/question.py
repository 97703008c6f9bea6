"""A question to answer before reading on: each choice has its reply, shown when it is picked."""

import html
from collections.abc import Mapping

from lecture11.arguments import as_instance
from lecture11.explore.living import Living
from lecture11.figures import Picture
from lecture11.signatures import checked


class Question(Living):
    """Choices and, once one is picked, the reply to it and the picture that answers.

    Before that the picture is not to be seen; where no script runs (GitHub, a PDF) the answer is
    folded.
    """

    @checked
    def __init__(
        self, prompt: str, replies: Mapping[str, str], answer: Picture | None = None
    ) -> None:
        """prompt: the question; replies: from each choice to what is answered when it is picked.

        answer: the picture that settles it, as a function of :mod:`lecture11.figures` returns it.
        Raises ValueError where there are fewer than two choices.
        """
        if len(replies) < 2:
            raise ValueError(f"replies: a question needs two choices or more; got {len(replies)}.")
        for choice, reply in replies.items():
            as_instance("replies", choice, str, "a choice is a text")
            as_instance(f"replies[{choice!r}]", reply, str, "a reply is a text")
        self.prompt, self.replies, self.answer = prompt, dict(replies), answer
        super().__init__(_html_of(prompt, replies, answer))

    def __repr__(self) -> str:
        """The question, its choices, and the words of the picture."""
        choices = "".join(f"\n  ○ {choice}" for choice in self.replies)
        words = f"\n  Answer: {self.answer.words}" if self.answer else ""
        return f"{self.prompt} (Run this cell to answer.){choices}{words}"


def _html_of(prompt: str, replies: Mapping[str, str], answer: Picture | None) -> str:
    """What ``page/question.js`` reads, in elements that GitHub shows as well."""
    choices = "".join(f"<li>{html.escape(choice)}</li>" for choice in replies)
    answers = "".join(
        f"<dt>{html.escape(choice)}</dt><dd>{html.escape(reply)}</dd>"
        for choice, reply in replies.items()
    )
    return (
        f'<div data-living="question" class="lecture11 lecture11-question">'
        f"<p><strong>{html.escape(prompt)}</strong></p><ul>{choices}</ul>"
        f"<details><summary>Answer</summary><dl>{answers}</dl>"
        f"{answer.to_html(kept=True) if answer else ''}</details></div>"
    )
