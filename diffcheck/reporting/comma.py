"""The CSV files, and ``environment.json`` beside them."""

import json

from diffcheck.results import CaseRow, Row, Run, TensorRow, csv_of, frame, timings


def files(run: Run) -> dict[str, str]:
    """The tables by the names of their files."""
    together = [case for case in run.cases if case.consensus]
    return {
        "results.csv": csv_of(frame(run.rows, Row)),
        "timings.csv": csv_of(timings(run.rows)),
        "tensors.csv": csv_of(frame(run.tensors, TensorRow)),
        "cases.csv": csv_of(frame(together, CaseRow)),
        "environment.json": json.dumps(dict(run.environment), indent=2, ensure_ascii=False) + "\n",
    }
