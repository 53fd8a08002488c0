"""Calls as torch writes them, with its order of arguments and its options: values and slopes are torch's."""

import numpy as np
import pytest
import torch
from array_calls import Torch
from like_torch import NEAR, arrays, of_diffcheck, of_torch

from diffcheck import ops
from diffcheck.errors import CaseError, UsageError
from diffcheck.program.trace import record
from diffcheck.sources.expression import Expression

PLACES = np.array([2, 0, 2])
CENTRE, SPREAD = np.array([0.5, -1.0, 2.0]), np.array([0.25, 1.0, 3.0])
SAMPLES = np.array([[[0.3, 0.6], [0.1, 0.8]]])


class Functional(Torch):
    """Torch's functions, those of layers first."""

    rooms = (torch.nn.functional, torch.linalg, torch, torch.special, torch.fft)


# A function of a library and of arrays, and the shapes of these: the call is one text for both.
IN_ORDER = {
    "layer_norm": (lambda o, x: o.layer_norm(x, (3,)), [(2, 3)]),
    "layer_norm of two axes": (lambda o, x, w, b: o.layer_norm(x, [2, 3], w, b, eps=0.0), [(2, 2, 3), (2, 3), (2, 3)]),
    "rms_norm": (lambda o, x: o.rms_norm(x, (3,), eps=0.0), [(2, 3)]),
    "rms_norm without eps": (lambda o, x: o.rms_norm(x, (3,)), [(2, 3)]),
    "rms_norm with a weight": (lambda o, x, w: o.rms_norm(x, (3,), w, 0.5), [(2, 3), (3,)]),
    "batch_norm": (lambda o, x, w, b: o.batch_norm(x, None, None, w, b, True, 0.1, 0.5), [(4, 3), (3,), (3,)]),
    "batch_norm in evaluation": (
        lambda o, x, w, b: o.batch_norm(x, CENTRE, SPREAD, w, b, eps=0.5),
        [(2, 3, 2), (3,), (3,)],
    ),
    "batch_norm without a weight": (lambda o, x: o.batch_norm(x, CENTRE, SPREAD, training=False), [(2, 3)]),
    "batch_norm in training": (lambda o, x: o.batch_norm(x, CENTRE + 0, SPREAD + 0, training=True), [(4, 3)]),
    "instance_norm": (lambda o, x, w, b: o.instance_norm(x, None, None, w, b, True), [(2, 3, 4), (3,), (3,)]),
    "instance_norm in evaluation": (
        lambda o, x: o.instance_norm(x, CENTRE, SPREAD, use_input_stats=False),
        [(2, 3, 4)],
    ),
    "normalize": (lambda o, x: o.normalize(x, 1, 2), [(2, 3, 2)]),
    "normalize without an axis": (lambda o, x: o.normalize(x, 3.0), [(2, 3, 2)]),
    "cosine_similarity": (lambda o, x, y: o.cosine_similarity(x, y), [(2, 3, 2), (2, 3, 2)]),
    "embedding": (lambda o, w: o.embedding(PLACES, w), [(3, 2)]),
    "embedding of places by position": (lambda o, w: o.embedding(PLACES, weight=w), [(3, 2)]),
    "ctc_loss": (
        lambda o, x: o.ctc_loss(o.log_softmax(x, 2), np.array([[1, 2]]), (4,), (2,), 0, "sum"),
        [(4, 1, 3)],
    ),
    "embedding_bag": (lambda o, w: o.embedding_bag(PLACES, w, np.array([0, 1]), mode="sum"), [(3, 2)]),
    "multi_margin_loss": (lambda o, x: o.multi_margin_loss(x, PLACES, 2, 0.5), [(3, 3)]),
    "huber_loss": (lambda o, x, y: o.huber_loss(x, y, "sum", 0.5), [(2, 3), (2, 3)]),
    "cross_entropy": (lambda o, x: o.cross_entropy(x, PLACES, SPREAD), [(3, 3)]),
    "nll_loss": (lambda o, x: o.nll_loss(x, PLACES, SPREAD), [(3, 3)]),
    "binary_cross_entropy_with_logits": (
        lambda o, x, y: o.binary_cross_entropy_with_logits(x, y, SPREAD),
        [(2, 3), (2, 3)],
    ),
    "binary_cross_entropy": (lambda o, x: o.binary_cross_entropy(x * x / 9, x * 0 + 0.5, SPREAD), [(2, 3)]),
    "multilabel_soft_margin_loss": (lambda o, x, y: o.multilabel_soft_margin_loss(x, y, SPREAD), [(2, 3), (2, 3)]),
    "poisson_nll_loss": (lambda o, x, y: o.poisson_nll_loss(x * x, y, False, False), [(2, 3), (2, 3)]),
    "triplet_margin_loss": (
        lambda o, x, y, z: o.triplet_margin_loss(x, y, z, 2.0, 3.0, 0.5, True),
        [(2, 3), (2, 3), (2, 3)],
    ),
    "grid_sample": (
        lambda o, x, g: o.grid_sample(x, g, "bilinear", "border", True),
        [(1, 1, 3, 3), (1, 2, 2, 2)],
    ),
    "fractional_max_pool2d": (
        lambda o, x: o.fractional_max_pool2d(x, 2, (2, 3), _random_samples=SAMPLES),
        [(1, 2, 5, 6)],
    ),
    "gaussian_nll_loss": (lambda o, x, y, v: o.gaussian_nll_loss(x, y, v * v, True, 1e-9, "sum"), [(2, 3)] * 3),
    "attention in the order of torch": (
        lambda o, q, k, v: o.scaled_dot_product_attention(q, k, v, None, 0.0, True, scale=0.5),
        [(2, 3), (2, 3), (2, 3)],
    ),
    "group_norm": (lambda o, x, w: o.group_norm(x, num_groups=2, weight=w), [(2, 4, 3), (4,)]),
    "attention": (
        lambda o, q, k, v: o.scaled_dot_product_attention(q, k, v, attn_mask=np.array([[True, False], [True, True]])),
        [(2, 3), (2, 3), (2, 3)],
    ),
}
OPTIONS = {
    "vector_norm of order 0": (lambda o, x: o.vector_norm(x, 0, dim=1), [(2, 3)]),
    "vector_norm of order 1": (lambda o, x: o.vector_norm(x, 1, dim=1), [(2, 3)]),
    "vector_norm of order 2": (lambda o, x: o.vector_norm(x, 2, dim=1), [(2, 3)]),
    "vector_norm of order 3": (lambda o, x: o.vector_norm(x, 3, dim=1), [(2, 3)]),
    "vector_norm of order -1": (lambda o, x: o.vector_norm(x, -1.0, dim=1), [(2, 3)]),
    "vector_norm of order inf": (lambda o, x: o.vector_norm(x, np.inf, dim=1), [(2, 3)]),
    "vector_norm of order minus inf": (lambda o, x: o.vector_norm(x, -np.inf, dim=1), [(2, 3)]),
    "vector_norm of all": (lambda o, x: o.vector_norm(x), [(2, 3)]),
    "vector_norm of two axes": (lambda o, x: o.vector_norm(x, ord=3, dim=(0, 2), keepdim=True), [(2, 3, 2)]),
    "matrix_norm of order 1": (lambda o, x: o.matrix_norm(x, 1), [(2, 2, 3)]),
    "matrix_norm of order -1": (lambda o, x: o.matrix_norm(x, -1), [(2, 2, 3)]),
    "matrix_norm of order 2": (lambda o, x: o.matrix_norm(x, 2), [(2, 2, 3)]),
    "matrix_norm of order -2": (lambda o, x: o.matrix_norm(x, -2), [(2, 2, 3)]),
    "matrix_norm of order inf": (lambda o, x: o.matrix_norm(x, np.inf), [(2, 2, 3)]),
    "matrix_norm of order -inf": (lambda o, x: o.matrix_norm(x, -np.inf), [(2, 2, 3)]),
    "matrix_norm of order fro": (lambda o, x: o.matrix_norm(x, "fro"), [(2, 2, 3)]),
    "matrix_norm of order nuc": (lambda o, x: o.matrix_norm(x, "nuc"), [(2, 2, 3)]),
    "matrix_norm of other axes": (lambda o, x: o.matrix_norm(x, ord=1, dim=(2, 0), keepdim=True), [(2, 2, 3)]),
    "norm along an axis": (lambda o, x: o.norm(x, dim=0), [(2, 3)]),
    "norm of an order": (lambda o, x: o.norm(x, 3), [(4,)]),
    "norm of matrices": (lambda o, x: o.norm(x, ord=np.inf, dim=(0, 1), keepdim=True), [(2, 3)]),
    "norm of an order of matrices": (lambda o, x: o.norm(x, ord=1), [(2, 3)]),
    "cond upside down": (lambda o, x: o.cond(x, -2), [(2, 3)]),
    "add alpha": (lambda o, x, y: o.add(x, y, alpha=2), [(2, 3), (3,)]),
    "sub alpha": (lambda o, x, y: o.sub(x, y, alpha=0.5), [(2, 3), (2, 3)]),
    "div downwards": (lambda o, x, y: o.div(x, y, rounding_mode="floor"), [(2, 3), (2, 3)]),
    "div towards zero": (lambda o, x, y: o.div(x, y, rounding_mode="trunc"), [(2, 3), (2, 3)]),
    "div as it is": (lambda o, x, y: o.div(x, y, rounding_mode=None), [(2, 3), (2, 3)]),
    "round behind the point": (lambda o, x: o.round(x, decimals=1), [(2, 3)]),
    "round before the point": (lambda o, x: o.round(70 * x, decimals=-2), [(2, 3)]),
    "clamp above": (lambda o, x, y: o.clamp(x, max=y), [(2, 3), (3,)]),
    "clip above": (lambda o, x: o.clip(x, None, 0.25), [(2, 3)]),
    "clip below": (lambda o, x: o.clip(x, min=-0.25), [(2, 3)]),
    "diff with ends": (lambda o, x, y, z: o.diff(x, 2, 0, y, z), [(2, 3), (1, 3), (2, 3)]),
    "cov without a correction": (lambda o, x: o.cov(x, correction=0), [(2, 4)]),
    "trapezoid apart": (lambda o, x: o.trapezoid(x, dx=0.5, dim=0), [(3, 2)]),
    "sort downwards": (lambda o, x: o.sort(x, 0, descending=True), [(4, 2)]),
    "topk of the smallest": (lambda o, x: o.topk(x, 2, largest=False), [(2, 4)]),
    "median of all": (lambda o, x: o.median(x), [(2, 3)]),
    "quantile linear": (lambda o, x: o.quantile(x, 0.3, 1, interpolation="linear"), [(2, 5)]),
    "quantile lower": (lambda o, x: o.quantile(x, 0.3, 1, interpolation="lower"), [(2, 5)]),
    "quantile higher": (lambda o, x: o.quantile(x, 0.3, 1, interpolation="higher"), [(2, 5)]),
    "quantile nearest": (lambda o, x: o.quantile(x, 0.3, 1, interpolation="nearest"), [(2, 5)]),
    "quantile midpoint": (lambda o, x: o.quantile(x, 0.3, 1, interpolation="midpoint"), [(2, 5)]),
    "quantile of all": (lambda o, x: o.quantile(x, 0.7), [(2, 3)]),
    "quantiles": (lambda o, x: o.quantile(x, np.array([0.25, 0.9]), dim=0, keepdim=True), [(4, 2)]),
    "diff twice": (lambda o, x: o.diff(x, n=2), [(2, 4)]),
    "diff of no order": (lambda o, x: o.diff(x, 0), [(2, 2)]),
    "std unbiased": (lambda o, x: o.std(x, dim=0, unbiased=False), [(3, 2)]),
    "var by the old order": (lambda o, x: o.var(x, 1, False, True), [(2, 3)]),
    "var of two axes": (lambda o, x: o.var(x, dim=(0, -1), correction=0), [(2, 3, 2)]),
    "logsumexp of two axes": (lambda o, x: o.logsumexp(x, dim=(0, 1)), [(2, 3, 2)]),
    "pad": (lambda o, x: o.pad(x, (2, 1)), [(2, 3)]),
    "pad of two axes": (lambda o, x: o.pad(x, [0, 1, 2, -1], "constant", 0.5), [(2, 2, 3)]),
    "pad mirrored": (lambda o, x: o.pad(x, (2, 1), mode="reflect"), [(2, 3)]),
    "pad without a value": (lambda o, x: o.pad(x, pad=(1, 0), value=None), [(3,)]),
    "roll": (lambda o, x: o.roll(x, -2), [(2, 3)]),
    "fftshift": (lambda o, x: o.fftshift(x, -1), [(2, 3)]),
    "fft2 of another size": (lambda o, x: o.real(o.fft2(x, (2, 4))), [(3, 2)]),
    "softplus": (lambda o, x: o.softplus(x, beta=3, threshold=1.5), [(2, 3)]),
    "softplus by position": (lambda o, x: o.softplus(x, 2.5), [(2, 3)]),
    "logit": (lambda o, x: o.logit(x, eps=0.25), [(2, 3)]),
    "logit without eps": (lambda o, x: o.logit(x * x / 16, eps=None), [(2, 3)]),
    "sum along a list of axes": (lambda o, x: o.sum(x, dim=[0, 2]), [(2, 3, 2)]),
    "var unbiased or not": (lambda o, x: o.var(x, False) + o.std(x, True), [(2, 3)]),
    "amax along no axes": (lambda o, x: o.amax(x, ()), [(2, 3)]),
    "sum along no axes": (lambda o, x: o.sum(x, dim=[]), [(2, 3)]),
    "cosine_similarity by names": (lambda o, x, y: o.cosine_similarity(x1=x, x2=y, dim=0), [(2, 3), (2, 3)]),
    "thin svd": (lambda o, x: o.svd(x, full_matrices=False)[1], [(3, 2)]),
    "amax along a list of axes": (lambda o, x: o.amax(x, [0, 1]), [(2, 3, 2)]),
    "var_mean by the old order": (lambda o, x: o.stack(list(o.var_mean(x, 1, False, True))), [(2, 3)]),
    "std_mean of two axes": (lambda o, x: o.stack(list(o.std_mean(x, (0, 1), correction=0))), [(2, 3, 2)]),
    "kron of vectors": (lambda o, x, y: o.kron(x, y), [(2,), (3,)]),
    "kron of blocks": (lambda o, x, y: o.kron(x, y), [(2, 1, 2), (3, 2)]),
    "cdist of the largest": (lambda o, x, y: o.cdist(x, y, p=np.inf), [(2, 3), (4, 3)]),
    "cdist of zero": (lambda o, x, y: o.cdist(x, y, 0), [(2, 3), (4, 3)]),
    "einsum of a list": (lambda o, x, y: o.einsum("ij,jk", [x, y]), [(2, 3), (3, 2)]),
    "meshgrid of a list": (lambda o, x, y: o.stack(list(o.meshgrid([x, y], indexing="ij"))), [(2,), (3,)]),
    "scatter of a value": (lambda o, x: o.scatter(x, 1, np.array([[0, 2], [1, 0]]), value=0.5), [(2, 3)]),
    "stft that says it is complex": (
        lambda o, x: o.real(o.stft(x, 4, window=np.ones(4), return_complex=True)),
        [(8,)],
    ),
    "matrix_power of nothing": (lambda o, x: o.matrix_power(x, 0) @ x, [(2, 3, 3)]),
    "sum of nothing": (lambda o, x: o.sum(x[:0]) + o.sum(x), [(3,)]),
    "sum of empty rows": (lambda o, x: o.sum(x[:, :0], dim=1, keepdim=True) + x, [(2, 3)]),
    "prod of nothing": (lambda o, x: o.prod(x[:0]) * o.prod(x), [(3,)]),
    "prod of empty rows": (lambda o, x: o.prod(x[:, :0], 1) * x[:, 0], [(2, 3)]),
    "matmul of nothing": (lambda o, x: o.matmul(x[:, :0], x.T[:0]) + x[:, :2], [(2, 3)]),
}
CALLS = {**IN_ORDER, **OPTIONS}
each_call = pytest.mark.parametrize(("call", "shapes"), CALLS.values(), ids=CALLS)


