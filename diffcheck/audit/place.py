"""Where an audit is, in a file for the process that waits for its own: memory that is overwritten ends it anywhere."""

import os
from pathlib import Path

from diffcheck.audit.conditions.context import Context

# The name of the file, where somebody waits.
PLACE = "DIFFCHECK_AUDIT_PLACE"


def tell(context: Context) -> None:
    """Note that a context is next."""
    path = os.environ.get(PLACE)
    if path:
        Path(path).write_text(context.words(), encoding="utf-8")
