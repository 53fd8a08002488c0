"""A case: a function, its inputs with their domains, its points, the operators asked for. A frozen value."""

import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from diffcheck.case.complex_inputs import complex_inputs, spread
from diffcheck.case.constants import Array as Array
from diffcheck.case.contractions import along, directions_given, weights_given, weights_of
from diffcheck.case.domain import Interval
from diffcheck.case.family import Each, combinations, is_name
from diffcheck.case.made import tell
from diffcheck.case.operators import Operator, operator_named
from diffcheck.case.options import differentiated_by, expectations, implementations_given, point_given, several
from diffcheck.case.parameters import by_name, demand_function, demand_no_option, split, with_defaults
from diffcheck.case.precondition import Precondition, precondition
from diffcheck.errors import CaseError, UsageError

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
    where:
        Says of a point whether it is meant to be tried; ``None`` if every point of the domains is.
    directions, weights:
        What the operators that contract the derivative take, where the case says it; see
        `diffcheck.case.contractions`.
    pairs:
        The inputs that are the parts of complex ones: see `diffcheck.case.complex_inputs`.
    alternative:
        Whether what is on trial is another form of the function, which is tried whatever engines are asked for.
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
    where: Precondition | None = None
    directions: Mapping[str, Array] = field(default_factory=dict)
    weights: Array | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    alternative: bool = False
    source: str = ""
    doc: str = field(default="", repr=False)

    def __call__(self, /, *arguments: Any, **keywords: Any) -> Any:
        """The function itself."""
        return self.function(*arguments, **keywords)

    @property
    def own_name(self) -> str:
        """Its name in its file, whatever ``name`` adds to tell it from those in other files."""
        return self.source.partition("::")[2] or self.name

    @property
    def parameters(self) -> list[str]:
        """The function's parameters, inputs and constants, in their order."""
        named = getattr(self.function, "argument_names", None)
        return list(inspect.signature(self.function).parameters if named is None else named)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every input."""
        return {name: domain.shape for name, domain in self.inputs.items()}

    @cached_property
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

    def input_label(self, position: int) -> str:
        """A name for a flattened input element, ``w[0,1]``, or for one of the data behind them, ``c1``."""
        for name, domain in self.inputs.items():
            size = int(np.prod(domain.shape, dtype=int))
            if position < size:
                return _label(name, tuple(map(int, np.unravel_index(position, domain.shape))))
            position -= size
        return f"c{position + 1}"

    def components(self, operator: Operator, outputs: tuple[int, ...]) -> list[str]:
        """A name for each component of the derivative, in row-major order: ``w[0,1]`` or ``[2] by x[0]``."""
        each = [label for name in self.wrt for label in _labels(name, self.inputs[name].shape)]
        columns = [" ".join(labels) for labels in itertools.product(each, repeat=operator.full)]
        if not operator.full:
            return [f"{label} along the direction".strip() for label in _labels("", outputs)]
        rows = [f"{label} by " for label in _labels("", outputs)] if outputs and not operator.weighted else [""]
        return [row + column for row in rows for column in columns]

    def numbers(self, operator: Operator, outputs: tuple[int, ...], in_parts: bool) -> "np.ndarray[Any, Any] | None":
        """For each component a number, the same for parts of one complex number; ``None`` where all are real."""
        if not self.pairs and not in_parts:
            return None
        sizes = {name: int(np.prod(self.inputs[name].shape, dtype=int)) for name in self.wrt}
        columns = spread([p for p in self.pairs if p[1] in sizes], sizes)
        rows = np.arange(1 if operator.weighted else int(np.prod(outputs, dtype=int)))
        found = rows // 2 if in_parts and not operator.weighted else rows
        for _ in range(operator.full):
            found = (found[..., None] * len(columns) + columns).reshape(-1)
        return found

    def by_input(self, values: Sequence[float]) -> dict[str, Any]:
        """Numbers for all elements that are differentiated by, as one number or nested lists for each input."""
        found, start = {}, 0
        for name in self.wrt:
            size = int(np.prod(self.inputs[name].shape, dtype=int))
            found[name] = np.reshape(values[start : start + size], self.inputs[name].shape).tolist()
            start += size
        return found

    def aimed(self, operator: Operator, outputs: tuple[int, ...]) -> Operator:
        """The operator with the direction and the weights that this case contracts the derivative with.

        Raises
        ------
        CaseError
            If the weights that the case gives do not have the shape of the result.
        """
        shapes = {name: self.inputs[name].shape for name in self.wrt}
        return operator.aimed(
            along(self.directions, shapes, self.own_name) if operator.along else (),
            weights_of(self.weights, outputs, self.own_name) if operator.weighted else (),
        )


def flattened(point: Point) -> Array:
    """All input elements at a point, one input after another, in row-major order."""
    return np.concatenate([np.ravel(value) for value in point.values()])


def _labels(name: str, shape: tuple[int, ...]) -> list[str]:
    return [_label(name, index) for index in np.ndindex(*shape)]


def _label(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{','.join(map(str, index))}]" if index else name


def case(
    *without_parentheses: Any,
    name: str | None = None,
    points: Iterable[Mapping[str, Any]] = (),
    where: Callable[..., Any] | None = None,
    operators: str | Iterable[str] = (),
    wrt: str | Iterable[str] | None = None,
    samples: int | None = None,
    expect: Mapping[str, str | Sequence[str]] | None = None,
    because: str = "",
    reference: str = "",
    tags: str | Iterable[str] = (),
    implementations: Mapping[str, Function | str] | None = None,
    directions: Mapping[str, Any] | None = None,
    output_weights: Any = None,
    **parameters: Any,
) -> Callable[[Function], Any]:
    """Make the decorated function a case; a tuple of cases if a parameter is ``each(...)``.

    Parameters
    ----------
    **parameters:
        For each parameter of the function an :func:`interval` or :func:`rectangle` (an input), a number or array (a
        constant; a complex one is an input with this value), or :func:`each` of several. No parameter can have the name
        of an option.
    name:
        What the case is called; left out, as the function is.
    points:
        Points that must be tried: for each input a number or an array of its shape.
    where:
        A function of the inputs and constants that it names, as NumPy numbers and arrays: only points where it is
        true are tried, as in ``where=lambda x, y: x < y``.
    operators:
        ``"derivative"``, ``"derivative2"`` ... ``"derivative6"``, ``"gradient"``, ``"jacobian"``, ``"hessian"``,
        ``"jvp"``, ``"vjp"``, ``"hvp"``; left out, it follows from the shapes.
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
    directions:
        For ``jvp`` and ``hvp``: ``{"x": [1, -0.5]}``, for each input that is named an array of its shape; the others do
        not move. Left out, the case's name draws small numbers.
    output_weights:
        For ``vjp``: an array of the shape of the result. Left out, the case's name draws small numbers.

    Raises
    ------
    CaseError
        If the parameters, points, operators or expectations contradict the function or one another.
    """
    if without_parentheses:
        raise CaseError(
            "write @case(...) with parentheses: every input needs a domain, such as @case(x=interval(0, 1))"
        )

    def one(called: str, written: Function, given: Mapping[str, Any]) -> Case:
        function = by_name(written, given)
        of_complex = complex_inputs(function, given)
        if of_complex.names:
            function, given = of_complex.function(function), of_complex.domains(given)
        inputs, constants = split(function, given)
        if samples is not None and (not isinstance(samples, int) or samples < 0):
            raise CaseError(f"samples={samples!r}: it must be a whole number, 0 or more")
        listed = [of_complex.split(f"point {i}", p) for i, p in enumerate(several("points", points))]
        if samples == 0 and not listed:
            raise CaseError("samples=0 means the listed points only, and none is listed: give points=[...]")
        valid = precondition(of_complex.function(where), inputs, constants)
        names = differentiated_by(None if wrt is None else of_complex.among(several("wrt", wrt)), inputs)
        return Case(
            name=called,
            function=function,
            inputs=inputs,
            constants=constants,
            wrt=names,
            points=tuple(point_given(i, p, inputs, valid) for i, p in enumerate(listed)),
            operators=tuple(map(operator_named, several("operators", operators))),
            samples=samples,
            expect=expectations(expect, because),
            because=because,
            reference=reference,
            tags=tuple(several("tags", tags)),
            implementations={
                engine: of_complex.implementation(version) if of_complex.names else version
                for engine, version in implementations_given(implementations).items()
            },
            where=valid,
            directions=directions_given(
                of_complex.split("directions", directions), {n: inputs[n].shape for n in names}
            ),
            weights=weights_given(of_complex.weights(output_weights)),
            pairs=of_complex.pairs,
            source=_location(written),
            doc=inspect.getdoc(function) or "",
        )

    def wrap(function: Function) -> Case | tuple[Case, ...]:
        called = getattr(function, "__name__", type(function).__name__).strip("<>")
        cases = []
        try:
            demand_function(function)
            demand_no_option(function, OPTIONS)
            if name is not None and not is_name(name):
                raise CaseError(f"name={name!r}: it must be text on one line, without '::'")
            base = called if name is None else name
            family = with_defaults(function, parameters)
            for added, given in combinations(family):
                called = f"{base}{added}"
                cases.append(one(called, function, given))
        except (CaseError, UsageError) as mistake:
            raise CaseError(f"case {called!r}: {mistake}") from None
        for made in cases:
            tell(made)
        return tuple(cases) if any(isinstance(value, Each) for value in family.values()) else cases[0]

    return wrap


OPTIONS = {p.name for p in inspect.signature(case).parameters.values() if p.kind is p.KEYWORD_ONLY}


def _location(function: Function) -> str:
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else ""
