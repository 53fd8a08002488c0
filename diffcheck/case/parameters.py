"""The parameters of a case's function: which are inputs, which are constants."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from diffcheck.case.constants import constant
from diffcheck.case.domain import Interval
from diffcheck.case.family import Each
from diffcheck.errors import CaseError

Function = Callable[..., Any]


def demand_function(given: Any) -> None:
    """Raise `CaseError` for what is no function."""
    if isinstance(given, type):
        raise CaseError(f"{given.__name__} is a class: give an instance of it")
    if not callable(given):
        raise CaseError(f"{str(given)[:80]} is a {type(given).__name__}, not a function")


def demand_no_option(function: Function, options: set[str]) -> None:
    """Raise `CaseError` if a parameter has the name of an option: no value could ever be given to it."""
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # of a function in C
        raise CaseError(
            "it does not tell its parameters: write a function that calls it, such as lambda x: ..."
        ) from None
    for name in names:
        if name in options:
            raise CaseError(f"parameter {name!r} of the function is called like an option of case(): rename it")


def with_defaults(function: Function, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, and the defaults of the other parameters that stand for several values."""
    parameters = inspect.signature(function).parameters
    return {name: p.default for name, p in parameters.items() if isinstance(p.default, Each)} | dict(given)


def by_name(function: Function, given: Mapping[str, Any]) -> Function:
    """The function with named parameters; one of ``*arguments``, as an operation is, gets them in the given order."""
    kinds = [p.kind for p in inspect.signature(function).parameters.values()]
    if not kinds or kinds[0] is not inspect.Parameter.VAR_POSITIONAL:
        return function
    names = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in given]

    def called(**arguments: Any) -> Any:
        return function(*(arguments[name] for name in given))

    named: Any = called
    named.__signature__ = inspect.Signature(names)
    named.__doc__ = function.__doc__
    return called


def split(function: Function, given: Mapping[str, Any]) -> tuple[dict[str, Interval], dict[str, Any]]:
    """Inputs and constants, in the order of the function's parameters."""
    signature = inspect.signature(function).parameters
    for name in given:
        if name not in signature:
            known = ", ".join(signature)
            raise CaseError(f"{name!r} is neither an option of case() nor a parameter of the function ({known})")
    inputs: dict[str, Interval] = {}
    constants: dict[str, Any] = {}
    for name, parameter in signature.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise CaseError(f"parameter {name!r} must be an ordinary one, that can be given by name")
        value = given.get(name, parameter.default)
        if value is parameter.empty:
            raise CaseError(f"input {name!r} has no domain: give {name}=interval(lo, hi) or a constant")
        if isinstance(value, Interval):
            inputs[name] = value
        else:
            constants[name] = constant(name, value)
    if not inputs:
        name = next(iter(signature), "x")
        raise CaseError(
            "there is no input to differentiate by, for all parameters are constants: "
            f"write {name}=interval(lo, hi), with the bounds in which it is tried"
        )
    return inputs, constants
