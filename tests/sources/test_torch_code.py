"""Torch code as the definition: what is recorded is the function, and judges torch's own gradient."""

import re

import numpy as np
import pytest
import torch
from library import models
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint
from wrong_backwards import Scaled, ScaledByMean, Stale

import diffcheck
from diffcheck import case_of, interval
from diffcheck.api import Settings, conduct
from diffcheck.case.points import points
from diffcheck.errors import CaseError, Unsupported
from diffcheck.formats import FORMATS
from diffcheck.program.emit import Emitted
from diffcheck.sources.torch_code.rows import by_name
from diffcheck.verdict import Verdict

MODELS = models()
X = torch.tensor([0.3, -1.2, 0.7], dtype=torch.float64)
FIRST = torch.tensor([True, False, False])
ROWS = torch.tensor([[0.5, -0.2, 1.0], [2.0, 0.1, -0.7]], dtype=torch.float64)
HEALTHY = {Verdict.AGREE, Verdict.ILL_CONDITIONED}


def judged(code, *arguments, engines=("autograd",), dtype="float64", samples=2, **options):
    return heard(case_of(code, *arguments, **options), engines, dtype, samples)


def heard(subject, engines=("autograd",), dtype="float64", samples=2):
    settings = Settings(engines=engines, samples=samples, timing=False, dtypes=(dtype,))
    return conduct(subject, settings).rows


def at(subject, *arrays):
    """The recording's value."""
    return Emitted(subject.function.graph).at(np.concatenate([np.ravel(a) for a in arrays]))


