"""Maps that keep neighbours: SNE, t-SNE and NeRV.

First the formulas, each a few lines through arrays of points × points: :mod:`.affinities`,
:mod:`.sne`, :mod:`.tsne`, :mod:`.nerv`, :mod:`.forces`. Then what makes them fast, held equal to
the formulas by tests: :mod:`.attraction` between neighbours, :mod:`.repulsion` of all pairs,
:mod:`.losses` of both, :mod:`.starts`, :mod:`.descent`, and :mod:`.fits`, one call each. For many
points :mod:`.nearest` finds the neighbours and :mod:`.grid` repels; :mod:`.placing` puts new points
into a finished map.
"""
