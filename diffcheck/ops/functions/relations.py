"""Relations, what joins them, and what they choose between.

`switch` is positive on one piece, negative on the other and zero where they meet; `piece` is the operation there.
"""

import operator
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from diffcheck.ops.composites import composite
from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Function, Primitive


def _relation(name: str, sign: str, numpy: str, sympy: str, holds: Function) -> Primitive:
    return Primitive(
        name=name,
        doc=f"x {sign} y",
        python=f"1.0 if {{0}} {sign} {{1}} else 0.0",
        numpy=f"numpy.{numpy}",
        torch=f"torch.{name}",
        sympy=f"sympy.{sympy}",
        arb=lambda x, y: x - y,
        ulps=0,
        switch=operator.sub,
        piece=lambda side, arguments, _: int(holds(side)),
        folded=lambda x, y: Fraction(holds((x > y) - (x < y))),
        condition=True,
        sympy_rule=False,
        forms=((lambda x, y, _: 0,), (lambda x, y, _: 0,)),
    )


gt = _relation("gt", ">", "greater", "Gt", lambda side: side > 0)
ge = _relation("ge", ">=", "greater_equal", "Ge", lambda side: side >= 0)
lt = _relation("lt", "<", "less", "Lt", lambda side: side < 0)
le = _relation("le", "<=", "less_equal", "Le", lambda side: side <= 0)
eq = _relation("eq", "==", "equal", "Eq", lambda side: side == 0)
ne = _relation("ne", "!=", "not_equal", "Ne", lambda side: side != 0)


def _is_sympy_condition(sympy: Any, value: Any) -> bool:
    # A symbol is a Boolean by its class as well.
    return isinstance(value, sympy.logic.boolalg.Boolean) and not isinstance(value, sympy.Expr)


def _sympy_condition(sympy: Any, value: Any) -> Any:
    """A condition as SymPy has it; of a number, whether it is not zero."""
    if _is_sympy_condition(sympy, value):
        return value
    if isinstance(value, sympy.Piecewise):
        return sympy.Or(*(sympy.And(holds, _sympy_condition(sympy, piece)) for piece, holds in _disjoint(sympy, value)))
    return sympy.Ne(value, 0)


def _disjoint(sympy: Any, function: Any) -> Iterator[tuple[Any, Any]]:
    """The pieces, each with the condition under which it and no earlier one is the value."""
    earlier = sympy.false
    for piece, holds in function.args:
        yield piece, sympy.And(holds, sympy.Not(earlier))
        earlier = sympy.Or(earlier, holds)


def _sympy_where(sympy: Any, condition: Any, x: Any, y: Any) -> Any:
    """A piecewise function; of conditions, of which some may be known, the condition that they are together."""
    condition = _sympy_condition(sympy, condition)
    if not any(_is_sympy_condition(sympy, v) for v in (x, y)):
        return sympy.Piecewise((x, condition), (y, True))
    x, y = _sympy_condition(sympy, x), _sympy_condition(sympy, y)
    return sympy.Or(sympy.And(condition, x), sympy.And(sympy.Not(condition), y))


where = Primitive(
    name="where",
    doc="x where the condition holds, else y",
    python="{1} if {0} else {2}",
    numpy="numpy.where",
    torch="torch.where",
    sympy=_sympy_where,
    arb=lambda c, x, y: c,
    ulps=0,
    switch=lambda c: c - balls.HALF,
    takes=lambda side: 1 if side > 0 else 2,
    deciding=1,
    gives_back=lambda c, *_: None if c is None else (2 if c == 0 else 1, False),
    sympy_rule=False,
    forms=((lambda c, x, y, _: 0,), (lambda c, x, y, _: _where(c, 1, 0),), (lambda c, x, y, _: _where(c, 0, 1),)),
)


def _where(c: Any, x: Any, y: Any) -> Any:
    return where(c, x, y)


def _condition(value: Any) -> Any:
    """A condition as it is; of a number, whether it is not zero."""
    return value if getattr(value, "is_condition", True) else ne(value, 0)


@composite(torch="torch.logical_and", numpy="numpy.logical_and")
def logical_and(c: Any, d: Any) -> Any:
    """Both conditions hold; where the first does not, the second need not exist."""
    return where(_condition(c), _condition(d), 0)


@composite(torch="torch.logical_or", numpy="numpy.logical_or")
def logical_or(c: Any, d: Any) -> Any:
    """One of the conditions holds; where the first does, the second need not exist."""
    return where(_condition(c), 1, _condition(d))


@composite(torch="torch.logical_not", numpy="numpy.logical_not")
def logical_not(c: Any) -> Any:
    """The condition does not hold."""
    return where(_condition(c), 0, 1)


@composite(torch="torch.logical_xor", numpy="numpy.logical_xor", aten="logical_xor")
def logical_xor(c: Any, d: Any) -> Any:
    """One of the conditions holds and not the other one."""
    return where(_condition(c), logical_not(d), _condition(d))
