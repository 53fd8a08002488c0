"""The pages of docs/ that are written from the code are what the code says now."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parent.parent / "docs"
WRITERS = sorted(path.stem for path in DOCS.glob("write_*.py"))


def writer(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_such_pages() -> None:
    assert {"write_command_line", "write_operations"} <= set(WRITERS)


@pytest.mark.parametrize("name", WRITERS)
def test_a_page_is_what_the_code_says(name: str) -> None:
    written = writer(name)
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
