"""The referee on whole arrays: for functions so large that one number at a time would take too long.

`enclose` evaluates a graph in arrays of balls, `pieces` puts the pieces that hold at a point in place of what chooses
them, `certify` differentiates what remains and certifies it, `confirm` asks power series (`rays`) along one direction.
Where pieces meet, `pairs` writes selections by comparisons of two, `moving` says what a small step moves at all, `ties`
makes the graph that tells the sides apart, and `seams` the derivatives from both. `bounds` are made of `losses` on the
way and of the `sensitivity` to them, and so is what `own_graph` says of code that was recorded; `cancelled` measures
what a result around zero is left of.
"""
