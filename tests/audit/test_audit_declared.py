"""What an audit is told: inputs by named sizes, relations, examples; and what is said of a mistake."""

import pytest
import torch

from diffcheck import integers, lengths, mask, tensor
from diffcheck.audit import audit
from diffcheck.audit.budget import seconds_of
from diffcheck.audit.conditions.context import ORDINARY, Context
from diffcheck.audit.conditions.sizes import space
from diffcheck.audit.conditions.world import world
from diffcheck.audit.subjects.told import subject
from diffcheck.errors import CaseError, UsageError


def double(x, **_):
    return 2 * x


def test_ordinary_sizes_differ_so_that_no_two_axes_can_be_mistaken() -> None:
    sizes = space(("batch", "heads", "tokens", "width")).ordinary()
    assert len(set(sizes.values())) == 4
    assert 1 not in sizes.values()


@pytest.mark.parametrize(
    ("relation", "holds"),
    [
        ("kv_heads divides heads", lambda s: s["heads"] % s["kv_heads"] == 0),
        ("heads is even", lambda s: s["heads"] % 2 == 0),
        ("heads is a multiple of 8", lambda s: s["heads"] % 8 == 0),
        ("heads is a power of two", lambda s: bin(s["heads"]).count("1") == 1),
        ("kv_heads <= heads", lambda s: s["kv_heads"] <= s["heads"]),
        ("kv_heads equals heads", lambda s: s["kv_heads"] == s["heads"]),
    ],
)
def test_relations_hold_wherever_sizes_move(relation, holds) -> None:
    found = space(("heads", "kv_heads"), relations=(relation,))
    start = found.ordinary()
    assert 1 not in start.values()
    moved = [found.changed(start, name, value) for name in start for value in found.values[name] if value]
    reached = [sizes for sizes in moved if sizes is not None]
    assert all(map(holds, [start, *reached]))
    assert len({tuple(sizes.items()) for sizes in reached}) > 5


def test_ordinary_sizes_that_are_tied_differ_from_the_others_too() -> None:
    names = "batch", "heads", "kv_heads", "classes"
    sizes = space(names, relations=("kv_heads divides heads", "classes >= 1")).ordinary()
    assert 1 not in sizes.values()
    assert len(set(sizes.values())) == 4


def test_sizes_may_be_listed() -> None:
    found = space(("heads", "width"), {"heads": (1, 2, 4), "width": 64})
    assert found.values == {"heads": (1, 2, 4), "width": (64,)}


def drawn(values="ordinary", precision="float32", sizes=None, **declared):
    found = subject(double, double, declared)
    chosen = {**found.space.ordinary(), **(sizes or {})}
    return world(found, Context(chosen, {**ORDINARY, "precision": precision, "values": values})).arguments


def test_declared_values_keep_to_what_is_declared() -> None:
    found = drawn(
        x=tensor("... width", low=0.0, high=1.0),
        w=tensor("width", low=2.0, dtype="float64", grad=False),
        labels=integers("width", below="classes", ignored=-100),
        allowed=mask("width width"),
        kept=lengths("width", up_to="classes"),
        sizes={"classes": 3, "width": 64},
    )
    assert found["x"].shape == (2, 64)
    assert found["x"].requires_grad
    assert ((found["x"] >= 0) & (found["x"] <= 1)).all()
    assert (found["w"].dtype, found["w"].requires_grad) == (torch.float64, False)
    assert float(found["w"].min()) >= 2
    assert set(found["labels"].tolist()) == {-100, 0, 1, 2}
    assert found["allowed"].dtype is torch.bool
    assert set(found["kept"].tolist()) == {0, 1, 2, 3}


def test_whole_numbers_and_masks_have_their_borders() -> None:
    named = {"x": tensor("rows"), "labels": integers("rows", below=9, ignored=-1), "allowed": mask("rows rows")}
    ignored = drawn("ignored", **named)
    assert set(ignored["labels"].tolist()) == {-1}
    assert not ignored["allowed"].any()
    assert (~drawn("ignored often", **named)["allowed"]).all(-1).any()
    assert set(drawn("border", sizes={"rows": 64}, **named)["labels"].tolist()) == {0, 8}
    assert len(drawn("repeated", **named)["labels"].unique()) == 1


def test_weights_may_be_of_another_format_than_activations() -> None:
    found = drawn(precision="bfloat16 with float32 weights", x=tensor("rows width"), w=tensor("width"))
    assert (found["x"].dtype, found["w"].dtype) == (torch.bfloat16, torch.float32)


