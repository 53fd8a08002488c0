"""Where a case is meant to be tried, beyond the domains of its inputs: ``where=lambda x, y: x < y``."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck.case.toward import Toward
from diffcheck.case.watched import toward
from diffcheck.errors import CaseError


@dataclass(frozen=True, slots=True)
class Precondition:
    """Says of a point whether it is valid.

    Attributes
    ----------
    toward:
        Moves a refused point, in given domains, to where the precondition may hold; ``None`` if nothing does.
    thin:
        Whether a precondition that holds hardly anywhere is no mistake, and what is found is tried. Its refused points
        are moved at once, those of others where many in a row are refused.
    """

    function: Callable[..., Any]
    inputs: tuple[str, ...]
    constants: Mapping[str, Any]
    toward: Toward | None = None
    thin: bool = False

    def __call__(self, point: Mapping[str, Any]) -> bool:
        """Whether the precondition holds at a point.

        Raises
        ------
        CaseError
            If the function raises, or returns something else than a truth value.
        """
        # Copies, because sorting in place is a natural thing to write; [()] makes numbers of arrays without axes.
        values = {name: np.array(point[name])[()] for name in self.inputs}
        try:
            with np.errstate(all="ignore"):
                found = self.function(**values, **self.constants)
        except (Exception, SystemExit) as raised:  # whatever a user's function raises is told, not propagated
            raise CaseError(f"where= raises {type(raised).__name__}: {raised}") from None
        found = found[()] if isinstance(found, np.ndarray) else found
        if not isinstance(found, (bool, np.bool_)):
            kind = f"an array of shape {found.shape}" if isinstance(found, np.ndarray) else repr(found)
            raise CaseError(f"where= returns {kind}: it must return True or False (of an array, .all() or .any())")
        return bool(found)


def precondition(where: Any, inputs: Iterable[str], constants: Mapping[str, Any]) -> Precondition | None:
    """The precondition that a case states; it gets the inputs and constants that it names.

    Raises
    ------
    CaseError
        If it is no function of inputs and constants of the case.
    """
    if where is None:
        return None
    if not callable(where):
        raise CaseError(f"where={where!r}: it must be a function of the inputs, such as where=lambda x, y: x < y")
    try:
        parameters = inspect.signature(where).parameters
    except ValueError:
        raise CaseError(f"where={where!r} does not say what it is a function of: write a lambda around it") from None
    known = [*inputs, *constants]
    named = [name for name in parameters if name in known]
    for name, parameter in parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise CaseError(f"where= must name the inputs it is a function of; {parameter} does not")
        if name not in known and parameter.default is parameter.empty:
            raise CaseError(f"where= names {name!r}, the case has {', '.join(known)}")
    chosen = tuple(name for name in named if name not in constants)
    if not chosen:
        raise CaseError(f"where= names no input; the inputs are {', '.join(inputs)}")
    held = {name: constants[name] for name in named if name in constants}
    return Precondition(where, chosen, held, toward(where, chosen, held))
