"""How far rounding may move an answer from the truth.

`bound` says what the two bounds are and `bounds` computes them: what rounding leaves on each value (`of_value`), times
how strongly it moves the result (`tape`, `path_sums`). `own_code` does so for the code that an engine really evaluates,
`near_ties` looks for comparisons that rounding decides, and `culprit` names the operation that loses the digits.
"""
