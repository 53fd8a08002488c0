"""Derivative rules of operations: SymPy's own, or one of the forms in common use that the table lists.

A rule is written into the program that is being built, so that what it shares with the function is kept once.
"""

import functools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from diffcheck.errors import Unsupported
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import GraphBuilder
from diffcheck.program.program import CONST, INPUT, Builder, Node, Program, live_nodes
from diffcheck.program.recorded import Recorded
from diffcheck.program.scalar import TracedScalar
from diffcheck.program.traced import Traced

# Which form of a derivative: 0 the most accurate one of the table, 1 and up the others; an operation with fewer forms
# has its last one. Or SymPy's own, wherever SymPy has one.
STABLE = 0
SYMPY = -1


def partial(builder: Builder | GraphBuilder, number: int, position: int, form: int = STABLE) -> int:
    """The node of the derivative of node ``number`` with respect to its operand at ``position``."""
    name, operands = builder.nodes[number][:2]
    row = Primitive.rows[name]
    # What every form says of sums and products, without asking.
    if row.signs:
        return builder.const(row.signs[position])
    if row.product:
        return operands[1 - position]
    forms = row.forms_of(position)
    if forms and (form != SYMPY or not row.sympy_rule):
        result = forms[min(max(form, STABLE), len(forms) - 1)](*(_traced(builder, i) for i in (*operands, number)))
        return result.node if isinstance(result, Recorded) else builder.const(Fraction(result))
    # Constants that do not change the rule are as good as variables.
    kept = tuple(
        builder.value(i) if k in row.rule_by and i != operands[position] else None for k, i in enumerate(operands)
    )
    rule: _Rule = _written(row, position, kept)
    return rule.into(builder, operands)


def _traced(builder: Builder | GraphBuilder, number: int) -> Recorded:
    return Traced(builder, number) if isinstance(builder, GraphBuilder) else TracedScalar(builder, number)


class _Rule:
    """A derivative rule as straight-line code over an operation's arguments, written into programs again and again."""

    def __init__(self, nodes: Sequence[Node], result: int) -> None:
        live = live_nodes(nodes, [result])
        self._nodes = [(number, *nodes[number]) for number in live]
        self._result = result

    def into(self, builder: Builder | GraphBuilder, operands: Sequence[int]) -> int:
        """The node of the derivative with these arguments."""
        number_of: dict[int, int] = {}
        for number, name, arguments in self._nodes:
            if name == INPUT:
                number_of[number] = operands[arguments[0]]
            elif name == CONST:
                number_of[number] = builder.const(*arguments)
            else:
                number_of[number] = builder.apply(name, *[number_of[i] for i in arguments])
        return number_of[self._result]


# SymPy's own cache, which has no types: clearing it forgets the rules as well.
@sympy.cacheit  # type: ignore[untyped-decorator]
def _sympy_rule(
    row: Primitive, position: int, constants: tuple[Fraction | None, ...]
) -> tuple[sympy.Expr, tuple[sympy.Symbol, ...]]:
    symbols = tuple(sympy.Symbol(f"x{i}", real=True) for i in range(len(constants)))
    arguments = [
        s if c is None else sympy.Rational(c.numerator, c.denominator) for s, c in zip(symbols, constants, strict=True)
    ]
    return sympy.diff(row.on_sympy(*arguments), symbols[position]), symbols


# The same cache.
@sympy.cacheit  # type: ignore[untyped-decorator]
def _written(row: Primitive, position: int, constants: tuple[Fraction | None, ...]) -> _Rule:
    expression, symbols = _sympy_rule(row, position, constants)
    builder = Builder()
    arguments = {symbol: builder.input(i) for i, symbol in enumerate(symbols)}
    return _Rule(builder.nodes, _Writer(builder, arguments).write(expression))


Shared = Sequence[tuple[sympy.Symbol, sympy.Expr]]


