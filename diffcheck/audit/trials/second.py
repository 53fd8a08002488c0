"""Second derivatives of an operation, in its ordinary context: refused, right, or wrong, promised or not."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.autograd.function import BackwardCFunction

from diffcheck.audit.conditions.context import Context
from diffcheck.audit.conditions.passes import leaves
from diffcheck.audit.conditions.world import world
from diffcheck.audit.subjects.operation import Operation, Widened
from diffcheck.audit.subjects.subject import Subject

Tensor = torch.Tensor
REFUSED, RIGHT, WRONG = "refused", "right", "wrong"
_SEED = 11
_STEP = 2.0**-17
# Central differences of a gradient in double precision keep about half of the digits.
_SAME = 1e-5


def second_order(subject: Subject, context: Context) -> str:
    """What the operation's backward says when it is differentiated itself.

    The product of the Hessian with a direction, of the results weighted at random, is held against torch's of the
    definition, which differences of the definition's gradient must confirm; ``refused`` where these do not tell.
    """
    here = world(subject, context).exact[0]
    code = subject.definition if subject.gradient is None else subject.gradient
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = _product(subject.operation, here)
        except Exception:  # most say that they are differentiable once only
            return REFUSED
        try:
            with Widened(), subject.torch_instead():
                right = _product(code, here)
                moved = _differences(code, here)
        except Exception:
            return REFUSED
    if not _alike(right, moved):
        return REFUSED
    return RIGHT if _alike(found, right) else WRONG


def promises(subject: Subject, context: Context) -> bool:
    """Whether the operation's backward is made of functions that have a backward of their own.

    Somebody wrote down a second derivative then. Of any other backward torch makes one, right or not.
    """
    here = world(subject, context).exact[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            results = subject.operation(here)
            gradients = _gradient(subject.operation, here)
        except Exception:  # it promises nothing
            return False
    return bool(_own_functions(gradients) - _own_functions(results))


def _own_functions(results: Sequence[Tensor]) -> set[type]:
    """The classes of functions with a backward of somebody's own that results come from."""
    pending = [y.grad_fn for y in results if y.grad_fn is not None]
    seen = set(pending)
    while pending:
        more = {node for node, _ in pending.pop().next_functions if node is not None} - seen
        seen |= more
        pending += more
    return {type(node) for node in seen if isinstance(node, BackwardCFunction)}


def _gradient(code: Operation, arguments: Mapping[str, Any]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(_SEED)
    outputs = [y for y in code(arguments) if y.requires_grad]
    weighted = [(torch.randn(y.shape, generator=generator, dtype=torch.float64) * y * y).sum() for y in outputs]
    loss = torch.stack(weighted).sum()
    by = list(leaves(arguments).values())
    found = torch.autograd.grad(loss, by, create_graph=True, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, by, strict=True)]


def _direction(arguments: Mapping[str, Any]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(_SEED + 1)
    return [torch.randn(x.shape, generator=generator, dtype=torch.float64) for x in leaves(arguments).values()]


def _product(code: Operation, arguments: Mapping[str, Any]) -> Tensor:
    """The Hessian times the direction, flattened."""
    gradients, by = _gradient(code, arguments), list(leaves(arguments).values())
    along = torch.stack([(g * d).sum() for g, d in zip(gradients, _direction(arguments), strict=True)]).sum()
    # Who is differentiable once only says so when the gradient goes through him, and not where it goes past.
    torch.autograd.backward(along, retain_graph=True)
    for x in by:
        x.grad = None
    found = torch.autograd.grad(along, by, allow_unused=True)
    return torch.cat([(torch.zeros_like(x) if g is None else g).reshape(-1) for g, x in zip(found, by, strict=True)])


def _differences(code: Operation, arguments: Mapping[str, Any]) -> Tensor:
    sides = []
    for step in (_STEP, -_STEP):
        moved = {
            name: (x.detach() + step * d).requires_grad_()
            for (name, x), d in zip(leaves(arguments).items(), _direction(arguments), strict=True)
        }
        sides.append(torch.cat([g.detach().reshape(-1) for g in _gradient(code, {**arguments, **moved})]))
    return (sides[0] - sides[1]) / (2 * _STEP)


def _alike(a: Tensor, b: Tensor) -> bool:
    return bool(((a - b).abs() <= _SAME * b.abs().max()).all())
