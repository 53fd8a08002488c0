"""No right engine is accused on the shipped library, in any dtype; the counts are printed."""

from pathlib import Path

import pytest

from diffcheck.api import Settings, conduct
from diffcheck.results import counts

ROOT = Path(__file__).parent.parent


# Other points of the format that most people use.
RUNS = [
    ("float64", 1),
    *(
        pytest.param(*run, marks=pytest.mark.long)
        for run in (("float64", 2), ("float32", 1), ("bfloat16", 2), ("float16", 1))
    ),
]


@pytest.mark.parametrize(("dtype", "seed"), RUNS)
def test_no_right_engine_is_accused(dtype: str, seed: int) -> None:
    # Without the trials below, whose points were chosen for double precision.
    families = [str(f) for f in sorted((ROOT / "cases").glob("*.py"))]
    settings = Settings(dtypes=[dtype], engines=["symbolic", "finite", "autograd"], samples=1, seed=seed, timing=False)
    found = conduct(families, settings)
    # What a small format does to a formula is a fact: that its values overflow, or cancel to a zero that is divided by,
    # is checked against the true intermediate values.
    facts = [("nonfinite", "overflow"), ("nonfinite", "cancellation")]
    accused = [row for row in found.failing if (row.verdict, row.reason) not in facts]
    print(f"{dtype}: {len(found.rows)} tasks, {counts(found.rows)}, {len(accused)} false alarms")
    assert len(found.rows) >= 400
    assert accused == []
    assert all(f" overflows in {dtype}" in row.note or " cancels " in row.note for row in found.failing)
    assert len(found.failing) <= {"float64": 0, "float32": 8, "bfloat16": 4, "float16": 16}[dtype]
