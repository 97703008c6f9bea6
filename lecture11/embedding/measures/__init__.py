"""How good a map is, what it seems to show, and what no map of the plane has room for."""
