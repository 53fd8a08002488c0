"""Tables and images between their entries: held against NumPy and SciPy, with their kinks, and wrong ones found."""

import numpy as np
import pytest
import torch
from scipy import ndimage

import diffcheck.ops as o
from diffcheck import case, check, interval
from diffcheck.errors import CaseError
from diffcheck.program.chain import gradient
from diffcheck.program.emit import Emitted
from diffcheck.program.trace import record
from diffcheck.verdict import Reason, Verdict

# Knots that are no doubles' midpoints, and slopes that no double is.
KNOTS = np.array([-1.0, 0.1, 0.7, 2.0])
HEIGHTS = np.array([0.3, -1.0, 2.0, 1.7])
PLACES = np.array([-2.0, -1.0, -0.5, 0.1, 0.3, 0.7, 1.9, 2.0, 5.0])
IMAGE = np.random.default_rng(0).normal(size=(1, 2, 4, 5))


def slopes_of(function, x):
    """The Jacobian of a function of one array, computed by the program of its derivative."""
    graph = record(function, {"x": x.shape}, {})
    return np.asarray(Emitted(gradient(graph, range(x.size))).at(x.ravel())).reshape(-1, x.size)


def value_of(function, x):
    return np.asarray(Emitted(record(function, {"x": x.shape}, {})).at(x.ravel()))


# A table.


