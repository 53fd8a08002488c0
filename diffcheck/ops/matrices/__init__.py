"""Functions of matrices, which stand along the last two axes, under the names of torch and NumPy.

These are in `linalg`, `lu`, `orthogonal` and `spectral`; the others are rows below them: what elimination, triangles,
exponentials and eigenvalues give, on whole arrays and number by number.
"""
