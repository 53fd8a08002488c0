"""One function that a command line asks about: an object of a Python file, or an expression."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from diffcheck.case.case import OPTIONS, Case, case
from diffcheck.case.operators import operator_named
from diffcheck.errors import UsageError
from diffcheck.sources.expression import Expression
from diffcheck.sources.grammar import NoFormula
from diffcheck.sources.objects import named
from diffcheck.sources.paths import demand_there
from diffcheck.sources.specs import Spec
from diffcheck.sources.spellings import OPERATIONS

# So many characters of a formula are its case's name, which stands in every line and table.
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked.

    Attributes
    ----------
    subject:
        ``model.py::net``, ``model.py::Net.loss`` or an expression such as ``x*sin(x)``.
    inputs:
        For each argument its name, empty for one by position, and where its values come from.
    operators, wrt:
        As for `diffcheck.case`.
    seed:
        From where the weights that the file draws, and the inputs, are drawn.
    directions:
        As for `diffcheck.case_of`.
    form:
        What to give for an argument that has no value, with a place for its name; that of ``check``, if empty.
    """

    subject: str
    inputs: tuple[tuple[str, Spec], ...]
    operators: tuple[str, ...] = ()
    wrt: tuple[str, ...] = ()
    seed: int = 0
    directions: int | None = None
    form: str = ""

    @property
    def file(self) -> Path | None:
        """The file; ``None`` for an expression."""
        name, colons, _ = self.subject.partition("::")
        return Path(name) if colons or name.endswith(".py") else None

    @property
    def place(self) -> str:
        """The file, or the expression."""
        return self.subject if self.file is None else str(self.file)

    def demand(self) -> None:
        """`UsageError` for what is seen to be wrong before anything is loaded."""
        if self.file is None:
            self.expression()
            self.demand_elements()
            return
        demand_there(self.file)
        if self.file.suffix != ".py" or not self.file.is_file():
            raise UsageError(f"{self.file} is no Python file: give file.py::name; diffcheck run takes files of cases")

    def expression(self) -> Expression:
        """The formula that the subject is."""
        try:
            found = Expression(self.subject, given=[name for name, _ in self.inputs])
        except NoFormula as mistake:
            raise UsageError(f"{mistake.shown} is neither file.py::name nor a formula: {mistake.why}") from None
        given = [name for name, _ in self.inputs if name]
        for name in found.argument_names:
            if given and name in OPERATIONS and name not in given:
                raise UsageError(f"{self.subject!r}: {name} is an operation, of what? Write {name}({given[0]})")
        return found

    def demand_elements(self) -> None:
        """`UsageError` if directions are asked for that nothing here has."""
        if self.directions:
            raise UsageError(f"--directions is for large tensors of torch code, {self.subject} has none")


Source = str | Asked
"""What the command line runs: cases by their paths, or one function."""


def asked_for(asked: Asked) -> Case:
    """The case that is asked for.

    Raises
    ------
    DiffcheckError
        If there is no such object, or it cannot be called with these inputs.
    """
    from diffcheck.sources.torch_code import case_of, subject

    if asked.file is None:
        return _over_operations(asked.expression(), _short(asked.subject), asked)
    subject.seed(asked.seed)  # for the weights that the file draws
    name = asked.subject.partition("::")[2]
    found = named(asked.file, name)
    if isinstance(found, Case):
        made = _own(found, asked)
    elif isinstance(found, FunctionType) and _uses_operations(found):
        made = _over_operations(found, name, asked)
    else:
        code = subject.code_of(found, asked.subject, asked.file)
        positional, by_name = subject.arguments(
            code, asked.subject, asked.inputs, asked.seed, asked.form or subject.FORM
        )
        options: dict[str, Any] = {"name": name, "operators": asked.operators, "wrt": asked.wrt or None}
        made = case_of(code, *positional, directions=asked.directions, **options, **by_name)
    return replace(made, source=asked.subject)


def _short(formula: str) -> str:
    """A formula as the name of its case: a very long one up to its beginning."""
    return formula if len(formula) <= _LONGEST else f"{formula[:_LONGEST]}..."


def _own(found: Case, asked: Asked) -> Case:
    """A case of the file, with other operators if some are asked for."""
    asked.demand_elements()
    if asked.inputs or asked.wrt:
        raise UsageError(f"{asked.subject} is a case and has its inputs: leave out --input and --wrt")
    return replace(found, operators=tuple(map(operator_named, asked.operators)) or found.operators)


def _over_operations(function: Callable[..., Any], name: str, asked: Asked) -> Case:
    """The case of a function over `diffcheck.ops`."""
    asked.demand_elements()
    from diffcheck.sources.torch_code import subject

    positional, by_name = subject.arguments(
        function, asked.subject, asked.inputs, asked.seed, asked.form or subject.FORM
    )
    values = {**dict(zip(inspect.signature(function).parameters, positional, strict=False)), **by_name}
    for taken in values.keys() & OPTIONS:
        raise UsageError(f"input {taken!r} is called like an option of diffcheck.case: give it another name")
    parameters, point, anywhere = subject.as_arrays(values)
    only: dict[str, Any] = {} if anywhere or not point else {"samples": 0, "points": [point]}
    wrt = asked.wrt or None
    made: Case = case(name=name, operators=asked.operators, wrt=wrt, **only, **parameters)(function)
    # A formula has no text of its own, only its class has one.
    return made if isinstance(function, FunctionType) else replace(made, doc="")


def _uses_operations(function: FunctionType) -> bool:
    """Whether a function names something of `diffcheck.ops`."""
    names = set(_names(function.__code__))
    held = [value for name, value in function.__globals__.items() if name in names]
    return any(_module(value).startswith("diffcheck.ops") for value in held)


def _names(code: CodeType) -> list[str]:
    """The names that a function, and those inside it, look up."""
    inner = [name for constant in code.co_consts if isinstance(constant, CodeType) for name in _names(constant)]
    return [*code.co_names, *inner]


def _module(value: object) -> str:
    """The module that something is, or that it, or its class, comes from."""
    if isinstance(value, ModuleType):
        return value.__name__
    return str(getattr(value, "__module__", ""))
