"""A context made real: the tensors that an operation is called with, and what comes into its backward."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch

from diffcheck.audit.conditions.context import NUMBER, ORDINARY, Context
from diffcheck.audit.conditions.incoming import INCOMING
from diffcheck.audit.conditions.layouts import LAYOUTS, surroundings
from diffcheck.audit.conditions.precisions import PRECISIONS, Precision
from diffcheck.audit.conditions.sizes import Sizes
from diffcheck.audit.conditions.values import BEYOND, BORDERS, VALUES, Range, Values, integers_of, mask_of, ordinary
from diffcheck.audit.examples.borders import at_borders
from diffcheck.audit.subjects.declared import Declared, Floats, Integers, Lengths, Mask
from diffcheck.audit.subjects.subject import Subject, differentiated

Tensor = torch.Tensor


@dataclass(frozen=True)
class World:
    """The arguments of one context.

    Attributes
    ----------
    arguments, others:
        By name; what is asked for requires a gradient. Others have the same shapes, from another seed.
    """

    subject: Subject
    context: Context
    arguments: Mapping[str, Any]
    others: Mapping[str, Any]

    @property
    def asked(self) -> dict[str, Tensor]:
        """The inputs that require a gradient."""
        return {n: t for n, t in self.arguments.items() if isinstance(t, Tensor) and t.requires_grad}

    @property
    def numbers(self) -> int:
        """How many numbers the inputs hold."""
        return sum(t.numel() for t in self.arguments.values() if isinstance(t, Tensor))

    @cached_property
    def exact(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Both sets of arguments with the same numbers in double precision, contiguous."""
        return _widened(self.arguments), _widened(self.others)

    def incoming(self, outputs: Sequence[Tensor]) -> list[Tensor | None]:
        """What comes into the backward: always the same for results of the same shapes."""
        row, layout = INCOMING[self.context["incoming"]], LAYOUTS[self.context["incoming layout"]]
        generator = torch.Generator().manual_seed(self.context.seed + 7919)
        found: list[Tensor | None] = []
        # Gradients of inputs in the smallest format are to be numbers of it.
        largest = torch.finfo(getattr(torch, row_of(self.context).activations)).max
        for k, y in enumerate(outputs):
            g = row.make(tuple(y.shape), generator, largest).to(y.device, y.dtype)
            if row.only is not None and k != row.only % len(outputs):
                found.append(None)
            else:
                found.append(layout.lay(g) if layout.fits(tuple(g.shape)) else g)
        return found

    def bytes(self) -> dict[str, Tensor]:
        """A copy of everything that lies in and around the arguments."""
        return {n: bytes_of(t) for n, t in self.arguments.items() if isinstance(t, Tensor)}


def bytes_of(x: Tensor) -> Tensor:
    """A copy of all bytes of a tensor's storage."""
    return surroundings(x).view(torch.uint8).clone()


