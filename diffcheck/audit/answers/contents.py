"""Conditions on what whole numbers and masks hold in a context."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import torch

from diffcheck.audit.answers.atoms import Atom
from diffcheck.audit.conditions.context import Context
from diffcheck.audit.conditions.world import world
from diffcheck.audit.subjects.declared import Floats, Integers, Mask
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.screen import Screened

Tensor = torch.Tensor


def contents(subject: Subject, seen: Sequence[Screened]) -> Iterator[Atom]:
    """Tests of ignored and repeated labels, of rows that are masked altogether, of equal numbers and of zeros."""

    @cache
    def arguments(key: object) -> Any:
        return world(subject, next(s.context for s in seen if s.context.key == key)).arguments

    def holds(name: str, test: Any, context: Context) -> bool:
        value = arguments(context.key)[name]
        return value is not None and bool(test(value))

    for name, declared in subject.declared.items():
        if isinstance(declared, Integers):
            if declared.ignored is not None:
                ignored = declared.ignored
                yield Atom(f"some of `{name}` are {ignored}", partial(holds, name, lambda t, i=ignored: (t == i).any()))
                yield Atom(f"all of `{name}` are {ignored}", partial(holds, name, lambda t, i=ignored: (t == i).all()))
            for value in (declared.low, 0) if declared.low else (0,):
                yield Atom(f"some of `{name}` are {value}", partial(holds, name, lambda t, v=value: (t == v).any()))
            yield Atom(
                f"a number comes twice in `{name}`", partial(holds, name, lambda t: t.unique().numel() < t.numel())
            )
        if isinstance(declared, Floats):
            yield Atom(f"numbers of `{name}` are equal", partial(holds, name, _has_equals))
            yield Atom(f"some of `{name}` are zero", partial(holds, name, lambda t: (t == 0).any()))
            yield Atom(f"a row of `{name}` is zero", partial(holds, name, _row_zero))
            yield Atom(f"some of `{name}` are not zero", partial(holds, name, lambda t: (t != 0).any()))
        if isinstance(declared, Mask):
            yield Atom(f"a row of `{name}` is all false", partial(holds, name, _row_masked))
            yield Atom(f"some of `{name}` is false", partial(holds, name, lambda t: not t.all()))

    for one, two in itertools.combinations([n for n, d in subject.declared.items() if isinstance(d, Floats)], 2):
        yield Atom(f"a number of `{one}` and `{two}` is the same", partial(_meet, arguments, one, two))


def _meet(arguments: Callable[[object], Any], one: str, two: str, context: Context) -> bool:
    a, b = arguments(context.key)[one], arguments(context.key)[two]
    return a is not None and b is not None and a.shape == b.shape and bool((a == b).any())


def _has_equals(t: Tensor) -> bool:
    ordered = t.detach().double().reshape(-1).sort().values
    return bool((ordered[1:] == ordered[:-1]).any())


def _row_zero(t: Tensor) -> bool:
    return t.dim() > 0 and t.numel() > 0 and bool((t == 0).all(-1).any())


def _row_masked(t: Tensor) -> bool:
    return t.dim() > 0 and t.numel() > 0 and bool((~t).all(-1).any())
