"""The course as others meet it without Python: one site, and a deck of slides for each notebook."""
