"""Operations on whole arrays, under the names of NumPy and torch: what moves, adds up and compares elements.

`sums`, `along` and `selection` are the rows below them, beside those of `diffcheck.ops.structure`.
"""
