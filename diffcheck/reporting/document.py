"""``run.json``: the whole run as one document, for programs that want no lines."""

import json

from diffcheck.results import Run
from diffcheck.results.lines import SCHEMA, plain


def files(run: Run) -> dict[str, str]:
    """The document by the name of its file; the records have the fields of the journal, rows also ``fails``."""
    found = {
        "schema": SCHEMA,
        "passed": run.passed,
        "interrupted": run.interrupted,
        "broken": list(run.broken),
        "command": run.command,
        "commit": run.commit,
        "settings": dict(run.settings),
        "environment": dict(run.environment),
        "rows": [{**plain(row), "fails": row.fails} for row in run.rows],
        "cases": list(map(plain, run.cases)),
        "tensors": list(map(plain, run.tensors)),
        "points": list(map(plain, run.points)),
        "drawings": list(map(plain, run.drawings)),
        "curves": list(map(plain, run.curves)),
    }
    return {"run.json": json.dumps(found, indent=1, ensure_ascii=False) + "\n"}
