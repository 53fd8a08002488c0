"""What a backward must do beside giving the right numbers: each breach is a finding of its own, and fails a trial."""

import numpy as np
import pytest
import torch

from diffcheck import case, interval
from diffcheck.api import Settings, conduct
from diffcheck.ops import cos, exp, floor, sin, stack, where
from diffcheck.ops import sum as total
from diffcheck.reporting.markdown import markdown


def row(implementation, *, definition=lambda x: total(sin(x)), shape=3, **options):
    subject = case(x=interval(-2, 2, shape=shape), samples=2, implementations={"autograd": implementation}, **options)(
        definition
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    return found


def custom(forward, backward, *, materialize=True):
    """A custom function: ``forward(ctx, x)``, ``backward(ctx, g)``."""

    class Custom(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *x):
            ctx.set_materialize_grads(materialize)
            ctx.save_for_backward(*x)
            return forward(ctx, *x)

        @staticmethod
        def backward(ctx, *g):
            return backward(ctx, *g)

    return Custom.apply


def saved(ctx):
    (x,) = ctx.saved_tensors
    return x


def right(ctx, x):
    return torch.sin(x).sum()


def spoils(ctx, x):
    x.data.mul_(2)
    return torch.sin(x / 2).sum()


def spoils_gradient(ctx, g):
    kept = g.clone()
    g.mul_(2)
    return kept * torch.cos(saved(ctx))


class Forgetful:
    """Right at every first call of a pair only."""

    def __init__(self):
        self.calls = 0

    def __call__(self, ctx, g):
        self.calls += 1
        return g * torch.cos(saved(ctx)) * (1 + 1e-3 * (self.calls % 2))


class Draining:
    """A backward that uses up what it saved."""

    def __call__(self, ctx, g):
        x = saved(ctx)
        result = g * torch.cos(x)
        x.data.zero_()
        return result


FAULTS = {
    "ignores": (custom(right, lambda ctx, g: torch.cos(saved(ctx))), "ignores-gradient"),
    "squares": (custom(right, lambda ctx, g: g**2 * torch.cos(saved(ctx))), "nonlinear-gradient"),
    "clips": (custom(right, lambda ctx, g: g.clamp(-1, 1) * torch.cos(saved(ctx))), "nonlinear-gradient"),
    "absolute": (custom(right, lambda ctx, g: g.abs() * torch.cos(saved(ctx))), "nonlinear-gradient"),
    "adds": (custom(right, lambda ctx, g: g * torch.cos(saved(ctx)) + 1e-3), "nonlinear-gradient"),
    "input in place": (custom(spoils, lambda ctx, g: g * torch.cos(saved(ctx) / 2)), "changes-input"),
    "incoming in place": (custom(right, spoils_gradient), "changes-gradient"),
    "another each time": (custom(right, Forgetful()), "unrepeatable"),
    "random": (
        custom(right, lambda ctx, g: g * torch.cos(saved(ctx)) * (1 + 1e-9 * torch.rand(3, dtype=g.dtype))),
        "unrepeatable",
    ),
    "random value": (lambda x: torch.sin(x).sum() * (1 + 1e-15 * torch.rand(()).item()), "unrepeatable"),
    "drained": (custom(right, Draining()), "unrepeatable"),
    "no graph": (lambda x: torch.sin(x.detach()).sum(), "no-gradient"),
    "from numpy": (lambda x: torch.tensor(np.sin(x.detach().numpy()).sum()), "no-gradient"),
    "undefined": (
        custom(right, lambda ctx, g: g * torch.cos(saved(ctx)), materialize=False),
        "undefined-gradient",
    ),
}


@pytest.mark.parametrize(("implementation", "breach"), FAULTS.values(), ids=FAULTS)
def test_a_breach_is_found_and_fails_the_trial(implementation, breach):
    found = row(implementation)
    assert breach in found.findings
    assert found.fails


@pytest.mark.parametrize(("implementation", "breach"), FAULTS.values(), ids=FAULTS)
def test_scalar_functions_too(implementation, breach):
    found = row(implementation, definition=lambda x: sin(x), shape=())
    assert breach in found.findings
    assert found.fails


def two(ctx, x):
    return torch.sin(x), torch.cos(x)


def both(ctx, g, h):
    return g * torch.cos(saved(ctx)) - h * torch.sin(saved(ctx))


def lazy(ctx, g, h):
    if g is None and h is None:
        return None
    g = 0 if g is None else g * torch.cos(saved(ctx))
    return g - (0 if h is None else h * torch.sin(saved(ctx)))


def forgets_second(ctx, g, h):
    return None if g is None else g * torch.cos(saved(ctx)) - (0 if h is None else h * torch.sin(saved(ctx)))


@pytest.mark.parametrize(
    ("backward", "materialize", "breach"),
    [
        (both, True, ""),
        (lazy, False, ""),
        (both, False, "undefined-gradient"),
        (forgets_second, False, "undefined-gradient"),
    ],
    ids=["zeros", "looks for none", "multiplies none", "drops the other"],
)
def test_of_several_outputs_one_may_be_used_alone(backward, materialize, breach):
    found = row(custom(two, backward, materialize=materialize), definition=lambda x: stack([sin(x), cos(x)]))
    assert found.findings.startswith(breach)
    assert bool(found.findings) == bool(breach)


class Mixing(torch.autograd.Function):
    """The sum of sines; a batch of incoming gradients is mixed up in its backward."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x):
        return torch.sin(x).sum()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, g):
        return Product.apply(g, saved(ctx))


class Product(torch.autograd.Function):
    """g cos(x), with a rule for batches that takes the first gradient for all."""

    @staticmethod
    def forward(g, x):
        return g * torch.cos(x)

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def vmap(info, in_dims, g, x):
        first = g.movedim(in_dims[0], 0)[0]
        return (first * torch.cos(x)).expand(info.batch_size, *x.shape), 0


def test_a_batch_must_give_what_one_after_the_other_gives():
    found = row(Mixing.apply)
    assert "batched-gradient" in found.findings
    assert found.fails


RIGHT = {
    "torch": lambda x: torch.sin(x).sum(),
    "custom": custom(right, lambda ctx, g: g * torch.cos(saved(ctx))),
    "in place on its own": lambda x: x.clone().sin_().sum(),
    "cancelling": custom(right, lambda ctx, g: (g + g * 1e2 - g * 1e2) * 0 + g * torch.cos(saved(ctx))),
}


@pytest.mark.parametrize("implementation", RIGHT.values(), ids=RIGHT)
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_who_keeps_the_contract_is_not_accused(implementation, dtype):
    subject = case(x=interval(-2, 2, shape=3), samples=2, implementations={"autograd": implementation})(
        lambda x: total(sin(x))
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False, dtypes=[dtype])).rows
    assert found.findings == ""
    assert not found.fails


def test_no_graph_is_right_where_the_derivative_is_zero():
    found = row(lambda x: x.detach().sum() * 0 + 3.0, definition=lambda x: 0 * total(x) + 3)
    assert found.findings == ""
    assert found.verdict == "agree"


def test_no_gradient_is_told_as_such_beside_the_number():
    found = row(lambda x: torch.sin(x.detach()).sum())
    assert (found.verdict, found.value) == ("disagree", 0.0)
    assert found.findings == "no-gradient: the output has no graph"


def test_constants_are_handed_out_as_copies():
    def spoiling(x, w):
        result = (w.clone() * torch.sin(x)).sum()
        w.data.mul_(2)
        return result

    subject = case(
        x=interval(-2, 2, shape=3), w=np.array([1.0, 2.0, 3.0]), samples=2, implementations={"autograd": spoiling}
    )(lambda x, w: total(w * sin(x)))
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert found.verdict == "agree"
    assert found.findings == "changes-input: the forward pass changes w in place"


class SpoilsOutput(torch.autograd.Function):
    """The exponential; its backward writes into the output that it saved."""

    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return y.mul_(g)


class Stash(torch.autograd.Function):
    """The sum of sines; keeps its input where every call finds it."""

    @staticmethod
    def forward(ctx, x):
        Stash.x = x.detach()
        return x.sin().sum()

    @staticmethod
    def backward(ctx, g):
        return g * Stash.x.cos()


def frees(ctx, g):
    x = saved(ctx)
    if not hasattr(ctx, "kept"):
        ctx.kept = x.cos()
    result = g * ctx.kept
    ctx.kept = None
    return result


def once(ctx, g):
    assert float(g) == 1.0
    return g * torch.cos(saved(ctx))


def different_in_evaluation(x):
    return x.sin().sum() if torch.is_grad_enabled() else x.sin().sum() * 1.01


class FirstVisit:
    """Right when it is asked for the first time."""

    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return x.sin().sum() + (0 if self.calls <= 2 else 0.5 * x.sum() - 0.5 * x.detach().sum())


LATER = {
    "output spoilt": (SpoilsOutput.apply, lambda x: exp(x), (), "changes-input: the backward pass changes the result"),
    "input spoilt": (
        custom(right, lambda ctx, g: saved(ctx).cos_().mul_(g)),
        lambda x: total(sin(x)),
        3,
        "changes-input: the backward pass changes x in place",
    ),
    "freed": (custom(right, frees), lambda x: total(sin(x)), 3, "unrepeatable: a second backward pass"),
    "only for one": (custom(right, once), lambda x: total(sin(x)), 3, "nonlinear-gradient: an incoming gradient"),
    "stash": (Stash.apply, lambda x: total(sin(x)), 3, "unrepeatable: a backward pass after a call with other inputs"),
    "in evaluation": (different_in_evaluation, lambda x: total(sin(x)), 3, "unrepeatable: a call without gradients"),
    "half": (
        custom(right, lambda ctx, g: g.half().to(g.dtype) * saved(ctx).cos()),
        lambda x: total(sin(x)),
        3,
        "nonlinear-gradient",
    ),
    "whole": (
        custom(right, lambda ctx, g: g.round() * saved(ctx).cos()),
        lambda x: total(sin(x)),
        3,
        "nonlinear-gradient",
    ),
}


@pytest.mark.parametrize("samples", [0, 2])
@pytest.mark.parametrize(("implementation", "definition", "shape", "told"), LATER.values(), ids=LATER)
def test_what_shows_only_in_later_calls_is_found(implementation, definition, shape, told, samples):
    subject = case(
        x=interval(-2, 2, shape=shape),
        points=[{"x": np.full(np.zeros(shape).shape, 0.75)}],
        samples=samples,
        implementations={"autograd": implementation},
    )(definition)
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert told in found.findings
    assert found.fails


def test_who_is_right_at_the_first_visit_only_is_asked_again():
    # One call for the derivative, one for the value; whoever comes later sees another slope, always the same.
    subject = case(x=interval(-2, 2), points=[{"x": 0.75}], samples=0, implementations={"autograd": FirstVisit()})(
        lambda x: sin(x)
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert found.verdict == "agree"
    assert found.findings == "unrepeatable: asked again, it has another derivative"


def test_an_exception_later_on_keeps_what_was_found_before():
    def forward(ctx, x):
        x.data.add_(0.0 * x + 1e-3)
        return torch.sin(x - 1e-3).sum()

    def backward(ctx, g):
        assert float(g) == 1.0
        return g * torch.cos(saved(ctx) - 1e-3)

    found = row(custom(forward, backward))
    assert "changes-input" in found.findings
    assert "nonlinear-gradient" in found.findings


@pytest.mark.parametrize(
    ("definition", "implementation"),
    [
        (lambda a, b: where(b > 0, a, 2 * a), lambda a, b: torch.where(b > 0, a, 2 * a)),
        (lambda a, b: a * a, lambda a, b: a * a),
        (lambda a, b: a * floor(b), lambda a, b: a * torch.floor(b).detach()),
    ],
    ids=["condition", "unused", "floor"],
)
def test_no_gradient_by_an_input_is_right_where_it_is_zero(definition, implementation):
    subject = case(a=interval(-2, 2), b=interval(0.25, 0.75), samples=2, implementations={"autograd": implementation})(
        definition
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert (found.findings, found.fails) == ("", False)


def test_no_gradient_by_an_input_that_matters_is_a_finding():
    subject = case(
        a=interval(-2, 2), b=interval(0.25, 0.75), samples=2, implementations={"autograd": lambda a, b: a * b.detach()}
    )(lambda a, b: a * b)
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert found.findings == "no-gradient: none by b"


def declared(expect, implementation):
    return row(implementation, expect={"autograd": expect}, because="known")


def test_findings_that_are_not_declared_fail_beside_declared_ones():
    def spoiling(x):
        return x.data.mul_(2).div(2).sin().sum()

    spoils_and_doubles = custom(lambda ctx, x: spoiling(x), lambda ctx, g: 2 * g * torch.cos(saved(ctx) / 2))
    assert declared("disagree", spoils_and_doubles).fails
    assert not declared(["disagree", "changes-input"], spoils_and_doubles).fails
    assert declared("changes-input", spoils_and_doubles).fails


def test_a_declared_finding_that_is_gone_fails():
    assert declared("changes-input", lambda x: torch.sin(x).sum()).fails
    assert not declared("ignores-gradient", custom(right, lambda ctx, g: torch.cos(saved(ctx)))).fails


def test_the_value_is_that_of_the_call_that_is_differentiated():
    found = row(lambda x: x.sin().sum() + 1 if x.requires_grad else x.sin().sum())
    assert (found.verdict, found.reason) == ("disagree", "value")


def test_sparse_gradients_are_gradients():
    def sparse(ctx, g):
        x = saved(ctx)
        return torch.sparse_coo_tensor(torch.arange(3)[None], g * x.cos(), (3,), check_invariants=False)

    found = row(custom(right, sparse))
    assert (found.verdict, found.findings) == ("agree", "")


def test_rounding_noise_of_a_gradient_of_zero_is_no_breach():
    centre = np.eye(30) - np.ones((30, 30)) / 30
    rows = torch.from_numpy(centre)
    subject = case(
        x=interval(-1, 1, shape=30), samples=2, implementations={"autograd": lambda x: (rows.to(x.dtype) @ x).sum()}
    )(lambda x: total(centre @ x))
    found = conduct(subject, Settings(engines=["autograd"], timing=False, dtypes=["float32", "float64"])).rows
    assert [f.findings for f in found] == ["", ""]


def test_overflow_for_a_larger_incoming_gradient_is_no_breach():
    kernel = custom(lambda ctx, x: x * (x * x / 3000), lambda ctx, g: g * 3 * saved(ctx) ** 2 / 3000)
    subject = case(x=interval(1, 80), samples=3, implementations={"autograd": kernel})(lambda x: x * (x * x / 3000))
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False, dtypes=["float16"])).rows
    assert found.findings == ""


@pytest.mark.parametrize(
    "backward",
    [lambda g, x: g.clamp(-1, 1) * x.cos(), lambda g, x: g.sign() * x.cos(), lambda g, x: g / g.norm() * x.cos()],
    ids=["clamp", "sign", "normed"],
)
def test_who_is_not_linear_does_not_ignore(backward):
    found = row(custom(right, lambda ctx, g: backward(g, saved(ctx))))
    assert found.breaches == ["nonlinear-gradient"]


def test_findings_stand_in_every_table():
    subject = case(
        x=interval(-2, 2, shape=3), samples=1, implementations={"autograd": custom(right, lambda c, g: saved(c).cos())}
    )(lambda x: total(sin(x)))
    run = conduct(subject, Settings(engines=["autograd"], timing=False))
    assert run.cases[0].consensus == "blame: autograd"
    assert "agree, but ignores-gradient" in markdown(run)
