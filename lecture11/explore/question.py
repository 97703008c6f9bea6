"""A question to answer before running on: each choice has its own reply, shown when picked."""

import html
from collections.abc import Mapping

import ipywidgets as widgets

from lecture11.arguments import as_instance
from lecture11.explore.layout import Spoken
from lecture11.signatures import checked


class Question(Spoken):
    """Radio buttons and, once one is picked, the reply to that choice.

    Linked in the browser, so it answers in an exported page as well.
    """

    @checked
    def __init__(self, prompt: str, replies: Mapping[str, str]) -> None:
        """prompt: the question; replies: from each choice to what is answered when it is picked.

        Raises ValueError where there are fewer than two choices.
        """
        if len(replies) < 2:
            raise ValueError(f"replies: a question needs two choices or more; got {len(replies)}.")
        for choice, reply in replies.items():
            as_instance("replies", choice, str, "a choice is a text")
            as_instance(f"replies[{choice!r}]", reply, str, "a reply is a text")
        self._prompt = prompt
        self.choices = widgets.RadioButtons(
            options=list(replies), value=None, layout=widgets.Layout(width="auto")
        )
        pages = [widgets.HTML(f"<p>{html.escape(reply)}</p>") for reply in replies.values()]
        self.stack = widgets.Stack(pages)
        widgets.jslink((self.choices, "index"), (self.stack, "selected_index"))
        super().__init__([widgets.HTML(f"<b>{html.escape(prompt)}</b>"), self.choices, self.stack])
        self.add_class("lecture11-question")

    def __repr__(self) -> str:
        """The widget in words."""
        choices = "".join(f"\n  ○ {choice}" for choice in self.choices.options)
        return f"{self._prompt} (Run this cell to answer.){choices}"