@pytest.mark.parametrize("name", MODELS)
def test_the_recording_is_the_function_elsewhere_too(name):
    subject = MODELS[name]
    generator = np.random.default_rng(1)
    point = {n: v * generator.uniform(0.9, 1.1, v.shape) for n, v in subject.points[0].items()}
    tensors = [torch.tensor(v, requires_grad=True) for v in point.values()]
    expected = subject.implementations["autograd"](*tensors).detach().numpy()
    np.testing.assert_allclose(at(subject, *point.values()), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", MODELS)
def test_nobody_is_accused_in_double_precision(name):
    found = heard(MODELS[name], engines=("autograd", "symbolic:program"))
    assert len(found) == 2
    assert {row.verdict for row in found} <= HEALTHY
    assert not any(row.fails or row.findings for row in found)


@pytest.mark.parametrize("name", ["mlp", "cnn-train", "dropout", "vae", "gru", "in-place"])
def test_nobody_is_accused_in_single_precision(name):
    """Random numbers are those that were recorded, although torch draws others in single precision."""
    (row,) = heard(MODELS[name], dtype="float32")
    assert row.verdict in HEALTHY
    assert not row.fails


@pytest.mark.parametrize("name", ["mlp", "vae", "gru", "attention"])
def test_mixed_precision_is_judged_in_the_small_format(name):
    """Weights stay in single precision, and what is wrong in the small format is wrong here, too."""
    (row,) = heard(MODELS[name], engines=("autograd:autocast",), dtype="bfloat16")
    assert (row.method, row.dtype) == ("autocast", "bfloat16")
    assert row.verdict in HEALTHY | {Verdict.LOSSY}
    assert not row.fails


def test_mixed_precision_computes_in_the_small_format_and_there_alone():
    """A product of matrices is rounded to bfloat16, a sum is not."""

    def of_product(x):
        seen.append((x.dtype, (x @ x).dtype, x.sum().dtype))
        return (x @ x).sum()

    seen = []
    (row,) = judged(of_product, ROWS[:, :2].float(), engines=("autograd:autocast",), dtype="bfloat16")
    assert row.verdict in HEALTHY
    assert (torch.float32, torch.bfloat16, torch.float32) in seen
    (row,) = judged(of_product, ROWS[:, :2], engines=("autograd:autocast",))
    assert row.verdict is Verdict.UNSUPPORTED
    assert "autocast computes in bfloat16 or float16" in row.note


def test_finite_differences_are_taken_of_the_recording():
    subject = MODELS["cnn-eval"]
    (row,) = heard(subject, engines=("finite:adaptive",))
    assert row.verdict is Verdict.AGREE
    assert row.components == sum(p.numel() for p in subject.function.code.code.parameters()) + 2 * 8 * 8


def test_parameters_are_inputs_by_their_names():
    subject = case_of(nn.Linear(2, 1), interval(-1, 1, shape=(3, 2)), name="line")
    assert list(subject.inputs) == ["weight", "bias", "input"]
    (row,) = judged(nn.Linear(2, 1), interval(-1, 1, shape=(3, 2)), samples=3)
    assert row.points > 3
    assert row.verdict is Verdict.AGREE


def test_a_large_result_is_contracted_with_weights():
    (row,) = judged(nn.Linear(20, 20), torch.randn(4, 20))
    assert row.operator == "vjp"
    assert "weights" in row.note


def test_what_requires_a_gradient_is_differentiated_by_alone():
    subject = case_of(lambda x, y: (x * y).sum(), X.clone().requires_grad_(), X)
    assert list(subject.inputs) == ["x"]


def test_without_inputs_there_is_nothing_to_judge():
    with pytest.raises(CaseError, match="no input to differentiate by"):
        case_of(lambda ids: ids, torch.tensor([1, 2]), name="whole")


def test_a_batched_backward_of_torch_that_is_wrong_is_found():
    """Under `torch.func.vmap` that of `cdist` gives the first gradient of a batch for all (torch 2.13)."""
    y = ROWS + X
    _, pull = torch.func.vjp(lambda x: torch.cdist(x, y).sum(), ROWS)
    incoming = torch.tensor([1.0, 2.0], dtype=torch.float64)
    (together,) = torch.func.vmap(pull)(incoming)
    assert torch.equal(together[1], together[0])
    assert torch.allclose(pull(incoming[1])[0], 2 * together[0])
    (row,) = judged(lambda x: torch.cdist(x, y).sum(), ROWS)
    assert row.verdict is Verdict.AGREE
    assert row.breaches == ["batched-gradient"]
    assert row.findings.endswith("torch's own backward does, none of yours takes part")


# Backward passes of somebody's own.


def tanh(backward):
    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = torch.tanh(x)
            ctx.save_for_backward(x, y)
            return y

        @staticmethod
        def backward(ctx, g):
            return backward(g, *ctx.saved_tensors)

    return Own.apply


class Missing(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * torch.sigmoid(x)


class InPlace(Missing):
    """The right numbers, written over the incoming gradient."""

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        return g.mul_(s + x * s * (1 - s))


class Forgotten(Scaled):
    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[1], None


FAULTS = {
    "an input is forgotten": (Forgotten.apply, (ROWS, X)),
    "it writes over what comes in": (InPlace.apply, (X,)),
    "sign": (tanh(lambda g, x, y: -g * (1 - y * y)), (X,)),
    "a ten thousandth": (tanh(lambda g, x, y: g * (1 - y * y) * (1 + 1e-4)), (X,)),
    "a term is missing": (Missing.apply, (X,)),
    "the wrong reduction": (ScaledByMean.apply, (ROWS, X)),
    "a stale tensor": (Stale.apply, (X,)),
    "single precision": (tanh(lambda g, x, y: (g.float() * (1 - y.float() ** 2)).double()), (X,)),
    "it ignores what comes in": (tanh(lambda g, x, y: 1 - y * y), (X,)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_backward_is_caught(fault):
    code, arguments = FAULTS[fault]
    (row,) = judged(code, *arguments)
    assert row.fails
    with pytest.raises(AssertionError) as told:
        diffcheck.assert_gradients(code, tuple(a.clone().requires_grad_() for a in arguments))
    assert 1 <= len(str(told.value).splitlines()) <= 5


RIGHT = {"tanh": (tanh(lambda g, x, y: g * (1 - y * y)), (ROWS,)), "scaled": (Scaled.apply, (ROWS, X))}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_backward_is_not_accused(name):
    code, arguments = RIGHT[name]
    diffcheck.assert_gradients(code, arguments)


# The gate.


def refusal(code, *arguments):
    with pytest.raises(Unsupported) as told:
        _ = case_of(code, *arguments, name="refused").function.graph
    return str(told.value)


def baked_number(x):
    return (x * float(np.sin(x.detach().numpy()).sum())).sum()


def baked_tensor(x):
    return (x * torch.from_numpy(np.sin(x.detach().numpy()))).sum()


def unseeded(x):
    return (x * np.random.rand()).sum()  # noqa: NPY002 - that is what is planted


GENERATOR = torch.Generator()


def drawn_elsewhere(x):
    return (x * torch.rand(3, generator=GENERATOR)).sum()


@pytest.mark.parametrize("code", [baked_number, baked_tensor, unseeded, drawn_elsewhere], ids=lambda f: f.__name__)
def test_what_bypasses_torch_is_refused(code):
    assert "not captured: at a second point the function says" in refusal(code, X)
    rows_ = judged(code, X)
    assert {row.verdict for row in rows_} == {Verdict.UNSUPPORTED}


def test_a_second_output_that_no_node_says_is_refused_where_it_is_used(monkeypatch):
    """Baked in, it would leave the value at the first point right and the gradient wrong."""
    monkeypatch.setitem(by_name.OWN, "var_mean", lambda x, *rest, **options: (x.sum() * 0,))
    told = refusal(lambda x: (x - torch.var_mean(x, 0)[1]).pow(3).sum(), X)
    assert "aten.var_mean at test_torch_code.py:" in told
    assert "output 1" in told


def test_a_wrong_row_is_refused_at_the_first_point(monkeypatch):
    monkeypatch.setitem(by_name.OWN, "rsub", lambda x, y, alpha=1: x - y)
    assert "a row of torch's operations differs from torch" in refusal(lambda x: (1 - x).sum(), X)


# What is refused by name and place.


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (lambda x: (x * float(x.sum())).sum(), "_local_scalar_dense"),
        (lambda x: (x * torch.full((3,), x.sum().item())).sum(), "_local_scalar_dense"),
        (lambda x: x[(x > 0).nonzero()].sum(), "nonzero"),
        (lambda x: (x - x)[(x - x).argmax()] + x.sum(), "argmax"),
        (lambda x: torch.frexp(x)[0].sum(), "frexp"),
        (lambda x: x.float().exp().double().sum(), "_to_copy"),
        (lambda x: torch.bernoulli(x.sigmoid()).sum(), "bernoulli"),
        (lambda x: torch.poisson(x.exp()).sum(), "poisson"),
    ],
    ids=[
        "float",
        "item into a new tensor",
        "a shape that values decide",
        "equal values",
        "fraction and exponent",
        "single",
        "draws",
        "further draws",
    ],
)
def test_an_operation_without_a_row_is_named_with_its_place(code, name):
    told = refusal(code, X)
    assert told.startswith(f"unsupported: aten.{name} at test_torch_code.py:")


def test_the_place_in_a_module_of_torch_is_told():
    told = refusal(nn.FractionalMaxPool2d(2, output_size=1), ROWS.expand(1, 2, 2, 3))
    assert told.startswith("unsupported: aten.fractional_max_pool2d at functional.py:")


@pytest.mark.parametrize(
    ("code", "instead"),
    [
        (lambda x: x.to_sparse().sum(), "keep it dense"),
        (lambda x: x[(x > 0).nonzero()].sum(), r"index with the condition itself, x\[x > 0\]"),
    ],
    ids=["sparse", "places"],
)
def test_what_may_be_done_instead_is_told(code, instead):
    assert re.search(f"unsupported: aten.[a-z_]+ at test_torch_code.py:[0-9]+: no row.*: {instead}", refusal(code, X))


def test_two_inputs_of_one_name_are_refused():
    class Twice(nn.Linear):
        def forward(self, weight):
            return weight @ self.weight

    with pytest.raises(CaseError, match="called like a parameter"):
        case_of(Twice(2, 2), X[:2])


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (lambda x: x.view(torch.float32).sum() + x.sum(), "aten.view .*: it reads the same bytes as float32"),
        (
            lambda x: x.view(torch.complex128).abs().sum() + x.sum(),
            "aten.view .*: it reads the same bytes as complex128",
        ),
        (lambda x: (x.view(torch.int64) & 1).sum() + x.sum(), "it reads the same bytes as int64"),
    ],
    ids=["halves", "complex", "bits"],
)
def test_bytes_read_as_another_type_are_refused(code, message):
    assert re.search(message, refusal(code, torch.ones(3, 2)))


