"""What an audit of torch's own operations found wrong, each as a dozen lines of torch beside a truth from elsewhere.

The audit is `diffcheck audit torch.nn.functional` and its like; what is here was looked at by hand. ``--write`` puts
the page into ``docs/torch_findings.md``.
"""

import contextlib
import io
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from measure import cells, headed

_PAGE = Path(__file__).parents[1] / "docs" / "torch_findings.md"


@dataclass(frozen=True)
class Finding:
    """Something that torch gets wrong.

    Attributes
    ----------
    condition:
        When it does.
    lines:
        Torch code that prints what torch gives.
    truth:
        Python that prints what is right, by nothing that is on trial.
    remark:
        Why, and where else it is known.
    varies:
        Whether what torch gives differs from call to call.
    """

    title: str
    condition: str
    lines: str
    truth: str
    remark: str
    varies: bool = False


FINDINGS = (
    Finding(
        "conv2d in bfloat16 mixes up its channels",
        "in bfloat16 on a processor with AMX, an even number of channels up to 14, kernel width times channels a "
        "multiple of 32 from 64 on: a patch embedding of 16 by 16 for four channels, for one",
        """
import torch

x = (torch.arange(80) % 7 - 3).bfloat16().reshape(1, 4, 1, 20)
w = (torch.arange(64) % 4).bfloat16().reshape(1, 4, 1, 16)
print(torch.nn.functional.conv2d(x, w).flatten().tolist())
""",
        """
x, w = [k % 7 - 3 for k in range(80)], [k % 4 for k in range(64)]
print([float(sum(x[20 * c + j + k] * w[16 * c + k] for c in range(4) for k in range(16))) for j in range(5)])
""",
        "The result itself; the gradient of `conv_transpose2d` by its input is this convolution, and is how it was "
        "found. oneDNN's kernel; with `torch.backends.mkldnn.flags(enabled=False)` it is right. pytorch#163347 and "
        "pytorch#169688 tell of other sizes.",
    ),
    Finding(
        "fft2 of a transposed tensor writes beyond its memory",
        "with MKL (seen on a processor with AVX-512): several matrices of more than 128 rows, which lie densest in "
        "memory along the axis that counts them",
        '''
import subprocess
import sys

code = """
import torch
x = torch.ones(2, 256, 2, dtype=torch.float64).permute(2, 1, 0)
for _ in range(100):
    y = torch.fft.fft2(x)
print(y[0, 0, 0].real.item())
"""
done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
print((done.stdout + done.stderr).strip())
''',
        """
print(float(256 * 2))
""",
        "The process ends, now or at some later allocation; `contiguous()` helps. pytorch#125664 tells of `irfftn`. "
        "Found where the audit of a kernel with a Fourier transform did not come back.",
    ),
    Finding(
        "rrelu under checkpointing returns memory that nobody has filled",
        "`training=True` under `torch.utils.checkpoint` (`use_reentrant=False`)",
        """
import torch
from torch.utils.checkpoint import checkpoint

x = -torch.ones(3, dtype=torch.float64, requires_grad=True)
y = checkpoint(lambda x: torch.nn.functional.rrelu(x, 0.5, 0.6, training=True), x, use_reentrant=False)
torch.empty(3, dtype=torch.float64).fill_(7.0)
print(torch.autograd.grad(y.sum(), x)[0].tolist())
""",
        "print('three numbers between 0.5 and 0.6')",
        "The slopes that were drawn are saved for the backward pass before they are drawn, and the second run stops "
        "there. pytorch#193671.",
        varies=True,
    ),
    Finding(
        "cosine_similarity differentiates a norm that it has replaced",
        "a vector is shorter than `eps`",
        """
import torch

x = torch.tensor([0.3, 0.1], dtype=torch.float64, requires_grad=True)
y = torch.tensor([0.2, 0.2], dtype=torch.float64)
z = torch.nn.functional.cosine_similarity(x, y, dim=0, eps=0.5)
print(torch.autograd.grad(z, x)[0].tolist())
""",
        "print([0.2 / (0.5 * 0.5), 0.2 / (0.5 * 0.5)])  # <x, y> / (eps eps)",
        "The norms are clamped where no gradient is recorded, which pytorch#29513 meant: the value is that of "
        "`x y / eps^2`, the gradient that of nothing.",
    ),
    Finding(
        "select_scatter under vmap has a gradient that is too large",
        "it is called under `torch.func.vmap` and differentiated from outside: times the length of the axis",
        """
import torch

x = torch.zeros(2, 3)
s = torch.ones(4, 2, requires_grad=True)
y = torch.func.vmap(lambda s: torch.select_scatter(x, s, 1, 0))(s)
print(torch.autograd.grad(y.sum(), s)[0].tolist())
""",
        "print([[1.0, 1.0]] * 4)  # each number is in the result once",
        "The rule for `vmap` adds up the gradient of an expanded copy; `torch.func.grad` inside `vmap` is right.",
    ),
    Finding(
        "kron does not notice that an input was overwritten",
        "an input is changed in place between forward and backward",
        """
import torch

a = torch.tensor([2.0, 3.0], requires_grad=True)
b = torch.tensor([5.0, 7.0])
y = torch.kron(a, b)
b.zero_()
print(torch.autograd.grad(y.sum(), a)[0].tolist())
""",
        "print([5.0 + 7.0, 5.0 + 7.0])",
        "Any product with `*` raises there, as torch promises: what `kron` saves has lost the count of versions.",
    ),
    Finding(
        "a second backward pass through sgn raises",
        "`.grad` is added to after a backward pass that gave zeros",
        """
import torch

x = torch.ones(2, requires_grad=True)
try:
    for _ in range(2):
        torch.sgn(x).sum().backward()
    print(x.grad.tolist())
except RuntimeError as raised:
    print(str(raised).partition(".")[0])
""",
        "print([0.0, 0.0])",
        "`.grad` is a tensor without memory then, to which nothing can be added.",
    ),
    Finding(
        "hypot has a gradient of NaN at the origin",
        "both numbers zero",
        """
import torch

x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
print(torch.autograd.grad(torch.hypot(x, torch.zeros(1, dtype=torch.float64)), x)[0].item())
""",
        "print('any number from -1 to 1')",
        "`norm` of the same two numbers has a gradient of 0.",
    ),
    Finding(
        "soft_margin_loss is infinite, its gradient NaN",
        "`-x target` above 11.1 in float16, 88.8 in float32, 709.8 in float64",
        """
import torch

x = torch.tensor([-12.0], dtype=torch.float16, requires_grad=True)
y = torch.nn.functional.soft_margin_loss(x, torch.ones(1, dtype=torch.float16))
print(y.item(), torch.autograd.grad(y, x)[0].item())
""",
        "import mpmath; print(float(mpmath.log(1 + mpmath.exp(12))), float(-1 / (1 + mpmath.exp(-12))))",
        "`log(1 + exp(x))` as it is written, and `exp / (1 + exp)` for its slope; `softplus` beside it does well.",
    ),
    Finding(
        "poisson_nll_loss by its target is NaN",
        "`full=True` and a target of zero that requires a gradient",
        """
import torch

t = torch.zeros(1, dtype=torch.float64, requires_grad=True)
x = torch.full((1,), 0.5, dtype=torch.float64)
y = torch.nn.functional.poisson_nll_loss(x, t, log_input=True, full=True)
print(torch.autograd.grad(y, t)[0].item())
""",
        "print(-0.5)  # of exp(x) - t x: the other terms are left out up to a target of 1",
        "Stirling's terms are computed at zero and masked afterwards: the gradient of what is masked is 0 times "
        "infinity.",
    ),
    Finding(
        "xlogy and xlog1py are NaN by what the logarithm is of",
        "both numbers zero (`xlogy`), or 0 and -1 (`xlog1py`)",
        """
import torch

y = torch.zeros(1, dtype=torch.float64, requires_grad=True)
print(torch.autograd.grad(torch.xlogy(torch.zeros(1, dtype=torch.float64), y), y)[0].item())
y = torch.full((1,), -1.0, dtype=torch.float64, requires_grad=True)
print(torch.autograd.grad(torch.special.xlog1py(torch.zeros(1, dtype=torch.float64), y), y)[0].item())
""",
        "print(0.0); print(0.0)  # the function is zero wherever the factor is",
        "The value knows that 0 log(y) is 0; the slope is `x / y`.",
    ),
    Finding(
        "i0 and i1 overflow early, and i1 has a gradient of NaN",
        "from 88.8 on in float32 (they are in range to 91.9), from 709.8 on in float64 (to 713.9)",
        """
import torch

x = torch.tensor([90.0], requires_grad=True)
for function in (torch.special.i0, torch.special.i1):
    y = function(x)
    print(y.item(), torch.autograd.grad(y, x)[0].item())
""",
        """
import mpmath
i0, i1 = mpmath.besseli(0, 90), mpmath.besseli(1, 90)
print(f"{float(i0):.7g} {float(i1):.7g}"); print(f"{float(i1):.7g} {float(i0 - i1 / 90):.7g}")
""",
        "They are computed as `exp(x)` times `i0e(x)`.",
    ),
    Finding(
        "cosine_embedding_loss is NaN",
        "a vector of zeros in float16",
        """
import torch

a = torch.zeros(1, 2, dtype=torch.float16, requires_grad=True)
b = torch.ones(1, 2, dtype=torch.float16)
y = torch.nn.functional.cosine_embedding_loss(a, b, torch.ones(1))
print(y.item(), torch.autograd.grad(y, a)[0].tolist())
""",
        "e = 1e-12; s = -1 / ((0 + e) * (2 + e)) ** 0.5; print(1.0, [s, s])  # beyond float16: minus infinity",
        "It guards with an epsilon of 1e-12, which float16 does not hold.",
    ),
    Finding(
        "bilinear adds its terms up in bfloat16",
        "in bfloat16, many output features",
        """
import torch

x = torch.ones(1, dtype=torch.bfloat16, requires_grad=True)
y = torch.nn.functional.bilinear(x, torch.ones(1).bfloat16(), torch.ones(1024, 1, 1).bfloat16())
print(torch.autograd.grad(y.sum(), x)[0].item())
""",
        "print(1024.0)",
        "As the sums in `docs/torch_sums.md`; `linear` of the same size keeps them.",
    ),
    Finding(
        "digamma has a gradient of nine or ten digits",
        "in float64, everywhere",
        """
import torch

x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
print(torch.autograd.grad(torch.digamma(x), x)[0].item())
""",
        "import mpmath; print(float(mpmath.pi**2 / 6 - 1))",
        "`polygamma(1, x)` is summed to six terms in every format; `polygamma(2, x)` has all digits.",
    ),
    Finding(
        "hardsigmoid has a gradient of eight digits",
        "in float64, between -3 and 3",
        """
import torch

x = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
print(torch.autograd.grad(torch.nn.functional.hardsigmoid(x), x)[0].item())
""",
        "print(1 / 6)",
        "The kernel multiplies by 1/6 in single precision.",
    ),
    Finding(
        "max_unpool gives one gradient to two elements",
        "two elements are written to one place, as the places of overlapping windows are",
        """
import torch

torch.set_num_threads(1)
x = torch.tensor([[[5.0, 7.0]]], dtype=torch.float64, requires_grad=True)
y = torch.nn.functional.max_unpool1d(x, torch.zeros(1, 1, 2, dtype=torch.long), 2)
print(y[0, 0].tolist(), torch.autograd.grad(y.sum(), x)[0].tolist())
""",
        "print([7.0, 0.0, 0.0, 0.0], [0.0, 1.0])  # the value of the last, which alone moves it",
        "The documentation says that which of them is written is not determined; whichever it is, the other one has no "
        "part in the result.",
    ),
    Finding(
        "a second backward pass changes the gradient that came into the first",
        "a leaf's gradient is a view of what comes in (`view`, `reshape`, `t`, `linalg.det` of one number), and "
        "`.grad` is added to",
        """
import torch

x = torch.ones(1, 2, requires_grad=True)
g = torch.ones(2)
for _ in range(2):
    x.view(2).backward(g)
print(g.tolist())
""",
        "print([1.0, 1.0])",
        "`.grad` becomes the view itself and is added to in place. pytorch#34082.",
    ),
    Finding(
        "the backward pass of view_as_real raises",
        "the incoming gradient begins at an odd place of its memory",
        """
import torch

z = torch.ones(2, dtype=torch.complex128, requires_grad=True)
g = torch.ones(5, dtype=torch.float64)[1:].reshape(2, 2)
try:
    print(torch.autograd.grad(torch.view_as_real(z), z, g)[0].tolist())
except RuntimeError as raised:
    print(raised)
""",
        "print([1 + 1j, 1 + 1j])",
        "It is a view, and this gradient is none of complex numbers; a copy would do.",
    ),
)


