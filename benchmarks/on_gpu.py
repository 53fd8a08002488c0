"""The shipped cases on a CUDA device: agreement with the referee beside the processor's, and from which batch it pays.

    python benchmarks/on_gpu.py        writes reports/gpu; where torch sees no CUDA device, says so in a line

CPU and GPU may differ in the last places. Both are held against the truth: a difference is either within the bounds of
both, or one of them is wrong.
"""

import sys
from pathlib import Path

import pandas as pd
import torch

from diffcheck.api import Settings, conduct
from diffcheck.reporting.cells import table as markdown
from diffcheck.reporting.tables import Table

FOLDER = Path("reports/gpu")
BATCHES = (1, 16, 256, 4096, 65536)
_KEY = ["case", "operator", "method", "dtype"]


def compared(table: pd.DataFrame) -> pd.DataFrame:
    """For each task what the processor and the GPU are called, and what follows from both."""
    devices = [table[table.device.str.startswith(name)].set_index(_KEY)["verdict"] for name in ("cpu", "cuda")]
    both = pd.concat(devices, axis=1, keys=["cpu", "cuda"]).dropna()
    wrong = both.isin(["disagree", "nonfinite", "error"])
    both["together"] = "both within the bounds"
    both.loc[wrong.cpu & ~wrong.cuda, "together"] = "the cpu is wrong"
    both.loc[~wrong.cpu & wrong.cuda, "together"] = "the gpu is wrong"
    both.loc[wrong.cpu & wrong.cuda, "together"] = "both are wrong"
    return both.reset_index()


def pays_from(sources: list[str]) -> pd.DataFrame:
    """Points per second on both devices for growing batches."""
    found = []
    for batch in BATCHES:
        settings = Settings(engines=["autograd:func"], devices=["cpu", "cuda"], samples=2, batch=batch)
        rows = conduct(sources, settings).rows
        found += [(row.case, row.operator, row.device, batch, row.points_per_s) for row in rows]
    table = pd.DataFrame(found, columns=["case", "operator", "device", "batch", "points_per_s"])
    wide = table.pivot_table(index=["case", "operator", "batch"], columns="device", values="points_per_s").reset_index()
    faster = wide[wide.cuda > wide.cpu]
    return faster.groupby(["case", "operator"]).batch.min().rename("the gpu pays from").reset_index()


def main() -> None:
    """Run, compare, write."""
    if not torch.cuda.is_available():
        print(f"no GPU run: torch {torch.__version__} sees no CUDA device here")
        return
    settings = Settings(
        engines=["autograd"],
        devices=["cpu", "cuda"],
        dtypes=["float64", "float32", "bfloat16"],
        output=FOLDER,
    )
    table = conduct(["cases"], settings).frame()
    together = compared(table)
    pays = pays_from(["cases/networks.py"])
    flags = {
        "gpu": torch.cuda.get_device_name(),
        "tf32 in matrix products": torch.backends.cuda.matmul.allow_tf32,
        "tf32 in cudnn": torch.backends.cudnn.allow_tf32,
        "deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
    }
    lines = ["# On a GPU", "", *(f"- {name}: {value}" for name, value in flags.items()), ""]
    lines += [f"- {count} tasks: {what}" for what, count in together.together.value_counts().items()]
    differing = together[together.together.isin(["the cpu is wrong", "the gpu is wrong"])]
    for title, part in (("One of them is wrong", differing), ("From which batch the GPU pays", pays)):
        rows = tuple(tuple(map(str, row)) for row in part.itertuples(index=False))
        lines += ["", f"## {title}", "", markdown(Table(tuple(part.columns), rows))]
    (FOLDER / "gpu.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{FOLDER / 'gpu.md'}: {len(together)} tasks on both, {len(differing)} where one of them is wrong")
    sys.exit(bool((together.together == "the gpu is wrong").any()))


if __name__ == "__main__":
    main()
