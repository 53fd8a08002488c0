"""What a source gives."""

from dataclasses import dataclass

from diffcheck.case.case import Case


@dataclass(frozen=True, slots=True)
class Loaded:
    """Cases, and what is wrong with those that are not among them (each text says where)."""

    cases: tuple[Case, ...]
    problems: tuple[str, ...]
