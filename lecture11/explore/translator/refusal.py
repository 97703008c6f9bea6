"""What is said where a function asks for something that the page can't do."""


class TranslationError(TypeError):
    """A function that can't be computed in the page; the message names what stands in the way."""
