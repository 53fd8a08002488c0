"""One case by its place: ``file.py::name``."""

from diffcheck.case.case import Case
from diffcheck.errors import UsageError
from diffcheck.sources.collect import collect


def single(subject: str) -> Case:
    """The case that a text names.

    Raises
    ------
    UsageError
        If it names none, or several, or an operation on trial.
    """
    found = collect([subject])
    if "::" in subject and len(found.cases) == 1:
        return found.cases[0]
    if "::" in subject and found.operations:
        raise UsageError(f"{subject} is an operation on trial, which has no formula: diffcheck audit {subject}")
    names = ", ".join(case.name for case in found.cases) or "none"
    reasons = "".join(f"\n{problem}" for problem in found.problems)
    raise UsageError(f"{subject}: name one case, as in file.py::name; it has {names}{reasons}")
