"""What CasADi evaluates, instruction by instruction, as a program: its rounding is analysed, not the definition's."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import casadi
import numpy as np

from diffcheck.ops.table import Primitive
from diffcheck.program.program import Builder, Program, uncollected

# Instructions that are no operation of the same name.
_MADE: Mapping[str, Callable[[Builder, Sequence[int]], int]] = {
    "assign": lambda b, x: x[0],
    "sq": lambda b, x: b.apply("mul", x[0], x[0]),
    "twice": lambda b, x: b.apply("add", x[0], x[0]),
    "inv": lambda b, x: b.apply("div", b.const(1), x[0]),
    "fabs": lambda b, x: b.apply("abs", *x),
    "fmax": lambda b, x: b.apply("maximum", *x),
    "fmin": lambda b, x: b.apply("minimum", *x),
    "pow": lambda b, x: b.apply("power", *x),
    "constpow": lambda b, x: b.apply("power", *x),
    "if_else_zero": lambda b, x: b.apply("where", *x, b.const(0)),
    "not": lambda b, x: b.apply("where", x[0], b.const(0), b.const(1)),
    "and": lambda b, x: b.apply("where", x[0], x[1], b.const(0)),
    "or": lambda b, x: b.apply("where", x[0], b.const(1), x[1]),
}
_NAMES = {getattr(casadi, word): word[3:].lower() for word in dir(casadi) if word.startswith("OP_")}
_NONE = ("input", "output", "const", "assign")


def operations_of(function: Any) -> int:
    """How many of its instructions compute something."""
    return sum(_NAMES[function.instruction_id(k)] not in _NONE for k in range(function.n_instructions()))


@uncollected()
def program_of(function: Any, shape: tuple[int, ...]) -> Program | None:
    """The program of a function of one column with one result; ``None`` where an instruction has no row.

    Parameters
    ----------
    shape:
        That of the result, whose elements come in row-major order.
    """
    builder = Builder()
    held: dict[int, int] = {}
    outputs = [0] * int(np.prod(shape, dtype=int))
    for k in range(function.n_instructions()):
        name = _NAMES[function.instruction_id(k)]
        places, given = function.instruction_output(k), function.instruction_input(k)
        if name == "output":
            outputs[places[1]] = held[given[0]]
        elif name == "input":
            held[places[0]] = builder.input(given[1])
        elif name == "const":
            value = function.instruction_constant(k)
            if not np.isfinite(value):
                return None
            held[places[0]] = builder.data(Fraction(value))
        else:
            operands = [held[i] for i in given]
            if name in _MADE:
                held[places[0]] = _MADE[name](builder, operands)
            elif name in Primitive.rows:
                held[places[0]] = builder.apply(name, *operands)
            else:
                return None
    return builder.program(function.numel_in(0), np.array(outputs, np.int64).reshape(shape))
