"""Other values of the numbers that an operation is called with: exponents, scales, temperatures.

A unit test has one of each, often 1 or 2, at which a factor that is forgotten is 1. Nobody declared that it may be
another: it is one with which the definition has another value, and the operation has that value too. Whoever gives the
right value for an exponent is held to the gradient that belongs to it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from diffcheck.audit.examples.probe import alike, values_of
from diffcheck.audit.subjects.subject import Subject

Number = int | float


def other_numbers(subject: Subject, arguments: Mapping[str, Any]) -> dict[str, tuple[Number, ...]]:
    """For each number that is handed on beside example tensors the other ones that count, at these arguments.

    Beside declared sizes it is declared itself.
    """
    found: dict[str, tuple[Number, ...]] = {}
    if all(getattr(declared, "example", None) is None for declared in subject.declared.values()):
        return found
    for name, value in subject.given.items():
        others = tuple(other for other in _near(value) if _counts(subject, {**subject.given, **arguments}, name, other))
        if others:
            found[name] = others
    return found


def _near(value: Any) -> Iterator[Number]:
    """Numbers of the same size and sign, which every format holds if it holds the value; beside a whole one its two."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    if isinstance(value, int):
        yield from (value + 1, value - 1)
    elif value == 0:
        yield 0.25
    elif value - value == 0:
        yield from (0.75 * value, 1.5 * value)


def _counts(subject: Subject, arguments: Mapping[str, Any], name: str, other: Number) -> bool:
    changed = {**arguments, name: other}
    usual, expected = values_of(subject.definition, arguments), values_of(subject.definition, changed)
    if not usual or not expected or alike(usual, expected) or not all(bool(y.isfinite().any()) for y in expected):
        return False
    found = values_of(subject.operation, changed)
    return found is not None and alike(found, expected)
