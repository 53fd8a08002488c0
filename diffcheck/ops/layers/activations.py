"""Activations under PyTorch's names: the torch side calls the fused function, which is what users run."""

from typing import Any

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import beside
from diffcheck.ops.composites import composite
from diffcheck.ops.exact import pi, rational
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.elementary import exp, sigmoid, tanh
from diffcheck.ops.functions.pieces import abs, clip, maximum
from diffcheck.ops.functions.relations import where
from diffcheck.ops.functions.special import erf, softplus

# Of the fixed point of selu: mean 0 and variance 1 are kept (Klambauer et al. 2017), in torch's digits.
_ALPHA, _SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


@composite(torch="torch.relu", aten="relu")
def relu(x: Any) -> Any:
    """The larger one of x and 0."""
    return maximum(x, 0)


@composite(torch="torch.nn.functional.relu6")
def relu6(x: Any) -> Any:
    """X, kept between 0 and 6."""
    return clip(x, 0, 6)


@composite(torch=lambda torch, x, negative_slope=0.01: torch.nn.functional.leaky_relu(x, negative_slope))
def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """X where positive, a slope times x elsewhere."""
    return where(x > 0, x, negative_slope * x)


def _prelu_of_torch(torch: Any, x: Any, slope: Any) -> Any:
    """Torch's own function, which takes no other slopes than one, or one for each channel."""
    slope = torch.as_tensor(slope, dtype=x.dtype, device=x.device)
    return torch.where(x > 0, x, slope * x) if slope.ndim > 1 else torch.nn.functional.prelu(x, slope.reshape(-1))


@composite(torch=_prelu_of_torch)
def prelu(x: Any, slope: Any) -> Any:
    """X where positive, slope x elsewhere; the slope is an input as well, of each channel, axis 1, if it is a row."""
    of_channels = beside(x, slope)
    if of_channels.size == 1:
        of_channels = of_channels.reshape(())
    if len(of_channels.shape) == 1 < len(x.shape):
        of_channels = of_channels.reshape((-1, *(1 for _ in x.shape[2:])))
    return where(x > 0, x, of_channels * x)


@composite(torch=lambda torch, x, threshold, value: torch.nn.functional.threshold(x, threshold, value))
def threshold(x: Any, threshold: float, value: float) -> Any:
    """X where it is above the threshold, the value elsewhere."""
    return where(x > threshold, x, value)


@composite(torch=lambda torch, x, alpha=1.0: torch.nn.functional.elu(x, alpha))
def elu(x: Any, alpha: float = 1.0) -> Any:
    """X where positive, alpha (e^x - 1) elsewhere."""
    return where(x > 0, x, alpha * (exp(x) - 1))


@composite(torch="torch.nn.functional.selu")
def selu(x: Any) -> Any:
    """Elu, scaled so that mean 0 and variance 1 go through layers unchanged."""
    return _SCALE * where(x > 0, x, _ALPHA * (exp(x) - 1))


@composite(torch=lambda torch, x, alpha=1.0: torch.nn.functional.celu(x, alpha))
def celu(x: Any, alpha: float = 1.0) -> Any:
    """X where positive, alpha (e^(x/alpha) - 1) elsewhere."""
    return where(x > 0, x, alpha * (exp(x / alpha) - 1))


@composite(torch="torch.nn.functional.gelu")
def gelu(x: Any, *, approximate: str = "none") -> Any:
    """X times the normal distribution function, by the error function; approximate="tanh" is `gelu_tanh`."""
    if approximate not in ("none", "tanh"):
        raise CaseError(f"gelu: unknown approximate {approximate!r}: choose from none, tanh")
    if approximate == "tanh":
        return gelu_tanh(x)
    return 0.5 * x * (1 + erf(x / sqrt(2)))


@composite(torch=lambda torch, x: torch.nn.functional.gelu(x, approximate="tanh"))
def gelu_tanh(x: Any) -> Any:
    """The tanh approximation of gelu."""
    return 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))


@composite(torch="torch.nn.functional.silu", aten="silu")
def silu(x: Any) -> Any:
    """X sigmoid(x)."""
    return x * sigmoid(x)


@composite(torch="torch.nn.functional.mish", aten="mish")
def mish(x: Any) -> Any:
    """X tanh(softplus(x))."""
    return x * tanh(softplus(x))


@composite(torch="torch.nn.functional.logsigmoid")
def log_sigmoid(x: Any) -> Any:
    """The logarithm of sigmoid."""
    return -softplus(-x)


@composite(torch="torch.nn.functional.softsign")
def softsign(x: Any) -> Any:
    """X / (1 + |x|)."""
    return x / (1 + abs(x))


@composite(torch="torch.nn.functional.tanhshrink")
def tanhshrink(x: Any) -> Any:
    """X - tanh(x)."""
    return x - tanh(x)


@composite(torch=lambda torch, x, lambd=0.5: torch.nn.functional.hardshrink(x, lambd))
def hardshrink(x: Any, lambd: float = 0.5) -> Any:
    """X, but zero within a limit on both sides of zero."""
    return where(abs(x) > lambd, x, 0)


@composite(torch=lambda torch, x, lambd=0.5: torch.nn.functional.softshrink(x, lambd))
def softshrink(x: Any, lambd: float = 0.5) -> Any:
    """X, moved towards zero by a limit, and zero within it."""
    return where(x > lambd, x - lambd, where(x < -lambd, x + lambd, 0))


@composite(torch=lambda torch, x, min_val=-1.0, max_val=1.0: torch.nn.functional.hardtanh(x, min_val, max_val))
def hardtanh(x: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    """X, kept between -1 and 1, or other ends."""
    return clip(x, min_val, max_val)


@composite(torch="torch.nn.functional.hardsigmoid")
def hardsigmoid(x: Any) -> Any:
    """X/6 + 1/2, kept between 0 and 1."""
    return clip(x + 3, 0, 6) * rational(1, 6)


@composite(torch="torch.nn.functional.hardswish")
def hardswish(x: Any) -> Any:
    """X hardsigmoid(x)."""
    return x * clip(x + 3, 0, 6) * rational(1, 6)


@composite(torch=lambda torch, x, axis=-1: torch.nn.functional.glu(x, dim=axis))
def glu(x: Any, axis: int = -1) -> Any:
    """The first half along an axis, times sigmoid of the second one."""
    rows = x.swapaxes(axis, -1)
    half = x.shape[axis] // 2
    return (rows[..., :half] * sigmoid(rows[..., half:])).swapaxes(axis, -1)
