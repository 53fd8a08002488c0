"""How a tensor lies in memory: the same numbers, other strides.

What lies around them is NaN, or a number that no context has: it shows in a result when it is read, and in its bytes
when it is written.
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
    text:
        The same in torch, of a tensor ``x``.
    """

    name: str
    words: str
    lay: Callable[[Tensor], Tensor]
    fits: Callable[[tuple[int, ...]], bool]
    text: str


def _around(x: Tensor, shape: tuple[int, ...], window: tuple[slice, ...]) -> Tensor:
    """The numbers in a window of something larger."""
    # In small formats a number: torch's own products of bfloat16 matrices (2.13, on the CPU) read what lies beside a
    # strided operand and multiply it by zero.
    beside = float("nan") if x.dtype in (torch.float64, torch.float32) else 64.0
    larger = torch.full(shape, beside, dtype=x.dtype, device=x.device) if x.is_floating_point() else x.new_zeros(shape)
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


def _first(shape: tuple[int, ...]) -> bool:
    return len(shape) > 1 and shape[0] > 1 and _some(shape)


def _last(shape: tuple[int, ...]) -> bool:
    return len(shape) > 1 and shape[-1] > 1 and _some(shape)


def _channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)


def _axes(least: int) -> Callable[[tuple[int, ...]], bool]:
    return lambda shape: sum(n > 1 for n in shape) >= least and 0 not in shape


def _some(shape: tuple[int, ...]) -> bool:
    return len(shape) > 0 and 0 not in shape


_PAD = "torch.nn.functional.pad"
ROWS = (
    Layout("contiguous", "is contiguous", lambda x: x, lambda shape: True, "{x}"),
    Layout(
        "transposed",
        "is transposed",
        _transposed,
        _axes(2),
        "{x}.transpose({a}, -1).contiguous().transpose({a}, -1)",
    ),
    Layout(
        "expanded",
        "is expanded (stride 0)",
        _single,
        _axes(1),
        "{x}.reshape(-1)[:1].reshape({ones}).expand({shape})",
    ),
    Layout("strided", "is strided", _strided, _axes(1), "{x}.repeat_interleave(2, -1)[..., ::2]"),
    Layout(
        "slice",
        "is a slice of something larger",
        _slice,
        _some,
        _PAD + "({x}, [1] * 2 * {dim}, value=float('nan'))[(slice(1, -1),) * {dim}]",
    ),
    Layout(
        "piece",
        "is a piece of a longer last axis",
        _rows,
        _axes(2),
        _PAD + "({x}, ({n}, {n}), value=float('nan'))[..., {n}:-{n}]",
    ),
    Layout(
        "misaligned",
        "is misaligned by one element",
        _misaligned,
        _some,
        _PAD + "({x}.reshape(-1), (1, 1))[1:-1].view({shape})",
    ),
    Layout("expanded first", "is expanded along its first axis", _expanded(0), _first, "{x}[:1].expand({shape})"),
    Layout(
        "expanded last",
        "is expanded along its last axis",
        _expanded(-1),
        _last,
        "{x}[..., :1].contiguous().expand({shape})",
    ),
    Layout(
        "reversed axes",
        "has its axes in reverse order in memory",
        _reversed,
        lambda shape: len(shape) > 2 and _axes(2)(shape),
        "{x}.permute({order}).contiguous().permute({order})",
    ),
    Layout(
        "channels last",
        "is channels-last",
        _channels_last,
        lambda shape: len(shape) == 4 and shape[1] > 1 and shape[2] * shape[3] > 1 and 0 not in shape,
        "{x}.contiguous(memory_format=torch.channels_last)",
    ),
)
LAYOUTS = {row.name: row for row in ROWS}


def written(x: str, shape: tuple[int, ...], name: str) -> str:
    """A layout as an expression of torch, of a tensor that is written as ``x``."""
    row = LAYOUTS[name]
    if not row.fits(shape):
        return x
    axis = -2 if len(shape) > 1 and shape[-1] > 1 and shape[-2] > 1 else 0
    order = tuple(range(len(shape)))[::-1]
    return row.text.format(
        x=x, shape=shape, ones=(1,) * len(shape), n=shape[-1] if shape else 1, dim=len(shape), a=axis, order=order
    )


def surroundings(x: Tensor) -> Tensor:
    """All numbers of a tensor's storage, in their order: what nobody may change."""
    whole = x.detach()
    return torch.as_strided(whole, (whole.untyped_storage().nbytes() // whole.element_size(),), (1,), 0)
