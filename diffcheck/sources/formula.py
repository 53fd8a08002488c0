"""What a formula in text comes to: operations of `diffcheck.ops`, one after the other, never executed as code."""

import cmath
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diffcheck import ops
from diffcheck.errors import CaseError, Unsupported
from diffcheck.ops.arguments import flat, is_complex
from diffcheck.ops.complex_numbers.constants import ComplexConstant
from diffcheck.ops.exact import Exact
from diffcheck.ops.table import Primitive

# Steps of a formula. What is longer is a program, and its file takes longer to read than anybody waits.
_MOST_STEPS = 1_000_000
# Operations of a constant. It is held as a tree, whose branches the recorder follows one inside the other; what takes
# more of them is the double next to it.
_MOST_CONSTANT = 100
# Of exponents and orders: 2 to this power is beyond the largest double, and so are the derivatives of such orders.
_LARGEST_ORDER = 1024
# Of an axis of an array: who has more numbers has a program for them.
_LONGEST = 2**20


@dataclass(frozen=True, slots=True)
class Slot:
    """The value of an earlier step, or of an input."""

    place: int


Operand = Any
"""A `Slot`, a number, an exact constant, a truth value, or a tuple of operands."""


@dataclass(frozen=True, slots=True)
class Step:
    """An operation on operands, some of them by name."""

    function: Callable[..., Any]
    operands: tuple[Operand, ...]
    named: tuple[tuple[str, Operand], ...] = ()


class Formula:
    """A function of named inputs, computed step by step on arrays, tensors and traced values.

    The names need not be Python's: ``x-scale`` is one as well.
    """

    def __init__(self, text: str, names: Iterable[str], steps: Iterable[Step], result: Operand, doc: str = "") -> None:
        self.__name__ = text
        self.__doc__ = doc
        self.argument_names = tuple(names)
        self.steps = tuple(steps)
        self.result = result

    def __call__(self, /, *values: Any, **named: Any) -> Any:
        """The formula's value at inputs by position, then by name."""
        given = dict(zip(self.argument_names, values, strict=False)) | named
        known = [given[name] for name in self.argument_names]
        for step in self.steps:
            arguments = [_value(operand, known) for operand in step.operands]
            known.append(step.function(*arguments, **{name: _value(operand, known) for name, operand in step.named}))
        return _value(self.result, known)

    @property
    def constant(self) -> Any:
        """The value, if it depends on no input; `None` if it does."""
        return None if depends(self.result) else self.result

    @property
    def condition(self) -> bool | None:
        """Whether the value is a condition; ``None`` where only values tell."""
        return _condition(self.result, len(self.argument_names), self.steps)


