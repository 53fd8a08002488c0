"""Cases of torch code as it is."""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from diffcheck.case.case import Case
from diffcheck.case.domain import Interval, given
from diffcheck.case.made import tell
from diffcheck.case.operators import operator_named
from diffcheck.case.options import implementations_given
from diffcheck.case.parameters import demand_function
from diffcheck.errors import CaseError, DomainError
from diffcheck.sources.torch_code.code import (
    TorchCode,
    applied,
    argument_names,
    function_of,
    names_none,
    written,
)
from diffcheck.sources.torch_code.definition import Definition, demand_inputs, moved
from diffcheck.sources.torch_code.directions import EACH, MOST, Directed, Directions, along
from diffcheck.sources.torch_code.modules import as_real, module_of, parameters_by_name
from diffcheck.sources.torch_code.trials import on_trial

# Up to so many components a Jacobian is asked for; a larger result is contracted with weights, which the row names.
_JACOBIAN = 2_000


def case_of(
    code: Callable[..., Any],
    *positional: Any,
    name: str | None = None,
    operators: str | Iterable[str] = (),
    wrt: Sequence[str] | None = None,
    samples: int | None = None,
    expect: Mapping[str, str] | None = None,
    because: str = "",
    tags: Sequence[str] = (),
    implementations: Mapping[str, Callable[..., Any] | str] | None = None,
    directions: int | None = None,
    **arguments: Any,
) -> Case:
    """A case of a torch function or module, which is run once and recorded; that is its definition.

    Parameters
    ----------
    code:
        A function of tensors, a `torch.nn.Module` or a method of one, or the ``apply`` of a `torch.autograd.Function`.
        A module's parameters that are trained are inputs at their present values, by their own names; its mode and its
        buffers stay as they are.
    *positional, **arguments:
        For each argument an interval (an input anywhere in it), or a tensor of numbers with a fraction (an input with
        these values; where some of them require a gradient, the others are constants). All else is handed on.
    operators, wrt, samples, expect, because, tags:
        As for `diffcheck.case`. Left out, the operator is ``gradient`` of one number, and of several ``jacobian``, or
        ``vjp`` with seeded weights where that would have more than two thousand components.
    implementations:
        ``{"autograd": fused}``: a second version of the code, or its dotted path, that is put on trial against the
        definition; see `diffcheck.sources.torch_code.trials`. Left out, the code itself is.
    directions:
        Of so many seeded directions of each large tensor, in place of its elements: see
        `diffcheck.sources.torch_code.directions`. Left out, two above a million components if no operators are given,
        and none below; 0 for none.

    Raises
    ------
    CaseError
        If there is nothing to differentiate by, or an argument cannot be one.
    """
    code = applied(code)
    demand_function(code)
    for option, value in {"name": name, "operators": operators, "wrt": wrt, "samples": samples, "tags": tags}.items():
        if isinstance(value, (torch.Tensor, Interval)):
            raise CaseError(f"{option!r} is an option: give an argument of that name by position")
    called = name or _name_of(code)
    try:
        return _made(
            code,
            positional,
            arguments,
            called,
            operators,
            wrt,
            samples,
            dict(expect or {}),
            because,
            tuple(tags),
            implementations,
            directions,
        )
    except CaseError as mistake:
        raise CaseError(f"case {called!r}: {mistake}") from None


def _made(
    code: Callable[..., Any],
    positional: Sequence[Any],
    arguments: Mapping[str, Any],
    called: str,
    operators: Any,
    wrt: Sequence[str] | None,
    samples: int | None,
    expect: dict[str, str],
    because: str,
    tags: tuple[str, ...],
    implementations: Mapping[str, Callable[..., Any] | str] | None,
    directions: int | None,
) -> Case:
    by_name = {**dict(zip(argument_names(code, len(positional)), positional, strict=True)), **arguments}
    domains = _domains(code, by_name)
    demand_inputs(list(domains))
    for wanted in wrt or ():
        if wanted not in domains:
            raise CaseError(f"wrt={wanted!r} is not an input; the inputs are {', '.join(domains)}")
    generator = np.random.default_rng(zlib.crc32(called.encode()))
    first = {n: _somewhere(d, generator) for n, d in domains.items()}
    other = {n: _somewhere(d, generator) for n, d in domains.items()}
    fixed = [n for n, d in domains.items() if d.value is not None]
    first_ones = len(by_name if names_none(code) else positional)
    torch_code = TorchCode(code, by_name, list(domains), first_ones)
    parameters = {n: first[n] for n in domains if n not in by_name}
    second = {
        engine: on_trial(version, by_name, parameters, list(domains), first_ones)
        for engine, version in implementations_given(implementations).items()
    }
    names = tuple(n for n in domains if wrt is None or n in wrt)
    asked = [operators] if isinstance(operators, str) else list(operators)
    taken = _directions({n: first[n] for n in names}, fixed, directions, not asked)
    told, steps = "", {}
    if taken is not None:
        told = taken.told(sum(first[n].size for n in names))
        torch_code = Directed(torch_code, list(domains), taken)
        second = {engine: Directed(version, list(domains), taken) for engine, version in second.items()}
        steps = {along(n): np.zeros(len(signs)) for n, signs in taken.signs.items()}
        names = (*(n for n in names if n not in taken.signs), *steps)
        first, other, fixed = first | steps, other | steps, [*fixed, *steps]
        domains |= {n: given(step) for n, step in steps.items()}
    definition = Definition(torch_code, first, moved(first, fixed, other, zlib.crc32(called.encode())), told, steps)
    definition.__name__ = called
    only_given = len(fixed) == len(domains)
    made = Case(
        name=called,
        function=definition,
        inputs=domains,
        constants={},
        wrt=names,
        points=(first,) if only_given else (),
        operators=tuple(map(operator_named, asked or _fitting(torch_code, first, names))),
        samples=0 if only_given else samples,
        expect=expect,
        because=because,
        reference="",
        tags=tags,
        implementations={"autograd": torch_code, **second},
        source=_location(code),
        doc=(getattr(code, "__doc__", None) or "") if not isinstance(code, torch.nn.Module) else "",
    )
    tell(made)
    return made


