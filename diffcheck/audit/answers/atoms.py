"""What a condition may be made of: tests of sizes, of choices, and of what the whole numbers and masks hold."""

import itertools
import operator
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from diffcheck.audit.conditions.context import ALL, NUMBER, Context, condition, size
from diffcheck.audit.conditions.uses import STRIDED, USES
from diffcheck.audit.design import Design
from diffcheck.audit.subjects.declared import FREE, LEADING, TRAILING

# The smallest and largest block that a size may be a multiple of.
_BLOCKS = (2, 4, 8, 16, 32, 64, 128)
# A list of sizes is told where it is short.
_FEW = 3
# As far as strides go these are contiguous.
_IN_ORDER = frozenset(("contiguous", "misaligned"))

# The ordinary choices in words.
_USUAL = {
    "layout": "inputs are contiguous",
    "values": "values are ordinary",
    "incoming": "the incoming gradient is random",
    "incoming layout": "the incoming gradient is contiguous",
    "use": "it is used once",
    "asked": "all inputs require a gradient",
    "broadcast": "nothing is broadcast",
    "device": "on the CPU",
}


class Atom(NamedTuple):
    """A condition in words, and whether a context satisfies it."""

    words: str
    test: Callable[[Context], bool]


def of_size(name: str, failing: Sequence[Any], passing: Sequence[Any]) -> Atom | None:
    """What the sizes with which something is wrong have in common, and the others have not."""
    for words, test in _predicates(name, passing):
        if all(map(test, failing)) and not any(map(test, passing)):
            return Atom(words, partial(_on_size, name, test))
    if len(failing) > _FEW or len(failing) > len(passing):
        return None  # right by accident where something cancels, or by what is drawn for these sizes
    told = " or ".join(size(name, v) if name in FREE else str(v) for v in sorted(failing, key=str))
    told = told if name in FREE else f"`{name}` is {told}"
    return Atom(told, partial(_on_size, name, failing.__contains__))


def above(values: Collection[int], name: str) -> Iterator[Atom]:
    """Tests whether a size is above each of these values."""
    for value in sorted(values)[:-1]:
        yield Atom(f"`{name}` > {value}", partial(_on_size, name, partial(operator.lt, value)))


def comparisons(names: Sequence[str]) -> Iterator[Atom]:
    """Tests of two sizes against one another, such as more queries than keys."""
    for a, b in itertools.combinations([n for n in names if n not in FREE], 2):
        for sign, compare in (("!=", operator.ne), (">", operator.gt), ("<", operator.lt)):
            yield Atom(f"`{a}` {sign} `{b}`", partial(_on_two, a, b, compare))


def _on_two(a: str, b: str, compare: Callable[[int, int], bool], context: Context) -> bool:
    return compare(context.sizes[a], context.sizes[b])


def products(names: Sequence[str]) -> Iterator[Atom]:
    """Tests of the product of two sizes or three, as kernels that see rows have it."""
    for count in (2, 3):
        for chosen in itertools.combinations([n for n in names if n not in FREE], count):
            told = " times ".join(f"`{n}`" for n in chosen)
            for block in _BLOCKS:
                yield Atom(f"{told} > {block}", partial(_on_product, chosen, partial(operator.lt, block)))
                yield Atom(
                    f"{told} is no multiple of {block}", partial(_on_product, chosen, partial(_no_multiple, block))
                )
                yield Atom(f"{told} is a multiple of {block}", partial(_on_product, chosen, partial(_multiple, block)))
                yield Atom(
                    f"{told} > {block} and no multiple of it",
                    partial(_on_product, chosen, partial(_no_multiple_above, block)),
                )


def _on_size(name: str, test: Callable[[Any], bool], context: Context) -> bool:
    return test(context.sizes[name])


def _on_product(names: Sequence[str], test: Callable[[int], bool], context: Context) -> bool:
    found = 1
    for name in names:
        found *= context.sizes[name]
    return test(found)


def _predicates(name: str, passing: Sequence[Any]) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    if name == LEADING:
        yield "there are leading axes", lambda v: len(v) > 0
        yield "there are no leading axes", lambda v: len(v) == 0
        yield "there are two leading axes", lambda v: len(v) > 1
        return
    if name == TRAILING:
        yield "there are axes behind", lambda v: len(v) > 0
        yield "there are no axes behind", lambda v: len(v) == 0
        return
    yield f"`{name}` > 1", lambda v: v > 1
    yield f"`{name}` = 1", lambda v: v == 1
    for block in _BLOCKS:
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


