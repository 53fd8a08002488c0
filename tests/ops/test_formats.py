"""The formats against NumPy's and torch's own casts."""

import math
import sys
from fractions import Fraction

import numpy as np
import pytest
import torch

from diffcheck.errors import UsageError
from diffcheck.formats import FORMATS, format_named


def by_numpy(dtype):
    def cast(x):
        with np.errstate(over="ignore"):
            return float(np.float64(x).astype(dtype))

    return cast


def by_torch(x):
    # From float64 torch rounds twice, by way of float32.
    assert x == float(np.float32(x))
    return float(torch.tensor(x, dtype=torch.float32).to(torch.bfloat16))


# What the values are rounded to before: the numbers that the cast rounds once.
BEFORE = {
    "float64": float,
    "float32": float,
    "float16": float,
    "bfloat16": by_numpy(np.float32),
    "tf32": by_numpy(np.float32),
}


def by_bits(x):
    """A float32 of which the last 13 bits are rounded away, ties to even."""
    (bits,) = np.array([x], np.float32).view(np.uint32).astype(np.uint64)
    (rounded,) = np.array([bits + 0xFFF + (bits >> np.uint64(13) & np.uint64(1))], np.uint64) & np.uint64(0xFFFFE000)
    with np.errstate(invalid="ignore"):
        return float(np.array([rounded], np.uint32).view(np.float32)[0]) if np.isfinite(np.float32(x)) else float(x)


CASTS = {
    "float64": float,
    "float32": by_numpy(np.float32),
    "float16": by_numpy(np.float16),
    "bfloat16": by_torch,
    "tf32": by_bits,
}
each_format = pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)


def largest(format):
    return float(format.largest)


def smallest(format):
    return 2.0**format.smallest_subnormal_exponent


def hard_values(format):
    """Ends, ties and their neighbours."""
    unit, top, tiny = 2.0**-format.precision, largest(format), smallest(format)
    normal = 2.0**format.minimum_exponent
    beyond = min(top * (1 + unit), 1.7e308)
    ties = [1 + unit, 1 + 3 * unit, 1 + 2 * unit, 1 - unit / 2, 2 + 2 * unit, 3 + 2 * unit, normal * (1 + unit)]
    small = [tiny, tiny / 2, 1.5 * tiny, 2.5 * tiny, 3.5 * tiny, tiny / 4, normal, normal - tiny, normal - tiny / 2]
    large = [top, top * (1 - unit), math.nextafter(top, 0), beyond]
    plain = [0.0, 0.1, 1 / 3, math.pi, 1e-3, 7.0, 1e5, 65504.0, 65519.0, 65520.0, 1e10, 1e-10, 3.4e38, 3.5e38, 1e300]
    exact = [*ties, *small, *large, *plain]
    beside = [math.nextafter(v, direction) for v in exact for direction in (-math.inf, math.inf)]
    return [BEFORE[format.name](sign * v) for v in (*exact, *beside) for sign in (1, -1)]


def random_values(format):
    generator = np.random.default_rng(11)
    exponents = generator.integers(format.smallest_subnormal_exponent - 3, format.maximum_exponent + 2, 3000)
    values = np.ldexp(generator.uniform(-2, 2, 3000), exponents.clip(-1070, 1021)).tolist()
    return [BEFORE[format.name](v) for v in values]


@each_format
@pytest.mark.parametrize("values", [hard_values, random_values], ids=["hard", "random"])
def test_rounding_is_the_cast_of_numpy_or_torch(format, values):
    cast = CASTS[format.name]
    found = [(x, format.round(x), cast(x)) for x in values(format)]
    assert len(found) > 100
    assert [row for row in found if row[1] != row[2]][:10] == []


@each_format
@pytest.mark.parametrize("x", [0.0, -0.0, math.inf, -math.inf], ids=str)
def test_zeros_and_infinities_stay(format, x):
    assert format.round(x) == x
    assert math.copysign(1, format.round(x)) == math.copysign(1, x)


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("sign", [1, -1], ids=["positive", "negative"])
def test_the_largest_double_is_beyond_all_narrower_formats(name, sign):
    """Scaled to whole numbers of the format's spacing and rounded, it would be no double."""
    assert FORMATS[name].round(sign * sys.float_info.max) == sign * math.inf


@each_format
def test_what_is_too_small_keeps_its_sign(format):
    tiny = smallest(format) / 4
    assert CASTS[format.name](-tiny) == 0
    assert math.copysign(1, format.round(-tiny)) == math.copysign(1, CASTS[format.name](-tiny)) == -1
    assert math.copysign(1, format.round(tiny)) == 1


@each_format
def test_nan_stays(format):
    assert math.isnan(format.round(math.nan))


@each_format
def test_what_is_rounded_is_held(format):
    rounded = [format.round(x) for x in (*hard_values(format), *random_values(format))]
    finite = [x for x in rounded if math.isfinite(x)]
    assert len(finite) > 1000
    assert all(format.holds(Fraction(x)) for x in finite)
    assert all(format.round(x) == x for x in finite)


@each_format
def test_holds_what_the_cast_leaves_as_it_is(format):
    cast = CASTS[format.name]
    values = [x for x in (*hard_values(format), *random_values(format)) if math.isfinite(x)]
    assert len(values) > 1000
    assert [x for x in values if format.holds(Fraction(x)) != (cast(x) == x)][:10] == []


