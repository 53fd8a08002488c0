"""The referee: certified truth about a derivative at a point, and how far rounding may move an answer from it.

`truth` asks the others. `primal` evaluates the function itself (`evaluate`, and where balls do not decide `formulas`)
and finds the pieces that hold (`paths`); `derivatives` differentiates and certifies what is smooth there (`smooth`,
`enclosures`, `component`), with the bits of `ladder`; `beside.second_route` confirms it without derivative rules. Where
pieces meet or a domain ends, `beside` looks along rays, and `tangents` goes along one. `arrays` does the same for whole
arrays where a function is large.

`rounding` measures what rounding may do, `neighbours` what a comparison may do that it decides; `branches` says why.
"""
