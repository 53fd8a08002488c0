"""What example tensors show of an operation: which of their axes are one size, and what whole numbers index.

Nobody declares that. It is asked of the definition, which runs on tensors of other sizes or refuses them: the smallest
sets of axes that may change together are the sizes. An operation need not be made for other sizes than its example's:
what it refuses there, or answers with another value than the definition, is left out, not held against it.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import torch

from diffcheck.audit.context import Context
from diffcheck.audit.declared import Declared, Floats, Integers
from diffcheck.audit.operation import Operation
from diffcheck.audit.sizes import LADDER, Space
from diffcheck.audit.subject import Subject

Tensor = torch.Tensor
Axis = tuple[str, int]
Shapes = Mapping[str, tuple[int, ...]]
# The definition is asked so often; it takes a millisecond or two.
_PROBES = 400
_IGNORED = -100
_SAME = 2.0**-10


def inferred(subject: Subject) -> Subject:
    """The subject with the sizes that its examples show; the same where it has none, or its sizes are declared."""
    if subject.make is not None or subject.space.values or not _examples(subject):
        return subject
    probe = _Probe(subject)
    if not probe.runs(probe.shapes):
        return subject
    sizes = [(axes, length) for axes, length in _sizes(probe) if probe.is_made_for(axes, length)]
    declared = dict(subject.declared)
    values: dict[str, tuple[Any, ...]] = {}
    for axes, length in sizes:
        name = f"{axes[0][0]}.shape[{axes[0][1]}]"
        # One row is broadcast, and none is nothing: who says nothing of sizes need not think of them.
        values[name] = (length, *(v for v in LADDER if v > 1 and v != length))
        for argument, place in axes:
            named = list(declared[argument].axes)
            named[place] = name
            declared[argument] = replace(declared[argument], axes=tuple(named))
        for argument, d in declared.items():
            if isinstance(d, Integers) and d.example is not None and probe.indexes(argument, d, axes, length):
                declared[argument] = replace(d, below=name, low=0, ignored=d.ignored)
    whole = {n: d for n, d in declared.items() if isinstance(d, Integers)}
    ignoring = {n for n, d in whole.items() if d.ignored is None and probe.ignores(n)}
    declared |= {n: replace(whole[n], ignored=_IGNORED) for n in ignoring}
    inferred = frozenset(values) | ignoring
    return replace(subject, declared=declared, space=Space(values, ()), inferred=inferred)


def undeclared(subject: Subject, context: Context) -> bool:
    """Whether a context has another size than the examples, or labels that are ignored, which these have not."""
    sizes = subject.space.values
    ignored = bool(subject.inferred - sizes.keys()) and context["values"] != "ordinary"
    return ignored or any(context.sizes[n] != sizes[n][0] for n in subject.inferred if n in sizes)


def _examples(subject: Subject) -> dict[str, Declared]:
    return {n: d for n, d in subject.declared.items() if getattr(d, "example", None) is not None}


def _sizes(probe: "_Probe") -> Iterator[tuple[tuple[Axis, ...], int]]:
    """The smallest sets of axes that may change together, with their length."""
    left = [(n, k) for n, shape in probe.shapes.items() for k, length in enumerate(shape) if length > 0]
    while left:
        first = left.pop(0)
        length = probe.shapes[first[0]][first[1]]
        alike = [axis for axis in left if probe.shapes[axis[0]][axis[1]] == length]
        for count in range(len(alike) + 1):
            found = next(
                ((first, *others) for others in itertools.combinations(alike, count) if probe.may(first, others)), None
            )
            if found is not None:
                left = [axis for axis in left if axis not in found]
                yield found, length
                break


class _Probe:
    """Asks the definition whether it runs on tensors of these shapes."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._left = _PROBES
        self.shapes = {n: subject.shape(d, {}) for n, d in subject.declared.items()}

    def may(self, first: Axis, others: Sequence[Axis]) -> bool:
        """Whether these axes may be longer, all others as they are."""
        length = self.shapes[first[0]][first[1]]
        return any(self.runs(self._with((first, *others), longer)) for longer in (length + 1, 2 * length))

    def is_made_for(self, axes: Sequence[Axis], length: int) -> bool:
        """Whether the operation takes other lengths of these axes.

        None with another value than the definition's; and of a length that means anything some longer one with its
        gradient, or else the operation may be made for this length alone.
        """
        right = False
        derived = length == 1
        for other in (length + 1, 2 * length, length - 1):
            arguments = self._arguments(self._with(axes, other))
            # What one row gives may be broadcast.
            expected = None if other < 2 else _values(self._subject.definition, arguments)
            found = None if expected is None else _values(self._subject.operation, arguments)
            if expected is None or found is None:
                continue
            if not _alike(found, expected):
                return False
            right = True
            if other > length and not derived:
                gave, meant = (_gradients(o, arguments) for o in (self._subject.operation, self._subject.definition))
                derived = gave is not None and meant is not None and _alike(gave, meant)
        return right and derived

    def _with(self, axes: Sequence[Axis], length: int) -> dict[str, tuple[int, ...]]:
        found = {n: list(shape) for n, shape in self.shapes.items()}
        for argument, place in axes:
            found[argument][place] = length
        return {n: tuple(shape) for n, shape in found.items()}

    def indexes(self, argument: str, declared: Integers, axes: Sequence[Axis], length: int) -> bool:
        """Whether whole numbers are places along an axis: all below its length are taken, none from there on."""
        if declared.example is None or (isinstance(declared.below, int) and declared.below > length):
            return False
        last, beyond = (torch.full(self.shapes[argument], k) for k in (length - 1, length))
        longer = self._with(axes, length + 1)
        return (
            self.runs(self.shapes, {argument: last})
            and not self.runs(self.shapes, {argument: beyond})
            and self.runs(longer, {argument: torch.full(longer[argument], length)})
        )

    def ignores(self, argument: str) -> bool:
        """Whether the label that torch ignores by default is taken, and its neighbour is not."""
        one, neighbour = (torch.tensor(getattr(self._subject.declared[argument], "example", None)) for _ in range(2))
        if not one.numel():
            return False
        one.view(-1)[0], neighbour.view(-1)[0] = _IGNORED, _IGNORED + 1
        return self.runs(self.shapes, {argument: one}) and not self.runs(self.shapes, {argument: neighbour})

    def runs(self, shapes: Shapes, instead: Mapping[str, Tensor] = MappingProxyType({})) -> bool:
        """Whether the definition gives numbers for arguments of these shapes."""
        if self._left <= 0:
            return False
        self._left -= 1
        found = _values(self._subject.definition, {**self._arguments(shapes), **instead})
        return bool(found) and all(y.numel() and bool(y.isfinite().any()) for y in found or ())

    def _arguments(self, shapes: Shapes) -> dict[str, Any]:
        return {**self._subject.given, **{n: self._made(n, shape) for n, shape in shapes.items()}}

    def _made(self, name: str, shape: tuple[int, ...]) -> Tensor:
        declared = self._subject.declared[name]
        example = torch.tensor(getattr(declared, "example", None))
        if isinstance(declared, Floats):
            example = example.double()
        return repeated(example, shape)


