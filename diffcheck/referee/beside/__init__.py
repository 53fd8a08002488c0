"""What a function is beside a point, where pieces meet or its domain ends, and what series tell of it at the point.

Values along a ray are power series (`jets`), or `germs` where there are none (`expansions`); `along_rays` has them for
a whole function, with the pieces that hold there, and `sides` puts two rays together. `neighbourhood` looks at the
components of a derivative: by `kinks`, by `corners` for mixed second derivatives, by `quotients` where series fail;
`contracted` along a direction, `around` in all directions. `second_route` confirms truths by series alone, and `shape`
has the words for what a point is.
"""
