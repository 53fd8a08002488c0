"""Whether a polynomial in algebraic numbers is zero, decided by how near to zero one can be that is not.

An algebraic integer that is not zero has conjugates whose product is a whole number other than zero. So of degree n it
is no smaller than ``L ** (1 - n)`` if none of its conjugates is larger than L (Burnikel, Fleischer, Mehlhorn & Schirra
2000). Roots of fractions are as large as their conjugates, twice a cosine of a fraction of a turn is an integer whose
conjugates are at most two.
"""

import math
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, fmpz

from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.referee.formulas.identities import Atoms
from diffcheck.referee.formulas.polynomials import Monomial, Polynomial
from diffcheck.referee.formulas.ratios import Ratio

_HALF = Ratio.number(Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Algebraic:
    """What is known of an algebraic number, and of all its conjugates.

    Attributes
    ----------
    size:
        None of them is larger.
    factor:
        A whole number, a ball that may be huge, times which it is an algebraic integer.
    degree:
        How many conjugates it has at most, beside those that its order counts.
    order:
        Of the roots of unity that it is made of; 1 if it is made of none.
    """

    size: Any
    factor: Any
    degree: int = 1
    order: int = 1


class Zeros:
    """Sums of algebraic numbers that are zero, in formulas of these atoms."""

    def __init__(self, atoms: Atoms) -> None:
        self._atoms = atoms
        self._known: dict[int, Algebraic | None] = {}

    def without(self, x: Ratio) -> Ratio:
        """The same formula without them: without those before each product of what is no algebraic number."""
        groups: dict[Monomial, dict[Monomial, Fraction]] = {}
        for monomial, coefficient in x.top.terms:
            part = tuple(atom for atom in monomial if self._algebraic(atom) is not None)
            rest = tuple(atom for atom in monomial if self._algebraic(atom) is None)
            groups.setdefault(rest, {})[part] = coefficient
        zeros = {rest for rest, terms in groups.items() if self._is_zero(Polynomial.of(terms))}
        if not zeros:
            return x
        kept = {tuple(sorted(p + rest)): c for rest, g in groups.items() if rest not in zeros for p, c in g.items()}
        return Ratio.of(Polynomial.of(kept), x.bottom)

    def _is_zero(self, polynomial: Polynomial) -> bool:
        """Whether a polynomial in nothing but algebraic numbers is zero for certain."""
        value = self._atoms.enclosure(Ratio(polynomial))
        if not value.contains(0):
            return False
        powers = [(Counter(monomial), coefficient) for monomial, coefficient in polynomial.terms]
        highest: Counter[int] = Counter()
        for power, _ in powers:
            highest |= power
        known = {atom: of for atom in highest if (of := self._algebraic(atom)) is not None}
        whole = math.lcm(*(c.denominator for _, c in powers))
        factor = whole * math.prod(known[a].factor ** n for a, n in highest.items())
        sizes = (
            math.prod((known[a].size ** n for a, n in power.items()), start=balls.ball(abs(c))) for power, c in powers
        )
        order = math.lcm(*(of.order for of in known.values()))
        degree = math.prod(of.degree for of in known.values()) * int(fmpz(order).euler_phi())
        largest = factor * sum(sizes, balls.ZERO)
        return bool(balls.magnitude(value) * factor * largest ** (degree - 1) < 1)

    def _algebraic(self, atom: int) -> Algebraic | None:
        """What is known of an atom that is an algebraic number."""
        if atom not in self._known:
            self._known[atom] = self._of(*self._atoms.applies(atom))
        return self._known[atom]

    def _of(self, name: str, operands: tuple[Ratio, ...]) -> Algebraic | None:
        if name in ("sin", "cos"):
            turn = self._atoms.turns(Primitive.rows[name], operands)
            if turn is None or turn.value is None:
                return None
            return Algebraic(arb(1), arb(2), order=math.lcm(4, 2 * turn.value.denominator))
        if name not in ("sqrt", "power"):
            return None
        base, exponent = (p.value for p in (*operands, _HALF)[:2])
        if base is None or exponent is None or base <= 0 or exponent <= 0:
            return None
        size = balls.ball(base) ** balls.ball(exponent)
        return Algebraic(size, balls.ball(base.denominator) ** math.ceil(exponent), exponent.denominator)
