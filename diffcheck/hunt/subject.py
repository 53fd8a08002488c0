"""What is hunted on: a case of a file, a formula, or torch code with intervals as inputs."""

from pathlib import Path

from diffcheck.case.case import Case
from diffcheck.sources.asked import Asked, asked_for
from diffcheck.sources.collect import READERS
from diffcheck.sources.single import single
from diffcheck.sources.specs import Spec, spec_of

# A hunt is for what can move.
_FORM = "--input {name}=interval:LO,HI or {name}=interval:LO,HI:SHAPE"


def subject_of(subject: str, inputs: tuple[str, ...], seed: int) -> Case:
    """The case that a command line names.

    Parameters
    ----------
    inputs:
        ``NAME=SPEC`` each, as for ``diffcheck check``; without them what has the name of a file is a case of it.

    Raises
    ------
    DiffcheckError
        If there is none.
    """
    if not inputs and Path(subject.partition("::")[0]).suffix in READERS:
        return single(subject)
    asked = Asked(subject, tuple(map(_named, inputs)), seed=seed, form=_FORM)
    asked.demand()
    return asked_for(asked)


def _named(text: str) -> tuple[str, Spec]:
    name, equals, spec = text.partition("=")
    return (name.strip(), spec_of(spec.strip())) if equals else ("", spec_of(name.strip()))
