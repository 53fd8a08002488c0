"""The referee on whole arrays: for functions so large that one number at a time would take too long.

`enclose` evaluates a graph in arrays of balls, `pieces` puts the pieces that hold at a point in place of what chooses
them, `certify` differentiates what remains and certifies it, `rays` confirms it by power series along one direction,
and `bounds` says how far rounding may move it. Whatever is not one smooth piece, not tight or not finite is left to
the referee of numbers, which knows what to make of it.
"""
