"""Layers and losses with all their options against torch.nn.functional, by its own names: values and slopes."""

import numpy as np
import pytest
import torch
from like_torch import NEAR, arrays, checked, of_diffcheck, of_torch

import diffcheck.ops as o
from diffcheck.verdict import Verdict

LABELS = [[3, 0, -1, 1], [-1, 2, 2, 2], [1, 1, -1, -1], [2, 0, 1, 3]]

# The operation, the shapes of the arrays that it takes first, what it takes after them, its options.
CALLS = [
    ("linear", [(2, 1, 3), (4, 3), (4,)], (), {}),
    ("linear", [(3,), (4, 3)], (), {}),
    ("linear", [(2, 3), (3,)], (), {}),
    ("bilinear", [(2, 4, 3), (2, 4, 2), (5, 3, 2), (5,)], (), {}),
    ("bilinear", [(3,), (2,), (5, 3, 2)], (), {}),
    ("pairwise_distance", [(4, 3), (4, 3)], (), {}),
    ("pairwise_distance", [(2, 4, 3), (3,)], (1.0,), {"keepdim": True}),
    ("pairwise_distance", [(3,), (3,)], (3.5, 0.25), {}),
    ("local_response_norm", [(2, 5, 3)], (4,), {"alpha": 0.5, "beta": 0.6, "k": 2.0}),
    ("local_response_norm", [(1, 4, 2, 3)], (3, 0.25), {}),
    ("local_response_norm", [(1, 2, 1, 2, 2)], (7,), {"alpha": 1.0}),
    *(
        (f"adaptive_{kind}_pool1d", [shape], (size,), {})
        for kind in ("avg", "max")
        for shape, size in [
            ((2, 7), 3),
            ((1, 2, 3), 5),
            ((2, 1, 4), (1,)),
        ]
    ),
    *(
        (f"adaptive_{kind}_pool2d", [shape], (size,), {})
        for kind in ("avg", "max")
        for shape, size in [
            ((2, 5, 7), 3),
            ((1, 2, 4, 3), (None, 2)),
            ((1, 1, 2, 3), (5, 4)),
        ]
    ),
    *(
        (f"adaptive_{kind}_pool3d", [shape], (size,), {})
        for kind in ("avg", "max")
        for shape, size in [
            ((2, 3, 5, 4), 2),
            ((1, 1, 3, 2, 5), (2, None, 3)),
        ]
    ),
    ("lp_pool1d", [(2, 2, 7)], (2, 3), {}),
    ("lp_pool1d", [(2, 7)], (4, 2), {"stride": 3}),
    ("lp_pool2d", [(1, 2, 5, 4)], (2.0, (3, 2)), {"stride": (1, 2)}),
    ("lp_pool2d", [(2, 4, 4)], (2, 2), {}),
    ("lp_pool3d", [(1, 2, 2, 4, 3)], (2, (1, 2, 3)), {}),
    ("lp_pool1d", [(2, 7)], (2, 3), {"ceil_mode": True}),
    ("lp_pool2d", [(1, 2, 5, 4)], (2.0, (3, 2)), {"stride": (2, 3), "ceil_mode": True}),
    ("lp_pool3d", [(1, 1, 2, 3, 4)], (2, (2, 2, 3)), {"ceil_mode": True}),
    ("max_pool1d", [(2, 2, 8)], (3,), {"stride": 2, "padding": 1, "dilation": 2, "ceil_mode": True}),
    ("max_pool1d", [(1, 3)], (2,), {"stride": 3, "ceil_mode": True}),
    ("max_pool2d", [(1, 2, 5, 6)], ((3, 2),), {"stride": (2, 3), "padding": (1, 0), "ceil_mode": True}),
    ("max_pool2d", [(2, 5, 4)], (2,), {"ceil_mode": True}),
    ("max_pool3d", [(1, 1, 3, 4, 3)], (2,), {"padding": 1, "dilation": (1, 2, 1), "ceil_mode": True}),
    ("avg_pool1d", [(2, 2, 7)], (3,), {"stride": 2, "padding": 1, "ceil_mode": True}),
    ("avg_pool1d", [(1, 6)], (4,), {"padding": 2, "count_include_pad": False}),
    ("avg_pool2d", [(1, 2, 5, 6)], ((3, 2),), {"padding": (1, 0), "ceil_mode": True, "count_include_pad": False}),
    ("avg_pool2d", [(2, 5, 6)], (3,), {"stride": (2, 5), "padding": 1, "ceil_mode": True}),
    ("avg_pool2d", [(2, 5, 6)], (3,), {"ceil_mode": True, "divisor_override": 5}),
    ("avg_pool3d", [(1, 1, 3, 4, 3)], (2,), {"padding": 1, "ceil_mode": True, "count_include_pad": False}),
    ("avg_pool2d", [(2, 5, 6)], ((3, 2), [2], [1]), {}),
    ("leaky_relu", [(2, 3)], (), {"negative_slope": 0.25}),
    ("hardshrink", [(2, 3)], (), {"lambd": 0.25}),
    ("softshrink", [(2, 3)], (), {"lambd": 0.25}),
    ("hardtanh", [(2, 3)], (), {"min_val": -0.25, "max_val": 0.75}),
    ("avg_pool3d", [(1, 1, 3, 4, 3)], ((2, 3, 1),), {"divisor_override": -2}),
    ("conv_transpose1d", [(2, 4, 5), (4, 3, 3), (6,)], (), {"stride": 2, "padding": 1, "groups": 2, "dilation": 2}),
    ("conv_transpose1d", [(2, 3), (2, 1, 4), (1,)], (3, 2, 1), {}),
    ("conv_transpose1d", [(1, 1, 4), (1, 2, 2)], (), {"output_padding": 2, "dilation": 3}),
    (
        "conv_transpose2d",
        [(4, 3, 2), (4, 2, 2, 3)],
        (),
        {"stride": (2, 3), "padding": (1, 0), "output_padding": (0, 2)},
    ),
    ("conv_transpose2d", [(1, 4, 2, 3), (4, 1, 3, 2)], (), {"groups": 4, "dilation": (1, 2)}),
    ("conv_transpose3d", [(1, 2, 2, 3, 2), (2, 1, 2, 2, 1), (1,)], (), {"stride": (1, 2, 1), "padding": (1, 0, 0)}),
    ("pixel_shuffle", [(2, 18, 2, 1)], (3,), {}),
    ("pixel_shuffle", [(2, 1, 4, 1, 2)], (2,), {}),
    ("pixel_unshuffle", [(3, 4, 6)], (2,), {}),
    ("pixel_unshuffle", [(2, 1, 3, 6)], (3,), {}),
    ("channel_shuffle", [(2, 6, 2, 1)], (3,), {}),
    ("channel_shuffle", [(1, 4, 3)], (2,), {}),
    *(
        ("interpolate", [shape], (), {"mode": mode, "size": size})
        for mode, shape, size in [
            ("area", (2, 1, 5), 3),
            ("area", (1, 2, 4, 3), (3, 5)),
            ("area", (1, 1, 2, 3, 2), (1, 4, 2)),
            ("nearest-exact", (2, 1, 5), 3),
            ("nearest-exact", (1, 2, 4, 3), (3, 5)),
            ("nearest-exact", (1, 1, 2, 3, 2), (3, 4, 1)),
            ("bicubic", (1, 2, 4, 3), (3, 7)),
            ("bicubic", (1, 1, 1, 2), (2, 1)),
        ]
    ),
    ("interpolate", [(1, 1, 4, 5)], (), {"mode": "bicubic", "size": (7, 3), "align_corners": True}),
    ("interpolate", [(1, 1, 4, 5)], (), {"mode": "bicubic", "scale_factor": 1.3}),
    ("interpolate", [(1, 1, 4, 5)], (), {"mode": "bicubic", "scale_factor": 1.3, "recompute_scale_factor": True}),
    ("interpolate", [(1, 1, 5)], (), {"mode": "area", "scale_factor": 0.7}),
    *(
        ("interpolate", [(1, 1, 7, 5)], (), {"mode": mode, "antialias": True, **size})
        for mode in ("bilinear", "bicubic")
        for size in [
            {"size": (3, 2)},
            {"size": (9, 3)},
            {"size": (2, 8), "align_corners": True},
            {"size": (1, 1)},
            {"scale_factor": (0.4, 0.7)},
        ]
    ),
    *(
        ("affine_grid", [(2, axes, axes + 1)], (size,), {"align_corners": aligned})
        for axes, size in [(2, (2, 1, 3, 4)), (3, (2, 3, 2, 4, 3))]
        for aligned in (False, True)
    ),
    *(
        ("grid_sample", [image, grid], (), {"mode": mode, "padding_mode": padding, "align_corners": aligned})
        for mode, image, grid in [
            ("bilinear", (2, 1, 2, 3), (2, 2, 3, 2)),
            ("nearest", (2, 1, 2, 3), (2, 2, 3, 2)),
            ("bicubic", (2, 1, 2, 3), (2, 2, 3, 2)),
            ("bicubic", (1, 1, 1, 5), (1, 1, 4, 2)),
            ("bilinear", (1, 2, 2, 3, 2), (1, 1, 2, 2, 3)),
            ("nearest", (1, 2, 2, 3, 2), (1, 1, 2, 2, 3)),
        ]
        for padding in ("zeros", "border", "reflection")
        for aligned in (False, True)
    ),
    ("unfold", [(2, 3, 4, 5)], ((2, 3),), {"dilation": (2, 1), "padding": (1, 0), "stride": (1, 2)}),
    ("unfold", [(2, 4, 3)], (2, 1, 1, 2), {}),
    ("fold", [(2, 12, 6)], ((4, 5), (2, 3)), {"dilation": (2, 1), "padding": (1, 0), "stride": (2, 1)}),
    ("fold", [(4, 9)], (4, 2), {}),
    ("fold", [(1, 8, 4)], ((5, 4), 2, 1, 0, (3, 2)), {}),
]