ARGUMENTS = {
    "sparse": (lambda a: a.sum(), (torch.eye(2).to_sparse(),), r"'a' is sparse: give a.to_dense\(\)"),
    "without numbers": (lambda a: a.sum(), (torch.ones(2, device="meta"),), "'a' holds no numbers"),
    "NaN": (lambda a, b: a * b, (X, X / 0 * 0), "'b': NaN or infinity is among the given numbers"),
    "lazy": (nn.LazyLinear(2), (X,), "parameter 'weight' has no shape yet: call the module once before"),
    "class": (nn.Tanh, (X,), "Tanh is a class: give an instance of it"),
    "number": (3, (X,), "3 is a int, not a function"),
}


@pytest.mark.parametrize(("code", "arguments", "message"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_what_cannot_be_a_case_is_told_by_name(code, arguments, message):
    with pytest.raises(CaseError, match=message):
        case_of(code, *arguments)


@pytest.mark.parametrize("value", [X, interval(0, 1)], ids=["tensor", "interval"])
def test_an_argument_called_like_an_option_is_given_by_position(value):
    with pytest.raises(CaseError, match="'name' is an option: give an argument of that name by position"):
        case_of(lambda name: name.sin(), name=value)
    assert list(case_of(lambda name: name.sin(), value).inputs) == ["name"]


def test_frozen_parameters_are_constants():
    module = nn.Linear(3, 1)
    module.bias.requires_grad_(False)
    assert list(case_of(module, X).inputs) == ["weight", "input"]
    assert all(row.verdict is Verdict.AGREE for row in judged(module, X))


# Branches of Python on a condition.


def test_a_branch_holds_where_its_condition_does_and_elsewhere_nothing_is_said():
    subject = case_of(lambda x: x.sum() if (x > 0).all() else (x * x).sum(), torch.tensor([0.5, 2.0]))
    assert at(subject, [0.25, 3.0]) == 3.25
    assert np.isnan(at(subject, [-0.25, 3.0]))


def test_a_branch_is_judged_on_its_own_side_only():
    """On the other side torch has another formula, and would be accused."""
    subject = case_of(lambda x: x.sum() if (x > 0).all() else (x * x).sum(), interval(-1, 1, shape=2), name="b")
    (row,) = conduct(subject, Settings(engines=("autograd",), samples=20, timing=False)).rows
    held = [np.isfinite(at(subject, p["x"])) for p in points(subject, 20, 0, FORMATS["float64"])]
    assert row.verdict is Verdict.AGREE
    assert row.points == sum(held)
    assert 0 < sum(held) < len(held)


# Tensors are followed by what they share.


TABLE = torch.tensor([1.0, 2.0, 4.0, 8.0], dtype=torch.float64)
BORDERS = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64)

# Whole numbers that values decide, and points at which these are others.
DECIDED = {
    "argmax": (lambda x: x[x.argmax()] ** 2, [0.3, 0.2, 0.7], [0.9, 0.2, 0.7]),
    "argmin along an axis": (
        lambda x: torch.stack([x, 3 * x]).gather(0, torch.stack([x, x**2]).argmin(0, keepdim=True)).sum(),
        [0.3, 0.2, 2.0],
        [0.3, 1.2, 2.0],
    ),
    "top-k routing": (
        lambda x: sum((x.topk(2)[1] == e).sum() * TABLE[e] * x.exp()[e] for e in range(3)),
        [0.3, 0.2, 0.7],
        [0.3, 0.4, 0.7],
    ),
    "sorted by another": (
        lambda x: (x**2)[torch.sin(x).argsort(descending=True)].cumsum(0)[1],
        [0.3, 0.2, 0.7],
        [0.3, 0.8, 0.7],
    ),
    "one-hot": (lambda x: (functional.one_hot(x.argmax(), 3) * x.exp()).sum(), [0.3, 0.2, 0.7], [0.9, 0.2, 0.7]),
    "rounded to a row": (lambda x: (TABLE[(2 * x).round().long()] * x).sum(), [0.3, 0.2, 0.7], [0.3, 0.2, 0.9]),
    "bins": (lambda x: (TABLE[torch.bucketize(x, BORDERS)] * x).sum(), [0.3, 0.2, -0.7], [0.3, 1.2, -0.7]),
    "how many are positive": (lambda x: x.exp().sum() / (x > 0).sum(), [0.3, 0.2, -0.7], [0.3, 0.2, 0.7]),
}  # fmt: skip


@pytest.mark.parametrize("name", DECIDED)
def test_whole_numbers_are_constants_while_they_are_what_they_are(name):
    code, here, elsewhere = DECIDED[name]
    x = torch.tensor(here, dtype=torch.float64)
    (row,) = judged(code, x)
    assert (row.verdict, row.components) == (Verdict.AGREE, 3)
    subject = case_of(code, x)
    np.testing.assert_allclose(at(subject, x.numpy()), code(x).numpy())
    near = x + torch.tensor([0.01, -0.01, 0.02])
    np.testing.assert_allclose(at(subject, near.numpy()), code(near).numpy())
    assert np.isnan(at(subject, np.array(elsewhere)))


def test_whole_numbers_that_nothing_uses_hold_nothing():
    """The largest is the largest, whichever it is."""
    subject = case_of(lambda x: x.max(0)[0] + x.topk(2)[0].sum(), X)
    assert at(subject, np.array([1.0, 2.0, 3.0])) == 8


def test_places_that_are_given_another_shape_only_hold_nothing():
    ties = torch.tensor([[[0.5, 0.5, 2.0, 2.0]]], dtype=torch.float64)
    (row,) = judged(lambda x: functional.max_pool1d(x, 2), ties)
    assert (row.verdict, row.truth) == (Verdict.KINK, "[0, 1]")


def test_a_reshape_that_copies_is_no_view():
    """`reshape` is said to give a view; of a transposed array it copies, and what is written there stays there."""

    def function(x):
        copied = x.t().reshape(-1)
        copied.mul_(2)
        seen = x.view(-1)
        return (copied * seen).sum()

    start = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    subject = case_of(lambda x: function(x.clone()), start)
    assert at(subject, start) == 2 * (1 * 1 + 3 * 2 + 2 * 3 + 4 * 4)


def test_all_views_see_what_is_written():
    def function(x):
        y = x.clone()
        row, column = y[0], y[:, 0]
        column.fill_(0)
        row[1] = x[1, 1]
        return (row * column).sum() + y[0, 1] * y[1, 0] + row.sum()

    subject = case_of(function, torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64))
    assert at(subject, [[1.0, 2.0], [3.0, 5.0]]) == 5.0


