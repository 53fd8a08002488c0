"""A folder of FPCore files through a run: how many cores are cases, how many are judged, what comes out, how long.

python benchmarks/on_fpcore.py FOLDER
python benchmarks/on_fpcore.py FOLDER --dtype float32
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import diffcheck
from diffcheck.sources.alternatives import Refusal
from diffcheck.sources.collect import collect


def main() -> None:
    """Print the counts and seconds, and every row that is wrong, uncertain or an error."""
    parser = argparse.ArgumentParser(description="A folder of FPCore files through a run.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dtype", default="float64")
    asked = parser.parse_args()
    start = time.perf_counter()
    loaded = collect([str(asked.folder)])
    read_s = time.perf_counter() - start
    refused = [case for case in loaded.cases if isinstance(case.function, Refusal)]
    others = [case for case in loaded.cases if case.implementations]
    cores = len(loaded.cases) - len(others)
    print(f"{cores} cores and {len(others)} other forms in {read_s:.2f} s; {len(loaded.problems)} with mistakes")
    print(f"{cores - len(refused)} straight-line, {len(refused)} unsupported")
    start = time.perf_counter()
    rows = diffcheck.run(loaded.cases, dtypes=(asked.dtype,), timing=False)
    run_s = time.perf_counter() - start
    print(f"{len(rows)} rows in {run_s:.1f} s: {_counted(rows.verdict)}")
    for engine, own in rows.groupby("engine"):
        print(f"  {engine}: {_counted(own.verdict)}")
    for row in rows[rows.verdict.isin(["disagree", "uncertain", "error"])].itertuples():
        print(f"{row.case}, {row.engine}: {row.verdict} at {row.worst_point}: {row.note}")


def _counted(verdicts: Iterable[str]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in Counter(verdicts).most_common())


if __name__ == "__main__":
    main()
