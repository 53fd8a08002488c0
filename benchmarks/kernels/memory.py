"""What kernels do with addresses and precisions, in terms of tensors."""

import itertools
from collections.abc import Sequence

import torch

Tensor = torch.Tensor


def wide(t: Tensor) -> Tensor:
    """The numbers in at least single precision, in which good kernels compute."""
    return t if t.dtype == torch.float64 else t.float()


def narrow(value: Tensor, *inputs: Tensor) -> Tensor:
    """The value in the precision that torch gives to a result of these inputs."""
    dtype = inputs[0].dtype
    for other in inputs[1:]:
        dtype = torch.promote_types(dtype, other.dtype)
    return value.to(dtype)


def storage(t: Tensor) -> Tensor:
    """Everything that lies in the memory of a tensor, as a vector."""
    return t.as_strided((t.untyped_storage().nbytes() // t.element_size(),), (1,), 0)


def read(t: Tensor, sizes: Sequence[int], strides: Sequence[int]) -> Tensor:
    """What a kernel finds that starts at the first element and goes by these strides; zeros beyond the memory."""
    places = torch.tensor(int(t.storage_offset()))
    for size, stride in zip(sizes, strides, strict=True):
        places = places[..., None] + stride * torch.arange(size)
    there = storage(t)
    inside = places < len(there)
    return torch.where(inside, there[torch.where(inside, places, 0)], 0) if len(there) else t.new_zeros(tuple(sizes))


def side_by_side(sizes: Sequence[int]) -> list[int]:
    """The strides of a contiguous tensor."""
    return [*itertools.accumulate(reversed(sizes[1:]), lambda a, b: a * b, initial=1)][::-1] if sizes else []


def memory(t: Tensor) -> Tensor:
    """What a kernel finds that takes the elements to lie side by side."""
    return read(t, t.shape, side_by_side(t.shape))


def power_of_two(n: int) -> int:
    """The least power of two that is not below ``n``: how many lanes a block has."""
    return 1 << max(n - 1, 0).bit_length()


def padded(t: Tensor, size: int, value: float = 0.0) -> Tensor:
    """A tensor whose last axis is filled up to ``size``."""
    return torch.nn.functional.pad(t, (0, size - t.shape[-1]), value=value)
