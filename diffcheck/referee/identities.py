"""What values are as formulas, for where balls cannot tell: equal ones are equal, and some are fractions.

A value is a polynomial with rational coefficients in atoms: the way t along a ray, pi, and what functions make of other
polynomials. Equal polynomials are equal numbers, so that a difference which balls only know to be small is zero for
certain. Different polynomials say nothing.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from flint import arb

from diffcheck.ops import balls
from diffcheck.ops.table import Primitive
from diffcheck.referee.polynomials import DEGREE, WAY, Polynomial, without


class Atoms:
    """What polynomials are made of, each kept once, and what operations make of polynomials."""

    def __init__(self) -> None:
        self._known: list[tuple[str, tuple[Polynomial, ...]]] = [("", ())]
        self._numbers: dict[tuple[str, tuple[Polynomial, ...]], int] = {}

    def way(self, power: int = 1) -> Polynomial:
        """A power of the way t along the ray."""
        return Polynomial.of({(WAY,) * power: Fraction(1)})

    def applied(self, row: Primitive, operands: Sequence[Polynomial | None]) -> Polynomial | None:
        """What an operation without pieces makes of them; ``None`` if it has no value for certain."""
        known = [p for p in operands if p is not None]
        if len(known) < len(operands):
            return None
        found = self._arithmetic(row.name, known)
        if found is not None and found.is_small:
            return found
        values = [p.value for p in known]
        if row.name == "div" and values[1] == 0:
            return None
        exact = _exactly(row, [v for v in values if v is not None]) if known and None not in values else None
        turns = self.turns(row, operands)
        if turns is not None and turns.value is not None:
            assert row.of_pi is not None
            exact = balls.fraction(row.of_pi(turns.value))
        if exact is not None:
            return Polynomial.number(exact)
        turn = _turn(row, values[0]) if len(values) == 1 and values[0] is not None else None
        return self._atom(row.name, tuple(known)) if turn is None else self._atom("pi", ()).times(turn)

    def turns(self, row: Primitive, operands: Sequence[Polynomial | None]) -> Polynomial | None:
        """The operand over pi, if it is a multiple and the operation is exact for some multiples."""
        (operand,) = operands if row.of_pi is not None else (None,)
        return None if operand is None else operand.over(self._number("pi", ()))

    def applies(self, atom: int) -> tuple[str, tuple[Polynomial, ...]]:
        """The operation that an atom is, and on what."""
        return self._known[atom]

    def _atom(self, name: str, operands: tuple[Polynomial, ...]) -> Polynomial:
        return Polynomial.of({(self._number(name, operands),): Fraction(1)})

    def _number(self, name: str, operands: tuple[Polynomial, ...]) -> int:
        key = name, operands
        if key not in self._numbers:
            self._numbers[key] = len(self._known)
            self._known.append(key)
        return self._numbers[key]

    def _arithmetic(self, name: str, operands: Sequence[Polynomial]) -> Polynomial | None:
        """What arithmetic makes of polynomials; ``None`` if that is no polynomial."""
        match name, operands:
            case "add", [x, y]:
                return x + y
            case "sub", [x, y]:
                return x - y
            case "mul", [x, y]:
                return self.product(x, y)
            case "neg", [x]:
                return -x
            case "div", [x, y]:
                return self._quotient(x, y)
            case "hypot", [x, y]:
                return self.applied(Primitive.rows["sqrt"], [x * x + y * y])
            case "power", [x, y] if (times := y.value) is not None and times in range(DEGREE + 1):
                return self._power(x, int(times))
        return None

    def product(self, x: Polynomial, y: Polynomial) -> Polynomial:
        """``x y``."""
        return self._without_roots(x * y)

    def _power(self, x: Polynomial, times: int) -> Polynomial:
        return self._without_roots(math.prod([x] * times, start=Polynomial.number(Fraction(1))))

    def _without_roots(self, polynomial: Polynomial) -> Polynomial:
        """The same with every power of a root that is whole put in its place: sqrt(x) sqrt(x) is x."""
        for monomial, coefficient in polynomial.terms:
            for atom in set(monomial):
                root = self.root(atom)
                if root is not None and monomial.count(atom) >= root[1]:
                    rest = monomial
                    for _ in range(root[1]):
                        rest = without(rest, atom)
                    others = Polynomial(tuple(t for t in polynomial.terms if t[0] != monomial))
                    return self._without_roots(others + Polynomial.of({rest: coefficient}) * root[0])
        return polynomial

    def root(self, atom: int) -> tuple[Polynomial, int] | None:
        """Which polynomial an atom to which power is, if it is a root."""
        name, operands = self._known[atom]
        exponent = operands[1].value if name == "power" else Fraction(1, 2) if name == "sqrt" else None
        if exponent is None or not 0 < exponent.numerator <= DEGREE or exponent.denominator > DEGREE:
            return None
        return self._power(operands[0], exponent.numerator), exponent.denominator

    def inverse(self, x: Polynomial) -> Polynomial | None:
        """One over a fraction times roots of fractions: 1 / sqrt(5) is sqrt(5) / 5."""
        if len(x.terms) != 1:
            return None
        ((monomial, factor),) = x.terms
        found = Polynomial.number(1 / factor)
        for atom in monomial:
            power, degree = self.root(atom) or (Polynomial.number(Fraction(0)), 1)
            if not power.value:
                return None
            rest = Polynomial.of({(atom,) * (degree - 1): 1 / power.value})
            found = self.product(found, rest)
        return found

    def _quotient(self, x: Polynomial, y: Polynomial) -> Polynomial | None:
        """``x / y`` for a multiple ``x`` of ``y``, or a ``y`` that is a fraction times roots, pi and e."""
        if not y.terms:
            return None
        ratio = x.terms[0][1] / y.terms[0][1] if x.terms else Fraction(0)
        if x == y.times(ratio):
            return Polynomial.number(ratio)
        inverse = self.inverse(y)
        if inverse is not None:
            return self.product(x, inverse)
        if len(y.terms) != 1:
            return None
        ((monomial, factor),) = y.terms
        found: Polynomial | None = x
        for atom in monomial:
            constant = atom != WAY and not self._known[atom][1]
            found = found.over(atom) if constant and found is not None else None
        return None if found is None else found.times(1 / factor)


def _turn(row: Primitive, value: Fraction) -> Fraction | None:
    """The multiple of pi that an inverse function gives, if that is a multiple of its half."""
    if row.undoes is None:
        return None
    halves = (2 * row.on_balls()(balls.ball(value)) / arb.pi()).unique_fmpz()
    if halves is None:
        return None
    forward = Primitive.rows[row.undoes].of_pi
    assert forward is not None
    turn = Fraction(int(halves), 2)
    return turn if balls.fraction(forward(turn)) == value else None


def _exactly(row: Primitive, values: Sequence[Fraction]) -> Fraction | None:
    """The fraction that an operation makes of fractions."""
    if row.exactly is not None:
        return row.exactly(*values)
    return balls.fraction(row.on_balls()(*map(balls.ball, values)))
