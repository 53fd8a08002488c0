"""PyTorch 2.13.0 on trial, and right: the neighbours of `known_defects.py`.

The same functions at other points or with other parameters, and siblings with better formulas: float64, CPU, reverse
mode. Every case must come out as `agree`; a comparison that accuses one of them is too strict.
"""

from diffcheck import case, interval
from diffcheck.ops import (
    abs,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    clip,
    cos,
    cosh,
    digamma,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    floor,
    hypot,
    lgamma,
    log,
    log1p,
    log2,
    log10,
    log_ndtr,
    logsumexp,
    maximum,
    mean,
    norm,
    pi,
    polygamma,
    prod,
    rational,
    sigmoid,
    sin,
    sinh,
    softplus,
    sqrt,
    stack,
    sum,
    tan,
    tanh,
    where,
    xlogy,
)
from diffcheck.ops.table import resolve

ANY = interval(-1e308, 1e308)
UNIT = interval(0, 1)
PAIR = interval(-1e308, 1e308, shape=2)
TRIPLE = interval(-1e308, 1e308, shape=3)
SQUARE = interval(-1e308, 1e308, shape=(2, 2))


def call(path, *extra, **options):
    """The function with this dotted path, some of its arguments given; its module is imported when it is called."""
    return lambda *x: resolve(path)(*x, *extra, **options)


def like(x, value):
    """A tensor like ``x`` that holds ``value``."""
    return resolve("torch.full_like")(x, value)


def against(path, value, **options):
    """The function with this dotted path, of a tensor and of one like it that holds ``value``."""
    return lambda x: resolve(path)(x, like(x, value), **options)


def symmetric(s):
    """The symmetric matrix of three numbers."""
    return s[[0, 1, 1, 2]].reshape(2, 2)


# Saturation tails that keep their digits: the other side, or a sibling with a better formula.


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": -300.0}, {"x": 1.0}, {"x": -1e-10}],
    samples=0,
    implementations={"autograd": "torch.sigmoid"},
    tags=("torch",),
)
def sigmoid_left_tail(x):
    """1 / (1 + e^-x), far left."""
    return sigmoid(x)


@case(
    x=ANY,
    points=[{"x": 1e-10}, {"x": -1e-300}, {"x": 5.0}, {"x": -1.0}],
    samples=0,
    implementations={"autograd": "torch.expm1"},
    tags=("torch",),
)
def expm1_near_zero(x):
    """e^x - 1, near 0."""
    return expm1(x)


@case(
    x=ANY,
    points=[{"x": 1e-10}, {"x": 0.5}, {"x": 1.0}],
    samples=0,
    implementations={"autograd": "torch.tanh"},
    tags=("torch",),
)
def tanh_near_zero(x):
    """tanh x, near 0."""
    return tanh(x)


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": -700.0}, {"x": -1.0}, {"x": 2.0}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.elu"},
    tags=("torch",),
)
def elu_out_of_place(x):
    """ELU, far left."""
    return where(x > 0, x, expm1(x))


@case(
    x=ANY,
    alpha=0.3,
    points=[{"x": -1.0}, {"x": -20.0}, {"x": 2.0}],
    samples=0,
    implementations={"autograd": lambda x, alpha: resolve("torch.nn.functional.elu")(x, float(alpha))},
    tags=("torch",),
)
def elu_with_alpha(x, alpha):
    """ELU with an alpha that is no float32."""
    return where(x > 0, x, alpha * expm1(x))


@case(
    x=ANY,
    scale=1.0507009873554805,
    alpha=1.6732632423543772,
    points=[{"x": -40.0}, {"x": -1.0}, {"x": 2.0}],
    samples=0,
    implementations={"autograd": lambda x, scale, alpha: resolve("torch.nn.functional.selu")(x)},
    tags=("torch",),
)
def selu_out_of_place(x, scale, alpha):
    """SELU, far left."""
    return where(x > 0, scale * x, scale * alpha * expm1(x))


@case(
    x=ANY,
    alpha=0.5,
    points=[{"x": -1.0}, {"x": -20.0}, {"x": -300.0}],
    samples=0,
    implementations={"autograd": lambda x, alpha: resolve("torch.nn.functional.celu")(x, float(alpha))},
    tags=("torch",),
)
def celu_of_a_half(x, alpha):
    """CELU with an alpha that is a float32."""
    return where(x > 0, x, alpha * expm1(x / alpha))


