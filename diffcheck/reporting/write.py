"""The files of a run: ``results.csv``, ``timings.csv``, ``tensors.csv``, ``cases.csv``, ``report.md`` ..."""

import json
from collections.abc import Callable
from pathlib import Path

from diffcheck.errors import OutputError
from diffcheck.reporting.markdown import markdown
from diffcheck.results import CaseRow, Row, Run, TensorRow, frame, timings

FILES: dict[str, Callable[[Run], str]] = {
    "results.csv": lambda run: frame(run.rows, Row).to_csv(index=False),
    "timings.csv": lambda run: timings(run.rows).to_csv(index=False),
    "tensors.csv": lambda run: frame(run.tensors, TensorRow).to_csv(index=False),
    "cases.csv": lambda run: frame(run.cases, CaseRow).to_csv(index=False),
    "environment.json": lambda run: json.dumps(dict(run.environment), indent=2, ensure_ascii=False) + "\n",
    "report.md": markdown,
}


def _half(name: str) -> str:
    """The name of a file that is not finished."""
    return f".{name}.part"


LEFT = (*FILES, *map(_half, FILES))
"""What an older run may have left in a folder."""


def write_reports(run: Run, folder: Path) -> None:
    """Write every file, each whole or not at all; `OutputError` if one cannot be written."""
    for name, content in FILES.items():
        half = folder / _half(name)
        try:
            half.write_text(content(run), encoding="utf-8", newline="\n")
            half.replace(folder / name)
        except OSError as problem:
            raise OutputError(f"cannot write {folder / name}: {problem.strerror or problem}") from None