def test_masks_exclude_exactly():
    """A place that is masked by minus infinity has no influence at all, not a small one."""
    mask = torch.tensor([[False, True], [False, False]])
    subject = case_of(lambda x: x.masked_fill(mask, -torch.inf).softmax(-1)[0], torch.ones(2, 2, dtype=torch.float64))
    np.testing.assert_array_equal(at(subject, [[1.0, 700.0], [0.0, 0.0]]), [1.0, 0.0])


def test_the_state_of_the_process_is_left_alone():
    module = nn.BatchNorm1d(3)
    before = module.running_mean.clone()
    state, dtype = torch.get_rng_state(), torch.get_default_dtype()
    judged(module, torch.randn(4, 3, generator=torch.Generator().manual_seed(0)))
    assert torch.equal(module.running_mean, before)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_default_dtype() is dtype


def test_a_value_whose_digits_its_own_formula_loses_is_no_other_function():
    """erf(-5.5) is -1 in single precision, and what is added to it is lost; its derivative is not."""
    x = torch.tensor([-5.5])
    for code in (lambda x: 1 + torch.erf(x), nn.GELU()):
        (found,) = judged(code, x, dtype="float32")
        assert not found.fails
        assert found.verdict in (Verdict.AGREE, Verdict.LOSSY)


