"""What values are as formulas, for where balls cannot tell: equal ones are equal, and some are fractions.

A value is a quotient of polynomials with rational coefficients in atoms: the way t along a ray, pi, inputs that stand
for any number, and what functions make of other such formulas. Operations are written by fewer ones first, as their
rows say (a sigmoid by an exponential), and exponentials of sums as products. Equal formulas are equal numbers, so that
a difference which balls only know to be small is zero for certain. Different formulas say nothing.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcheck.ops.arguments import Traceable
from diffcheck.ops.composites import Composite
from diffcheck.ops.enclosures import balls
from diffcheck.ops.exact import Exact, exact
from diffcheck.ops.functions.arithmetic import Arithmetic
from diffcheck.ops.table import Operation, Primitive
from diffcheck.referee.formulas import exponents
from diffcheck.referee.formulas.polynomials import WAY, Monomial, Polynomial
from diffcheck.referee.formulas.ratios import ONE, ZERO, Ratio
from diffcheck.referee.formulas.turns import folded, square_at, turn_of


class Atoms:
    """What formulas are made of, each kept once, and what operations make of formulas."""

    def __init__(self) -> None:
        self._known: list[tuple[str, tuple[Ratio, ...]]] = [("", ())]
        self._numbers: dict[tuple[str, tuple[Ratio, ...]], int] = {}
        self._rules: dict[int, tuple[Ratio, int] | None] = {WAY: None}
        self._inputs: dict[int, Any] = {WAY: balls.ZERO}

    def input(self, value: Fraction) -> Ratio:
        """The formula of an input of which no more is known than that this is its value."""
        atom = len(self._known)
        self._known.append(("", ()))
        self._rules[atom] = None
        self._inputs[atom] = balls.ball(value)
        return Ratio.power_of(atom)

    def of(self, name: str, *operands: Ratio) -> Ratio:
        """The atom that is this operation on these."""
        return Ratio.power_of(self._number(name, operands))

    def applied(self, row: Primitive, operands: Sequence[Ratio | None]) -> Ratio | None:
        """What an operation without pieces makes of them; ``None`` if it has no value for certain."""
        known = [p for p in operands if p is not None]
        if len(known) < len(operands):
            return None
        if row.vanishes_with is not None and known[row.vanishes_with] == ZERO:
            return ZERO
        try:
            found = self._exactly(row, known) or self._made(row, known)
        except ZeroDivisionError:
            return None
        except OverflowError:
            found = None
        return found if found is not None and found.is_small else self._named(row, known)

    def turns(self, row: Primitive, operands: Sequence[Ratio | None]) -> Ratio | None:
        """The operand over pi, if it is a multiple and the operation is exact for some multiples."""
        (operand,) = operands if row.of_pi is not None else (None,)
        if operand is None:
            return None
        over = operand.top.over(self._number("pi", ()))
        return None if over is None else Ratio(over, operand.bottom)

    def applies(self, atom: int) -> tuple[str, tuple[Ratio, ...]]:
        """The operation that an atom is, and on what; no name for an input."""
        return self._known[atom]

    def product(self, x: Ratio, y: Ratio) -> Ratio:
        """``x y``."""
        return self.reduced(x * y)

    def inverse(self, x: Ratio) -> Ratio | None:
        """``1 / x``; ``None`` unless it is known not to be zero at t = 0."""
        if self.enclosure(x).contains(0):
            return None
        return self.applied(Primitive.rows["div"], [ONE, x])

    def _exactly(self, row: Primitive, operands: Sequence[Ratio]) -> Ratio | None:
        """The fraction, the root of one, or the multiple of pi that an operation gives."""
        values = [v for v in (p.value for p in operands) if v is not None]
        if operands and len(values) == len(operands):
            found = _fraction(row, values)
            if found is not None:
                return Ratio.number(found)
            turn = turn_of(row, values[0])
            if turn is not None:
                return self.of("pi") * Ratio.number(turn)
        turns = self.turns(row, operands)
        if turns is not None and turns.value is not None:
            return self._of_turn(row, turns.value)
        return None

    def _of_turn(self, row: Primitive, turn: Fraction) -> Ratio | None:
        """The operation of a multiple of pi, if its square is a fraction."""
        assert row.of_pi is not None
        value = row.of_pi(turn)
        square = square_at(value, turn)
        if square is None:
            return self._turned(row, turn)
        root = exponents.root(self, Ratio.number(square), 2)
        return -root if value < 0 else root

    def _turned(self, row: Primitive, turn: Fraction) -> Ratio | None:
        """The sine or cosine of a multiple of pi by that of one up to a half of it."""
        if row.name not in ("sin", "cos"):
            return None
        turn, negative = folded(row.name, turn)
        found = self.of(row.name, self.of("pi") * Ratio.number(turn))
        return -found if negative else found

    def _made(self, row: Primitive, operands: Sequence[Ratio]) -> Ratio | None:
        """The operation by others; ``None`` for one that is an atom."""
        own = _OWN.get(row.name)
        if own is not None:
            found = own(self, *operands)
            return None if found is None else self.reduced(found)
        if row.formula is None:
            return None
        return self._of(row.formula(*(_Formula(self, p) for p in operands)))

    def _of(self, value: Any) -> Ratio | None:
        """The formula of what a row's formula gave."""
        match value:
            case _Formula():
                return value.ratio
            case Exact():
                return self.applied(value.operation, [self._of(a) for a in value.arguments])
            case _:
                return Ratio.number(exact(value))

    def _named(self, row: Primitive, operands: Sequence[Ratio]) -> Ratio:
        """The atom that an operation on these is; an odd or even one of an operand that is not negative."""
        if row.parity and operands[0].is_negative:
            found = self._named(row, [-operands[0]])
            return -found if row.parity < 0 else found
        return self.of(row.name, *operands)

    def _number(self, name: str, operands: tuple[Ratio, ...]) -> int:
        key = name, operands
        if key not in self._numbers:
            self._numbers[key] = len(self._known)
            self._known.append(key)
        return self._numbers[key]

    def rule(self, atom: int) -> tuple[Ratio, int] | None:
        """Which formula an atom to which power is, if there is one: sqrt(x) squared is x."""
        if atom not in self._rules:
            name, operands = self._known[atom]
            row = Primitive.rows[name]
            if name == "power":
                exponent = operands[1].value
                is_root = exponent is not None and exponent.numerator == 1
                self._rules[atom] = (operands[0], exponent.denominator) if exponent is not None and is_root else None
            elif row.squared is None:
                self._rules[atom] = None
            else:
                square = self._of(row.squared(*(_Formula(self, p) for p in operands)))
                self._rules[atom] = None if square is None else (square, 2)
        return self._rules[atom]

    def reduced(self, x: Ratio) -> Ratio:
        """The same without the powers of atoms that are other formulas, and without roots as factors of the bottom.

        `OverflowError` where that grows beyond bounds.
        """
        found = self._without_powers(x.top) / self._without_powers(x.bottom)
        if not found.is_small:
            raise OverflowError
        if found != x:
            return self.reduced(found)
        for atom in set(x.bottom.terms[0][0]):
            rest, rule = x.bottom.over(atom), self.rule(atom)
            if rest is not None and rule is not None:
                power, degree = rule
                return self.reduced(Ratio(x.top, rest) * Ratio.power_of(atom, degree - 1) / power)
        return x

    def _without_powers(self, polynomial: Polynomial) -> Ratio:
        if not any(self._has_power(monomial) for monomial, _ in polynomial.terms):
            return Ratio(polynomial)
        total = ZERO
        for monomial, coefficient in polynomial.terms:
            product = Ratio.number(coefficient)
            for atom, times in Counter(monomial).items():
                power, degree = self.rule(atom) or (ZERO, times + 1)
                whole = power.to_power(times // degree)
                if whole is None:
                    raise OverflowError
                product = product * whole * Ratio.power_of(atom, times % degree)
            total = total + product
        return total

    def _has_power(self, monomial: Monomial) -> bool:
        """Whether the power of an atom in it is another formula."""
        rules = ((self.rule(atom), times) for atom, times in Counter(monomial).items())
        return any(rule is not None and times >= rule[1] for rule, times in rules)

    def sign(self, polynomial: Polynomial) -> int | None:
        """The certain sign for small t, ``None`` if the value at t = 0 does not tell or is zero."""
        return balls.sign(self._enclosure_of(polynomial)) or None

    def enclosure(self, x: Ratio) -> Any:
        """The ball of a formula at t = 0."""
        return self._enclosure_of(x.top) / self._enclosure_of(x.bottom)

    def _enclosure_of(self, polynomial: Polynomial) -> Any:
        total = balls.ZERO
        for monomial, coefficient in polynomial.terms:
            total = total + math.prod(map(self._enclosure_of_atom, monomial), start=balls.ball(coefficient))
        return total

    def _enclosure_of_atom(self, atom: int) -> Any:
        known = self._inputs.get(atom)
        if known is not None:
            return known
        name, operands = self._known[atom]
        return Primitive.rows[name].on_balls()(*map(self.enclosure, operands))


@dataclass(frozen=True, slots=True, eq=False)
class _Formula(Arithmetic, Traceable):
    """A formula that the operations of the table can be written on."""

    atoms: Atoms
    ratio: Ratio | None

    def apply(self, operation: Operation, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """What an operation makes of formulas and numbers."""
        if isinstance(operation, Composite):
            return operation.definition(*arguments, **options)
        assert isinstance(operation, Primitive)
        return _Formula(self.atoms, self.atoms.applied(operation, [self.atoms._of(a) for a in arguments]))


def _fraction(row: Primitive, values: Sequence[Fraction]) -> Fraction | None:
    """The fraction that an operation makes of fractions."""
    if row.exactly is not None:
        return row.exactly(*values)
    return balls.fraction(row.on_balls()(*map(balls.ball, values)))


# What all other operations are made of.
_OWN: dict[str, Callable[..., Ratio | None]] = {
    "add": lambda _, x, y: x + y,
    "sub": lambda _, x, y: x - y,
    "mul": lambda _, x, y: x * y,
    "div": lambda _, x, y: x / y,
    "neg": lambda _, x: -x,
    "power": exponents.power,
    "sqrt": lambda atoms, x: exponents.root(atoms, x, 2),
    "exp": exponents.exponential,
    "log": exponents.logarithm,
}
