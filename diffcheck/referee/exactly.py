"""Evaluation that knows its values as formulas too: slower, for points where balls alone do not decide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import sub
from typing import Any, Protocol

from flint import arb

from diffcheck.ops.table import Primitive
from diffcheck.program.program import Node
from diffcheck.referee.evaluate import NOTHING, Arithmetic, Ball, Evaluation, Fault, evaluate
from diffcheck.referee.identities import Atoms
from diffcheck.referee.polynomials import WAY
from diffcheck.referee.ratios import Ratio
from diffcheck.referee.taylor import Taylor


class Sharpened(Arithmetic, Protocol):
    """An arithmetic whose values can be made exact."""

    def polynomial(self, coefficients: Mapping[int, Fraction]) -> Any:
        """The value that is this polynomial in the way t along a ray."""
        ...

    def with_coefficients(self, x: Any, coefficients: Sequence[Fraction | None]) -> Any:
        """The same value with those of its first coefficients in place that it may have."""
        ...

    def of_pi(self, row: Primitive, x: Any) -> Any:
        """The operation of pi times a value."""
        ...


@dataclass(frozen=True, slots=True)
class _Known:
    """A value with its formula."""

    value: Any
    formula: Ratio | None

    def __neg__(self) -> "_Known":
        return _Known(-self.value, None if self.formula is None else -self.formula)


class _Exactly:
    """An arithmetic in which formulas make values exact, and what is equal is known to be."""

    def __init__(self, arithmetic: Sharpened, atoms: Atoms) -> None:
        self._arithmetic = arithmetic
        self._atoms = atoms
        self._taylor = Taylor(atoms)

    def known(self, value: Any, formula: Ratio | None) -> _Known:
        """The value, made exact where its formula tells."""
        if formula is None:
            return _Known(value, None)
        along = formula.along
        if along is not None:
            return _Known(self._arithmetic.polynomial(along), formula)
        coefficients = [c.value for c in self._taylor.coefficients(formula)]
        return _Known(self._arithmetic.with_coefficients(value, coefficients), formula)

    def const(self, value: Fraction) -> _Known:
        """The exact number."""
        return _Known(self._arithmetic.const(value), Ratio.number(value))

    def function(self, row: Primitive) -> Callable[..., _Known]:
        """The operation on values and formulas."""
        apply = self._arithmetic.function(row)

        def on_known(*operands: _Known) -> _Known:
            formulas = [x.formula for x in operands]
            value = self._of_pi(row, operands)
            if value is None:
                value = apply(*(x.value for x in operands))
            # What has no value has no formula: the difference of two poles is not zero.
            return self.known(value, self._formula(row, formulas) if self._arithmetic.is_finite(value) else None)

        return on_known

    def _formula(self, row: Primitive, operands: Sequence[Ratio | None]) -> Ratio | None:
        """The formula of an operation, without the root where it is that of a square."""
        found = self._atoms.applied(row, operands)
        return None if found is None else self._taylor.without_root(found)

    def _of_pi(self, row: Primitive, operands: Sequence[_Known]) -> Any:
        """The operation on what is a multiple of pi at t = 0, ``None`` if it is none."""
        if row.of_pi is None or operands[0].formula is None:
            return None
        formula = operands[0].formula
        turns = self._atoms.turns(row, self._taylor.coefficients(formula)[:1] or [None])
        if turns is None or turns.value is None:
            return None
        quotient = self._arithmetic.function(Primitive.rows["div"])(operands[0].value, arb.pi())
        quotient = self._arithmetic.with_coefficients(quotient, [turns.value])
        return self._arithmetic.of_pi(row, self.known(quotient, self._atoms.turns(row, [formula])).value)

    def is_finite(self, x: _Known) -> bool:
        """Whether the value is finite."""
        return self._arithmetic.is_finite(x.value)

    def switch(self, row: Primitive, operands: Sequence[_Known]) -> _Known:
        """The value of the switch; of a difference the formula, too."""
        value = self._arithmetic.switch(row, [x.value for x in operands])
        if row.switch is not sub:
            return _Known(value, None)
        x, y = (o.formula for o in operands)
        return self.known(value, self._atoms.applied(Primitive.rows["sub"], [x, y]))

    def sign(self, x: _Known) -> int | None:
        """The certain sign."""
        return self._arithmetic.sign(x.value)

    def head(self, x: _Known) -> Ball:
        """The ball that the value begins with."""
        return self._arithmetic.head(x.value)

    def outside(self, row: Primitive, operands: Sequence[_Known]) -> bool:
        """Whether the operands lie outside the domain for certain; at an exact multiple of pi nothing is too wide."""
        turns = self._atoms.turns(row, [x.formula for x in operands])
        if turns is not None and turns.value is not None:
            return True
        return self._arithmetic.outside(row, [x.value for x in operands])


def evaluate_exactly(
    nodes: Sequence[Node],
    point: Sequence[Fraction],
    inputs: Sequence[Any],
    arithmetic: Sharpened,
    direction: Sequence[Fraction | int] | None = None,
    powers: Sequence[int] | None = None,
    forced: Mapping[int, int] = NOTHING,
) -> Evaluation:
    """Every node's value, as `evaluate` finds it with more effort.

    Parameters
    ----------
    point:
        The inputs at the point, all of them.
    inputs:
        The same as values, along a ray in this direction if there is one, by these powers of t.
    """
    for symbols in (False, True):
        atoms = Atoms()
        at = [atoms.input(x) if symbols else Ratio.number(x) for x in point]
        steps = zip(at, direction or [0] * len(point), powers or [1] * len(point), strict=True)
        formulas = [x + Ratio.number(Fraction(d)) * Ratio.power_of(WAY, p) for x, d, p in steps]
        known = [_Known(v, f) for v, f in zip(inputs, formulas, strict=True)]
        result = evaluate(nodes, known, _Exactly(arithmetic, atoms), forced)
        if all(fault is not Fault.UNDECIDED for fault, _ in result.faults.values()):
            break
    values = [x.value if isinstance(x, _Known) else x for x in result.values]
    return Evaluation(values, result.faults, result.decisions)
