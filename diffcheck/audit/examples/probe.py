"""What a definition says when it is run on tensors of other shapes, and whether the operation says the same."""

import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any

import torch

from diffcheck.audit.subjects.declared import Floats, Integers
from diffcheck.audit.subjects.operation import Operation
from diffcheck.audit.subjects.subject import Subject
from diffcheck.formats import FORMATS

Tensor = torch.Tensor
Axis = tuple[str, int]
Shapes = Mapping[str, tuple[int, ...]]
# The definition is asked so often; it takes a millisecond or two.
_PROBES = 400
# The label that torch ignores by default, and the place that stands for the last one.
IGNORED, LAST = -100, -1
# Half of the digits of single precision, in which somebody may compute whatever he is given.
_SAME = FORMATS["float32"].unit_roundoff ** 0.5


# Examples of more numbers are asked for fewer lengths, each of which takes long.
_LARGE = 20_000


class Made(Enum):
    """For which lengths of an axis an operation is made."""

    ALONE = "the example's, as far as is known"
    OTHERS = "others"
    ANYHOW = "others, and no block of the example's length is special"


class Probe:
    """Asks the definition whether it runs on tensors of these shapes."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._left = _PROBES
        self.shapes = {n: subject.shape(d, {}) for n, d in subject.declared.items()}
        self._large = sum(map(math.prod, self.shapes.values())) > _LARGE
        # The inputs by which it is differentiated.
        self.asked = {n for n, d in subject.declared.items() if isinstance(d, Floats) and d.grad}
        # For an axis that follows from another one: that one, and how.
        self.followers: dict[Axis, tuple[Axis, Any]] = {}

    def may(self, first: Axis, others: Sequence[Axis]) -> bool:
        """Whether these axes may be longer, all others as they are."""
        length = self.shapes[first[0]][first[1]]
        return any(self.runs(self.with_length((first, *others), longer)) for longer in (length + 1, 2 * length))

    def made_for(self, axes: Sequence[Axis], length: int, beside: Callable[[], bool]) -> "Made":
        """For which other lengths of these axes the operation is made.

        Parameters
        ----------
        beside:
            Tells whether it has the gradient where other axes are longer as well.

        None with another value than the definition's, and some longer one with its value. One that is right at twice
        and at four times the length knows no block that three times would not fill.
        """
        near = (length + 1, length - 1) if self._large else (length + 1, length - 1, 2 * length)
        at = {other: self.arguments(self.with_length(axes, other)) for other in near}
        # What one row gives may be broadcast.
        same = {n: same for n, arguments in at.items() if n > 1 and (same := self.same(arguments)) is not None}
        if length > 1 and not self._large:
            twice, three, four = (self.arguments(self.with_length(axes, k * length)) for k in (2, 3, 4))
            if self.same(three) is False and self.derives(twice) and self.derives(four):
                return Made.ANYHOW
        if not all(same.values()):
            return Made.ALONE
        # What may only be shorter is tied to another length, of which the rest is left over then.
        return Made.OTHERS if any(n > length for n in same) or beside() else Made.ALONE

    def derives_along(self, axes: Sequence[Axis], length: int) -> bool:
        """Whether the operation has value and gradient where these axes have some other length of two or more."""
        others = (n for n in (length + 1, length - 1, 2 * length) if n > 1)
        return any(self.derives(self.arguments(self.with_length(axes, n))) for n in others)

    def same(self, arguments: Mapping[str, Any]) -> bool | None:
        """Whether the operation's value is the definition's; ``None`` where one of them has none."""
        expected = values_of(self.subject.definition, arguments)
        found = None if expected is None else values_of(self.subject.operation, arguments)
        return None if expected is None or found is None else alike(found, expected)

    def unlike(self, arguments: Mapping[str, Any]) -> str:
        """What the operation has another of than the definition, without a word: its result, or its gradient."""
        if self.same(arguments) is False:
            return "result"
        return "gradient" if self.gradients(self.subject.operation, arguments) and not self.derives(arguments) else ""

    def unlike_longer(self, axes: Sequence[Axis], length: int) -> str:
        """What the operation has another of where some axes are longer; empty where nothing, or it raises."""
        longer = (self.with_length(axes, n) for n in (length + 1, 2 * length))
        return next((self.unlike(self.arguments(shapes)) for shapes in longer if self.runs(shapes)), "")

    def answers(self, shapes: Shapes) -> bool:
        """Whether the operation has the definition's value for arguments of these shapes, and some gradient."""
        arguments = self.arguments(shapes)
        return self.same(arguments) is True and self.gradients(self.subject.operation, arguments) is not None

    def derives(self, arguments: Mapping[str, Any]) -> bool:
        """Whether the operation's value and gradient are the definition's for these arguments."""
        operation, definition = self.subject.operation, self.subject.definition
        for ask in (values_of, self.gradients):
            gave, meant = ask(operation, arguments), ask(definition, arguments)
            if gave is None or meant is None or not alike(gave, meant):
                return False
        return True

    def gradients(self, operation: Operation, arguments: Mapping[str, Any]) -> list[Tensor] | None:
        """The gradients of a sum of the results in which all have different weights; ``None`` if that raises."""
        copies = {n: v.detach().clone() if isinstance(v, Tensor) else v for n, v in arguments.items()}
        leaves = [copies[n].requires_grad_() for n in sorted(self.asked)]
        try:
            outputs = [y for y in operation(copies) if y.requires_grad]
            incoming = [torch.cos(torch.arange(y.numel(), dtype=y.dtype)).reshape(y.shape) for y in outputs]
            found = torch.autograd.grad(outputs, leaves, incoming, allow_unused=True)
        except Exception:  # whatever it says, it does not take them
            return None
        return [torch.zeros_like(x) if g is None else g.double() for x, g in zip(leaves, found, strict=True)]

    def without_gradient(self) -> set[str]:
        """The inputs by which the operation gives no gradient at all, not even zeros; all where it gives none."""
        floats = {n for n, d in self.subject.declared.items() if isinstance(d, Floats)}
        arguments = self.arguments(self.shapes)
        leaves = {n: arguments[n].clone().requires_grad_() for n in floats}
        try:
            outputs = [y for y in self.subject.operation({**arguments, **leaves}) if y.requires_grad]
            incoming = [torch.ones_like(y) for y in outputs]
            found = torch.autograd.grad(outputs, list(leaves.values()), incoming, allow_unused=True)
        except Exception:  # the trial will tell
            return floats
        return {n for n, g in zip(leaves, found, strict=True) if g is None}

    def with_length(self, axes: Sequence[Axis], length: int) -> dict[str, tuple[int, ...]]:
        """The shapes with another length of some axes."""
        return self.moved(dict.fromkeys(axes, length))

    def with_lengths(
        self, first: Sequence[Axis], one: int, second: Sequence[Axis], other: int
    ) -> dict[str, tuple[int, ...]]:
        """The same with other lengths of two sizes."""
        return self.moved({**dict.fromkeys(first, one), **dict.fromkeys(second, other)})

    def moved(self, lengths: Mapping[Axis, int]) -> dict[str, tuple[int, ...]]:
        """The shapes with other lengths of some axes, and of those that follow from them."""
        found = {n: list(shape) for n, shape in self.shapes.items()}
        following = {axis: form.length(lengths[of]) for axis, (of, form) in self.followers.items() if of in lengths}
        for (argument, place), length in {**lengths, **following}.items():
            found[argument][place] = length
        return {n: tuple(shape) for n, shape in found.items()}

    def indexes(self, argument: str, declared: Integers, axes: Sequence[Axis], length: int) -> bool:
        """Whether whole numbers are places along an axis: all below its length are taken, none from there on."""
        if declared.example is None or (isinstance(declared.below, int) and declared.below > length):
            return False
        last, beyond = (torch.full(self.shapes[argument], k) for k in (length - 1, length))
        longer = self.with_length(axes, length + 1)
        return (
            self.runs(self.shapes, {argument: last})
            and not self.runs(self.shapes, {argument: beyond})
            and self.runs(longer, {argument: torch.full(longer[argument], length)})
        )

    def ignores(self, argument: str) -> bool | None:
        """Whether the definition takes the label that torch ignores by default, and not its neighbour.

        ``None`` if it does, and the operation has another value then: it is not made for that.
        """
        one, neighbour = (torch.tensor(getattr(self.subject.declared[argument], "example", None)) for _ in range(2))
        if not one.numel():
            return False
        one.view(-1)[0], neighbour.view(-1)[0] = IGNORED, IGNORED + 1
        if not self.runs(self.shapes, {argument: one}) or self.runs(self.shapes, {argument: neighbour}):
            return False
        same = self.same({**self.arguments(self.shapes), argument: one})
        return None if same is False else same is True

    def takes(self, argument: str, number: int) -> bool:
        """Whether a whole number has a finite value, the same in operation and definition, in the place of another."""
        example = torch.tensor(getattr(self.subject.declared[argument], "example", None))
        if not example.numel():
            return False
        example.view(-1)[0] = number
        arguments = {**self.arguments(self.shapes), argument: example}
        expected = values_of(self.subject.definition, arguments)
        return bool(expected) and all(bool(y.isfinite().all()) for y in expected or ()) and self.same(arguments) is True

    def counts_from_the_end(self, argument: str) -> bool:
        """Whether -1 stands for the last place, to the definition and to the operation.

        The definition gives the same for both, and something else, or nothing, for the first place and behind the last.
        """
        declared = self.subject.declared[argument]
        if not isinstance(declared, Integers) or not self.shapes[argument]:
            return False
        found = []
        last_place = self._last(argument)
        for place in (LAST, last_place, 0, last_place + 1):
            example = torch.tensor(declared.example)
            example.view(-1)[0] = place
            found.append(values_of(self.subject.definition, {**self.arguments(self.shapes), argument: example}))
        last, same, first, behind = found
        if last is None or same is None or first is None:
            return False
        example = torch.tensor(declared.example)
        example.view(-1)[0] = LAST
        if self.same({**self.arguments(self.shapes), argument: example}) is not True:
            return False
        return alike(last, same) and not alike(last, first) and (behind is None or not alike(last, behind))

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
        found = values_of(self.subject.definition, {**self.arguments(shapes), **instead})
        return bool(found) and all(y.numel() and bool(y.isfinite().any()) for y in found or ())

    def arguments(self, shapes: Shapes) -> dict[str, Any]:
        """Arguments of these shapes, with the numbers of the examples again and again."""
        return {**self.subject.given, **{n: self._made(n, shape) for n, shape in shapes.items()}}

    def _made(self, name: str, shape: tuple[int, ...]) -> Tensor:
        declared = self.subject.declared[name]
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


def alike(found: Sequence[Tensor], expected: Sequence[Tensor]) -> bool:
    """Whether values are the same, but for what is computed in single precision."""
    return [y.shape for y in found] == [y.shape for y in expected] and all(
        torch.allclose(a, b, 0.0, _SAME * float(b.abs().nan_to_num().max()) if b.numel() else 0.0, equal_nan=True)
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
