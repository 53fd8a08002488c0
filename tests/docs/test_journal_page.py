"""``docs/journal.md`` has every field of the journal, and no other."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from diffcheck.results import CaseRow, Curve, Drawing, PointRow, Points, Row, TensorRow, load
from diffcheck.results.lines import DETAILS, KINDS, ROWS, SCHEMA
from diffcheck.runner.told.points import KEPT, NUMBERS

PAGE = (Path(__file__).parents[2] / "docs/journal.md").read_text()
SAMPLE = Path(__file__).parents[2] / "reports/sample"


def told(title: str, header: str = "| field |") -> list[str]:
    """The names in the first column of a table below a title."""
    section = PAGE.partition(f"{title}")[2].partition("\n## ")[0].partition(header)[2]
    table = section.partition("\n\n")[0]
    return [name for line in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])]


TABLES = {
    "## `results.jsonl`": Row,
    "## Kind `case`": CaseRow,
    "## Kind `tensor`": TensorRow,
    "## Kind `points`": Points,
    "## Kind `drawing`": Drawing,
    "## Kind `curve`": Curve,
}


@pytest.mark.parametrize(("title", "kind"), TABLES.items(), ids=TABLES)
def test_the_page_has_the_fields_of_a_record(title: str, kind: type) -> None:
    assert told(title) == [f.name for f in fields(kind)]


def test_the_page_has_the_columns_of_the_points() -> None:
    assert told("## Kind `points`", "| column of `rows` |") == [f.name for f in fields(PointRow)]


def test_the_page_has_the_kinds_and_the_numbers() -> None:
    kinds = set(re.findall(r"[Kk]ind `(\w+)`", PAGE))
    assert kinds == {"run", "broken", "end", *KINDS}
    assert f"The schema is number {SCHEMA};" in PAGE
    assert f"together {KEPT} for each task" in PAGE
    assert f"more than {NUMBERS} numbers" in PAGE


def test_the_lines_of_the_run_have_the_fields_of_the_page() -> None:
    """The committed sample was written by this schema."""
    text = (SAMPLE / DETAILS).read_text()
    first, last = text.splitlines()[0], text.splitlines()[-1]
    assert re.findall(r'"(\w+)": ', first)[: 1 + 3] == ["kind", *told("kind `run`")[:3]]
    assert re.findall(r'"(\w+)": ', last) == ["kind", *told("## Kind `end`")]
    assert {name for name in told("kind `run`") if f'"{name}": ' in first} == set(told("kind `run`"))
    assert (SAMPLE / ROWS).is_file()
    assert load(SAMPLE).points