def test_another_function_in_single_precision_is_told():
    def rough(x):
        return x.sin() if x.dtype is torch.float64 else x - x**3 / 6

    (found,) = judged(rough, torch.tensor([1.5]), dtype="float32")
    assert found.fails


@pytest.mark.parametrize("name", ["det", "inv", "cholesky", "slogdet"])
def test_what_torch_has_not_in_a_small_format_is_unsupported(name):
    def code(x):
        found = getattr(torch.linalg, name)(x + 3 * torch.eye(2, dtype=x.dtype))
        return found[1] if name == "slogdet" else found

    (row,) = judged(code, torch.tensor([[1.0, 0.5], [0.5, 2.0]]), dtype="bfloat16")
    assert row.verdict is Verdict.UNSUPPORTED
    assert row.note.startswith("torch: ")
    assert "BFloat16" in row.note


@pytest.mark.parametrize(
    "code",
    [
        lambda x: torch.fft.fft(x).abs(),
        lambda x: torch.view_as_complex(x).abs(),
        lambda x: torch.complex(x[:, 0], x[:, 1]).abs(),
        lambda x: torch.linalg.pinv(x + 3 * torch.eye(2)),
        lambda x: x.detach().numpy().sum() * 0 + x,
    ],
    ids=["fft", "pairs", "complex", "pinv", "numpy"],
)
def test_a_format_that_a_kernel_does_not_know_is_unsupported(code):
    start = torch.tensor([[1.0, 0.5], [0.5, 2.0]])
    assert judged(code, start)[0].verdict is Verdict.AGREE
    (row,) = judged(code, start, dtype="bfloat16")
    assert row.verdict is Verdict.UNSUPPORTED
    assert row.note.startswith("torch: ")


