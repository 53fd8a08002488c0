"""Fourier transforms under the names of NumPy and torch: products with the roots of unity, which are the exact numbers.

Of a transform along an axis of n elements the j-th is the sum over k of x_k exp(-2 pi i j k / n), with the other sign
back. ``n`` cuts off elements or adds zeros before; ``norm`` says where the factor 1/n stands: ``"backward"``,
``"forward"``, or its root on both sides, ``"ortho"``.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.complex_numbers.pairs import Formula, Pair, is_surely, pair
from diffcheck.ops.complex_numbers.parts import conj
from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.exact import constants_like, pi, rational
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.elementary import cos, sin
from diffcheck.ops.on_arrays.padding import pad
from diffcheck.ops.on_arrays.statistics import roll

TRANSFORMS: dict[str, Formula] = {}
_NORMS = ("backward", "ortho", "forward")


def turns(like: Any, n: int, numbers: Any) -> tuple[Any, Any]:
    """Cosines and sines of so many n-th parts of a turn: the exact numbers, no doubles."""
    quarter = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    found = []
    for k in range(n):
        if 4 * k % n == 0:
            found.append(quarter[4 * k // n])
        else:
            part = Fraction(2 * k, n)
            angle = pi * rational(part.numerator, part.denominator)
            found.append((cos(angle), sin(angle)))
    cosines, sines = (constants_like(like, column) for column in zip(*found, strict=True))
    return cosines[numbers % n], sines[numbers % n]


def along(x: Pair, axis: int, forward: bool) -> Pair:
    """The transform along an axis, without a factor; a second part that is zero for certain is left out."""
    re = x.re.swapaxes(axis, -1)
    n = re.shape[-1]
    cosine, sine = turns(re, n, np.outer(np.arange(n), np.arange(n)))
    sine = -sine if forward else sine
    if is_surely(0, x.im):
        found = re @ cosine, re @ sine
    else:
        im = x.im.swapaxes(axis, -1)
        found = re @ cosine - im @ sine, im @ cosine + re @ sine
    return Pair(*(part.swapaxes(axis, -1) for part in found))


def back_to_real(x: Pair, axis: int, n: int) -> Any:
    """N real numbers from the first half: all elements but the first, and the middle one, stand for two."""
    re, im = (part.swapaxes(axis, -1) for part in (x.re, x.im))
    frequencies = np.arange(n // 2 + 1)
    twice = np.where((frequencies == 0) | (2 * frequencies == n), 1, 2)
    cosine, sine = turns(re, n, np.outer(frequencies, np.arange(n)))
    return ((twice * re) @ cosine - (twice * im) @ sine).swapaxes(axis, -1)


def _fitted(x: Pair, axis: int, n: int | None, name: str) -> Pair:
    """With n elements along an axis: the first ones, or all and zeros."""
    if not -x.re.ndim <= axis < x.re.ndim:
        raise CaseError(f"{name}: no axis {axis} in an array of shape {x.re.shape}")
    place = range(x.re.ndim)[axis]
    if n is not None and n < 1:
        raise CaseError(f"{name}: n={n}: it must be one or more")
    more = 0 if n is None else n - x.re.shape[place]
    if more > 0:
        widths = [(0, more if a == place else 0) for a in range(x.re.ndim)]
        return Pair(pad(x.re, widths), pad(x.im, widths) if not is_surely(0, x.im) else 0)
    first = (*[slice(None)] * place, slice(n))
    return Pair(x.re[first], x.im[first] if not is_surely(0, x.im) else 0)


def _scaled(x: Any, n: int, norm: str, forward: bool, name: str) -> Any:
    if norm not in _NORMS:
        raise CaseError(f"{name}: unknown norm {norm!r}: choose from {', '.join(_NORMS)}")
    if norm == "ortho":
        return x / sqrt(n)
    return x / n if (norm == "forward") is forward else x


def _both(x: Pair, scaled: Callable[[Any], Any]) -> Pair:
    return Pair(scaled(x.re), scaled(x.im))


def _row(name: str, doc: str, formula: Callable[..., Any]) -> Composite:
    """The operation of a formula for pairs; real values are complex ones without a second part."""

    def torch_side(torch: Any, x: Any, n: Any = None, axis: Any = -1, norm: str = "backward") -> Any:
        return getattr(torch.fft, name)(x, n, axis, norm)

    def transform(x: Any, n: int | None = None, axis: int = -1, norm: str = "backward") -> Any:
        return row(x.as_complex(), n, axis, norm)

    def of_pair(x: Any, n: int | None = None, axis: int = -1, norm: str = "backward") -> Any:
        return formula(name, pair(x), n, axis, norm)

    transform.__name__, transform.__doc__ = name, doc
    row = composite(torch=torch_side, numpy=f"numpy.fft.{name}")(transform)
    TRANSFORMS[name] = of_pair
    return row


def _complex(forward: bool) -> Callable[..., Pair]:
    def formula(name: str, x: Pair, n: int | None, axis: int, norm: str) -> Pair:
        found = along(_fitted(x, axis, n, name), axis, forward)
        return _both(found, lambda part: _scaled(part, part.shape[axis], norm, forward, name))

    return formula


def _of_real(name: str, x: Pair, n: int | None, axis: int, norm: str) -> Pair:
    if not is_surely(0, x.im):
        raise CaseError(f"{name} takes real numbers: fft takes complex ones")
    found = along(_fitted(x, axis, n, name), axis, True)
    length = found.re.shape[axis]
    half = (*[slice(None)] * range(found.re.ndim)[axis], slice(length // 2 + 1))
    return _both(found, lambda part: _scaled(part[half], length, norm, True, name))


def _to_real(name: str, x: Pair, n: int | None, axis: int, norm: str) -> Any:
    n = 2 * (x.re.shape[axis] - 1) if n is None else n
    half = _fitted(x, axis, n // 2 + 1, name)
    found = back_to_real(Pair(half.re, half.re * 0 if is_surely(0, half.im) else half.im), axis, n)
    return _scaled(found, n, norm, False, name)


fft = _row("fft", "The Fourier transform along an axis", _complex(True))
ifft = _row("ifft", "The transform back from that of `fft`", _complex(False))
rfft = _row("rfft", "The first half of the Fourier transform of real numbers, from which the other follows", _of_real)
irfft = _row("irfft", "The real numbers, an even count of them or n, of which `rfft` gives these", _to_real)


# What a transform over several axes does one after another: a function of the array, pairs of an axis and how many
# elements it shall have, and the norm.
Passes = Callable[[Any, Sequence[tuple[int, int | None]], str], Any]


def _over(name: str, doc: str, passes: Passes, ordinary: Sequence[int] | None, numpy: str = "numpy.fft") -> Composite:
    """A transform over several axes; ``s`` is for each what ``n`` is for one."""

    def torch_side(torch: Any, x: Any, s: Any = None, axes: Any = ordinary, norm: str = "backward") -> Any:
        return getattr(torch.fft, name)(x, s=s, dim=_named(x, axes), norm=norm)

    def transform(x: Any, s: Any = None, axes: Any = ordinary, norm: str = "backward") -> Any:
        places = _named(x, axes)
        lengths = [None] * len(places) if s is None else list(s)
        if not places or len(lengths) != len(places):
            raise CaseError(f"{name}: s={s} for the axes {places}: it takes an axis or more, and a length for each")
        return passes(x, list(zip(places, lengths, strict=True)), norm)

    def numpy_side(x: Any, s: Any = None, axes: Any = ordinary, norm: str = "backward") -> Any:
        return getattr(resolve(numpy), name)(x, s=s, axes=_named(x, axes), norm=norm)

    transform.__name__, transform.__doc__ = name, doc
    return composite(torch=torch_side, numpy=numpy_side)(transform)


def _named(x: Any, axes: int | Sequence[int] | None) -> tuple[int, ...]:
    return (axes,) if isinstance(axes, int) else tuple(range(len(x.shape)) if axes is None else axes)


def _each(single: Composite) -> Passes:
    def passes(x: Any, axes: Sequence[tuple[int, int | None]], norm: str) -> Any:
        for axis, n in axes:
            x = single(x, n, axis, norm)
        return x

    return passes


def _real_first(x: Any, axes: Sequence[tuple[int, int | None]], norm: str) -> Any:
    *others, (axis, n) = axes
    return _each(fft)(rfft(x, n, axis, norm), others, norm)


def _real_last(x: Any, axes: Sequence[tuple[int, int | None]], norm: str) -> Any:
    *others, (axis, n) = axes
    return irfft(_each(ifft)(x, others, norm), n, axis, norm)


_LAST_TWO = (-2, -1)
fft2 = _over("fft2", "The Fourier transform over two axes", _each(fft), _LAST_TWO)
ifft2 = _over("ifft2", "The transform back from that of `fft2`", _each(ifft), _LAST_TWO)
rfft2 = _over("rfft2", "The half of `fft2` of real numbers from which the other follows", _real_first, _LAST_TWO)
irfft2 = _over("irfft2", "The real numbers of which `rfft2` gives these, an even count or s", _real_last, _LAST_TWO)
fftn = _over("fftn", "The Fourier transform over all axes, or some", _each(fft), None)
ifftn = _over("ifftn", "The transform back from that of `fftn`", _each(ifft), None)
rfftn = _over("rfftn", "The half of `fftn` of real numbers from which the other follows", _real_first, None)
irfftn = _over("irfftn", "The real numbers of which `rfftn` gives these, an even count or s", _real_last, None)

# The factor stands on the other side where a transform goes the other way.
_OTHER_SIDE = {"backward": "forward", "forward": "backward"}


def _hfft_torch(torch: Any, x: Any, n: Any = None, axis: int = -1, norm: str = "backward") -> Any:
    return torch.fft.hfft(x, n, axis, norm)


@composite(torch=_hfft_torch, numpy="numpy.fft.hfft")
def hfft(x: Any, n: int | None = None, axis: int = -1, norm: str = "backward") -> Any:
    """The real transform, of an even count or n, of what is conjugated where it is turned: x is its first half."""
    return irfft(conj(x), n, axis, _OTHER_SIDE.get(norm, norm))


def _ihfft_torch(torch: Any, x: Any, n: Any = None, axis: int = -1, norm: str = "backward") -> Any:
    return torch.fft.ihfft(x, n, axis, norm)


@composite(torch=_ihfft_torch, numpy="numpy.fft.ihfft")
def ihfft(x: Any, n: int | None = None, axis: int = -1, norm: str = "backward") -> Any:
    """The transform back from that of `hfft`."""
    return conj(rfft(x, n, axis, _OTHER_SIDE.get(norm, norm)))


def _conjugate_last(x: Any, axes: Sequence[tuple[int, int | None]], norm: str) -> Any:
    *others, (axis, n) = axes
    return hfft(_each(fft)(x, others, norm), n, axis, norm)


def _conjugate_first(x: Any, axes: Sequence[tuple[int, int | None]], norm: str) -> Any:
    *others, (axis, n) = axes
    return _each(ifft)(ihfft(x, n, axis, norm), others, norm)


_TURNED = "real transform of what is conjugated where it is turned"
hfft2 = _over("hfft2", f"The {_TURNED}, over two axes", _conjugate_last, _LAST_TWO, "scipy.fft")
ihfft2 = _over("ihfft2", "The transform back from that of `hfft2`", _conjugate_first, _LAST_TWO, "scipy.fft")
hfftn = _over("hfftn", f"The {_TURNED}, over all axes, or some", _conjugate_last, None, "scipy.fft")
ihfftn = _over("ihfftn", "The transform back from that of `hfftn`", _conjugate_first, None, "scipy.fft")


def _shifted(x: Any, axes: int | Sequence[int] | None, back: bool) -> Any:
    for axis in _named(x, axes):
        half = x.shape[axis] // 2
        x = roll(x, -half if back else half, axis)
    return x


@composite(torch=lambda torch, x, axes=None: torch.fft.fftshift(x, axes), numpy="numpy.fft.fftshift")
def fftshift(x: Any, axes: int | Sequence[int] | None = None) -> Any:
    """The elements moved on by half of their number along all axes, or some: the constant term comes to the middle."""
    return _shifted(x, axes, False)


@composite(torch=lambda torch, x, axes=None: torch.fft.ifftshift(x, axes), numpy="numpy.fft.ifftshift")
def ifftshift(x: Any, axes: int | Sequence[int] | None = None) -> Any:
    """The elements moved back from where `fftshift` moves them."""
    return _shifted(x, axes, True)
