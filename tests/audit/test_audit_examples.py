"""Faults that show at nothing like the examples of a unit test: each is found and named, and its correction passes."""

import re

import audit_examples
import pytest
import torch

from diffcheck import assert_operation
from diffcheck.audit import audit
from diffcheck.audit.examples.borders import at_borders, branches
from diffcheck.audit.subjects.operation import Operation

ROWS = audit_examples.ROWS


@pytest.mark.parametrize("name", ROWS)
def test_a_fault_that_the_examples_do_not_show_is_found(name):
    definition, make, inputs, told = ROWS[name]
    with pytest.raises(AssertionError) as raised:
        assert_operation(make(True), definition, inputs=inputs, budget=4, dtypes="float64")
    assert re.search(told, str(raised.value), re.DOTALL), str(raised.value)


@pytest.mark.parametrize("name", ROWS)
def test_its_correction_passes(name):
    definition, make, inputs, _ = ROWS[name]
    found = assert_operation(make(False), definition, inputs=inputs, budget=0.5)
    assert found.contexts > 0


BENT = {
    "far": (audit_examples.smooth, audit_examples.fused_smooth, audit_examples.drawn(5), "wrong where"),
    "two zeros": (audit_examples.multiplied, audit_examples.fused_multiplied, audit_examples.drawn(6, 4), "zero"),
}


@pytest.mark.parametrize(("definition", "make", "x", "told"), BENT.values(), ids=BENT)
def test_second_derivatives_at_special_values_are_told(definition, make, x, told):
    found = audit(make(True), definition, inputs=(x,), budget=2, dtypes="float64")
    assert found.passed
    assert re.search(f"its second derivatives are wrong where .*{told.removeprefix('wrong where')}", repr(found))
    assert "second derivatives" not in repr(audit(make(False), definition, inputs=(x,), budget=2, dtypes="float64"))


def turned(x, cos, sin):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def fused_turned(factor):
    def backward(x, cos, sin, g):
        return factor * turned(g, cos, -sin), None, None

    return audit_examples.made(turned, backward)


ANGLES = audit_examples.drawn(4, 3)


def test_who_gives_no_gradient_that_nobody_asked_for_is_not_accused():
    given = audit_examples.drawn(2, 4, 6), ANGLES.cos(), ANGLES.sin()
    found = assert_operation(fused_turned(1), turned, inputs=given, budget=2, dtypes="float64")
    assert "it gives no gradient by `cos`, `sin`" in repr(found)
    assert audit(fused_turned(2), turned, inputs=given, budget=2, dtypes="float64").fault is not None


def test_who_gives_none_although_an_example_requires_it_is_accused():
    given = [t.requires_grad_() for t in (audit_examples.drawn(2, 4, 6), ANGLES.cos(), ANGLES.sin())]
    found = audit(fused_turned(1), turned, inputs=tuple(given), budget=2, dtypes="float64")
    assert found.fault is not None
    assert "the gradient by `cos` is wrong" in repr(found)


def test_what_torch_s_own_backward_refuses_as_well_accuses_nobody():
    # A view as complex numbers has no backward for a gradient at an odd place in memory.
    def parts(x, y):
        return torch.view_as_real(torch.complex(x, y) * (1 + 2j))

    given = audit_examples.drawn(3, 4), audit_examples.drawn(3, 4, seed=1)
    found = audit(parts, parts, inputs=given, budget=2, dtypes="float64")
    assert found.passed, repr(found)
    assert any("storage_offset" in seen.skipped for seen in found.trials.seen.values())


def test_nothing_is_certified_of_what_cannot_be_recorded_and_that_is_said():
    given = (audit_examples.drawn(3, 3),)
    found = audit(audit_examples.fused_factored(False), audit_examples.factored, inputs=given, budget=2)
    assert found.passed
    assert found.certified == 0
    assert "confirmed by torch and by differences" in repr(found)


def many(seed):
    return audit_examples.drawn(64, 48, seed=seed)


@pytest.mark.parametrize(("factor", "passes"), [(1.0, True), (0.5, False)])
def test_examples_may_hold_more_numbers_than_the_referee_hears(factor, passes):
    def backward(q, k, v, g):
        found = [t.detach().requires_grad_() for t in (q, k, v)]
        with torch.enable_grad():
            of_q, of_k, of_v = torch.autograd.grad(audit_examples.attention(*found), found, g)
        return of_q, of_k, factor * of_v

    operation = audit_examples.made(audit_examples.attention, backward)
    given = many(0), many(1), many(2)
    found = audit(operation, audit_examples.attention, inputs=given, budget=3, dtypes="float64")
    assert found.passed is passes, repr(found)
    assert (found.fault is None) is passes


def test_large_examples_are_tried_smaller_where_the_operation_is_right_there():
    operation, given = audit_examples.fused_attention(False), (many(0), many(1), many(2))
    found = audit(operation, audit_examples.attention, inputs=given, budget=3, dtypes="float64")
    assert found.certified > 0
    assert found.design.ordinary.sizes["q.shape[0]"] < 64


def test_a_comparison_s_border_is_met_exactly():
    def definition(x):
        return (3 * x + 1).clamp(-2.0, 4.0)

    operation, given = Operation(definition, ["x"]), {"x": audit_examples.drawn(8).requires_grad_()}
    assert branches(operation, given)
    assert not branches(Operation(torch.exp, ["x"]), given)
    moved = at_borders(operation, given, lambda name, x: x, False)["x"]
    compared = 3 * moved + 1
    assert (compared == -2).any()
    assert (compared == 4).any()


@pytest.mark.parametrize("wrong", [True, False])
def test_a_gradient_that_no_example_requires_is_looked_at_where_it_is_given(wrong):
    def shifted(x, shift):
        return (x + shift).exp()

    operation = audit_examples.made(
        shifted, lambda x, shift, g: (g * (x + shift).exp(), (g * (x + shift).exp()).sum(0) * (0.5 if wrong else 1))
    )
    given = audit_examples.drawn(3, 4).requires_grad_(), audit_examples.drawn(4, seed=1)
    found = audit(operation, shifted, inputs=given, budget=2, dtypes="float64")
    assert found.passed is not wrong
    assert ("the gradient by `shift` is wrong" in repr(found)) is wrong
