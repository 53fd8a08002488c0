"""Activations and losses under PyTorch's names: the torch side calls the fused function, which is what users run."""

from typing import Any

from diffcheck.ops import along
from diffcheck.ops.basic import sqrt
from diffcheck.ops.elementary import exp, sigmoid, tanh
from diffcheck.ops.exact import pi
from diffcheck.ops.pieces import maximum, where
from diffcheck.ops.special import erf, softplus, xlogy
from diffcheck.ops.table import composite


@composite(torch=lambda torch, x, axis=-1: torch.logsumexp(x, dim=axis), numpy=lambda x, axis=-1: _lse(x, axis))
def logsumexp(x: Any, axis: int = -1) -> Any:
    """The logarithm of the sum of the exponentials along an axis."""
    return x.along(axis, along.logsumexp)


def _lse(x: Any, axis: int) -> Any:
    from scipy.special import logsumexp as function

    return function(x, axis=axis)


@composite(torch=lambda torch, x, axis=-1: torch.softmax(x, dim=axis), numpy=lambda x, axis=-1: _softmax(x, axis))
def softmax(x: Any, axis: int = -1) -> Any:
    """Exponentials along an axis, divided by their sum."""
    return x.along(axis, along.softmax)


def _softmax(x: Any, axis: int) -> Any:
    from scipy.special import softmax as function

    return function(x, axis=axis)


@composite(
    torch=lambda torch, x, axis=-1: torch.log_softmax(x, dim=axis), numpy=lambda x, axis=-1: _log_softmax(x, axis)
)
def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of softmax."""
    return x.along(axis, along.log_softmax)


def _log_softmax(x: Any, axis: int) -> Any:
    from scipy.special import log_softmax as function

    return function(x, axis=axis)


@composite(torch="torch.relu", aten="relu")
def relu(x: Any) -> Any:
    """The larger one of x and 0."""
    return maximum(x, 0)


@composite(torch=lambda torch, x, slope=0.01: torch.nn.functional.leaky_relu(x, slope))
def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """X where positive, slope x elsewhere."""
    return where(x > 0, x, slope * x)


@composite(torch=lambda torch, x, alpha=1.0: torch.nn.functional.elu(x, alpha))
def elu(x: Any, alpha: float = 1.0) -> Any:
    """X where positive, alpha (e^x - 1) elsewhere."""
    return where(x > 0, x, alpha * (exp(x) - 1))


@composite(torch=lambda torch, x, alpha=1.0: torch.nn.functional.celu(x, alpha))
def celu(x: Any, alpha: float = 1.0) -> Any:
    """X where positive, alpha (e^(x/alpha) - 1) elsewhere."""
    return where(x > 0, x, alpha * (exp(x / alpha) - 1))


@composite(torch="torch.nn.functional.gelu")
def gelu(x: Any) -> Any:
    """X times the normal distribution function, by the error function."""
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


@composite(
    torch=lambda torch, x, weight=None, bias=None, eps=1e-5: torch.nn.functional.layer_norm(
        x, x.shape[-1:], weight, bias, eps
    )
)
def layer_norm(x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """X along the last axis, less its mean, divided by the root of its variance and eps."""
    centred = x - _last_mean(x)
    normed = centred / sqrt(_last_mean(centred * centred) + eps)
    scaled = normed if weight is None else normed * weight
    return scaled if bias is None else scaled + bias


@composite(torch=lambda torch, x, weight=None, eps=1e-5: torch.nn.functional.rms_norm(x, x.shape[-1:], weight, eps))
def rms_norm(x: Any, weight: Any = None, eps: float = 1e-5) -> Any:
    """X along the last axis, divided by the root of the mean of its squares and eps."""
    normed = x / sqrt(_last_mean(x * x) + eps)
    return normed if weight is None else normed * weight


def _last_mean(x: Any) -> Any:
    """The mean along the last axis, which is kept."""
    return (x.sum(-1) / x.shape[-1]).reshape((*x.shape[:-1], 1))


@composite(torch="torch.nn.functional.mse_loss")
def mse_loss(prediction: Any, target: Any) -> Any:
    """The mean of the squared differences."""
    return ((prediction - target) ** 2).sum() / _size(prediction)


@composite(torch="torch.nn.functional.binary_cross_entropy")
def binary_cross_entropy(probability: Any, target: Any) -> Any:
    """The mean of -(y ln p + (1 - y) ln(1 - p))."""
    each = -(xlogy(target, probability) + xlogy(1 - target, 1 - probability))
    return each.sum() / _size(each)


@composite(torch="torch.nn.functional.binary_cross_entropy_with_logits")
def bce_with_logits(logits: Any, target: Any) -> Any:
    """Binary cross-entropy of sigmoid(logits), without its overflow."""
    each = softplus(logits) - target * logits
    return each.sum() / _size(each)


@composite(
    torch=lambda torch, logits, labels: torch.nn.functional.cross_entropy(logits, _labels(torch, logits, labels))
)
def cross_entropy(logits: Any, labels: Any) -> Any:
    """The mean of -ln softmax(logits) at the labels, whole numbers."""
    chosen = log_softmax(logits, -1)
    if logits.ndim == 1:
        return -chosen[int(labels)]
    return -chosen[range(logits.shape[0]), labels].sum() / logits.shape[0]


def _labels(torch: Any, logits: Any, labels: Any) -> Any:
    return torch.as_tensor(labels, dtype=torch.int64, device=logits.device)


def _size(x: Any) -> int:
    size: int = x.size
    return size
