"""How large an error may be: the two bounds, both first order in the unit roundoff u of the dtype.

``inherent`` = k u s, with s = |D| + sum over inputs and constants of |x dD/dx|
    What any good algorithm reaches, however it computes: it depends on the question alone. Of the digits that u s
    leaves half are never given away: where sqrt(u s |D|) is less it is taken instead, u s at least. In bfloat16 k u s
    would often allow an error as large as the truth.
``formula`` = c u sum over all intermediate values v of the derivative program of ulps(v) |dD/dv| |v|
    What this formula allows in this format: the adjoint rounding analysis of Linnainmaa (1976) and Iri (1984). Where
    an operation has several derivative forms in common use, the largest of theirs. A value below the normal range
    loses up to half a subnormal unit instead, and no more than itself; one beyond the largest number allows any error.
    Of a first derivative it is c u sum over all operations v and those operands w of theirs that others have as well
    of |dy/dv dv/dw dw/dx| at least: what v hands on of it to w is added to what others do, in an order of the engine's.

Which constants count as inputs: see `diffcheck.referee.paths.lift_data`.
"""

from collections.abc import Sequence
from typing import Protocol

from flint import arb

from diffcheck.formats import Format
from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.referee.evaluate import Ball
from diffcheck.referee.rounding.of_value import rounding

# Fixed once by counting false alarms and misses: `benchmarks/count_alarms.py` counts again.
INHERENT_FACTOR = 128
FORMULA_FACTOR = 16


class Formulas(Protocol):
    """What rounding of all intermediate values leaves on components, found when it is asked for.

    NaN where nobody can tell it, infinite where an intermediate value overflows.
    """

    def of(self, place: int) -> Ball:
        """Of the component at a place in row-major order, sums added up in the orders in use."""
        ...

    def in_any_order(self, place: int) -> Ball:
        """The same with sums added up in the order that loses most, as a kernel of one's own may."""
        ...


class Bound:
    """The error that one component may have in one format.

    Attributes
    ----------
    scale:
        |D| + sum of |x dD/dx|: the inherent error in units of the unit roundoff, without the factor k.
    inherent:
        An absolute error (a ball whose midpoint counts).
    number:
        The size of the complex number that the component is a part of; zero of a real one.
    """

    __slots__ = ("_formula", "_place", "inherent", "number", "scale")

    def __init__(
        self, scale: Ball, inherent: Ball, formula: Ball | Formulas, place: int = 0, number: Ball = balls.ZERO
    ) -> None:
        self.scale = scale
        self.inherent = inherent
        self.number = number
        self._formula = formula
        self._place = place

    @property
    def formula(self) -> Ball:
        """The other absolute error. Most values lie within ``inherent``, and nobody asks."""
        given = self._formula
        return given if isinstance(given, arb) else FORMULA_FACTOR * given.of(self._place)

    @property
    def in_any_order(self) -> Ball:
        """The same, of a formula whose sums are added up in any order."""
        given = self._formula
        return given if isinstance(given, arb) else FORMULA_FACTOR * given.in_any_order(self._place)


def of_complex_numbers(
    bounds: Sequence[Bound | None], sizes: Sequence[Ball], numbers: Sequence[int]
) -> list[Bound | None]:
    """The bounds of real components that are parts of complex numbers; parts with one number belong together.

    Complex arithmetic rounds relative to the size of a number (Higham 2002, 3.6): a part may be off by what the larger
    one may. ``sizes`` are the absolute values of the parts.
    """
    largest: dict[int, tuple[Bound, Ball]] = {}
    for found, size, number in zip(bounds, sizes, numbers, strict=True):
        if found is not None and (number not in largest or found.inherent > largest[number][0].inherent):
            largest[number] = found, size
    return [found and _as_part(found, *largest[number]) for found, number in zip(bounds, numbers, strict=True)]


def _as_part(found: Bound, largest: Bound, size: Ball) -> Bound:
    return Bound(largest.scale, largest.inherent, found._formula, found._place, size)


def alternatives(name: str) -> int:
    """How many derivative forms an operation has, SymPy's rule counting as one."""
    row = Primitive.rows[name]
    if callable(row.forms):
        return len(row.forms(0))
    return max(map(len, row.forms), default=1)


def bound(size: Ball, moved: Ball, formula: Ball | Formulas, format: Format, place: int = 0) -> Bound:
    """The bound on a truth of this size, which rounding of its inputs moves by ``moved`` in unit roundoffs.

    ``formula`` is what rounding of all intermediate values leaves on it, or tells it of the component at a place.
    """
    scale = size + moved
    left = FORMULA_FACTOR * formula if isinstance(formula, arb) else formula
    return Bound(scale, inherent(size, scale, format), left, place)


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