def _named(calls):
    return [pytest.param(*call, id=f"{call[0]}-{'-'.join(map(str, call[1]))}") for call in calls]


@pytest.mark.parametrize(("name", "shapes", "rest", "options"), _named(CALLS))
def test_an_operation_is_torchs(name, shapes, rest, options):
    given = arrays(shapes)
    ours = getattr(o, name)
    theirs = getattr(torch.nn.functional, name)
    expected, slopes = of_torch(lambda *x: theirs(*x, *rest, **options), given)
    found, found_slopes = of_diffcheck(lambda *x: ours(*x, *rest, **options), given)
    by_numpy = ours(*given, *rest, **options)
    by_torch = ours(*map(torch.tensor, given), *rest, **options)
    assert expected.shape == found.shape == by_numpy.shape == tuple(by_torch.shape)
    np.testing.assert_allclose(found, expected, **NEAR)
    np.testing.assert_allclose(by_numpy, expected, **NEAR)
    np.testing.assert_array_equal(by_torch.numpy(), expected)
    np.testing.assert_allclose(found_slopes, slopes, **NEAR)


@pytest.mark.parametrize(("name", "shapes", "rest", "options"), _named(CALLS))
def test_single_precision_stays_single(name, shapes, rest, options):
    """NumPy computes in the precision of what it is given."""
    given = [a.astype(np.float32) for a in arrays(shapes)]
    assert getattr(o, name)(*given, *rest, **options).dtype == np.float32