class Steps:
    """The steps of a formula, in the making.

    Parameters
    ----------
    names:
        The inputs, in their order.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self.inputs = {name: Slot(place) for place, name in enumerate(self.names)}
        self.made: list[Step] = []

    def formula(self, text: str, result: Operand, doc: str = "") -> Formula:
        """The function whose value is ``result``."""
        return Formula(text, self.names, self.made, result, doc)

    def apply(self, function: Callable[..., Any], *operands: Operand, **named: Operand) -> Operand:
        """An operation; what depends on no input is a constant at once.

        Raises
        ------
        CaseError
            For a constant that is no number, a division by zero, and an exponent that is too large.
        Unsupported
            For a formula of too many steps.
        """
        _demand_moderate(function, operands, named)
        if function is ops.div and depends(operands):
            _demand_divisor(operands[1])
        chosen = _CHOSEN.get(function, _nothing)(*operands)
        if chosen is not None:
            return chosen
        if not depends((operands, tuple(named.values()))):
            return _constant(function, operands, named)
        if len(self.made) == _MOST_STEPS:
            raise Unsupported(f"the formula has more than {_MOST_STEPS:,} operations")
        self.made.append(Step(function, operands, tuple(named.items())))
        return Slot(len(self.names) + len(self.made) - 1)

    def condition(self, operand: Operand) -> bool | None:
        """Whether an operand is a condition; ``None`` where only its values tell."""
        return _condition(operand, len(self.names), self.made)

    def insert(self, formula: Formula, operands: Iterable[Operand]) -> Operand:
        """The steps of another formula, with these as its inputs; what `apply` refuses is refused here."""
        known = [*operands]
        for step in formula.steps:
            named = {name: _value(operand, known) for name, operand in step.named}
            known.append(self.apply(step.function, *(_value(operand, known) for operand in step.operands), **named))
        return _value(formula.result, known)


def _value(operand: Operand, known: list[Any]) -> Any:
    if isinstance(operand, Slot):
        return known[operand.place]
    return tuple(_value(part, known) for part in operand) if isinstance(operand, tuple) else operand


def _condition(operand: Operand, inputs: int, steps: Sequence[Step]) -> bool | None:
    """Whether an operand is a condition; ``None`` where only its values tell."""
    if not isinstance(operand, Slot):
        return isinstance(operand, bool)
    if operand.place < inputs:
        return False
    step = steps[operand.place - inputs]
    while isinstance(step.function, Primitive) and step.function.chooses:
        operand = step.operands[-1]  # of one kind with the others
        if not isinstance(operand, Slot) or operand.place < inputs:
            return isinstance(operand, bool)
        step = steps[operand.place - inputs]
    return step.function.condition if isinstance(step.function, Primitive) else None


def depends(operand: Operand) -> bool:
    """Whether an operand is computed from inputs."""
    return any(map(depends, operand)) if isinstance(operand, tuple) else isinstance(operand, Slot)


def _demand_moderate(function: Callable[..., Any], operands: tuple[Operand, ...], named: Mapping[str, Operand]) -> None:
    """Raise `CaseError` for an exponent or an order that is too large, and for a length that no array has."""
    place = _ORDERS.get(function, len(operands))
    for order in operands[place : place + 1]:
        if not depends(order) and (isinstance(order, tuple) or abs(complex(order)) > _LARGEST_ORDER):
            what = "exponent" if function is ops.power else "order"
            raise CaseError(f"the {what} {order} is larger than {_LARGEST_ORDER:,}, the largest that is read here")
    lengths = [*named.values(), *(operand for operand in operands if isinstance(operand, tuple))]
    if function in _GROWING:
        counts = [n for n in flat((operands, tuple(named.values()))) if type(n) is int]
        lengths.append(math.prod(max(abs(n), 1) for n in counts))
    while lengths:
        length = lengths.pop()
        if isinstance(length, tuple):
            lengths += length
        elif isinstance(length, int) and abs(length) > _LONGEST:
            raise CaseError(f"{length} is larger than every length here ({_LONGEST:,})")


def _demand_divisor(divisor: Operand) -> None:
    """Raise `CaseError` for a constant zero."""
    if not depends(divisor) and not isinstance(divisor, tuple) and complex(divisor) == 0:
        raise CaseError("a division by zero is no number")


def _constant(function: Callable[..., Any], operands: tuple[Operand, ...], named: Mapping[str, Operand]) -> Any:
    """An operation on constants: a whole number, an exact constant, a complex one, or whether a relation holds."""
    whole = _WHOLE.get(function)
    if whole is not None and all(type(operand) is int for operand in operands):
        found = whole(*operands)
        if abs(found) < 2**64:
            return found
    name = getattr(function, "__name__", "it")
    try:
        constant = function(*operands, **named)
        value = complex(constant) if is_complex(constant) else float(constant)
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        raise CaseError(f"{name} of {', '.join(map(str, operands))} is no constant") from None
    if isinstance(constant, bool) or (isinstance(constant, Exact) and constant.operation.condition):
        return bool(value)
    if not cmath.isfinite(value):
        what = "is no number" if cmath.isnan(value) else "is larger than every double"
        raise CaseError(f"{name} of {', '.join(map(str, operands))} {what}")
    return constant if _size(constant) <= _MOST_CONSTANT else value


def _size(constant: Any) -> int:
    """How many operations a constant takes."""
    if isinstance(constant, ComplexConstant):
        return _size(constant.real) + _size(constant.imag)
    return 1 + sum(map(_size, constant.arguments)) if isinstance(constant, Exact) else 0


def _nothing(*_: Operand) -> None:
    return None


def _both(c: Operand, d: Operand) -> Operand:
    return d if c is True else c if d is True else False if c is False or d is False else None


def _either(c: Operand, d: Operand) -> Operand:
    return d if c is False else c if d is False else True if c is True or d is True else None


def _one_of(c: Operand, x: Operand, y: Operand) -> Operand:
    return x if c is True else y if c is False else None


# At which place the exponent or the order stands.
_OF_DEGREES = (
    *("assoc_laguerre_l", "assoc_legendre_p", "gegenbauer_c", "hermite_h", "hermite_he", "jacobi_p"),
    *("laguerre_l", "legendre_p", *(f"{shifted}chebyshev_{kind}" for shifted in ("", "shifted_") for kind in "tuvw")),
)
_ORDERS: Mapping[Any, int] = {
    ops.power: 1,
    ops.multigammaln: 1,
    **{row: 0 for row in Primitive.rows.values() if 0 in row.rule_by},
    **{vars(ops)[name]: 0 for name in _OF_DEGREES},
    **{row: 1 for name, row in vars(ops).items() if "_polynomial_" in name},
    ops.lpmv: 1,
}
# Those that are told how long what they give is.
_GROWING = {ops.tile, ops.broadcast_to, ops.expand, ops.repeat_interleave, ops.diag, ops.diagflat, ops.diag_embed}
# What is known of an operation before its operands are, and else `None`. A condition that is known is no number.
_CHOSEN: Mapping[Any, Callable[..., Operand]] = {
    ops.logical_and: _both,
    ops.logical_or: _either,
    ops.logical_not: lambda c: not c if isinstance(c, bool) else None,
    ops.where: _one_of,
}
_WHOLE: Mapping[Any, Callable[..., int]] = {
    ops.add: operator.add,
    ops.sub: operator.sub,
    ops.mul: operator.mul,
    ops.neg: operator.neg,
    ops.trunc: operator.pos,
}
