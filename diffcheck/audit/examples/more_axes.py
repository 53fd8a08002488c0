"""Whether an operation is made for one more axis, in front or behind, and for an axis that is broadcast.

The definition says what that means: it goes through the new axis one by one, or as if that were one with its
neighbour, or takes what is one for many that are equal. The operation must do the same with its value, and have the
gradient somewhere.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch

from diffcheck.audit.examples.probe import Axis, Probe, Shapes, alike, values_of
from diffcheck.audit.subjects.declared import Floats

# As many arguments beside the first are tried with one more axis.
_BATCHED = 4
FRONT, BEHIND = 0, -1


def batched(probe: Probe, place: int, sizes: Sequence[Sequence[Axis]]) -> tuple[set[str], str]:
    """The arguments that may have one more axis, and what the operation has another of there if it is not made for it.

    Parameters
    ----------
    place:
        Where the axis is: ``FRONT`` or ``BEHIND``.
    sizes:
        The axes of each size.
    """
    for chosen, together in itertools.chain(_one_by_one(probe, place), _as_one_axis(probe, place)):
        made = _takes_behind(probe, chosen, sizes) if place == BEHIND else _takes_in_front(probe, chosen, together)
        if probe.same(together) and made:
            return chosen, ""
        return set(), probe.unlike(together)
    return set(), ""


def _one_by_one(probe: Probe, place: int) -> Iterator[tuple[set[str], Mapping[str, Any]]]:
    """The sets of arguments whose new axis the definition goes through one by one, with two of each."""
    definition = probe.subject.definition
    for chosen, one, two in _two_of_each(probe):
        together = {n: torch.stack([one[n], two[n]], place) if n in chosen else one[n] for n in one}
        mixed = {n: two[n] if n in chosen else one[n] for n in one}
        parts = [values_of(definition, arguments) for arguments in (one, mixed)]
        found = values_of(definition, together)
        if found and None not in parts:
            apart = [torch.stack(pair, place) for pair in zip(*parts, strict=True)]
            if alike(found, apart):
                yield chosen, together


def _as_one_axis(probe: Probe, place: int) -> Iterator[tuple[set[str], Mapping[str, Any]]]:
    """The sets of arguments whose new axis makes one with that beside it, as where a mean is taken of all numbers."""
    definition = probe.subject.definition
    for chosen, one, two in _two_of_each(probe):
        if not all(one[n].dim() for n in chosen):
            continue
        together = {n: torch.stack([one[n], two[n]], place) if n in chosen else one[n] for n in one}
        merged = {n: _merged(v, place) if n in chosen else v for n, v in together.items()}
        found, meant = (values_of(definition, arguments) for arguments in (together, merged))
        if found and meant and len(found) == len(meant):
            flat = [_merged(y, place) if y.dim() > m.dim() else y for y, m in zip(found, meant, strict=True)]
            if alike(flat, meant):
                yield chosen, together


def _merged(x: torch.Tensor, place: int) -> torch.Tensor:
    """With the first two axes made one, or the last two."""
    return x.flatten(0, 1) if place == FRONT else x.flatten(-2)


def _two_of_each(probe: Probe) -> Iterator[tuple[set[str], dict[str, Any], dict[str, Any]]]:
    """Sets of arguments, the first tensor of numbers always among them; all arguments, and others of the same shape."""
    declared = probe.subject.declared
    tensors = [n for n, d in declared.items() if probe.shapes[n] or isinstance(d, Floats)]
    first = next(n for n, d in declared.items() if isinstance(d, Floats))
    others = [n for n in tensors if n != first][:_BATCHED]
    one = probe.arguments(probe.shapes)
    two = {n: -0.5 * v if n in tensors and v.is_floating_point() else v for n, v in one.items()}
    for count in range(len(others) + 1):
        for more in itertools.combinations(others, count):
            yield {first, *more}, one, two


def _takes_in_front(probe: Probe, chosen: set[str], together: Mapping[str, Any]) -> bool:
    """Whether the operation has the gradient of two, or of the first rows of two."""
    rows = {n: v[:, :1] if n in chosen and v.dim() > 1 else v for n, v in together.items()}
    return probe.derives(together) or probe.derives(rows)


def _takes_behind(probe: Probe, chosen: set[str], sizes: Sequence[Sequence[Axis]]) -> bool:
    """Whether the operation has the gradient with an axis behind that is as long as another, or one beside one.

    A gradient of zero says nothing, nor does that of a single number. Where the examples' own length is one, two stand
    for it, if the operation takes two: along one it may be right whatever it adds up.
    """
    single = [axes for axes in sizes if probe.shapes[axes[0][0]][axes[0][1]] == 1]
    single = [axes for axes in single if probe.answers(probe.with_length(axes, 2))]
    twos = {axis: 2 for axes in single for axis in axes}

    def behind(shapes: Shapes, n: int) -> dict[str, tuple[int, ...]]:
        return {name: (*shape, n) if name in chosen else shape for name, shape in shapes.items()}

    lengths = {n for shape in probe.shapes.values() for n in shape}
    tried = [
        *(behind(probe.moved(twos), n) for n in (2, *sorted(lengths))),
        *(behind(probe.moved(twos | dict.fromkeys(axes, 1)), 1) for axes in sizes if axes not in single),
    ]
    several = (probe.arguments(shapes) for shapes in tried if max(map(math.prod, shapes.values())) > 1)
    return any(probe.derives(given) and _moves(probe, given) for given in several)


def _moves(probe: Probe, arguments: Mapping[str, Any]) -> bool:
    """Whether some gradient of the operation is not zero."""
    return any(bool(g.any()) for g in probe.gradients(probe.subject.operation, arguments) or ())


def broadcast(probe: Probe, axis: Axis) -> str | None:
    """What the operation has another of where an axis is one and broadcast: nothing if empty.

    ``None`` if the definition takes no such axis for many that are equal, or the operation has another value.
    """
    name, arguments = axis[0], probe.arguments(probe.with_length([axis], 1))
    many = {**arguments, name: arguments[name].expand(probe.shapes[name])}
    found, meant = (values_of(probe.subject.definition, given) for given in (arguments, many))
    if found is None or meant is None or not alike(found, meant) or not probe.same(arguments):
        return None
    return "" if probe.derives(arguments) else "gradient"