@each_call
def test_a_call_is_torchs(call, shapes):
    given = arrays(shapes)
    expected, slopes = of_torch(lambda *x: call(Functional(), *x), given)
    found, found_slopes = of_diffcheck(lambda *x: call(ops, *x), given)
    on_arrays, on_tensors = call(ops, *given), call(ops, *map(torch.tensor, given))
    assert expected.shape == np.shape(found) == np.shape(on_arrays) == tuple(on_tensors.shape)
    for value in (found, on_arrays, on_tensors.numpy()):
        np.testing.assert_allclose(value, expected, **NEAR)
    np.testing.assert_allclose(found_slopes, slopes, **NEAR)


# What could be another function than torch's.
DOUBTS = {
    "weight or mean": (lambda x: ops.batch_norm(x, CENTRE, SPREAD), "say by name what these are: weight and bias, or"),
    "own statistics": (
        lambda x: ops.instance_norm(x[None], running_mean=CENTRE, running_var=SPREAD),
        "running_mean counts with use_input_stats=False alone",
    ),
    "no statistics": (lambda x: ops.batch_norm(x, training=False), "training=False: give running_mean and running_var"),
    "a rate": (lambda x: ops.dropout(x, 0.5), r"0.5 in the place of what is drawn.* write dropout\(x, kept, p\)"),
    "a temperature": (lambda x: ops.gumbel_softmax(x, 0.5), r"write gumbel_softmax\(logits, noise, tau\)"),
    "two orders": (lambda x: ops.norm(x, 2, ord=1), "norm: give p or ord, not both"),
    "full matrices": (lambda x: ops.svd(x, full_matrices=True), "svd: full_matrices=True: vectors beside those"),
    "an order of many matrices": (lambda x: ops.norm(x[None], "nuc"), "p='nuc' of an array of shape .*: name two axes"),
    "half a width": (lambda x: ops.pad(x, (1, 1, 1)), r"pad: widths \[1, 1, 1\]: give two for each axis"),
    "widths of more": (lambda x: ops.pad(x, (1,) * 6), r"pad: widths for 3 axes of an array of shape \(3, 3\)"),
    "unknown interpolation": (lambda x: ops.quantile(x, 0.5, interpolation="next"), "it must be one of linear, lower"),
    "an option of another": (
        lambda x: ops.softplus(x, gamma=2),
        "softplus: got an unexpected keyword argument 'gamma'",
    ),
    "no width": (lambda x: ops.smooth_l1_loss(x, x, True), "True in the place of beta: name the options"),
    "a part of a degree": (lambda x: ops.chebyshev_t(2.5, x), "chebyshev_t: n=2.5: it must be a whole number"),
    "a part of a count": (lambda x: ops.diric(x, n=2.5), "diric: n=2.5: it must be a whole number"),
    "differences of a number": (lambda x: ops.diff(x[0, 0] ** 2), "diff: x is one number"),
    "twice": (lambda x: ops.layer_norm(x, (3,), normalized_shape=(3,)), "in torch's order it takes .*, each once"),
    "unknown": (lambda x: ops.rms_norm(x, (3,), None, 0.1, 2), "in torch's order it takes x, normalized_shape, weight"),
}


