"""Polynomials with rational coefficients, in what is known by a number only."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

# A monomial is its atoms in ascending order, each as often as it occurs; the empty one is 1.
Monomial = tuple[int, ...]
_ONE: Monomial = ()
# The way along the ray is the first atom.
WAY = 0
# What grows beyond this is better an atom of its own: so many terms, atoms in a monomial, and bits of a coefficient.
_TERMS, DEGREE, _BITS = 64, 64, 4096


@dataclass(frozen=True, slots=True)
class Polynomial:
    """The terms, ordered by monomial."""

    terms: tuple[tuple[Monomial, Fraction], ...]

    @staticmethod
    def of(terms: Mapping[Monomial, Fraction]) -> "Polynomial":
        """The polynomial with these terms, those with a factor of zero left out."""
        return Polynomial(tuple(sorted((m, c) for m, c in terms.items() if c)))

    @staticmethod
    def number(value: Fraction) -> "Polynomial":
        """A fraction."""
        return Polynomial.of({_ONE: value})

    @property
    def value(self) -> Fraction | None:
        """The fraction that it is."""
        if not self.terms:
            return Fraction(0)
        return self.terms[0][1] if len(self.terms) == 1 and self.terms[0][0] == _ONE else None

    @property
    def atom(self) -> int | None:
        """The atom that it is."""
        if len(self.terms) != 1 or self.terms[0][1] != 1 or len(self.terms[0][0]) != 1:
            return None
        return self.terms[0][0][0]

    @property
    def along(self) -> dict[int, Fraction] | None:
        """The coefficients by power of t, if it is made of nothing else."""
        if any(atom != WAY for m, _ in self.terms for atom in m):
            return None
        return {len(m): c for m, c in self.terms}

    @property
    def is_small(self) -> bool:
        """Whether it stays within bounds."""
        return len(self.terms) <= _TERMS and all(
            len(m) <= DEGREE and c.numerator.bit_length() + c.denominator.bit_length() <= _BITS for m, c in self.terms
        )

    def __neg__(self) -> "Polynomial":
        return self.times(Fraction(-1))

    def __add__(self, other: "Polynomial") -> "Polynomial":
        terms = dict(self.terms)
        for m, c in other.terms:
            terms[m] = terms.get(m, Fraction(0)) + c
        return Polynomial.of(terms)

    def __sub__(self, other: "Polynomial") -> "Polynomial":
        return self + -other

    def __mul__(self, other: "Polynomial") -> "Polynomial":
        terms: dict[Monomial, Fraction] = {}
        for m, c in self.terms:
            for n, d in other.terms:
                product = tuple(sorted(m + n))
                terms[product] = terms.get(product, Fraction(0)) + c * d
        return Polynomial.of(terms)

    def times(self, factor: Fraction) -> "Polynomial":
        """The product with a fraction."""
        return Polynomial(tuple((m, c * factor) for m, c in self.terms if factor))

    def over(self, atom: int) -> "Polynomial | None":
        """The quotient by an atom that is a factor of every term."""
        if any(atom not in m for m, _ in self.terms):
            return None
        return Polynomial.of({without(m, atom): c for m, c in self.terms})


def without(monomial: Monomial, atom: int) -> Monomial:
    """The monomial with one factor less."""
    place = monomial.index(atom)
    return monomial[:place] + monomial[place + 1 :]
