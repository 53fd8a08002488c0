"""GPT-2 by its configuration, as torch code, at growing widths: seconds and memory of a certified derivative.

Below a million numbers every component is told, above it two seeded directions of each large tensor. Each size runs in
a process of its own, so that the memory is its own. ``--write`` puts the table into docs/benchmarks.md.
"""

import importlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measure import cells, headed, into_page, printed

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "torch_models"))

# Vocabulary, context, width, heads and layers; GPT-2 itself has 50257, 1024, 768, 12 and 12.
SIZES = ((1000, 64, 48, 4, 3), (5000, 256, 192, 6, 4), (20000, 512, 384, 6, 6))
_TOKENS = 8


def measured(size: tuple[int, ...]) -> dict[str, Any]:
    """One size: what was judged, in how many seconds, with how much memory at the peak."""
    import torch

    from diffcheck import case_of, check

    model_of = importlib.import_module("gpt").GPT  # a case file of the tests, which no type checker sees
    names = ("vocab_size", "context_length", "emb_dim", "n_heads", "n_layers")
    torch.manual_seed(123)
    model = model_of({**dict(zip(names, size, strict=True)), "drop_rate": 0.1, "qkv_bias": False}).eval()
    ids, following = (torch.randint(size[0], (1, _TOKENS)) for _ in range(2))
    start = time.perf_counter()
    made = case_of(model, ids, following, name="gpt2")
    (row,) = check(made, engines=("autograd:reverse",), dtypes=("float32",)).result.rows
    return {
        "numbers": sum(p.numel() for p in model.parameters()),
        "components": row.components,
        "verdict": f"{row.verdict} {row.reason}".strip(),
        "seconds": time.perf_counter() - start,
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def table() -> Iterator[str]:
    """A line for each size."""
    yield from headed(("vocabulary, context, width, heads, layers", "numbers", "components", "verdict", "s", "GB"))
    for size in SIZES:
        code = f"import json, by_directions as b; print(json.dumps(b.measured({size})))"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
        found = json.loads(done.stdout.splitlines()[-1])
        yield cells(
            ", ".join(map(str, size)),
            f"{found['numbers']:,}",
            f"{found['components']:,}",
            found["verdict"],
            f"{found['seconds']:.3g}",
            f"{found['gigabytes']:.2g}",
        )


if __name__ == "__main__":
    lines = printed(table())
    if "--write" in sys.argv[1:]:
        into_page("directions", lines)
