"""Other values of the constants that an operation is called with: exponents, temperatures, flags, words, nothing.

A unit test has one of each, often 1 or 2, at which a factor that is forgotten is 1. Nobody declared that it may be
another: it is one with which the definition has another value. Whoever takes it without a word, an exponent or a sum
where a mean was asked for, is held to the value and to the gradient that belong to it. So is whoever takes none in
place of a tensor.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from diffcheck.audit.examples.compared import numbers_beside, words_beside
from diffcheck.audit.examples.probe import alike, values_of
from diffcheck.audit.subjects.subject import Subject

Constant = int | float | str | None


def other_numbers(subject: Subject, arguments: Mapping[str, Any]) -> dict[str, tuple[Constant, ...]]:
    """For each constant that is handed on beside example tensors the other ones that count, at these arguments.

    For a tensor it is none. Beside declared sizes a constant is declared itself.
    """
    found: dict[str, tuple[Constant, ...]] = {}
    if all(getattr(declared, "example", None) is None for declared in subject.declared.values()):
        return found
    arguments = {**subject.given, **arguments}
    for name, value in [*subject.given.items(), *dict.fromkeys(subject.declared, _TENSOR).items()]:
        near = list[Constant](words_beside(subject, arguments, name) if isinstance(value, str) else _near(value))
        near += numbers_beside(subject, arguments, name) if type(value) in (int, float) else []
        others = tuple(other for other in dict.fromkeys(near) if _counts(subject, arguments, name, other))
        if others:
            found[name] = others
    return found


_TENSOR = object()


def _near(value: Any) -> Iterator[Constant]:
    """Numbers of the same size and sign, which every format holds if it holds the value; beside a whole one its two.

    A quarter of an exponent, too, mostly lies on the other side of one.
    """
    if value is _TENSOR:
        yield None
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, float) and value == 0:
        yield 0.25
    elif isinstance(value, float) and value - value == 0:
        yield from (0.75 * value, 1.5 * value, 0.25 * value)


def _counts(subject: Subject, arguments: Mapping[str, Any], name: str, other: Constant) -> bool:
    changed = {**arguments, name: other}
    usual, expected = values_of(subject.definition, arguments), values_of(subject.definition, changed)
    if not usual or not expected or alike(usual, expected) or not all(bool(y.isfinite().any()) for y in expected):
        return False
    return values_of(subject.operation, changed) is not None
