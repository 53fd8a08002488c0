"""What may excuse an operation: plain torch in the same precision, and what its own code computes in."""

import warnings
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from diffcheck.audit.conditions.passes import leaves, pulled
from diffcheck.audit.conditions.uses import USES
from diffcheck.audit.conditions.world import World
from diffcheck.audit.subjects.operation import Widened
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.screen import Screened
from diffcheck.program.sourced import Sourced
from diffcheck.sources.torch_code.code import TorchCode
from diffcheck.sources.torch_code.recorder import Recorder

Tensor = torch.Tensor


def plain_gradients(
    subject: Subject, here: World, screened: Screened
) -> tuple[Sequence[Tensor], Mapping[str, Tensor]] | None:
    """The definition's results and gradients by torch in the context's own precision; ``None`` where it raises.

    In double precision casts to a smaller format are left out, as they are of the truth. A use that has a format of its
    own, as autocast has, has it for both.
    """
    use = USES[here.context["use"]]
    consume = use.really if use.really is not None and use.format else use.consume
    code = subject.definition if subject.gradient is None else subject.gradient
    widened = Widened() if screened.format == "float64" else nullcontext()
    try:
        with warnings.catch_warnings(), subject.torch_instead(), widened:
            warnings.simplefilter("ignore")
            arguments = {n: _contiguous(t) for n, t in here.arguments.items()}
            outputs = consume(code, arguments, {n: _contiguous(t) for n, t in here.others.items()})
            incoming = [g.to(y.device, y.dtype) for g, y in zip(screened.incoming, outputs, strict=True)]
            gradients = pulled(outputs, list(leaves(arguments).values()), incoming)
    except Exception:  # the definition does not run in this precision
        return None
    found = {
        n: torch.zeros(t.shape, dtype=torch.float64) if g is None else g.detach().cpu().double()
        for (n, t), g in zip(leaves(arguments).items(), gradients, strict=True)
    }
    return [y.detach().cpu().double() for y in outputs], found


def _contiguous(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return value
    return value.detach().clone(memory_format=torch.contiguous_format).requires_grad_(value.requires_grad)


def own_functions(subject: Subject, here: World) -> Mapping[str, Any]:
    """The `torch.autograd.Function` classes whose own backward takes part in the operation's gradient."""
    arguments, names = here.arguments, list(here.asked)

    def function(*values: Tensor) -> Sequence[Tensor]:
        return subject.operation({**arguments, **dict(zip(names, values, strict=True))})

    placeholders = {name: arguments[name] for name in names}
    code = TorchCode(function, placeholders, names, len(names))
    found: Mapping[str, Any] = code.own_backwards([arguments[name] for name in names])
    return found


class _Formats(TorchDispatchMode):
    """While it is entered, the formats that operations give their results in are noted, and where these overflow."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen: set[str] = set()
        self.overflowing: set[str] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        for one in found if isinstance(found, (list, tuple)) else (found,):
            if isinstance(one, Tensor) and one.is_floating_point() and one.dim():  # a number beside has any format
                name = str(one.dtype).removeprefix("torch.")
                self.seen.add(name)
                if name not in self.overflowing and bool(one.isinf().any()) and _finite(args):
                    self.overflowing.add(name)
        return found


def _finite(arguments: Any) -> bool:
    """Whether all numbers among some arguments are finite."""
    tensors = (a for a in tree_leaves(arguments) if isinstance(a, Tensor) and a.is_floating_point())
    return all(bool(a.isfinite().all()) for a in tensors)


def formats_seen(subject: Subject, here: World) -> tuple[set[str], set[str]]:
    """The formats in which the operation and its backward are seen to compute in a context, and those that overflow."""
    mode, use = _Formats(), USES[here.context["use"]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with mode:
            outputs = use.consume(subject.operation, here.arguments, here.others)
        incoming = here.incoming(outputs)
        with mode:
            pulled(outputs, list(here.asked.values()), incoming)
    return mode.seen, mode.overflowing


def own_code(subject: Subject, here: World, screened: Screened) -> Sourced | None:
    """The operations that torch carries out for the operation's gradients; ``None`` where they cannot be watched."""
    use, (arguments, others) = USES[here.context["use"]], here.exact
    names = list(here.asked)
    inputs = [arguments[name].detach().requires_grad_() for name in names]
    try:
        recorder = Recorder(here=True)
        for tensor in inputs:
            recorder.input(tensor)
        with warnings.catch_warnings(), recorder:
            warnings.simplefilter("ignore")
            outputs = use.consume(subject.operation, {**arguments, **dict(zip(names, inputs, strict=True))}, others)
            gradients = pulled(outputs, inputs, list(screened.incoming))
            flat = [
                (torch.zeros_like(x) if g is None else g).reshape(-1)
                for n, x, g in zip(names, inputs, gradients, strict=True)
                if n in (screened.suspects or names)
            ]
            return recorder.sourced(torch.cat(flat))
    except Exception:  # whatever bypasses torch, or has no row
        return None