def _values(operation: Operation, arguments: Mapping[str, Any]) -> list[Tensor] | None:
    """What an operation gives, which may spoil its arguments; ``None`` if it does not take them, whatever it says."""
    copies = {n: v.clone() if isinstance(v, Tensor) else v for n, v in arguments.items()}
    try:
        with torch.no_grad():
            return [y.double() for y in operation(copies)]
    except Exception:
        return None


def _gradients(operation: Operation, arguments: Mapping[str, Any]) -> list[Tensor] | None:
    """The gradients of a sum of the results in which all have different weights; ``None`` if that raises."""
    copies = {n: v.detach().clone() if isinstance(v, Tensor) else v for n, v in arguments.items()}
    leaves = [v.requires_grad_() for v in copies.values() if isinstance(v, Tensor) and v.is_floating_point()]
    try:
        outputs = [y for y in operation(copies) if y.requires_grad]
        incoming = [torch.cos(torch.arange(y.numel(), dtype=y.dtype)).reshape(y.shape) for y in outputs]
        found = torch.autograd.grad(outputs, leaves, incoming, allow_unused=True)
    except Exception:  # whatever it says, it does not take them
        return None
    return [torch.zeros_like(x) if g is None else g.double() for x, g in zip(leaves, found, strict=True)]


def _alike(found: Sequence[Tensor], expected: Sequence[Tensor]) -> bool:
    """Whether values are the same, but for what is computed in single precision."""
    return [y.shape for y in found] == [y.shape for y in expected] and all(
        torch.allclose(a, b, _SAME, _SAME * float(b.abs().nan_to_num().max()) if b.numel() else 0.0, equal_nan=True)
        for a, b in zip(found, expected, strict=True)
    )


def repeated(example: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The numbers of an example, one after another and again, in a shape."""
    if tuple(example.shape) == shape:
        return example
    count = 1
    for n in shape:
        count *= n
    flat = example.reshape(-1)
    return flat.repeat(count // max(1, len(flat)) + 1)[:count].reshape(shape)