@case(
    x=PAIR,
    points=[{"x": [2.0, -40.0]}, {"x": [1.0, 1.0]}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.nn.functional.glu")(x, 0)[0]},
    tags=("torch",),
)
def glu_closed_gate(x):
    """A gated linear unit whose gate is closed."""
    return x[0] * sigmoid(x[1])


@case(
    x=ANY,
    points=[{"x": 19.0}, {"x": -30.0}, {"x": -700.0}, {"x": 40.0}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.softplus"},
    tags=("torch",),
)
def softplus_below_threshold(x):
    """ln(1 + e^x), below PyTorch's threshold, and far above."""
    return softplus(x)


@case(
    x=ANY,
    points=[{"x": 1.9}, {"x": -3.0}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.softplus", 10.0)},
    tags=("torch",),
)
def softplus_with_beta(x):
    """ln(1 + e^(10 x)) / 10."""
    return softplus(10 * x) / 10


@case(
    x=ANY,
    points=[{"x": 40.0}, {"x": -40.0}, {"x": -800.0}, {"x": 700.0}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.logsigmoid"},
    expect={"symbolic": "nonfinite"},
    because="SymPy's e^800 / (1 + e^800) is inf/inf",
    tags=("torch",),
)
def log_sigmoid_tails(x):
    """ln sigmoid(x), on both sides."""
    return -softplus(-x)


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": -700.0}, {"x": 0.0}],
    samples=0,
    implementations={"autograd": against("torch.nn.functional.binary_cross_entropy_with_logits", 1)},
    tags=("torch",),
)
def bce_with_logits_wrong(x):
    """Binary cross-entropy of a wrong logit."""
    return softplus(-x)


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": 40.0}, {"x": 20.0}],
    samples=0,
    implementations={"autograd": against("torch.nn.functional.binary_cross_entropy_with_logits", 0)},
    tags=("torch",),
)
def bce_with_logits_negative(x):
    """Binary cross-entropy of a correct logit of the class 0."""
    return softplus(x)


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": 40.0}, {"x": 0.0}, {"x": 700.0}],
    samples=0,
    implementations={"autograd": against("torch.nn.functional.soft_margin_loss", 1)},
    tags=("torch",),
)
def soft_margin_tails(x):
    """ln(1 + e^-x), short of overflow."""
    return softplus(-x)


@case(
    x=PAIR,
    points=[{"x": [40.0, -40.0]}, {"x": [-800.0, 800.0]}],
    samples=0,
    implementations={
        "autograd": lambda x: resolve("torch.nn.functional.multilabel_soft_margin_loss")(
            x[None], 2 - like(x, 1).cumsum(0)[None]
        )
    },
    expect={"symbolic": "nonfinite"},
    because="SymPy's e^800 / (1 + e^800) is inf/inf",
    tags=("torch",),
)
def multilabel_soft_margin_tails(x):
    """Two logistic losses: the sibling that does not overflow."""
    return (softplus(-x[0]) + softplus(x[1])) / 2


@case(
    x=PAIR,
    points=[{"x": [0.0, 40.0]}, {"x": [1.0, 2.0]}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.nn.functional.cross_entropy")(x, like(x[0], 0).long())},
    tags=("torch",),
)
def cross_entropy_wrong(x):
    """Cross-entropy of a wrong prediction."""
    return softplus(x[1] - x[0])


@case(
    x=PAIR,
    points=[{"x": [40.0, 0.0]}, {"x": [0.0, 40.0]}, {"x": [1.0, 2.0]}],
    samples=0,
    implementations={
        "autograd": lambda x: resolve("torch.nn.functional.cross_entropy")(x, like(x[0], 0).long(), label_smoothing=0.1)
    },
    tags=("torch",),
)
def cross_entropy_smoothed(x):
    """Cross-entropy with label smoothing."""
    return 0.95 * softplus(x[1] - x[0]) + 0.05 * softplus(x[0] - x[1])


@case(
    x=PAIR,
    points=[{"x": [1.0, 2.0]}, {"x": [1000001.0, 1000000.0]}],
    samples=0,
    implementations={"autograd": call("torch.softmax", 0)},
    tags=("torch",),
)
def softmax_of_neighbours(x):
    """Softmax of large logits close to each other."""
    return stack([sigmoid(x[0] - x[1]), sigmoid(x[1] - x[0])])


@case(
    x=PAIR,
    points=[{"x": [1.0, 2.0]}, {"x": [1000001.0, 1000000.0]}],
    samples=0,
    implementations={"autograd": call("torch.log_softmax", 0)},
    tags=("torch",),
)
def log_softmax_of_neighbours(x):
    """Log-softmax of large logits close to each other."""
    return stack([-softplus(x[1] - x[0]), -softplus(x[0] - x[1])])


@case(
    x=PAIR,
    points=[{"x": [40.0, 0.0]}, {"x": [10000.0, 10000.0]}, {"x": [-10000.0, -9997.0]}, {"x": [-800.0, 0.0]}],
    samples=0,
    implementations={"autograd": call("torch.logsumexp", 0)},
    expect={"symbolic": "nonfinite"},
    because="SymPy's e^10000 is infinite",
    tags=("torch",),
)
def logsumexp_far_apart(x):
    """ln(e^x + e^y), far apart and far out."""
    return logsumexp(x)


@case(
    x=ANY,
    y=ANY,
    points=[
        {"x": 40.0, "y": 0.0},
        {"x": 0.0, "y": 700.0},
        {"x": 10000.0, "y": 10000.0},
        {"x": -100000.0, "y": -100000.0},
    ],
    samples=0,
    implementations={"autograd": "torch.logaddexp"},
    tags=("torch",),
)
def logaddexp_far_apart(x, y):
    """ln(e^x + e^y) of two arguments."""
    return x + softplus(y - x)


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 40.0, "y": 0.0}, {"x": 1.0, "y": 3.0}, {"x": 0.0, "y": 1000.0}],
    samples=0,
    implementations={"autograd": "torch.logaddexp2"},
    tags=("torch",),
)
def logaddexp2_far_apart(x, y):
    """log2(2^x + 2^y)."""
    return x + log2(1 + exp2(y - x))


@case(
    x=PAIR,
    points=[{"x": [40.0, 0.0]}, {"x": [0.0, 40.0]}, {"x": [10000.0, 10000.0]}],
    samples=0,
    implementations={"autograd": call("torch.logcumsumexp", 0)},
    tags=("torch",),
)
def logcumsumexp_far_apart(x):
    """Cumulative logsumexp."""
    return stack([x[0], x[0] + softplus(x[1] - x[0])])


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": -300.0}, {"x": 40.0}, {"x": 1e200}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.silu"},
    tags=("torch",),
)
def silu_tails(x):
    """x sigmoid(x), on both sides."""
    return x * sigmoid(x)


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": -300.0}, {"x": 40.0}, {"x": 300.0}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.mish"},
    expect={"symbolic": "lossy"},
    because="SymPy's ln(1 + e^x) loses e^x in the sum",
    tags=("torch",),
)
def mish_tails(x):
    """x tanh(softplus(x)), on both sides."""
    return x * tanh(softplus(x))