def printed(lines: str) -> str:
    """What lines of Python print, in one line."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(lines, {})
    return "; ".join(told.getvalue().strip().splitlines())


def page() -> Iterator[str]:
    """The lines of the page."""
    yield "# What torch gets wrong"
    yield ""
    yield "Found by `diffcheck audit torch.nn.functional` (and `torch.special`, `torch.linalg`, `torch`) with torch"
    yield f"{_version()} on a CPU, looked at by hand, and told here without diffcheck: what torch prints, and what is"
    yield "right by mpmath or by hand (`python benchmarks/torch_findings.py --write`)."
    yield ""
    yield from headed(("what", "when", "torch", "truth"))
    told = [(f, "differs from call to call" if f.varies else printed(f.lines), printed(f.truth)) for f in FINDINGS]
    for finding, gave, right in told:
        yield cells(finding.title, finding.condition, gave, right)
    for finding, gave, right in told:
        yield ""
        yield f"## {finding.title}"
        yield ""
        yield f"When: {finding.condition}. {finding.remark}"
        yield ""
        yield "```python"
        yield finding.lines.strip()
        yield "```"
        yield ""
        yield f"Torch: `{gave}`. Truth: `{right}`."
    yield ""
    yield from _CONVENTIONS.strip().splitlines()


_CONVENTIONS = """
## What is not held against it

* Where several numbers tie, a maximum takes one of them, in each window anew, and so do `kthvalue` and `quantile`;
  where a kink lies closer than the format tells, torch takes either side. `hardshrink` and `softshrink` with `lambd=0`
  have a gradient of 0 at 0: the functions are smooth there, and nobody calls them so.
* `scatter` and its like with one place named twice: the documentation says that the result is not determined.
* Singular matrices (`qr`, `lu_solve`, `slogdet`, `svd_lowrank`): there is no derivative.
* `unsafe_split` and `unsafe_chunk` share memory, as their names say.
* `as_strided` is a function of memory, and has another gradient for other strides of its input.
* What a formula loses in a format is told as `no digit left` and fails nothing: the slopes of `tanh`, `sigmoid` and
  `softmax` where these are saturated, `atan2` and `vector_norm` whose squares and powers leave float16.
"""


def _version() -> str:
    return torch.__version__.partition("+")[0]


if __name__ == "__main__":
    found = "\n".join(page()) + "\n"
    print(found)
    if "--write" in sys.argv[1:]:
        _PAGE.write_text(found, encoding="utf-8")
