"""A program as expressions of CasADi, or the function that a case puts on trial, called with symbols."""

import functools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import casadi
import numpy as np

from diffcheck.case.case import Case
from diffcheck.errors import CaseError, Unsupported
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Program
from diffcheck.program.trace import trace

Expression = Any

# Operations that CasADi calls otherwise than the table and NumPy do.
_CALLED: Mapping[str, Callable[..., Expression]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "abs": casadi.fabs,
    "maximum": casadi.fmax,
    "minimum": casadi.fmin,
    "where": casadi.if_else,
    "hypot": lambda *x: functools.reduce(casadi.hypot, x[1:], casadi.fabs(x[0])),
    "logsumexp_of": lambda *x: casadi.logsumexp(casadi.vertcat(*x)),
    "softplus": lambda x: casadi.logsumexp(casadi.vertcat(0, x)),
    "det_of": lambda *x: casadi.det(casadi.reshape(casadi.vertcat(*x), math.isqrt(len(x)), math.isqrt(len(x)))),
}


def expressions(program: Program, x: Expression) -> Expression:
    """The flattened results of a program, for its flattened inputs.

    Raises
    ------
    Unsupported
        Where CasADi has no function of an operation, by its name.
    """
    found: list[Expression] = []
    for name, operands in program.nodes:
        if name == INPUT:
            found.append(x[operands[0]])
        elif name == CONST:
            found.append(casadi.SX(float(operands[0])))
        else:
            found.append(_applied(Primitive.rows[name], [found[i] for i in operands]))
    return casadi.vertcat(*[found[i] for i in program.outputs.ravel().tolist()])


def _applied(row: Primitive, operands: Sequence[Expression]) -> Expression:
    function = _CALLED.get(row.name) or getattr(casadi, row.name, None)
    if operands and function is not None:
        return function(*operands)
    if row.formula is not None:
        return _by_formula(row.formula, operands)
    if operands:
        raise Unsupported(f"CasADi has no {row.name}")
    return casadi.SX(float(row.on_numpy()))


def _by_formula(formula: Callable[..., Any], operands: Sequence[Expression]) -> Expression:
    """An operation by other ones."""
    names = [f"x{k}" for k in range(len(operands))]
    program = trace(lambda **given: formula(*given.values()), dict.fromkeys(names, ()), {})
    return expressions(program, casadi.vertcat(*operands))


def tried(function: Callable[..., Any], case: Case, x: Expression, shape: tuple[int, ...]) -> Expression:
    """The flattened results of somebody's own function, for the flattened inputs.

    An input of n elements is a column of so many symbols, a matrix one of symbols; the constants are as they are.

    Raises
    ------
    CaseError
        If the result is no expression of the shape that was traced.
    """
    given: dict[str, Any] = dict(case.constants)
    start = 0
    for name, of in case.shapes.items():
        size = int(np.prod(of, dtype=int))
        given[name] = _of_shape(x[start : start + size], of)
        start += size
    result = function(*(given[name] for name in case.parameters))
    result = casadi.vertcat(*result) if isinstance(result, (list, tuple)) else casadi.SX(result)
    if result.shape != _rows_and_columns(shape):
        raise CaseError(f"on symbols of CasADi the function returns shape {result.shape}, traced it was {shape}")
    return casadi.vec(result.T)


def _of_shape(column: Expression, shape: tuple[int, ...]) -> Expression:
    """Elements in row-major order as a matrix, which CasADi fills by columns."""
    rows, columns = _rows_and_columns(shape)
    return casadi.reshape(column, columns, rows).T


def _rows_and_columns(shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) > 2:
        raise Unsupported(f"CasADi has matrices, no arrays of shape {shape}")
    rows, columns = (*shape, 1, 1)[:2]
    return rows, columns
