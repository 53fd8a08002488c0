"""What an operation does not have: a column of the table that says why."""

from dataclasses import dataclass
from typing import Any

from diffcheck.errors import Lacking


@dataclass(frozen=True)
class Without:
    """A column of what does not exist: who needs it is told why, by `Lacking`."""

    why: str

    def __call__(self, *_: Any, **__: Any) -> Any:
        """`Lacking`, whatever the arguments are."""
        raise Lacking(self.why)
