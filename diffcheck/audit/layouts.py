"""How a tensor lies in memory: the same numbers, other strides.

Whatever lies around them is NaN, which shows in a result when it is read, and in its bytes when it is written.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

Tensor = torch.Tensor


@dataclass(frozen=True, slots=True)
class Layout:
    """A way to lay out a tensor.

    Attributes
    ----------
    lay:
        Gives a tensor of the same shape, with the same numbers but where a stride is zero.
    fits:
        Whether it differs from a contiguous one for this shape.
    """

    name: str
    words: str
    lay: Callable[[Tensor], Tensor]
    fits: Callable[[tuple[int, ...]], bool]


def _around(x: Tensor, shape: tuple[int, ...], window: tuple[slice, ...]) -> Tensor:
    """The numbers in a window of something larger."""
    larger = torch.full(shape, float("nan"), dtype=x.dtype) if x.is_floating_point() else x.new_zeros(shape)
    larger[window] = x
    return larger[window]


def _transposed(x: Tensor) -> Tensor:
    a, b = (-1, -2) if x.shape[-1] > 1 and x.shape[-2] > 1 else (0, -1)
    return x.transpose(a, b).contiguous().transpose(a, b)


def _reversed(x: Tensor) -> Tensor:
    order = tuple(range(x.dim()))[::-1]
    return x.permute(order).contiguous().permute(order)


def _strided(x: Tensor) -> Tensor:
    shape = (*x.shape[:-1], 2 * x.shape[-1])
    return _around(x, shape, (*(slice(None),) * (x.dim() - 1), slice(None, None, 2)))


def _slice(x: Tensor) -> Tensor:
    return _around(x, tuple(n + 2 for n in x.shape), tuple(slice(1, n + 1) for n in x.shape))


def _rows(x: Tensor) -> Tensor:
    """Part of a fused product: the last axis is a piece of a longer one, as ``qkv.chunk(3, -1)`` gives."""
    n = x.shape[-1]
    return _around(x, (*x.shape[:-1], 3 * n), (*(slice(None),) * (x.dim() - 1), slice(n, 2 * n)))


def _misaligned(x: Tensor) -> Tensor:
    n = x.numel()
    return _around(x.reshape(-1), (n + 2,), (slice(1, n + 1),)).view(x.shape)


def _expanded(axis: int) -> Callable[[Tensor], Tensor]:
    def lay(x: Tensor) -> Tensor:
        at = axis if axis >= 0 else x.dim() + axis
        return x.narrow(at, 0, 1).contiguous().expand(x.shape)

    return lay


def _single(x: Tensor) -> Tensor:
    return x.reshape(-1)[:1].clone().reshape((1,) * x.dim()).expand(x.shape)


def _channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)


def _axes(least: int) -> Callable[[tuple[int, ...]], bool]:
    return lambda shape: sum(n > 1 for n in shape) >= least and 0 not in shape


def _some(shape: tuple[int, ...]) -> bool:
    return len(shape) > 0 and 0 not in shape


ROWS = (
    Layout("contiguous", "is contiguous", lambda x: x, lambda shape: True),
    Layout("transposed", "is transposed", _transposed, _axes(2)),
    Layout("expanded", "is expanded (stride 0)", _single, lambda shape: _axes(1)(shape)),
    Layout("strided", "is strided", _strided, _axes(1)),
    Layout("slice", "is a slice of something larger", _slice, _some),
    Layout("piece", "is a piece of a longer last axis", _rows, _axes(2)),
    Layout("misaligned", "is misaligned by one element", _misaligned, _some),
    Layout(
        "expanded first",
        "is expanded along its first axis",
        _expanded(0),
        lambda s: len(s) > 1 and s[0] > 1 and _some(s),
    ),
    Layout(
        "expanded last",
        "is expanded along its last axis",
        _expanded(-1),
        lambda s: len(s) > 1 and s[-1] > 1 and _some(s),
    ),
    Layout("reversed axes", "has its axes in reverse order in memory", _reversed, lambda s: len(s) > 2 and _axes(2)(s)),
    Layout(
        "channels last",
        "is channels-last",
        _channels_last,
        lambda shape: len(shape) == 4 and shape[1] > 1 and shape[2] * shape[3] > 1 and 0 not in shape,
    ),
)
LAYOUTS = {row.name: row for row in ROWS}


def surroundings(x: Tensor) -> Tensor:
    """All numbers of a tensor's storage, in their order: what nobody may change."""
    whole = x.detach()
    return torch.as_strided(whole, (whole.untyped_storage().nbytes() // whole.element_size(),), (1,), 0)
