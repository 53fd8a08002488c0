"""Rows of operations on complex numbers, each of which is a pair of nodes: its real and its imaginary part.

In a storage the parts stand beside each other, so that a complex tensor is a view of real numbers, too.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.ops.complex_numbers.holomorphic import FUNCTIONS, exp, log, polar
from diffcheck.ops.complex_numbers.inverses import INVERSES
from diffcheck.ops.complex_numbers.pairs import ARITHMETIC, Pair, conj, pair, reciprocal
from diffcheck.ops.on_arrays.fourier import along, back_to_real
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.memory import Excluded, chosen
from diffcheck.sources.torch_code.rows.reductions import variance
from diffcheck.sources.torch_code.rows.registry import lifted, mean, refuse, row, total

# Up to this exponent a power is recorded as products, of which there are as many; beyond it as exp(y log x).
_PRODUCTS = 64


def halves(x: Any) -> Any:
    """Complex numbers whose parts stand along the last axis."""
    if isinstance(x, Excluded):
        return refuse("minus infinity among complex numbers")
    return Pair(x[..., 0], x[..., 1])


def joined(x: Any) -> Any:
    """The parts of complex numbers along a new last axis; anything else as it is."""
    if not isinstance(x, Pair):
        return x
    re, im = lifted(x.re, x.im)
    shape = np.broadcast_shapes(re.shape, im.shape)
    return re.stack([re.spread(shape), im.spread(shape)], -1)


def unconjugated(x: Any, tensor: Any) -> Any:
    """What a tensor holds that torch reads from its storage with another sign: of all, or of imaginary parts."""
    if isinstance(x, Excluded):
        return refuse("minus infinity among complex numbers")
    return -x if tensor.is_neg() else joined(conj(halves(x)))


def fitted(x: Any, of_complex: bool, to_complex: bool) -> Any:
    """What was moved, as real numbers or as complex ones."""
    if of_complex == to_complex or not isinstance(x, Traced):
        return x
    return joined(Pair(x, 0)) if to_complex else x[..., 0]


@row("complex complex")
def _complex(re: Any, im: Any) -> Any:
    return Pair(re, im)


@row("complex polar")
def _polar(size: Any, angle: Any) -> Any:
    return polar(*lifted(size, angle))


row("complex conj_physical", "complex _conj_physical")(conj)
row("complex reciprocal")(reciprocal)
_BY_PARTS = {**FUNCTIONS, **INVERSES}
for _name in ("abs", "angle", "neg", *(_BY_PARTS.keys() - {"power", "wofz"})):
    row(f"complex {_name}")({**ARITHMETIC, **_BY_PARTS}[_name])


@row("complex add")
def _add(x: Any, y: Any, alpha: Any = 1) -> Any:
    x, y = pair(x), _scaled(pair(y), alpha)
    return Pair(x.re + y.re, x.im + y.im)


@row("complex sub")
def _sub(x: Any, y: Any, alpha: Any = 1) -> Any:
    return _add(x, _scaled(pair(y), -alpha))


def _scaled(x: Pair, by: Any) -> Pair:
    return x if isinstance(by, int) and by == 1 else _mul(x, by)


@row("complex mul")
def _mul(x: Any, y: Any) -> Any:
    if not isinstance(x, (Pair, complex)) or not isinstance(y, (Pair, complex)):
        x, y = (x, y) if isinstance(x, (Pair, complex)) else (y, x)
        x = pair(x)
        return Pair(x.re * y, x.im * y)
    x, y = pair(x), pair(y)
    return Pair(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re)


@row("complex div")
def _div(x: Any, y: Any) -> Any:
    if not isinstance(y, (Pair, complex)):
        return Pair(x.re / y, x.im / y)
    return _mul(x, reciprocal(y))


@row("complex pow")
def _pow(x: Any, y: Any) -> Any:
    """By products where the exponents are small whole numbers, by exp(y log x) elsewhere."""
    if isinstance(x, Pair) and isinstance(y, (int, float, np.ndarray)):
        numbers = np.asarray(y)
        whole = bool((numbers == np.trunc(numbers)).all()) and np.abs(numbers).max(initial=0) <= _PRODUCTS
        return _by_products(x, numbers) if whole else exp(_mul(pair(y), log(x)))
    return exp(_mul(pair(y), log(x))) if isinstance(x, Pair) else refuse("a real number to a complex power")


def _by_products(x: Pair, exponents: Any) -> Pair:
    one = lifted(x.re, 1.0)[1]
    powers = [Pair(one, 0 * one)]
    for _ in range(int(np.abs(exponents).max(initial=0))):
        powers.append(_mul(powers[-1], x))
    shape = np.broadcast_shapes(x.re.shape, exponents.shape)
    found = Pair(*(lifted(x.re, np.zeros(shape))[1] for _ in range(2)))
    for exponent in np.unique(exponents).astype(int).tolist():
        power = powers[abs(exponent)] if exponent >= 0 else reciprocal(powers[-exponent])
        re, im = (v.spread(shape) for v in lifted(power.re, power.im))
        there = np.broadcast_to(exponents == exponent, shape)
        found = Pair(chosen(there, re, found.re), chosen(there, im, found.im))
    return found


@row("complex sgn")
def _sign(x: Any) -> Any:
    """Divided by its size; zero has none."""
    size = ops.hypot(x.re, x.im)
    nothing = ops.eq(size, 0)
    size = ops.where(nothing, 1, size)
    return Pair(ops.where(nothing, 0, x.re / size), ops.where(nothing, 0, x.im / size))


@row("complex where")
def _where(condition: Any, x: Any, y: Any) -> Any:
    x, y = pair(x), pair(y)
    return Pair(ops.where(condition, x.re, y.re), ops.where(condition, x.im, y.im))


@row("complex sum")
def _sum(x: Any, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    return Pair(*(total(part, dim, keepdim) for part in lifted(x.re, x.im)))


@row("complex mean")
def _mean(x: Any, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    return Pair(*(mean(part, dim, keepdim) for part in lifted(x.re, x.im)))


@row("complex var")
def _var(x: Any, *args: Any, **kwargs: Any) -> Any:
    return variance(x.re, *args, **kwargs) + variance(x.im, *args, **kwargs)


@row("complex std")
def _std(x: Any, *args: Any, **kwargs: Any) -> Any:
    return ops.sqrt(_var(x, *args, **kwargs))


@row("complex eq")
def _equal(x: Any, y: Any) -> Any:
    x, y = pair(x), pair(y)
    return ops.logical_and(ops.eq(x.re, y.re), ops.eq(x.im, y.im))


@row("complex ne")
def _not_equal(x: Any, y: Any) -> Any:
    return ops.logical_not(_equal(x, y))


@row("complex mm", "complex bmm", "complex mv", "complex dot")
def _product(x: Any, y: Any) -> Any:
    re, im, other_re, other_im = lifted(x.re, x.im, y.re, y.im)
    return Pair(re @ other_re - im @ other_im, re @ other_im + im @ other_re)


# Fourier transforms. How they are scaled: 0 not at all, 1 by the root of the length, 2 by the length.


@row("complex _fft_c2c")
def _transform(x: Any, dim: Sequence[int], scaled: int, forward: bool) -> Any:
    found = Pair(*lifted(x.re, x.im))
    size = 1
    for axis in dim:
        size *= found.re.shape[axis]
        found = along(found, axis, forward)
    return Pair(*(_normalised(part, scaled, size) for part in (found.re, found.im)))


@row("complex _fft_r2c")
def _of_real(x: Any, dim: Sequence[int], scaled: int, onesided: bool) -> Any:
    """Of real numbers; what follows from the first half along the last axis need not be given."""
    found = _transform(Pair(x, np.zeros(x.shape)), dim, scaled, True)
    half = _section(dim[-1], x.shape[dim[-1]] // 2 + 1) if onesided else ()
    return Pair(found.re[half], found.im[half]) if onesided else found


@row("complex _fft_c2r")
def _to_real(x: Any, dim: Sequence[int], scaled: int, n: int) -> Any:
    """Back to n real numbers from the first half: all but the first, and the middle one, stand for two."""
    *others, last = dim
    found = _transform(x, others, 0, False)
    size = n * int(np.prod([found.re.shape[a] for a in others], dtype=int))
    half = _section(last, n // 2 + 1)
    real = back_to_real(Pair(found.re[half], found.im[half]), last, n)
    return _normalised(real, scaled, size)


def _section(axis: int, stop: int) -> tuple[slice, ...]:
    return (*[slice(None)] * axis, slice(stop))


def _normalised(x: Any, scaled: int, size: int) -> Any:
    return x if scaled == 0 else x / (ops.sqrt(size) if scaled == 1 else size)