class Checkpointed(nn.Module):
    """A layer that is computed again, in torch's older way, whose backward may be another than it should."""

    def __init__(self, function):
        super().__init__()
        self.first, self.second, self.function = nn.Linear(3, 2), nn.Linear(2, 2), function

    def forward(self, x):
        inner = checkpoint(lambda h: self.function(self.second(h)), self.first(x), use_reentrant=True)
        return inner.square().sum()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_checkpoint_of_the_older_kind_is_judged_like_any_other(dtype):
    torch.manual_seed(0)
    (row,) = judged(Checkpointed(torch.tanh), ROWS, dtype=dtype)
    assert (row.verdict, row.components) == (Verdict.AGREE, 20)
    (row,) = judged(Checkpointed(Missing.apply), ROWS, dtype=dtype)
    assert (row.verdict, row.fails) == (Verdict.DISAGREE, True)


def test_the_apply_of_a_function_is_torch_code_wherever_its_inputs_may_lie():
    checked = diffcheck.check(Missing.apply, x=interval(-1, 1), engines="autograd", samples=1)
    assert checked.frame["case"].tolist() == ["Missing"]
    assert checked.frame["verdict"].tolist() == ["disagree"]


class Named(torch.autograd.Function):
    @staticmethod
    def forward(row, column):
        return row * column**2

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, g):
        row, column = ctx.saved_tensors
        return g * column**2, 2 * g * row * column


class Nameless(torch.autograd.Function):
    @staticmethod
    def forward(ctx, *factors):
        ctx.save_for_backward(*factors)
        return factors[0] * factors[1] ** 2

    @staticmethod
    def backward(ctx, g):
        return Named.backward(ctx, g)


def by_hand(*given):
    return given[0] * given[1] ** 2


NAMES = {
    "a context": (Missing.apply, (X,), {}, ["x"]),
    "no context": (Named.apply, (X, X), {}, ["row", "column"]),
    "by name": (Named.apply, (), {"column": X, "row": X}, ["column", "row"]),
    "nameless": (Nameless.apply, (X, X), {}, ["x0", "x1"]),
    "nameless by name": (Nameless.apply, (), {"b": X, "a": X}, ["b", "a"]),
    "a function by name": (by_hand, (), {"b": X, "a": X}, ["b", "a"]),
}


