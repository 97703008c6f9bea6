"""Maps that keep distances: metric scaling and Sammon's mapping."""
