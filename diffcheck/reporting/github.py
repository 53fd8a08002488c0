"""What a workflow of GitHub, or of a host that works alike, shows beside a change."""

import re
from collections.abc import Iterator

from diffcheck.reporting.failure import failure
from diffcheck.reporting.tables import failing_rows
from diffcheck.results import Row, Run

# A step shows no more annotations of a kind.
_MOST = 10


def told(run: Run) -> str:
    """Workflow commands, each a line: what is broken, the worst failures, and how many more there are."""
    found = [*(_command(text, "broken definition") for text in run.broken), *_failures(run)]
    more = len(found) - _MOST
    last = [f"::notice title=diffcheck::{more:,} more failures are in the report"] if more > 0 else []
    return "".join(f"{command}\n" for command in [*found[:_MOST], *last])


def _failures(run: Run) -> Iterator[str]:
    for row in failing_rows(run):
        lines = failure(row)
        yield _command("\n".join(lines[1:]) or lines[0], lines[0], **_place(run, row))


def _place(run: Run, row: Row) -> dict[str, str]:
    """Where the function of a row stands."""
    case = run.case_of(row)
    if case is None or "::" not in case.source:
        return {}
    line = {"line": str(case.line)} if case.line else {}
    return {"file": case.source.partition("::")[0], **line}


def _command(text: str, title: str, **places: str) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in {**places, "title": title}.items())
    return f"::error {properties}::{_escaped(text)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A value in which nothing ends it."""
    return re.sub("[:,]", lambda found: f"%{ord(found[0]):02X}", _escaped(text))
