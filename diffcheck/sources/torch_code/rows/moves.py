"""What only moves elements: torch's own kernel moves their numbers, and so says where each comes from."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from diffcheck.errors import Unsupported
from diffcheck.ops.structure import Index
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.memory import Excluded, Value
from diffcheck.sources.torch_code.rows.registry import as_number, named
from diffcheck.sources.torch_code.storages import tensors

# For each operation the positions of the arguments whose elements are moved. All others are the same at every point.
MOVED: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(
        named(
            "clone contiguous lift_fresh_copy _to_copy _unsafe_view view_copy expand_copy permute_copy alias_copy "
            "detach_copy squeeze_copy unsqueeze_copy transpose_copy t_copy slice_copy select_copy cat stack repeat "
            "flip roll rot90 index _unsafe_index index_select gather take embedding tril triu diag_embed "
            "diagonal_copy unfold unfold_copy im2col pixel_shuffle pixel_unshuffle channel_shuffle masked_select "
            "reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d "
            "replication_pad3d repeat_interleave upsample_nearest1d upsample_nearest2d split_with_sizes_copy "
            "unbind_copy trace_copy _reshape_copy as_strided_copy _pack_padded_sequence"
        ),
        (0,),
    ),
    "copy": (0, 1),
    "_pad_packed_sequence": (0, 3),
    "constant_pad_nd": (0, 2),
    "where": (1, 2),
    "masked_fill": (0, 2),
    "index_fill": (0, 3),
    "index_put": (0, 2),
    "_unsafe_index_put": (0, 2),
    "index_copy": (0, 3),
    "put": (0, 2),
    "scatter": (0, 3),
    "slice_scatter": (0, 1),
    "select_scatter": (0, 1),
    "diagonal_scatter": (0, 1),
    "as_strided_scatter": (0, 1),
    "masked_scatter": (0, 2),
    "fill": (0, 1),
}
# What adds up where an element arrives more than once.
_ADDS = {"index_put": 3, "_unsafe_index_put": 3, "put": 3}
# With a condition that depends on an input these are no moves.
_CONDITIONS = {"where": 0, "masked_fill": 1}


def is_move(base: str, args: Sequence[Any], depends: Callable[[Any], bool], infinite: Callable[[Any], bool]) -> bool:
    """Whether an operation only moves elements, by places that are the same wherever the recording holds.

    What chooses between numbers by a condition is a function of it; what chooses between numbers and infinity is not.
    """
    if base not in MOVED:
        return False
    if base in _CONDITIONS and depends(args[_CONDITIONS[base]]):
        return any(infinite(args[k]) for k in MOVED[base] if k < len(args))
    return not (base in _ADDS and len(args) > _ADDS[base] and args[_ADDS[base]])


def choices(base: str, args: Sequence[Any]) -> Iterator[torch.Tensor]:
    """The conditions among the arguments that say where elements go."""
    for given in (a for k, a in enumerate(args) if k not in MOVED[base]):
        yield from (t for t in tensors(given) if t.dtype is torch.bool)


def moved(
    func: Any, base: str, args: Sequence[Any], kwargs: dict[str, Any], read: Callable[[Any], Any], lift: Any
) -> list[Value | None]:
    """What each output of a move holds; ``None`` of whole numbers beside it, which are the same at every point."""
    elements = _Elements(read, lift)
    labelled = [elements.label(a) if k in MOVED[base] else _fixed(a, read) for k, a in enumerate(args)]
    options = {k: _fixed(v, read) for k, v in kwargs.items() if k not in ("dtype", "value", "layout", "device")}
    if "value" in kwargs:
        options["value"] = elements.label(kwargs["value"]).item()
    if base == "constant_pad_nd" and len(args) < 3:
        labelled.append(0.0)
    with torch.no_grad():
        found = func(*labelled, **options)
    outputs = found if isinstance(found, (tuple, list)) else [found]
    return [elements.at(o) if o.is_floating_point() or o.is_complex() else None for o in outputs]


def _fixed(given: Any, read: Callable[[Any], Any]) -> Any:
    """An argument that says where elements go: it must not depend on an input."""
    if isinstance(given, torch.Tensor) and not isinstance(read(given), np.ndarray):
        raise Unsupported("where elements go depends on an input")
    if isinstance(given, (list, tuple)):
        return [_fixed(g, read) for g in given]
    return given


class _Elements:
    """All elements that an operation moves, numbered one after another; 0 stands for the number zero."""

    def __init__(self, read: Callable[[Any], Any], lift: Any) -> None:
        self._read = read
        self._lift = lift
        self._flat: list[Any] = []
        self._excluded: list[Any] = []
        self._senseless: list[Any] = []
        self._count = 0

    def label(self, given: Any) -> Any:
        """The numbers of an argument's elements, in its place; a list of tensors is one of arguments."""
        if isinstance(given, (list, tuple)):
            return [self.label(g) for g in given]
        value = self._read(given) if isinstance(given, torch.Tensor) else np.asarray(given)
        if isinstance(value, Excluded):
            shape, flat = value.values.shape, value.values
            excluded = np.where(value.places, 1 if value.above else -1, 0)
            senseless = np.zeros(shape, bool)
        elif isinstance(value, np.ndarray):
            finite = np.isfinite(value) if value.dtype.kind == "f" else np.ones(value.shape, bool)
            shape, flat = value.shape, self._lift(np.where(finite, value, 0))
            senseless = ~finite & np.isnan(value) if value.dtype.kind == "f" else ~finite
            excluded = np.where(finite | senseless, 0, np.where(value > 0, 1, -1))
        else:
            shape, excluded, flat = value.shape, np.zeros(value.shape, int), as_number(value)
            flat = value if isinstance(given, torch.Tensor) and given.dtype is torch.bool else flat
            senseless = np.zeros(shape, bool)
        size = int(np.prod(shape, dtype=int))
        labels = torch.arange(self._count + 1, self._count + size + 1, dtype=torch.float64).reshape(shape)
        self._count += size
        self._flat.append(flat.ravel())
        self._excluded.append(excluded.ravel())
        self._senseless.append(senseless.ravel())
        labels = torch.view_as_complex(labels) if isinstance(given, torch.Tensor) and given.is_complex() else labels
        return labels if isinstance(given, torch.Tensor) else labels.item()

    def at(self, labels: torch.Tensor) -> Value:
        """The elements with these numbers."""
        parts = torch.view_as_real(labels) if labels.is_complex() else labels
        numbers = np.array(parts.numpy()).astype(np.intp) - 1
        present = numbers >= 0
        places = np.where(present, numbers, 0)
        if (np.concatenate(self._senseless)[places] & present).any():
            raise Unsupported("NaN goes into it")
        first, *others = self._flat
        starts = np.cumsum([0, *(part.size for part in self._flat)])
        whole = None
        for part, start in zip(self._flat, starts[:-1].tolist(), strict=True):
            # What comes from one argument alone needs no other.
            if present.all() and (places >= start).all() and (places < start + part.size).all():
                whole, places = part, places - start
                excluded = np.concatenate(self._excluded)[places + start]
        if whole is None:
            whole = first if not others else first.concatenate(self._flat, 0)
            excluded = np.concatenate(self._excluded)[places] * present
        values = whole[places]
        if not present.all():
            builder = values._builder
            values = Traced(builder, builder.move("masked", (Index(present),), values.node))
        if len(np.unique(excluded[excluded != 0])) > 1:
            raise Unsupported("both infinities go into it")
        return Excluded(values, excluded != 0, bool((excluded > 0).any())) if excluded.any() else values
