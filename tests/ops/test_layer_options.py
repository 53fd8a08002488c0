"""Layers whose arguments stand in another order than torch's, with all their options: values, slopes, engines."""

import numpy as np
import pytest
import torch
from like_torch import NEAR, arrays, checked, of_diffcheck, of_torch

import diffcheck.ops as o
from diffcheck.errors import CaseError
from diffcheck.program.trace import record
from diffcheck.verdict import Verdict

F = torch.nn.functional
MASK = np.array([[True, False, True], [False, True, False], [True, True, True]])
BLIND = np.array([[True, False, True], [False, False, False], [True, True, True]])
ADDED = np.array([[0.5, -np.inf, -1.0], [0.0, 2.0, 0.25], [-np.inf, -np.inf, 1.0]])
FINITE = np.array([[0.5, -3.0, -1.0]])
CENTRE, SPREAD = np.array([0.5, -1.0, 2.0]), np.array([0.25, 1.0, 3.0])
OPTIONS = {"running_mean": CENTRE, "running_var": SPREAD}
HEADS = [(2, 4, 3, 2), (2, 2, 3, 2), (2, 2, 3, 5)]
ROWS = [(2, 3, 4), (2, 3, 4), (2, 3, 2)]


def attention(shapes, *mask, **options):
    return (
        lambda q, k, v: o.attention(q, k, v, *mask, **options),
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, *map(torch.tensor, mask), **options),
        shapes,
    )


def of_channels(name, shape, eps=1e-5):
    statistics = {k: torch.tensor(v) for k, v in OPTIONS.items()}
    flag = {"batch_norm": {"training": False}, "instance_norm": {"use_input_stats": False}}[name]
    return (
        lambda x, w, b: getattr(o, name)(x, w, b, eps, **OPTIONS, **flag),
        lambda x, w, b: getattr(F, name)(x, weight=w, bias=b, eps=eps, **statistics, **flag),
        [shape, (3,), (3,)],
    )


def largest(axes, shape, kernel, **options):
    """Unpooling of squares that are pooled, at the places where torch finds the largest of normal numbers."""
    pool = getattr(F, f"max_pool{axes}d")
    pooled, places = pool(torch.tensor(arrays([shape])[0]), kernel, return_indices=True, **options)
    name = f"max_unpool{axes}d"
    return (
        lambda x: getattr(o, name)(x, places.numpy(), kernel, output_size=shape[-axes:], **options),
        lambda x: getattr(F, name)(x, places, kernel, output_size=shape[-axes:], **options),
        [tuple(pooled.shape)],
    )


def fractional(axes, shape, kernel, size, seed=0):
    batch = shape if len(shape) == axes + 2 else (1, *shape)
    samples = np.random.default_rng(seed).uniform(size=(*batch[:2], axes))
    name = f"fractional_max_pool{axes}d"
    return (
        lambda x: getattr(o, name)(x, kernel, samples, size),
        lambda x: getattr(F, name)(x, kernel, size, _random_samples=torch.tensor(samples)),
        [shape],
    )


def heads(shapes, biases=True, **masks):
    """Attention of a layer of width four with two heads; the maps into it are one input with both biases."""
    given = {k: torch.tensor(v) for k, v in masks.items()}

    def maps(w):
        return (w[:12, :4], w[:12, 4] if biases else None, w[12:, :4], w[12:, 4] if biases else None)

    def theirs(q, k, v, w):
        into, bias, out, of_out = maps(w)
        rest = (4, 2, into, bias, None, None, False, 0.0, out, of_out)
        return F.multi_head_attention_forward(q, k, v, *rest, training=False, need_weights=False, **given)[0]

    return lambda q, k, v, w: o.multi_head_attention(q, k, v, 2, *maps(w), **masks), theirs, [*shapes, (16, 5)]


BATCH, ONE = [(3, 2, 4)] * 3, [(2, 4), (3, 4), (3, 4)]