@pytest.mark.parametrize(("call", "told"), DOUBTS.values(), ids=DOUBTS)
def test_what_may_be_another_function_is_refused(call, told):
    with pytest.raises(CaseError, match=told):
        record(call, {"x": (3, 3)}, {})


def test_what_is_kept_has_torchs_rate():
    (x,) = arrays([(2, 3)])
    np.testing.assert_array_equal(ops.dropout(x, x > 0), np.where(x > 0, 2 * x, 0))
    np.testing.assert_array_equal(ops.dropout(x, x > 0, p=0.75), np.where(x > 0, 4 * x, 0))


def test_whole_numbers_may_be_written_as_others():
    (x,) = arrays([(2, 3)])
    np.testing.assert_array_equal(ops.chebyshev_t(2.0, x), ops.chebyshev_t(2, x))
    np.testing.assert_array_equal(ops.diric(x, 3.0), ops.diric(x, 3))


FORMULAS = {
    "sum(x, axis=0, keepdims=True)": lambda x: np.sum(x, 0, keepdims=True),
    "sum(x, axis=0, keepdims=False)": lambda x: np.sum(x, 0),
    "quantile(x, 0.5, interpolation='lower')": lambda x: np.quantile(x, 0.5, method="lower"),
    'pad(x, [1, 2], mode="reflect")': lambda x: np.pad(x, [(0, 0), (1, 2)], mode="reflect"),
    "matrix_norm(x, ord='nuc')": lambda x: np.linalg.norm(x, "nuc"),
    "layer_norm(x, (3,), eps=0)": lambda x: (x - x.mean(1)[:, None]) / x.std(1)[:, None],
    "embedding([1, 0, 1], x)": lambda x: x[[1, 0, 1]],
    "softplus(x, beta=2)": lambda x: np.logaddexp(0, 2 * x) / 2,
    "logit(x, 0.25)": lambda x: np.log(1 / (1 / np.clip(x, 0.25, 0.75) - 1)),
    "chebyshev_t(2.0, x)": lambda x: 2 * x * x - 1,
}


