"""How far a result or a gradient is from the right one, in units of what is suspicious."""

from collections.abc import Sequence

import torch

Tensor = torch.Tensor
# Of the digits of a format half may go before a context looks suspicious; in formats with few, some roundings.
_ROUNDINGS = 16.0
_ROUNDOFF = torch.finfo(torch.float64).eps / 2
# A component that is smaller than the largest by more than this is looked at in the size of the largest.
_SMALL = 1e-6


def largest_of(gradient: Tensor, incoming: Sequence[Tensor]) -> float:
    """The largest number of a gradient; of what comes in, where the gradient is nothing but rounding.

    Of terms that cancel altogether each leaves a rounding, in the size of what they are made of.
    """
    largest = float(gradient.abs().max()) if gradient.numel() else 0.0
    into = max((float(g.abs().nan_to_num().max()) for g in incoming if g.numel()), default=0.0)
    return into if largest <= gradient.numel() * _ROUNDOFF * into else largest


def distance(a: Tensor, b: Tensor, format: str, incoming: Sequence[Tensor] = ()) -> float:
    """The largest error, in units of what is suspicious, in the size of the numbers."""
    if a.shape != b.shape:
        return float("inf")
    if not a.numel():
        return 0.0
    known = b.isfinite()
    if not bool(known.any()):
        return 0.0
    a, b = a[known], b[known]
    if not bool(a.isfinite().all()):
        return float("inf")
    unit = torch.finfo(getattr(torch, format)).eps / 2
    size = b.abs()
    largest = largest_of(b, incoming)
    part = _SMALL if format == "float64" and largest == float(size.max()) else 1.0
    floor = largest * part + torch.finfo(getattr(torch, format)).tiny
    error = float(((a - b).abs() / size.clamp(min=floor)).max())
    return float(error / max(unit**0.5 / 64, _ROUNDINGS * unit))
