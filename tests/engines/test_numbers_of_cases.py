"""Plain and whole numbers of a case mean to torch what they mean to all others."""

import numpy as np
import pytest

from diffcheck import check, interval, ops
from diffcheck.verdict import Verdict

WHOLE, LABELS = np.array([1, 2]), np.array([1, 0])
CHOSEN = {
    "two numbers": lambda x, y: ops.where(x < 1, 0.1, 0.3) * y,
    "two whole numbers": lambda x, y: ops.where(x < 1, 1, 2) / 3 * y,
    "a condition": lambda x, y: (x < 1) / 3 * y,
    "an array": lambda x, y: ops.sum(ops.where(x < 1, np.array([0.1, 0.2]), 0.3) * y),
}
PRODUCTS = {
    "an operator": lambda a, v: ops.sum(a @ v),
    "an operator from the left": lambda a, v: ops.sum(v @ a),
    "a product": lambda a, v: ops.sum(ops.matmul(a, v)),
    "a sum of products": lambda a, v: ops.sum(ops.einsum("ij,j->i", a, v)),
    "a solution": lambda a, v: ops.sum(ops.solve(a, v)),
    "a closure": lambda a, v: ops.sum(a @ WHOLE) + ops.dot(v, WHOLE),
    "labels beside": lambda a, v: ops.nll_loss(a, LABELS) + ops.sum(a @ v),
}


def by_autograd(function, dtype="float64", **inputs):
    checked = check(function, samples=3, engines=["autograd"], dtypes=[dtype], operators=["gradient"], **inputs)
    return {row.verdict for row in checked.result.rows}


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
@pytest.mark.parametrize("function", CHOSEN.values(), ids=CHOSEN)
def test_what_a_condition_chooses_has_the_precision_of_the_run(function, dtype):
    found = by_autograd(function, dtype, x=interval(-1, 0.5), y=interval(1, 2))
    assert found == {Verdict.AGREE}


@pytest.mark.parametrize("function", PRODUCTS.values(), ids=PRODUCTS)
def test_arrays_of_whole_numbers_are_multiplied_with_others(function):
    found = by_autograd(function, a=interval(1, 9, shape=(2, 2)), v=WHOLE)
    assert found <= {Verdict.AGREE, Verdict.ILL_CONDITIONED}


def test_labels_stay_whole_where_another_array_is_meant_as_numbers():
    def function(a, v, labels):
        return ops.nll_loss(a, labels) + ops.sum(a @ v)

    assert by_autograd(function, a=interval(1, 9, shape=(2, 2)), v=WHOLE, labels=LABELS) == {Verdict.AGREE}


LARGE = {
    "lgamma": lambda x: ops.lgamma(1e8) * x,
    "digamma": lambda x: ops.digamma(123456.0) * x,
    "polygamma": lambda x: ops.polygamma(2, 1e6) * x,
    "zeta": lambda x: ops.zeta(5001.0, 1) * x,
    "logarithm": lambda x: ops.log(1e10) * x,
}


@pytest.mark.parametrize("function", LARGE.values(), ids=LARGE)
def test_of_large_whole_numbers_sympy_does_not_write_all_digits(function):
    (row,) = check(function, x=interval(1, 2), samples=1, engines=["symbolic:closed"]).result.rows
    assert row.verdict is Verdict.AGREE


STAIRS = {
    "floor": lambda x: ops.floor(1e40 * x) + x,
    "ceil": lambda x: ops.ceil(1e300 * x) * x,
    "trunc": lambda x: ops.trunc(1e200 * x) + x * x,
    "fmod": lambda x: ops.fmod(1e30 * x, 0.3),
}


@pytest.mark.parametrize("function", STAIRS.values(), ids=STAIRS)
@pytest.mark.parametrize("shape", [(), 3])
def test_steps_beyond_the_whole_numbers_of_the_machine(function, shape):
    found = by_autograd(lambda x: ops.sum(function(x)), x=interval(0.1, 0.9, shape=shape))
    assert found <= {Verdict.AGREE, Verdict.ILL_CONDITIONED}


def test_numbers_are_tensors_where_torch_takes_no_others():
    assert by_autograd(lambda x: ops.lerp(1, x, 0.3), x=interval(1, 2)) == {Verdict.AGREE}


