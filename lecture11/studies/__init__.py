"""Experiments: from data, split and seeds to the numbers that a picture and a sentence use.

A module for each subject, a function for each experiment. A notebook's cell calls it, and a test
compares with it what the notebook's prose says in numbers::

    fits             one normal for two modes, at any distance, width and weight    06
    panels           experts whose truth is known, and copiers among them           08
    autoencoders     two of them, stored: what they draw, what their bound misses   12
    collapse         the same digits four times, with and without z                 12
    stored           results computed once: how, when, on what

What takes minutes, or ends elsewhere on another processor, is computed once by a builder.
"""
