"""What values are as formulas, for where balls cannot tell: equal ones are equal, and some are fractions.

A value is a polynomial with rational coefficients in atoms: the way t along a ray, pi, and what functions make of other
polynomials. Equal polynomials are equal numbers, so that a difference which balls only know to be small is zero for
certain. Different polynomials say nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from diffcheck.ops import balls
from diffcheck.ops.table import Primitive

# A monomial is its atoms in ascending order, each as often as it occurs; the empty one is 1.
Monomial = tuple[int, ...]
_ONE: Monomial = ()
# The way along the ray is the first atom.
_WAY = 0
# What grows beyond this is an atom of its own: so many terms, atoms in a monomial, and bits of a coefficient.
_TERMS, _DEGREE, _BITS = 64, 16, 4096


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
    def along(self) -> dict[int, Fraction] | None:
        """The coefficients by power of t, if it is made of nothing else."""
        if any(atom != _WAY for m, _ in self.terms for atom in m):
            return None
        return {len(m): c for m, c in self.terms}

    @property
    def is_small(self) -> bool:
        """Whether it stays within bounds."""
        return len(self.terms) <= _TERMS and all(
            len(m) <= _DEGREE and c.numerator.bit_length() + c.denominator.bit_length() <= _BITS for m, c in self.terms
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
        return Polynomial.of({_without(m, atom): c for m, c in self.terms})


def _without(monomial: Monomial, atom: int) -> Monomial:
    place = monomial.index(atom)
    return monomial[:place] + monomial[place + 1 :]


class Atoms:
    """What polynomials are made of, each kept once, and what operations make of polynomials."""

    def __init__(self) -> None:
        self._known: list[tuple[str, tuple[Polynomial, ...]]] = [("", ())]
        self._numbers: dict[tuple[str, tuple[Polynomial, ...]], int] = {}
        self._starts: dict[int, Polynomial | None] = {_WAY: Polynomial.number(Fraction(0))}

    def way(self) -> Polynomial:
        """The way t along the ray."""
        return Polynomial.of({(_WAY,): Fraction(1)})

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

    def start(self, polynomial: Polynomial) -> Polynomial | None:
        """Its value at t = 0, if that is the value of the same formula there."""
        total = Polynomial.of({})
        for monomial, coefficient in polynomial.terms:
            product = Polynomial.number(coefficient)
            for atom in monomial:
                begin = self._start(atom)
                if begin is None:
                    return None
                product = product * begin
            total = total + product
        return total

    def _start(self, atom: int) -> Polynomial | None:
        if atom not in self._starts:
            name, operands = self._known[atom]
            begins = [self.start(p) for p in operands]
            self._starts[atom] = self.applied(Primitive.rows[name], begins)
        return self._starts[atom]

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
                return self._without_roots(x * y)
            case "neg", [x]:
                return -x
            case "div", [x, y]:
                return self._quotient(x, y)
            case "power", [x, y] if (times := y.value) is not None and times in range(_DEGREE + 1):
                return self._power(x, int(times))
        return None

    def _power(self, x: Polynomial, times: int) -> Polynomial:
        return self._without_roots(math.prod([x] * times, start=Polynomial.number(Fraction(1))))

    def _without_roots(self, polynomial: Polynomial) -> Polynomial:
        """The same with every power of a root that is whole put in its place: sqrt(x) sqrt(x) is x."""
        for monomial, coefficient in polynomial.terms:
            for atom in set(monomial):
                root = self._root(atom)
                if root is not None and monomial.count(atom) >= root[1]:
                    rest = monomial
                    for _ in range(root[1]):
                        rest = _without(rest, atom)
                    others = Polynomial(tuple(t for t in polynomial.terms if t[0] != monomial))
                    return self._without_roots(others + Polynomial.of({rest: coefficient}) * root[0])
        return polynomial

    def _root(self, atom: int) -> tuple[Polynomial, int] | None:
        """Which polynomial an atom to which power is, if it is a root."""
        name, operands = self._known[atom]
        exponent = operands[1].value if name == "power" else Fraction(1, 2) if name == "sqrt" else None
        if exponent is None or not 0 < exponent.numerator <= _DEGREE or exponent.denominator > _DEGREE:
            return None
        return self._power(operands[0], exponent.numerator), exponent.denominator

    def _quotient(self, x: Polynomial, y: Polynomial) -> Polynomial | None:
        """``x / y`` for a multiple ``x`` of ``y``, or a ``y`` that is a number times pi and e."""
        if not y.terms:
            return None
        ratio = x.terms[0][1] / y.terms[0][1] if x.terms else Fraction(0)
        if x == y.times(ratio):
            return Polynomial.number(ratio)
        if len(y.terms) != 1:
            return None
        ((monomial, factor),) = y.terms
        found: Polynomial | None = x
        for atom in monomial:
            constant = atom != _WAY and not self._known[atom][1]
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
