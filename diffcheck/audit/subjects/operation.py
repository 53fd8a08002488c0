"""Torch code called by the names of its arguments, and the same in exact arithmetic as far as double precision goes."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from diffcheck.audit.subjects.modules import ModuleCall
from diffcheck.errors import CaseError
from diffcheck.sources.torch_code.code import function_of, parameters_of

Tensor = torch.Tensor
# All that is drawn at random in a call is drawn alike in every other.
_SEED = 0
_NARROW = {torch.float32, torch.float16, torch.bfloat16}
_CASTS = {torch.Tensor.float, torch.Tensor.half, torch.Tensor.bfloat16}


class Widened(TorchFunctionMode):
    """Inside, whoever asks for a smaller format gets double precision: casts are no part of a definition."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in _CASTS:
            return args[0].double()
        args = tuple(torch.float64 if isinstance(a, torch.dtype) and a in _NARROW else a for a in args)
        kwargs = {
            n: torch.float64 if isinstance(a, torch.dtype) and a in _NARROW else a for n, a in (kwargs or {}).items()
        }
        return func(*args, **kwargs)


class Operation:
    """A function of arguments by name.

    Parameters
    ----------
    code:
        A function of tensors, or the ``apply`` of a `torch.autograd.Function`.
    names:
        The names of the arguments that it is given, in order.
    count:
        How many of its results count, the first ones: what else it hands back is its own affair. ``None`` for all.
    pairs:
        The arguments that the code takes as complex numbers, and that are given by their parts along a last axis.
    """

    def __init__(
        self,
        code: Callable[..., Any],
        names: Sequence[str],
        count: int | None = None,
        pairs: frozenset[str] = frozenset(),
    ) -> None:
        self._count = count
        self._pairs = pairs
        if not callable(code):
            raise CaseError(f"{str(code)[:80]} is of type {type(code).__name__}: give a function of tensors")
        self.code = code
        self.__name__ = _name_of(code)
        self._names = tuple(names)
        self._by_position = not _takes(code, names)

    def __call__(self, arguments: Mapping[str, Any]) -> list[Tensor]:
        """All results that are numbers with a fraction."""
        # `torch.manual_seed` notes each call, with its stack, for devices that are not there.
        torch.default_generator.manual_seed(_SEED)
        if torch.cuda.is_initialized():
            torch.cuda.manual_seed_all(_SEED)
        given = {n: _complex(arguments[n]) if n in self._pairs else arguments[n] for n in self._names}
        found = self.code(*given.values()) if self._by_position else self.code(**given)
        return results(found)[: self._count]

    def first(self, count: int) -> "Operation":
        """The same with its first results only."""
        return Operation(self.code, self._names, count, self._pairs)

    def compiled(self, backend: str, **options: Any) -> "Operation":
        """The same compiled anew by `torch.compile`, as a whole: what it cannot trace it raises."""

        def compiled(*given: Any, **named: Any) -> Any:
            # What was compiled for another operation must not be in the way, nor count against a limit.
            torch._dynamo.reset()
            code: Any = self._traced
            if isinstance(self.code, ModuleCall):  # what copies a module is no part of it
                code, given, named = self.code.opened(given, named)
            code = torch.compile(code, backend=backend, fullgraph=True, dynamic=False, options=options or None)
            return code(*given, **named)

        found = Operation(compiled, self._names, self._count, self._pairs)
        found._by_position = self._by_position
        return found

    def _traced(self, *given: Any, **named: Any) -> Any:
        return self.code(*given, **named)


def results(found: Any) -> list[Tensor]:
    """The tensors of numbers with a fraction in what a function returns, complex ones by their parts."""
    if isinstance(found, Tensor):
        if found.is_complex():
            return [torch.stack([found.real, found.imag], -1)]
        return [found] if found.is_floating_point() else []
    if isinstance(found, Mapping):
        return [r for value in found.values() for r in results(value)]
    if isinstance(found, (list, tuple)):
        return [r for value in found for r in results(value)]
    return []


def _complex(parts: Tensor) -> Tensor:
    if parts.shape[-1] != 2:
        raise ValueError("a complex number has two parts")
    return torch.complex(*parts.unbind(-1))


def _name_of(code: Any) -> str:
    named = function_of(code) or code
    return str(getattr(named, "__name__", type(code).__name__)).strip("<>")


def _takes(code: Any, names: Sequence[str]) -> bool:
    """Whether the code takes these arguments by name."""
    if function_of(code) is not None:
        return False
    found = parameters_of(code)
    anything = {p.kind for p in found}
    if inspect.Parameter.VAR_POSITIONAL in anything and not {p.name for p in found} & set(names):
        return False  # as the operations of `diffcheck.ops` do
    if inspect.Parameter.VAR_KEYWORD in anything:
        return True
    named = {p.name for p in found if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    return bool(named) and set(names) <= named


def order_of(codes: Sequence[Any], names: Sequence[str]) -> list[str]:
    """The arguments in the order in which one of the codes has them; as they are declared if none has them all."""
    for code in codes:
        known = [p.name for p in parameters_of(code) if p.kind is not inspect.Parameter.VAR_KEYWORD]
        if set(names) <= set(known):
            return [name for name in known if name in names]
    return list(names)


def argument_names(codes: Sequence[Any], count: int) -> list[str]:
    """Names for arguments that are given by position."""
    for code in codes:
        known = [
            p.name
            for p in parameters_of(code)
            if p.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        ]
        if len(known) >= count:
            return known[:count]
    return [f"x{k}" for k in range(count)]