@pytest.mark.parametrize(("code", "positional", "named", "inputs"), NAMES.values(), ids=NAMES)
def test_inputs_have_the_names_that_were_given(code, positional, named, inputs):
    subject = case_of(code, *positional, **named)
    assert list(subject.inputs) == inputs
    assert subject.source.partition(":")[0] == __file__


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (Named.apply, {"column": 3.0, "row": 2.0}),
        (Nameless.apply, {"b": 2.0, "a": 3.0}),
        (by_hand, {"b": 2.0, "a": 3.0}),
    ],
    ids=["by name", "nameless", "function"],
)
def test_arguments_by_name_come_where_they_belong(code, named):
    given = {name: torch.full((2,), value, dtype=torch.float64) for name, value in named.items()}
    assert at(case_of(code, **given), *given.values()).tolist() == [18.0] * 2


def test_the_forms_of_a_call():
    assert diffcheck.check(lambda x: x.sin().sum(), x=X).passed
    assert diffcheck.check(nn.Linear(3, 1), X).passed
    with pytest.raises(CaseError, match="by name"):
        diffcheck.check(lambda x: x, interval(0, 1))


def test_eighty_operations_at_least_have_rows():
    assert len(by_name.names()) >= 80
    assert {"convolution", "_softmax", "gelu", "native_layer_norm", "addmm", "embedding", "_linalg_solve_ex"} <= set(
        by_name.names()
    )


def test_factors_with_other_pivots_have_no_value_in_the_recording():
    matrix = torch.tensor([[1.0, 2.0], [3.0, -1.0]], dtype=torch.float64)
    replay = Emitted(case_of(lambda a: torch.linalg.lu_factor(a)[0], matrix, name="lu").function.graph)
    assert np.array_equal(replay.at(np.array([1.0, 2.0, 4.0, 8.0])), [[4.0, 8.0], [0.25, 0.0]])
    assert np.isnan(replay.at(np.array([4.0, 8.0, 1.0, 2.0]))).all()


def test_the_places_of_a_pooling_hold_while_the_same_elements_are_the_largest():
    row = torch.tensor([[[1.0, 2.0, 4.0, 3.0]]], dtype=torch.float64)

    def unpooled(x):
        return functional.max_unpool1d(*functional.max_pool1d(x, 2, return_indices=True), 2)

    replay = Emitted(case_of(unpooled, row, name="unpooled").function.graph)
    assert np.array_equal(replay.at(np.array([5.0, 7.0, 6.0, 1.0])).ravel(), [0.0, 7.0, 6.0, 0.0])
    assert np.isnan(replay.at(np.array([5.0, 7.0, 1.0, 6.0]))).all()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (lambda x: x.masked_fill(FIRST, torch.inf).amax(), "infinity goes into it"),
        (lambda x: x.masked_fill(FIRST, -torch.inf).amin(), "minus infinity goes into it"),
        (lambda x: x.masked_fill(FIRST, torch.inf).masked_fill(~FIRST, -torch.inf).sum(), "both infinities"),
        (lambda x: x.masked_fill(FIRST, torch.inf).logsumexp(0), "infinity goes into it"),
        (lambda x: x.masked_fill(FIRST, torch.nan).amax(), "NaN goes into it"),
    ],
    ids=["above a maximum", "below a minimum", "both", "in a sum of exponentials", "nan"],
)
def test_an_infinity_that_decides_the_value_is_refused(code, told):
    assert told in refusal(code, X)


def test_a_decomposition_that_does_not_apply_is_no_row(monkeypatch):
    monkeypatch.setitem(torch._decomp.decomposition_table, torch.ops.aten.mode.default, lambda *_: NotImplemented)
    with pytest.raises(Unsupported, match="unsupported: aten.mode at test_torch_code.py:[0-9]+: no row"):
        _ = case_of(lambda x: x.mode().values, torch.randn(3, 4), name="mode").function.graph


def test_a_row_is_nowhere_from_itself():
    """A root of nothing would have no slope, and symbols would say so."""
    rows_ = judged(lambda x: (-(torch.cdist(x, x) ** 2)).exp().sum(), ROWS, engines=("symbolic:program", "autograd"))
    assert {row.verdict for row in rows_} == {Verdict.AGREE}
