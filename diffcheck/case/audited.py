"""An operation with its definition, to be tried in every context in which it may live. A frozen value."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diffcheck.case.family import is_name
from diffcheck.case.made import tell
from diffcheck.case.options import expectations, several
from diffcheck.errors import CaseError

Function = Callable[..., Any]
# What takes the place of an operator in the results.
AUDIT = "audit"


@dataclass(frozen=True, eq=False, kw_only=True)
class Audited:
    """An operation on trial with what it takes; make one with :func:`operation`.

    Attributes
    ----------
    code:
        A function of tensors or the dotted path of one, which is imported when it is tried.
    definition:
        What it should compute, likewise; ``None`` if its own forward pass says it.
    takes:
        Its arguments by name, and what else `diffcheck.audit.audit` is told.
    dtypes:
        The formats in which it is tried; empty for all.
    budget:
        Seconds, or ``"30s"``.
    expect:
        For an engine the verdict that is known and expected; a different one fails.
    """

    name: str
    code: Function | str
    definition: Function | str | None
    takes: Mapping[str, Any]
    dtypes: tuple[str, ...]
    budget: str | float
    expect: Mapping[str, str]
    because: str
    reference: str
    tags: tuple[str, ...]
    source: str = ""
    doc: str = field(default="", repr=False)

    def __call__(self, /, *arguments: Any, **keywords: Any) -> Any:
        """The operation itself."""
        if isinstance(self.code, str):
            raise CaseError(f"operation {self.name!r} is given by its path: call {self.code}")
        return self.code(*arguments, **keywords)

    def apply(self, *arguments: Any) -> Any:
        """The operation itself, called as the class that was decorated."""
        return self(*arguments)

    @property
    def own_name(self) -> str:
        """Its name in its file, whatever ``name`` adds to tell it from those in other files."""
        return self.source.partition("::")[2] or self.name


def operation(
    definition: Function | str | None = None,
    *,
    name: str | None = None,
    inputs: Any = None,
    sizes: Mapping[str, int | Sequence[int]] | None = None,
    relations: Sequence[str] = (),
    dtypes: str | Iterable[str] = (),
    surrogate: Function | None = None,
    at_kinks: str = "any",
    budget: str | float = 10.0,
    expect: Mapping[str, str | Sequence[str]] | None = None,
    because: str = "",
    reference: str = "",
    tags: str | Iterable[str] = (),
    **arguments: Any,
) -> Callable[[Any], Audited]:
    """Put the decorated operation on trial whenever its file is run.

    It decorates a function of tensors, a `torch.autograd.Function`, or the dotted path of an operation:
    ``operation(x=tensor("batch width"))("torch.nn.functional.silu")``.

    Parameters
    ----------
    definition:
        What it should compute: torch code with the same arguments, or an operation of `diffcheck.ops`; its dotted path
        does as well. Left out, the operation's forward pass defines its value, and its backward pass is on trial.
    inputs, sizes, relations, dtypes, surrogate, at_kinks, budget, **arguments:
        As for :func:`diffcheck.assert_operation`.
    name:
        What it is called; left out, as the function is.
    expect, because:
        ``expect={"autograd": "disagree"}, because="pytorch#195527"`` declares a known defect, which fails when it is
        gone.
    reference:
        Where the formula stands.

    Raises
    ------
    CaseError
        If these contradict one another.
    """

    def wrap(code: Any) -> Audited:
        called = _called(code) if name is None else name
        try:
            if not is_name(called):
                raise CaseError(f"name={called!r}: it must be text on one line, without '::'")
            given = {"inputs": inputs, "sizes": sizes, "relations": relations, "surrogate": surrogate}
            made = Audited(
                name=called,
                code=_callable(code, "it"),
                definition=None if definition is None else _callable(definition, "its definition"),
                takes={**given, "at_kinks": at_kinks, **arguments},
                dtypes=tuple(several("dtypes", dtypes)),
                budget=budget,
                expect=expectations(expect, because),
                because=because,
                reference=reference,
                tags=tuple(several("tags", tags)),
                source=_location(code),
                doc=_doc(code),
            )
        except CaseError as mistake:
            raise CaseError(f"operation {called!r}: {mistake}") from None
        tell(made)
        return made

    return wrap


def _called(code: Any) -> str:
    if isinstance(code, str):
        return code.rpartition(".")[2]
    owner = getattr(code, "__self__", None)  # of the apply of a function class
    named = owner if isinstance(owner, type) else code
    return str(getattr(named, "__name__", type(code).__name__)).strip("<>")


def _callable(code: Any, what: str) -> Function | str:
    """A function of tensors, or the path of one; of a class of `torch.autograd.Function` its ``apply``."""
    if isinstance(code, str):
        if len(code.split(".")) < 2 or not all(map(str.isidentifier, code.split("."))):
            raise CaseError(f"{what} is {code!r}, which is no dotted path, such as 'torch.nn.functional.silu'")
        return code
    if isinstance(code, type):
        if not hasattr(code, "apply") or not hasattr(code, "backward"):
            raise CaseError(f"{what} is the class {code.__name__}: give a function of tensors, or an object of it")
        code = code.apply
    if not callable(code):
        raise CaseError(f"{what} is of type {type(code).__name__}: give a function of tensors")
    found: Function = code
    return found


def _doc(code: Any) -> str:
    """Its own text; a class has that of what it is made from if it has none."""
    own = vars(code).get("__doc__") if isinstance(code, type) else None if isinstance(code, str) else code.__doc__
    return inspect.cleandoc(own) if isinstance(own, str) else ""


def _location(code: Any) -> str:
    found = getattr(code, "__code__", None)
    return f"{found.co_filename}:{found.co_firstlineno}" if found is not None else ""
