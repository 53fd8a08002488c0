"""The pages of docs/ that are written from the code are what the code says now."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BENCHMARKS = ROOT / "benchmarks"
WRITERS = sorted(path.stem for path in DOCS.glob("write_*.py"))


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_such_pages() -> None:
    assert {"write_command_line", "write_operations", "write_neuron"} <= set(WRITERS)


def test_the_drawn_neuron_stands_in_the_textbook() -> None:
    """With the slopes that Raschka's figure has."""
    assert "](pictures/neuron.svg)" in (DOCS / "textbook.md").read_text(encoding="utf-8")
    drawn = (DOCS / "pictures" / "neuron.svg").read_text(encoding="utf-8")
    assert {"\u2202 -0.089826", "\u2202 -0.08166", "a ln b"} <= set(re.findall(r">([^<>]+)</text>", drawn))


@pytest.mark.parametrize("name", WRITERS)
def test_a_page_is_what_the_code_says(name: str) -> None:
    written = loaded(DOCS / f"{name}.py")
    assert written.PAGE.read_text(encoding="utf-8") == written.page(), f"python docs/{name}.py --write"


def test_the_list_of_operations_is_complete() -> None:
    from diffcheck import ops
    from diffcheck.ops.table import Operation

    listed = (DOCS / "operations.md").read_text(encoding="utf-8")
    public = [name for name, value in vars(ops).items() if isinstance(value, Operation)]
    assert len(public) > 100
    assert [name for name in public if f"\n| `{name}` | " not in listed] == []


@pytest.mark.parametrize(
    ("operation", "cells"),
    {
        "sin": ["`sympy.sin`", "`numpy.sin`", "`torch.sin`", "`arb.sin`", "`arb_series.sin`"],
        "digamma": ["`polygamma(0, x)`", "`scipy.special.digamma`", "`torch.digamma`", "`arb.digamma`", "own"],
        "abs": ["`sympy.Abs`", "`numpy.abs`", "`torch.abs`", "pieces", "pieces"],
        "bessel_i": ["`sympy.besseli`", "own", "`torch.special.i0`, `torch.special.i1`", "own", "own"],
        "conv2d": ["definition", "definition", "`torch.nn.functional.conv2d`", "definition", "definition"],
    }.items(),
)
def test_a_row_says_who_computes_what(operation: str, cells: list[str]) -> None:
    """As the libraries' own documentation names their functions."""
    lines = (DOCS / "operations.md").read_text(encoding="utf-8").splitlines()
    [row] = [line for line in lines if line.startswith(f"| `{operation}` | ")]
    assert row.removesuffix(" |").split(" | ")[2:] == cells


def test_every_table_of_a_benchmark_has_its_place() -> None:
    texts = [path.read_text(encoding="utf-8") for path in BENCHMARKS.glob("*.py")]
    names = {name for text in texts for name in re.findall(r'into_page\("(\w+)"', text)}
    page = (DOCS / "benchmarks.md").read_text(encoding="utf-8")
    assert len(names) == 5
    assert [name for name in names if page.count(f"<!-- {name} -->\n") != 1] == []


def test_a_table_is_put_between_its_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = loaded(BENCHMARKS / "measure.py")
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- old -->\n| x |\n<!-- end of old -->\nb\n")
    monkeypatch.setattr(measure, "_PAGE", page)
    measure.into_page("old", "| what | goal | beside |\n| --- | --- | --- |\n| 1 | 2 |  |\n")
    assert page.read_text() == "a\n<!-- old -->\n| what | beside |\n| --- | --- |\n| 1 |  |\n<!-- end of old -->\nb\n"
