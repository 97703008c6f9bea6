"""A stored notebook as a deck of slides: one idea a slide, its picture as large as that allows.

A cell says in its metadata what it is to the deck (in JupyterLab: the property inspector):

* ``slideshow.slide_type``, as Jupyter has it. ``slide`` starts a slide; ``subslide`` starts one
  below it; ``fragment`` comes to the same slide with the next key; ``-`` is on it from the start;
  ``notes`` is for the speaker alone; ``skip`` is left out. Where a cell says nothing, one that
  begins with a heading starts a slide, and any other is ``-``.
* ``slideshow.text``: what the slide says, Markdown, in place of the cell's own text: a line or
  two, or the formula. The cell's heading stays. Without it the slide shows the cell's headings,
  displayed formulas, lists and tables; where there is none of these, its first sentence.
  All the rest of the text, and the answers that the page folds, are the speaker's notes.
* ``slideshow.lecture``: the title of the lecture's slide that this slide tells, and those after it
  until another is named; before the first, it is what the notebook's line *Slides:* says.
* the cell's tag ``show-input``: its code is the idea. Code is hidden on every other slide (and
  folded in the site, where this tag unfolds it); what a cell shows, words and picture, is seen.

A slide without a heading of its own bears the last one. The section *On your own*, whatever its
cells say, is one slide: its exercises, each linked to the site.
"""
