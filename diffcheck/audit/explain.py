"""The condition under which an operation is wrong, in words, from contexts around the smallest one that fails."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from diffcheck.audit.context import ORDINARY, Context, condition
from diffcheck.audit.declared import LEADING
from diffcheck.audit.design import Design
from diffcheck.audit.trial import Trials

# What multiplies every gradient by zero tells right from wrong nowhere.
_BLIND = {("incoming", "zeros"), ("values", "zeros"), ("values", "negative zero")}
_FEW = 3
_BLOCKS = (128, 64, 32, 16, 8, 4, 2)


@dataclass(frozen=True)
class Condition:
    """When an operation is wrong.

    Attributes
    ----------
    parts:
        What must hold together, in words; empty if it is wrong in every context that was tried around the smallest.
    tests:
        The same as tests of a context.
    agree, missed, others:
        In how many contexts it is wrong as the condition says, right although it holds, wrong although it does not.
    """

    parts: tuple[str, ...]
    tests: tuple[Callable[[Context], bool], ...]
    agree: int = 0
    missed: int = 0
    others: int = 0
    right: int = 0

    @property
    def words(self) -> str:
        """The condition as a sentence."""
        if not self.parts:
            return (
                "wrong in every context"
                if not self.missed
                else f"wrong in {self.agree} contexts, right in {self.missed}"
            )
        both = " and ".join(self.parts)
        if self.missed:
            return f"wrong only if {both}" if not self.others else f"wrong where {both}, among others"
        return f"wrong {'if and only if' if not self.others else 'if'} {both}"


def explained(trials: Trials, design: Design, smallest: Context, until: float) -> Condition:
    """The condition, tried one choice at a time around the smallest context, and held against all contexts tried."""
    parts: list[str] = []
    tests: list[Callable[[Context], bool]] = []
    for kind, names in design.kinds.items():
        failing, passing = _sides(trials, design, smallest, kind, names, until)
        if not passing:
            continue
        found = (
            _of_size(kind[5:], failing, passing)
            if kind.startswith("size:")
            else _of_kind(design, smallest, kind, failing, passing)
        )
        if found is not None:
            parts.append(found[0])
            tests.append(found[1])
    return _counted(trials, tuple(parts), tuple(tests))


def _sides(
    trials: Trials, design: Design, smallest: Context, kind: str, names: Sequence[Any], until: float
) -> tuple[list[Any], list[Any]]:
    """The choices of a kind with which the smallest context is still wrong, and those with which it is right."""
    failing, passing = [smallest[kind]], list[Any]()
    for name in names:
        if name == smallest[kind] or (kind, name) in _BLIND or name == 0 or time.monotonic() > until:
            continue
        candidate = design.changed(smallest, kind, name)
        if candidate is None or _moves_others(smallest, candidate, kind):
            continue
        seen = trials.screen(candidate)
        if seen.counts:
            (failing if seen.suspicious else passing).append(name)
    return failing, passing


def _moves_others(smallest: Context, candidate: Context, kind: str) -> bool:
    """Whether other sizes had to change as well: what that shows says nothing of this one."""
    return any(f"size:{n}" != kind and candidate.sizes[n] != v for n, v in smallest.sizes.items())


def _of_size(name: str, failing: Sequence[Any], passing: Sequence[Any]) -> tuple[str, Callable[[Context], bool]] | None:
    for words, test in _predicates(name, failing, passing):
        if all(map(test, failing)) and not any(map(test, passing)):
            return words, _on_size(name, test)
    if len(failing) > _FEW or len(failing) > len(passing):
        return None  # right by accident where something cancels, or by what is drawn for these sizes
    told = ", ".join(map(str, sorted(failing, key=str)))
    return f"`{name}` is {told}", lambda context: context.sizes[name] in failing


def _on_size(name: str, test: Callable[[Any], bool]) -> Callable[[Context], bool]:
    return lambda context: test(context.sizes[name])


def _predicates(
    name: str, failing: Sequence[Any], passing: Sequence[Any]
) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    if name == LEADING:
        yield "there are leading axes", lambda v: len(v) > 0
        yield "there are no leading axes", lambda v: len(v) == 0
        yield "there are two leading axes", lambda v: len(v) > 1
        return
    yield f"`{name}` > 1", lambda v: v > 1
    yield f"`{name}` = 1", lambda v: v == 1
    for block in _BLOCKS[::-1]:
        yield f"`{name}` is no multiple of {block}", partial(_no_multiple, block)
        yield f"`{name}` is a multiple of {block}", partial(_multiple, block)
    yield f"`{name}` is no power of two", lambda v: v & (v - 1) != 0
    yield f"`{name}` is a power of two", lambda v: v & (v - 1) == 0
    top, bottom = max(passing), min(passing)
    yield f"`{name}` > {top}", lambda v: v > top
    yield f"`{name}` < {bottom}", lambda v: v < bottom
    for block in _BLOCKS:
        yield f"`{name}` > {block} and no multiple of it", partial(_no_multiple_above, block)
    yield f"`{name}` > 1 and odd", lambda v: v > 1 and v % 2 == 1


def _multiple(block: int, v: int) -> bool:
    return v % block == 0


def _no_multiple(block: int, v: int) -> bool:
    return v % block != 0


def _no_multiple_above(block: int, v: int) -> bool:
    return v > block and v % block != 0


def _of_kind(
    design: Design, smallest: Context, kind: str, failing: Sequence[str], passing: Sequence[str]
) -> tuple[str, Callable[[Context], bool]] | None:
    usual = design.ordinary[kind]
    if usual in failing and len(failing) >= len(passing):
        return None
    if usual in passing and len(passing) == 1 and kind in ("incoming layout", "layout"):
        whose = "the incoming gradient" if kind == "incoming layout" else "an input"
        return f"{whose} is not contiguous", lambda context: context[kind] != usual
    chosen = set(failing)
    told = [
        condition(kind, name) or _plain(kind) for name in [smallest[kind], *(n for n in failing if n != smallest[kind])]
    ]
    more = f" (or {len(told) - 3} more like it)" if len(told) > 3 else ""
    return " or ".join(told[:3]) + more, lambda context: context[kind] in chosen


def _plain(kind: str) -> str:
    return f"the {kind} is {ORDINARY.get(kind) or 'that of all inputs'}"


def _counted(trials: Trials, parts: tuple[str, ...], tests: tuple[Callable[[Context], bool], ...]) -> Condition:
    agree = missed = others = right = 0
    for seen in trials.counted:
        if (
            any((kind, seen.context[kind]) in _BLIND for kind in ("incoming", "values"))
            or 0 in seen.context.sizes.values()
        ):
            continue
        says = all(test(seen.context) for test in tests)
        agree += says and seen.suspicious
        missed += says and not seen.suspicious
        others += not says and seen.suspicious
        right += not says and not seen.suspicious
    return Condition(parts, tests, agree, missed, others, right)
