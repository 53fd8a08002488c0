"""Transposed convolutions under PyTorch's names: every element puts the kernel, times itself, where it lies."""

from collections.abc import Sequence
from typing import Any

from diffcheck.errors import CaseError
from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.layers.convolution import Lengths, at_least
from diffcheck.ops.layers.patches import cropped, spread
from diffcheck.ops.on_arrays.common import matmul, permute, reshape


def _row(axes: int) -> Composite:
    name = f"conv_transpose{axes}d"

    def torch_side(torch: Any, *arguments: Any, **options: Any) -> Any:
        return getattr(torch.nn.functional, name)(*arguments, **options)

    def transposed(
        x: Any,
        w: Any,
        bias: Any = None,
        stride: Lengths = 1,
        padding: Lengths = 0,
        output_padding: Lengths = 0,
        groups: int = 1,
        dilation: Lengths = 1,
    ) -> Any:
        _demand(name, axes, x.shape, w.shape, groups)
        steps, step = at_least(1, name, axes, stride=stride, dilation=dilation)
        around, more = at_least(0, name, axes, padding=padding, output_padding=output_padding)
        if any(m >= max(s, d) for m, s, d in zip(more, steps, step, strict=True)):
            raise CaseError(
                f"{name}: output_padding {more} with stride {steps} and dilation {step}: it must be smaller than "
                "one of them"
            )
        many = x if len(x.shape) == axes + 2 else reshape(x, (1, *x.shape))
        lengths = [
            (n - 1) * s + d * (k - 1) + 1 + m
            for n, s, d, k, m in zip(many.shape[2:], steps, step, w.shape[2:], more, strict=True)
        ]
        if any(n <= 2 * p for n, p in zip(lengths, around, strict=True)):
            raise CaseError(f"{name}: padding {around} takes all of the lengths {tuple(lengths)} away: use less")
        found = cropped(spread(_parts(many, w, groups), lengths, steps, step), around)
        if bias is not None:
            found = found + reshape(bias, (-1, *(1,) * axes))
        return found if len(x.shape) == axes + 2 else found[0]

    transposed.__name__ = name
    transposed.__doc__ = f"The transpose of convolution over {axes} axes: of x (batch, channels, ...) with w."
    return composite(torch=torch_side)(transposed)


def _demand(name: str, axes: int, x: Sequence[int], w: Sequence[int], groups: int) -> None:
    """The shapes fit together."""
    fits = len(x) in (axes + 1, axes + 2) and len(w) == axes + 2
    if not fits or groups < 1 or x[-axes - 1] != w[0] or w[0] % groups:
        raise CaseError(
            f"{name}: x has shape {tuple(x)}, w {tuple(w)}, with {groups} group(s): x must be "
            f"([batch,] channels, {axes} lengths), w (a multiple of the groups, results / groups, {axes} lengths)"
        )


def _parts(x: Any, w: Any, groups: int) -> Any:
    """The kernel times every element, added up over channels; shape (batch, results, kernel ..., positions ...)."""
    batch, channels, *positions = x.shape
    rows = reshape(w, (groups, channels // groups, -1)).swapaxes(1, 2)
    columns = reshape(permute(reshape(x, (batch, channels, -1)), (1, 0, 2)), (groups, channels // groups, -1))
    # Without groups the plain product of two matrices.
    found = matmul(rows, columns) if groups > 1 else matmul(rows[0], columns[0])
    kernel = tuple(w.shape[2:])
    apart = reshape(found, (groups * w.shape[1], *kernel, batch, *positions))
    axes = len(kernel)
    return permute(apart, (1 + axes, *range(1 + axes), *range(2 + axes, 2 + 2 * axes)))


conv_transpose1d, conv_transpose2d, conv_transpose3d = map(_row, (1, 2, 3))