def of_kind(
    design: Design, smallest: Context, kind: str, failing: Sequence[str], passing: Sequence[str]
) -> Atom | None:
    """What the choices with which something is wrong have in common; nothing where most are."""
    usual = design.ordinary[kind]
    if usual in failing and len(failing) >= len(passing):
        return None
    special = {"incoming layout": _of_strides, "layout": _of_layout, "use": _of_use, "asked": _of_asked}.get(kind)
    found = special(smallest, failing, passing) if special is not None and usual in passing else None
    if found is not None:
        return found
    if kind.startswith(NUMBER) and usual in passing and set(failing) == set(design.kinds[kind]) - {usual}:
        name = kind.removeprefix(NUMBER)
        words = f"`{name}` is {failing[0]}" if len(failing) == 1 else f"`{name}` is not {_handed(design, name)}"
        return Atom(words, partial(_chosen, kind, frozenset(failing)))
    if len(failing) > _FEW and 0 < len(passing) <= _FEW:
        words = "it is not so that " + " or ".join(condition(kind, n) or _usual(design, kind) for n in passing)
        return Atom(words, partial(_chosen, kind, frozenset(failing)))
    told = [
        condition(kind, n) or _usual(design, kind)
        for n in [smallest[kind], *(n for n in failing if n != smallest[kind])]
    ]
    more = f" (or {len(told) - _FEW} more like it)" if len(told) > _FEW else ""
    return Atom(" or ".join(told[:_FEW]) + more, partial(_chosen, kind, frozenset(failing)))


def _usual(design: Design, kind: str) -> str:
    """The ordinary choice in words."""
    name = kind.removeprefix(NUMBER)
    return f"`{name}` is {_handed(design, name)}" if kind.startswith(NUMBER) else _USUAL[kind]


def _handed(design: Design, name: str) -> str:
    """The constant that is handed on, in words."""
    return repr(design.subject.given[name]) if name in design.subject.given else "given"


def _chosen(kind: str, names: frozenset[str], context: Context) -> bool:
    return context[kind] in names


def _of_strides(smallest: Context, failing: Sequence[str], passing: Sequence[str]) -> Atom | None:
    out_of_order = [n for n in passing if n not in _IN_ORDER]
    if set(failing) & _IN_ORDER or len(out_of_order) >= len(failing):
        return None
    return Atom(
        STRIDED,
        lambda context: context["incoming layout"] not in _IN_ORDER or USES[context["use"]].common == STRIDED,
    )


def _of_layout(smallest: Context, failing: Sequence[str], passing: Sequence[str]) -> Atom | None:
    """One input whose strides decide, or any."""
    layouts = [tuple(n.partition(":")[::2]) for n in failing]
    if any(layout in _IN_ORDER for layout, _ in layouts):
        return None
    blamed = {which for _, which in layouts} - {""}
    if len(blamed) > 1 or len(failing) < _FEW:
        return None
    whose = f"`{blamed.pop()}`" if blamed else ALL
    return Atom(f"{whose} is not contiguous", partial(_strided, whose.strip("`")))


def _strided(whose: str, context: Context) -> bool:
    layout, which = context.layout
    return layout not in _IN_ORDER and (which in ("", whose))


def _of_use(smallest: Context, failing: Sequence[str], passing: Sequence[str]) -> Atom | None:
    common = {USES[n].common for n in failing}
    if len(common) != 1 or common == {""}:
        return None
    words = common.pop()
    return Atom(words, lambda context: USES[context["use"]].common == words)


def _of_asked(smallest: Context, failing: Sequence[str], passing: Sequence[str]) -> Atom | None:
    """One input that requires no gradient, if that decides."""
    names = {name for choice in [*failing, *passing] for name in choice.split(",") if name}
    for name in sorted(names):
        if all(name not in c.split(",") for c in failing) and all(not c or name in c.split(",") for c in passing):
            return Atom(f"`{name}` requires no gradient", partial(_without, name))
    return None


def _without(name: str, context: Context) -> bool:
    return bool(context["asked"]) and name not in context["asked"].split(",")
