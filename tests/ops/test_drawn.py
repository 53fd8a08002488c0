"""Layers of given random numbers against torch's own, which draw them: the same seed gives the same draws."""

import numpy as np
import pytest
import torch
from like_torch import NEAR, arrays, checked, of_diffcheck, of_torch

import diffcheck.ops as o
from diffcheck.errors import CaseError
from diffcheck.program.trace import record
from diffcheck.verdict import Verdict

F = torch.nn.functional
RATE = 0.4


def seeded(function):
    """The function of tensors with the same draws at every call."""

    def call(*x):
        torch.manual_seed(3)
        return function(*x)

    return call


def kept(drop, shape):
    """Ones where torch keeps what it is given, zeros elsewhere."""
    return (seeded(drop)(torch.full(shape, 100.0, dtype=torch.float64)).numpy() > 50).astype(float)


def dropout(name, shape, masked=None, **options):
    """Torch's function, and ours with the mask that it draws, of all elements or of the first axes."""

    def drop(x):
        return getattr(F, name)(x, RATE, training=True, **options)

    mask = kept(drop, shape)
    mask = mask if masked is None else mask[(*[slice(None)] * masked, *[0] * (len(shape) - masked))]
    return drop, lambda x: getattr(o, name)(x, mask, RATE), shape


def noise(shape):
    return -torch.empty(shape, dtype=torch.float64).exponential_().log()


def slopes(shape):
    """Those that torch draws for what is negative: what it makes of -1, with the other sign."""
    signs = torch.tensor(np.sign(arrays([shape])[0]))
    return -seeded(lambda x: F.rrelu(x, 0.1, 0.6, training=True))(signs).numpy()


# Torch's function, ours, the shape of the argument.
LAYERS = {
    "dropout": dropout("dropout", (3, 4)),
    "dropout1d": dropout("dropout1d", (4, 3, 2), 2),
    "dropout1d of one": dropout("dropout1d", (6, 2), 1),
    "dropout2d": dropout("dropout2d", (2, 4, 2, 2), 2),
    "dropout3d": dropout("dropout3d", (2, 4, 1, 2, 2), 2),
    "dropout3d of one": dropout("dropout3d", (5, 2, 1, 2), 1),
    "alpha_dropout": dropout("alpha_dropout", (3, 4)),
    "feature_alpha_dropout": dropout("feature_alpha_dropout", (3, 4, 2), 2),
    "gumbel_softmax": (
        lambda x: F.gumbel_softmax(x, tau=0.5, dim=0),
        lambda x: o.gumbel_softmax(x, seeded(noise)((3, 4)).numpy(), 0.5, 0),
        (3, 4),
    ),
    "rrelu": (lambda x: F.rrelu(x, 0.1, 0.6), lambda x: o.rrelu(x, 0.1, 0.6), (3, 4)),
    "rrelu of drawn slopes": (
        lambda x: F.rrelu(x, 0.1, 0.6, training=True),
        lambda x: o.rrelu(x, slopes=slopes((3, 4))),
        (3, 4),
    ),
}


@pytest.mark.parametrize(("theirs", "ours", "shape"), LAYERS.values(), ids=LAYERS)
def test_the_same_draws_give_the_same(theirs, ours, shape):
    given = arrays([shape])
    expected, expected_slopes = of_torch(seeded(theirs), given)
    found, found_slopes = of_diffcheck(ours, given)
    np.testing.assert_allclose(found, expected, **NEAR)
    np.testing.assert_allclose(ours(*given), expected, **NEAR)
    np.testing.assert_allclose(ours(*map(torch.tensor, given)).numpy(), expected, **NEAR)
    np.testing.assert_allclose(found_slopes, expected_slopes, **NEAR)
    assert ours(given[0].astype(np.float32)).dtype == np.float32
    assert ours(torch.tensor(given[0].astype(np.float32))).dtype == torch.float32


@pytest.mark.parametrize(("theirs", "ours", "shape"), LAYERS.values(), ids=LAYERS)
def test_every_engine_has_the_gradient(theirs, ours, shape):
    rows = checked(lambda x: o.sum(o.tanh(ours(x))), arrays([shape]))
    assert {row.engine for row in rows} == {"symbolic", "finite", "autograd"}
    assert {row.verdict for row in rows} <= {Verdict.AGREE, Verdict.LOSSY}


def test_alpha_dropout_keeps_mean_and_variance():
    """Over all masks, by their probabilities: of mean 0 and variance 1 that is what they stay."""
    x = np.array([1.0, -1.0])
    found = np.stack([o.alpha_dropout(x, np.full(2, keeps), RATE) for keeps in (0, 1)])
    weights = np.array([[RATE], [1 - RATE]]) / 2
    np.testing.assert_allclose((weights * found).sum(), 0, atol=1e-15)
    np.testing.assert_allclose((weights * found**2).sum(), 1, rtol=1e-15)


