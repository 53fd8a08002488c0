"""Recording by dispatch: every operation that torch carries out becomes nodes of a graph."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from diffcheck.errors import DiffcheckError, Unsupported, UnsupportedBackward
from diffcheck.formats import FORMATS
from diffcheck.ops.functions.relations import eq, logical_and, logical_not, ne, where
from diffcheck.ops.on_arrays.conditions import all_joined
from diffcheck.program.graph import Graph, GraphBuilder
from diffcheck.program.sourced import Sourced
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.kernels import carried_out
from diffcheck.sources.torch_code.memory import Excluded
from diffcheck.sources.torch_code.origins import Origins, in_own_backward
from diffcheck.sources.torch_code.rows.by_name import (
    BY_OUTCOME,
    BY_OUTCOME_HERE,
    FILLS,
    RESHAPES,
    SHAPES_ONLY,
    UNREAD,
    row_of,
)
from diffcheck.sources.torch_code.rows.decompositions import decomposed, into, no_row
from diffcheck.sources.torch_code.rows.infinities import with_infinities
from diffcheck.sources.torch_code.rows.moves import choices, is_move, moved
from diffcheck.sources.torch_code.rows.pairs import fitted, joined
from diffcheck.sources.torch_code.rows.places import gives_places, of_numbers, of_order
from diffcheck.sources.torch_code.rows.registry import applied, as_number
from diffcheck.sources.torch_code.storages import Storages, geometry, numbers_of, tensors

Tensor = torch.Tensor


class Recorder(TorchDispatchMode):
    """While it is entered, operations on what depends on an input are recorded; all others give constants.

    Parameters
    ----------
    here:
        Whether the recording is of this point alone. Whole numbers that values decide are then constants without a
        condition, and it is noted where each operation stands and what it rounds to; otherwise what rounds is refused.
    """

    def __init__(self, here: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.builder = GraphBuilder()
        self._here = here
        self._origins = Origins()
        self._guards: list[Traced] = []
        self._lift = Traced(self.builder, self.builder.const(0)).lift
        self._storages = Storages(self._lift)
        self._inputs = 0

    @property
    def storages(self) -> Storages:
        """What tensors hold."""
        return self._storages

    def input(self, tensor: Tensor) -> None:
        """Make a tensor the next input."""
        number = self.builder.input(self._inputs, tuple(tensor.shape))
        self._inputs += tensor.numel()
        self._storages.note(tensor, Traced(self.builder, number))

    def follows(self, tensor: Tensor) -> bool:
        """Whether a tensor depends on an input."""
        return self._storages.memory(tensor) is not None

    def live(self, results: Sequence[Tensor]) -> tuple[int, ...]:
        """The nodes that a result, or several, are computed from, without what only decides a branch."""
        return self.builder.graph(self._inputs, self._value(results).node).origins

    def graph(self, results: Sequence[Tensor]) -> Graph:
        """The graph of a result, or of several one behind the other along one axis.

        Where a condition that Python has branched on has another outcome than it had, the value is 0 / 0: the
        recording says nothing there.
        """
        value = self._value(results)
        if self._guards:
            held = self._guards[0]
            for guard in self._guards[1:]:
                held = logical_and(held, guard)
            nowhere = Traced(self.builder, self.builder.apply("div", self.builder.const(0), self.builder.const(0)))
            value = where(held, value, nowhere)
        return self.builder.graph(self._inputs, value.node)

    def sourced(self, result: Tensor) -> Sourced:
        """The graph of a result, with the places of its operations."""
        graph = self.graph([result])
        return Sourced(graph, self._origins.places(graph.origins), self._origins.rounded)

    def _value(self, results: Sequence[Tensor]) -> Traced:
        values = [self._plain(tensor) for tensor in results]
        flat = [v.ravel() for v in values]
        return values[0] if len(values) == 1 else flat[0].concatenate(flat, 0)

    def _plain(self, tensor: Tensor) -> Traced:
        value = self._storages.value(tensor)
        if isinstance(value, Excluded):
            raise Unsupported("unsupported: the result is infinite at some places")
        return self._lift(value)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if not any(self._storages.memory(t) for t in tensors((args, kwargs))):
            return carried_out(func, args, kwargs)
        name = func._schema.name.removeprefix("aten::").removeprefix("prims::")
        before = len(self.builder.nodes)
        try:
            found = self._recorded(func, name, args, kwargs)
            if self._here:
                last = torch._C._autograd._get_sequence_nr() - 1
                self._origins.note(range(before, len(self.builder.nodes)), torch._C._current_autograd_node(), last)
            return found
        except DiffcheckError as reason:
            told, kind = str(reason), type(reason)
            if not (isinstance(reason, Unsupported) and told.startswith("unsupported")):
                told = self._refusal(name, told)
            in_own = in_own_backward(torch._C._current_autograd_node())
            raise (UnsupportedBackward if in_own or kind is UnsupportedBackward else Unsupported)(told) from None

    def _refusal(self, name: str, why: str) -> str:
        return f"unsupported: {self._called(name)}: {why}"

    def _called(self, name: str) -> str:
        """An operation, and where it stands."""
        return f"aten.{name} at {self._origins.refused_at(torch._C._current_autograd_node())}"

    def _recorded(self, func: Any, name: str, args: Any, kwargs: Any) -> Any:
        if "out" in kwargs:
            with self:
                return into(name, args, kwargs)
        changes = func._schema.is_mutable
        base = name.removesuffix("_") if changes else name
        if base in SHAPES_ONLY or name in RESHAPES:
            return carried_out(func, args, kwargs)
        if name in FILLS:
            found = carried_out(func, args, kwargs)
            self._storages.write(args[0], numbers_of(args[0]))
            return found
        if name in ("_local_scalar_dense", "item", "is_nonzero"):
            settled = self._settled((args, kwargs))
            return carried_out(func, args, kwargs) if settled else self._guarded(func, args)
        if not changes:
            found = carried_out(func, args, kwargs)
            outputs = list(tensors(found))
            if outputs and all(self._storages.shares(o, (args, kwargs)) for o in outputs):
                # The parts of complex numbers are what they are; but torch asks no gradient of `view(dtype)`.
                parts = base in ("view_as_real", "view_as_complex", "real", "imag")
                if not parts and any(o.dtype is not args[0].dtype for o in outputs):
                    raise Unsupported(f"it reads the same bytes as {str(outputs[0].dtype).removeprefix('torch.')}")
                return found
        if self._settled((args, kwargs)):
            return carried_out(func, args, kwargs) if changes else found
        if is_move(base, args, self._depends, self._storages.is_infinite):
            for condition in choices(base, args):
                self._hold(condition)
            return self._moved(func, base, args, kwargs, found if not changes else None)
        outputs = [] if changes else list(tensors(found))
        of_complex = any(t.is_complex() for t in tensors((args, kwargs, outputs)))
        called = f"complex {base}" if of_complex else base
        row = row_of(called)
        if row is None:
            return self._by_others(func, name, args, kwargs)
        used = [None if k in UNREAD.get(base, ()) else a for k, a in enumerate(args)]
        read_args, read_kwargs = self._storages.read(used), self._storages.read(kwargs)
        row = with_infinities(base, row, _values((read_args, read_kwargs)))
        if changes:
            found = carried_out(func, args, kwargs)
        outputs = list(tensors(found)) if isinstance(found, (tuple, list)) else [found]
        by_outcome = base in BY_OUTCOME or (self._here and called in BY_OUTCOME_HERE)
        told = {"outcome": [*map(numbers_of, outputs), numbers_of(args[0])]} if by_outcome else {}
        values = applied(row, read_args, {**read_kwargs, **told})
        if values[0] is NotImplemented:
            return self._by_others(func, name, args, kwargs)
        for k, output in enumerate(outputs):
            value = joined(values[k]) if k < len(values) else None
            ordered = value is None and _is_whole(output) and gives_places(base) and not self._here
            if ordered and isinstance(read_args[0], Traced):
                numbers, places = numbers_of(args[0]), numbers_of(output)
                refusal = functools.partial("unsupported: {}: {}".format, self._called(name))
                decided = of_order(base, read_args[0], numbers, places, read_args[1:], read_kwargs, refusal)
                self._storages.forget(output, name, decided)
                continue
            if callable(value):
                self._storages.forget(output, name, value)
                continue
            self._keep(output, value, changes and k == 0, name, k)
        return found

    def _by_others(self, func: Any, name: str, args: Any, kwargs: Any) -> Any:
        with self:
            found = decomposed(func, name, args, kwargs)
        if found is NotImplemented:
            raise Unsupported(no_row(name, any(t.is_complex() for t in tensors((args, kwargs)))))
        return found

    def _settled(self, given: Any) -> bool:
        """Whether tensors depend on no input, once those that a condition decides are constants under it."""
        for tensor in tensors(given):
            memory = self._storages.memory(tensor)
            if memory is not None and memory.decided is not None:
                condition = memory.decided()
                if condition is not None:
                    self._guards.append(condition)
                self._storages.drop(tensor)
        return not any(map(self._depends, tensors(given)))

    def _hold(self, condition: Tensor) -> None:
        """Take a condition, of which an outcome was used, for a constant; that it is this one is a guard."""
        if self._depends(condition):
            whole, outcome = self._storages.whole(condition)
            same = eq(as_number(whole), whole.lift(outcome.astype(float)))
            self._guards.append(all_joined(same, logical_and))
            self._storages.drop(condition)

    def _moved(self, func: Any, base: str, args: Any, kwargs: Any, found: Any) -> Any:
        if base == "_to_copy" and found.dtype is torch.bool and args[0].is_floating_point():
            values: list[Any] = [ne(self._storages.value(args[0]), 0)]
        else:
            values = moved(func, base, args, kwargs, self._storages.value, self._lift)
        in_place = found is None
        if in_place:
            found = carried_out(func, args, kwargs)
        outputs = list(tensors(found))
        for k, (output, value) in enumerate(zip(outputs, values, strict=True)):
            if value is None:
                continue
            if base == "_to_copy":
                value = fitted(value, args[0].is_complex(), output.is_complex())
            given = as_number(value) if output.is_floating_point() else value
            self._keep(output, given, in_place, base, k)
        return found

    def _depends(self, given: Any) -> bool:
        return isinstance(given, Tensor) and self.follows(given)

    def _keep(self, output: Tensor, value: Any, in_place: bool, name: str, position: int) -> None:
        """Note what an output holds; of what no node says it, that it is lost."""
        if not isinstance(output, Tensor) or not output.numel():
            return
        if _is_whole(output) and self._here and not isinstance(value, np.ndarray):
            return
        if _is_whole(output) and isinstance(value, Traced):
            self._storages.forget(output, name, of_numbers(value, numbers_of(output)))
            return
        if value is None or (_is_whole(output) and not isinstance(value, np.ndarray)):
            kind = "whole numbers" if _is_whole(output) else f"output {position}"
            self._storages.forget(
                output, self._refusal(name, f"its {kind} cannot be followed, and something uses them")
            )
            return
        counted = output.is_floating_point() or output.is_complex()
        rounds = counted and output.dtype not in (torch.float64, torch.complex128)
        if rounds and not (isinstance(value, Traced) and value.is_condition):
            format = str(output.dtype).removeprefix("torch.")
            if not self._here or format not in FORMATS:
                raise Unsupported(f"it rounds to {format}: compute in the dtype of the inputs")
            self._origins.rounded.setdefault(format, f"{self._called(name)} rounds to {format}")
        if isinstance(value, np.ndarray):
            if in_place:
                self._storages.write(output, value)
            return
        shape = value.places.shape if isinstance(value, Excluded) else value.shape
        if shape != geometry(output).shape:
            raise Unsupported(f"the row gives shape {shape}, torch {tuple(output.shape)}")
        self._storages.write(output, value) if in_place else self._storages.note(output, value)

    def _guarded(self, func: Any, args: Any) -> Any:
        """A number that leaves for Python: an answer of yes or no is a condition that must hold, others are refused."""
        value = self._storages.value(args[0])
        if args[0].dtype is not torch.bool:
            raise Unsupported(
                "a number leaves for Python (float(), NumPy, a compiled function): use .item(), or torch.where"
            )
        found = carried_out(func, args, {})
        self._guards.append(value if found else logical_not(value))
        return found


def _is_whole(output: Any) -> bool:
    """Whether a tensor holds whole numbers."""
    if not isinstance(output, Tensor) or output.is_complex():
        return False
    return not output.is_floating_point() and output.dtype is not torch.bool


def _values(given: Any) -> Iterator[Any]:
    if isinstance(given, (list, tuple)):
        for item in given:
            yield from _values(item)
    elif isinstance(given, Mapping):
        yield from _values(list(given.values()))
    else:
        yield given
