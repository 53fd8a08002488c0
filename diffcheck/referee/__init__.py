"""The referee: certified truth about a derivative at a point, and how far rounding may move an answer from it.

`truth` asks the others. `primal` evaluates the function itself (`evaluate`, with formulas where balls do not decide:
`exactly`, `identities`, `ratios`, `polynomials`, `exponents`, `taylor`) and finds the pieces that hold (`paths`);
`derivatives` differentiates and certifies what is smooth there (`smooth`, `enclosures`, `component`), with the bits of
`ladder`; `second_route` confirms it without derivative rules. Where pieces meet or a domain ends, `neighbourhood` looks
along rays (`kinks`, `corners`, `along_rays`, `sides`, `jets`, `germs`, `expansions`, `tangents`, `quotients`), and
`around` in all directions. `arrays` does the same for whole arrays where a function is large.

`bounds` measures what rounding may do (`bound`, `tape`, `path_sums`, `rounding`, `own_code`), `near_ties` and
`neighbours` what a comparison may do that rounding decides; `culprit`, `branches` and `shape` say why.
"""
