"""Where a case is tried: the same points for the same seed, in the domain, and numbers of the dtype."""

import math
from fractions import Fraction

import numpy as np
import pytest

from diffcheck import case, interval
from diffcheck.case.points import points
from diffcheck.errors import CaseError, Unsupported
from diffcheck.formats import FORMATS

FLOAT64 = FORMATS["float64"]
each_format = pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)


def named(name, **options):
    """A case of this name, with the inputs x or x and y."""
    function = {True: lambda x, y: x, False: lambda x: x}["y" in options]
    function.__name__ = name
    return case(**options)(function)


def as_lists(found):
    return [{name: np.asarray(v).tolist() for name, v in p.items()} for p in found]


def scalars(found):
    """The points of a case with one scalar input."""
    return [float(p["x"]) for p in found]


DOMAINS = {
    "unit": interval(0, 1),
    "symmetric": interval(-3, 3),
    "tenths": interval(0.1, 0.7),
    "negative": interval(-0.3, -0.1),
    "narrow": interval(0.7, 0.75),
    "one number": interval(0.5, 0.5),
    "log": interval(1e-4, 1e4, scale="log"),
    "float": interval(-1e4, 1e4, scale="float"),
    "vector": interval(-0.1, 0.1, shape=3),
    "matrix": interval(-0.1, 0.9, shape=(2, 2)),
}


@each_format
@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_points_are_numbers_of_the_dtype_in_the_domain(domain, format):
    found = points(named("f", x=domain), 20, 0, format)
    assert found != []
    for point in found:
        assert point["x"].shape == domain.shape
        assert point["x"].dtype == np.float64
        for v in point["x"].ravel().tolist():
            assert domain.lo <= v <= domain.hi
            assert format.holds(Fraction(v))


@each_format
@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_each_point_occurs_once(domain, format):
    found = [p["x"].tobytes() for p in points(named("f", x=domain), 20, 0, format)]
    assert len(set(found)) == len(found)


def test_the_seed_decides():
    def made():
        return named("f", x=interval(-1, 1), y=interval(0, 1, shape=2))

    first = as_lists(points(made(), 10, 7, FLOAT64))
    assert as_lists(points(made(), 10, 7, FLOAT64)) == first
    assert as_lists(points(made(), 10, 8, FLOAT64)) != first


def test_the_name_decides_and_nothing_else():
    alone = as_lists(points(named("f", x=interval(-1, 1)), 10, 0, FLOAT64))
    other = as_lists(points(named("g", x=interval(-1, 1)), 10, 0, FLOAT64))
    # Whatever was sampled before, and whatever NumPy's own generator does.
    np.random.default_rng(0).random(5)
    again = as_lists(points(named("f", x=interval(-1, 1)), 10, 0, FLOAT64))
    assert again == alone
    assert other != alone


def test_more_samples_begin_with_the_same_ones():
    few = as_lists(points(named("f", x=interval(-1, 1)), 5, 0, FLOAT64))
    many = as_lists(points(named("f", x=interval(-1, 1)), 50, 0, FLOAT64))
    assert many[: len(few)] == few
    assert len(many) - len(few) == 45


@pytest.mark.parametrize("samples", [1, 10, 100])
def test_so_many_random_points_join_the_hard_ones(samples):
    made = named("f", x=interval(-1, 1))
    assert len(points(made, samples + 1, 0, FLOAT64)) == len(points(made, samples, 0, FLOAT64)) + 1


def test_listed_points_come_first_in_their_order():
    listed = [{"x": 0.375}, {"x": -0.75}, {"x": 0.0}]
    found = points(named("f", x=interval(-1, 1), points=listed), 5, 0, FLOAT64)
    assert as_lists(found)[:3] == listed
    assert scalars(found).count(0.0) == 1


def test_no_samples_means_the_listed_points_only():
    listed = [{"x": 0.375}, {"x": -0.75}]
    assert as_lists(points(named("f", x=interval(-1, 1), points=listed, samples=0), 50, 0, FLOAT64)) == listed
    assert as_lists(points(named("f", x=interval(-1, 1), points=listed), 0, 0, FLOAT64)) == listed


def test_a_case_s_own_number_of_samples_counts():
    own = points(named("f", x=interval(-1, 1), samples=3), 50, 0, FLOAT64)
    assert as_lists(own) == as_lists(points(named("f", x=interval(-1, 1)), 3, 0, FLOAT64))


def test_no_points_at_all_are_named():
    with pytest.raises(CaseError, match="case 'f' has no points: list some, or ask for samples"):
        points(named("f", x=interval(-1, 1)), 0, 0, FLOAT64)


HARD = {
    "around zero": (interval(-100, 100), [0.0, -100.0, 100.0, 1e-10, -1e-10, 1e-6, 1e-3, 0.5, 1.0, 10.0, 20.0, 40.0]),
    "negative too": (interval(-100, 100), [-1e-3, -0.5, -1.0, -10.0, -20.0, -40.0, 88.0]),
    "positive": (interval(0, 5), [0.0, 5.0, 1e-10, 1e-3, 1.0]),
    "overflowing squares": (interval(-1e200, 1e200), [1e155, -1e155, 1e200, 710.0]),
    "without zero": (interval(2, 30), [2.0, 30.0, 10.0, 20.0]),
}


