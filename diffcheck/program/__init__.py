"""Functions as straight-line code, and their derivatives.

On whole arrays: `trace` records a function as a `graph`, `chain` differentiates it by the structure of its operations
(`diffcheck.ops.structure`), `displaced` takes products with matrices that move along directions apart, `emit` makes
NumPy code of it. `scalarise` lowers it to operations on numbers: a `program`,
which `differentiate` differentiates, `compile` (by the groups of `schedule`) makes runnable and `text` writes as
formulas. `code` chooses between the two by size. Both find the derivative of one operation in `rules`; what records,
`recorded` and `scalar`.
"""
