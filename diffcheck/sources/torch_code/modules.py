"""Modules called with other parameters than their own, in another dtype."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

Tensor = torch.Tensor
# The complex numbers whose parts are of a dtype; of bfloat16 torch has none.
_COMPLEX = {torch.float64: torch.complex128, torch.float32: torch.complex64, torch.float16: torch.complex32}


def module_of(code: Any) -> torch.nn.Module | None:
    """The module that code is, or whose method it is: its parameters are inputs. ``None`` of other code."""
    owner = code if isinstance(code, torch.nn.Module) else getattr(code, "__self__", None)
    return owner if isinstance(owner, torch.nn.Module) else None


def parameters_by_name(module: torch.nn.Module) -> dict[str, torch.nn.Parameter]:
    """The parameters of a module; those of a compiled one are called like those of the module itself."""
    return {_plain(name): parameter for name, parameter in module.named_parameters()}


def _plain(name: str) -> str:
    return name.replace("_orig_mod.", "")


def as_real(x: Tensor) -> Tensor:
    """Complex numbers by their parts along a last axis; anything else as it is."""
    return torch.view_as_real(x.resolve_conj()) if x.is_complex() else x


def joined(given: Tensor, like: Any) -> Tensor:
    """An input in the place of an argument: its parts as complex numbers if the argument is made of these."""
    return torch.view_as_complex(given) if isinstance(like, Tensor) and like.is_complex() else given


def placed(value: Any, like: Tensor) -> Any:
    """Tensors on the device, and with fractions in the dtype, of another one."""
    if isinstance(value, Tensor):
        if value.is_complex():
            return value.to(like.device, _COMPLEX.get(like.dtype))
        return value.to(like.device, like.dtype if value.is_floating_point() else None)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(placed(v, like) for v in value)
    return value


def called(
    code: Callable[..., Any], given: Mapping[str, Tensor], first: Sequence[Any], named: Mapping[str, Any], like: Tensor
) -> Any:
    """The result of a module, or its method, with these parameters, by a copy of its own that goes on holding them.

    What runs the module again in a backward pass, as `torch.utils.checkpoint` does, finds them there.
    """
    module = module_of(code)
    assert module is not None
    own = copied(module, given, like)
    return own(*first, **named) if code is module else _function(code)(own, *first, **named)


def copied(module: torch.nn.Module, given: Mapping[str, Tensor], like: Tensor) -> torch.nn.Module:
    """A copy of a module with these parameters; all else that it holds is in their dtype and on their device."""
    state = {
        name: placed(p, like) if _plain(name) not in given else joined(given[_plain(name)], p)
        for name, p in module.named_parameters()
    }
    buffers = {name: placed(b, like).clone() for name, b in module.named_buffers()}
    instead = {id(p): state[name] for name, p in module.named_parameters()}
    instead |= {id(b): buffers[name] for name, b in module.named_buffers()}
    try:
        own = copy.deepcopy(module, dict(instead))
    except Exception:  # it holds what Python does not copy
        own = copy.deepcopy(module, instead | _as_they_are(module))
    _fill_scripted(own, state | buffers)
    return own


def _fill_scripted(module: torch.nn.Module, state: Mapping[str, Tensor]) -> None:
    """Give scripted modules, whose tensors Python does not copy, these in their place."""
    for path, part in module.named_modules():
        if isinstance(part, torch.jit.ScriptModule):
            for name in [*dict(part.named_parameters(recurse=False)), *dict(part.named_buffers(recurse=False))]:
                part._c.setattr(name, state[f"{path}.{name}" if path else name])


def _as_they_are(module: torch.nn.Module) -> dict[int, Any]:
    """What Python does not copy of a module: results of other operations, operations, locks; they are shared."""
    found = {}
    for part in module.modules():
        for name, value in vars(part).items():
            if name not in ("_parameters", "_buffers", "_modules"):
                try:
                    copy.deepcopy(value)
                except Exception:  # whatever somebody's own object raises
                    found[id(value)] = value.detach() if isinstance(value, Tensor) else value
    return found


def _function(method: Any) -> Callable[..., Any]:
    """The function of a bound method."""
    found: Callable[..., Any] = method.__func__
    return found
