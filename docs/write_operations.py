"""The list of operations, written from the table itself.

python docs/write_operations.py           the page
python docs/write_operations.py --write   and it goes into docs/operations.md
"""

import dis
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sympy

from diffcheck import ops
from diffcheck.ops.composites import Composite
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Linear, matmul
from diffcheck.ops.table import Column, Operation, Primitive, Without
from diffcheck.reporting.cells import written

# Every row is in its table once its module is imported.
for module in pkgutil.walk_packages(ops.__path__, "diffcheck.ops."):
    importlib.import_module(module.name)

PAGE = Path(__file__).parent / "operations.md"
_OPENING = """\
# Operations

Every operation of `diffcheck.ops`, and who computes it by what. The table is written from the rows themselves
(`python docs/write_operations.py --write`).

A dotted name is the function that is called. `own` is a function in diffcheck, written for this row. `definition` means
that the row is a formula over other operations, which
serves there. `none` means that the library has no such function: rows that need it are `unsupported`. In the column
*symbolic* stands the expression that SymPy differentiates; of a row marked `*` SymPy knows no rule, and the row's own
slopes serve. *referee* is the enclosure in ball arithmetic; `pieces` means that the piece at a point is found by
certain comparisons and takes its place. *series* is the power series of the second route.

"""
_ARRAYS = """\

## Rows of whole arrays

What the operations above are made of where arrays are kept whole. A *linear* row names its transpose, a *product* is
linear in both of its factors, and an *own* row has its own calculus.

"""


def named(column: Column | None, row: str, written: str = "") -> str:
    """The function that a column calls, by its dotted name where it has one, or else the formula of the row."""
    if column is None:
        return "definition"
    if isinstance(column, Without):
        return "none"
    if isinstance(column, str):
        return f"`{column}`"
    if not column.__module__.startswith("diffcheck"):
        return f"`{column.__module__}.{column.__name__}`"
    return written or _called(column, row)


def _called(function: Callable[..., Any], row: str) -> str:
    """The functions that are reached from a function's first argument, a module, in the order of the text."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_varnames[:1] not in (("torch",), ("sympy",)):
        return "own"
    module, found, chain = code.co_varnames[0], [], ""
    for step in dis.get_instructions(code):
        if chain and step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            chain += f".{step.argval}"
            continue
        found.append(chain)
        chain = module if step.opname.startswith("LOAD_FAST") and step.argval == module else ""
    # A function that is looked up by the name of the row ends in its module.
    names = [f"{name}.{row}" if name.endswith((".functional", ".fft")) else name for name in dict.fromkeys(found)]
    names = [name for name in names if name not in ("", module, f"{module}.as_tensor")]
    if not names and module in found and "getattr" in code.co_names:
        names = [f"{module}.{row}"]
    return ", ".join(f"`{name}`" for name in names) or "own"


def symbolic(row: Primitive, written: str) -> str:
    """The SymPy function, or the expression of symbols that the row builds."""
    if isinstance(row.sympy, Without):
        return "none"
    if isinstance(row.sympy, str) or written:
        shown = named(row.sympy, row.name, written)
    else:
        _, *names = inspect.signature(row.sympy).parameters.values()
        many = any(name.kind is name.VAR_POSITIONAL for name in names)
        arguments = [sympy.Symbol(name, real=True) for name in (["x", "y"] if many else [name.name for name in names])]
        shown = f"`{row.sympy(sympy, *arguments)}`"
    return shown if row.sympy_rule else f"{shown} *"


def cells(row: Operation) -> Iterator[str]:
    """The row of the page for a row of the table."""
    yield f"`{row.name}`"
    yield row.doc.rstrip(".")
    if not isinstance(row, Primitive):
        yield from ("definition", named(row.numpy, row.name), named(row.torch, row.name), "definition", "definition")
        return
    written = f"`{row.written[0].format('x', 'y')}`" if row.written else ""
    yield symbolic(row, written)
    yield from (named(row.numpy, row.name), named(row.torch, row.name, written))
    if row.switch is not None:
        yield from ("pieces", "pieces")
        return
    method = isinstance(row.arb, str)
    yield f"`arb.{row.arb}`" if method else written or "own"
    yield "own" if row.series else f"`arb_series.{row.arb}`" if method else "the same"


def rows_of_arrays() -> Iterator[tuple[str, str, str]]:
    """Name, kind and meaning of each row of whole arrays."""
    for row in Linear.rows.values():
        yield f"`{row.name}`", "linear", row.doc.rstrip(".")
    yield f"`{matmul.name}`", "product", matmul.doc
    for own in Own.rows.values():
        yield f"`{own.name}`", "own", own.doc.rstrip(".")


def page() -> str:
    """The whole page."""
    public = {name: row for name in dir(ops) if isinstance(row := getattr(ops, name), Primitive | Composite)}
    heads = ("operation", "what it is", "symbolic", "NumPy", "torch", "referee", "series")
    rows = [
        cells(row) if name == row.name else (f"`{name}`", f"`{row.name}`", *[""] * 5)
        for name, row in sorted(public.items())
    ]
    arrays = written(("row", "kind", "what it is"), rows_of_arrays())
    return f"{_OPENING}{written(heads, rows)}\n{_ARRAYS}{arrays}\n"


if __name__ == "__main__":
    print(page())
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
