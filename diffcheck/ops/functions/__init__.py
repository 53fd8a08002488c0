"""Functions of numbers, one row each, which arrays take element by element.

`differentiated` makes rows of analytic functions: their series, and slopes where no formula is known.
"""