@pytest.mark.parametrize(("text", "function"), FORMULAS.items(), ids=FORMULAS)
def test_a_formula_takes_truths_and_texts_as_options(text, function):
    (x,) = arrays([(2, 3)])
    np.testing.assert_allclose(Expression(text)(x), function(x), **NEAR)
    np.testing.assert_allclose(of_diffcheck(Expression(text), [x])[0], function(x), **NEAR)


FOREIGN = {
    "sin('x')": "a text cannot stand in a formula",
    "'x' + 1": "a text cannot stand in a formula",
    "pad(x, [1, 2], mode='a b')": "a text cannot stand in a formula",
    "x + True": "True outside of Piecewise and options cannot stand",
    "sin(False)": "False outside of Piecewise and options cannot stand",
    "sum(x, axis=0, keepdims='yes' + 1)": "is no formula: ",
    "chebyshev_t(2.5, x)": "chebyshev_t: n=2.5: it must be a whole number",
    "softplus(x, gamma=2)": "softplus has no option gamma",
}


@pytest.mark.parametrize(("text", "told"), FOREIGN.items(), ids=FOREIGN)
def test_a_text_stands_nowhere_else(text, told):
    with pytest.raises((UsageError, CaseError), match=told):
        record(Expression(text), {"x": (3, 3)}, {})


