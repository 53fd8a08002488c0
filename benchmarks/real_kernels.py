"""Hand-written backwards of packages as they install, on trial in every context.

What is not installed is skipped and says so. Kernels in Triton run on a GPU, and elsewhere in Triton's interpreter
(``TRITON_INTERPRET=1``), as far as that can run them.

    pip install entmax sparsemax pytorch-revgrad liger-kernel triton
    python benchmarks/real_kernels.py --write
"""

import argparse
import importlib
import importlib.metadata
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

if not torch.cuda.is_available():
    os.environ.setdefault("TRITON_INTERPRET", "1")

from diffcheck import integers, tensor
from diffcheck.audit import audit
from diffcheck.errors import DiffcheckError
from diffcheck.reporting.cells import written

PAGE = Path(__file__).parents[1] / "docs" / "real_kernels.md"
functional = torch.nn.functional


@dataclass(frozen=True)
class Kernel:
    """An operation of a package.

    Attributes
    ----------
    load:
        Imports it, and gives a function of tensors.
    definition:
        The same in plain torch.
    takes:
        Its arguments, and what else an audit is told.
    """

    package: str
    name: str
    load: Callable[[], Callable[..., Any]]
    definition: Callable[..., Any]
    takes: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)


def found(path: str) -> Any:
    """The object of a dotted path, module and names parted by a colon."""
    module, _, names = path.partition(":")
    made = importlib.import_module(module)
    for name in names.split("."):
        made = getattr(made, name)
    return made


def thresholded(x: torch.Tensor) -> torch.Tensor:
    """Sparsemax: the nearest point of the simplex (Martins and Astudillo 2016, algorithm 1)."""
    ordered = x.sort(dim=-1, descending=True).values
    sums = ordered.cumsum(-1)
    places = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    size = (1 + places * ordered > sums).sum(-1, keepdim=True)
    return torch.clamp(x - (sums.gather(-1, size - 1) - 1) / size, min=0)


def entmax15(x: torch.Tensor) -> torch.Tensor:
    """The 1.5-entmax (Peters, Niculae and Martins 2019, algorithm 2)."""
    half = x / 2
    ordered = half.sort(dim=-1, descending=True).values
    places = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    mean = ordered.cumsum(-1) / places
    spread = places * ((ordered * ordered).cumsum(-1) / places - mean * mean)
    threshold = mean - torch.sqrt(torch.clamp((1 - spread) / places, min=0))
    size = (threshold <= ordered).sum(-1, keepdim=True)
    return torch.clamp(half - threshold.gather(-1, size - 1), min=0) ** 2


