"""What `gradcheck` of torch and diffcheck say of the same gradients, right and wrong ones, and how long they take.

    python benchmarks/beside_gradcheck.py            the table
    python benchmarks/beside_gradcheck.py --write    and it goes into docs/benchmarks.md

Both get the same functions and inputs, with their defaults, in double and in single precision. A time is that of one
whole call, after one that nobody measures.
"""

import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from measure import cells, headed, into_page, printed, seconds
from torch import nn
from torch.autograd import gradcheck

from diffcheck import case_of, check

Tensor = torch.Tensor
_Told = tuple[str, Callable[..., Tensor], tuple[Tensor, ...]]
_DTYPES = (torch.float64, torch.float32)


@dataclass(frozen=True)
class Subject:
    """A function with its inputs, and whether its gradient is right."""

    name: str
    code: Callable[..., Tensor]
    inputs: tuple[Tensor, ...]
    right: bool


def custom(forward: Callable[..., Tensor], backward: Callable[..., Any]) -> Callable[..., Tensor]:
    """A function with a backward of one's own."""

    class Custom(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *inputs: Tensor) -> Tensor:
            ctx.save_for_backward(*inputs)
            return forward(*inputs)

        @staticmethod
        def backward(ctx: Any, *grads: Tensor) -> Any:
            return backward(grads[0], *ctx.saved_tensors)

    return Custom.apply


def swish(x: Tensor) -> Tensor:
    """The function of most of the backwards."""
    return x * torch.sigmoid(x)


def slope(x: Tensor) -> Tensor:
    """Its derivative."""
    s = torch.sigmoid(x)
    return s * (1 + x * (1 - s))


def subjects() -> list[Subject]:
    """The functions, in double precision."""
    torch.manual_seed(0)
    x, small, w = torch.randn(8), torch.tensor([1e-5, 1.0]), torch.randn(4, 3)
    network = nn.Sequential(nn.Linear(8, 6), nn.LayerNorm(6), nn.GELU(), nn.Linear(6, 1))
    right: list[_Told] = [
        ("swish", custom(swish, lambda g, x: g * slope(x)), (x,)),
        ("product with a bias", lambda a, b: a * b, (torch.randn(5, 3), torch.randn(3))),
        ("layers, norm, GELU (a module)", network, (torch.randn(4, 8),)),
        ("attention", nn.functional.scaled_dot_product_attention, tuple(torch.randn(3, 1, 1, 3, 2))),
        ("log at 1e-5", torch.log, (small,)),
        ("sin(1e5 x)", lambda x: torch.sin(1e5 * x), (x,)),
        ("relu at 0", torch.relu, (torch.tensor([0.0, 1.0]),)),
    ]
    wrong: list[_Told] = [
        ("swish, a term missing", custom(swish, lambda g, x: g * torch.sigmoid(x)), (x,)),
        ("swish, the sign", custom(swish, lambda g, x: -g * slope(x)), (x,)),
        ("swish, off by 1e-4", custom(swish, lambda g, x: g * slope(x) * 1.0001), (x,)),
        ("swish, float16 inside", custom(swish, lambda g, x: g * slope(x.half()).to(x.dtype)), (x,)),
        (
            "product, summed over the wrong axis",
            custom(_product, lambda g, a, b: (g * b, (g * a)[0] * len(a))),
            (w, w[0]),
        ),
        ("1e-6 swish, no gradient", custom(lambda x: 1e-6 * swish(x), lambda g, x: g * 0), (x,)),
        (
            "swish, first element of a batch",
            custom(swish, lambda g, x: g * slope(x[:1]).expand_as(x)),
            (x[:1].repeat(8) + 1e-3 * x,),
        ),
    ]
    return [Subject(*told, right=True) for told in right] + [Subject(*told, right=False) for told in wrong]


def _product(a: Tensor, b: Tensor) -> Tensor:
    return a * b


def by_gradcheck(subject: Subject, dtype: torch.dtype) -> str:
    """What `gradcheck` says."""
    inputs = [t.to(dtype).requires_grad_() for t in subject.inputs]
    code, given = subject.code, inputs
    if isinstance(code, nn.Module):
        module, names = code, [name for name, _ in code.named_parameters()]
        given = [*inputs, *(p.detach().to(dtype).requires_grad_() for p in module.parameters())]

        def code(*values: Tensor) -> Tensor:
            state = dict(zip(names, values[len(inputs) :], strict=True))
            found: Tensor = torch.func.functional_call(module, state, values[: len(inputs)])
            return found

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of single precision it says that it needs double
        return "passes" if gradcheck(code, given, raise_exception=False) else "**fails**"


def by_diffcheck(subject: Subject, dtype: torch.dtype) -> str:
    """What diffcheck says: the verdict, and how many digits are right of how many that could be."""
    made = case_of(subject.code, *(t.to(dtype) for t in subject.inputs), name="subject")
    name = str(dtype).removeprefix("torch.")
    (row,) = check(made, engines="autograd", dtypes=name).result.rows
    return f"**{row.verdict}**" if row.fails else str(row.verdict)


def table() -> Iterator[str]:
    """The lines of the table, and what they come to."""
    tools = {"gradcheck": by_gradcheck, "diffcheck": by_diffcheck}
    yield from headed(
        ("function", "its gradient", *(f"{tool}, {name}" for tool in tools for name in ("float64", "float32")))
    )
    mistaken = dict.fromkeys(
        [(tool, dtype, right) for tool in tools for dtype in _DTYPES for right in (True, False)], 0
    )
    for subject in subjects():
        told = []
        for tool, ask in tools.items():
            for dtype in _DTYPES:
                said = ask(subject, dtype)
                took = seconds(partial(ask, subject, dtype))
                told.append(f"{said}, {took * 1e3:.3g} ms")
                mistaken[tool, dtype, subject.right] += said.startswith("**") is subject.right
        yield cells(subject.name, "right" if subject.right else "wrong", *told)
    for right, what in ((True, "right ones accused"), (False, "wrong ones passed")):
        yield cells(what, "", *(f"{mistaken[tool, dtype, right]}" for tool in tools for dtype in _DTYPES))


if __name__ == "__main__":
    found = printed(table())
    if "--write" in sys.argv[1:]:
        into_page("gradcheck", found)