def test_arrays_may_be_given_by_name():
    x, y = arrays([(2, 3), (3,)])
    for found in (ops.rms_norm(x, weight=torch.tensor(y)), ops.rms_norm(torch.tensor(x), weight=y)):
        np.testing.assert_allclose(found.numpy(), ops.rms_norm(x, y), **NEAR)
    np.testing.assert_array_equal(ops.clip(x, min=-0.5, max=0.5), np.clip(x, -0.5, 0.5))


WRONG = {
    "an axis that is not there": (lambda x: ops.sum(x, 5), "sum: axis=5: there is no such axis: it has 2 axes"),
    "a part of a shift": (lambda x: ops.select(x, 0, 1.5), "select: index=1.5: it must be a whole number"),
    "an axis of a number": (lambda x: ops.sort(x[0, 0]), "sort: a number has no axis"),
}


@pytest.mark.parametrize(("call", "told"), WRONG.values(), ids=WRONG)
def test_what_python_refuses_is_told_with_the_operation(call, told):
    with pytest.raises(CaseError, match=told):
        record(call, {"x": (3, 3)}, {})


def test_statistics_in_training_stay_what_they_are():
    """Torch writes the running ones."""
    mean, variance = np.array([0.5, -1.0]), np.array([0.25, 1.0])
    for called in (ops.batch_norm, ops.instance_norm):
        option = {"training": True} if called is ops.batch_norm else {"use_input_stats": True}
        called(torch.ones(3, 2, 4, dtype=torch.float64), mean, variance, **option)
    assert (mean.tolist(), variance.tolist()) == ([0.5, -1.0], [0.25, 1.0])


