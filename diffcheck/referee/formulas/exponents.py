"""Powers, exponentials and logarithms of formulas, as few different ones as can be.

Roots and logarithms are taken of the irreducible factors whose sign is known, so that ``sqrt(x y)`` is
``sqrt(x) sqrt(y)`` where both are positive; exponentials of sums are products, and those of logarithms are powers.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Protocol

from flint import fmpz

from diffcheck.referee.formulas.polynomials import DEGREE, Polynomial
from diffcheck.referee.formulas.ratios import ONE, ZERO, Ratio

# Whole numbers of so many bits are factored.
_FACTORED = 64


class Formulas(Protocol):
    """What formulas are made of (`diffcheck.referee.formulas.identities`)."""

    def of(self, name: str, *operands: Ratio) -> Ratio:
        """The atom that is this operation on these."""
        ...

    def applies(self, atom: int) -> tuple[str, tuple[Ratio, ...]]:
        """The operation that an atom is, and on what."""
        ...

    def sign(self, polynomial: Polynomial) -> int | None:
        """The certain sign."""
        ...


def power(atoms: Formulas, x: Ratio, y: Ratio) -> Ratio | None:
    """``x ** y``: by a root for a fraction, by the exponential else; ``None`` if none serves."""
    exponent = y.value
    if exponent is not None and exponent.denominator <= DEGREE:
        found = root(atoms, x, exponent.denominator).to_power(exponent.numerator)
        if found is not None or exponent.denominator == 1:
            return found
    if x == ZERO:
        return None
    # The exponent is no whole number for all t, so that x is positive.
    return exponential(atoms, y * logarithm(atoms, x))


def root(atoms: Formulas, x: Ratio, degree: int) -> Ratio:
    """The root of what is not negative."""
    if degree == 1 or x == ZERO:
        return x
    found, rest = ONE, ONE
    for factor, times in _positive_factors(atoms, x):
        if times is None:
            rest = factor
        elif factor.value is None:
            found = found * _raised(_root(atoms, factor, degree), times)
        else:
            found = found * _root_of_fraction(atoms, factor.value, degree)
    return found if rest == ONE else found * _root(atoms, rest, degree)


def logarithm(atoms: Formulas, x: Ratio) -> Ratio:
    """``log(x)``; `ZeroDivisionError` for zero, where there is a pole."""
    if x == ZERO:
        raise ZeroDivisionError
    total = ZERO
    for factor, times in _positive_factors(atoms, x):
        if times is None:
            total = total + _log(atoms, factor)
        elif factor.value is None:
            total = total + _log(atoms, factor) * Ratio.number(Fraction(times))
        else:
            for prime, often in _primes(factor.value):
                total = total + atoms.of("log", Ratio.number(Fraction(prime))) * Ratio.number(Fraction(often))
    return total


def exponential(atoms: Formulas, x: Ratio) -> Ratio | None:
    """``exp(x)``: whole powers of the exponentials of the terms of a sum; ``None`` where they are large."""
    terms = [Ratio(Polynomial.of({m: c})) for m, c in x.top.terms] if x.is_whole else [x]
    found = ONE
    for term in terms:
        found = found * _exponential(atoms, term)
        if not found.is_small:
            return None
    return found


def _exponential(atoms: Formulas, term: Ratio) -> Ratio:
    leading = term.top.terms[0][1]
    name, operands = _applied(atoms, term * Ratio.number(1 / leading))
    if name == "log" and leading.denominator <= DEGREE:
        found = root(atoms, operands[0], leading.denominator).to_power(leading.numerator)
        if found is not None:
            return found
    times = leading.numerator if abs(leading.numerator) <= DEGREE else (1 if leading > 0 else -1)
    return _raised(atoms.of("exp", term * Ratio.number(Fraction(1, times))), times)


def _positive_factors(atoms: Formulas, x: Ratio) -> Iterator[tuple[Ratio, int | None]]:
    """The factors of what is positive, and their powers: positive ones; without a power what has no certain sign.

    A fraction comes first, to the power 1.
    """
    content, factors = x.factors()
    rest = ONE if content > 0 else -ONE
    yield Ratio.number(abs(content)), 1
    for polynomial, times in factors:
        sign, factor = atoms.sign(polynomial), Ratio(polynomial)
        if sign is None:
            rest = rest * _raised(factor, times)
        else:
            rest = rest if sign > 0 or times % 2 == 0 else -rest
            yield (factor if sign > 0 else -factor), times
    if rest != ONE:
        yield rest, None


def _raised(x: Ratio, times: int) -> Ratio:
    """``x ** times`` for what is a factor of something small."""
    found = x.to_power(times)
    assert found is not None
    return found


def _applied(atoms: Formulas, x: Ratio) -> tuple[str, tuple[Ratio, ...]]:
    """The operation that a formula is; nothing unless it is an atom."""
    atom = x.top.atom if x.is_whole else None
    return ("", ()) if atom is None else atoms.applies(atom)


def _root(atoms: Formulas, x: Ratio, degree: int) -> Ratio:
    return atoms.of("sqrt", x) if degree == 2 else atoms.of("power", x, Ratio.number(Fraction(1, degree)))


def _log(atoms: Formulas, x: Ratio) -> Ratio:
    """The logarithm of a factor."""
    name, operands = _applied(atoms, x)
    match name, operands:
        case "exp", [inner]:
            return inner
        case "sqrt", [inner]:
            return logarithm(atoms, inner) * Ratio.number(Fraction(1, 2))
        case "power", [inner, exponent]:
            return logarithm(atoms, inner) * exponent
    return atoms.of("log", x)


def _root_of_fraction(atoms: Formulas, x: Fraction, degree: int) -> Ratio:
    """A fraction times the root of a whole number that has no such root as a factor."""
    outside, inside = Fraction(1), 1
    for prime, times in _primes(x):
        whole, rest = divmod(times, degree)
        outside *= Fraction(prime) ** whole
        inside *= prime**rest
    return Ratio.number(outside) * (ONE if inside == 1 else _root(atoms, Ratio.number(Fraction(inside)), degree))


def _primes(x: Fraction) -> Iterator[tuple[int, int]]:
    """The prime factors of a positive fraction with their powers; a large whole number as one factor."""
    for whole, side in zip(x.as_integer_ratio(), (1, -1), strict=True):
        if whole.bit_length() > _FACTORED:
            yield whole, side
        elif whole > 1:
            for prime, times in fmpz(whole).factor():
                yield int(prime), side * int(times)
