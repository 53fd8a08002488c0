"""Torch code as a function of tensors by position: the same draws, buffers and settings at every call."""

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch

from diffcheck.errors import CaseError
from diffcheck.sources.torch_code.draws import draws

Tensor = torch.Tensor
# What is drawn at random is drawn alike at every call.
_SEED = 0


class TorchCode:
    """A function or module as a function of its inputs.

    Parameters
    ----------
    code:
        The function, or the module: its parameters are inputs, its buffers are copied for every call.
    arguments:
        All arguments by name, in their order; inputs among them stand for their places only.
    inputs:
        The names of the inputs: the module's parameters, and arguments.
    """

    def __init__(
        self, code: Callable[..., Any], arguments: Mapping[str, Any], inputs: Sequence[str], by_position: int = 0
    ) -> None:
        self.code = code
        self._arguments = dict(arguments)
        self._inputs = tuple(inputs)
        self._by_position = by_position
        self.__name__ = getattr(code, "__name__", type(code).__name__)

    def __call__(self, *values: Tensor) -> Tensor:
        """The result; several, one behind the other."""
        results = self.results(*values)
        return results[0] if len(results) == 1 else torch.cat([r.reshape(-1) for r in results])

    def results(self, *values: Tensor) -> list[Tensor]:
        """All results that are numbers with a fraction."""
        like = values[0]
        given = dict(zip(self._inputs, values, strict=True))
        arguments = {name: _placed(given.get(name, v), like) for name, v in self._arguments.items()}
        first = list(arguments.values())[: self._by_position]
        named = {name: v for k, (name, v) in enumerate(arguments.items()) if k >= self._by_position}
        with _as_always(like):
            if isinstance(self.code, torch.nn.Module):
                found = _called(self.code, given, first, named, like)
            else:
                found = self.code(*first, **named)
        results = [r for r in _tensors(found) if r.is_floating_point()]
        if not results:
            raise CaseError(f"{self.__name__} returns no tensor of numbers with a fraction")
        return results


def _called(
    module: torch.nn.Module, given: Mapping[str, Tensor], first: Sequence[Any], named: Mapping[str, Any], like: Tensor
) -> Any:
    """A module's result with these parameters, by a copy of its own that goes on holding them.

    What runs the module again in a backward pass, as `torch.utils.checkpoint` does, finds them there.
    """
    state = {name: given.get(name, _placed(p, like)) for name, p in module.named_parameters()}
    buffers = {name: _placed(b, like).clone() for name, b in module.named_buffers()}
    instead = {id(p): state[name] for name, p in module.named_parameters()}
    instead |= {id(b): buffers[name] for name, b in module.named_buffers()}
    try:
        own = copy.deepcopy(module, dict(instead))
    except RuntimeError:  # it holds a tensor that torch does not copy: the result of another operation
        return torch.func.functional_call(module, state | buffers, tuple(first), dict(named))
    return own(*first, **named)


@contextmanager
def _as_always(like: Tensor) -> Iterator[None]:
    """Random numbers begin anew, all on the processor, and what names no dtype has that of the inputs."""
    default, state = torch.get_default_dtype(), torch.get_rng_state()
    as_recorded = like.dtype is torch.float64 and like.device.type == "cpu"
    alike: AbstractContextManager[Any] = nullcontext() if as_recorded else draws()
    torch.default_generator.manual_seed(_SEED)
    torch.set_default_dtype(like.dtype)
    try:
        with alike:
            yield
    finally:
        torch.set_default_dtype(default)
        torch.set_rng_state(state)


def _placed(value: Any, like: Tensor) -> Any:
    """Tensors on the device, and with fractions in the dtype, of another one."""
    if isinstance(value, Tensor):
        return value.to(like.device, like.dtype if value.is_floating_point() else None)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(_placed(v, like) for v in value)
    return value


def _tensors(found: Any) -> Iterator[Tensor]:
    if isinstance(found, Tensor):
        yield found
    elif isinstance(found, Mapping):
        for value in found.values():
            yield from _tensors(value)
    elif isinstance(found, (list, tuple)):
        for value in found:
            yield from _tensors(value)


def written(code: Callable[..., Any]) -> Any:
    """What somebody wrote of a function: the ``forward`` of a module, and that behind the ``apply`` of a Function."""
    owner = function_of(code)
    return code.forward if isinstance(code, torch.nn.Module) else code if owner is None else owner.forward


def function_of(code: Any) -> Any:
    """The `torch.autograd.Function` whose ``apply`` it is; ``None`` of other code."""
    owner = getattr(code, "__self__", None)
    return owner if isinstance(owner, type) and issubclass(owner, torch.autograd.Function) else None


def argument_names(code: Callable[..., Any], positional: int) -> list[str]:
    """The names of a function's arguments; those of arguments by position only are made up."""
    plain = [p.name for p in _parameters(code) if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [*plain[:positional], *(f"x{k}" for k in range(len(plain), positional))]


def names_none(code: Callable[..., Any]) -> bool:
    """Whether a function takes its arguments by position, as many as there are, and knows no names."""
    return [p.kind for p in _parameters(code)] == [inspect.Parameter.VAR_POSITIONAL]


def _parameters(code: Callable[..., Any]) -> list[inspect.Parameter]:
    """What a function says of its parameters: nothing if it is one of C."""
    try:
        found = list(inspect.signature(written(code)).parameters.values())
    except (TypeError, ValueError):
        return []
    owner = function_of(code)
    # Without a `setup_context` the first one is the context.
    has_context = owner is not None and owner.setup_context is torch.autograd.Function.setup_context
    return found[1:] if has_context else found
