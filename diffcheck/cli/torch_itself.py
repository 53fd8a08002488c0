"""``diffcheck audit torch.nn.functional``: torch's own operations, each in a process of its own."""

import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

from diffcheck.cli.exits import FAILED, INTERRUPTED, PASSED

# What a fault takes to be told, and a hearing that is given up late, come on top of the budget; who is silent for so
# much longer hangs.
_GRACE_S = 60.0
_LOADED = ("diffcheck.audit.of_torch.torch_itself", "torch.testing._internal.common_methods_invocations")


def is_module(operation: str) -> bool:
    """Whether what is asked for is torch's: a name with dots, and no file."""
    parts = operation.split(".")
    return parts[0] == "torch" and all(part.isidentifier() for part in parts)


def conducted(path: str, budget: float, seed: int, output: Path | None, in_process: bool) -> int:
    """Audit all operations that live there; their exit code.

    Parameters
    ----------
    budget:
        Seconds for each operation.
    """
    from diffcheck.audit.of_torch.apart import Lost
    from diffcheck.audit.of_torch.catalogue import entries
    from diffcheck.audit.of_torch.findings import line, passed, summary, written
    from diffcheck.audit.of_torch.torch_itself import Outcome, Told

    names = [entry.name for entry in entries(path)]
    found: dict[str, list[Told]] = {}
    interrupted = False
    try:
        with closing(_one_by_one(path, names, budget, seed, in_process)) as told:
            for (_, name, *_), row in told:
                if row is None:
                    print(f"[{len(found)}/{len(names)}] {line(found[name])}", file=sys.stderr, flush=True)
                    if output is not None:
                        written(list(found.values()), output)
                elif isinstance(row, Lost):
                    found.setdefault(name, []).append(Told(name, "", Outcome.LOST, str(row)))
                else:
                    found.setdefault(name, []).append(row)
    except KeyboardInterrupt:
        interrupted = True
    rows = list(found.values())
    print("\n".join(summary(rows)))
    if output is not None:
        print(f"report: {output / 'audit.md'}", file=sys.stderr)
    if interrupted:
        print(f"diffcheck: interrupted after {len(rows)} of {len(names)} operations", file=sys.stderr)
        return INTERRUPTED
    return PASSED if passed(rows) else FAILED


def _one_by_one(path: str, names: list[str], budget: float, seed: int, in_process: bool) -> Generator[tuple[Any, Any]]:
    """The operations with what is found of them; ``None`` after the last of each."""
    from diffcheck.audit.of_torch.apart import apart
    from diffcheck.audit.of_torch.torch_itself import told

    for name in names:
        piece = (path, name, budget, seed)
        if in_process:
            yield from ((piece, row) for row in told(*piece))
        else:
            yield from apart(told, [piece], 3 * budget + _GRACE_S, _LOADED)
        yield piece, None