def layer_norm(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """A layer norm over the last axis."""
    return functional.layer_norm(x, weight.shape, weight, bias, 1e-5)


def rotated(q: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotary embedding with halves."""
    one, other = q.chunk(2, -1)
    return q * cos + torch.cat([-other, one], -1) * sin


ROWS = {"x": tensor("rows width", low=-8, high=8)}
# Triton's interpreter has no arithmetic of bfloat16.
SINGLE = {"dtypes": ("float32", *["bfloat16"] * torch.cuda.is_available(), "float16")}
KERNELS = (
    Kernel("entmax", "sparsemax", lambda: found("entmax:sparsemax"), thresholded, ROWS),
    Kernel("entmax", "entmax15", lambda: found("entmax:entmax15"), entmax15, ROWS),
    Kernel(
        *("entmax", "entmax_bisect, alpha 1.5"),
        lambda: lambda x: found("entmax:entmax_bisect")(x, 1.5, dim=-1, n_iter=60),
        entmax15,
        ROWS,
        {"dtypes": ("float64", "float32")},
    ),
    Kernel(
        *("entmax", "sparsemax_loss"),
        lambda: found("entmax:sparsemax_loss"),
        lambda x, target: _fenchel(x, thresholded(x), target),
        {**ROWS, "target": integers("rows", below="width")},
    ),
    Kernel("sparsemax", "sparsemax", lambda: found("sparsemax:Sparsemax")(dim=-1), thresholded, ROWS),
    Kernel(
        *("pytorch-revgrad", "gradient reversal"),
        lambda: lambda x: found("pytorch_revgrad.functional:revgrad")(x, torch.tensor(0.5)),
        lambda x: x * 1.0,
        ROWS,
        {"surrogate": lambda x: -0.5 * x},
    ),
    Kernel(
        *("liger-kernel", "softmax"),
        lambda: found("liger_kernel.ops.softmax:LigerSoftmaxFunction.apply"),
        lambda x: functional.softmax(x, -1),
        ROWS,
        SINGLE,
    ),
    Kernel(
        *("liger-kernel", "sparsemax"),
        lambda: lambda x: found("liger_kernel.ops.sparsemax:LigerSparsemaxFunction.apply")(x, -1),
        thresholded,
        ROWS,
        SINGLE,
    ),
    Kernel(
        *("liger-kernel", "layer_norm"),
        lambda: (
            lambda x, weight, bias: found("liger_kernel.ops.layer_norm:LigerLayerNormFunction.apply")(
                x, weight, bias, 1e-5
            )
        ),
        layer_norm,
        {"x": tensor("rows width"), "weight": tensor("width"), "bias": tensor("width")},
        SINGLE,
    ),
    Kernel(
        *("liger-kernel", "relu_squared"),
        lambda: found("liger_kernel.ops.relu_squared:LigerReLUSquaredFunction.apply"),
        lambda x: functional.relu(x) ** 2,
        ROWS,
        SINGLE,
    ),
    Kernel(
        *("liger-kernel", "swiglu"),
        lambda: found("liger_kernel.ops.swiglu:LigerSiLUMulFunction.apply"),
        lambda x, gate: functional.silu(x) * gate,
        {"x": tensor("rows width"), "gate": tensor("rows width")},
        SINGLE,
    ),
    Kernel(
        *("liger-kernel", "geglu"),
        lambda: found("liger_kernel.ops.geglu:LigerGELUMulFunction.apply"),
        lambda x, gate: functional.gelu(x, approximate="tanh") * gate,
        {"x": tensor("rows width"), "gate": tensor("rows width")},
        SINGLE,
    ),
    Kernel(
        *("liger-kernel", "rms_norm"),
        lambda: lambda x, weight: found("liger_kernel.ops.rms_norm:LigerRMSNormFunction.apply")(x, weight, 1e-6),
        lambda x, weight: x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * weight,
        {"x": tensor("rows width"), "weight": tensor("width")},
        SINGLE,
    ),
    Kernel(
        *("liger-kernel", "cross_entropy"),
        lambda: (
            lambda x, target: found("liger_kernel.ops.cross_entropy:LigerCrossEntropyFunction.apply")(x, target, None)[
                0
            ]
        ),
        lambda x, target: functional.cross_entropy(x, target, ignore_index=-100),
        {**ROWS, "target": integers("rows", below="width", ignored=-100)},
        SINGLE,
    ),
    Kernel(
        *("liger-kernel", "kl_div"),
        lambda: lambda x, p: found("liger_kernel.ops.kl_div:LigerKLDivLossFunction.apply")(x, p),
        lambda x, p: functional.kl_div(x, p, reduction="batchmean"),
        {"x": tensor("rows width", low=-9, high=-0.1), "p": tensor("rows width", low=0.01, high=0.9, grad=False)},
        SINGLE,
    ),
    Kernel(
        *("liger-kernel", "total variation"),
        lambda: lambda p, q: found("liger_kernel.ops.tvd:LigerTVDLossFunction.apply")(p, q),
        lambda p, q: 0.5 * (p - q).abs().sum() / p.shape[0],
        {"p": tensor("rows width", low=0.01, high=0.9), "q": tensor("rows width", low=0.01, high=0.9, grad=False)},
        SINGLE,
    ),
)


def _fenchel(x: torch.Tensor, p: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The Fenchel-Young loss of sparsemax, for each row."""
    at = x.gather(-1, target[:, None]).squeeze(-1)
    return (p * x).sum(-1) - at + (1 - (p * p).sum(-1)) / 2


def outcome(kernel: Kernel, budget: float) -> tuple[str, str]:
    """What an audit says in a line, and the whole of it."""
    try:
        operation = kernel.load()
    except ImportError as missing:
        return f"skipped: {missing}", ""
    try:
        result = audit(operation, kernel.definition, budget=budget, **{**kernel.takes, **kernel.options})
    except DiffcheckError as refused:
        return f"skipped: {' '.join(str(refused).split())[:160]}", ""
    first = result.told.splitlines()[0]
    return (f"**{first.partition('; plain')[0]}**" if result.fault else first), repr(result)


def main() -> None:
    """Print a line for each kernel; the page with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    parser.add_argument("--budget", type=float, default=30.0, help="seconds for each (default: 30)")
    parser.add_argument("--only", default="", help="part of a name")
    asked = parser.parse_args()
    lines, texts = [], []
    for kernel in KERNELS:
        if asked.only in f"{kernel.package} {kernel.name}":
            first, whole = outcome(kernel, asked.budget)
            print(f"{kernel.package} {kernel.name}: {first}", flush=True)
            lines.append((f"{kernel.package} {_version(kernel.package)}", kernel.name, first))
            texts += [f"### {kernel.package}: {kernel.name}\n\n```text\n{whole}\n```"] * bool(whole)
    if asked.write:
        where = "on a GPU" if torch.cuda.is_available() else "in Triton's interpreter on a processor"
        head = (
            "# Kernels of packages, as they install\n\n"
            f"Made by `python benchmarks/real_kernels.py --write` with torch {torch.__version__}; {asked.budget:g} s "
            f"each; kernels in Triton (liger-kernel) {where}.\n\n"
        )
        table = written(("package", "operation", "what an audit says"), lines)
        PAGE.write_text(head + table + "\n\n" + "\n\n".join(texts) + "\n", encoding="utf-8")


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    main()
