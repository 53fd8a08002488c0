"""SymPy's `diff` of the closed form, with its common subexpressions shared, compiled to NumPy by `lambdify`."""

import builtins
import dis
import itertools
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from sympy.printing.str import StrPrinter

from diffcheck.case.case import Point
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Clockwork, Estimate, Task, typed
from diffcheck.engines.symbolic.functions import functions, without_negative_orders
from diffcheck.errors import Unsupported
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Program
from diffcheck.program.rules import written

# A longer formula, or one of more inputs, is not written down.
_WRITTEN, _NAMED = 400, 6
# Of larger whole numbers SymPy's factorials, Bernoulli numbers and the like have thousands of digits; twice those of a
# double are enough.
_WRITTEN_OUT, _DIGITS = 1000, 34
# What has no value in floating point, or was left undone by SymPy.
_NO_NUMBER = (sympy.DiracDelta, sympy.Derivative, sympy.Subs, sympy.Integral)


def closed_form(program: Program) -> tuple[list[sympy.Symbol], list[sympy.Expr]]:
    """The symbols of the flattened inputs and the expression of each flattened output."""
    symbols = [sympy.Symbol(f"x{i}", real=True) for i in range(len(program.inputs))]
    expressions: list[Any] = []
    for name, operands in program.nodes:
        if name == INPUT:
            expressions.append(symbols[operands[0]])
        elif name == CONST:
            expressions.append(sympy.Rational(operands[0].numerator, operands[0].denominator))
        else:
            expressions.append(_applied(Primitive.rows[name], [expressions[i] for i in operands]))
    return symbols, [expressions[output] for output in program.outputs.ravel().tolist()]


def _applied(row: Primitive, operands: Sequence[Any]) -> Any:
    """The operation on expressions; of numbers that SymPy would write all digits of, it gets the first ones."""
    if all(x.is_number for x in operands):
        operands = [sympy.Float(x, _DIGITS) if x.is_Integer and abs(x) > _WRITTEN_OUT else x for x in operands]
    return row.on_sympy(*operands)


# Bits of a whole number that NumPy's functions take.
_LONGEST = 63