def test_a_table_is_read_as_numpy_reads_it():
    found = value_of(lambda x: o.interp(x, KNOTS, HEIGHTS), PLACES)
    np.testing.assert_allclose(found, np.interp(PLACES, KNOTS, HEIGHTS), rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize("knot", range(4))
def test_each_knot_is_a_kink_between_the_slopes_beside_it(knot):
    slopes = [0, *np.diff(HEIGHTS) / np.diff(KNOTS), 0]
    made = case(x=interval(-3, 3), points=[{"x": KNOTS[knot]}], samples=0)(lambda x: o.interp(x, KNOTS, HEIGHTS))
    rows = check(made).result.rows
    assert [row.verdict for row in rows] == [Verdict.KINK] * 3
    told = {tuple(float(side) for side in row.truth.strip("[]").split(", ")) for row in rows}
    np.testing.assert_allclose(list(told), [slopes[knot : knot + 2]], rtol=1e-14)


def test_a_table_is_linear_in_its_heights():
    """The slope by each height is the hat over its knot (de Boor 2001, IX)."""
    hats = [np.interp(PLACES, KNOTS, hat) for hat in np.eye(4)]
    found = slopes_of(lambda x: o.interp(PLACES, KNOTS, x), HEIGHTS)
    np.testing.assert_allclose(found, np.transpose(hats), rtol=0, atol=1e-15)


def test_a_table_that_forgets_the_slope_is_wrong():
    def steps(x):
        return torch.tensor(HEIGHTS, dtype=x.dtype)[torch.searchsorted(torch.tensor(KNOTS, dtype=x.dtype), x)] + 0 * x

    made = case(x=interval(0, 2), points=[{"x": 0.3}], samples=0, implementations={"autograd": steps})
    (row,) = check(made(lambda x: o.interp(x, KNOTS, HEIGHTS)), engines="autograd").result.rows
    assert (row.verdict, row.reason) == (Verdict.DISAGREE, Reason.VALUE)


@pytest.mark.parametrize(
    ("function", "shape", "told"),
    [
        (lambda x: o.interp(x, KNOTS, HEIGHTS[:3]), (2,), r"xp has shape \(4,\), fp \(3,\)"),
        (lambda x: o.interpolate(x, 3, mode="bilinear"), (1, 1, 4), "choose from nearest, nearest-exact, linear"),
        (lambda x: o.interpolate(x, 3, align_corners=True), (1, 1, 4), "align_corners says nothing about"),
        (lambda x: o.interpolate(x, 3, 1.5), (1, 1, 4), "give either size or scale_factor"),
        (lambda x: o.grid_sample(x, np.zeros((1, 2, 2))), (1, 1, 2, 2), r"grid \(1, 2, 2\): x must be"),
        (lambda x: o.grid_sample(x, np.zeros((1, 1, 1, 2)), "wrap"), (1, 1, 2, 2), "unknown padding_mode 'wrap'"),
    ],
    ids=("interp", "mode", "corners", "size", "grid", "padding"),
)
def test_what_does_not_fit_is_refused(function, shape, told):
    with pytest.raises(CaseError, match=told):
        record(function, {"x": shape}, {})


# Images.


def sampled(image, rows, columns, order, mode):
    """SciPy's interpolation of each channel, at all pairs of these rows and columns."""
    places = np.meshgrid(rows, columns, indexing="ij")
    return np.stack([ndimage.map_coordinates(c, places, order=order, mode=mode) for c in image[0]])[None]


@pytest.mark.parametrize("size", [(7, 3), (4, 9), (1, 1)], ids=str)
@pytest.mark.parametrize("aligned", [False, True])
def test_images_are_enlarged_as_scipy_reads_them(size, aligned):
    def along(n, m):
        if aligned:
            return np.arange(m) * (n - 1) / max(m - 1, 1)
        return (np.arange(m) + 0.5) * n / m - 0.5

    expected = sampled(IMAGE, along(4, size[0]), along(5, size[1]), 1, "nearest")
    found = value_of(lambda x: o.interpolate(x, size, mode="bilinear", align_corners=aligned), IMAGE)
    np.testing.assert_allclose(found, expected, rtol=0, atol=4e-15)


def test_the_nearest_element_is_that_whose_stretch_holds_the_place():
    """Three elements on five places: 0, 3/5, 6/5, 9/5, 12/5; from the middles 3/10, 9/10, 3/2, 21/10, 27/10."""
    row = np.array([[[1.0, 2.0, 4.0]]])
    assert value_of(lambda x: o.interpolate(x, 5), row).tolist() == [[[1, 1, 2, 2, 4]]]
    assert value_of(lambda x: o.interpolate(x, 5, mode="nearest-exact"), row).tolist() == [[[1, 1, 2, 4, 4]]]


def test_a_factor_is_the_distance_of_places():
    """By 1.7 from three elements come five, 1/1.7 apart (not 3/5)."""
    row = np.array([[[0.0, 1.0, 2.0]]])
    places = np.clip((np.arange(5) + 0.5) / 1.7 - 0.5, 0, 2)
    found = value_of(lambda x: o.interpolate(x, scale_factor=1.7, mode="linear"), row)
    np.testing.assert_allclose(found, places[None, None], rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("padding", "aligned", "mode"),
    [
        ("zeros", False, "grid-constant"),
        ("border", True, "nearest"),
        ("reflection", True, "mirror"),
        ("reflection", False, "reflect"),
    ],
)
def test_samples_are_those_of_scipy(padding, aligned, mode):
    grid = np.random.default_rng(1).uniform(-1.6, 1.6, (1, 3, 4, 2))
    lengths = np.array([5, 4])
    places = (grid + 1) / 2 * (lengths - 1) if aligned else ((grid + 1) * lengths - 1) / 2
    columns, rows = places[0, ..., 0], places[0, ..., 1]
    expected = [ndimage.map_coordinates(c, [rows, columns], order=1, mode=mode) for c in IMAGE[0]]
    found = value_of(lambda x: o.grid_sample(IMAGE, x, padding, aligned), grid)
    np.testing.assert_allclose(found, [expected], rtol=0, atol=1e-14)


def test_a_sample_between_elements_has_the_slope_of_their_difference():
    """Along a row of elements v the slope by a place from -1 to 1 is half of the length times v[k + 1] - v[k]."""
    row = np.array([[[[1.0, 4.0, -2.0, 3.0]]]])
    grid = np.array([[[[-0.4, 0.0], [0.1, 0.0], [0.6, 0.0]]]])  # between 0 and 1, 1 and 2, 2 and 3
    found = slopes_of(lambda x: o.grid_sample(row, x), grid)
    np.testing.assert_allclose(found[range(3), [0, 2, 4]], [6, -12, 10], rtol=1e-14)


WRONG = {
    "of aligned corners": lambda x: torch.nn.functional.interpolate(x, 5, mode="linear", align_corners=True),
    "of the nearest": lambda x: torch.nn.functional.interpolate(x, 5),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_another_interpolation_is_found(wrong):
    made = case(x=interval(-1, 1, shape=(1, 1, 3)), samples=1, implementations={"autograd": wrong})
    rows = check(made(lambda x: o.interpolate(x, 5, mode="linear")), engines="autograd").result.rows
    assert [row.verdict for row in rows] == [Verdict.DISAGREE]


def test_torch_is_right_about_enlarged_and_sampled_images():
    @case(x=interval(-1, 1, shape=(1, 1, 3, 3)), grid=interval(-0.9, 0.9, shape=(1, 1, 2, 2)), samples=1)
    def warped(x, grid):
        larger = o.interpolate(x, scale_factor=1.5, mode="bilinear")
        return o.sum(o.grid_sample(larger, grid) ** 2)

    rows = check(warped, engines="autograd", dtypes=("float64", "float32")).result.rows
    assert [row.verdict for row in rows] == [Verdict.AGREE] * 2


# At elements, on the border and behind it, where lines have kinks.
HARD = [(0.0, -1 / 3), (1.0, 0.1), (1.0, 1.0), (-1.5, 0.2), (-2.0, 0.0)]


def read_at(place, mode, padding):
    read = case(place=interval(-3, 3, shape=(2,)), points=[{"place": np.array(place)}], samples=0)
    image = IMAGE[:, :1]
    made = read(lambda place: o.sum(o.grid_sample(image, o.reshape(place, (1, 1, 1, 2)), padding, True, mode=mode)))
    return check(made).result.rows


@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("place", HARD, ids=str)
def test_cubics_have_no_kink_at_elements_and_at_the_border(place, padding):
    assert [row.verdict for row in read_at(place, "bicubic", padding)] == [Verdict.AGREE] * 3


@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_the_nearest_element_jumps_half_way_between_two(padding):
    """1/4 of five elements from -1 to 1 is 5/2; the other place lies beside an element."""
    rows = read_at((0.25, 0.2), "nearest", padding)
    assert all("jump by place[0]" in row.note for row in rows)
    assert {row.truth for row in rows} == {"0"}


def test_an_affine_map_moves_what_is_read():
    """A quarter turn, x to y and y to -x, of an image of three by three elements."""
    turn = np.array([[[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]])
    (image,) = IMAGE[:, :1, :3, :3]
    for aligned in (False, True):
        grid = o.affine_grid(turn, (1, 1, 3, 3), align_corners=aligned)
        found = o.grid_sample(image[None], grid, align_corners=aligned)
        np.testing.assert_allclose(found[0, 0], np.rot90(image[0], -1), rtol=1e-14)


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda x: o.grid_sample(x, np.zeros((1, 1, 1, 2)), mode="cubic"), "unknown mode 'cubic' over 2 axes"),
        (lambda x: o.grid_sample(x[None], np.zeros((1, 1, 1, 1, 3)), mode="bicubic"), "over 3 axes: choose from bili"),
        (lambda x: o.affine_grid(x[0], (1, 1, 2, 2)), r"theta has shape \(1, 2, 2\), size is \(1, 1, 2, 2\)"),
        (lambda x: o.interpolate(x, 3, antialias=True), "antialias says nothing about mode 'nearest'"),
        (lambda x: o.channel_shuffle(x, 2), r"x has shape \(1, 1, 2, 2\), groups=2"),
    ],
    ids=("mode", "three axes", "map", "aliases", "channels"),
)
def test_what_cannot_be_read_is_refused(function, told):
    with pytest.raises(CaseError, match=told):
        record(function, {"x": (1, 1, 2, 2)}, {})
