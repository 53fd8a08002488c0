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
    "norm of matrices": (lambda o, x: o.norm(x, np.inf, (0, 1), True), [(2, 3)]),
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
    "a norm of all": (
        lambda x: ops.norm(x, 2),
        "p=2 without an axis: use vector_norm, of all elements, or matrix_norm",
    ),
    "no axis": (lambda x: ops.var(x, False), "axis=False is no axis: write correction=0, or unbiased=False"),
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
    "an axis that is not there": (lambda x: ops.sum(x, 5), "sum: range object index out of range"),
    "a part of a shift": (lambda x: ops.roll(x, 1.5), "roll: 'float' object"),
    "an axis of a number": (lambda x: ops.sort(x[0, 0]), "sort: tuple index out of range"),
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
    with pytest.raises(TypeError, match="multi_margin_loss: p, margin may stand without a name"):
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
}


@pytest.mark.parametrize(("call", "shape"), OF_TORCH_ITSELF.values(), ids=OF_TORCH_ITSELF)
def test_a_name_is_torchs_without_a_room(call, shape):
    x = np.linspace(0.5, 2, int(np.prod(shape))).reshape(shape)
    wanted = call(torch, torch.tensor(x))
    torch.testing.assert_close(call(ops, torch.tensor(x)), wanted)
    np.testing.assert_allclose(call(ops, x), wanted.numpy(), rtol=1e-14)
    assert record(lambda x: call(ops, x), {"x": shape}, {}).shape == tuple(wanted.shape)