def test_examples_keep_their_sizes_and_kinds() -> None:
    inputs = (torch.rand(3, 4), torch.tensor([1, -100, 2]))
    found = subject(lambda x, t: x, None, {}, inputs)
    assert [d.axes for d in found.declared.values()] == [("3", "4"), ("3",)]
    assert found.declared["t"].ignored == -100
    assert (found.declared["x"].low, found.declared["x"].high) == (0.0, 1.0)


def test_a_function_makes_the_inputs_of_sizes_that_it_asks_for() -> None:
    def make(sizes, dtype, seed):
        generator = torch.Generator().manual_seed(seed)
        return (torch.randn(sizes.rows, sizes["width"], generator=generator).to(dtype),)

    found = audit(lambda x: x.exp(), lambda x: torch.exp(x), inputs=make, budget=1, dtypes="float64")
    assert found.passed
    assert {"size:rows", "size:width"} <= set(found.design.kinds)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "no argument is a tensor"),
        ({"x": tensor("rows"), "sizes": {"cols": 3}}, "names no size of an input; the sizes are rows"),
        ({"x": tensor("rows"), "relations": ("rows likes 3",)}, "is not understood: write"),
        ({"x": tensor("rows"), "relations": ("rows divides cols",)}, "'cols' is no size"),
        ({"x": tensor("rows"), "relations": ("rows > 2000",)}, "no sizes satisfy rows > 2000"),
        ({"inputs": (3.0,)}, "'x' is of type float: give tensors"),
    ],
)
def test_a_mistake_is_told(options, message) -> None:
    with pytest.raises(CaseError, match=message):
        audit(double, double, budget=1, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dtypes": "float8"}, "unknown dtype 'float8': choose from float64"),
        ({"devices": "tpu"}, "unknown device 'tpu'"),
        ({"at_kinks": "up"}, "unknown convention at_kinks 'up'"),
        ({"budget": "soon"}, "budget 'soon': write seconds"),
    ],
)
def test_an_option_that_does_not_exist_is_told(options, message) -> None:
    with pytest.raises(UsageError, match=message):
        audit(double, double, x=tensor("rows"), **options)


def test_what_cannot_run_is_told_with_its_context() -> None:
    with pytest.raises(CaseError, match="in an ordinary context .rows = 2.* it raises ValueError: not today"):
        audit(refusing, double, x=tensor("rows"), budget=1)
    with pytest.raises(CaseError, match=r"write names or numbers with spaces between"):
        tensor("rows-width")
    with pytest.raises(CaseError, match="low must be below high"):
        tensor("rows", low=1, high=0)
    with pytest.raises(CaseError, match="low is 'a': give numbers, such as low=0.5, high=3"):
        tensor("rows", "a")


def refusing(x):
    raise ValueError("not today")


def test_budgets() -> None:
    assert [seconds_of(b) for b in (3, "30s", "2m", "1.5")] == [3, 30, 120, 1.5]


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(weight)
        return x * weight

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0], g


WRONG_NAMES = {
    "an argument": ({"x": tensor("n"), "weigth": tensor("n")}, "did you mean 'weight'"),
    "an option": ({"x": tensor("n"), "weight": tensor("n"), "bugdet": "2s"}, "did you mean 'budget'"),
    "no number": ({"inputs": (torch.tensor([1.0, float("nan")]), torch.ones(2))}, "holds NaN"),
}


@pytest.mark.parametrize(("given", "text"), WRONG_NAMES.values(), ids=WRONG_NAMES)
def test_a_slip_in_what_is_declared_is_told(given, text):
    with pytest.raises(CaseError, match=text):
        audit(Doubled.apply, lambda x, weight: x * weight, **given)


def test_other_names_are_labels_for_arguments_by_position():
    found = audit(
        lambda a, b: a * b, lambda a, b: a * b, left=tensor("n"), right=tensor("n"), budget=1, dtypes="float64"
    )
    assert found.passed


def test_a_function_is_taken_as_the_class_that_it_is():
    found = audit(Doubled, lambda x, weight: x * weight, x=tensor("n"), weight=tensor("n"), budget=1, dtypes="float64")
    assert found.fault is not None
    assert found.fault.heard.input == "weight"


def test_a_result_of_another_shape_is_told_as_that():
    found = audit(lambda x: x * 2, lambda x: (x * 2).sum(), x=tensor("rows n"), budget=1, dtypes="float64")
    assert "its result has shape" in repr(found).splitlines()[0]
