"""What is on trial: the operation, its definition, what it takes, and in which ways that may vary."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Any

import torch

from diffcheck.audit.conditions.sizes import Sizes, Space
from diffcheck.audit.subjects.declared import FREE, Declared, Floats
from diffcheck.audit.subjects.operation import Operation
from diffcheck.sources.torch_code.code import derived_by_torch

Tensor = torch.Tensor


@dataclass(frozen=True)
class Subject:
    """An operation on trial.

    Attributes
    ----------
    definition:
        The operation itself where there is none.
    gradient:
        What its gradient is held to, if that is not the definition's: declared as a surrogate.
    declared:
        Tensors by name, in the order of the arguments.
    given:
        All other arguments, handed on as they are.
    at_kinks:
        What its gradient is where no derivative exists: ``any`` between both sides, ``left``, ``right``, ``zero``.
    make:
        Makes the arguments from sizes, a dtype and a seed, instead of what is declared.
    sample:
        What it made once.
    own:
        The functions whose backward is somebody's own, where the operation is its own definition.
    inferred:
        The sizes that nobody declared: see `diffcheck.audit.examples.inferred`.
    anyhow:
        Those among them at which another value counts, see `diffcheck.audit.examples.probe.Probe.made_for`.
    marked:
        Whether somebody said by which inputs it is differentiated; of examples none of which requires a gradient nobody
        did.
    numbers:
        Other values of constants among ``given`` that nobody declared, see `diffcheck.audit.examples.numbers`.
    branches:
        Whether its definition compares anything that depends on its inputs, see `diffcheck.audit.examples.borders`.
    unasked:
        Inputs by which it gives no gradient, and nobody said that it should.
    required:
        The inputs by which the examples ask for a gradient, if they say so.
    twice:
        Whether it is held to its second derivatives: they are right in an ordinary context, or somebody wrote them.
    following:
        For the name of a length that follows from a size: that size, and how.
    broadcast:
        For the name of an axis that may be one while others of its size are longer: the argument, and its place.
    beyond:
        For a kind of values beyond those of the examples the arguments that hold them, see
        `diffcheck.audit.examples.beyond`.
    unheld:
        For what nobody declared, and the operation may not be made for: what is another there, result or gradient.
    """

    operation: Operation
    definition: Operation
    declared: Mapping[str, Declared]
    given: Mapping[str, Any]
    space: Space
    gradient: Operation | None = None
    make: Callable[[Sizes, torch.dtype, int], Mapping[str, Any]] | None = None
    defines: bool = False
    at_kinks: str = "any"
    sample: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)
    inferred: frozenset[str] = frozenset()
    anyhow: frozenset[str] = frozenset()
    marked: bool = True
    unasked: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()
    twice: bool = False
    numbers: Mapping[str, tuple[int | float | str | None, ...]] = field(default_factory=dict)
    branches: bool = False
    following: Mapping[str, tuple[str, Callable[[int], int]]] = field(default_factory=dict)
    broadcast: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    beyond: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unheld: Mapping[str, str] = field(default_factory=dict)

    def shape(self, declared: Declared, sizes: Mapping[str, Any], one: int | None = None) -> tuple[int, ...]:
        """The shape of an argument; the axis at the place ``one`` is broadcast."""
        found: list[int] = []
        for place, axis in enumerate(declared.axes):
            if place == one:
                found.append(1)
            elif axis in FREE:
                found += sizes[axis]
            elif axis in self.following:
                size, length = self.following[axis]
                found.append(length(sizes[size]))
            else:
                found.append(int(axis) if axis.isdecimal() else sizes[axis])
        return tuple(found)

    @property
    def of_torch(self) -> bool:
        """Whether it is torch's own derivative that is on trial: what plain torch does excuses nothing then."""
        return self.defines and self.gradient is None and not self.own

    def torch_instead(self) -> AbstractContextManager[Any]:
        """Inside, the operation has torch's own derivative where it is its own definition."""
        stack = ExitStack()
        for function in self.own.values():
            stack.enter_context(derived_by_torch(function))
        return stack

    @property
    def asked(self) -> list[str]:
        """The inputs that it is differentiated by."""
        declared = [n for n, d in self.declared.items() if isinstance(d, Floats) and d.grad]
        return declared + list(differentiated(self.sample))

    @property
    def tensors(self) -> list[str]:
        """The arguments that are tensors."""
        return [*self.declared, *(n for n, t in self.sample.items() if isinstance(t, Tensor))]


def differentiated(made: Mapping[str, Any]) -> Iterator[str]:
    """Which of some arguments are differentiated by: those that require it, all with a fraction if none does."""
    tensors = {n: t for n, t in made.items() if isinstance(t, Tensor) and t.is_floating_point()}
    asked = any(t.requires_grad for t in tensors.values())
    yield from (n for n, t in tensors.items() if t.requires_grad or not asked)
