"""Evaluation that knows its values as formulas too: slower, for points where balls alone do not decide."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from operator import sub
from typing import Any, Protocol

from flint import arb

from diffcheck.ops.table import Primitive
from diffcheck.program.program import Node
from diffcheck.referee.evaluate import NOTHING, Arithmetic, Ball, Evaluation, Fault, evaluate
from diffcheck.referee.formulas.algebraic import Zeros
from diffcheck.referee.formulas.identities import Atoms
from diffcheck.referee.formulas.polynomials import WAY
from diffcheck.referee.formulas.ratios import Ratio
from diffcheck.referee.formulas.taylor import Taylor


class Sharpened(Arithmetic, Protocol):
    """An arithmetic whose values can be made exact."""

    def polynomial(self, coefficients: Mapping[int, Fraction]) -> Any:
        """The value that is this polynomial in the way t along a ray."""
        ...

    def with_coefficients(self, x: Any, coefficients: Sequence[Fraction | None]) -> Any:
        """The same value with those of its first coefficients in place that it may have."""
        ...

    def is_vague(self, x: Any) -> bool:
        """Whether a coefficient may be zero, but need not."""
        ...

    def of_pi(self, row: Primitive, x: Any) -> Any:
        """The operation of pi times a value."""
        ...


class _Known:
    """A value, and what its formula is made of: that is found when somebody asks, for most values nobody does."""

    __slots__ = ("formula", "is_formed", "is_sharp", "operands", "row", "value")

    def __init__(self, value: Any, row: Primitive | None = None, operands: Sequence["_Known"] = ()) -> None:
        self.value = value
        self.row = row
        self.operands = operands
        self.formula: Ratio | None = None
        self.is_formed = self.is_sharp = False

    def __neg__(self) -> "_Known":
        return _Known(-self.value, Primitive.rows["neg"], [self])

    @staticmethod
    def of(value: Any, formula: Ratio) -> "_Known":
        """A value whose formula is known."""
        found = _Known(value)
        found.formula = formula
        return found


class _Exactly:
    """An arithmetic in which formulas make values exact where those are too wide, and what is equal is known to be."""

    def __init__(self, arithmetic: Sharpened, atoms: Atoms) -> None:
        self._arithmetic = arithmetic
        self._atoms = atoms
        self._taylor = Taylor(atoms)
        self._zeros = Zeros(atoms)

    def const(self, value: Fraction) -> _Known:
        """The exact number."""
        return _Known.of(self._arithmetic.const(value), Ratio.number(value))

    def function(self, row: Primitive) -> Callable[..., _Known]:
        """The operation on values with formulas."""
        apply = self._arithmetic.function(row)

        def on_known(*operands: _Known) -> _Known:
            value = apply(*(x.value for x in operands))
            if not self._arithmetic.is_finite(value):
                # At an edge of the domain it may be finite only of what is exact.
                value = self._of_pi(row, operands)
                if value is None:
                    value = apply(*map(self.sharp, operands))
            # What has no value has no formula: the difference of two poles is not zero.
            return self._decided(_Known(value, row, operands) if self._arithmetic.is_finite(value) else _Known(value))

        return on_known

    def _decided(self, x: _Known) -> _Known:
        """The same, made exact if it may be zero or not."""
        if self._arithmetic.sign(x.value) is None:
            self.sharp(x)
        return x

    def sharp(self, x: _Known) -> Any:
        """The value, made exact where its formula tells."""
        if x.is_sharp:
            return x.value
        x.is_sharp = True
        formula = self._formula(x)
        if formula is None:
            return x.value
        if x.row is not None:
            of_pi = self._of_pi(x.row, x.operands)
            x.value = x.value if of_pi is None else of_pi
        x.value = self._with_formula(x.value, formula)
        return x.value

    def _with_formula(self, value: Any, formula: Ratio) -> Any:
        along = formula.along
        if along is not None:
            return self._arithmetic.polynomial(along)
        return self._arithmetic.with_coefficients(value, [c.value for c in self._taylor.coefficients(formula)])

    def _formula(self, x: _Known) -> Ratio | None:
        """The formula of a value, without the root where it is that of a square."""
        pending = [x]
        while pending:
            last = pending[-1]
            unknown = [y for y in last.operands if y.row is not None and not y.is_formed]
            if unknown:
                pending += unknown
                continue
            pending.pop()
            if last.row is not None and not last.is_formed:
                found = self._atoms.applied(last.row, [y.formula for y in last.operands])
                found = None if found is None else self._taylor.without_root(found)
                if found is not None and self._arithmetic.sign(last.value) is None:
                    found = self._zeros.without(found)
                last.formula = found
                last.is_formed = True
        return x.formula

    def _of_pi(self, row: Primitive, operands: Sequence[_Known]) -> Any:
        """The operation on what is a multiple of pi at t = 0, ``None`` if it is none."""
        formula = None if row.of_pi is None else self._formula(operands[0])
        if formula is None:
            return None
        turns = self._atoms.turns(row, self._taylor.coefficients(formula)[:1] or [None])
        if turns is None or turns.value is None:
            return None
        quotient = self._arithmetic.function(Primitive.rows["div"])(self.sharp(operands[0]), arb.pi())
        quotient = self._arithmetic.with_coefficients(quotient, [turns.value])
        over = self._atoms.turns(row, [formula])
        return self._arithmetic.of_pi(row, quotient if over is None else self._with_formula(quotient, over))

    def is_finite(self, x: _Known) -> bool:
        """Whether the value is finite."""
        return self._arithmetic.is_finite(x.value)

    def switch(self, row: Primitive, operands: Sequence[_Known]) -> _Known:
        """The value of the switch; of a difference with its formula."""
        value = self._arithmetic.switch(row, [x.value for x in operands])
        if row.switch is sub:
            return self._decided(_Known(value, Primitive.rows["sub"], operands))
        if self._arithmetic.sign(value) is None:
            value = self._arithmetic.switch(row, list(map(self.sharp, operands)))
        return _Known(value)

    def sign(self, x: _Known) -> int | None:
        """The certain sign."""
        return self._arithmetic.sign(x.value)

    def head(self, x: _Known) -> Ball:
        """The ball that the value begins with."""
        return self._arithmetic.head(self.sharp(x))

    def outside(self, row: Primitive, operands: Sequence[_Known]) -> bool:
        """Whether the operands lie outside the domain for certain; at an exact multiple of pi nothing is too wide."""
        turns = None if row.of_pi is None else self._atoms.turns(row, [self._formula(x) for x in operands])
        if turns is not None and turns.value is not None:
            return True
        return self._arithmetic.outside(row, list(map(self.sharp, operands)))


def evaluate_exactly(
    nodes: Sequence[Node],
    point: Sequence[Fraction],
    inputs: Sequence[Any],
    arithmetic: Sharpened,
    direction: Sequence[Fraction | int] | None = None,
    powers: Sequence[int] | None = None,
    forced: Mapping[int, int] = NOTHING,
    outputs: Iterable[int] = (),
) -> Evaluation:
    """Every node's value, as `evaluate` finds it with more effort.

    Parameters
    ----------
    point:
        The inputs at the point, all of them.
    inputs:
        The same as values, along a ray in this direction if there is one, by these powers of t.
    outputs:
        Nodes of which not only the sign is wanted, but every coefficient.
    """
    for symbols in (False, True):
        atoms = Atoms()
        at = [atoms.input(x) if symbols else Ratio.number(x) for x in point]
        steps = zip(at, direction or [0] * len(point), powers or [1] * len(point), strict=True)
        formulas = [x + Ratio.number(Fraction(d)) * Ratio.power_of(WAY, p) for x, d, p in steps]
        known = [_Known.of(v, f) for v, f in zip(inputs, formulas, strict=True)]
        exactly = _Exactly(arithmetic, atoms)
        result = evaluate(nodes, known, exactly, forced)
        for output in outputs:
            if output not in result.faults and arithmetic.is_vague(result.values[output].value):
                exactly.sharp(result.values[output])
        if all(fault is not Fault.UNDECIDED for fault, _ in result.faults.values()):
            break
    values = [x.value if isinstance(x, _Known) else x for x in result.values]
    return Evaluation(values, result.faults, result.decisions)
