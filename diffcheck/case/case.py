"""A case: a function, its inputs with their domains, its points, the operators asked for. A frozen value."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from diffcheck.case.domain import Interval
from diffcheck.case.operators import Operator, operator_named
from diffcheck.errors import CaseError, UsageError
from diffcheck.verdict import Verdict

Array = np.ndarray[Any, np.dtype[np.float64]]
Point = Mapping[str, Array]
Function = Callable[..., Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """A test case, defined once and differentiated by every engine; make one with :func:`case`.

    Attributes
    ----------
    operators:
        What to compute; empty if it follows from the shapes.
    samples:
        How many random points join the listed and the hard ones; 0 means the listed points only, ``None`` what the
        run says.
    expect:
        For an engine (or ``engine:method``) the verdict that is known and expected; a different one fails.
    """

    name: str
    function: Function
    inputs: Mapping[str, Interval]
    constants: Mapping[str, Any]
    wrt: tuple[str, ...]
    points: tuple[Point, ...]
    operators: tuple[Operator, ...]
    samples: int | None
    expect: Mapping[str, str]
    because: str
    reference: str
    tags: tuple[str, ...]
    implementations: Mapping[str, Function | str]
    source: str = ""
    doc: str = field(default="", repr=False)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The function itself."""
        return self.function(*arguments, **keywords)

    @property
    def parameters(self) -> list[str]:
        """The function's parameters, inputs and constants, in their order."""
        return list(inspect.signature(self.function).parameters)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every input."""
        return {name: domain.shape for name, domain in self.inputs.items()}

    @property
    def wrt_positions(self) -> list[int]:
        """The positions, among all flattened input elements, of those that are differentiated by."""
        positions: list[int] = []
        start = 0
        for name, domain in self.inputs.items():
            size = int(np.prod(domain.shape, dtype=int))
            if name in self.wrt:
                positions.extend(range(start, start + size))
            start += size
        return positions

    @property
    def input_labels(self) -> list[str]:
        """A name for each flattened input element: ``w[0,1]``."""
        return [label for name, domain in self.inputs.items() for label in _labels(name, domain.shape)]

    def components(self, operator: Operator, outputs: tuple[int, ...]) -> list[str]:
        """A name for each component of the derivative, in row-major order: ``w[0,1]`` or ``[2] by x[0]``."""
        columns = [label for name in self.wrt for label in _labels(name, self.inputs[name].shape)]
        if operator is Operator.HESSIAN:
            return [f"{row} {column}" for row in columns for column in columns]
        rows = [f"{label} by " for label in _labels("", outputs)] if outputs else [""]
        return [row + column for row in rows for column in columns]


def _labels(name: str, shape: tuple[int, ...]) -> list[str]:
    return [name + (f"[{','.join(map(str, index))}]" if shape else "") for index in np.ndindex(*shape)]


def case(
    *without_parentheses: Any,
    points: Sequence[Mapping[str, Any]] = (),
    operators: Iterable[str] = (),
    wrt: str | Iterable[str] | None = None,
    samples: int | None = None,
    expect: Mapping[str, str] | None = None,
    because: str = "",
    reference: str = "",
    tags: Iterable[str] = (),
    implementations: Mapping[str, Function | str] | None = None,
    **parameters: Any,
) -> Callable[[Function], Case]:
    """Make the decorated function a case.

    Parameters
    ----------
    **parameters:
        For each parameter of the function an :func:`interval` (an input) or a number or array (a constant).
    points:
        Points that must be tried: for each input a number or an array of its shape.
    operators:
        ``"derivative"``, ``"gradient"``, ``"jacobian"``, ``"hessian"``; left out, it follows from the shapes.
    wrt:
        The inputs to differentiate by; left out, all.
    samples:
        Random points beside the listed and the hard ones; 0 for the listed points only.
    expect, because:
        ``expect={"autograd": "disagree"}, because="pytorch#195527"`` declares a known defect in double precision. The
        run fails when the verdict is another one, also when the defect is gone.
    reference:
        Where the formula stands.
    implementations:
        ``{"autograd": function}``: a torch function that is put on trial against the definition; its dotted path does
        as well, so that the file need not import torch. It gets the arguments by position.

    Raises
    ------
    CaseError
        If the parameters, points, operators or expectations contradict the function or one another.
    """
    if without_parentheses:
        raise CaseError(
            "write @case(...) with parentheses: every input needs a domain, such as @case(x=interval(0, 1))"
        )

    def wrap(function: Function) -> Case:
        name = getattr(function, "__name__", type(function).__name__).strip("<>")
        try:
            function = _by_name(function, parameters)
            inputs, constants = _split(function, parameters)
            if samples is not None and (not isinstance(samples, int) or samples < 0):
                raise CaseError(f"samples={samples!r}: it must be a whole number, 0 or more")
            known = _expectations(expect, because)
            if samples == 0 and not points:
                raise CaseError("samples=0 means the listed points only, and none is listed: give points=[...]")
            return Case(
                name=name,
                function=function,
                inputs=inputs,
                constants=constants,
                wrt=_wrt(wrt, inputs),
                points=tuple(_point(i, p, inputs) for i, p in enumerate(points)),
                operators=tuple(map(operator_named, [operators] if isinstance(operators, str) else operators)),
                samples=samples,
                expect=known,
                because=because,
                reference=reference,
                tags=tuple(tags),
                implementations=dict(implementations or {}),
                source=_location(function),
                doc=inspect.getdoc(function) or "",
            )
        except (CaseError, UsageError) as mistake:
            raise CaseError(f"case {name!r}: {mistake}") from None

    return wrap


def _by_name(function: Function, given: Mapping[str, Any]) -> Function:
    """The function with named parameters; one of ``*arguments``, as an operation is, gets them in the given order."""
    kinds = [p.kind for p in inspect.signature(function).parameters.values()]
    if not kinds or kinds[0] is not inspect.Parameter.VAR_POSITIONAL:
        return function
    names = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in given]

    def named(**arguments: Any) -> Any:
        return function(*(arguments[name] for name in given))

    named.__signature__ = inspect.Signature(names)  # type: ignore[attr-defined]
    named.__doc__ = function.__doc__
    return named


def _split(function: Function, given: Mapping[str, Any]) -> tuple[dict[str, Interval], dict[str, Any]]:
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
            constants[name] = _constant(name, value)
    if not inputs:
        raise CaseError("there is no input to differentiate by: give at least one parameter an interval")
    return inputs, constants


def _constant(name: str, value: Any) -> Any:
    if isinstance(value, (bool, int, str)) or callable(value) or value is None or hasattr(value, "is_constant"):
        return value
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        array = np.asarray(value, dtype=object)
    if array.dtype.kind not in "biuf":
        raise CaseError(f"constant {name!r} is {value!r}: it must be a number or an array of numbers")
    if not np.isfinite(array).all():
        raise CaseError(f"constant {name!r} holds NaN or infinity")
    return float(array) if array.shape == () else array


def _expectations(expect: Mapping[str, str] | None, because: str) -> dict[str, str]:
    """The declared verdicts by engine, checked."""
    if not expect:
        return {}
    if not isinstance(expect, Mapping):
        raise CaseError(f"expect={expect!r}: it must map an engine to its verdict, such as {{'autograd': 'disagree'}}")
    for engine, verdict in expect.items():
        if verdict not in list(Verdict):
            raise CaseError(f"expect of {engine}: unknown verdict {verdict!r}: choose from {', '.join(Verdict)}")
    if not because:
        raise CaseError("expect=... needs because=...: say why this outcome is known")
    return dict(expect)


def _wrt(wrt: str | Iterable[str] | None, inputs: Mapping[str, Interval]) -> tuple[str, ...]:
    if wrt is None:
        return tuple(inputs)
    names = [wrt] if isinstance(wrt, str) else list(wrt)
    for name in names:
        if name not in inputs:
            raise CaseError(f"wrt={name!r} is not an input; the inputs are {', '.join(inputs)}")
    if not names:
        raise CaseError("wrt is empty: name at least one input to differentiate by")
    return tuple(name for name in inputs if name in names)


def _point(number: int, given: Mapping[str, Any], inputs: Mapping[str, Interval]) -> Point:
    where = f"point {number}"
    if not isinstance(given, Mapping):
        raise CaseError(f"{where} is {given!r}: it must be a mapping from input to value, such as {{'x': 0.5}}")
    for name in given:
        if name not in inputs:
            raise CaseError(f"{where} names {name!r}; the inputs are {', '.join(inputs)}")
    point: dict[str, Array] = {}
    for name, domain in inputs.items():
        if name not in given:
            raise CaseError(f"{where} gives no value for input {name!r}")
        try:
            value = np.asarray(given[name], dtype=np.float64)
        except (TypeError, ValueError):
            raise CaseError(
                f"{where} gives {name} = {given[name]!r}: it must be a number or an array of numbers"
            ) from None
        if value.shape != domain.shape:
            raise CaseError(f"{where} gives {name} shape {value.shape}, the domain says {domain.shape}")
        if not np.isfinite(value).all():
            raise CaseError(f"{where} gives {name} = {value}: NaN and infinity are no points")
        if (value < domain.lo).any() or (value > domain.hi).any():
            raise CaseError(f"{where} gives {name} = {value}, outside its domain {domain}")
        point[name] = value
    return point


def _location(function: Function) -> str:
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else ""