@pytest.mark.parametrize(("name", "shapes", "rest", "options"), _named(CALLS))
def test_every_engine_has_the_gradient(name, shapes, rest, options):
    rows = checked(lambda *x: o.sum(o.tanh(getattr(o, name)(*x, *rest, **options))), arrays(shapes))
    assert {row.engine for row in rows} == {"symbolic", "finite", "autograd"}
    assert {row.verdict for row in rows} <= {Verdict.AGREE, Verdict.LOSSY}


def test_a_window_of_zeros_is_a_kink():
    """The length of two numbers has the slopes -1 and 1 at zero."""
    rows = checked(lambda x: o.sum(o.lp_pool1d(x, 2, 2)), [np.array([[0.0, 0.0, 3.0, 4.0]])])
    assert {row.truth for row in rows} == {"[-1, 1]"}
    assert {row.engine: row.verdict for row in rows}["autograd"] is Verdict.KINK


def test_neighbours_on_the_wrong_side_are_found():
    """Of an even number of channels one more lies before than behind."""

    def mirrored(a):
        return torch.tanh(torch.nn.functional.local_response_norm(a.flip(1), 2, alpha=1.0).flip(1)).sum()

    given = arrays([(1, 3, 2)])
    rows = checked(
        lambda x: o.sum(o.tanh(o.local_response_norm(x, 2, alpha=1.0))), given, implementations={"autograd": mirrored}
    )
    assert {row.engine: row.verdict for row in rows}["autograd"] is Verdict.DISAGREE


