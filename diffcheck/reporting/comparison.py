"""Two runs side by side, for a terminal, for a comment on a pull request, and for programs."""

import json
from itertools import groupby

from diffcheck.regression.compare import Change, Comparison
from diffcheck.reporting.brief import LONGEST
from diffcheck.reporting.cells import line, table
from diffcheck.reporting.tables import Table
from diffcheck.reporting.words import counted

MARK = "<!-- diffcheck compare -->"
"""Stands first in a comment, so that the next one takes its place."""
_HEADER = ("task", "was", "is", "difference")
# For what stands before and behind the tables.
_AROUND = 2_000


def sentence(found: Comparison) -> str:
    """What changed, counted."""
    if not found.changes:
        return f"Nothing changed in {counted(found.unchanged, 'task')}"
    counts = ", ".join(f"{count:,} {group}" for group, count in found.counts.items())
    return f"{counts}; {found.unchanged:,} unchanged"


def text(found: Comparison) -> str:
    """A line for each change, below its group."""
    lines = list(found.front)
    for group, changes in groupby(found.changes, key=lambda change: change.group):
        lines.append(f"{group}:")
        lines += [f"  {change.task}: {_outcome(change)}" for change in changes]
    return "\n".join([*lines, sentence(found)])


def _outcome(change: Change) -> str:
    same = change.was == change.now
    told = change.was if same else " -> ".join(filter(None, [change.was, change.now]))
    return f"{told} ({change.effect})" if change.effect else told


def markdown(found: Comparison) -> str:
    """Tables of what changed, in no more characters than a comment may have."""
    parts = [MARK, f"# diffcheck: {line_of(sentence(found))}", *map(line_of, found.front)]
    room = LONGEST - _AROUND - sum(map(len, parts))
    for group, changes in groupby(found.changes, key=lambda change: change.group):
        rows = [line((change.task, change.was, change.now, change.effect)) for change in changes]
        kept = 0
        while kept < len(rows) and room > len(rows[kept]):
            room -= len(rows[kept]) + 1
            kept += 1
        body = "\n".join([table(Table(_HEADER, ())), *rows[:kept]]) if kept else ""
        more = f"... and {len(rows) - kept:,} more" if kept < len(rows) else ""
        parts += filter(None, [f"## {group} ({len(rows):,})", body, more])
    return "\n\n".join(parts) + "\n"


def line_of(words: str) -> str:
    """Words on one line, in which nothing is markup."""
    return " ".join(words.split()).replace("&", "&amp;").replace("<", "&lt;").replace("*", "\\*")


def document(found: Comparison) -> str:
    """All of it as JSON."""
    changes = [
        {"group": str(c.group), "task": c.task, "was": c.was, "is": c.now, "difference": c.effect}
        for c in found.changes
    ]
    values = {"passed": found.passed, "front": list(found.front), "unchanged": found.unchanged, "changes": changes}
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"
