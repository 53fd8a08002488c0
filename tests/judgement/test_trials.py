"""A second version of torch code on trial: what differs from the definition is found, what does not is not accused."""

import pytest
import torch
from torch import nn
from torch.nn import functional

import diffcheck
from diffcheck import case_of
from diffcheck.api import Settings, conduct
from diffcheck.errors import CaseError
from diffcheck.verdict import Reason, Verdict

LOGITS = torch.tensor([[0.5, -1.0, 2.0], [0.1, 0.2, -0.3]], dtype=torch.float64)
TARGET = torch.tensor([2, 0])


def plain(logits, target):
    return -logits.log_softmax(-1).gather(1, target[:, None]).mean()


def fused(factor=1.0, offset=0.0):
    class Fused(torch.autograd.Function):
        @staticmethod
        def forward(ctx, logits, target):
            ctx.save_for_backward(logits, target)
            return functional.cross_entropy(logits, target) + offset

        @staticmethod
        def backward(ctx, g):
            logits, target = ctx.saved_tensors
            hot = functional.one_hot(target, logits.shape[1])
            return g * factor * (logits.softmax(-1) - hot) / len(target), None

    return Fused.apply


def row_of(code, *arguments, implementation, engines=("autograd",), **named):
    subject = case_of(code, *arguments, implementations={"autograd": implementation}, name="tried", **named)
    return conduct(subject, Settings(engines=engines, timing=False)).rows[0]


@pytest.mark.parametrize("by", ["position", "name"])
def test_a_right_version_is_not_accused(by: str) -> None:
    given = (LOGITS, TARGET) if by == "position" else ()
    named = {} if given else {"logits": LOGITS, "target": TARGET}
    found = row_of(plain, *given, implementation=fused(), **named)
    assert found.verdict is Verdict.AGREE
    assert found.on_trial
    assert not found.fails


def test_a_version_that_calls_its_arguments_otherwise_gets_them_by_position() -> None:
    found = row_of(plain, implementation=lambda a, b: functional.cross_entropy(a, b), logits=LOGITS, target=TARGET)
    assert found.verdict is Verdict.AGREE


def test_a_wrong_backward_of_the_second_version_is_told() -> None:
    found = row_of(plain, LOGITS, TARGET, implementation=fused(factor=1.001))
    assert (found.verdict, found.reason) == (Verdict.DISAGREE, Reason.WRONG)
    assert found.value == pytest.approx(1.001 * float(found.truth), rel=1e-12)


def test_another_function_is_told_by_its_value() -> None:
    found = row_of(plain, LOGITS, TARGET, implementation=fused(offset=0.1))
    assert found.fails
    assert found.reason == Reason.VALUE


def test_the_other_engines_judge_the_definition() -> None:
    found = row_of(plain, LOGITS, TARGET, implementation=fused(factor=2.0), engines=("symbolic",))
    assert found.verdict is Verdict.AGREE


def test_the_dotted_path_of_a_function() -> None:
    path = "torch.nn.functional.softplus"
    assert row_of(lambda x: torch.log1p(torch.exp(x)), LOGITS, implementation=path).verdict is Verdict.AGREE
    assert row_of(lambda x: torch.log1p(torch.exp(-x)), LOGITS, implementation=path).reason == Reason.VALUE


class Net(nn.Module):
    def __init__(self, factor=1.0):
        super().__init__()
        self.layer = nn.Linear(3, 2)
        self.scale = nn.Parameter(torch.ones(2))
        self.factor = factor

    def forward(self, x):
        return (self.layer(x).tanh() * self.scale * self.factor).sum()


def test_a_module_takes_the_parameters_by_name() -> None:
    torch.manual_seed(0)
    found = row_of(Net(), LOGITS, implementation=Net())
    assert (found.verdict, found.components) == (Verdict.AGREE, 3 * 2 + 2 + 2 + 6)
    wrong = row_of(Net(), LOGITS, implementation=Net(factor=2.0))
    assert wrong.fails


def test_a_compiled_module_is_judged_against_the_eager_one() -> None:
    compilations = []

    def backend(graph, _):
        compilations.append(graph)
        return graph.forward

    torch.manual_seed(0)
    net = Net()
    found = row_of(net, LOGITS, implementation=torch.compile(net, backend=backend))
    assert found.verdict is Verdict.AGREE
    assert compilations


def test_a_compiled_module_calls_its_parameters_as_the_module_does() -> None:
    net = Net()
    compiled, eager = (list(case_of(code, LOGITS).inputs) for code in (torch.compile(net, backend="eager"), net))
    assert compiled[:-1] == eager[:-1] == ["scale", "layer.weight", "layer.bias"]


def test_a_compiled_function_that_is_compiled_wrong_is_found() -> None:
    def wrong(graph, _):
        def run(*inputs):
            return tuple(2 * out for out in graph.forward(*inputs))

        return run

    def code(x):
        return x.sin().sum()

    assert row_of(code, LOGITS, implementation=torch.compile(code, backend="eager")).verdict is Verdict.AGREE
    assert row_of(code, LOGITS, implementation=torch.compile(code, backend=wrong)).fails


def test_a_function_takes_parameters_as_arguments() -> None:
    torch.manual_seed(0)
    line = nn.Linear(3, 2)
    right = row_of(line, LOGITS, implementation=functional.linear)
    assert right.verdict is Verdict.AGREE
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 1, bias=False), nn.Tanh())

    def by_hand(x, *, weight):
        return torch.tanh(x @ weight.T)

    def by_names(x, **weights):
        return torch.tanh(x @ weights["0_weight"].T)

    with pytest.raises(CaseError, match="the parameter 0_weight reaches no argument of the implementation.*x, weight"):
        row_of(net, LOGITS, implementation=by_hand)
    assert row_of(net, LOGITS, implementation=by_names).verdict is Verdict.AGREE


@pytest.mark.parametrize(
    ("code", "version", "message"),
    [
        (
            nn.Linear(3, 2),
            nn.Bilinear(3, 3, 2),
            "'weight' has shape .2, 3, 3. in the implementation, .2, 3. in",
        ),
        (nn.Linear(3, 2), nn.Sequential(nn.Linear(3, 2)), "has no parameter 'weight': it has 0.weight, 0.bias"),
        (nn.Linear(3, 2), 3, "must be a function or its dotted path"),
        (nn.Linear(3, 2), nn.Linear, "Linear.* is a type: give a function or a module"),
    ],
)
def test_a_version_that_cannot_stand_for_the_code_is_told_by_name(code, version, message) -> None:
    with pytest.raises(CaseError, match=message):
        case_of(code, LOGITS.float(), implementations={"autograd": version})


def test_an_engine_that_calls_nothing_is_named() -> None:
    subject = case_of(plain, LOGITS, TARGET, implementations={"autogard": fused()})
    with pytest.raises(CaseError, match="did you mean 'autograd'"):
        diffcheck.check(subject)