# Our function, torch's, the shapes of the arguments.
LAYERS = {
    "attention with another scale": attention(ROWS, scale=0.7),
    "attention to what came before": attention(ROWS, is_causal=True),
    "attention to what came before, of more": attention([(2, 4), (5, 4), (5, 3)], is_causal=True),
    "attention with a mask": attention(ROWS, MASK),
    "attention of one that sees nothing": attention(ROWS, BLIND, scale=2.0),
    "attention with numbers added": attention(ROWS, FINITE),
    "attention with infinities added": attention(ROWS, ADDED),
    "attention of heads in groups": attention(HEADS, enable_gqa=True),
    "attention of heads in groups with a mask": attention(HEADS, MASK, enable_gqa=True),
    "attention with a mask that is an input": (
        o.attention,
        lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, m),
        [*ROWS, (3, 3)],
    ),
    "a layer of heads": heads(BATCH),
    "a layer of heads without a batch": heads(ONE, biases=False),
    "a layer of heads with a mask": heads(BATCH, attn_mask=~MASK),
    "a layer of heads with numbers added": heads(BATCH, attn_mask=ADDED),
    "a layer of heads with a mask for each": heads(BATCH, attn_mask=np.stack([~MASK, ~MASK.T, MASK[::-1], ~MASK])),
    "a layer of heads with padding": heads(
        BATCH, attn_mask=~MASK, key_padding_mask=np.array([[False, False, True], [False] * 3])
    ),
    "a layer of heads with padding without a batch": heads(ONE, key_padding_mask=np.array([True, False, False])),
    "layer_norm over two axes": (
        lambda x, w, b: o.layer_norm(x, w, b, 0.5, normalized_shape=(3, 4)),
        lambda x, w, b: F.layer_norm(x, (3, 4), w, b, 0.5),
        [(2, 3, 4), (3, 4), (3, 4)],
    ),
    "rms_norm over two axes": (
        lambda x, w: o.rms_norm(x, w, None, normalized_shape=(3, 4)),
        lambda x, w: F.rms_norm(x, (3, 4), w),
        [(2, 3, 4), (3, 4)],
    ),
    "batch_norm in evaluation": of_channels("batch_norm", (2, 3, 4), 0.25),
    "batch_norm of rows in evaluation": of_channels("batch_norm", (4, 3)),
    "instance_norm in evaluation": of_channels("instance_norm", (2, 3, 2, 2), 0.25),
    **{
        f"normalize by {p}": (
            lambda x, p=p: o.normalize(x, p, 1, 0.1),
            lambda x, p=p: F.normalize(x, p, 1, 0.1),
            [(2, 3, 2)],
        )
        for p in (1.0, 2.0, 2.5, np.inf)
    },
    **{f"pdist by {p}": (lambda x, p=p: o.pdist(x, p), lambda x, p=p: F.pdist(x, p), [(4, 3)]) for p in (1, 2, 3.5)},
    "pdist by the largest": (lambda x: o.pdist(x, np.inf), lambda x: F.pdist(x, np.inf), [(4, 3)]),
    "pdist of one row": (lambda x: o.pdist(x), lambda x: F.pdist(x), [(2, 3)]),
    "pairwise_distance by the largest": (
        lambda x, y: o.pairwise_distance(x, y, np.inf),
        lambda x, y: F.pairwise_distance(x, y, np.inf),
        [(2, 3), (2, 3)],
    ),
    "prelu of channels": (o.prelu, F.prelu, [(2, 3, 2), (3,)]),
    "prelu of one": (o.prelu, F.prelu, [(2, 3, 2), (1,)]),
    "gelu by tanh": (lambda x: o.gelu(x, approximate="tanh"), lambda x: F.gelu(x, approximate="tanh"), [(2, 3)]),
    "max_unpool1d": largest(1, (2, 3, 7), 2),
    "max_unpool1d without a batch": largest(1, (2, 6), 2),
    "max_unpool2d": largest(2, (1, 2, 5, 6), (2, 3), stride=(3, 3)),
    "max_unpool2d of padded": largest(2, (2, 4, 4), 2, padding=1),
    "max_unpool3d": largest(3, (1, 2, 2, 4, 3), (1, 2, 3)),
    **{f"fractional_max_pool2d of seed {seed}": fractional(2, (2, 2, 7, 6), (2, 3), (4, 3), seed) for seed in range(3)},
    "fractional_max_pool2d to one": fractional(2, (2, 5, 4), 2, (1, 3)),
    **{
        f"fractional_max_pool3d of seed {seed}": fractional(3, (1, 2, 4, 7, 6), (1, 2, 3), (2, 4, 3), seed)
        for seed in range(3)
    },
}
each_layer = pytest.mark.parametrize(("ours", "theirs", "shapes"), LAYERS.values(), ids=LAYERS)


@each_layer
def test_a_layer_is_torchs(ours, theirs, shapes):
    given = arrays(shapes)
    expected, slopes = of_torch(theirs, given)
    found, found_slopes = of_diffcheck(ours, given)
    by_numpy, by_torch = ours(*given), ours(*map(torch.tensor, given))
    assert expected.shape == found.shape == by_numpy.shape == tuple(by_torch.shape)
    np.testing.assert_allclose(found, expected, **NEAR)
    np.testing.assert_allclose(by_numpy, expected, **NEAR)
    np.testing.assert_array_equal(by_torch.numpy(), expected)
    np.testing.assert_allclose(found_slopes, slopes, **NEAR)
    assert ours(*(a.astype(np.float32) for a in given)).dtype == np.float32


