"""Values known as formulas, for where balls cannot decide: which are equal, and what is zero exactly.

`exactly` evaluates a program with them. A formula is a quotient of polynomials (`ratios`, `polynomials`) in numbers
that `identities` and `exponents` write as few different ones as can be; `taylor` has its first terms along a ray.
"""