@pytest.mark.parametrize(("domain", "expected"), HARD.values(), ids=HARD)
def test_hard_values_are_there(domain, expected):
    assert set(expected) <= set(scalars(points(named("f", x=domain), 1, 0, FLOAT64)))


def test_hard_values_of_one_element_in_an_array():
    found = points(named("f", x=interval(-100, 100, shape=(1, 1))), 1, 0, FLOAT64)
    assert {0.0, 1e-10, 40.0, -100.0} <= {p["x"].item() for p in found}


def test_several_elements_meet_in_ties_and_at_hard_values():
    found = points(named("f", x=interval(-4, 4, shape=3), y=interval(0.5, 2)), 1, 0, FLOAT64)
    lists = as_lists(found)
    for tie in (-4.0, 4.0, 0.0, 1.0):
        assert [tie] * 3 in [p["x"] for p in lists]
    elements = [v for p in lists for v in p["x"]]
    assert {0.0, 1e-6, -4.0, 4.0} <= set(elements)
    # One element hard among random ones, of every input.
    assert any(p["x"].count(1e-6) == 1 for p in lists)
    assert {0.5, 2.0} <= {p["y"] for p in lists}


def test_the_logarithmic_scale_is_even_in_the_logarithm():
    found = scalars(points(named("f", x=interval(1e-8, 1e8, scale="log")), 2000, 0, FLOAT64))[-2000:]
    decades = np.histogram(np.log10(found), bins=16, range=(-8, 8))[0]
    assert decades.min() > 60
    assert decades.max() < 200


def test_the_linear_scale_is_even():
    found = scalars(points(named("f", x=interval(-8, 8)), 2000, 0, FLOAT64))[-2000:]
    sections = np.histogram(found, bins=16, range=(-8, 8))[0]
    assert sections.min() > 60
    assert sections.max() < 200


def test_the_float_scale_is_even_over_the_numbers():
    found = scalars(points(named("f", x=interval(-1e300, 1e300, scale="float")), 2000, 0, FLOAT64))[-2000:]
    assert 800 < sum(v > 0 for v in found) < 1200
    exponents = [math.frexp(v)[1] for v in found]
    counts = np.histogram(exponents, bins=8, range=(-1022, 1000))[0]
    assert counts.min() > 150
    assert counts.max() < 400


@each_format
def test_the_float_scale_is_even_over_the_numbers_of_every_format(format):
    largest = 2.0 ** (format.maximum_exponent - 1)
    domain = interval(-largest, largest, scale="float")
    found = scalars(points(named("f", x=domain), 400, 0, format))[-300:]
    exponents = {math.frexp(v)[1] for v in found}
    # Numbers from all over the range, and not zero again and again.
    assert 0.0 not in found[1:]
    assert len(exponents) > 25
    assert max(exponents) - min(exponents) > 0.8 * (format.maximum_exponent - format.minimum_exponent)


WIDE = {
    "1e200": interval(-1e200, 1e200),
    "the whole range": interval(-1.7976931348623157e308, 1.7976931348623157e308),
    "the positive range": interval(0, 1.7976931348623157e308),
    "the whole range, float": interval(-1.7976931348623157e308, 1.7976931348623157e308, scale="float"),
    "the positive range, log": interval(5e-324, 1.7976931348623157e308, scale="log"),
}


@pytest.mark.parametrize("domain", WIDE.values(), ids=WIDE)
def test_wide_domains_do_not_overflow(domain):
    found = scalars(points(named("f", x=domain), 200, 0, FLOAT64))
    assert all(math.isfinite(v) for v in found)
    assert all(domain.lo <= v <= domain.hi for v in found)
    assert {domain.lo, domain.hi} <= set(found)
    assert len(set(found)) > 150


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
def test_a_wide_domain_is_cut_to_what_a_small_format_holds(name):
    format = FORMATS[name]
    found = scalars(points(named("f", x=interval(-1e200, 1e200)), 20, 0, format))
    assert found != []
    assert all(math.isfinite(v) and format.holds(Fraction(v)) for v in found)
    assert {0.0, 1.0, 0.5, -1.0} <= set(found)


def test_ends_that_are_no_numbers_of_the_format_move_inwards():
    found = scalars(points(named("f", x=interval(0.1, 0.3)), 5, 0, FORMATS["float32"]))
    # The nearest numbers of float32 are 0.100000001 and 0.300000012; the second one lies outside.
    assert float(np.float32(0.1)) in found
    assert float(np.float32(0.3)) not in found
    assert float(np.nextafter(np.float32(0.3), np.float32(0))) in found


def test_a_domain_between_two_numbers_of_the_format_is_named():
    with pytest.raises(Unsupported, match="no float16 number lies near"):
        points(named("f", x=interval(1.0001, 1.0002)), 5, 0, FORMATS["float16"])
