"""The functions of a folder of FPCore files, as cases read them: just enough of the language for straight-line code.

https://fpbench.org/spec/fpcore-2.0.html; loops, arrays and tensors are left out. A variable without bounds in the
precondition takes any number of float64 between -1e100 and 1e100.
"""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from diffcheck import interval, ops
from diffcheck.case.domain import Interval

_TOKEN = re.compile(r"\"[^\"]*\"|[()\[\]]|[^\s()\[\]]+")
_ANYTHING = interval(-1e100, 1e100, scale="float")
_UNTESTED = ("while", "while*", "for", "for*", "tensor", "tensor*", "array", "ref", "isfinite", "isnan")


def _minus(*x: Any) -> Any:
    return -x[0] if len(x) == 1 else x[0] - x[1]


def _added(*x: Any) -> Any:
    total = x[0]
    for y in x[1:]:
        total = total + y
    return total


def _multiplied(*x: Any) -> Any:
    product = x[0]
    for y in x[1:]:
        product = product * y
    return product


# Operations whose name in FPCore is another than in `diffcheck.ops`.
_NAMED: dict[str, Callable[..., Any]] = {
    "+": _added,
    "*": _multiplied,
    "-": _minus,
    "/": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "fabs": ops.abs,
    "fmax": ops.maximum,
    "fmin": ops.minimum,
    "fma": lambda x, y, z: x * y + z,
    "cast": lambda x: x,
    "<": ops.lt,
    "<=": ops.le,
    ">": ops.gt,
    ">=": ops.ge,
    "==": ops.eq,
    "!=": ops.ne,
    "if": ops.where,
}
_CONSTANTS = {"PI": ops.pi, "E": ops.e, "PI_2": ops.pi / 2, "LN2": ops.log(2.0), "SQRT2": ops.sqrt(2.0)}


@dataclass(frozen=True)
class Core:
    """One function: its name, its domains, and what computes it from values by name."""

    name: str
    domains: Mapping[str, Interval]
    function: Callable[[Mapping[str, Any]], Any]


def cores(folder: Path) -> Iterator[Core]:
    """All functions of the files that are straight-line code with numbers for arguments."""
    for file in sorted(folder.glob("*.fpcore")):
        text = re.sub(r";[^\n]*", "", file.read_text(encoding="utf-8"))
        for number, tree in enumerate(_trees(_TOKEN.findall(text))):
            core = _core(tree, f"{file.stem} {number}")
            if core is not None:
                yield core


def _trees(tokens: list[str]) -> list[Any]:
    """The nested lists of a text."""
    stack: list[list[Any]] = [[]]
    for token in tokens:
        if token in "([":
            stack.append([])
        elif token in ")]":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    return stack[0]


def _core(tree: list[Any], fallback: str) -> Core | None:
    head, *rest = tree
    if head != "FPCore" or _words(tree) & set(_UNTESTED):
        return None
    if isinstance(rest[0], str):
        rest = rest[1:]
    (names, *properties), body = rest[:-1], rest[-1]
    if not names or not all(isinstance(name, str) for name in names):
        return None
    known = dict(zip(properties[::2], properties[1::2], strict=False))
    bounds = {name: [-math.inf, math.inf] for name in names}
    _narrow(known.get(":pre", []), bounds)
    domains = {name: _domain(*ends) for name, ends in bounds.items()}
    title = str(known.get(":name", fallback)).strip('"')
    return Core(title, domains, lambda values: _value(body, values))


def _words(tree: Any) -> set[str]:
    return {tree} if isinstance(tree, str) else set().union(*map(_words, tree))


def _domain(lo: float, hi: float) -> Interval:
    if math.isfinite(lo) and math.isfinite(hi):
        return interval(lo, hi)
    return interval(max(lo, _ANYTHING.lo), min(hi, _ANYTHING.hi), scale="float")


def _narrow(condition: Any, bounds: dict[str, list[float]]) -> None:
    """Take the bounds of single variables from a precondition."""
    if not condition:
        return
    relation, *terms = condition
    if relation == "and":
        for term in terms:
            _narrow(term, bounds)
    if relation in (">", ">="):
        relation, terms = relation.replace(">", "<"), terms[::-1]
    if relation not in ("<", "<="):
        return
    for left, right in itertools.pairwise(terms):
        low, high = _number(left), _number(right)
        if low is not None and isinstance(right, str) and right in bounds:
            bounds[right][0] = max(bounds[right][0], float(low))
        if high is not None and isinstance(left, str) and left in bounds:
            bounds[left][1] = min(bounds[left][1], float(high))


def _number(tree: Any) -> Fraction | None:
    if not isinstance(tree, str):
        return None
    try:
        return Fraction(tree)
    except ValueError:
        return None


def _value(tree: Any, values: Mapping[str, Any]) -> Any:
    """An expression's value, given those of its variables."""
    if isinstance(tree, str):
        number = _number(tree)
        if number is not None:
            return ops.rational(number.numerator, number.denominator) if "/" in tree else float(number)
        return values[tree] if tree in values else _CONSTANTS[tree]
    head, *rest = tree
    if head in ("let", "let*"):
        inner = dict(values)
        for name, expression in rest[0]:
            inner[name] = _value(expression, inner if head == "let*" else values)
        return _value(rest[1], inner)
    if head == "!":
        return _value(rest[-1], values)
    function = _NAMED.get(head) or getattr(ops, head)
    return function(*(_value(argument, values) for argument in rest))