def _widened(arguments: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in arguments.items():
        if isinstance(value, Tensor) and value.is_floating_point():
            copy = value.detach().cpu().double().clone(memory_format=torch.contiguous_format)
            found[name] = copy.requires_grad_(value.requires_grad)
        else:
            found[name] = value.cpu() if isinstance(value, Tensor) else value
    return found


def world(subject: Subject, context: Context) -> World:
    """The arguments of a context."""
    here, other = (_drawn(subject, context, context.seed + step) for step in (0, 1))
    wanted = context["asked"].split(",") if context["asked"] else None
    return World(subject, context, _laid(subject, context, here, wanted), _laid(subject, context, other, wanted))


def _laid(subject: Subject, context: Context, drawn: Mapping[str, Any], wanted: Sequence[str] | None) -> dict[str, Any]:
    name, which = context.layout
    layout = LAYOUTS[name]
    found = dict(drawn)
    for argument, value in drawn.items():
        if not isinstance(value, Tensor):
            continue
        asked = value.requires_grad and (wanted is None or argument in wanted)
        plain = value.detach().to(context["device"])
        if (not which or which == argument) and layout.fits(tuple(plain.shape)):
            plain = layout.lay(plain)
        found[argument] = plain.detach().requires_grad_(asked)
    return found


def _drawn(subject: Subject, context: Context, seed: int) -> dict[str, Any]:
    precision, given = PRECISIONS[context["precision"]], _given(subject, context)
    if subject.make is not None:
        made = subject.make(Sizes(context.sizes), getattr(torch, precision.activations), seed)
        tensors = {n: t for n, t in made.items() if isinstance(t, Tensor) and t.is_floating_point()}
        asked = set(differentiated(made))
        return {
            **made,
            **{n: t.detach().requires_grad_(n in asked) for n, t in tensors.items()},
            **_given(subject, context),
        }
    generator = torch.Generator().manual_seed(seed)
    most = max((len(d.axes) for d in subject.declared.values() if isinstance(d, Floats)), default=0)
    found: dict[str, Any] = {}
    for name, declared in subject.declared.items():
        argument, place = subject.broadcast.get(context["broadcast"], ("", None))
        shape = subject.shape(declared, context.sizes, place if argument == name else None)
        if isinstance(declared, Floats):
            dtype = declared.dtype or (precision.activations if len(declared.axes) == most else precision.weights)
            k = sum(isinstance(subject.declared[n], Floats) for n in found)
            known, kind = _as_far(subject, name, declared, context["values"])
            found[name] = _floats(known, shape, k, kind, context.seed, getattr(torch, dtype), generator)
        else:
            found[name] = _whole(declared, shape, context, generator)
    if context["values"] in BORDERS:
        found = _on_borders(subject, found, given, context["values"] == BORDERS[1])
    return {**found, **given}


def _as_far(subject: Subject, name: str, declared: Floats, kind: str) -> tuple[Floats, Values]:
    """The declaration of an argument and the kind of its values, without bounds where it goes beyond its example."""
    if kind in BEYOND and name in subject.beyond.get(kind, ()):
        return replace(declared, low=None, high=None), VALUES[kind]
    return declared, VALUES[ORDINARY["values"] if kind in BEYOND else kind]


def _given(subject: Subject, context: Context) -> dict[str, Any]:
    """What is handed on, with the constants that are other ones in a context, and none for a tensor that is absent."""
    found = dict(subject.given)
    for name, others in subject.numbers.items():
        chosen = context.choices.get(f"{NUMBER}{name}", "")
        if chosen:
            found[name] = next(other for other in others if repr(other) == chosen)
    return found


def _on_borders(subject: Subject, drawn: dict[str, Any], given: dict[str, Any], last: bool) -> dict[str, Any]:
    """What is drawn, with numbers moved onto borders of the definition, in the same formats."""

    def fits(name: str, x: Tensor) -> Tensor:
        declared = subject.declared[name]
        assert isinstance(declared, Floats)
        return Range(float("inf"), 0.0, declared.low, declared.high).fitted(x)

    moved = at_borders(subject.definition, {**_widened(drawn), **given}, fits, last)
    return {
        n: moved[n].detach().to(t.dtype).requires_grad_(t.requires_grad) if t.is_floating_point() else t
        for n, t in drawn.items()
    }


def _floats(
    declared: Floats,
    shape: tuple[int, ...],
    k: int,
    kind: Values,
    seed: int,
    dtype: torch.dtype,
    generator: torch.Generator,
) -> Tensor:
    limits = torch.finfo(dtype)
    left = Range(limits.max, limits.tiny, declared.low, declared.high)
    if declared.example is not None:
        x = _like(torch.tensor(declared.example, dtype=torch.float64), shape, seed != 0, left, generator)
    else:
        x = ordinary(shape, left, generator)
    if kind.change is not None:
        x = left.fitted(kind.change(x, k, left, generator))
    return x.to(dtype).requires_grad_(declared.grad)


def _like(example: Tensor, shape: tuple[int, ...], other: bool, left: Range, generator: torch.Generator) -> Tensor:
    """Numbers as those of an example; as many as that has are its own, or others of them."""
    if tuple(example.shape) == shape and not other:
        return example
    count = 1
    for n in shape:
        count *= n
    flat = example.reshape(-1)
    if count <= flat.numel() or not flat.numel():
        return (flat[torch.randperm(flat.numel(), generator=generator)] if other else flat)[:count].reshape(shape)
    # More than there are: each drawn again is moved a little, for ties are a condition of their own.
    drawn = flat[torch.randint(0, flat.numel(), (count,), generator=generator)]
    moved = drawn * (0.9 + 0.2 * torch.rand(count, generator=generator, dtype=torch.float64))
    return left.fitted(moved).reshape(shape)


def _whole(declared: Declared, shape: tuple[int, ...], context: Context, generator: torch.Generator) -> Tensor:
    kind, sizes = VALUES[context["values"]], context.sizes
    example = getattr(declared, "example", None)
    if example is not None and not (kind.whole or kind.masked):
        given = torch.tensor(example)
        below = getattr(declared, "below", None)
        # Of a shorter axis the places of the example need not be there.
        fits = not isinstance(below, str) or not given.numel() or int(given.max()) < sizes[below]
        if tuple(given.shape) == shape and fits:
            return given
    if isinstance(declared, Mask):
        return mask_of(kind.masked, shape, generator)
    if isinstance(declared, Lengths):
        top = sizes[declared.up_to] if isinstance(declared.up_to, str) else declared.up_to
        return integers_of(kind.whole, shape, 0, top + 1, None, generator)
    assert isinstance(declared, Integers)
    below = sizes[declared.below] if isinstance(declared.below, str) else declared.below
    found = integers_of(kind.whole, shape, declared.low, below, declared.ignored, generator)
    if declared.rising and found.numel():
        found = found.sort(-1).values
        found[..., 0], found[..., -1] = declared.low, max(declared.low, below - 1)
    return found


def smallest_format(world: World, outputs: Sequence[Tensor]) -> str:
    """The format with the fewest digits among the inputs and the results."""
    dtypes = {t.dtype for t in [*world.arguments.values(), *outputs] if isinstance(t, Tensor) and t.is_floating_point()}
    coarsest = max(dtypes, key=lambda d: torch.finfo(d).eps)
    return str(coarsest).removeprefix("torch.")


def row_of(context: Context) -> Precision:
    """The formats of a context."""
    return PRECISIONS[context["precision"]]


def made_numbers(subject: Subject, context: Context) -> int:
    """How many numbers the arguments hold that somebody's function makes; very many if it makes none."""
    assert subject.make is not None
    try:
        made = subject.make(Sizes(context.sizes), torch.float64, context.seed)
    except Exception:  # sizes that do not fit one another
        return sys.maxsize
    return sum(t.numel() for t in made.values() if isinstance(t, Tensor))
