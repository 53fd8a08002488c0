"""What a definition says when it is run on tensors of other shapes, and whether the operation says the same."""

import itertools
import math
from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any

import torch

from diffcheck.audit.declared import Floats, Integers
from diffcheck.audit.operation import Operation
from diffcheck.audit.subject import Subject

Tensor = torch.Tensor
Axis = tuple[str, int]
Shapes = Mapping[str, tuple[int, ...]]
# The definition is asked so often; it takes a millisecond or two.
_PROBES = 400
# The label that torch ignores by default, and the place that stands for the last one.
IGNORED, LAST = -100, -1
_SAME = 2.0**-10


# Examples of more numbers are asked for fewer lengths, each of which takes long.
_LARGE = 20_000
# As many arguments beside the first are tried with one more axis.
_BATCHED = 4


class Made(Enum):
    """For which lengths of an axis an operation is made."""

    ALONE = "the example's, as far as is known"
    OTHERS = "others"
    ANYHOW = "others, and no block of the example's length is special"


class Probe:
    """Asks the definition whether it runs on tensors of these shapes."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._left = _PROBES
        self.shapes = {n: subject.shape(d, {}) for n, d in subject.declared.items()}
        self._large = sum(map(math.prod, self.shapes.values())) > _LARGE

    def may(self, first: Axis, others: Sequence[Axis]) -> bool:
        """Whether these axes may be longer, all others as they are."""
        length = self.shapes[first[0]][first[1]]
        return any(self.runs(self._with((first, *others), longer)) for longer in (length + 1, 2 * length))

    def made_for(self, axes: Sequence[Axis], length: int) -> "Made":
        """For which other lengths of these axes the operation is made.

        None with another value than the definition's; and of a length that means anything some longer one with its
        gradient, or else the operation may be made for this length alone. One that is right at twice and at four times
        the length knows no block that three times would not fill.
        """
        near = (length + 1, length - 1) if self._large else (length + 1, length - 1, 2 * length)
        at = {other: self._arguments(self._with(axes, other)) for other in near}
        # What one row gives may be broadcast.
        same = [same for other, arguments in at.items() if other > 1 and (same := self._same(arguments)) is not None]
        if length > 1 and not self._large:
            twice, three, four = (self._arguments(self._with(axes, k * length)) for k in (2, 3, 4))
            if self._same(three) is False and self._derives(twice) and self._derives(four):
                return Made.ANYHOW
        if not same or not all(same):
            return Made.ALONE
        derived = length == 1 or any(other > length and self._derives(at[other]) for other in at)
        return Made.OTHERS if derived or self._derives_together(axes, length) else Made.ALONE

    def _same(self, arguments: Mapping[str, Any]) -> bool | None:
        """Whether the operation's value is the definition's; ``None`` where one of them has none."""
        expected = values_of(self._subject.definition, arguments)
        found = None if expected is None else values_of(self._subject.operation, arguments)
        return None if expected is None or found is None else alike(found, expected)

    def batched(self) -> set[str]:
        """The arguments that may have one more axis in front, which the definition goes through one by one.

        Empty if there are none, or the operation's value is another one then, or its gradient is in no such case.
        """
        tensors = [n for n, d in self._subject.declared.items() if self.shapes[n] or isinstance(d, Floats)]
        first = next(n for n, d in self._subject.declared.items() if isinstance(d, Floats))
        others = [n for n in tensors if n != first][:_BATCHED]
        one, two = self._arguments(self.shapes), self._arguments(self.shapes)
        two = {n: -0.5 * v if n in tensors and v.is_floating_point() else v for n, v in two.items()}
        alone = [values_of(self._subject.definition, arguments) for arguments in (one, two)]
        if None in alone:
            return set()
        for count in range(len(others) + 1):
            for more in itertools.combinations(others, count):
                chosen = {first, *more}
                together = {n: torch.stack([one[n], two[n]]) if n in chosen else one[n] for n in one}
                mixed = {n: two[n] if n in chosen else one[n] for n in one}
                parts = [alone[0], values_of(self._subject.definition, mixed)]
                found = values_of(self._subject.definition, together)
                if found is None or None in parts or not found:
                    continue
                apart = [torch.stack(pair) for pair in zip(*parts, strict=True)]
                if alike(found, apart):
                    return chosen if self._takes_batches(chosen, together) else set()
        return set()

    def _takes_batches(self, chosen: set[str], together: Mapping[str, Any]) -> bool:
        """Whether the operation has the value of two at once, and the gradient of two, or of the first rows of two."""
        if not self._same(together):
            return False
        rows = {n: v[:, :1] if n in chosen and v.dim() > 1 else v for n, v in together.items()}
        return self._derives(together) or self._derives(rows)

    def _derives_together(self, axes: Sequence[Axis], length: int) -> bool:
        """Whether the operation has the gradient where all axes of a length are longer: it is not made for this one."""
        alike = [(n, k) for n, shape in self.shapes.items() for k, one in enumerate(shape) if one == length]
        longer = (self._arguments(self._with(alike, other)) for other in (length + 1, 2 * length))
        return len(alike) > len(axes) and any(map(self._derives, longer))

    def _derives(self, arguments: Mapping[str, Any]) -> bool:
        """Whether the operation's value and gradient are the definition's for these arguments."""
        operation, definition = self._subject.operation, self._subject.definition
        for ask in (values_of, _gradients):
            gave, meant = ask(operation, arguments), ask(definition, arguments)
            if gave is None or meant is None or not alike(gave, meant):
                return False
        return True

    def without_gradient(self) -> set[str]:
        """The inputs by which the operation gives no gradient at all, not even zeros; none if it gives none by any."""
        floats = {n for n, d in self._subject.declared.items() if isinstance(d, Floats)}
        arguments = self._arguments(self.shapes)
        leaves = {n: arguments[n].clone().requires_grad_() for n in floats}
        try:
            outputs = [y for y in self._subject.operation({**arguments, **leaves}) if y.requires_grad]
            incoming = [torch.ones_like(y) for y in outputs]
            found = torch.autograd.grad(outputs, list(leaves.values()), incoming, allow_unused=True)
        except Exception:  # the trial will tell
            return set()
        without = {n for n, g in zip(leaves, found, strict=True) if g is None}
        return without if without < floats else set()

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
        """Whether the label that torch ignores by default is taken, and its neighbour is not.

        By the definition; and the operation has its value then, or it is not made for it.
        """
        one, neighbour = (torch.tensor(getattr(self._subject.declared[argument], "example", None)) for _ in range(2))
        if not one.numel():
            return False
        one.view(-1)[0], neighbour.view(-1)[0] = IGNORED, IGNORED + 1
        if not self.runs(self.shapes, {argument: one}) or self.runs(self.shapes, {argument: neighbour}):
            return False
        return self._same({**self._arguments(self.shapes), argument: one}) is True

    def counts_from_the_end(self, argument: str) -> bool:
        """Whether -1 stands for the last place: the definition gives the same for both, and something else for 0."""
        declared = self._subject.declared[argument]
        if not isinstance(declared, Integers) or not self.shapes[argument]:
            return False
        found = []
        for place in (LAST, self._last(argument), 0):
            example = torch.tensor(declared.example)
            example.view(-1)[0] = place
            found.append(values_of(self._subject.definition, {**self._arguments(self.shapes), argument: example}))
        last, same, first = found
        if last is None or same is None or first is None:
            return False
        return alike(last, same) and not alike(last, first)

    def _last(self, argument: str) -> int:
        """The largest whole number that the definition takes, looked for among the lengths of axes."""
        lengths = sorted({n for shape in self.shapes.values() for n in shape}, reverse=True)
        fits = (n - 1 for n in lengths if self.runs(self.shapes, {argument: torch.full(self.shapes[argument], n - 1)}))
        return next(fits, 0)

    def runs(self, shapes: Shapes, instead: Mapping[str, Tensor] = MappingProxyType({})) -> bool:
        """Whether the definition gives numbers for arguments of these shapes."""
        if self._left <= 0:
            return False
        self._left -= 1
        found = values_of(self._subject.definition, {**self._arguments(shapes), **instead})
        return bool(found) and all(y.numel() and bool(y.isfinite().any()) for y in found or ())

    def _arguments(self, shapes: Shapes) -> dict[str, Any]:
        return {**self._subject.given, **{n: self._made(n, shape) for n, shape in shapes.items()}}

    def _made(self, name: str, shape: tuple[int, ...]) -> Tensor:
        declared = self._subject.declared[name]
        example = torch.tensor(getattr(declared, "example", None))
        if isinstance(declared, Floats):
            example = example.double()
        return repeated(example, shape)


def values_of(operation: Operation, arguments: Mapping[str, Any]) -> list[Tensor] | None:
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


def alike(found: Sequence[Tensor], expected: Sequence[Tensor]) -> bool:
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
