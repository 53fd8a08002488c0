"""What the benchmarks share: clocks, and tables that go into docs/benchmarks.md."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from diffcheck.reporting.cells import row

_PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def seconds(call: Callable[[], object]) -> float:
    """The time of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def ratio(theirs: Callable[[], object], ours: Callable[[], object], rounds: int = 5) -> str:
    """Their time over ours: median and quartiles over rounds in turns."""
    found = sorted(seconds(theirs) / seconds(ours) for _ in range(rounds))
    low, middle, high = (found[int(q * (rounds - 1))] for q in (0.25, 0.5, 0.75))
    return f"{middle:.3g}" if rounds == 1 else f"{middle:.3g} ({low:.3g} to {high:.3g})"


def printed(lines: Iterator[str]) -> str:
    """The lines of a table in one text, each printed as soon as it is known."""
    table = ""
    for line in lines:
        print(line, flush=True)
        table += line + "\n"
    return table


def cells(*texts: str) -> str:
    """A line of a Markdown table."""
    return row(texts)


def headed(columns: Sequence[str]) -> list[str]:
    """The head of a Markdown table."""
    return [cells(*columns), cells(*["---"] * len(columns))]


def without(column: str, table: str) -> str:
    """A Markdown table without one of its columns, if it has that; no cell of these tables holds a ``|``."""
    rows = [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in table.splitlines()]
    kept = [k for k, head in enumerate(rows[0]) if head != column]
    return "".join(cells(*(texts[k] for k in kept)) + "\n" for texts in rows)


def into_page(name: str, table: str) -> None:
    """Put a table between its marks in docs/benchmarks.md, without the goals, which are for who works on diffcheck."""
    opening, closing = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, rest = _PAGE.read_text(encoding="utf-8").split(opening)
    after = rest.split(closing)[1]
    _PAGE.write_text(f"{before}{opening}{without('goal', table)}{closing}{after}", encoding="utf-8")
