"""A few lines of plain torch that show a fault without diffcheck."""

import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from diffcheck.audit.conditions.layouts import LAYOUTS, written
from diffcheck.audit.conditions.uses import USES
from diffcheck.audit.conditions.world import World, world
from diffcheck.audit.of_torch.catalogue import TorchCall
from diffcheck.audit.subjects.declared import Complex
from diffcheck.audit.subjects.modules import ModuleCall
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.ruling import Heard
from diffcheck.audit.trials.screen import Screened
from diffcheck.sources.torch_code.code import function_of

Tensor = torch.Tensor
# More numbers than this are not written down.
_LITERAL = 48


def script_of(subject: Subject, seen: Screened, heard: Heard | None) -> str:
    """The lines; empty where the use, or the many numbers, would make them long."""
    here, use = world(subject, seen.context), USES[seen.context["use"]]
    tensors = [t for t in [*here.arguments.values(), *here.others.values()] if isinstance(t, Tensor)]
    several = len(seen.incoming) > 1 and use.name != "plain"
    if not use.lines or not seen.incoming or several or any(t.numel() > _LITERAL for t in tensors):
        return ""
    asked = list(here.asked)
    call = _call(subject, here, [])
    # What is called with complex numbers is drawn by their parts.
    if not call or any(isinstance(d, Complex) for d in subject.declared.values()):
        return ""
    lines = ["import torch", *_import(subject), *_made(here, here.arguments, "")]
    if "other_" in use.lines or "shared" in use.lines:
        lines += _made(here, here.others, "other_")
    lines += use.lines.format(
        call=call, other_call=_call(subject, here, list(here.others)), shared_call=_call(subject, here, asked[:1])
    ).splitlines()
    if isinstance(subject.operation.code, TorchCall) and subject.operation.code.several:
        lines.append("y = [result for result in y if result.requires_grad]")
    layout = seen.context["incoming layout"]
    given = [written(_literal(g.to(getattr(torch, seen.format))), tuple(g.shape), layout) for g in seen.incoming]
    lines.append(f"g = {', '.join(given)}")
    lines.append(f"print(torch.autograd.grad(y, [{', '.join(asked)}], g))")
    if heard is not None and heard.input:
        lines.append(f"# by {heard.input} at {list(heard.place)} it should be {heard.truth}")
    return "\n".join(lines)


def _made(here: World, arguments: Mapping[str, Any], prefix: str) -> Iterator[str]:
    """Lines that make the arguments, in their layouts."""
    layout, which = here.context.layout
    for argument, value in arguments.items():
        if not isinstance(value, Tensor):
            yield f"{prefix}{argument} = {value!r}"
            continue
        mine = layout if which in ("", argument) and layout in LAYOUTS else "contiguous"
        text = written(_literal(value), tuple(value.shape), mine)
        yield f"{prefix}{argument} = {text}{'.requires_grad_()' if value.requires_grad else ''}"


def _call(subject: Subject, here: World, others: list[str]) -> str:
    """A call with the other tensors of these names; empty where that cannot be written."""
    names = {n: f"other_{n}" if n in others else n for n in here.arguments}
    code, owner = subject.operation.code, function_of(subject.operation.code)
    if isinstance(code, (TorchCall, ModuleCall)):
        return code.spelled(names)
    name = subject.operation.__name__ if owner is None else f"{subject.operation.__name__}.apply"
    return f"{name}({', '.join(names.values())})"


def _import(subject: Subject) -> Iterator[str]:
    code = subject.operation
    if isinstance(code.code, TorchCall):
        return
    if isinstance(code.code, ModuleCall):
        yield f"# module is the {code.__name__} on trial"
        return
    # The ``apply`` of a class that somebody wrote stands in torch.
    module = inspect.getmodule(function_of(code.code) or code.code)
    if module is not None and code.__name__ in vars(module) and module.__name__ != "__main__":
        # A file that the command line has read is no module of Python's own making.
        read = module.__spec__ is None and module.__file__ is not None
        name = Path(str(module.__file__)).stem if read else module.__name__
        yield f"from {name} import {code.__name__}"
    else:
        yield f"# {code.__name__} is the operation on trial"


def _literal(x: Tensor) -> str:
    plain = x.detach().cpu()
    numbers = _shortest(plain.numpy()) if x.dtype is torch.float32 else plain.tolist()
    return f"torch.tensor({numbers}, dtype={x.dtype})"


def _shortest(x: Any) -> Any:
    """Numbers of single precision with as many decimals as tell them apart."""
    return [_shortest(part) for part in x] if x.ndim else float(str(x))