# The places in bags, where these begin, options.
BAGS = {
    "rows": (np.array([[2, 0, 2], [1, 1, 3]]), None, {}),
    "rows of sums": (np.array([[2, 0], [1, 1]]), None, {"mode": "sum"}),
    "rows of the largest": (np.array([[2, 0], [1, 3]]), None, {"mode": "max"}),
    "bags": (np.array([2, 0, 1, 3, 3]), np.array([0, 3]), {"mode": "mean"}),
    "an empty bag": (np.array([2, 0, 1]), np.array([0, 2, 2]), {"mode": "sum"}),
    "an empty bag of means": (np.array([2, 0, 1]), np.array([0, 0, 2]), {}),
    "the last end": (np.array([2, 0, 1]), np.array([0, 1, 3]), {"mode": "sum", "include_last_offset": True}),
    "padding": (np.array([[2, 0, 1], [0, 0, 3], [0, 0, 0]]), None, {"padding_idx": 0}),
    "padding by the last row": (np.array([[2, 3, 1], [3, 3, 0]]), None, {"padding_idx": -1}),
    "padding of the largest": (np.array([[2, 0, 1], [0, 0, 3]]), None, {"padding_idx": 0, "mode": "max"}),
    "weights": (
        np.array([[2, 0], [1, 1]]),
        None,
        {"mode": "sum", "per_sample_weights": np.array([[0.5, 2.0], [-1.0, 3.0]])},
    ),
    "weights of bags": (
        np.array([2, 0, 1]),
        np.array([0, 1]),
        {"mode": "sum", "per_sample_weights": np.array([0.5, 2.0, -1.0]), "padding_idx": 2},
    ),
}


@pytest.mark.parametrize(("places", "offsets", "options"), BAGS.values(), ids=BAGS)
def test_bags_are_torchs(places, offsets, options):
    (weight,) = arrays([(4, 3)])
    given = {k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    starts = () if offsets is None else (offsets,)

    def ours(w):
        return o.embedding_bag(w, places, *starts, **options)

    expected, slopes = of_torch(
        lambda w: F.embedding_bag(torch.tensor(places), w, *map(torch.tensor, starts), **given), [weight]
    )
    found, found_slopes = of_diffcheck(ours, [weight])
    np.testing.assert_allclose(found, expected, **NEAR)
    np.testing.assert_allclose(ours(weight), expected, **NEAR)
    np.testing.assert_array_equal(ours(torch.tensor(weight)).numpy(), expected)
    np.testing.assert_allclose(found_slopes, slopes, **NEAR)
    assert ours(weight.astype(np.float32)).dtype == np.float32
    rows = checked(lambda w: o.sum(o.tanh(ours(w))), [weight])
    assert {row.verdict for row in rows} <= {Verdict.AGREE, Verdict.LOSSY}


def test_the_weights_in_a_bag_are_inputs_too():
    weight, shares = arrays([(4, 3), (2, 2)])
    places = np.array([[2, 0], [1, 1]])
    rows = checked(
        lambda w, s: o.sum(o.tanh(o.embedding_bag(w, places, mode="sum", per_sample_weights=s))), [weight, shares]
    )
    assert {row.verdict for row in rows} <= {Verdict.AGREE, Verdict.LOSSY}


@pytest.mark.parametrize(("labels", "classes"), [([[2, 0], [1, 1]], -1), ([0, 3], 5), (2, 3)], ids=str)
def test_one_hot_is_torchs(labels, classes):
    expected = F.one_hot(torch.tensor(labels), classes)
    found = o.one_hot(np.array(labels), classes)
    assert found.tolist() == expected.tolist()
    assert o.one_hot(torch.tensor(labels), classes).tolist() == expected.tolist()


MISTAKES = {
    "a mask of elements": (
        lambda x: o.dropout2d(x, np.ones((2, 3)), 0.5),
        r"the mask \(2, 3\): it must hold a number a",
    ),
    "labels of an input": (lambda x: o.one_hot(x), "one_hot: its labels depend on an input"),
    "a class too few": (lambda x: x * o.one_hot(np.array([3]), 3), r"labels \[3\] must be whole numbers from 0 to 2"),
    "places of an input": (lambda x: o.embedding_bag(x, x), "embedding_bag: its places depend on an input"),
    "a bag without a beginning": (lambda x: o.embedding_bag(x, np.array([0, 1])), "one row and its offsets"),
    "weights in a mean": (
        lambda x: o.embedding_bag(x, np.array([[0]]), per_sample_weights=np.ones((1, 1))),
        "with per_sample_weights sum alone",
    ),
    "gelu": (lambda x: o.gelu(x, approximate="erf"), "gelu: unknown approximate 'erf'"),
}


@pytest.mark.parametrize(("function", "told"), MISTAKES.values(), ids=MISTAKES)
def test_what_does_not_fit_is_refused(function, told):
    with pytest.raises(CaseError, match=told):
        record(function, {"x": (2, 3)}, {})
