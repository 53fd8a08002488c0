"""A few lines of plain torch that show a fault without diffcheck."""

import inspect
from typing import Any

import torch

from diffcheck.audit.certify import Heard
from diffcheck.audit.screen import Screened
from diffcheck.audit.subject import Subject
from diffcheck.audit.world import world

Tensor = torch.Tensor
# Of more numbers than this only the seed is told.
_LITERAL = 64


def script_of(subject: Subject, seen: Screened, heard: Heard | None) -> str:
    """The lines; empty for a fault that needs more than a call and its backward."""
    here = world(subject, seen.context)
    lines = ["import torch", *_imports(subject)]
    for name, value in here.arguments.items():
        lines.append(f"{name} = {_literal(value)}")
    if any(isinstance(v, Tensor) and v.numel() > _LITERAL for v in here.arguments.values()):
        return ""
    if seen.context["use"] != "plain" or not seen.incoming or len(seen.incoming) > 1:
        return ""
    called = ", ".join(here.arguments)
    asked = list(here.asked)
    lines.append(f"y = {subject.operation.__name__}({called})")
    lines.append(f"g = {_laid(seen.incoming[0].to(getattr(torch, seen.format)), seen.context['incoming layout'])}")
    lines.append(f"print(torch.autograd.grad(y, [{', '.join(asked)}], g))")
    if not subject.defines:
        doubles = ", ".join(f"{n}.detach().double().requires_grad_()" if n in asked else n for n in here.arguments)
        lines.append(f"inputs = [{doubles}]")
        lines.append(f"y = {subject.definition.__name__}(*inputs)")
        places = [k for k, n in enumerate(here.arguments) if n in asked]
        lines.append(f"print(torch.autograd.grad(y, [inputs[k] for k in {places}], g.double()))")
    return "\n".join(lines)


def _imports(subject: Subject) -> list[str]:
    found = []
    for code in (subject.operation, subject.definition):
        module = inspect.getmodule(code.code)
        owner = getattr(code.code, "__self__", None)
        if module is not None and owner is None and code.__name__ in vars(module):
            found.append(f"from {module.__name__} import {code.__name__}")
        else:
            found.append(f"# {code.__name__}: as it is on trial")
    return list(dict.fromkeys(found))


def _literal(value: Any) -> str:
    if not isinstance(value, Tensor):
        return repr(value)
    grad = ", requires_grad=True" if value.requires_grad else ""
    text = f"torch.tensor({value.detach().tolist()}, dtype={value.dtype}{grad})"
    plain = value.detach()
    if plain.is_contiguous():
        return text
    # The same numbers at the same strides.
    return f"{text[:-1]}).detach().as_strided({tuple(plain.shape)}, {plain.stride()})" if 0 in plain.stride() else text


def _laid(g: Tensor, layout: str) -> str:
    text = _literal(g.contiguous())
    if layout == "contiguous" or g.dim() < 1:
        return text
    if layout in ("expanded", "expanded first", "expanded last"):
        return (
            f"torch.tensor({g.reshape(-1)[0].item()!r}, dtype={g.dtype}).expand({tuple(g.shape)})"
            if layout == "expanded"
            else text
        )
    if g.dim() > 1:
        return f"{text}.transpose(0, -1).contiguous().transpose(0, -1)"
    return f"{text}.repeat_interleave(2)[::2]"
