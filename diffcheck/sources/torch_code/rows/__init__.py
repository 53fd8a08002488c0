"""How torch's operations become nodes: a row for each, by its name under torch's dispatcher.

``registry`` is what a row is, and ``by_name`` finds one. ``moves`` are operations that only move elements,
``decompositions`` those that others do, ``places`` whole numbers that values decide, and ``infinities`` what is
infinite at some places. In the others stand the rows themselves.
"""