def written(expressions: Sequence[sympy.Expr], symbols: Sequence[sympy.Symbol], shared: Shared = ()) -> Program:
    """The program of SymPy expressions in these symbols, an output for each; factors in the order of SymPy's code.

    Parameters
    ----------
    shared:
        Further symbols in them and what these are, each in terms of what stands before it.

    Raises
    ------
    Unsupported
        If they contain what no operation of diffcheck computes.
    """
    builder = Builder()
    writer = _Writer(builder, {symbol: builder.input(i) for i, symbol in enumerate(symbols)}, printed=True)
    for symbol, expression in shared:
        writer.name(symbol, expression)
    return builder.program(len(symbols), np.array([writer.write(e) for e in expressions], np.int64))


@functools.cache
def _rows_by_sympy_name() -> dict[str, str]:
    return {row.sympy_name: name for name, row in Primitive.rows.items() if row.sympy_name}


class _Writer:
    """Writes a SymPy expression into a program."""

    def __init__(self, builder: Builder, symbols: dict[sympy.Expr, int], printed: bool = False) -> None:
        self._builder = builder
        self._known = symbols
        self._printed = printed

    def name(self, symbol: sympy.Symbol, expression: sympy.Expr) -> None:
        """Let a symbol stand for an expression."""
        self._known[symbol] = self.write(expression)

    def write(self, expression: sympy.Expr) -> int:
        """The node of the expression."""
        number = self._known.get(expression)
        if number is None:
            number = self._known[expression] = self._node(expression)
        return number

    def _node(self, expression: Any) -> int:
        apply = self._builder.apply
        if expression.is_Rational:
            return self._builder.const(Fraction(int(expression.p), int(expression.q)))
        if expression is sympy.pi:
            return apply("pi")
        if expression is sympy.E:
            return apply("e")
        if expression.is_Add:
            return self._sum(expression.args)
        if expression.is_Mul:
            return self._product(expression)
        if expression.is_Pow:
            return self._power(*expression.as_base_exp())
        if isinstance(expression, sympy.Heaviside) and expression.args[1] == sympy.Rational(1, 2):
            return self.write((1 + sympy.sign(expression.args[0])) / 2)
        if expression.is_Float:
            # Of its binary digits no one is lost.
            return self._builder.const(Fraction(*map(int, sympy.Rational(expression).as_numer_denom())))
        called, rows = type(expression).__name__, _rows_by_sympy_name()
        name = rows.get(f"{called} of {len(expression.args)}", rows.get(called))
        if name is None:
            raise Unsupported(
                f"SymPy's derivative rule contains {expression}, which no operation of diffcheck computes"
            )
        return apply(name, *map(self.write, expression.args))

    def _chain(self, name: str, terms: Sequence[Any]) -> int:
        total, *rest = map(self.write, terms)
        for number in rest:
            total = self._builder.apply(name, total, number)
        return total

    def _sum(self, terms: Sequence[Any]) -> int:
        """What is added, less what is subtracted."""
        negative = [t for t in terms if t.could_extract_minus_sign()]
        positive = [t for t in terms if t not in negative]
        if not positive:
            return self._chain("add", terms)
        total = self._chain("add", positive)
        for term in negative:
            total = self._builder.apply("sub", total, self.write(-term))
        return total

    def _product(self, expression: Any) -> int:
        factors = expression.as_ordered_factors() if self._printed else expression.args
        above = [f for f in factors if not _is_reciprocal(f)]
        below = [1 / f for f in factors if _is_reciprocal(f)]
        numerator = self._chain("mul", above) if above else self._builder.const(1)
        return self._builder.apply("div", numerator, self._chain("mul", below)) if below else numerator

    def _power(self, base: Any, exponent: Any) -> int:
        if exponent == sympy.Rational(1, 2):
            return self._builder.apply("sqrt", self.write(base))
        if exponent.is_Rational and exponent < 0:
            return self._builder.apply("div", self._builder.const(1), self.write(base**-exponent))
        return self._builder.apply("power", self.write(base), self.write(exponent))


def _is_reciprocal(factor: Any) -> bool:
    return bool(factor.is_Pow and factor.exp.is_Rational and factor.exp < 0)
