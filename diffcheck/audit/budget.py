"""How long an audit may take."""

import re

from diffcheck.errors import UsageError


def seconds_of(budget: str | float) -> float:
    """A budget in seconds: a number, or ``"30s"``, ``"2m"``.

    >>> seconds_of("2m")
    120.0
    """
    if isinstance(budget, (int, float)):
        return float(budget)
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?(s|m|min)?", budget.strip())
    if not found:
        raise UsageError(f"budget {budget!r}: write seconds, such as 30 or '30s', or '2m'")
    return float(found[1]) * (60.0 if found[2] in ("m", "min") else 1.0)