@case(
    x=ANY,
    points=[{"x": 3.0}, {"x": 1.0}, {"x": -1.0}, {"x": 1e200}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.gelu"},
    tags=("torch",),
)
def gelu_ordinary(x):
    """x Phi(x), where 1 + erf does not cancel."""
    return x * erfc(-x / sqrt(2)) / 2


@case(
    x=ANY,
    points=[{"x": 5.0}, {"x": 2.0}, {"x": -1.0}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.gelu", approximate="tanh")},
    tags=("torch",),
)
def gelu_tanh_ordinary(x):
    """The tanh approximation of gelu, where 1 + tanh does not cancel."""
    return x * sigmoid(2 * sqrt(2 / pi) * (x + 0.044715 * x**3))


@case(
    x=ANY,
    points=[{"x": 2.0}, {"x": 20.0}, {"x": 0.5}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.tanhshrink"},
    tags=("torch",),
)
def tanhshrink_ordinary(x):
    """x - tanh x."""
    return x - tanh(x)


@case(
    x=ANY,
    points=[{"x": 1.0}, {"x": 1e-10}, {"x": -3.0}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.softsign"},
    tags=("torch",),
)
def softsign_ordinary(x):
    """x / (1 + |x|)."""
    return x / (1 + abs(x))


# Special functions.


@case(
    x=ANY,
    points=[{"x": 26.0}, {"x": 5.0}, {"x": 1e-10}, {"x": 0.0}],
    samples=0,
    implementations={"autograd": "torch.erf"},
    tags=("torch",),
)
def erf_tail(x):
    """erf x, far out."""
    return erf(x)


@case(
    x=ANY,
    points=[{"x": 26.0}, {"x": 5.0}, {"x": -5.0}, {"x": 1e-10}],
    samples=0,
    implementations={"autograd": "torch.erfc"},
    tags=("torch",),
)
def erfc_tail(x):
    """erfc x, far out."""
    return erfc(x)


@case(
    x=ANY,
    points=[{"x": 1.0}, {"x": -5.0}, {"x": 0.0}],
    samples=0,
    implementations={"autograd": "torch.special.erfcx"},
    tags=("torch",),
)
def erfcx_ordinary(x):
    """e^(x^2) erfc(x)."""
    return exp(x * x) * erfc(x)


@case(
    x=ANY,
    points=[{"x": -30.0}, {"x": -37.0}, {"x": 5.0}, {"x": 38.0}],
    samples=0,
    implementations={"autograd": "torch.special.ndtr"},
    tags=("torch",),
)
def ndtr_tail(x):
    """Phi(x), far out."""
    return erfc(-x / sqrt(2)) / 2


@case(
    x=ANY,
    points=[{"x": -5.0}, {"x": -1.0}, {"x": 5.0}, {"x": 30.0}],
    samples=0,
    implementations={"autograd": "torch.special.log_ndtr"},
    expect={"symbolic": "lossy"},
    because="SymPy rewrites erfc(-z) as 2 - erfc(z), which cancels",
    tags=("torch",),
)
def log_ndtr_tail(x):
    """ln Phi(x), on both sides."""
    return log_ndtr(x)


@case(
    x=ANY,
    points=[
        {"x": 3.0},
        {"x": 1e-300},
        {"x": -1e-10},
        {"x": -0.5},
        {"x": -20.3},
        {"x": -3.0000001},
        {"x": -1000.5},
        {"x": 1e200},
    ],
    samples=0,
    implementations={"autograd": "torch.lgamma"},
    tags=("torch",),
)
def log_gamma_everywhere(x):
    """ln |Gamma(x)|, near poles, far out, and negative."""
    return lgamma(x)


@case(
    x=ANY,
    points=[{"x": 50.0}, {"x": 1000.0}, {"x": 10000000000.0}, {"x": 0.001}, {"x": 1e-08}],
    samples=0,
    implementations={"autograd": "torch.digamma"},
    tags=("torch",),
)
def digamma_where_asymptotic(x):
    """digamma, where its derivative's short series is enough."""
    return digamma(x)


@case(
    x=ANY,
    points=[{"x": 3.0}, {"x": 0.5}, {"x": -0.5}, {"x": -10.3}, {"x": 100.0}, {"x": 1e-08}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.polygamma")(1, x)},
    tags=("torch",),
)
def trigamma_everywhere(x):
    """The first derivative of digamma: its own derivative is a zeta function."""
    return polygamma(1, x)


@case(
    x=ANY,
    points=[{"x": 3.0}, {"x": 0.5}, {"x": 1000.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.polygamma")(30, x)},
    tags=("torch",),
)
def polygamma_of_order_30(x):
    """The 30th derivative of digamma."""
    return polygamma(30, x)


@case(
    x=ANY,
    points=[{"x": 3.0}, {"x": 0.5}, {"x": 100.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.special.zeta")(like(x, 2), x)},
    tags=("torch",),
)
def zeta_of_two(x):
    """The Hurwitz zeta function of 2."""
    return polygamma(1, x)


@case(
    x=ANY,
    points=[{"x": 3.0}, {"x": 0.6}, {"x": 100.0}],
    samples=0,
    implementations={"autograd": call("torch.mvlgamma", 2)},
    tags=("torch",),
)
def multigammaln_slope(x):
    """The logarithm of the multivariate gamma function, in two dimensions."""
    return lgamma(x) + lgamma(x - 0.5) + log(pi) / 2


@case(
    x=ANY,
    points=[{"x": 1e-10}, {"x": 5.0}, {"x": 100.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.special.gammainc")(like(x, 1), x)},
    tags=("torch",),
)
def gammainc_of_one(x):
    """P(1, x) = 1 - e^-x."""
    return -expm1(-x)


@case(
    x=ANY,
    points=[{"x": 1e-10}, {"x": 5.0}, {"x": 100.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.special.gammainc")(like(x, 0.5), x)},
    tags=("torch",),
)
def gammainc_of_a_half(x):
    """P(1/2, x) = erf(sqrt x)."""
    return erf(sqrt(x))


@case(
    x=ANY,
    points=[{"x": 0.5}, {"x": 5.0}, {"x": 100.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.special.gammaincc")(like(x, 2), x)},
    tags=("torch",),
)
def gammaincc_of_two(x):
    """Q(2, x) = (1 + x) e^-x."""
    return (1 + x) * exp(-x)


@case(
    x=ANY,
    points=[{"x": 1e-300}, {"x": 1e300}, {"x": 0.5}],
    samples=0,
    implementations={"autograd": "torch.special.entr"},
    tags=("torch",),
)
def entropy_ends(x):
    """-x ln x, tiny and huge."""
    return -x * log(x)


@case(
    x=ANY,
    points=[{"x": 1e-300}, {"x": 0.3}, {"x": 0.5}],
    samples=0,
    implementations={"autograd": "torch.logit"},
    tags=("torch",),
)
def logit_ends(x):
    """ln(x / (1 - x)), tiny and in the middle."""
    return log(x) - log1p(-x)


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 0.0, "y": 2.0}, {"x": 1.0, "y": 1e-300}, {"x": 2.0, "y": 1.000001}],
    samples=0,
    implementations={"autograd": "torch.xlogy"},
    tags=("torch",),
)
def xlogy_at_zero(x, y):
    """x ln y, at x = 0 as well."""
    return xlogy(x, y)


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 0.0, "y": 2.0}, {"x": 2.0, "y": 1e-20}, {"x": 1.0, "y": -0.9999}, {"x": 0.0, "y": 0.0}],
    samples=0,
    implementations={"autograd": "torch.special.xlog1py"},
    tags=("torch",),
)
def xlog1py_at_zero(x, y):
    """x ln(1 + y), at x = 0 as well."""
    return x * log1p(y)


@case(
    x=ANY,
    points=[{"x": 0.5}, {"x": 3.0}, {"x": 1000.3}],
    samples=0,
    implementations={"autograd": "torch.sinc"},
    tags=("torch",),
)
def sinc_away_from_zero(x):
    """sin(pi x) / (pi x), away from 0."""
    return sin(pi * x) / (pi * x)


# Elementary functions at their ends, and huge or tiny arguments that are handled.


@case(
    x=ANY,
    points=[{"x": 1e-10}, {"x": 1e300}, {"x": -0.5}],
    samples=0,
    implementations={"autograd": "torch.log1p"},
    tags=("torch",),
)
def log1p_tiny(x):
    """ln(1 + x), tiny and huge."""
    return log1p(x)


@case(
    x=ANY,
    points=[{"x": 10.5}, {"x": 1000.3}, {"x": -1030.0}],
    samples=0,
    implementations={"autograd": "torch.exp2"},
    tags=("torch",),
)
def exp2_ends(x):
    """2^x, from subnormal to huge."""
    return exp2(x)


@case(
    x=ANY,
    points=[{"x": 1e308}, {"x": 1e-300}, {"x": 3.0}],
    samples=0,
    implementations={"autograd": "torch.log2"},
    tags=("torch",),
)
def log2_ends(x):
    """log2 x, tiny and huge."""
    return log2(x)


@case(
    x=ANY,
    points=[{"x": 1e-300}, {"x": 3.0}, {"x": 1e300}],
    samples=0,
    implementations={"autograd": "torch.log10"},
    tags=("torch",),
)
def log10_tiny(x):
    """log10 x, tiny."""
    return log10(x)


@case(
    x=ANY,
    points=[{"x": 100000.0}, {"x": 1e150}, {"x": 0.5}],
    samples=0,
    implementations={"autograd": "torch.atan"},
    tags=("torch",),
)
def atan_large(x):
    """atan x, large."""
    return atan(x)


@case(
    x=ANY,
    points=[{"x": 100000.0}, {"x": -1e150}, {"x": 1e-200}],
    samples=0,
    implementations={"autograd": "torch.asinh"},
    tags=("torch",),
)
def asinh_moderate(x):
    """asinh x, where the square is finite."""
    return asinh(x)


@case(
    x=ANY,
    points=[{"x": 100000.0}, {"x": 1e150}, {"x": 1.5}],
    samples=0,
    implementations={"autograd": "torch.acosh"},
    tags=("torch",),
)
def acosh_moderate(x):
    """acosh x, where the square is finite."""
    return acosh(x)


@case(
    x=ANY,
    points=[{"x": 0.5}, {"x": 1e-10}, {"x": -0.999}],
    samples=0,
    implementations={"autograd": "torch.atanh"},
    tags=("torch",),
)
def atanh_inside(x):
    """atanh x."""
    return atanh(x)


@case(
    x=ANY,
    points=[{"x": 0.5}, {"x": 1e-10}, {"x": -0.999}],
    samples=0,
    implementations={"autograd": "torch.asin"},
    tags=("torch",),
)
def asin_inside(x):
    """asin x."""
    return asin(x)


@case(
    x=ANY,
    points=[{"x": 0.5}, {"x": 1e-10}, {"x": -0.999}],
    samples=0,
    implementations={"autograd": "torch.acos"},
    tags=("torch",),
)
def acos_inside(x):
    """acos x."""
    return acos(x)


@case(
    x=ANY,
    points=[{"x": 1.57}, {"x": 100000.0}, {"x": 1e-10}],
    samples=0,
    implementations={"autograd": "torch.tan"},
    tags=("torch",),
)
def tan_near_pole(x):
    """tan x, near a pole and far out."""
    return tan(x)


@case(
    x=ANY,
    points=[{"x": -710.3}, {"x": 700.0}, {"x": 1e-10}],
    samples=0,
    implementations={"autograd": "torch.cosh"},
    tags=("torch",),
)
def cosh_near_overflow(x):
    """cosh x, just below overflow."""
    return cosh(x)


@case(
    x=ANY,
    points=[{"x": 710.3}, {"x": 700.0}, {"x": 1e-10}],
    samples=0,
    implementations={"autograd": "torch.sinh"},
    tags=("torch",),
)
def sinh_near_overflow(x):
    """sinh x, just below overflow."""
    return sinh(x)


@case(
    x=ANY,
    points=[{"x": 1e-310}, {"x": 1e308}, {"x": 2.0}],
    samples=0,
    implementations={"autograd": "torch.sqrt"},
    tags=("torch",),
)
def sqrt_ends(x):
    """sqrt x, subnormal and huge."""
    return sqrt(x)


@case(
    x=ANY,
    points=[{"x": 1e-200}, {"x": 1e200}, {"x": 2.0}],
    samples=0,
    implementations={"autograd": "torch.rsqrt"},
    tags=("torch",),
)
def rsqrt_ends(x):
    """1 / sqrt(x), tiny and huge."""
    return 1 / sqrt(x)


@case(
    x=ANY,
    points=[{"x": 1e-150}, {"x": 1e150}, {"x": -2.0}],
    samples=0,
    implementations={"autograd": "torch.reciprocal"},
    tags=("torch",),
)
def reciprocal_ends(x):
    """1 / x, tiny and huge."""
    return 1 / x


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 1e200, "y": 1e200}, {"x": 1e-300, "y": 1e-200}, {"x": 2.0, "y": 3.0}],
    samples=0,
    implementations={"autograd": "torch.div"},
    expect={"symbolic": "nonfinite"},
    because="SymPy divides by the square of y, which underflows",
    tags=("torch",),
)
def quotient_huge(x, y):
    """x / y, by division: the sibling of addcdiv that does not square."""
    return x / y


@case(
    a=ANY,
    x=ANY,
    y=ANY,
    points=[{"a": 1.0, "x": 2.0, "y": 3.0}, {"a": 1.0, "x": 1e100, "y": 1e100}],
    samples=0,
    implementations={"autograd": "torch.addcdiv"},
    tags=("torch",),
)
def addcdiv_ordinary(a, x, y):
    """a + x / y."""
    return a + x / y


@case(
    y=ANY,
    x=ANY,
    points=[{"y": 3.0, "x": -4.0}, {"y": 1.0, "x": 0.0}, {"y": 1e-200, "x": 1.0}, {"y": 1e150, "x": 1e150}],
    samples=0,
    implementations={"autograd": "torch.atan2"},
    tags=("torch",),
)
def atan2_ordinary(y, x):
    """The angle of a point."""
    return atan2(y, x)


@case(
    y=ANY,
    x=ANY,
    points=[{"y": 1e200, "x": 1e200}, {"y": 3e-170, "x": 4e-170}, {"y": 3.0, "x": 4.0}],
    samples=0,
    implementations={"autograd": "torch.hypot"},
    tags=("torch",),
)
def hypot_huge_and_tiny(y, x):
    """sqrt(x^2 + y^2): the sibling of the norm that does not overflow."""
    return hypot(y, x)


@case(
    x=PAIR,
    points=[{"x": [3.0, 4.0]}, {"x": [1e-09, 1.0]}, {"x": [1e150, 1e150]}],
    samples=0,
    implementations={"autograd": "torch.linalg.vector_norm"},
    tags=("torch",),
)
def norm_ordinary(x):
    """The length of a vector."""
    return hypot(x[0], x[1])


@case(
    x=PAIR,
    points=[{"x": [3.0, 4.0]}, {"x": [0.0, 2.0]}],
    samples=0,
    implementations={"autograd": call("torch.linalg.vector_norm", 3)},
    tags=("torch",),
)
def norm_of_order_3(x):
    """The 3-norm of a vector, one entry 0."""
    return (abs(x[0]) ** 3 + abs(x[1]) ** 3) ** rational(1, 3)


@case(
    x=PAIR,
    points=[{"x": [0.0, 0.0]}, {"x": [3.0, 4.0]}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.linalg.vector_norm")(x) ** 2},
    tags=("torch",),
)
def squared_norm_at_origin(x):
    """The square of the norm, smooth at the origin."""
    return x[0] ** 2 + x[1] ** 2


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 0.0, "y": 2.0}, {"x": 0.0, "y": 1.0}, {"x": -2.0, "y": 3.0}],
    samples=0,
    wrt="x",
    implementations={"autograd": "torch.pow"},
    expect={"symbolic": "nonfinite"},
    because="SymPy's y x^y / x is 0/0 at 0",
    tags=("torch",),
)
def power_of_zero(x, y):
    """x^y in x, at x = 0 and for negative x."""
    return x**y


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 2.0, "y": 3.0}, {"x": 1e-200, "y": 1.5}, {"x": 1e-300, "y": 1e-05}],
    samples=0,
    implementations={"autograd": "torch.pow"},
    tags=("torch",),
)
def power_ordinary(x, y):
    """x^y in both."""
    return x**y


@case(
    x=ANY,
    points=[{"x": 3.0}, {"x": 1e-100}],
    samples=0,
    implementations={"autograd": call("torch.float_power", 2.5)},
    tags=("torch",),
)
def float_power_fraction(x):
    """x^2.5."""
    return x**2.5


@case(
    x=ANY,
    points=[{"x": 1.5}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.ldexp")(x, like(x, 10).long())},
    tags=("torch",),
)
def ldexp_small_exponent(x):
    """x 2^10."""
    return x * 1024


@case(
    x=ANY,
    points=[{"x": 3.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.ldexp")(x, like(x, -2))},
    tags=("torch",),
)
def ldexp_float_exponent(x):
    """x 2^-2, the exponent a float."""
    return x / 4


@case(
    x=ANY,
    points=[{"x": 100.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.frexp")(x)[0]},
    tags=("torch",),
)
def frexp_small_exponent(x):
    """The mantissa of a number between 64 and 128."""
    return x / 128


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 0.8999999999999999, "y": 0.3}, {"x": 7.0, "y": 2.5}],
    samples=0,
    implementations={"autograd": "torch.remainder"},
    tags=("torch",),
)
def remainder_rounded_quotient(x, y):
    """x - y floor(x / y): the sibling of fmod that corrects the quotient."""
    return x - y * floor(x / y)


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 7.0, "y": 2.5}, {"x": 2.9999999999999996, "y": 1.0}],
    samples=0,
    implementations={"autograd": "torch.fmod"},
    tags=("torch",),
)
def fmod_ordinary(x, y):
    """x - y floor(x / y), for positive x and y."""
    return x - y * floor(x / y)


