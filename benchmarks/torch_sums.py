"""Gradients that torch's own kernels add up in too few bits, each held against its certified truth.

In each function one number is used a thousand times; its gradient is a sum of a thousand terms. ``--write`` puts the
table into ``docs/torch_sums.md``.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from measure import cells, headed, printed
from torch.nn import functional

from diffcheck import case_of, check
from diffcheck.reporting.words import shortened

_PAGE = Path(__file__).parents[1] / "docs" / "torch_sums.md"
_DTYPES = ("float64", "float32", "bfloat16", "float16")
_TIMES = 1024
_FIRST = torch.zeros(_TIMES, dtype=torch.long)
_ROWS = torch.linspace(-1, 1, 2 * _TIMES).bfloat16().reshape(_TIMES, 2)
Function = Callable[[torch.Tensor], torch.Tensor]


def _rows(like: torch.Tensor) -> torch.Tensor:
    return _ROWS.to(like)


# The function of what is differentiated by, and where.
FUNCTIONS: dict[str, tuple[Function, torch.Tensor]] = {
    "bias of layer_norm": (lambda b: functional.layer_norm(_rows(b), (2,), torch.ones_like(b), b), torch.zeros(2)),
    "bias of group_norm": (lambda b: functional.group_norm(_rows(b), 1, torch.ones_like(b), b), torch.zeros(2)),
    "bias of linear": (lambda b: functional.linear(_rows(b), torch.ones(2, 2).to(b), b), torch.zeros(2)),
    "embedding": (lambda w: functional.embedding(_FIRST, w), torch.ones(2, 2)),
    "w[index]": (lambda w: w[_FIRST], torch.ones(2, 2)),
    "take": (lambda w: w.take(_FIRST), torch.ones(2)),
    "index_select": (lambda w: w.index_select(0, _FIRST), torch.ones(2, 2)),
    "gather": (lambda w: w.gather(0, _FIRST), torch.ones(2)),
    "expand": (lambda w: w.expand(_TIMES, 2), torch.ones(1, 2)),
    "x * w": (lambda w: torch.ones_like(_rows(w)) * w, torch.ones(2)),
    "pad, replicate": (lambda x: functional.pad(x, (_TIMES, 1), mode="replicate"), torch.ones(1, 1, 3)),
}


def rows() -> Iterator[str]:
    """The lines of the table."""
    yield from headed(("of", *(f"gradient, {dtype}" for dtype in _DTYPES), "truth"))
    for name, (function, at) in FUNCTIONS.items():
        made = case_of(lambda x, f=function: f(x).sum(), at.float(), name="sum")
        found = [check(made, engines="autograd:reverse", dtypes=dtype).result.rows[0] for dtype in _DTYPES]
        yield cells(name, *map(_told, found), shortened(found[0].truth))


def _told(row: Any) -> str:
    return f"**{row.value:g}**, {row.verdict}" if row.verdict.fails else f"{row.value:g}"


def page(table: str) -> str:
    """The page around the table."""
    version = torch.__version__.partition("+")[0]
    return f"""# What torch adds up in too few bits

One number is used {_TIMES} times, and its gradient is the sum of as many terms, each of which is one. A sum that is
kept in bfloat16 stops at 256, for the next number that bfloat16 holds is 258 and what is added is rounded away; one
that is kept in two parts stops at 512. Everything here is torch {version} on a CPU, called as anybody calls it, and
held against the certified truth by `diffcheck.check` (`python benchmarks/torch_sums.py --write`). Bold is what fails.

{table}"""


if __name__ == "__main__":
    found = printed(rows())
    if "--write" in sys.argv[1:]:
        _PAGE.write_text(page(found), encoding="utf-8")
