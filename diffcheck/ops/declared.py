"""What users declare of their own operations: a row of the table that keeps the slopes as they were given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from diffcheck.errors import CaseError
from diffcheck.ops.functions.differentiated import in_doubles
from diffcheck.ops.slopes_by_series import partial_on_balls, partial_on_series
from diffcheck.ops.table import Function, Primitive, Without

# What the row of an operation's partial derivatives is called: the operation, and this.
_SLOPE = "_slope"
# How strongly what stands before its arguments binds (`diffcheck.ops.table.Primitive.written`).
_ATOM = 5


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Declared(Primitive):
    """A user's own operation; ``given`` are the slopes as he gave them, one function for each argument or for all."""

    given: Function | tuple[Function, ...] | None = None
    slope: str = ""
    """The row of its partial derivatives where those are its power series', which then is no second opinion of them."""

    def with_rules(self, name: str, rules: Sequence[Function]) -> "Declared":
        """The same operation, of another name, with these slopes by its arguments and the value."""
        Primitive.rows.pop(name, None)  # that of an operation which was declared anew
        shown = f"{self.name}({', '.join(['{}'] * len(rules))})"
        return replace(
            self,
            name=name,
            written=(shown, _ATOM, (0,) * len(rules)),
            forms=tuple((rule,) for rule in rules),
            given=tuple(rules),
            sympy_rule=False,
        )

    def demand_slopes(self, count: int) -> None:
        """Raise `CaseError` unless there is a slope for each of so many arguments."""
        known = count if self.given is None else _count(self.given, count)
        if known != count:
            told = f"{known} slope{'s' * (known != 1)}, and is applied to {count} argument{'s' * (count != 1)}"
            raise CaseError(f"own_operation {self.name!r} has {told}: give a slope for each, in order")


def _count(given: Function | tuple[Function, ...], arguments: int) -> int:
    """How many slopes are given; if their function does not run on numbers, as many as there are arguments."""
    if isinstance(given, tuple):
        return len(given)
    try:
        found = given(*[0.5] * (arguments + 1))
    except Exception:  # it is written for values that are recorded alone
        return arguments
    return len(found) if isinstance(found, (tuple, list)) else 1


def slope_of(name: str) -> str:
    """What the row of an operation's partial derivatives is called."""
    return name + _SLOPE


def owner(name: str) -> str:
    """The operation whose partial derivatives this one is, if it is that, and else itself."""
    row = Primitive.rows[name]
    return name.removesuffix(_SLOPE) if isinstance(row, Declared) and row.slope == name else name


def slopes_by_series(name: str, expanded: Function, outside: Callable[..., bool], lacking: Without) -> Function:
    """The forms of the slopes by a function of power series, through a row of the partial derivatives of any order.

    Parameters
    ----------
    name:
        The operation.
    lacking:
        What engines are told that ask for it: only the referee has it.
    """

    def forms(position: int) -> tuple[Function, ...]:
        def slope(*x: Any) -> Any:
            operands = x[:-1]
            return row(*(int(k == position) for k in range(len(operands))), *operands)

        return (slope,)

    def forms_of_slopes(position: int) -> tuple[Function, ...]:
        def slope(*x: Any) -> Any:
            orders, at = x[: len(x) // 2], x[len(x) // 2 : -1]
            place = position - len(orders)
            return 0 if place < 0 else row(*(k + int(i == place) for i, k in enumerate(orders)), *at)

        return (slope,)

    differentiated = partial_on_balls(expanded)
    row = Declared(
        name=slope_of(name),
        doc=f"the partial derivatives of {name}: how often by each argument, then the arguments",
        numpy=in_doubles(differentiated),
        torch=lacking,
        sympy=lacking,
        arb=differentiated,
        series=partial_on_series(expanded),
        forms=forms_of_slopes,
        outside=lambda *x: outside(*x[len(x) // 2 :]),
        slope=slope_of(name),
    )
    return forms
