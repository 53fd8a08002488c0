"""Second versions of torch code, put on trial: fused against plain, compiled against eager, mine against yours.

A version is called as the code itself is. A module takes the definition's parameters by their names; a function takes
by name those that it has arguments for (``weight``, or ``0_weight`` for ``0.weight``), and it must have them all.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from diffcheck.errors import CaseError
from diffcheck.ops.dotted import resolve
from diffcheck.sources.torch_code.code import TorchCode, parameters_of
from diffcheck.sources.torch_code.modules import as_real, module_of, parameters_by_name

_NAMED = 6


def on_trial(
    version: Any, arguments: Mapping[str, Any], parameters: Mapping[str, Any], inputs: Sequence[str], by_position: int
) -> TorchCode:
    """A second version as a function of the same inputs.

    Parameters
    ----------
    version:
        A function or module, or the dotted path of one.
    arguments, inputs, by_position:
        As the definition is called: see `diffcheck.sources.torch_code.code.TorchCode`.
    parameters:
        Those of the definition's inputs that are parameters of its module, by their names.

    Raises
    ------
    CaseError
        If it is no function, or some of the parameters do not reach it.
    """
    code = resolve(version) if isinstance(version, str) else version
    if not callable(code) or isinstance(code, type):
        raise CaseError(f"{str(version)[:80]} is a {type(code).__name__}: give a function or a module")
    module = module_of(code)
    if module is not None:
        own = {name: as_real(p.detach()) for name, p in parameters_by_name(module).items()}
        for name, value in parameters.items():
            if name not in own:
                raise CaseError(f"the implementation has no parameter {name!r}: it has {_told(list(own))}")
            if tuple(own[name].shape) != tuple(value.shape):
                raise CaseError(
                    f"parameter {name!r} has shape {tuple(own[name].shape)} in the implementation, "
                    f"{tuple(value.shape)} in the definition"
                )
        return TorchCode(code, arguments, inputs, _by_position(code, arguments, by_position))
    called = {name: name.replace(".", "_") for name in parameters}
    takes, anything = _names(code)
    for name in called.values():
        if name not in takes and not anything:
            raise CaseError(
                f"the parameter {name} reaches no argument of the implementation: a function takes the parameters of "
                f"a module by name, a module has them; it takes {_told(takes)}"
            )
    given = {**arguments, **{called[name]: value for name, value in parameters.items()}}
    return TorchCode(
        code, given, [called.get(name, name) for name in inputs], _by_position(code, arguments, by_position)
    )


def _by_position(code: Callable[..., Any], arguments: Mapping[str, Any], by_position: int) -> int:
    """How many arguments go by position: all, where the version calls them otherwise."""
    takes, anything = _names(code)
    alike = anything or all(name in takes for name in list(arguments)[by_position:])
    return by_position if alike else len(arguments)


def _names(code: Callable[..., Any]) -> tuple[list[str], bool]:
    """The names of its arguments, and whether it takes any other."""
    found = parameters_of(code)
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    # A function in C does not tell its arguments.
    return [p.name for p in found if p.kind in kinds], not found or any(p.kind is p.VAR_KEYWORD for p in found)


def _told(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more if names else "none"
