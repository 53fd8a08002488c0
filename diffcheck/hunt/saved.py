"""A point that was found as a file of cases, which ``diffcheck run`` shows again; and what such a file calls."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diffcheck.case.case import Case


@dataclass(frozen=True, slots=True)
class Saved:
    """A point with all that finds it again.

    Attributes
    ----------
    inputs:
        What the command line said of the inputs, ``NAME=SPEC`` each; empty for a case of a file.
    at:
        The numbers of the inputs that may move.
    told:
        What is wrong there, and with whom.
    """

    subject: str
    inputs: tuple[str, ...]
    seed: int
    operator: str
    name: str
    at: Mapping[str, Any]
    told: str


def case_at(
    home: str | Path,
    subject: str,
    *,
    operator: str,
    at: Mapping[str, Any],
    name: str,
    inputs: Iterable[str] = (),
    seed: int = 0,
) -> "Case":
    """A case of another file, or of a formula, at one point.

    Outcomes that the case declares as known are not declared of this point.

    Parameters
    ----------
    home:
        The file that calls this; ``subject`` is a path from its folder.
    subject:
        ``file.py::name``, or a formula such as ``x*sin(x)``.
    at:
        For each input that may move a number, or nested lists.
    inputs, seed:
        As ``diffcheck hunt --input NAME=SPEC --seed N`` takes them, for what is no case of a file.

    Raises
    ------
    DiffcheckError
        If there is no such case, or the point is none of it.
    """
    from diffcheck.case.made import watched
    from diffcheck.case.operators import operator_named
    from diffcheck.case.options import point_given
    from diffcheck.hunt.subject import subject_of

    with watched({}):  # the file that calls this has one case, not also the one that it is made of
        found = subject_of(_from_folder(subject, Path(home).parent), tuple(inputs), seed)
    still = {of: domain.value for of, domain in found.inputs.items() if domain.value is not None}
    point = point_given(0, {**still, **at}, found.inputs, found.where)
    wanted = operator_named(operator)
    made = replace(found, name=name, operators=(wanted,), points=(point,), samples=0, expect={}, because="")
    # The name draws what a derivative is contracted with; this case has another one.
    if wanted.along or wanted.weighted:
        made = _aimed_as(found, made, wanted)
    return made


def _aimed_as(found: "Case", made: "Case", operator: Any) -> "Case":
    import numpy as np

    from diffcheck.program.trace import trace

    shape = trace(found.function, found.shapes, found.constants).shape
    aimed = found.aimed(operator, shape)
    by_input = found.by_input(aimed.direction) if aimed.along else {}
    return replace(
        made,
        directions={name: np.asarray(value, float) for name, value in by_input.items()},
        weights=np.reshape(aimed.weights, shape) if aimed.weighted else None,
    )


def _from_folder(subject: str, folder: Path) -> str:
    file, colons, name = subject.partition("::")
    return f"{folder / file}::{name}" if colons else subject


def text_of(found: Iterable[Saved], file: Path, command: str, again: str) -> str:
    """The text of the file.

    Parameters
    ----------
    command, again:
        The command that found these points, and the one that shows them.
    """
    found = list(found)
    told = "\n".join(each.told for each in found)
    opening = f'"""{told}\n\nFound by   {command}\nSeen by    {again}\n"""\n\nfrom diffcheck.hunt import case_at\n'
    calls = [_call(f"worst{_numbered(number, found)}", each, file) for number, each in enumerate(found, 1)]
    return "\n".join([opening.replace("\\", "\\\\"), *calls]) + "\n"


def _numbered(number: int, found: list[Saved]) -> str:
    return f"_{number}" if len(found) > 1 else ""


def _call(variable: str, saved: Saved, file: Path) -> str:
    path, colons, name = saved.subject.partition("::")
    subject = f"{os.path.relpath(path, file.parent)}::{name}" if colons else saved.subject
    lines = [
        "__file__",
        json.dumps(subject),
        f"operator={json.dumps(saved.operator)}",
        f"at={json.dumps(saved.at)}",
        f"name={json.dumps(saved.name)}",
        *([f"inputs={json.dumps(saved.inputs)}", f"seed={saved.seed}"] if saved.inputs else []),
    ]
    return f"{variable} = case_at(\n" + "".join(f"    {line},\n" for line in lines) + ")"
