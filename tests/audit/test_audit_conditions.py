"""The tables of conditions: each changes what it says, and nothing else."""

import pytest
import torch

from diffcheck import tensor
from diffcheck.audit.conditions.context import ORDINARY, Context
from diffcheck.audit.conditions.incoming import INCOMING
from diffcheck.audit.conditions.layouts import LAYOUTS, surroundings, written
from diffcheck.audit.conditions.uses import USES
from diffcheck.audit.conditions.values import VALUES, Range, leaves_no_digit, ordinary
from diffcheck.audit.conditions.world import world
from diffcheck.audit.design import design
from diffcheck.audit.subjects.told import subject
from diffcheck.audit.trials.differences import contradicted
from diffcheck.audit.trials.ruling import Ruling
from diffcheck.audit.trials.screen import screened
from diffcheck.audit.trials.trial import Trials
from diffcheck.formats import FORMATS

SHAPES = [(5,), (3, 4), (2, 3, 4), (2, 3, 4, 5)]
STRIDE_ZERO = ("expanded", "expanded first", "expanded last")


def numbers(shape):
    return torch.arange(1.0, 1 + torch.Size(shape).numel(), dtype=torch.float64).reshape(shape)


MOVED = [
    (name, shape)
    for name, row in LAYOUTS.items()
    for shape in SHAPES
    if name not in ("contiguous", *STRIDE_ZERO) and row.fits(shape)
]


@pytest.mark.parametrize(("name", "shape"), MOVED, ids=str)
def test_a_layout_keeps_the_numbers_and_moves_them_in_memory(name, shape) -> None:
    row, x = LAYOUTS[name], numbers(shape)
    laid = row.lay(x)
    assert torch.equal(laid, x)
    assert (laid.stride(), laid.storage_offset()) != (x.stride(), 0)


@pytest.mark.parametrize("name", STRIDE_ZERO)
def test_an_expanded_tensor_has_a_stride_of_zero(name) -> None:
    laid = LAYOUTS[name].lay(numbers((3, 4)))
    assert laid.shape == (3, 4)
    assert 0 in laid.stride()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_what_it_writes_down(name, shape) -> None:
    x = numbers(shape)
    laid = LAYOUTS[name].lay(x) if LAYOUTS[name].fits(shape) else x
    again = eval(written("x", shape, name), {"torch": torch, "x": x})
    assert torch.equal(again, laid)
    assert again.stride() == laid.stride()


@pytest.mark.parametrize("name", ["strided", "slice", "piece", "misaligned"])
def test_what_lies_around_a_tensor_shows_when_it_is_read(name) -> None:
    laid = LAYOUTS[name].lay(numbers((3, 4)))
    around = surroundings(laid)
    assert around.numel() > laid.numel()
    assert around.isnan().sum() == around.numel() - laid.numel()


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize(("low", "high"), [(None, None), (0.0, None), (None, -1.0), (0.25, 0.75)])
def test_values_are_finite_and_in_their_range(name, low, high) -> None:
    limits = torch.finfo(torch.float16)
    range_ = Range(limits.max, limits.tiny, low, high)
    generator = torch.Generator().manual_seed(1)
    x = ordinary((6, 7), range_, generator)
    change = VALUES[name].change
    found = x if change is None else range_.fitted(change(x, 0, range_, generator))
    assert found.isfinite().all()
    assert float(found.min()) >= (-limits.max if low is None else low)
    assert float(found.max()) <= (limits.max if high is None else high)


@pytest.mark.parametrize("name", INCOMING)
def test_incoming_gradients_are_numbers_of_every_format(name) -> None:
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        found = INCOMING[name].make((3, 4), torch.Generator().manual_seed(0), torch.finfo(dtype).max).to(dtype)
        assert found.shape == (3, 4)
        assert found.isfinite().all()
    assert bool((found == 0).any()) is (name in ("zeros", "single", "first"))


def bilinear(a, b):
    return (a * b).exp() + a


@pytest.mark.parametrize("use", USES)
def test_plain_torch_is_right_in_every_use(use) -> None:
    found = subject(bilinear, bilinear, {"a": tensor("rows width"), "b": tensor("rows width")})
    seen = screened(found, Context(found.space.ordinary(), {**ORDINARY, "precision": "float64", "use": use}))
    # What the backward needs of an input cannot be had once that is overwritten, and torch says so.
    assert seen.counts is (use != "input overwritten"), (seen.refused, seen.skipped)
    assert not seen.suspicious


def test_contexts_cover_pairs_of_conditions_and_repeat_themselves() -> None:
    found = subject(bilinear, bilinear, {"a": tensor("rows width"), "b": tensor("rows width")})

    def made(seed):
        plan = design(found, ("float64", "bfloat16"), ("cpu",), seed, "float64")
        contexts = list(plan.alone())
        for _, context in zip(range(60), plan.pairs(), strict=False):
            contexts.append(context)
            plan.covered.update(plan.pairs_of(context))
        return plan, contexts

    plan, contexts = made(0)
    tried = {(kind, context[kind]) for context in contexts for kind in plan.kinds}
    missing = {(kind, name) for kind, names in plan.kinds.items() for name in names} - tried
    assert missing == set()
    assert len(plan.covered) > 60 * 10
    assert [c.key for c in contexts] == [c.key for c in made(0)[1]]
    assert [c.key for c in contexts] != [c.key for c in made(1)[1]]


class Residue(torch.autograd.Function):
    """Zero, whose gradient is what its terms leave."""

    @staticmethod
    def forward(ctx, x, left):
        ctx.left = left
        return torch.zeros_like(x)

    @staticmethod
    def backward(ctx, g):
        return ctx.left * g, None


@pytest.mark.parametrize(("left", "looks"), [(4e-17, False), (1e-3, True)])
def test_what_rounding_leaves_of_terms_that_cancel_altogether_is_no_error(left, looks) -> None:
    found = subject(lambda x: Residue.apply(x, left), lambda x: x - x, {"x": tensor("n")}, None)
    seen = screened(found, Context(found.space.ordinary(), {**ORDINARY, "precision": "float64"}))
    assert seen.suspicious is looks
    assert contradicted(found, world(found, seen.context), seen, 2.0**-12) is looks


def test_huge_numbers_keep_their_digits_in_half_precision_alone() -> None:
    """Those whose squares leave float16 are exact in double precision, and what overflows there is told."""
    largest = {name: float(format.largest) for name, format in FORMATS.items()}
    without = {name for name in ("float64", "float32", "bfloat16", "float16") if leaves_no_digit("huge", largest[name])}
    assert without == {"float64", "float32", "bfloat16"}
    assert not any(leaves_no_digit(kind, largest["float64"]) for kind in ("saturated", "tiny", "one large"))


def test_an_overflow_of_half_precision_inside_is_found_at_huge_numbers() -> None:
    class Scaled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return torch.nn.functional.rms_norm(x, x.shape[-1:], eps=1e-6)

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            wide, square = x.float(), (x * x).float()  # squared in the format that it came in
            scale = torch.rsqrt(square.mean(-1, keepdim=True) + 1e-6)
            along = (g.float() * wide * scale).mean(-1, keepdim=True)
            return (scale * (g.float() - wide * scale * along)).to(x.dtype)

    taken = subject(
        Scaled.apply, lambda x: torch.nn.functional.rms_norm(x, x.shape[-1:], eps=1e-6), {"x": tensor("rows width")}
    )
    plan = design(taken, ["float16"], ["cpu"], 0, "float16")
    found = Trials(taken, patience=5.0).hear(plan.ordinary.with_choice("values", "huge"))
    assert found.ruling is Ruling.WRONG, found
