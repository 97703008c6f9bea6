"""Experiments: from data, split and seeds to the numbers that a picture and a sentence use.

A module for each subject, a function for each experiment. A notebook's cell calls it, and a test
compares with it what the notebook's prose says in numbers::

    fits             one normal for two modes, at any distance, width and weight    06
    maps             MDS beside Sammon's on the roll; loops that leap                01, 04
    whole_mnist      t-SNE of 70,000 images, stored                                  04
    scales           a divergence and an entropy on other scales                     05
    neighbours       SNE and t-SNE of 200 digits: torn, let in; each ingredient       02
    triplets         metric learning on some classes, tried on others                04
    panels           experts whose truth is known, and copiers among them           08
    writers          who wrote a note, in fonts and on NIST's forms                 08
    topics           of definitions, found, told and mixed                           08
    senses           of jam and of twenty words, beside always naming one sense      08
    scoring          which share is right once components have been named            08
    mixtures         EM: how fast, where restarts end, K-means as a limit, BIC       09
    autoencoders     two of them, stored: what they draw, what their bound misses   12
    collapse         the same digits four times, with and without z                 12
    stored           results computed once: how, when, on what

What takes minutes, or ends elsewhere on another processor, is computed once by a builder.
"""
