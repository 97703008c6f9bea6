"""Experiments: from data, split and seeds to the numbers that a picture and a sentence use.

A module for each subject, a function for each experiment. A notebook's cell calls it, and a test
compares with it what the notebook's prose says in numbers::

    fits             one normal for two modes, at any distance, width and weight    06
"""
