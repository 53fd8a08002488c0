"""What lies under a kernel as columns, and columns added up where they lay, under PyTorch's names and conventions."""

import itertools
from collections.abc import Sequence
from typing import Any

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.layers.convolution import Lengths, at_least, windows
from diffcheck.ops.on_arrays.common import reshape
from diffcheck.ops.on_arrays.padding import pad


@composite(torch=lambda torch, x, *arguments, **options: torch.nn.functional.unfold(x, *arguments, **options))
def unfold(x: Any, kernel_size: Lengths, dilation: Lengths = 1, padding: Lengths = 0, stride: Lengths = 1) -> Any:
    """What lies under a kernel over images, a column for each position; shape ([batch,] channels kernel, positions)."""
    if len(x.shape) not in (3, 4):
        raise CaseError(f"unfold: x has shape {tuple(x.shape)}: it must be ([batch,] channels, height, width)")
    kernel, step, strides = at_least(1, "unfold", 2, kernel_size=kernel_size, dilation=dilation, stride=stride)
    (around,) = at_least(0, "unfold", 2, padding=padding)
    many = reshape(x, (-1, *x.shape[-3:]))
    padded = pad(many, [(0, 0), (0, 0), *((p, p) for p in around)])
    places = windows("unfold", padded.shape, kernel, strides, step).transpose(0, 1, 4, 5, 2, 3)
    batch, channels = many.shape[:2]
    found = reshape(padded, -1)[places.reshape(batch, channels * kernel[0] * kernel[1], -1)]
    return found if len(x.shape) == 4 else found[0]


@composite(torch=lambda torch, x, *arguments, **options: torch.nn.functional.fold(x, *arguments, **options))
def fold(
    x: Any,
    output_size: Lengths,
    kernel_size: Lengths,
    dilation: Lengths = 1,
    padding: Lengths = 0,
    stride: Lengths = 1,
) -> Any:
    """Images of this height and width from columns as those of unfold: where columns overlap they are added up."""
    kernel, step, strides = at_least(1, "fold", 2, kernel_size=kernel_size, dilation=dilation, stride=stride)
    (around,), (sizes,) = at_least(0, "fold", 2, padding=padding), at_least(1, "fold", 2, output_size=output_size)
    lengths = [n + 2 * p for n, p in zip(sizes, around, strict=True)]
    positions = [
        max(0, (n - d * (k - 1) - 1) // s + 1) for n, d, k, s in zip(lengths, step, kernel, strides, strict=True)
    ]
    count, area = positions[0] * positions[1], kernel[0] * kernel[1]
    if len(x.shape) not in (2, 3) or not count or x.shape[-1] != count or x.shape[-2] % area:
        raise CaseError(
            f"fold: x has shape {tuple(x.shape)}: for output_size {output_size} it must be ([batch,] a multiple of "
            f"{area}, {count}): channels times kernel, and positions"
        )
    parts = reshape(x, (-1, x.shape[-2] // area, *kernel, *positions))
    found = cropped(spread(parts, lengths, strides, step), around)
    return found if len(x.shape) == 3 else found[0]


def spread(parts: Any, lengths: Sequence[int], stride: Sequence[int], step: Sequence[int]) -> Any:
    """Parts (batch, channels, kernel ..., positions ...) added up where they lie: (batch, channels, lengths ...)."""
    axes = len(lengths)
    kernel, positions = parts.shape[2 : 2 + axes], parts.shape[2 + axes :]
    reach = [(n - 1) * s + 1 for n, s in zip(positions, stride, strict=True)]
    found: Any = None
    for place in itertools.product(*map(range, kernel)):
        before = [d * k for d, k in zip(step, place, strict=True)]
        behind = [n - b - r for n, b, r in zip(lengths, before, reach, strict=True)]
        apart = _apart(parts[(slice(None), slice(None), *place)], stride)
        there = pad(apart, [(0, 0), (0, 0), *zip(before, behind, strict=True)])
        found = there if found is None else found + there
    return found


def _apart(x: Any, stride: Sequence[int]) -> Any:
    """The elements of the last axes with one less zeros between them than the strides."""
    before, positions = x.shape[: -len(stride)], x.shape[-len(stride) :]
    if set(stride) == {1}:
        return x
    single = reshape(x, (*before, *(m for n in positions for m in (n, 1))))
    none = [(0, 0)] * len(before)
    behind = pad(single, [*none, *(width for s in stride for width in ((0, 0), (0, s - 1)))])
    joined = reshape(behind, (*before, *(n * s for n, s in zip(positions, stride, strict=True))))
    return joined[(..., *(slice(0, (n - 1) * s + 1) for n, s in zip(positions, stride, strict=True)))]


def cropped(x: Any, around: Sequence[int]) -> Any:
    """Without so many elements at both ends of the last axes."""
    return x[(..., *(slice(p, n - p) for p, n in zip(around, x.shape[-len(around) :], strict=True)))]