def test_what_is_given_too_much_on_tensors_is_refused():
    x = torch.tensor([[1.0, 2.0]])
    with pytest.raises(TypeError, match="multi_margin_loss: too many positional arguments"):
        ops.multi_margin_loss(x, np.array([1]), 1, 0.5, np.array([2.0, 3.0]))
    with pytest.raises(CaseError, match="in the place of what is drawn"):
        ops.dropout(x, 0.0)


@pytest.mark.parametrize(
    "eps", [1e-3, np.float64(1e-3), np.array(1e-3), torch.tensor(1e-3, dtype=torch.float64)], ids=type
)
def test_a_number_behind_weight_and_bias_is_eps(eps):
    x, weight, bias = np.arange(6.0).reshape(3, 2) ** 2, np.array([1.0, 2.0]), np.array([0.5, 0.25])
    found = ops.batch_norm(torch.tensor(x), weight, bias, eps)
    wanted = torch.nn.functional.batch_norm(
        torch.tensor(x), None, None, torch.tensor(weight), torch.tensor(bias), training=True, eps=1e-3
    )
    torch.testing.assert_close(found, wanted)


# Torch has these twice: what stands here is what has its name without a room.
OF_TORCH_ITSELF = {
    "vander": (lambda o, x: o.vander(x), (3,)),
    "vander of so many": (lambda o, x: o.vander(x, 4, increasing=True), (3,)),
    "diagonal": (lambda o, x: o.diagonal(x, 1), (2, 3, 4)),
    "cumprod": (lambda o, x: o.cumprod(x, 1), (2, 3, 4)),
    "norm of order 1": (lambda o, x: o.norm(x, 1), (2, 3)),
    "norm of order inf": (lambda o, x: o.norm(x, np.inf), (2, 3)),
    "norm along two axes": (lambda o, x: o.norm(x, 2, dim=(1, 2)), (2, 3, 4)),
    "norm of squares": (lambda o, x: o.norm(x, "fro", 1, True), (2, 3)),
    "norm of singular values": (lambda o, x: o.norm(x, "nuc"), (2, 3)),
}


@pytest.mark.parametrize(("call", "shape"), OF_TORCH_ITSELF.values(), ids=OF_TORCH_ITSELF)
def test_a_name_is_torchs_without_a_room(call, shape):
    x = np.linspace(0.5, 2, int(np.prod(shape))).reshape(shape)
    wanted = call(torch, torch.tensor(x))
    torch.testing.assert_close(call(ops, torch.tensor(x)), wanted)
    np.testing.assert_allclose(call(ops, x), wanted.numpy(), rtol=1e-14)
    assert record(lambda x: call(ops, x), {"x": shape}, {}).shape == tuple(wanted.shape)


