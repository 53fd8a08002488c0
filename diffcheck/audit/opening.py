"""The opening of an inquiry: the ordinary context in the first format that tells something."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from diffcheck.audit.conditions.context import Context
from diffcheck.audit.conditions.world import world
from diffcheck.audit.design import Design, design
from diffcheck.audit.examples.borders import branches
from diffcheck.audit.examples.numbers import other_numbers
from diffcheck.audit.subjects.operation import Widened
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.plainly import own_functions
from diffcheck.audit.trials.ruling import Ruling
from diffcheck.audit.trials.second import RIGHT, WRONG, promises, second_order
from diffcheck.audit.trials.trial import Trials
from diffcheck.errors import CaseError

# Rulings that say what an operation is.
_TOLD = (Ruling.RIGHT, Ruling.CONFIRMED, Ruling.WRONG)


class Opening(NamedTuple):
    """The conditions, the trials with the ordinary context in them, and what is seen of second derivatives there."""

    plan: Design
    trials: Trials
    second: str


def opening(subject: Subject, dtypes: Sequence[str], devices: Sequence[str], seed: int, patience: float) -> Opening:
    """The ordinary context in the first format in which the operation runs, and is not excused.

    An operation that computes in single precision whatever it is given has nothing to say in double.

    Raises
    ------
    CaseError
        If it runs in no format.
    """
    opened, refusals = list[Opening](), list[str]()
    for usual in dtypes:
        ordinary = design(subject, dtypes, devices, seed, usual).ordinary
        try:
            found = _known(subject, ordinary)
            ordinary = design(found, dtypes, devices, seed, usual).ordinary
        except Exception as raised:
            refusals.append(f"({ordinary.words()}) it raises {type(raised).__name__}: {raised}")
            continue
        trials = Trials(found, patience)
        first = trials.screen(ordinary)
        if not first.counts:
            why = f"it raises {first.refused}" if first.refused else first.skipped
            refusals.append(f"({ordinary.words()}) {why}")
            continue
        second = second_order(found, ordinary)
        held = second == RIGHT or (second == WRONG and promises(found, ordinary))
        trials.subject = replace(found, twice=held and not found.of_torch)
        plan = design(trials.subject, dtypes, devices, seed, usual, len(first.values))
        opened.append(Opening(plan, trials, second))
        if first.broken or first.raised or trials.hear(ordinary).ruling in _TOLD:
            return opened[-1]
    if not opened:
        raise CaseError(f"{subject.operation.__name__}: in an ordinary context {refusals[0]}")
    return opened[0]


def _known(subject: Subject, ordinary: Context) -> Subject:
    """The subject with what the ordinary context shows of it: branches, own functions, how many results count."""
    here = world(subject, ordinary)
    # Numbers can be moved onto borders of the definition; what a function makes is left as it is.
    moves = subject.make is None and branches(subject.definition, here.exact[0])
    own = own_functions(subject, here) if subject.defines else {}
    found = replace(subject, branches=moves, own=own)
    found = replace(found, numbers=other_numbers(found, here.arguments))
    count = _results(subject, ordinary)
    return replace(found, operation=found.operation.first(count) if count else found.operation)


def _results(subject: Subject, ordinary: Context) -> int:
    """How many results the definition has; zero where it does not run, which is told later."""
    try:
        with Widened():
            return len(subject.definition(world(subject, ordinary).exact[0]))
    except Exception:
        return 0