def _directions(
    values: Mapping[str, Any], fixed: Sequence[str], each: int | None, unless_asked: bool
) -> Directions | None:
    """The directions that are taken in place of elements of given tensors; ``None`` where all elements are told."""
    if each is not None and (not isinstance(each, int) or isinstance(each, bool) or each < 0):
        raise CaseError(f"directions={each!r}: give how many, or 0 for none")
    if each is None:
        each = EACH if unless_asked and sum(v.size for v in values.values()) > MOST else 0
    found = Directions.of({n: v for n, v in values.items() if n in fixed}, each) if each else None
    return found if found is not None and found.signs else None


def _name_of(code: Any) -> str:
    """What the code is called; the ``apply`` of a `torch.autograd.Function` as the class is."""
    named = function_of(code) or code
    return str(getattr(named, "__name__", type(code).__name__)).strip("<>")


def _fitting(code: TorchCode, first: Mapping[str, Any], wrt: Sequence[str]) -> list[str]:
    """The operator for a result that is too large for a Jacobian; none where the usual one will do."""
    tensors = [torch.tensor(v, dtype=torch.float64).requires_grad_() for v in first.values()]
    try:
        size = sum(r.numel() for r in code.results(*tensors))
    except Exception:  # the recording will tell
        return []
    components = size * sum(first[n].size for n in wrt)
    return ["vjp"] if size > 1 and components > _JACOBIAN else []


def _domains(code: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Interval]:
    found: dict[str, Interval] = {}
    module = module_of(code)
    if module is not None:
        for name, parameter in parameters_by_name(module).items():
            if torch.nn.parameter.is_lazy(parameter):
                raise CaseError(f"parameter {name!r} has no shape yet: call the module once before")
            if parameter.numel() and parameter.requires_grad:
                found[name] = _given(name, parameter)
        for name in arguments:
            if name in found:
                raise CaseError(f"argument {name!r} is called like a parameter of the module: rename one of them")
    for name, value in arguments.items():
        if isinstance(value, torch.Tensor) and value.layout is not torch.strided:
            raise CaseError(f"argument {name!r} is sparse: give {name}.to_dense(), and make it sparse in the function")
    tensors = {n: v for n, v in arguments.items() if isinstance(v, torch.Tensor) and not _is_whole(v)}
    asked = any(v.requires_grad for v in tensors.values())
    for name, value in arguments.items():
        if isinstance(value, Interval):
            found[name] = value
        elif name in tensors and value.numel() and (value.requires_grad or not asked):
            found[name] = _given(name, value)
    return found


def _given(name: str, value: torch.Tensor) -> Interval:
    """An input with these values."""
    if value.is_meta:
        raise CaseError(f"{name!r} holds no numbers: it is on torch's device 'meta'")
    try:
        return given(as_real(value.detach()).cpu().double().numpy())
    except DomainError as mistake:
        raise CaseError(f"{name!r}: {mistake}") from None


def _is_whole(value: torch.Tensor) -> bool:
    return not (value.is_floating_point() or value.is_complex())


def _somewhere(domain: Interval, generator: np.random.Generator) -> Any:
    if domain.value is not None:
        return domain.value
    if domain.scale == "log":
        return np.exp(generator.uniform(np.log(domain.lo), np.log(domain.hi), domain.shape))
    t = generator.uniform(0.1, 0.9, domain.shape)
    return domain.lo * (1 - t) + domain.hi * t


def _location(code: Any) -> str:
    known = getattr(written(code), "__code__", None)
    return f"{known.co_filename}:{known.co_firstlineno}" if known is not None else ""
