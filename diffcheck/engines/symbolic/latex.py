"""A function and its first derivatives as SymPy writes them in LaTeX."""

from collections.abc import Callable, Sequence
from typing import Any

import sympy

from diffcheck.engines.symbolic.closed_form import closed_form
from diffcheck.program.program import Program

# A fraction of a larger denominator is a rounded number.
_FRACTION = 1000


def latex(program: Program, label: Callable[[int], str], wrt: Sequence[int], order: int) -> list[str]:
    """Equations, one a line: each output, then its derivatives of this order by the inputs at these positions."""
    symbols, outputs = closed_form(program)
    named: dict[Any, Any] = {s: sympy.Symbol(label(k), real=True) for k, s in enumerate(symbols)}
    # The fraction that a double is, is written as the double.
    doubles = {n for output in outputs for n in output.atoms(sympy.Rational) if n.q > _FRACTION}
    named |= {sign * n: sympy.Symbol(repr(float(sign * n))) for n in doubles for sign in (1, -1)}
    lines = []
    for number, output in enumerate(outputs):
        whose = "f" if len(outputs) == 1 else f"f_{{{number}}}"
        lines.append(f"{whose} = {sympy.latex(output.subs(named))}")
        for i in wrt:
            name = sympy.latex(named[symbols[i]])
            power = f"^{{{order}}}" * (order > 1)
            by = rf"\frac{{\partial{power} {whose}}}{{\partial {name}{power}}}"
            lines.append(f"{by} = {sympy.latex(sympy.diff(output, symbols[i], order).subs(named))}")
    return lines