@each_layer
def test_every_engine_has_the_gradient(ours, theirs, shapes):
    rows = checked(lambda *x: o.sum(o.tanh(ours(*x))), arrays(shapes))
    assert {row.engine for row in rows} == {"symbolic", "finite", "autograd"}
    assert {row.verdict for row in rows} <= {Verdict.AGREE, Verdict.LOSSY}


@pytest.mark.parametrize("size", [1.0, 1e3])
def test_what_a_mask_hides_may_be_larger_than_all_else(size):
    """By e^s alone the weights of what is shown would be zeros, and their quotients no numbers."""
    q, k, v = (size * np.array(x) for x in ([[1.0], [2.0]], [[-1.0], [3.0]], [[0.5], [4.0]]))
    shown = np.array([[True, False], [True, False]])
    np.testing.assert_array_equal(o.attention(q, k, v, shown), np.broadcast_to(v[0], (2, 1)))
    rows = checked(lambda x: o.sum(o.attention(q, x, v, shown)), [k], domain=(-1e4, 1e4))
    assert {row.truth.partition(" ")[0] for row in rows} == {"0"}
    assert {row.verdict for row in rows} == {Verdict.AGREE}


# Where pieces meet: a function of one array, a point, whether the truth there has two sides.
TIES = {
    "rows of no distance": (lambda x: o.sum(o.pdist(o.reshape(x, (2, 2)))), [1.0, 2.0, 1.0, 2.0], True),
    "a distance of blocks": (lambda x: o.sum(o.pdist(o.reshape(x, (2, 2)), 1)), [1.0, 2.0, 3.0, 2.0], True),
    "a length that is eps": (lambda x: o.sum(o.normalize(x, eps=5.0)), [3.0, 4.0], True),
    "shorter than eps": (lambda x: o.sum(o.normalize(x, eps=1.0)), [0.5, -0.25], False),
    "two largest in a window": (
        lambda x: o.sum(o.fractional_max_pool2d(o.reshape(x, (1, 1, 2)), (1, 2), np.full((1, 1, 2), 0.5), (1, 1))),
        [2.0, 2.0],
        True,
    ),
    "zero where slopes meet": (lambda x: o.sum(o.prelu(x, np.array(0.25))), [0.0, 1.0], True),
}


@pytest.mark.parametrize(("function", "x", "kink"), TIES.values(), ids=TIES)
def test_ties_are_kinks(function, x, kink):
    rows = checked(function, [np.array(x)])
    assert {row.truth.startswith("[") for row in rows} == {kink}
    assert {row.engine: row.verdict for row in rows}["autograd"] is (Verdict.KINK if kink else Verdict.AGREE)


MISTAKES = {
    "two masks": (lambda x: o.attention(x, x, x, MASK, is_causal=True), "attention: a mask beside is_causal=True"),
    "heads of no width": (
        lambda x: o.multi_head_attention(x, x, x, 2, x, None, x, None),
        "a width of 3, 2 heads, in_proj_weight of shape",
    ),
    "another shape": (lambda x: o.layer_norm(x, normalized_shape=(2, 3)), r"does not end in normalized_shape \(2, 3\)"),
    "half of the statistics": (lambda x: o.batch_norm(x, running_mean=CENTRE), "both of running_mean and running_var"),
    "no power": (lambda x: o.normalize(x, p=0), "normalize: p=0: it must be a positive number"),
    "no matrix": (lambda x: o.pdist(x[0]), r"pdist: x has shape \(3,\)"),
    "a place twice": (lambda x: o.max_unpool1d(x, MASK * 1, 2), "in each channel no two alike"),
    "a place too far": (lambda x: o.max_unpool1d(x, MASK * 6, 2), "as many whole numbers below 6"),
    "places of an input": (lambda x: o.max_unpool1d(x, x, 2), "max_unpool1d: its places depend on an input"),
    "samples of one axis": (
        lambda x: o.fractional_max_pool2d(x[None], 2, np.full((1, 1, 1), 0.5), 1),
        r"samples \(1, 1, 1\): windows must fit",
    ),
}


@pytest.mark.parametrize(("function", "told"), MISTAKES.values(), ids=MISTAKES)
def test_what_does_not_fit_is_refused(function, told):
    with pytest.raises(CaseError, match=told):
        record(function, {"x": (3, 3)}, {})
