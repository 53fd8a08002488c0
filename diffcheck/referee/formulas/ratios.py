"""Quotients of polynomials in lowest terms: two that are equal as formulas are the same value of this class."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from diffcheck.referee.formulas.polynomials import DEGREE, Monomial, Polynomial

_ONE = Polynomial.number(Fraction(1))


@dataclass(frozen=True, slots=True)
class Ratio:
    """``top / bottom`` without a common factor; the first term of the bottom has the factor one."""

    top: Polynomial
    bottom: Polynomial = _ONE

    @staticmethod
    def of(top: Polynomial, bottom: Polynomial) -> "Ratio":
        """The quotient in lowest terms; `ZeroDivisionError` for a bottom that is zero."""
        if not bottom.terms:
            raise ZeroDivisionError
        if not top.terms:
            return ZERO
        if bottom == _ONE:
            return Ratio(top)
        if bottom.value is None:
            top, bottom = _lowest_terms(top, bottom)
        leading = bottom.terms[0][1]
        return Ratio(top.times(1 / leading), bottom.times(1 / leading))

    @staticmethod
    def number(value: Fraction) -> "Ratio":
        """A fraction."""
        return Ratio(Polynomial.number(value))

    @staticmethod
    def power_of(atom: int, times: int = 1) -> "Ratio":
        """A power of an atom."""
        power = Polynomial.of({(atom,) * abs(times): Fraction(1)})
        return Ratio(power) if times >= 0 else Ratio(_ONE, power)

    @property
    def is_whole(self) -> bool:
        """Whether it is a polynomial."""
        return self.bottom == _ONE

    @property
    def value(self) -> Fraction | None:
        """The fraction that it is."""
        return self.top.value if self.is_whole else None

    @property
    def is_small(self) -> bool:
        """Whether it stays within bounds."""
        return self.top.is_small and self.bottom.is_small

    @property
    def is_negative(self) -> bool:
        """Whether its first factor is negative: of a formula and its negative exactly one is."""
        return bool(self.top.terms) and self.top.terms[0][1] < 0

    @property
    def along(self) -> dict[int, Fraction] | None:
        """The coefficients by power of t, if it is a polynomial in nothing else."""
        return self.top.along if self.is_whole else None

    def __neg__(self) -> "Ratio":
        return Ratio(-self.top, self.bottom)

    def __add__(self, other: "Ratio") -> "Ratio":
        if self.bottom == other.bottom:
            return Ratio.of(self.top + other.top, self.bottom)
        return Ratio.of(self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom)

    def __sub__(self, other: "Ratio") -> "Ratio":
        return self + -other

    def __mul__(self, other: "Ratio") -> "Ratio":
        return Ratio.of(self.top * other.top, self.bottom * other.bottom)

    def __truediv__(self, other: "Ratio") -> "Ratio":
        return Ratio.of(self.top * other.bottom, self.bottom * other.top)

    def factors(self) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
        """A fraction and the irreducible polynomials whose powers give this; not of zero."""
        content, found = Fraction(1), []
        for part, side in ((self.top, 1), (self.bottom, -1)):
            number, powers = _factors(part)
            content *= number**side
            found += [(p, side * times) for p, times in powers]
        return content, found

    def to_power(self, times: int) -> "Ratio | None":
        """``x ** times``; ``None`` where that is too large."""
        if abs(times) > DEGREE:
            return None
        found = ONE
        for _ in range(abs(times)):
            found = found * self
            if not found.is_small:
                return None
        return found if times >= 0 else ONE / found


def _lowest_terms(top: Polynomial, bottom: Polynomial) -> tuple[Polynomial, Polynomial]:
    """Both over their greatest common divisor."""
    atoms, context = _variables(top, bottom)
    x, y = _to_flint(top, atoms, context), _to_flint(bottom, atoms, context)
    common = x.gcd(y)
    return _of_flint(x / common, atoms), _of_flint(y / common, atoms)


def _factors(polynomial: Polynomial) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
    """A fraction and the irreducible factors, whose first coefficients are one, with their powers."""
    atoms, context = _variables(polynomial)
    _, factors = _to_flint(polynomial, atoms, context).factor()
    found, content = [], polynomial
    for factor, times in factors:
        own = _of_flint(factor, atoms)
        found.append((own.times(1 / own.terms[0][1]), int(times)))
    # Of a product the first term is the product of the first terms, for they are in the order of the monomials.
    return content.terms[0][1], found


def _variables(*polynomials: Polynomial) -> tuple[list[int], fmpq_mpoly_ctx]:
    atoms = sorted({atom for p in polynomials for m, _ in p.terms for atom in m})
    return atoms, fmpq_mpoly_ctx.get([f"x{k}" for k in range(len(atoms))], Ordering.lex)


def _to_flint(polynomial: Polynomial, atoms: list[int], context: fmpq_mpoly_ctx) -> fmpq_mpoly:
    return context.from_dict(
        {tuple(m.count(atom) for atom in atoms): fmpq(c.numerator, c.denominator) for m, c in polynomial.terms}
    )


def _of_flint(polynomial: fmpq_mpoly, atoms: list[int]) -> Polynomial:
    terms = polynomial.to_dict().items()
    return Polynomial.of({_monomial(powers, atoms): Fraction(int(c.p), int(c.q)) for powers, c in terms})


def _monomial(powers: Iterable[int], atoms: list[int]) -> Monomial:
    return tuple(atom for atom, times in zip(atoms, powers, strict=True) for _ in range(times))


ZERO = Ratio(Polynomial.number(Fraction(0)))
ONE = Ratio(_ONE)