@each_format
@pytest.mark.parametrize("x", [Fraction(1, 3), Fraction(1, 10), Fraction(2, 7)], ids=str)
def test_no_format_holds_what_is_not_binary(format, x):
    assert not format.holds(x)
    assert not format.holds(-x)


@each_format
def test_holds_at_the_edges(format):
    tiny, top = Fraction(2) ** format.smallest_subnormal_exponent, format.largest
    assert format.holds(Fraction(0))
    assert format.holds(tiny)
    assert format.holds(-tiny)
    assert not format.holds(tiny / 2)
    assert format.holds(3 * tiny)
    assert not format.holds(tiny * Fraction(3, 2))
    assert format.holds(top)
    assert not format.holds(2 * top)
    assert not format.holds(Fraction(2) ** (format.maximum_exponent + 1))
    assert format.holds(1 + Fraction(2, 2**format.precision))
    assert not format.holds(1 + Fraction(1, 2**format.precision))


NUMPY = {name: np.finfo(name) for name in ("float64", "float32", "float16")}


@pytest.mark.parametrize(("name", "info"), NUMPY.items(), ids=NUMPY)
def test_the_numbers_of_a_format_are_numpy_s(name, info):
    format = FORMATS[name]
    assert float(format.largest) == float(info.max)
    assert smallest(format) == float(info.smallest_subnormal)
    assert 2.0**format.minimum_exponent == float(info.smallest_normal)
    assert 2 * format.unit_roundoff == float(info.eps)
    assert math.floor(format.digits - math.log10(2)) == info.precision


def test_the_numbers_of_bfloat16_are_torch_s():
    format, info = FORMATS["bfloat16"], torch.finfo(torch.bfloat16)
    assert float(format.largest) == info.max
    assert 2.0**format.minimum_exponent == info.smallest_normal
    assert 2 * format.unit_roundoff == info.eps


@pytest.mark.parametrize("name", NUMPY)
def test_the_spacing_is_numpy_s(name):
    format, dtype = FORMATS[name], np.dtype(name).type
    exponents = [*range(format.minimum_exponent - 20, format.maximum_exponent + 1)]
    held = [e for e in exponents if e >= format.smallest_subnormal_exponent]
    assert len(held) > 30
    for exponent in held:
        for x in (2.0**exponent, min(2.0**exponent * 1.5, largest(format))):
            assert 2.0 ** format.ulp_exponent(exponent) == float(np.spacing(dtype(x)))


def test_the_spacing_of_bfloat16():
    format = FORMATS["bfloat16"]
    one = torch.tensor(1.0, dtype=torch.bfloat16)
    above = torch.nextafter(one, torch.tensor(2.0, dtype=torch.bfloat16))
    assert 2.0 ** format.ulp_exponent(0) == float(above) - 1
    assert format.ulp_exponent(-200) == format.ulp_exponent(-126) == -133


def test_formats_are_found_by_name():
    assert format_named("float32") is FORMATS["float32"]
    with pytest.raises(UsageError, match="unknown dtype 'float8': choose from float64, float32, bfloat16, float16"):
        format_named("float8")


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
def test_arrays_are_rounded_as_numbers_are(format):
    random = np.random.default_rng(0)
    edge = float(format.largest)
    spread = np.ldexp(random.normal(size=4000), random.integers(-1100, 1024, 4000))
    near = np.ldexp(random.normal(size=2000), format.minimum_exponent + random.integers(-70, 3, 2000))
    halves = (random.integers(-(2**20), 2**20, 500) + 0.5) * 2.0 ** -(format.precision - 3)
    ends = [
        0.0,
        -0.0,
        np.inf,
        -np.inf,
        edge,
        -edge,
        math.nextafter(edge, math.inf),
        edge * (1 + 2.0**-format.precision),
    ]
    x = np.concatenate([spread, near, halves, ends])
    expected = np.array([format.round(v) for v in x.tolist()])
    np.testing.assert_array_equal(format.round_all(x).view(np.int64), expected.view(np.int64))
    assert np.isnan(format.round_all(np.nan))


@pytest.mark.parametrize("format", FORMATS.values(), ids=lambda f: f.name)
def test_ordinals_count_the_numbers_of_a_format(format):
    """Of each octave from the smallest normal number on there are 2^(p - 1), and as many below it, zero among them."""
    octave = 2 ** (format.precision - 1)
    smallest = 2.0**format.minimum_exponent
    assert format.ordinal(0.0) == 0
    assert format.ordinal(2.0**format.smallest_subnormal_exponent) == 1
    assert format.ordinal(smallest) == octave
    assert format.ordinal(8 * smallest) == 4 * octave
    assert format.ordinal(-1.0) == (format.minimum_exponent - 1) * octave
    assert format.number(format.ordinal(float(format.largest))) == float(format.largest)
    for x in (1.0, -3.25, smallest, smallest / 2, 0.0):
        assert format.number(format.ordinal(x)) == x


@pytest.mark.parametrize(("name", "kind"), [("float64", np.float64), ("float32", np.float32), ("float16", np.float16)])
def test_neighbours_by_ordinals_are_numpys_neighbours(name, kind):
    format = FORMATS[name]
    for x in (1.0, 0.75, 3.0, 1e-4, 6e-8):
        x = float(kind(x))
        above, below = float(np.nextafter(kind(x), kind(4))), float(np.nextafter(kind(-x), kind(-4)))
        assert format.number(format.ordinal(x) + 1) == above
        assert format.number(format.ordinal(-x) - 1) == below
