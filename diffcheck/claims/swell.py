"""How long a derivative is: as a formula, as a formula whose equal parts are kept once, and as a program.

All are counted alike, in operations on two numbers and elementary functions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from diffcheck.claims.families import HELMHOLTZ, LOGISTIC, NESTED, PRODUCT, Family
from diffcheck.ops.table import Primitive
from diffcheck.program.differentiate import jacobian
from diffcheck.program.program import CONST, INPUT, Program
from diffcheck.program.rules import SYMPY, written

SIZES: Sequence[tuple[Family, tuple[int, ...]]] = (
    (PRODUCT, (3, 4, 8, 16)),
    (NESTED, (2, 4, 8, 16)),
    (LOGISTIC, (2, 3, 4, 5, 6, 7, 8)),
    (HELMHOLTZ, (2, 4, 8)),
)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Operations of the function (order 0), its first and its second derivatives, all of them.

    Attributes
    ----------
    formula:
        Written out, every part as often as it occurs.
    shared:
        With the common subexpressions that SymPy's ``cse`` finds kept once.
    program:
        Differentiated as a program, by SymPy's rule of each operation.
    """

    family: str
    size: int
    order: int
    formula: int
    shared: int
    program: int


def lengths(family: Family, size: int) -> list[Lengths]:
    """The lengths at one size, in the order of the derivatives."""
    program = family.program(size)
    symbols, expressions = closed(program)
    found = []
    for order in range(3):
        if order:
            expressions = [sympy.diff(e, s) for e in expressions for s in symbols]
            program = jacobian(program, range(len(symbols)), SYMPY)
        found.append(
            Lengths(
                family.name,
                size,
                order,
                formula(expressions, symbols),
                shared(expressions, symbols),
                program.operations,
            )
        )
    return found


def closed(program: Program) -> tuple[list[Any], list[Any]]:
    """The symbols of the inputs and the expressions of the outputs."""
    symbols = [sympy.Symbol(f"x{k}", real=True) for k in range(len(program.inputs))]
    found: list[Any] = []
    for name, operands in program.nodes:
        if name == INPUT:
            found.append(symbols[operands[0]])
        elif name == CONST:
            found.append(sympy.Rational(operands[0].numerator, operands[0].denominator))
        else:
            found.append(Primitive.rows[name].on_sympy(*(found[i] for i in operands)))
    return symbols, [found[i] for i in program.outputs.ravel().tolist()]


def formula(expressions: Sequence[Any], symbols: Sequence[Any]) -> int:
    """The operations of expressions written out.

    >>> x = sympy.Symbol("x")
    >>> formula([sympy.sin(x) * (1 + sympy.sin(x))], [x]), shared([sympy.sin(x) * (1 + sympy.sin(x))], [x])
    (4, 3)
    """
    program = written(expressions, symbols)
    sizes: list[int] = []
    for name, operands in program.nodes:
        sizes.append(0 if name in (INPUT, CONST) else 1 + sum(sizes[i] for i in operands))
    return sum(sizes[i] for i in program.outputs.ravel().tolist())


def shared(expressions: Sequence[Any], symbols: Sequence[Any]) -> int:
    """The operations of expressions with their common subexpressions kept once, as SymPy finds them."""
    parts, results = sympy.cse(expressions)
    named = [name for name, _ in parts]
    return written([*(part for _, part in parts), *results], [*symbols, *named]).operations


def all_lengths(largest: int) -> list[Lengths]:
    """The lengths of all families at all sizes up to one."""
    return [row for family, sizes in SIZES for n in sizes if n <= largest for row in lengths(family, n)]
