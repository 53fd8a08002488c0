"""Several cases from one definition: a parameter that is ``each(...)`` makes a case of every value."""

import itertools
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.errors import CaseError

# A value stands in a name if it is no longer than the longest double.
_LONGEST = len(repr(-sys.float_info.max))


@dataclass(frozen=True, slots=True)
class Each:
    """The values of a parameter, for each a case; make one with :func:`each`."""

    values: tuple[Any, ...]


def each(*values: Any) -> Each:
    """These values in turn: ``@case(x=interval(0, 1), n=each(2, 3))`` makes the cases ``power[2]`` and ``power[3]``.

    Several such parameters make a case for each combination, ``power[2-0.5]``. Whatever may be given to a parameter
    may be among the values, an interval as well.

    Raises
    ------
    CaseError
        If no value is given.
    """
    if not values:
        raise CaseError("each() names no value: give at least one, such as each(1, 2, 3)")
    return Each(values)


def combinations(parameters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is added to the name, and the parameters, for each combination; once and ``""`` where nothing is `Each`.

    >>> list(combinations({"n": Each((2, 3)), "a": 0.5}))
    [('[2]', {'n': 2, 'a': 0.5}), ('[3]', {'n': 3, 'a': 0.5})]
    """
    several = {name: value.values for name, value in parameters.items() if isinstance(value, Each)}
    labels = [_labels(name, values) for name, values in several.items()]
    for texts, values in zip(itertools.product(*labels), itertools.product(*several.values()), strict=True):
        added = f"[{'-'.join(texts)}]" if texts else ""
        yield added, {**parameters, **dict(zip(several, values, strict=True))}


def _labels(name: str, values: tuple[Any, ...]) -> list[str]:
    """A text for each value: itself if it is short and its text the only one of its kind, else its place: ``a0``."""
    texts = [str(v) if isinstance(v, (int, float, Fraction, np.number, str)) else "" for v in values]
    return [
        text if is_name(text) and len(text) <= _LONGEST and texts.count(text) == 1 else f"{name}{place}"
        for place, text in enumerate(texts)
    ]


def is_name(text: object) -> bool:
    """Whether a case can be called so: some text on one line, without the ``::`` that separates it from its file."""
    return isinstance(text, str) and bool(text.strip()) and text.isprintable() and "::" not in text
