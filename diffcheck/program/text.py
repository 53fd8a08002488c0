"""Nodes of a program as formulas that a person can read."""

import math
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction

from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.decimals import brief
from diffcheck.ops.table import Function, Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Node
from diffcheck.program.scalar import TracedScalar

# A whole number of more digits is told as a double has it.
_LONG = 10**25
# How strongly a negative number and a name bind (`diffcheck.ops.table.Primitive.written`).
_NEGATION, _ATOM = 3, 5


def formula(nodes: Sequence[Node], number: int, label: Callable[[int], str], depth: int = 4) -> str:
    """The formula of a node; what lies deeper than ``depth`` operations is three dots.

    ``label`` names the input at a position.
    """
    text, _ = _written(nodes, number, label, depth)
    return text


def _written(nodes: Sequence[Node], number: int, label: Callable[[int], str], depth: int) -> tuple[str, int]:
    name, operands = nodes[number]
    if name == INPUT:
        return label(operands[0]), _ATOM
    if name == CONST:
        return _constant(operands[0])
    if not operands:
        return name, _ATOM
    if depth == 0:
        return "...", _ATOM
    parts = [_written(nodes, i, label, depth - 1) for i in operands]
    written = Primitive.rows[name].written
    if written is not None:
        form, strength, needed = written
        return form.format(*(_wrapped(*part, n) for part, n in zip(parts, needed, strict=True))), strength
    return f"{name}({', '.join(text for text, _ in parts)})", _ATOM


def _wrapped(text: str, strength: int, needed: int) -> str:
    return f"({text})" if strength < needed else text


def _constant(value: Fraction) -> tuple[str, int]:
    if value.denominator == 1 and abs(value) < 10**15:
        return str(value), _ATOM if value >= 0 else _NEGATION
    short = brief(balls.ball(value))
    number = float(short)
    rounded = value.denominator > 1000 or math.isinf(number) or Fraction(number) == value
    if rounded or abs(value) >= _LONG:
        double = math.inf if abs(value) > sys.float_info.max else float(value)
        return (repr(double) if not rounded and double == value else short), 2
    return str(value), 2


def form(function: Function, arity: int) -> str:
    """One of a row's derivative forms, in x (or x1, x2 ...) and the value y.

    >>> from diffcheck.ops.table import Primitive
    >>> [form(f, 1) for f in Primitive.rows["expm1"].forms_of(0)]
    ['exp(x)', 'y + 1']
    """
    builder = Builder()
    names = ["x"] if arity == 1 else [f"x{k + 1}" for k in range(arity)]
    arguments = [TracedScalar(builder, builder.input(k)) for k in range(arity + 1)]
    result = function(*arguments)
    return formula(builder.nodes, result.node, [*names, "y"].__getitem__)