class Closed:
    """A derivative in closed form, compiled to NumPy."""

    def __init__(self, task: Task) -> None:
        if task.dtype not in ("float64", "float32"):
            raise Unsupported(f"NumPy has no {task.dtype} arithmetic")
        self._task = task
        symbols, outputs = closed_form(task.program)
        wrt = [symbols[i] for i in task.case.wrt_positions]
        derivatives = _derivatives(outputs, wrt, task.operator)
        # NumPy's ``sqrt(2)`` would make everything double, and it takes no longer whole number than this.
        longest = _LONGEST if task.dtype == "float64" else 0
        derivatives, outputs = (
            _weak(list(map(without_negative_orders, expressions)), longest) for expressions in (derivatives, outputs)
        )
        self._outputs, self._symbols = outputs, symbols
        self._derivatives = _Shared(derivatives)
        self.operations: int | None = self._derivatives.operations
        self._evaluate = self._derivatives.compiled(symbols)

    @cached_property
    def _primal(self) -> Callable[..., Any]:
        return _Shared(self._outputs).compiled(self._symbols)

    @cached_property
    def program(self) -> Program | None:
        """The closed form as straight-line code; ``None`` where it holds what no operation of diffcheck computes."""
        try:
            return written(self._derivatives.results, self._symbols, self._derivatives.shared)
        except Unsupported:
            return None

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point."""
        try:
            with np.errstate(all="ignore"):
                values = self._evaluate(*self._flat(point))
        except OverflowError as reason:
            raise Unsupported(f"SymPy's code holds a number that no float holds: {reason}") from None
        return Estimate(np.array([_real(v) for v in values]).reshape(self._task.shape))

    def value(self, point: Point) -> Any:
        """The closed form of the function itself."""
        with np.errstate(all="ignore"):
            values = self._primal(*self._flat(point))
        return np.array([_real(v) for v in values]).reshape(self._task.program.shape)

    def script(self, point: Point, component: int) -> str:
        """A script of plain SymPy that prints one component; see `diffcheck.engines.base.Prepared`."""
        task, operator = self._task, self._task.operator
        if operator.along or operator.weighted or task.dtype != "float64":
            raise Unsupported("not a plain derivative in double precision")
        width = len(task.case.wrt_positions)
        row, columns = divmod(component, width**operator.full)
        places = [columns // width**k % width for k in range(operator.full)]
        by = [str(self._symbols[task.case.wrt_positions[place]]) for place in sorted(places)]
        # What SymPy prints as 1/2 is a float to Python.
        form = StrPrinter({"sympy_integers": True}).doprint(self._outputs[row])
        names = ", ".join(map(str, self._symbols))
        values = ", ".join(f"numpy.float64({float(x)!r})" for x in self._flat(point))
        if len(form) > _WRITTEN or len(self._symbols) > _NAMED:
            raise Unsupported("a formula that is long")
        if any(
            atom.func.__name__ in functions() for f in self._derivatives.expressions for atom in f.atoms(sympy.Function)
        ):
            raise Unsupported("SciPy has a function by another name than SymPy")
        return "\n".join(
            [
                "import numpy",
                "from sympy import *",
                "",
                f"{names} = symbols({names!r}, real=True)",
                f"d = diff({form}, {', '.join(by)})",
                f'f = lambdify([{names}], d, ["scipy", "numpy"], cse=True)',
                f"print(float(f({values})))",
            ]
        )

    def clockwork(self, point: Point) -> Clockwork:
        """The compiled closed forms of derivative and function."""
        flat, compiled = self._flat(point), self._primal

        def derivative() -> object:
            with np.errstate(all="ignore"):
                return self._evaluate(*flat)

        def primal() -> object:
            with np.errstate(all="ignore"):
                return compiled(*flat)

        return Clockwork(derivative, primal)

    def batch(self, points: Sequence[Point]) -> Callable[[], object]:
        """The derivatives at many points: the closed form on arrays."""
        columns = list(np.array([self._flat(point) for point in points]).T)

        def derivatives() -> object:
            with np.errstate(all="ignore"):
                return self._evaluate(*columns)

        return derivatives

    def _flat(self, point: Point) -> list[Any]:
        inputs = typed(point, self._task)
        return [x for name in self._task.case.inputs for x in np.ravel(inputs[name])]


def _derivatives(outputs: list[sympy.Expr], wrt: list[sympy.Symbol], operator: Operator) -> list[sympy.Expr]:
    """The derivatives of all outputs, contracted as the operator says; each of those that are equal once."""
    if operator.weighted:
        outputs = [sum((sympy.Rational(w) * f for w, f in zip(operator.weights, outputs, strict=True)), sympy.S.Zero)]
    found: list[sympy.Expr] = []
    for output in outputs:
        known: dict[tuple[int, ...], sympy.Expr] = {(): output}
        places = itertools.product(range(len(wrt)), repeat=operator.full)
        found += [_along(_partial(known, tuple(sorted(place)), wrt), wrt, operator) for place in places]
    return found


def _partial(known: dict[tuple[int, ...], sympy.Expr], by: tuple[int, ...], wrt: list[sympy.Symbol]) -> sympy.Expr:
    """The derivative by some inputs, in this order; ``known`` keeps those that it is made of."""
    if by not in known:
        known[by] = sympy.diff(_partial(known, by[:-1], wrt), wrt[by[-1]])
    return known[by]


def _along(expression: sympy.Expr, wrt: list[sympy.Symbol], operator: Operator) -> sympy.Expr:
    """The derivative along the direction, as often as the operator says."""
    for _ in range(operator.along):
        steps = zip(operator.direction, wrt, strict=True)
        expression = sum((sympy.Rational(d) * sympy.diff(expression, x) for d, x in steps if d), sympy.S.Zero)
    return expression


def _weak(expressions: list[sympy.Expr], longest: int) -> list[sympy.Expr]:
    """The expressions with plain floats for constants that hold a whole number of more bits."""

    def plain(expression: Any) -> Any:
        if expression.is_Rational:
            return expression
        if expression.is_number and expression.is_real and _bits(expression) > longest:
            return expression.evalf(17)
        return expression.func(*map(plain, expression.args)) if expression.args else expression

    return [plain(expression) for expression in expressions]


def _bits(number: sympy.Expr) -> int:
    """Of the longest whole number in an expression."""
    parts = [int(part).bit_length() for r in number.atoms(sympy.Rational) for part in (r.p, r.q)]
    return max(parts, default=1)


class _Shared:
    """Expressions, with what they share computed once."""

    def __init__(self, expressions: list[sympy.Expr]) -> None:
        for expression in expressions:
            for atom in expression.atoms(*_NO_NUMBER):
                kind = type(atom).__name__
                raise Unsupported(f"SymPy's derivative contains {kind}, which has no floating-point value")
        self.expressions = expressions
        self.shared, self.results = sympy.cse(expressions)

    @property
    def operations(self) -> int:
        """How many operations they have."""
        return int(sympy.count_ops([e for _, e in self.shared]) + sympy.count_ops(self.results))

    def compiled(self, symbols: list[sympy.Symbol]) -> Callable[..., Any]:
        """A function of these symbols."""
        # Long sums and deep towers of functions print recursively.
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 20_000))
        try:
            function: Callable[..., Any] = sympy.lambdify(
                symbols,
                self.expressions,
                modules=[dict(functions()), "scipy", "numpy"],
                cse=lambda _: (self.shared, self.results),
            )
        finally:
            sys.setrecursionlimit(limit)
        known = {*function.__globals__, *vars(builtins)}
        for step in dis.get_instructions(function):
            if step.opname == "LOAD_GLOBAL" and step.argval not in known:
                raise Unsupported(f"SymPy writes {step.argval}, which is no function of NumPy or SciPy by this name")
        return function


def _real(value: Any) -> float:
    """A number of SciPy's complex functions that lies on the real line; NaN where it does not."""
    number = complex(value)
    return number.real if number.imag == 0 else float("nan")
