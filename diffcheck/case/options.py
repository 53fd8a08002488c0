"""What a case may be told beside its inputs, checked: a mistake is named by the option that holds it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from diffcheck.case.constants import Array, doubles
from diffcheck.case.domain import Interval, one_of
from diffcheck.case.precondition import Precondition
from diffcheck.errors import CaseError
from diffcheck.verdict import Breach, Verdict

Function = Callable[..., Any]


def several(option: str, given: Any) -> list[Any]:
    """What an option lists; a single text is one item."""
    if isinstance(given, str):
        return [given]
    if not isinstance(given, Iterable):
        raise CaseError(f"{option}={given!r}: it must be a list")
    return list(given)


def expectations(expect: Mapping[str, str | Sequence[str]] | None, because: str) -> dict[str, str]:
    """The declared verdicts and findings by engine, checked, joined by commas."""
    if expect is None:
        return {}
    if not isinstance(expect, Mapping):
        raise CaseError(f"expect={expect!r}: it must map an engine to its verdict, such as {{'autograd': 'disagree'}}")
    found = {}
    for engine, declared in expect.items():
        words: list[Any] = list(declared) if isinstance(declared, (list, tuple)) else [declared]
        if not words:
            raise CaseError(f"expect of {engine} is empty: name a verdict, or leave it out")
        for word in words:
            if word not in [*Verdict, *Breach]:
                known = ", ".join([*Verdict, *Breach])
                raise CaseError(f"expect of {engine}: unknown verdict {word!r}: choose from {known}")
        found[engine] = ", ".join(words)
    if expect and not because:
        raise CaseError("expect=... needs because=...: say why this outcome is known")
    return found


def implementations_given(given: Mapping[str, Function | str] | None) -> dict[str, Function | str]:
    """The functions on trial by engine, each a function or the dotted path of one."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise CaseError(
            f"implementations={given!r}: it must map an engine to a function, such as {{'autograd': kernel}}"
        )
    for engine, function in given.items():
        if isinstance(function, str):
            parts = function.split(".")
            if len(parts) < 2 or not all(map(str.isidentifier, parts)):
                raise CaseError(f"implementation for {engine}: {function!r} is no dotted path, such as 'torch.tanh'")
        elif not callable(function):
            raise CaseError(f"implementation for {engine} is {function!r}: it must be a function or its dotted path")
    return dict(given)


def differentiated_by(wrt: str | Iterable[str] | None, inputs: Mapping[str, Interval]) -> tuple[str, ...]:
    """The inputs that ``wrt`` names, in the order of the inputs; all if it is left out."""
    if wrt is None:
        return tuple(inputs)
    names = several("wrt", wrt)
    for name in names:
        if name not in inputs:
            raise CaseError(f"wrt={name!r} is not an input; the inputs are {', '.join(inputs)}")
    if not names:
        raise CaseError("wrt is empty: name at least one input to differentiate by")
    return tuple(name for name in inputs if name in names)


def point_given(
    number: int, given: Mapping[str, Any], inputs: Mapping[str, Interval], valid: Precondition | None
) -> Mapping[str, Array]:
    """The numbered listed point, checked: an array of doubles for each input, inside its domain."""
    place = f"point {number}"
    if not isinstance(given, Mapping):
        raise CaseError(f"{place} is {given!r}: it must be a mapping from input to value, such as {{'x': 0.5}}")
    for name in given:
        if name not in inputs:
            raise CaseError(f"{place} names {name!r}; the inputs are {', '.join(inputs)}")
    point: dict[str, Array] = {}
    for name, domain in inputs.items():
        if name not in given:
            raise CaseError(f"{place} gives no value for input {name!r}")
        try:
            value = doubles(given[name])
        except (TypeError, ValueError):
            raise CaseError(
                f"{place} gives {name} = {given[name]!r}: it must be a number or an array of numbers"
            ) from None
        if value.shape != domain.shape:
            raise CaseError(f"{place} gives {name} shape {value.shape}, the domain says {domain.shape}")
        if not np.isfinite(value).all():
            found = one_of(name, value, ~np.isfinite(value))
            raise CaseError(f"{place} gives {found}: NaN and infinity are no points")
        outside = (value < domain.lo) | (value > domain.hi)
        if outside.any():
            raise CaseError(f"{place} gives {one_of(name, value, outside)}, outside its domain {domain}")
        point[name] = value
    if valid is not None and not valid(point):
        shown = ", ".join(f"{name} = {value}" for name, value in point.items())
        raise CaseError(f"{place} gives {shown}, at which where= is false")
    return point