@case(
    a=ANY,
    b=ANY,
    w=ANY,
    points=[{"a": 1.0, "b": 3.0, "w": 0.25}, {"a": 1e300, "b": -1e300, "w": 0.75}],
    samples=0,
    implementations={"autograd": "torch.lerp"},
    tags=("torch",),
)
def lerp_huge(a, b, w):
    """a + w (b - a), huge a and b."""
    return a + w * (b - a)


# Pieces: ties and bounds where the function is smooth, or away from which it is.


@case(
    x=ANY,
    points=[{"x": 0.0}, {"x": 1.0}],
    samples=0,
    implementations={
        "autograd": lambda x: resolve("torch.maximum")(x, like(x, 0)) + resolve("torch.minimum")(x, like(x, 0))
    },
    tags=("torch",),
)
def identity_by_maximum(x):
    """max(x, 0) + min(x, 0), which is x."""
    return x


@case(
    x=ANY,
    points=[{"x": 2.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.maximum")(x, x)},
    tags=("torch",),
)
def maximum_of_equals(x):
    """max(x, x), which is x."""
    return x


@case(
    x=ANY,
    points=[{"x": 0.0}, {"x": 1e-200}, {"x": -3.0}],
    samples=0,
    implementations={"autograd": lambda x: x * resolve("torch.abs")(x)},
    tags=("torch",),
)
def x_abs_x(x):
    """x |x|, smooth at 0."""
    return x * abs(x)


@case(
    x=ANY,
    points=[{"x": 0.0}, {"x": 3.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.relu")(x) ** 2},
    tags=("torch",),
)
def squared_relu(x):
    """max(x, 0)^2, smooth at 0."""
    return maximum(x, 0) ** 2


@case(
    x=ANY,
    points=[{"x": 1.0}, {"x": -2.9}, {"x": 1e200}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.hardswish"},
    tags=("torch",),
)
def hardswish_inside(x):
    """x clip(x + 3, 0, 6) / 6."""
    return x * clip(x + 3, 0, 6) / 6


@case(
    x=ANY,
    points=[{"x": -1.0}, {"x": 2.0}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.leaky_relu", 0.3)},
    tags=("torch",),
)
def leaky_relu_slope(x):
    """x, or 0.3 x."""
    return where(x > 0, x, 0.3 * x)


@case(
    x=ANY,
    points=[{"x": 0.3}, {"x": 1.0}, {"x": 1e200}, {"x": 0.0}],
    samples=0,
    implementations={"autograd": against("torch.nn.functional.huber_loss", 0)},
    tags=("torch",),
)
def huber_at_bound(x):
    """Huber's loss, at its bound and far out."""
    return where(abs(x) < 1, x * x / 2, abs(x) - 0.5)


@case(
    x=ANY,
    points=[{"x": 0.3}, {"x": 0.5}, {"x": 1e200}, {"x": 0.0}],
    samples=0,
    implementations={"autograd": against("torch.nn.functional.smooth_l1_loss", 0, beta=0.5)},
    tags=("torch",),
)
def smooth_l1_at_bound(x):
    """The smooth L1 loss with beta = 1/2, at its bound and far out."""
    return where(abs(x) < 0.5, x * x, abs(x) - 0.25)


# Sums, products, statistics, losses.


@case(
    x=TRIPLE,
    points=[{"x": [0.0, 2.0, 3.0]}, {"x": [0.0, 0.0, 3.0]}, {"x": [1e-200, 1e200, 1e-200]}],
    samples=0,
    implementations={"autograd": "torch.prod"},
    tags=("torch",),
)
def prod_with_zeros(x):
    """A product with one zero, and with two."""
    return prod(x)


@case(
    x=PAIR,
    points=[{"x": [0.0, 2.0]}, {"x": [0.0, 0.0]}, {"x": [3.0, 2.0]}],
    samples=0,
    implementations={"autograd": call("torch.cumprod", 0)},
    tags=("torch",),
)
def cumprod_with_zeros(x):
    """Cumulative products with zeros."""
    return stack([x[0], x[0] * x[1]])


@case(
    x=TRIPLE,
    points=[{"x": [1e200, -1e200, 0.0]}, {"x": [1e-200, 3e-200, 4e-200]}, {"x": [1.0, 2.0, 4.0]}],
    samples=0,
    implementations={"autograd": "torch.var"},
    expect={"finite": "nonfinite"},
    because="the variance itself overflows: inf - inf",
    tags=("torch",),
)
def var_huge_and_tiny(x):
    """The variance: its derivative is linear, and fails to overflow with it."""
    return sum((x - mean(x)) ** 2) / 2


@case(
    x=PAIR,
    points=[{"x": [100000000.0, 100000001.0]}, {"x": [1.0, 2.0]}],
    samples=0,
    implementations={"autograd": "torch.std"},
    tags=("torch",),
)
def std_shifted(x):
    """The standard deviation of two numbers far from 0."""
    return abs(x[0] - x[1]) / sqrt(2)


@case(
    x=TRIPLE,
    points=[{"x": [1.0, 2.0, 4.0]}, {"x": [1e-150, 3e-150, 4e-150]}],
    samples=0,
    implementations={"autograd": "torch.std"},
    tags=("torch",),
)
def std_of_three(x):
    """The standard deviation of three numbers."""
    return norm(x - mean(x)) / sqrt(2)


@case(
    x=ANY,
    t=ANY,
    points=[{"x": 1e200, "t": 1.0}, {"x": 1.0, "t": 2.0}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.mse_loss"},
    expect={"finite": "nonfinite"},
    because="the square itself overflows: inf - inf",
    tags=("torch",),
)
def mse_huge(x, t):
    """The squared error, whose square overflows and whose derivative does not."""
    return (x - t) ** 2


@case(
    p=UNIT,
    t=ANY,
    points=[{"p": 0.3, "t": 0.7}, {"p": 1e-08, "t": 0.3}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.binary_cross_entropy"},
    tags=("torch",),
)
def bce_ordinary(p, t):
    """Binary cross-entropy against a soft target."""
    return -(t * log(p) + (1 - t) * log1p(-p))


@case(
    p=UNIT,
    points=[{"p": 1e-11}, {"p": 0.5}, {"p": 0.999}],
    samples=0,
    implementations={"autograd": against("torch.nn.functional.binary_cross_entropy", 1)},
    tags=("torch",),
)
def bce_short_of_clamp(p):
    """-ln p, above the clamp."""
    return -log(p)


@case(
    x=ANY,
    t=ANY,
    points=[{"x": -1.0, "t": 0.3}, {"x": -50.0, "t": 1e-300}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.kl_div", reduction="sum")},
    tags=("torch",),
)
def kl_divergence_terms(x, t):
    """t ln t - t x."""
    return xlogy(t, t) - t * x


@case(
    x=ANY,
    t=ANY,
    points=[{"x": -1.0, "t": -0.3}, {"x": -50.0, "t": -50.000001}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.kl_div", log_target=True, reduction="sum")},
    tags=("torch",),
)
def kl_divergence_log_target(x, t):
    """e^t (t - x)."""
    return exp(t) * (t - x)


@case(
    x=ANY,
    t=ANY,
    points=[{"x": 1.0, "t": 3.0}, {"x": 1.0, "t": 0.5}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.poisson_nll_loss", full=True)},
    tags=("torch",),
)
def poisson_nll_counts(x, t):
    """e^x - t x, with Stirling's term for counts above 1."""
    return exp(x) - t * x + where(t > 1, t * log(t) - t + log(2 * pi * t) / 2, 0)


@case(
    m=ANY,
    t=ANY,
    v=ANY,
    points=[{"m": 1.0, "t": 2.0, "v": 0.001}, {"m": 1.0, "t": 2.0, "v": 100000.0}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.gaussian_nll_loss"},
    tags=("torch",),
)
def gaussian_nll_above_eps(m, t, v):
    """Gaussian negative log-likelihood."""
    return (log(v) + (m - t) ** 2 / v) / 2


@case(
    x=PAIR,
    y=PAIR,
    points=[{"x": [3.0, 4.0], "y": [1.0, 2.0]}, {"x": [3e-05, 4e-05], "y": [1.0, 2.0]}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.cosine_similarity", dim=0)},
    tags=("torch",),
)
def cosine_similarity_ordinary(x, y):
    """x.y / (|x| |y|)."""
    return (x[0] * y[0] + x[1] * y[1]) / (hypot(x[0], x[1]) * hypot(y[0], y[1]))


@case(
    x=PAIR,
    points=[{"x": [3.0, 4.0]}, {"x": [1e-05, 1e-05]}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.normalize", dim=0)},
    tags=("torch",),
)
def normalize_ordinary(x):
    """x / |x|."""
    return x / hypot(x[0], x[1])


@case(
    x=PAIR,
    points=[{"x": [3e-14, 4e-14]}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.normalize", dim=0)},
    tags=("torch",),
)
def normalize_below_eps(x):
    """x / eps, for a vector shorter than eps."""
    return x / maximum(hypot(x[0], x[1]), 1e-12)


@case(
    x=PAIR,
    y=PAIR,
    points=[{"x": [3.0, 4.0], "y": [1.0, 2.0]}, {"x": [1.0, 1.0], "y": [1.0, 1.0]}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.pairwise_distance"},
    tags=("torch",),
)
def pairwise_distance_of_equals(x, y):
    """|x - y + 1e-6|, at x = y as well."""
    return hypot(x[0] - y[0] + 1e-6, x[1] - y[1] + 1e-6)


@case(
    x=PAIR,
    y=PAIR,
    points=[{"x": [10000.004, 10000.003], "y": [10000.0, 10000.0]}, {"x": [3.0, 4.0], "y": [1.0, 2.0]}],
    samples=0,
    implementations={"autograd": lambda x, y: resolve("torch.cdist")(x[None], y[None])[0, 0]},
    tags=("torch",),
)
def cdist_direct(x, y):
    """The distance of two points close to each other, without the matrix product."""
    return hypot(x[0] - y[0], x[1] - y[1])


@case(
    x=PAIR,
    y=PAIR,
    points=[{"x": [3.0, 4.0], "y": [1.0, 2.5]}],
    samples=0,
    implementations={"autograd": lambda x, y: resolve("torch.cdist")(x[None], y[None], p=3.0)[0, 0]},
    tags=("torch",),
)
def cdist_of_order_3(x, y):
    """The 3-norm of a difference."""
    return (abs(x[0] - y[0]) ** 3 + abs(x[1] - y[1]) ** 3) ** rational(1, 3)


@case(
    x=TRIPLE,
    points=[{"x": [1.0, 2.0, 4.0]}, {"x": [1.0, 1.0, 1.0]}, {"x": [10000.0, 10001.0, 10003.0]}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.layer_norm", (3,))},
    tags=("torch",),
)
def layer_norm_ordinary(x):
    """Layer normalisation, of equal numbers as well."""
    return (x - mean(x)) / sqrt(mean((x - mean(x)) ** 2) + 1e-5)


@case(
    x=PAIR,
    points=[{"x": [1.0, 2.0]}, {"x": [0.0, 0.0]}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.rms_norm", (2,), eps=1e-5)},
    tags=("torch",),
)
def rms_norm_ordinary(x):
    """Root-mean-square normalisation, at 0 as well."""
    return x / sqrt(mean(x * x) + 1e-5)


@case(
    x=PAIR,
    points=[{"x": [0.3, 0.4]}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.renorm")(x[None], 2, 0, 1.0)[0]},
    tags=("torch",),
)
def renorm_short(x):
    """A vector shorter than 1, left alone."""
    return where(hypot(x[0], x[1]) > 1, x / hypot(x[0], x[1]), x)


# Matrices.


@case(
    a=SQUARE,
    points=[{"a": [[1.0, 2.0], [3.0, 4.0]]}, {"a": [[1.0, 1.0], [1.0, 1.000000000000001]]}],
    samples=0,
    implementations={"autograd": "torch.linalg.det"},
    tags=("torch",),
)
def det_regular(a):
    """A determinant, nearly singular as well."""
    return a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]


@case(
    a=SQUARE,
    points=[{"a": [[1.0, 2.0], [3.0, 4.0]]}, {"a": [[1e100, 2e100], [3e100, 4e100]]}],
    samples=0,
    implementations={"autograd": lambda a: resolve("torch.linalg.slogdet")(a)[1]},
    tags=("torch",),
)
def slogdet_huge(a):
    """ln |det|, of a huge matrix as well."""
    return log(abs(a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]))


@case(
    a=SQUARE,
    points=[{"a": [[2.0, 1.0], [1.0, 3.0]]}, {"a": [[1.0, 2.0], [3.0, 4.0]]}],
    samples=0,
    implementations={"autograd": lambda a: resolve("torch.linalg.inv")(a)[0]},
    tags=("torch",),
)
def inverse_by_cofactors(a):
    """The first row of an inverse."""
    return stack([a[1, 1], -a[0, 1]]) / (a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0])


@case(
    s=TRIPLE,
    points=[{"s": [2.0, 1.0, 3.0]}, {"s": [1.0, 1e-09, 2.0]}],
    samples=0,
    implementations={"autograd": lambda s: resolve("torch.linalg.eigvalsh")(symmetric(s))},
    tags=("torch",),
)
def eigenvalues_of_symmetric(s):
    """The eigenvalues of a symmetric matrix, from three numbers."""
    middle, radius = (s[0] + s[2]) / 2, hypot((s[0] - s[2]) / 2, s[1])
    return stack([middle - radius, middle + radius])


@case(
    s=TRIPLE,
    points=[{"s": [2.0, 1.0, 3.0]}, {"s": [1.0, 0.999, 1.0]}],
    samples=0,
    implementations={"autograd": lambda s: resolve("torch.linalg.cholesky")(symmetric(s)).reshape(4)[[0, 2, 3]]},
    tags=("torch",),
)
def cholesky_factor(s):
    """The Cholesky factor of a symmetric matrix, from three numbers."""
    return stack([sqrt(s[0]), s[1] / sqrt(s[0]), sqrt(s[2] - s[1] ** 2 / s[0])])


@case(
    t=ANY,
    points=[{"t": 1.0}, {"t": 1e-10}, {"t": 100.0}],
    samples=0,
    implementations={
        "autograd": lambda t: resolve("torch.linalg.matrix_exp")(t * t.new_tensor([[0.0, -1.0], [1.0, 0.0]])).reshape(4)
    },
    tags=("torch",),
)
def rotation_by_matrix_exp(t):
    """A rotation, by the exponential of a matrix."""
    return stack([cos(t), -sin(t), sin(t), cos(t)])


@case(
    a=SQUARE,
    points=[{"a": [[1.0, 2.0], [3.0, 4.0]]}],
    samples=0,
    implementations={"autograd": call("torch.linalg.matrix_norm", "nuc")},
    tags=("torch",),
)
def nuclear_norm_regular(a):
    """The sum of the singular values."""
    return sqrt(sum(a * a) + 2 * abs(a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]))


# Second derivatives.


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": -700.0}, {"x": -1.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.nn.functional.elu"},
    tags=("torch",),
)
def elu_second(x):
    """ELU, far left."""
    return where(x > 0, x, expm1(x))


@case(
    x=ANY,
    alpha=0.5,
    points=[{"x": -20.0}, {"x": -300.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": lambda x, alpha: resolve("torch.nn.functional.celu")(x, float(alpha))},
    tags=("torch",),
)
def celu_second(x, alpha):
    """CELU with an alpha that is a float32, far left."""
    return where(x > 0, x, alpha * expm1(x / alpha))


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": 1.0}, {"x": 0.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.sigmoid"},
    tags=("torch",),
)
def sigmoid_second(x):
    """The second derivative of sigmoid, far left and in the middle."""
    return sigmoid(x)


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": -200.0}, {"x": 2.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.nn.functional.silu"},
    tags=("torch",),
)
def silu_second(x):
    """The second derivative of x sigmoid(x), far left."""
    return x * sigmoid(x)


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": 2.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.nn.functional.mish"},
    tags=("torch",),
)
def mish_second(x):
    """The second derivative of x tanh(softplus(x)), far left."""
    return x * tanh(softplus(x))


@case(
    x=ANY,
    points=[{"x": -6.0}, {"x": 3.0}, {"x": 20.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.nn.functional.gelu"},
    tags=("torch",),
)
def gelu_second(x):
    """The second derivative of x Phi(x): free of the cancelling term."""
    return x * erfc(-x / sqrt(2)) / 2


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": -200.0}, {"x": 0.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.nn.functional.logsigmoid"},
    tags=("torch",),
)
def log_sigmoid_second(x):
    """The second derivative of ln sigmoid(x), far left."""
    return -softplus(-x)


@case(
    x=ANY,
    points=[{"x": -30.0}, {"x": -700.0}, {"x": 1.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.nn.functional.softplus"},
    tags=("torch",),
)
def softplus_second(x):
    """The second derivative of ln(1 + e^x), far left."""
    return softplus(x)


@case(
    x=ANY,
    points=[{"x": -40.0}, {"x": 40.0}, {"x": 0.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": against("torch.nn.functional.soft_margin_loss", 1)},
    tags=("torch",),
)
def soft_margin_second(x):
    """The second derivative of ln(1 + e^-x), on both sides."""
    return softplus(-x)


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 40.0, "y": 0.0}, {"x": 10000.0, "y": 10000.0}, {"x": 1.0, "y": 2.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.logaddexp"},
    tags=("torch",),
)
def logaddexp_second(x, y):
    """The second derivatives of ln(e^x + e^y)."""
    return x + softplus(y - x)


@case(
    x=ANY,
    points=[{"x": 3.0}, {"x": 0.5}, {"x": 10.0}, {"x": -0.5}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.digamma"},
    tags=("torch",),
)
def digamma_second(x):
    """The second derivative of digamma: right, although the first is not."""
    return digamma(x)


@case(
    x=ANY,
    points=[{"x": 26.0}, {"x": 5.0}, {"x": -5.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.erfc"},
    tags=("torch",),
)
def erfc_second(x):
    """The second derivative of erfc, far out."""
    return erfc(x)


@case(
    x=ANY,
    points=[{"x": -30.0}, {"x": 5.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.special.ndtr"},
    tags=("torch",),
)
def ndtr_second(x):
    """The second derivative of Phi, far out."""
    return erfc(-x / sqrt(2)) / 2


@case(
    x=ANY,
    points=[{"x": 1.57}, {"x": 1e-10}, {"x": 1.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.tan"},
    tags=("torch",),
)
def tan_second(x):
    """The second derivative of tan, near a pole."""
    return tan(x)


@case(
    x=ANY,
    points=[{"x": 1e150}, {"x": 1e-150}, {"x": 2.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.log"},
    tags=("torch",),
)
def log_second(x):
    """The second derivative of ln x, tiny and huge."""
    return log(x)


@case(
    x=ANY,
    points=[{"x": 1e-100}, {"x": 1e100}, {"x": 2.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.reciprocal"},
    tags=("torch",),
)
def reciprocal_second(x):
    """The second derivative of 1/x, tiny and huge."""
    return 1 / x


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 1e-300, "y": 1e-100}, {"x": 1e100, "y": 1e150}, {"x": 2.0, "y": 3.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.div"},
    tags=("torch",),
)
def quotient_second(x, y):
    """The second derivatives of x/y, tiny and huge."""
    return x / y


@case(
    y=ANY,
    x=ANY,
    points=[{"y": 1e100, "x": 1e100}, {"y": 3.0, "x": 4.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.hypot"},
    tags=("torch",),
)
def hypot_second(y, x):
    """The second derivatives of hypot, huge as well."""
    return hypot(y, x)


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 0.0, "y": 2.0}, {"x": 0.0, "y": 3.0}, {"x": -2.0, "y": 3.0}],
    samples=0,
    wrt="x",
    operators=("hessian",),
    implementations={"autograd": "torch.pow"},
    expect={"symbolic": "nonfinite"},
    because="SymPy's y (y - 1) x^y / x^2 is 0/0 at 0",
    tags=("torch",),
)
def power_second(x, y):
    """The second derivative of x^y in x, at 0: the sibling without the derivative in y."""
    return x**y


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 0.0, "y": 2.0}, {"x": 1.0, "y": 1e-100}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.xlogy"},
    tags=("torch",),
)
def xlogy_second(x, y):
    """The second derivatives of x ln y, at x = 0 as well."""
    return xlogy(x, y)


@case(
    x=TRIPLE,
    points=[{"x": [1.0, 2.0, 4.0]}, {"x": [100000000.0, 100000001.0, 100000005.0]}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.var"},
    tags=("torch",),
)
def var_second(x):
    """The second derivatives of the variance."""
    return sum((x - mean(x)) ** 2) / 2


@case(
    x=TRIPLE,
    points=[{"x": [1.0, 2.0, 4.0]}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.std"},
    tags=("torch",),
)
def std_second(x):
    """The second derivatives of the standard deviation."""
    return norm(x - mean(x)) / sqrt(2)


@case(
    x=ANY,
    points=[{"x": 1.0}, {"x": -2.9}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.nn.functional.hardswish"},
    tags=("torch",),
)
def hardswish_second(x):
    """The second derivative of hardswish."""
    return x * clip(x + 3, 0, 6) / 6


@case(
    x=ANY,
    points=[{"x": 0.3}, {"x": 2.0}, {"x": 0.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": against("torch.nn.functional.huber_loss", 0)},
    tags=("torch",),
)
def huber_second(x):
    """The second derivative of Huber's loss."""
    return where(abs(x) < 1, x * x / 2, abs(x) - 0.5)


@case(
    a=SQUARE,
    points=[{"a": [[1.0, 2.0], [3.0, 4.0]]}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.linalg.det"},
    tags=("torch",),
)
def det_second(a):
    """The second derivatives of a determinant."""
    return a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]
