"""Other forms of a case's function, on trial against the function itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from diffcheck.case.case import Case
from diffcheck.errors import Unsupported

# Whose derivative is taken of the code that it is given; the others take it of the definition.
_BY = "autograd"


def alternatives(case: Case, forms: Sequence[Callable[..., Any]]) -> Iterator[Case]:
    """For each form a case of the same inputs and the same truth, in which automatic differentiation takes that form.

    So it is certified that the form has the derivatives of the function, not only that its own are right.
    """
    for number, form in enumerate(forms, 1):
        name = f"{case.name} (alt{f' {number}' if number > 1 else ''})"
        if isinstance(form, Refusal):
            yield replace(case, name=name, function=form, points=(), where=None)
        else:
            yield replace(case, name=name, implementations={_BY: form}, alternative=True)


class Refusal:
    """A function of these names that there is none of; whoever calls it is told why."""

    def __init__(self, name: str, names: Sequence[str], reason: str) -> None:
        self.__name__ = name
        self.argument_names = tuple(names)
        self._reason = reason

    def __call__(self, /, *_: Any, **__: Any) -> Any:
        """Raise `Unsupported` with the reason."""
        raise Unsupported(self._reason)