# NumPy's calls that torch does not take: the function of a library, and the shapes.
NUMPYS = {
    "transpose": (lambda o, x: o.transpose(x, (2, 0, 1)), [(2, 3, 4)]),
    "transpose by name": (lambda o, x: o.transpose(x, axes=(1, 0, 2)), [(2, 3, 4)]),
    "clip": (lambda o, x: o.clip(x, a_min=-0.5, a_max=0.5), [(2, 3)]),
    "round": (lambda o, x: o.round(x, 1), [(2, 3)]),
    "triu": (lambda o, x: o.triu(x, k=1), [(3, 3)]),
    "trace": (lambda o, x: o.trace(x, 1), [(2, 3)]),
    "cov of columns": (lambda o, x: o.cov(x, rowvar=False), [(4, 2)]),
    "pad by the ends": (lambda o, x: o.pad(x, ((1, 0), (2, 1)), "edge"), [(2, 3)]),
    "pad around": (lambda o, x: o.pad(x, ((1, 0), (2, 1)), mode="wrap"), [(2, 3)]),
    "pad by a mirror": (lambda o, x: o.pad(x, ((2, 0), (3, 1)), mode="symmetric"), [(2, 3)]),
    "pad with a number": (lambda o, x: o.pad(x, ((1, 0), (2, 1)), constant_values=0.5), [(2, 3)]),
    "sort of all": (lambda o, x: o.sort(x, None), [(2, 3)]),
    "trapezoid": (lambda o, x: o.trapezoid(x, None, 0.5), [(2, 3)]),
    "gradient": (lambda o, x: o.gradient(x, 0.5), [(4,)]),
    "gradient along an axis": (lambda o, x: o.gradient(x, 0.5, axis=1, edge_order=2), [(2, 4)]),
    "concatenate": (lambda o, x, y: o.concatenate([x, y], axis=None), [(2, 3), (2, 2)]),
    "diff with a number": (lambda o, x: o.diff(x, prepend=0.5), [(2, 3)]),
    "prod along axes": (lambda o, x: o.prod(x, axis=(0, 2), keepdims=True), [(2, 3, 2)]),
    "cumsum of all": (lambda o, x: o.cumsum(x), [(2, 3)]),
    "flip of all": (lambda o, x: o.flip(x), [(2, 3)]),
    "expand_dims": (lambda o, x: o.expand_dims(x, axis=(0, -1)), [(2, 3)]),
    "tile": (lambda o, x: o.tile(x, reps=(2, 1)), [(2, 3)]),
    "diagonal": (lambda o, x: o.diagonal(x, 1, axis1=0, axis2=2), [(2, 3, 4)]),
    "max along axes": (lambda o, x: o.max(x, axis=(0, 2), keepdims=True), [(2, 3, 2)]),
    "roll along axes": (lambda o, x: o.roll(x, 1, axis=(0, 1)), [(2, 3)]),
    "maximum of a list": (lambda o, x: o.maximum(x, [0.0, 0.5, -0.5]), [(2, 3)]),
    "power of a list": (lambda o, x: o.power([1.5, 2.0, 3.0], x), [(2, 3)]),
    "squeeze of all": (lambda o, x: o.squeeze(x, None), [(1, 3)]),
    "average by a list": (lambda o, x: o.average(x, weights=[1.0, 2.0, 3.0], axis=1), [(2, 3)]),
    "interp of lists": (lambda o, x: o.interp(x, [-1.0, 0.5, 2.0], [1.0, 3.0, 0.0]), [(2, 3)]),
    "outer of matrices": (lambda o, x, y: o.outer(x, y), [(2, 2), (3,)]),
    "vdot of matrices": (lambda o, x, y: o.vdot(x, y), [(2, 3), (2, 3)]),
    "min along an axis": (lambda o, x: o.min(x, 1), [(2, 3)]),
}


@pytest.mark.parametrize(("call", "shapes"), NUMPYS.values(), ids=NUMPYS)
def test_a_call_that_only_numpy_takes_is_numpys(call, shapes):
    given = arrays(shapes)
    expected = call(np, *given)
    found = of_diffcheck(lambda *x: call(ops, *x), given)[0]
    for value in (found, call(ops, *given), call(ops, *map(torch.tensor, given)).numpy()):
        assert np.shape(value) == expected.shape
        np.testing.assert_allclose(value, expected, **NEAR)


def test_the_norm_along_axes_by_numpys_name_is_numpys():
    (x,) = arrays([(2, 3, 4)])
    for found in (ops.norm(x, 2, axis=(1, 2)), of_diffcheck(lambda x: ops.norm(x, 2, axis=(1, 2)), [x])[0]):
        np.testing.assert_allclose(found, np.linalg.norm(x, 2, axis=(1, 2)), **NEAR)


