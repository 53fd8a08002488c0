"""Activation functions: with torch tensors the fused kernels run, so they are on trial."""

from diffcheck import case, interval, ops
from diffcheck.ops import exp, log


@case(x=interval(-40, 40), reference="Goodfellow, Bengio & Courville 2016, 3.10")
def sigmoid(x):
    """1 / (1 + e^-x)."""
    return ops.sigmoid(x)


@case(x=interval(-3, 3), reference="DLMF 4.28.4")
def tanh(x):
    """tanh x as an activation sees it."""
    return ops.tanh(x)


@case(x=interval(-30, 30), points=[{"x": 0.0}], reference="Goodfellow, Bengio & Courville 2016, 3.10")
def softplus_composed(x):
    """ln(1 + e^x), as written in a textbook."""
    return log(1 + exp(x))


@case(
    x=interval(-30, 30),
    points=[{"x": 0.0}],
    expect={"autograd": "disagree"},
    because="torch continues softplus by the identity beyond 20, in float64 too: the slope is 1 there, off by 2e-9",
    reference="Dugas et al. 2001",
)
def softplus(x):
    """ln(1 + e^x), fused."""
    return ops.softplus(x)


@case(x=interval(-5, 5), reference="Nair & Hinton 2010")
def relu(x):
    """max(x, 0)."""
    return ops.relu(x)


@case(x=interval(-5, 5), reference="Maas, Hannun & Ng 2013")
def leaky_relu(x):
    """x, or 0.01 x on the left."""
    return ops.leaky_relu(x)


@case(x=interval(-10, 10), reference="Clevert, Unterthiner & Hochreiter 2016")
def elu(x):
    """x, or e^x - 1 on the left."""
    return ops.elu(x)


@case(x=interval(-10, 10), reference="Barron 2017")
def celu(x):
    """x, or 2 (e^(x/2) - 1) on the left."""
    return ops.celu(x, 2.0)


@case(x=interval(-5, 5), reference="Hendrycks & Gimpel 2016")
def gelu(x):
    """x Phi(x)."""
    return ops.gelu(x)


@case(x=interval(-5, 5), reference="Hendrycks & Gimpel 2016")
def gelu_tanh(x):
    """x Phi(x), Phi approximated by a tanh."""
    return ops.gelu_tanh(x)


@case(x=interval(-20, 20), reference="Elfwing, Uchibe & Doya 2017")
def silu(x):
    """x sigmoid(x)."""
    return ops.silu(x)


@case(
    x=interval(-20, 20),
    expect={"symbolic": "lossy"},
    because="SymPy has no softplus: its ln(1 + e^x) cancels on the left, where the fused function keeps all digits",
    reference="Misra 2019",
)
def mish(x):
    """x tanh(softplus(x))."""
    return ops.mish(x)


@case(x=interval(-40, 40), reference="Goodfellow, Bengio & Courville 2016, 3.10")
def log_sigmoid(x):
    """ln sigmoid(x)."""
    return ops.log_sigmoid(x)


@case(x=interval(-5, 5, shape=3), reference="Bridle 1990")
def softmax(x):
    """e^x_i / sum of e^x_j."""
    return ops.softmax(x)


@case(x=interval(-5, 5, shape=(2, 3)), reference="Bridle 1990")
def log_softmax_of_rows(x):
    """x_ij - ln sum of e^x_ij, for the rows of a matrix."""
    return ops.log_softmax(x, -1)


@case(x=interval(-100, 100, shape=4), reference="Blanchard, Higham & Higham 2021")
def logsumexp(x):
    """ln sum of e^x_i."""
    return ops.logsumexp(x)


@case(x=interval(-2, 2, shape=3), operators=["gradient", "hessian"], reference="Boyd & Vandenberghe 2004, 3.1.5")
def logsumexp_small(x):
    """ln sum of e^x_i, whose Hessian is diag(p) - p p^T."""
    return ops.logsumexp(x)
