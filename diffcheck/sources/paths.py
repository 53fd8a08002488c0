"""What paths must be before anything is read; imports nothing, so that a mistyped one is told at once."""

from pathlib import Path

from diffcheck.errors import UsageError


def demand_there(path: Path) -> None:
    """`UsageError` if there is no such file or folder."""
    if not path.exists():
        raise UsageError(f"no such file or folder: {path}")
