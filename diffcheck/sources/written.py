"""The text of a file that holds data."""

from pathlib import Path

# The core with most operations that is known, of 14,000 of them, takes a third of a megabyte.
_LARGEST = 2**25


def text_of(path: Path) -> tuple[str, str]:
    """The text of a file, without a byte order mark, and what is wrong with it; one of the two is empty."""
    try:
        if path.stat().st_size > _LARGEST:
            return "", f"{path}: {path.stat().st_size:,} bytes are more than a case file has ({_LARGEST:,}): split it"
        return path.read_text(encoding="utf-8-sig"), ""
    except (OSError, ValueError) as problem:
        return "", f"{path}: cannot be read: {problem}"
