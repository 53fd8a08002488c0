"""How large an error may be: the two bounds, both first order in the unit roundoff u of the dtype.

``inherent`` = k u s, with s = |D| + sum over inputs and constants of |x dD/dx|
    What any good algorithm reaches, however it computes: it depends on the question alone. Of the digits that u s
    leaves half are never given away: where sqrt(u s |D|) is less it is taken instead, u s at least. In bfloat16 k u s
    would often allow an error as large as the truth.
``formula`` = c u sum over all intermediate values v of the derivative program of ulps(v) |dD/dv| |v|
    What this formula allows in this format: the adjoint rounding analysis of Linnainmaa (1976) and Iri (1984). Where
    an operation has several derivative forms in common use, the largest of theirs. A value below the normal range
    loses up to half a subnormal unit instead, and one beyond the largest number allows any error.

Which constants count as inputs: see `diffcheck.referee.paths.lift_data`.
"""

from collections.abc import Callable

from diffcheck.formats import Format
from diffcheck.ops.table import Primitive
from diffcheck.referee.evaluate import Ball
from diffcheck.referee.rounding import rounding

# Fixed once by counting false alarms and misses: `benchmarks/count_alarms.py` counts again.
INHERENT_FACTOR = 128
FORMULA_FACTOR = 16


class Bound:
    """The error that one component may have in one format.

    Attributes
    ----------
    scale:
        |D| + sum of |x dD/dx|: the inherent error in units of the unit roundoff, without the factor k.
    inherent:
        An absolute error (a ball whose midpoint counts).
    """

    __slots__ = ("_formula", "_in_any_order", "inherent", "scale")

    def __init__(
        self,
        scale: Ball,
        inherent: Ball,
        formula: Ball | Callable[[], Ball],
        in_any_order: Callable[[], Ball] | None = None,
    ) -> None:
        self.scale = scale
        self.inherent = inherent
        self._formula = formula
        self._in_any_order = in_any_order

    @property
    def formula(self) -> Ball:
        """The other absolute error, found when it is asked for; infinite where an intermediate value overflows.

        NaN where nobody can tell it. Most values lie within ``inherent``, and nobody asks.
        """
        if callable(self._formula):
            self._formula = self._formula()
        return self._formula

    @property
    def in_any_order(self) -> "Bound":
        """The same, of a formula whose sums are added up in the order that loses most, as a kernel of one's own may."""
        return Bound(self.scale, self.inherent, self._in_any_order or self._formula)


def alternatives(name: str) -> int:
    """How many derivative forms an operation has, SymPy's rule counting as one."""
    row = Primitive.rows[name]
    if callable(row.forms):
        return len(row.forms(0))
    return max(map(len, row.forms), default=1)


def bound(
    size: Ball,
    moved: Ball,
    formula: Callable[[], Ball],
    format: Format,
    in_any_order: Callable[[], Ball] | None = None,
) -> Bound:
    """The bound on a truth of this size, which rounding of its inputs moves by ``moved`` in unit roundoffs.

    ``formula`` finds what rounding of all intermediate values leaves on it, sums taken in the orders in use, and
    ``in_any_order`` in the order that loses most.
    """
    scale = size + moved
    any_order = None if in_any_order is None else (lambda: FORMULA_FACTOR * in_any_order())
    return Bound(scale, inherent(size, scale, format), lambda: FORMULA_FACTOR * formula(), any_order)


def inherent(size: Ball, scale: Ball, format: Format) -> Ball:
    """What any good algorithm may be off by from a truth of this size, whose inherent error is u ``scale``."""
    errors = rounding(format)
    unavoidable = errors.unit * scale
    if size.is_zero():
        allowed = min(INHERENT_FACTOR * errors.unit, errors.root) * scale
    else:
        allowed = INHERENT_FACTOR * unavoidable
        # Else the root, of which there is one for every component, is the larger one.
        if not size > INHERENT_FACTOR * allowed:
            allowed = max(min(allowed, (unavoidable * size).sqrt()), unavoidable)
    return allowed.mid() + errors.subnormal
