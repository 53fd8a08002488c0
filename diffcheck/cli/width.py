"""How wide what is written may be."""

import os
import shutil
import sys

# Of a file or a pipe nobody knows: as wide as lines of code.
_ELSEWHERE = 120


def terminal_width() -> int:
    """The columns of the terminal, or what ``COLUMNS`` says."""
    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal()
    return shutil.get_terminal_size().columns if known else _ELSEWHERE