def multilabel_margin(target):
    return (
        lambda x: o.multilabel_margin_loss(x, np.array(target)),
        lambda x: torch.nn.functional.multilabel_margin_loss(x, torch.tensor(target)),
    )


def cosine_embedding(sign, *margin):
    return (
        lambda x, y: o.cosine_embedding_loss(x, y, np.array(sign), *margin),
        lambda x, y: torch.nn.functional.cosine_embedding_loss(x, y, torch.tensor(sign), *margin),
    )


# Both functions, the shapes of their arguments.
LOSSES = {
    "multilabel margin": (multilabel_margin(LABELS), [(4, 4)]),
    "multilabel margin of one row": (multilabel_margin([2, 0, -1]), [(3,)]),
    "multilabel margin without a label": (multilabel_margin([[-1, 0], [1, -1]]), [(2, 2)]),
    "multilabel margin of no pair": (multilabel_margin([-1, 0, 1]), [(3,)]),
    "cosine embedding": (cosine_embedding([1, -1, 1, -1]), [(4, 3), (4, 3)]),
    "cosine embedding with a margin": (cosine_embedding([-1, -1, -1, 1], 0.25), [(4, 3), (4, 3)]),
    "cosine embedding of one": (cosine_embedding(-1, -0.9), [(3,), (3,)]),
}


@pytest.mark.parametrize("size", [1e-3, 1e-6, 1e-9, 0.0])
def test_short_vectors_have_torchs_cosine(size):
    """Where what is added to squared lengths is most of them."""
    given = [size * np.array([1.0, 2.0, -1.0]), np.array([1.0, 0.5, 0.0])]
    ours, theirs = cosine_embedding(1)
    np.testing.assert_allclose(ours(*given), theirs(*map(torch.tensor, given)).item(), rtol=4e-16)
    np.testing.assert_allclose(of_diffcheck(ours, given)[1], of_torch(theirs, given)[1], rtol=1e-14)


@pytest.mark.parametrize(("functions", "shapes"), LOSSES.values(), ids=LOSSES)
def test_a_loss_is_torchs(functions, shapes):
    given = arrays(shapes)
    ours, theirs = functions
    expected, slopes = of_torch(theirs, given)
    found, found_slopes = of_diffcheck(ours, given)
    np.testing.assert_allclose(found, expected, **NEAR)
    np.testing.assert_allclose(ours(*given), expected, **NEAR)
    np.testing.assert_array_equal(ours(*map(torch.tensor, given)).numpy(), expected)
    np.testing.assert_allclose(found_slopes, slopes, **NEAR)


# Laws that need no library.


def test_a_transposed_convolution_is_the_transpose():
    """<conv(x), y> = <x, conv_transpose(y)>, whatever x and y are."""
    x, w, y = arrays([(2, 4, 7, 5), (6, 2, 3, 2), (2, 6, 4, 5)])
    options = {"stride": (2, 1), "padding": (1, 1), "groups": 2, "dilation": (1, 2)}
    there = o.conv2d(x, w, **options)
    back = o.conv_transpose2d(y[:, :, :, : there.shape[3]], w, **options)
    np.testing.assert_allclose(np.sum(there * y[:, :, :, : there.shape[3]]), np.sum(x * back), rtol=1e-12)


def test_folding_counts_how_often_an_element_was_seen():
    (x,) = arrays([(1, 2, 4, 5)])
    seen = o.fold(o.unfold(np.ones_like(x), 2), (4, 5), 2)
    assert seen[0, 0].tolist() == [[1, 2, 2, 2, 1], [2, 4, 4, 4, 2], [2, 4, 4, 4, 2], [1, 2, 2, 2, 1]]
    np.testing.assert_allclose(o.fold(o.unfold(x, 2), (4, 5), 2), seen * x, rtol=1e-15)


def test_shuffled_pixels_go_back():
    (x,) = arrays([(2, 9, 2, 4)])
    assert np.array_equal(o.pixel_unshuffle(o.pixel_shuffle(x, 3), 3), x)
