"""Fourier transforms of sections of a signal, under the names and with the arguments of torch."""

from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.on_arrays.common import reshape, scatter_add
from diffcheck.ops.on_arrays.fourier import fft, irfft, rfft
from diffcheck.ops.on_arrays.padding import pad


def _window(window: Any, win_length: int | None, n_fft: int) -> Any:
    """The window with zeros around it, as long as a section."""
    length = n_fft if win_length is None else win_length
    if not 0 < length <= n_fft or (window is not None and tuple(window.shape) != (length,)):
        raise CaseError(
            f"a window of {length} for sections of {n_fft}: it must have win_length elements, n_fft at most"
        )
    before = (n_fft - length) // 2
    return pad(np.ones(length) if window is None else window, [(before, n_fft - length - before)])


def _fitting(numbers: Any, x: Any) -> Any:
    """Numbers that nothing is traced of in the precision of an array."""
    return numbers.astype(x.dtype) if isinstance(numbers, np.ndarray) and isinstance(x, np.ndarray) else numbers


def _tensor(torch: Any, window: Any, length: int, like: Any) -> Any:
    """The window as a tensor; none is one of ones, for torch warns where there is none."""
    return torch.as_tensor(np.ones(length) if window is None else window, dtype=like.dtype, device=like.device)


def _demand_complex(return_complex: bool) -> None:
    if not return_complex:
        raise CaseError("stft: return_complex=False: the transforms are complex: write real and imag of them")


def _stft_torch(
    torch: Any, x: Any, n_fft: int, *given: Any, window: Any = None, return_complex: bool = True, **options: Any
) -> Any:
    _demand_complex(return_complex)
    whole = _tensor(torch, window, _length(n_fft, *given, **options), x)
    return torch.stft(x, n_fft, *given, window=whole, return_complex=True, **options)


def _length(n_fft: int, hop_length: int | None = None, win_length: int | None = None, **_: Any) -> int:
    return n_fft if win_length is None else win_length


@composite(torch=_stft_torch)
def stft(
    x: Any,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    *,
    window: Any = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool = True,
    return_complex: bool = True,
) -> Any:
    """The complex Fourier transforms of sections of real signals, one section for each column."""
    _demand_complex(return_complex)
    shape, hop = x.shape, n_fft // 4 if hop_length is None else hop_length
    rows = reshape(x, (-1, shape[-1]))
    if center:
        rows = pad(rows, [(0, 0), (n_fft // 2, n_fft // 2)], mode=pad_mode)
    if rows.shape[-1] < n_fft or hop < 1:
        raise CaseError(f"stft: sections of {n_fft}, {hop} apart, of {rows.shape[-1]} elements: there are none")
    starts = np.arange(0, rows.shape[-1] - n_fft + 1, hop)
    sections = rows[:, starts[:, None] + np.arange(n_fft)] * _fitting(_window(window, win_length, n_fft), rows)
    found = (rfft if onesided else fft)(sections, norm="ortho" if normalized else "backward").swapaxes(-1, -2)
    return reshape(found, (*shape[:-1], *found.shape[1:]))


def _istft_torch(torch: Any, x: Any, n_fft: int, *given: Any, window: Any = None, **options: Any) -> Any:
    whole = _tensor(torch, window, _length(n_fft, *given, **options), x.real)
    return torch.istft(x, n_fft, *given, window=whole, **options)


@composite(torch=_istft_torch)
def istft(
    x: Any,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    *,
    window: Any = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool = True,
    length: int | None = None,
) -> Any:
    """The real signals whose sections have these transforms, as nearly as they can: the least squares of `stft`."""
    shape, hop = x.shape, n_fft // 4 if hop_length is None else hop_length
    spectra, norm = reshape(x, (-1, *shape[-2:])).swapaxes(-1, -2), "ortho" if normalized else "backward"
    # Of all of a transform torch takes the first half as well.
    whole = irfft(spectra if onesided else spectra[..., : n_fft // 2 + 1], n_fft, norm=norm)
    weights = _fitting(_window(window, win_length, n_fft), whole)
    count, batch = shape[-1], whole.shape[0]
    size = n_fft + hop * (count - 1)
    places = (hop * np.arange(count)[:, None] + np.arange(n_fft)).ravel()
    many = size * np.arange(batch)[:, None] + places
    summed = scatter_add(_fitting(np.zeros(batch * size), whole), 0, many.ravel(), reshape(whole * weights, (-1,)))
    squares = reshape(weights * weights + np.zeros((count, n_fft), np.int8), (-1,))
    envelope = scatter_add(_fitting(np.zeros(size), whole), 0, places, squares)
    first = n_fft // 2 if center else 0
    last = size - first if length is None else first + length
    if last > size:
        raise CaseError(f"istft: length={length}: the sections hold {size - first} elements")
    weight = envelope[first:last]
    if isinstance(weight, np.ndarray) and not weight.all():
        raise CaseError("istft: some elements lie in no window: give one without zeros, or sections that overlap more")
    return reshape(reshape(summed, (batch, size))[:, first:last] / weight, (*shape[:-2], -1))