@pytest.mark.parametrize("function", [lambda x: ops.heaviside(x, 0.5) * x, lambda x: ops.floor_divide(x, 0.3) + x])
def test_what_torch_has_no_derivative_of_is_unsupported(function):
    assert by_autograd(function, x=interval(1, 2)) == {Verdict.UNSUPPORTED}


ZEROS = np.array([0, 0])
FIRST = {
    "scatter_add": lambda x: ops.scatter_add(ZEROS, 0, LABELS, x),
    "index_add": lambda x: ops.index_add(WHOLE, 0, LABELS, x),
    "index_put": lambda x: ops.index_put(WHOLE, (LABELS,), x),
    "scatter_reduce": lambda x: ops.scatter_reduce(WHOLE, 0, LABELS, x, "prod"),
    "scatter": lambda x: ops.scatter(WHOLE, 0, LABELS, x),
    "index_copy": lambda x: ops.index_copy(WHOLE, 0, LABELS, x),
    "clip": lambda x: ops.clip(WHOLE, x, x + 1),
    "clip of a number": lambda x: ops.clip(2, x, x + 1),
    "clamp": lambda x: ops.clamp(2, x),
    "trapezoid": lambda x: ops.trapezoid(WHOLE, x),
    "ldexp": lambda x: ops.ldexp(2, x),
    "batch_norm": lambda x: ops.batch_norm(ops.reshape(x, (1, 2)), running_mean=WHOLE, running_var=WHOLE),
}


@pytest.mark.parametrize("function", FIRST.values(), ids=FIRST)
def test_whole_numbers_into_which_others_are_put_hold_those(function):
    rows = check(function, x=interval(0.25, 1.75, shape=2), samples=2, dtypes=["float64"]).result.rows
    assert {row.verdict for row in rows} <= {Verdict.AGREE, Verdict.KINK}


PARAMETERS = {
    "delta": lambda x: ops.huber_loss(x, 3 * x, delta=x[0]),
    "slope": lambda x: ops.leaky_relu(-x, x[1]),
    "eps": lambda x: ops.layer_norm(x, eps=x[0]),
    "dx": lambda x: ops.trapezoid(x, dx=x[0]),
    "scale": lambda x: ops.attention(*[ops.reshape(x, (1, 2))] * 3, scale=x[0]),
    "weights": lambda x: ops.cross_entropy(ops.reshape(x, (1, 2)), np.array([1]), weight=x),
}


@pytest.mark.parametrize("function", PARAMETERS.values(), ids=PARAMETERS)
def test_a_parameter_that_torch_takes_no_tensor_for_is_unsupported_there(function):
    rows = check(function, x=interval(1, 3, shape=2), samples=1).result.rows
    found = {row.engine: row.verdict for row in rows}
    assert found == {"symbolic": Verdict.AGREE, "finite": Verdict.AGREE, "autograd": Verdict.UNSUPPORTED}


MASK = np.array([[True, False, True], [True] * 3, [False] * 3])


@pytest.mark.parametrize("shown", [{}, {"is_causal": True}, {"mask": MASK}], ids=["all", "causal", "mask"])
def test_attention_to_a_part_is_judged_as_attention_to_all(shown):
    """Torch takes the softmax's derivative by its value, whose digits cancel; a mask does not change that."""
    inputs = {
        "q": interval(-6, 6, shape=(3, 4)),
        "k": interval(-6, 6, shape=(3, 4)),
        "v": interval(-6, 6, shape=(3, 2)),
    }
    made = check(lambda q, k, v: ops.attention(q, k, v, **shown), **inputs, samples=4, engines="autograd")
    assert [row.verdict for row in made.result.rows] == [Verdict.LOSSY]


def test_whole_numbers_of_many_digits_are_constants():
    (row,) = check(lambda x: x / ops.sqrt(2.0**40 + 1e-5), x=interval(-1, 1), engines="symbolic:closed").result.rows
    assert row.verdict is Verdict.AGREE


def test_a_slice_backwards_is_unsupported_by_torch():
    rows = check(lambda x: ops.sum(x[::-1] * WHOLE), x=interval(0, 1, shape=2), samples=1).result.rows
    found = {row.engine: row.verdict for row in rows}
    assert found == {"symbolic": Verdict.AGREE, "finite": Verdict.AGREE, "autograd": Verdict.UNSUPPORTED}
