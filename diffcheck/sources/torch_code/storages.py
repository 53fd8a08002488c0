"""The storages of tensors that depend on an input, and what they hold."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from diffcheck.errors import Unsupported
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.memory import Condition, Excluded, Geometry, Memory, Value
from diffcheck.sources.torch_code.rows.pairs import halves, unconjugated

Tensor = torch.Tensor


class Storages:
    """What tensors hold, by their storages.

    Parameters
    ----------
    lift:
        Makes nodes of constants.
    """

    def __init__(self, lift: Callable[[Any], Traced]) -> None:
        self._lift = lift
        # The storages are kept: an address must not be given to another one.
        self._memories: dict[int, tuple[Any, Memory]] = {}

    def drop(self, tensor: Tensor) -> None:
        """Take what a tensor's storage holds for constants."""
        del self._memories[tensor.untyped_storage()._cdata]

    def memory(self, tensor: Tensor) -> Memory | None:
        """What a tensor's storage holds; ``None`` if no input reaches it."""
        if tensor.layout is not torch.strided:
            return None
        found = self._memories.get(tensor.untyped_storage()._cdata)
        return found[1] if found is not None else None

    def shares(self, output: Tensor, given: Any) -> bool:
        """Whether an output lies in the storage of a tensor that was given."""
        if self.memory(output) is None:
            return False
        own = output.untyped_storage()._cdata
        return any(t.untyped_storage()._cdata == own for t in tensors(given))

    def value(self, tensor: Tensor) -> Any:
        """What a tensor holds: nodes, or the numbers of a constant; of complex ones the parts along a last axis."""
        memory = self.memory(tensor)
        if memory is None:
            return numbers_of(tensor)
        found = memory.read(geometry(tensor))
        return unconjugated(found, tensor) if tensor.is_neg() or tensor.is_conj() else found

    def whole(self, tensor: Tensor) -> tuple[Traced, Any]:
        """All that a tensor's storage holds, which depends on an input: nodes, and the numbers that they are."""
        memory = self.memory(tensor)
        assert memory is not None
        numbers = numbers_of(torch.empty(0, dtype=tensor.dtype).set_(tensor.untyped_storage()))
        values = memory.read(Geometry(0, numbers.shape, (1,)))
        assert isinstance(values, Traced)
        return values, numbers

    def is_infinite(self, given: Any) -> bool:
        """Whether an argument is infinite at some places."""
        if isinstance(given, float):
            return math.isinf(given)
        if not isinstance(given, Tensor) or not given.is_floating_point():
            return False
        value = self.value(given)
        return isinstance(value, Excluded) or (isinstance(value, np.ndarray) and bool(np.isinf(value).any()))

    def read(self, given: Any) -> Any:
        """Arguments with what their tensors hold in place of these."""
        if isinstance(given, Tensor):
            return halves(self.value(given)) if given.is_complex() else self.value(given)
        if isinstance(given, (list, tuple)):
            return type(given)(map(self.read, given))
        if isinstance(given, Mapping):
            return {k: self.read(v) for k, v in given.items()}
        return given

    def note(self, tensor: Tensor, value: Value) -> None:
        """A tensor in a storage of its own."""
        size = _size(tensor)
        where_ = geometry(tensor)
        memory = Memory(size)
        if int(np.prod(where_.shape)) != size:
            memory = Memory(size, self._lift(np.zeros(size)))
        # A kernel may give what it has conjugated as a view that is read so.
        memory.write(where_, unconjugated(value, tensor) if tensor.is_neg() or tensor.is_conj() else value)
        storage = tensor.untyped_storage()
        self._memories[storage._cdata] = storage, memory

    def forget(self, tensor: Tensor, why: str, decided: Condition | None = None) -> None:
        """A tensor in a storage of its own whose elements no node says, and why, or under which condition they hold."""
        storage = tensor.untyped_storage()
        self._memories[storage._cdata] = storage, Memory(_size(tensor), lost=why, decided=decided)

    def write(self, tensor: Tensor, value: Any) -> None:
        """A tensor whose storage others may share is given a value; a constant one is followed from here on."""
        if tensor.is_neg() or tensor.is_conj():
            raise Unsupported("it writes to a conjugate view")
        memory = self.memory(tensor)
        where_ = geometry(tensor)
        if memory is None:
            whole = torch.empty(0, dtype=tensor.dtype).set_(tensor.untyped_storage())
            before = numbers_of(whole).ravel()
            memory = Memory(_size(tensor))
            memory.write(Geometry(0, before.shape, (1,)), self._constant(before))
            storage = tensor.untyped_storage()
            self._memories[storage._cdata] = storage, memory
        memory.write(where_, self._constant(value) if isinstance(value, np.ndarray) else value)

    def _constant(self, numbers: Any) -> Value:
        """Numbers as nodes, those that are infinite as places that are; what is no number yet is zero."""
        if numbers.dtype.kind != "f" or np.isfinite(numbers).all():
            return self._lift(numbers)
        below, above = np.isneginf(numbers), np.isposinf(numbers)
        values = self._lift(np.where(np.isfinite(numbers), numbers, 0))
        if below.any() and above.any():
            raise Unsupported("both infinities lie in one storage")
        return Excluded(values, below | above, bool(above.any())) if (below | above).any() else values


def geometry(tensor: Tensor) -> Geometry:
    """Where a tensor lies in its storage; a complex one by its parts, which lie beside each other."""
    found = Geometry(int(tensor.storage_offset()), tuple(tensor.shape), tuple(tensor.stride()))
    return found if not tensor.is_complex() else found.of_parts()


def _size(tensor: Tensor) -> int:
    """How many elements of the tensor's kind its storage has; of complex ones the parts."""
    return int(tensor.untyped_storage().nbytes() // tensor.element_size()) * (2 if tensor.is_complex() else 1)


def numbers_of(tensor: Tensor) -> Any:
    """A tensor's elements, fractions in double precision; of complex ones the parts along a last axis."""
    plain = tensor.detach().to("cpu")
    plain = plain if plain.layout is torch.strided else plain.to_dense()
    plain = torch.view_as_real(plain.resolve_conj()) if plain.is_complex() else plain.resolve_neg()
    return np.array((plain.double() if plain.is_floating_point() else plain).numpy())


def tensors(given: Any) -> Iterator[Tensor]:
    """The tensors among arguments."""
    if isinstance(given, Tensor):
        yield given
    elif isinstance(given, (list, tuple)):
        for item in given:
            yield from tensors(item)
    elif isinstance(given, Mapping):
        yield from tensors(list(given.values()))