# Calls that nobody takes: whoever computes tells the same.
REFUSED = {
    "an unknown order": (lambda x: ops.norm(x, "bad"), "norm: p='bad': it must be a number, 'fro' or 'nuc'"),
    "an unknown option": (
        lambda x: ops.sort(x, stable=True),
        "sort has no option stable: it takes x, axis, descending",
    ),
    "too much": (lambda x: ops.permute(x, 1, 0), "permute: too many positional arguments: it takes x, axes"),
    "too little": (lambda x: ops.reshape(x), "reshape: missing a required argument: 'shape': it takes x, shape"),
    "an operand too much": (lambda x: ops.exp(x, x), "exp does not take 2 arguments"),
    "an option of a function": (lambda x: ops.exp(x, out=None), "exp has no option out"),
    "an array for a number": (lambda x: ops.cov(x, x), "cov: an array or an input in the place of correction"),
    "a transform of two columns": (lambda x: ops.stft(x, 2, return_complex=False), "stft: return_complex=False: the"),
    "shifts of others": (lambda x: ops.roll(x, (1, 2, 3), (0, 1)), r"roll: shifts \(1, 2, 3\) for the axes \(0, 1\)"),
    "less than no differences": (lambda x: ops.diff(x, -1), "diff: (n=-1|order must be non-negative)"),
    "no truth": (lambda x: ops.sum(x, 0, keepdim="yes"), "sum: keepdim='yes': it must be True or False"),
    "a truth for an axis": (lambda x: ops.sort(x, True), "sort: axis=True: it must be a whole number"),
    "a part of an axis": (lambda x: ops.sum(x, (0, 0.5)), "sum: axis=0.5: it must be a whole number"),
    "a text for a number": (lambda x: ops.celu(x, "x"), "celu: alpha='x': it must be a number"),
    "a number for a text": (lambda x: ops.mse_loss(x, x, reduction=1), "mse_loss: reduction=1: it must be a text"),
    "nothing for an axis": (lambda x: ops.softmin(x, None), "softmin: axis=None: it must be a whole number"),
    "shapes that do not fit": (lambda x: ops.matmul(x, np.ones((2, 2))), "matri?x|matmul|size"),
    "no end": (lambda x: ops.clip(x), "clip: give min or max, or both"),
    "no ends": (lambda x: ops.clamp(x, None, None), "clamp: give min or max, or both"),
    "a part of a place": (lambda x: ops.round(x, 0.5), "round: decimals=0.5: it must be a whole number"),
    "no rounding": (lambda x: ops.div(x, x, rounding_mode="up"), "div: rounding_mode='up': it must be None, 'trunc'"),
    "widths of all axes": (lambda x: ops.pad(x, (1, 1), "edge"), "pad: widths .* are those of all axes in NumPy"),
    "dropout in attention": (lambda x: ops.attention(x, x, x, dropout_p=0.5), "attention: dropout_p=0.5 draws: write"),
    "an axis of two arrays": (lambda x: ops.max(x, x, dim=1), r"max: of two arrays there is no axis: max\(x, other\)"),
    "two axes": (lambda x: ops.min(x, 0, dim=1), "min: it says twice along which axis"),
    "uneven samples": (lambda x: ops.gradient(x, [0.0, 1.0, 3.0]), "gradient: places in the place of steps"),
    "less elements than places": (
        lambda x: ops.scatter_add(x, 0, np.array([[0, 1, 2]] * 3), x[:1]),
        r"scatter_add: elements of shape \(1, 3\) for places of shape \(3, 3\)",
    ),
}
WAYS = {
    "in a case": lambda call: record(call, {"x": (3, 3)}, {}),
    "on arrays": lambda call: call(np.eye(3)),
    "on tensors": lambda call: call(torch.eye(3, dtype=torch.float64)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("call", "told"), REFUSED.values(), ids=REFUSED)
def test_a_call_that_nobody_takes_is_refused_alike(way, call, told):
    with pytest.raises(CaseError, match=told):
        WAYS[way](call)


def test_an_array_that_is_none_is_told():
    with pytest.raises(CaseError, match=r"sum: \[1.0, 2.0\] in the place of an array"):
        ops.sum([1.0, 2.0])
    with pytest.raises(CaseError, match="an index into one number, which has no elements"):
        record(lambda x: x[0], {"x": ()}, {})


# Those of which torch has no slopes.
VALUES = {
    **{
        f"cond of order {p}": (lambda o, x, p=p: o.cond(x, p), [(2, 3, 3)])
        for p in (1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc")
    },
    "dist of zero": (lambda o, x, y: o.dist(x, y, 0), [(2, 3), (2, 3)]),
    "scatter_add of some": (lambda o, x, y: o.scatter_add(x, 1, np.array([[0, 1], [2, 0]]), y), [(2, 3), (3, 3)]),
}


@pytest.mark.parametrize(("call", "shapes"), VALUES.values(), ids=VALUES)
def test_the_value_of_a_call_is_torchs(call, shapes):
    given = arrays(shapes)
    expected = call(Functional(), *map(torch.tensor, given)).numpy()
    for value in (
        of_diffcheck(lambda *x: call(ops, *x), given)[0],
        call(ops, *given),
        call(ops, *map(torch.tensor, given)).numpy(),
    ):
        np.testing.assert_allclose(value, expected, **NEAR)


def test_one_length_is_a_shape():
    (x,) = arrays([(2, 3)])
    for normed in (ops.layer_norm, ops.rms_norm):
        expected = normed(torch.tensor(x), (3,)).numpy()
        for found in (
            normed(x, 3),
            normed(torch.tensor(x), 3),
            of_diffcheck(lambda x, normed=normed: normed(x, 3), [x])[0],
        ):
            np.testing.assert_allclose(found, expected, **NEAR)


def test_the_input_has_torchs_name_too():
    x, y = torch.tensor([[1.0, 2.0]]), torch.tensor([[0.5, 4.0]])
    torch.testing.assert_close(ops.l1_loss(x, target=y), torch.nn.functional.l1_loss(x, target=y))
    torch.testing.assert_close(ops.dist(x, other=y), torch.dist(x, other=y))
