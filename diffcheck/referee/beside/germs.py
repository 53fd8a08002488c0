"""Functions along a ray where they have no power series: sums of ``c t^a ln(t)^b``, with any rational ``a``.

The square root of t, t^1.1 and t ln(t) are such sums, and arithmetic, powers, logarithms and exponentials of such sums
are again (transseries of the first level; van der Hoeven 2006). A sum is known below some power of t; what is left out
is as small as that power, logarithms aside. Like power series they are for small t > 0, with ball coefficients.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from flint import arb, arb_series

from diffcheck.ops.arguments import Traceable
from diffcheck.ops.enclosures import balls
from diffcheck.ops.exact import Exact, exact
from diffcheck.ops.table import Operation

Ball = Any
# The powers of t and of ln(t) in a term.
Exponents = tuple[Fraction, int]
CONSTANT: Exponents = (Fraction(0), 0)

# An infinite sum is followed so far beyond its first term, and no further than to so many terms. A second derivative
# needs 2, and more where first terms cancel.
ORDER = 5
TERMS = 40
# Power series are known up to this power of t; comparisons that tie to it are decided by formulas, or not.
POWERS = 6
# What is told of slopes are first and second ones.
SLOPES = 2


class NoExpansion(ArithmeticError):
    """A function has no such sum, or which one it has cannot be told."""


def _rank(exponents: Exponents) -> tuple[Fraction, int]:
    """The place of a term among others: the largest for small t comes first."""
    a, b = exponents
    return a, -b


@dataclass(frozen=True, slots=True, eq=False)
class Germ(Traceable):
    """A sum of ``c t^a ln(t)^b``.

    Attributes
    ----------
    terms:
        The coefficients that are not the number zero itself.
    order:
        All terms with a smaller ``a`` are there; infinite for a sum that is exact.
    number:
        The fraction that a constant one is, where its ball cannot hold it.
    """

    terms: Mapping[Exponents, Ball]
    order: Fraction | float
    number: Fraction | None = None
    operations: ClassVar[Any] = None

    @staticmethod
    def of(terms: Mapping[Exponents, Ball], order: Fraction | float = math.inf) -> "Germ":
        """The sum of those terms that are below the order and not zero; the largest if they are many."""
        kept = {e: c for e, c in terms.items() if e[0] < order and not c.is_zero()}
        if len(kept) > TERMS:
            order = min(order, sorted(kept, key=_rank)[TERMS][0])
            kept = {e: c for e, c in kept.items() if e[0] < order}
        return Germ(kept, order)

    def __getitem__(self, power: int) -> Ball:
        """The coefficient of a whole power of t; `NoExpansion` if it is not known or outweighed by others."""
        if self.order <= power or any(a < 0 or (a == 0 and b > 0) for a, b in self.terms):
            raise NoExpansion
        return self.terms.get((Fraction(power), 0), balls.ZERO)

    def leading(self) -> tuple[Exponents, Ball] | None:
        """The term that outweighs all others for small t; ``None`` for zero itself.

        Raises
        ------
        NoExpansion
            If the terms that are known may all be zero.
        """
        for exponents in sorted(self.terms, key=_rank):
            if balls.sign(self.terms[exponents]) is None:
                break
            return exponents, self.terms[exponents]
        if self.terms or self.order < math.inf:
            raise NoExpansion
        return None

    def sign(self) -> int | None:
        """The certain sign for small t; 0 for zero itself, ``None`` if it cannot be told."""
        try:
            found = self.leading()
        except NoExpansion:
            return None
        if found is None:
            return 0
        (_, b), coefficient = found
        side = balls.sign(coefficient)
        assert side is not None
        return -side if b % 2 else side  # ln(t) is negative

    @property
    def valuation(self) -> Fraction | float:
        """No term, known or not, has a smaller power of t."""
        return min((a for a, _ in self.terms), default=self.order)

    def is_finite(self) -> bool:
        """Whether all coefficients are finite."""
        return all(c.is_finite() for c in self.terms.values())

    # Comparisons are true only when they are certain, as for balls.

    def __lt__(self, other: Any) -> bool:
        return (self - germ(other)).sign() == -1

    def __gt__(self, other: Any) -> bool:
        return (self - germ(other)).sign() == 1

    def __le__(self, other: Any) -> bool:
        return (self - germ(other)).sign() in (-1, 0)

    def __ge__(self, other: Any) -> bool:
        return (self - germ(other)).sign() in (1, 0)

    def is_zero(self) -> bool:
        """Whether it is the number zero itself."""
        return self.sign() == 0

    @property
    def is_number(self) -> bool:
        """Whether it is one number for all t."""
        return self.order == math.inf and self.terms.keys() <= {CONSTANT}

    @property
    def ball(self) -> Ball:
        """The number that it is for all t; `NoExpansion` if it moves."""
        if not self.is_number:
            raise NoExpansion
        return self[0]

    @property
    def fraction(self) -> Fraction | None:
        """The fraction that it is for all t."""
        return self.number or (balls.fraction(self[0]) if self.is_exact() else None)

    def is_exact(self) -> bool:
        """Whether it is an exact number for all t."""
        return self.is_number and bool(self[0].is_exact())

    def is_integer(self) -> bool:
        """Whether it is a whole number for all t."""
        return self.is_exact() and bool(self[0].is_integer())

    def contains_integer(self) -> bool:
        """Whether it may be a whole number for all small t; one that moves is none."""
        moves = any(e != CONSTANT and balls.sign(c) is not None for e, c in self.terms.items())
        return not moves and (not self.is_number or bool(self[0].contains_integer()))

    # Arithmetic.

    def __neg__(self) -> "Germ":
        return Germ({e: -c for e, c in self.terms.items()}, self.order)

    def __abs__(self) -> "Germ":
        side = self.sign()
        if side is None:
            raise NoExpansion
        return -self if side < 0 else self

    def __add__(self, other: Any) -> "Germ":
        right = germ(other)
        terms = dict(self.terms)
        for exponents, c in right.terms.items():
            terms[exponents] = terms[exponents] + c if exponents in terms else c
        return Germ.of(terms, min(self.order, right.order))

    def __sub__(self, other: Any) -> "Germ":
        return self + -germ(other)

    def __rsub__(self, other: Any) -> "Germ":
        return germ(other) - self

    def __mul__(self, other: Any) -> "Germ":
        right = germ(other)
        order = min(self.order + right.valuation, right.order + self.valuation)
        terms: dict[Exponents, Ball] = {}
        for (a, b), c in self.terms.items():
            for (p, q), d in right.terms.items():
                if a + p < order:
                    exponents = a + p, b + q
                    terms[exponents] = terms[exponents] + c * d if exponents in terms else c * d
        return Germ.of(terms, order)

    def __truediv__(self, other: Any) -> "Germ":
        right = germ(other)
        top, bottom = self.fraction, right.fraction
        return germ(top / bottom) if top is not None and bottom else self * right.reciprocal()

    def __rtruediv__(self, other: Any) -> "Germ":
        return germ(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def factors(self) -> tuple[Exponents, Ball, "Germ"]:
        """The exponents ``a, b``, ``c`` and a small ``w`` with ``c t^a ln(t)^b (1 + w)``."""
        found = self.leading()
        if found is None:
            raise ZeroDivisionError
        (a, b), c = found
        rest = {(p - a, q - b): d / c for (p, q), d in self.terms.items() if (p, q) != (a, b)}
        if any(p == 0 for p, _ in rest):
            raise NoExpansion  # 1 + 1/ln(t) has infinitely many terms of one power of t
        return (a, b), c, Germ.of(rest, self.order - a)

    def small(self, coefficients: Callable[[int], Iterator[Ball]]) -> "Germ":
        """The sum of ``c_k w^k`` for a ``w`` that vanishes with t; so many coefficients are asked for."""
        if not self.terms and self.order == math.inf:
            return germ(next(coefficients(1)))
        step = self.valuation
        if step <= 0:
            raise NoExpansion
        order = min(self.order, ORDER)
        count = min(math.ceil(order / step), TERMS)
        order = min(order, count * step)
        w, terms = Germ.of(self.terms, order), dict[Exponents, Ball]()
        for c in reversed(list(coefficients(count))):
            product = w * Germ(terms, order)
            order = min(order, product.order)
            terms = {**product.terms, CONSTANT: c}  # every term of the product vanishes with t
        return Germ.of(terms, order)

    def reciprocal(self) -> "Germ":
        """``1 / x``."""
        (a, b), c, w = self.factors()
        return w.small(lambda n: (arb((-1) ** k) for k in range(n))).times(1 / c, -a, -b)

    def times(self, factor: Ball, a: Fraction, b: int) -> "Germ":
        """The product with ``factor t^a ln(t)^b``."""
        return Germ.of({(p + a, q + b): c * factor for (p, q), c in self.terms.items()}, self.order + a)

    def fixed_point(self, step: Callable[["Germ"], "Germ"]) -> "Germ":
        """The x that begins as this one, vanishing, and is ``step(x)``, which knows more of x than it is told."""
        first, c, _ = self.factors()
        power, begun = first[0], {first: c}
        if power <= 0:
            raise NoExpansion
        told = step(Germ(begun, power + Fraction(1, TERMS)))
        leading = told.leading()
        if leading is None or leading[0] != first or not leading[1].overlaps(c):
            raise NoExpansion
        # What follows the first term is as small as what the first one alone makes follow.
        found = Germ(begun, min([a for a, _ in told.terms if a > power] + [told.order]))
        while found.order <= SLOPES:
            told = step(found)
            if told.order <= found.order:
                break
            found = told
        return found

    def simplest(self) -> Any:
        """The same as a ball or a power series, if it is one."""
        if self.is_number:
            return self[0]
        whole = self.order >= 1 and self.order in (math.inf, self.order // 1)
        if not whole or not all(0 <= a <= POWERS and a.denominator == 1 and b == 0 for a, b in self.terms):
            return self
        known = int(min(self.order, POWERS + 1))
        return arb_series([self.terms.get((Fraction(k), 0), balls.ZERO) for k in range(known)], known)

    def apply(self, operation: Operation, arguments: tuple[Any, ...], options: dict[str, Any]) -> "Germ":
        """What an operation of the table makes of germs and numbers."""
        found: Germ = self.operations(operation, arguments)
        return found


def germ(value: Any) -> Germ:
    """A number, a ball, a power series or a constant of the table as such a sum."""
    match value:
        case Germ():
            return value
        case arb():
            return Germ.of({CONSTANT: value})
        case arb_series():
            return Germ.of({(Fraction(k), 0): value[k] for k in range(value.length())}, Fraction(value.prec))
        case Exact():
            return Germ.of({CONSTANT: value.enclosure()})
        case _:
            number = exact(value)
            found = Germ.of({CONSTANT: balls.ball(number)})
            return found if found.is_exact() else Germ(found.terms, math.inf, number)
