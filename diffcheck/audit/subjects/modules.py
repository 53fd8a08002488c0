"""Modules as operations: their parameters, matched by name and shape, become inputs like others."""

import inspect
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import torch

from diffcheck.audit.conditions.values import short
from diffcheck.audit.subjects.declared import Declared, Floats
from diffcheck.errors import CaseError
from diffcheck.sources.torch_code.code import parameters_of
from diffcheck.sources.torch_code.modules import copied, parameters_by_name, placed

Tensor = torch.Tensor
# A use calls an operation with its arguments and with others; more sets of parameters are not in use at once.
_KEPT = 4
_SEED = 0


class ModuleCall:
    """A module as a function of its arguments and, by name, of its parameters.

    One set of parameters is one module: what it keeps between its calls, buffers aside, it keeps.
    """

    def __init__(self, module: torch.nn.Module) -> None:
        self.module = module
        self.__name__ = type(module).__name__
        self.parameters = {_as_argument(name): p for name, p in parameters_by_name(module).items()}
        self._names = {_as_argument(name): name for name in parameters_by_name(module)}
        kind = inspect.Parameter.KEYWORD_ONLY
        own = [p for p in parameters_of(module.forward) if p.kind is not inspect.Parameter.VAR_KEYWORD]
        added = [inspect.Parameter(name, kind) for name in self.parameters]
        self.__signature__ = inspect.Signature([*own, *added])
        self._copies: OrderedDict[tuple[int, ...], tuple[list[Tensor], torch.nn.Module]] = OrderedDict()

    def __call__(self, *given: Any, **named: Any) -> Any:
        """What the module returns with these parameters, by a copy of it."""
        module, given, named = self.opened(given, named)
        return module(*given, **named)

    def opened(
        self, given: tuple[Any, ...], named: Mapping[str, Any]
    ) -> tuple[torch.nn.Module, tuple[Any, ...], dict[str, Any]]:
        """The module with the parameters among some arguments, the last ones if by position, and the others."""
        if named:
            values = {name: named[name] for name in self.parameters}
            return self._with(values), given, {n: v for n, v in named.items() if n not in values}
        first = len(given) - len(self.parameters)
        return self._with(dict(zip(self.parameters, given[first:], strict=True))), given[:first], {}

    def spelled(self, named: Mapping[str, str]) -> str:
        """The call in Python, with names for tensors."""
        state = ", ".join(f"{name!r}: {named[argument]}" for argument, name in self._names.items())
        arguments = ", ".join(f"{n}={word}" for n, word in named.items() if n not in self._names)
        return f"torch.func.functional_call(module, {{{state}}}, (), dict({arguments}))"

    def _with(self, values: Mapping[str, Tensor]) -> torch.nn.Module:
        key = tuple(map(id, values.values()))
        like = next(iter(values.values()))
        if key not in self._copies:
            own = copied(self.module, {self._names[name]: value for name, value in values.items()}, like)
            # A tensor that is held keeps its identity.
            self._copies[key] = list(values.values()), own
            while len(self._copies) > _KEPT:
                self._copies.popitem(last=False)
        found = self._copies[key][1]
        # Running statistics begin anew with each call: the definition is called as often as it is asked.
        for path, part in found.named_modules():
            for name, buffer in self.module.get_submodule(path).named_buffers(recurse=False):
                part._buffers[name] = placed(buffer, like).clone()
        return found


def opened(
    operation: Any, definition: Any, arguments: Mapping[str, Any]
) -> tuple[Callable[..., Any], Callable[..., Any] | None, dict[str, Any]]:
    """An operation and its definition as functions of their parameters, and the arguments with these among them.

    Parameters are examples at their present values, unless they are all alike, as in a new norm: they are drawn then.

    Raises
    ------
    CaseError
        If the parameters of both are not the same by name and shape, or one is called as an argument is.
    """
    codes = [ModuleCall(code) if _has_parameters(code) else code for code in (operation, definition)]
    modules = [code for code in codes if isinstance(code, ModuleCall)]
    if not modules:
        return operation, definition, dict(arguments)
    if len(modules) == 2 and _shapes(modules[0]) != _shapes(modules[1]):
        told = "; ".join(f"{m.__name__} has {_told(m)}" for m in modules)
        raise CaseError(f"parameters are matched by name and shape, and differ: {told}")
    parameters = modules[0].parameters
    for name in parameters:
        if name in arguments:
            raise CaseError(f"{modules[0].__name__} has a parameter {name!r}: do not declare it, it becomes an input")
    return codes[0], codes[1], {**arguments, **{name: _declared(p) for name, p in parameters.items()}}


def _has_parameters(code: Any) -> bool:
    return isinstance(code, torch.nn.Module) and any(True for _ in code.parameters())


def _as_argument(name: str) -> str:
    return name.replace(".", "_")


def _shapes(code: ModuleCall) -> dict[str, tuple[int, ...]]:
    return {name: tuple(p.shape) for name, p in code.parameters.items()}


def _told(code: ModuleCall) -> str:
    return ", ".join(f"{name} {list(shape)}" for name, shape in _shapes(code).items())


def _declared(parameter: Tensor) -> Declared:
    plain = parameter.detach().cpu().double()
    if plain.numel() > 1 and bool((plain == plain.reshape(-1)[0]).all()):
        drawn = torch.randn(plain.shape, generator=torch.Generator().manual_seed(_SEED), dtype=torch.float64)
        plain = short(drawn)
    return Floats(tuple(map(str, parameter.shape)), grad=parameter.requires_grad, example=plain.tolist())
