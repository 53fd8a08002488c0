"""PyTorch 2.13.0 on trial: derivatives (float64, CPU, reverse mode) that are wrong although the true one is a double.

Each case defines a function of PyTorch's by an accurate formula, lists points where its derivative fails, and declares
what comes out and why. It fails as soon as the defect is gone. `healthy_neighbours.py` holds siblings that are right.
"""

from diffcheck import case, interval
from diffcheck.ops import (
    abs,
    acosh,
    asinh,
    atan,
    atan2,
    clip,
    digamma,
    erfc,
    exp,
    exp2,
    expm1,
    floor,
    hypot,
    lgamma,
    log,
    log1p,
    log10,
    log_ndtr,
    logsumexp,
    maximum,
    mean,
    pi,
    polygamma,
    power,
    prod,
    sigmoid,
    sin,
    softplus,
    sqrt,
    stack,
    tanh,
    where,
)
from diffcheck.ops.table import resolve

ANY = interval(-1e308, 1e308)
POSITIVE = interval(0, 1e308)
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


# Saturation: the derivative is rebuilt from a result that has been rounded to 1 or -1.


@case(
    x=ANY,
    points=[{"x": 5.0}, {"x": 20.0}],
    samples=0,
    implementations={"autograd": "torch.tanh"},
    expect={"autograd": "lossy"},
    because="pytorch#195527: 1 - y^2 of the rounded y: 12 digits at 5, none at 20 (0 instead of 1.7e-17)",
    tags=("torch",),
)
def tanh_tail(x):
    """tanh x, saturated."""
    return tanh(x)


@case(
    x=ANY,
    points=[{"x": 20.0}, {"x": 40.0}],
    samples=0,
    implementations={"autograd": "torch.sigmoid"},
    expect={"autograd": "lossy"},
    because="pytorch#195527, pytorch#195681: y (1 - y) of the rounded y is 0 at 40 instead of 4.2e-18",
    tags=("torch",),
)
def sigmoid_tail(x):
    """1 / (1 + e^-x), saturated at 1."""
    return sigmoid(x)


@case(
    x=ANY,
    points=[{"x": -37.0}, {"x": -40.0}],
    samples=0,
    implementations={"autograd": "torch.expm1"},
    expect={"autograd": "lossy"},
    because="pytorch#192406: y + 1 of the rounded y is 0 at -40 instead of 4.2e-18",
    tags=("torch",),
)
def expm1_tail(x):
    """e^x - 1, saturated at -1."""
    return expm1(x)


@case(
    x=ANY,
    points=[{"x": -20.0}, {"x": -40.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.nn.functional.elu")(x * 1, inplace=True)},
    expect={"autograd": "lossy"},
    because="in place it is y + alpha of the rounded y, 0 at -40; out of place it is alpha e^x and right",
    tags=("torch",),
)
def elu_in_place(x):
    """ELU, computed in place."""
    return where(x > 0, x, expm1(x))


@case(
    x=ANY,
    points=[{"x": -40.0}],
    samples=0,
    scale=1.0507009873554804934193349852946,
    alpha=1.6732632423543772848170429916717,
    implementations={
        "autograd": lambda x, scale, alpha: resolve("torch.nn.functional.selu")(x * 1, inplace=True),
    },
    expect={"autograd": "lossy"},
    because="in place, selu's derivative is y + scale alpha of the rounded y, 0 instead of 7.5e-18",
    tags=("torch",),
)
def selu_in_place(x, scale, alpha):
    """SELU, computed in place."""
    return where(x > 0, scale * x, scale * alpha * expm1(x))


@case(
    x=PAIR,
    points=[{"x": [2.0, 40.0]}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.nn.functional.glu")(x, 0)[0]},
    expect={"autograd": "lossy"},
    because="a y (1 - y) of the rounded gate y is 0 instead of 8.5e-18",
    tags=("torch",),
)
def glu_open_gate(x):
    """A gated linear unit whose gate is open."""
    return x[0] * sigmoid(x[1])


@case(
    x=PAIR,
    points=[{"x": [40.0, 0.0]}],
    samples=0,
    implementations={"autograd": call("torch.softmax", 0)},
    expect={"autograd": "lossy"},
    because="y (g - sum of g y) of the rounded y is 0 on the diagonal instead of 4.2e-18",
    tags=("torch",),
)
def softmax_tail(x):
    """Softmax of two logits far apart."""
    return stack([sigmoid(x[0] - x[1]), sigmoid(x[1] - x[0])])


@case(
    x=PAIR,
    points=[{"x": [40.0, 0.0]}],
    samples=0,
    implementations={"autograd": call("torch.log_softmax", 0)},
    expect={"autograd": "disagree"},
    because="pytorch#195680: 1 - y of the rounded softmax y is 0 instead of 4.2e-18, and so is the value",
    tags=("torch",),
)
def log_softmax_tail(x):
    """Log-softmax of two logits far apart."""
    return stack([-softplus(x[1] - x[0]), -softplus(x[0] - x[1])])


@case(
    x=PAIR,
    points=[{"x": [40.0, 0.0]}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.nn.functional.cross_entropy")(x, like(x[0], 0).long())},
    expect={"autograd": "disagree"},
    because="pytorch#195678: softmax - 1 of the rounded softmax is 0 instead of -4.2e-18",
    tags=("torch",),
)
def cross_entropy_confident(x):
    """Cross-entropy of a confident, correct prediction."""
    return softplus(x[1] - x[0])


@case(
    x=ANY,
    points=[{"x": 20.0}, {"x": 40.0}],
    samples=0,
    implementations={
        "autograd": lambda x: resolve("torch.nn.functional.binary_cross_entropy_with_logits")(x, like(x, 1))
    },
    expect={"autograd": "disagree"},
    because="pytorch#195529, pytorch#195677: sigmoid(x) - 1 of the rounded sigmoid is 0 instead of -4.2e-18",
    tags=("torch",),
)
def bce_with_logits_confident(x):
    """Binary cross-entropy of a confident, correct logit."""
    return softplus(-x)


@case(
    x=ANY,
    points=[{"x": 20.0}, {"x": 40.0}],
    samples=0,
    implementations={
        "autograd": lambda x: resolve("torch.nn.functional.binary_cross_entropy_with_logits")(
            x, like(x, 1), pos_weight=like(x, 3)
        )
    },
    expect={"autograd": "disagree"},
    because="like pytorch#195529, with pos_weight: the positive term cancels against a rounded sigmoid",
    tags=("torch",),
)
def bce_with_logits_weighted(x):
    """Weighted binary cross-entropy of a confident, correct logit."""
    return 3 * softplus(-x)


@case(
    x=ANY,
    points=[{"x": -6.0}, {"x": -10.0}, {"x": -20.0}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.gelu"},
    expect={"symbolic": "lossy", "autograd": "disagree"},
    because="pytorch#187806: 1 + erf(x/sqrt 2) cancels and is 0 below -8.3, which leaves two digits at -10; SymPy "
    "rewrites erfc(-z) as 2 - erfc(z), which cancels as well",
    tags=("torch",),
)
def gelu_left_tail(x):
    """x Phi(x), far left."""
    return x * erfc(-x / sqrt(2)) / 2


@case(
    x=ANY,
    points=[{"x": -6.0}, {"x": -10.0}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.gelu", approximate="tanh")},
    expect={"autograd": "disagree"},
    because="1 + tanh cancels: 6 digits at -6, none at -10 (0 instead of -2.8e-36); (1 + tanh u)/2 is sigmoid(2u)",
    tags=("torch",),
)
def gelu_tanh_left_tail(x):
    """The tanh approximation of gelu, far left."""
    return x * sigmoid(2 * sqrt(2 / pi) * (x + 0.044715 * x**3))


# Cancellation elsewhere.


@case(
    x=ANY,
    points=[{"x": 1e-3}, {"x": 1e-5}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.tanhshrink"},
    expect={"autograd": "lossy"},
    because="1 - (1 - y^2) leaves eight digits of tanh(x)^2 at 1e-5",
    tags=("torch",),
)
def tanhshrink_near_zero(x):
    """x - tanh x, near 0."""
    return x - tanh(x)


@case(
    x=ANY,
    points=[{"x": 1e5}, {"x": 1e10}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.softsign"},
    expect={"autograd": "lossy"},
    because="1/(1 + x) - x/(1 + x)^2 cancels: six digits of 1/(1 + x)^2 at 1e10",
    tags=("torch",),
)
def softsign_tail(x):
    """x / (1 + |x|), saturated."""
    return x / (1 + abs(x))


@case(
    x=ANY,
    points=[{"x": 1e-3}, {"x": 1e-10}],
    samples=0,
    implementations={"autograd": "torch.sinc"},
    expect={"autograd": "lossy"},
    because="(pi x cos(pi x) - sin(pi x)) / (pi x^2) cancels near 0: 0 instead of -3.3e-10 at 1e-10",
    tags=("torch",),
)
def sinc_near_zero(x):
    """sin(pi x) / (pi x), near 0."""
    return sin(pi * x) / (pi * x)


@case(
    x=ANY,
    points=[{"x": 100.0}, {"x": 1e4}],
    samples=0,
    implementations={"autograd": "torch.special.erfcx"},
    expect={"symbolic": "nonfinite", "autograd": "lossy"},
    because="2 x erfcx(x) - 2/sqrt(pi) cancels: eight digits at 1e4; SymPy's erfc underflows: 0/0",
    tags=("torch",),
)
def erfcx_tail(x):
    """e^(x^2) erfc(x), by the logarithm of the normal distribution function."""
    return 2 * exp(x * x + log_ndtr(-sqrt(2) * x))


@case(
    x=ANY,
    points=[{"x": -100.0}, {"x": -1e4}],
    samples=0,
    implementations={"autograd": "torch.special.log_ndtr"},
    expect={"symbolic": "nonfinite", "autograd": "lossy"},
    because="exp(-(y + x^2/2)) of two huge numbers that cancel: eight digits of -x at -1e4; SymPy's erfc underflows: "
    "0/0",
    tags=("torch",),
)
def log_ndtr_far_tail(x):
    """ln Phi(x), far left."""
    return log_ndtr(x)


@case(
    x=PAIR,
    points=[{"x": [1.0, 101.0]}, {"x": [1.0, 1e5]}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.layer_norm", (2,))},
    expect={"autograd": "lossy"},
    because="the projection onto the mean and the normalised values cancels: one digit of 4e-20 at [1, 1e5]",
    tags=("torch",),
)
def layer_norm_of_two(x):
    """Layer normalisation of two numbers far apart."""
    half = (x[0] - x[1]) / 2
    return stack([half, -half]) / sqrt(half**2 + 1e-5)


@case(
    x=PAIR,
    y=PAIR,
    points=[{"x": [10000.004, 10000.003], "y": [1e4, 1e4]}, {"x": [10000.00004, 10000.00003], "y": [1e4, 1e4]}],
    samples=0,
    implementations={
        "autograd": lambda x, y: resolve("torch.cdist")(x[None], y[None], compute_mode="use_mm_for_euclid_dist")[0, 0]
    },
    expect={"autograd": "disagree"},
    because="pytorch#42479: x.x - 2 x.y + y.y cancels in the distance, and the derivative divides by it",
    tags=("torch",),
)
def cdist_by_matrix_product(x, y):
    """The distance of two points close to each other, the way cdist takes for more than 25 of them."""
    return hypot(x[0] - y[0], x[1] - y[1])


# Thresholds and small constants put in for safety.


@case(
    x=ANY,
    points=[{"x": 20.5}, {"x": 25.0}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.softplus"},
    expect={"autograd": "disagree"},
    because="above the threshold 20 the derivative is 1: nine digits; in float64 it is 1 from 37 on",
    tags=("torch",),
)
def softplus_threshold(x):
    """ln(1 + e^x), above PyTorch's threshold."""
    return softplus(x)


@case(
    x=ANY,
    points=[{"x": 2.05}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.softplus", 10.0)},
    expect={"autograd": "disagree"},
    because="beta x above the threshold 20: the derivative is 1 instead of 1 - 1.3e-9",
    tags=("torch",),
)
def softplus_beta_threshold(x):
    """ln(1 + e^(10 x)) / 10, above PyTorch's threshold."""
    return softplus(10 * x) / 10


@case(
    p=UNIT,
    points=[{"p": 1e-13}, {"p": 1e-14}],
    samples=0,
    implementations={"autograd": lambda p: resolve("torch.nn.functional.binary_cross_entropy")(p, like(p, 1))},
    expect={"autograd": "disagree"},
    because="pytorch#103316: (p - y) / max(p (1 - p), 1e-12) stays at -1e12; the value -ln p is right there",
    tags=("torch",),
)
def bce_wrong_and_sure(p):
    """-ln p, for a probability near 0."""
    return -log(p)


@case(
    p=UNIT,
    points=[{"p": 0.9999999999999}, {"p": 1.0}],
    samples=0,
    implementations={"autograd": lambda p: resolve("torch.nn.functional.binary_cross_entropy")(p, like(p, 1))},
    expect={"autograd": "disagree"},
    because="(p - 1) / max(p (1 - p), 1e-12) is 0/1e-12 = 0 at p = 1, where -1/p is -1",
    tags=("torch",),
)
def bce_right_and_sure(p):
    """-ln p, for a probability near 1."""
    return -log(p)


@case(
    p=UNIT,
    points=[{"p": 0.0}, {"p": 1e-13}],
    samples=0,
    implementations={"autograd": lambda p: resolve("torch.nn.functional.binary_cross_entropy")(p, like(p, 0))},
    expect={"autograd": "disagree"},
    because="p / max(p (1 - p), 1e-12) is 0 at p = 0, where 1/(1 - p) is 1",
    tags=("torch",),
)
def bce_negative_and_sure(p):
    """-ln(1 - p), for a probability near 0."""
    return -log1p(-p)


@case(
    p=UNIT,
    t=UNIT,
    points=[{"p": 1e-13, "t": 0.3}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.binary_cross_entropy"},
    expect={"autograd": "disagree"},
    because="pytorch#103316: the denominator p (1 - p) is clamped at 1e-12: a tenth of the derivative",
    tags=("torch",),
)
def bce_soft_target(p, t):
    """Binary cross-entropy of a tiny probability against a soft target."""
    return -(t * log(p) + (1 - t) * log1p(-p))


@case(
    x=PAIR,
    y=PAIR,
    points=[{"x": [3e-9, 4e-9], "y": [1.0, 2.0]}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.cosine_similarity", dim=0)},
    expect={"autograd": "disagree"},
    because="the norm is clamped at eps outside autograd: below eps, a derivative of another function than the value",
    tags=("torch",),
)
def cosine_similarity_below_eps(x, y):
    """x.y / (max(|x|, eps) max(|y|, eps)), as documented."""
    return (x[0] * y[0] + x[1] * y[1]) / (maximum(hypot(x[0], x[1]), 1e-8) * maximum(hypot(y[0], y[1]), 1e-8))


@case(
    x=PAIR,
    y=PAIR,
    points=[{"x": [3.0, 4.0], "y": [1.0, 2.0]}, {"x": [3e-5, 4e-5], "y": [1.0, 2.0]}],
    samples=0,
    implementations={
        "autograd": lambda x, y: resolve("torch.nn.functional.cosine_embedding_loss")(x, y, like(x[0], 1))
    },
    expect={"autograd": "disagree"},
    because="1e-12 is added to the squared norms: 12 digits for ordinary vectors, 2 for those of length 5e-5",
    tags=("torch",),
)
def cosine_embedding_eps(x, y):
    """1 - cos(x, y)."""
    return 1 - (x[0] * y[0] + x[1] * y[1]) / (hypot(x[0], x[1]) * hypot(y[0], y[1]))


@case(
    m=ANY,
    t=ANY,
    v=POSITIVE,
    points=[{"m": 1.0, "t": 2.0, "v": 1e-7}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.gaussian_nll_loss"},
    expect={"autograd": "disagree"},
    because="the variance is clamped at eps outside autograd, as documented: a constant with the derivative -5e11",
    tags=("torch",),
)
def gaussian_nll_below_eps(m, t, v):
    """Gaussian negative log-likelihood, the variance clamped at 1e-6."""
    return (log(maximum(v, 1e-6)) + (m - t) ** 2 / maximum(v, 1e-6)) / 2


@case(
    x=PAIR,
    points=[{"x": [3.0, 4.0]}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.renorm")(x[None], 2, 0, 1.0)[0]},
    expect={"autograd": "disagree"},
    because="1e-7 is added to the norm: eight digits",
    tags=("torch",),
)
def renorm_eps(x):
    """A vector longer than 1, shortened to 1."""
    return x / hypot(x[0], x[1])


# Numbers that went through float32 or through integers.


@case(
    x=ANY,
    points=[{"x": 1.0}, {"x": -2.9}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.hardsigmoid"},
    expect={"autograd": "disagree"},
    because="the kernel's 1/6 is a float32 constant: 0.16666667163",
    tags=("torch",),
)
def hardsigmoid_slope(x):
    """clip(x + 3, 0, 6) / 6."""
    return clip(x + 3, 0, 6) / 6


@case(
    x=ANY,
    points=[{"x": -1.0}, {"x": -1e-10}, {"x": 0.0}],
    samples=0,
    alpha=0.3,
    implementations={"autograd": lambda x, alpha: resolve("torch.nn.functional.celu")(x, float(alpha))},
    expect={"autograd": "disagree"},
    because="derivatives.yaml divides by alpha.toFloat(): eight digits for an alpha that is no float32",
    tags=("torch",),
)
def celu_alpha(x, alpha):
    """CELU with alpha = 0.3."""
    return where(x > 0, x, alpha * expm1(x / alpha))


@case(
    x=ANY,
    points=[{"x": -1.0}],
    samples=0,
    alpha=0.3,
    implementations={
        "autograd": lambda x, alpha: resolve("torch.nn.functional.celu")(x * 1, float(alpha), inplace=True)
    },
    expect={"autograd": "disagree"},
    because="in place as well, alpha is rounded to float32 on the way to the derivative",
    tags=("torch",),
)
def celu_alpha_in_place(x, alpha):
    """CELU with alpha = 0.3, computed in place."""
    return where(x > 0, x, alpha * expm1(x / alpha))


@case(
    x=ANY,
    points=[{"x": 3.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.ldexp")(x, like(x, -2).long())},
    expect={"autograd": "disagree"},
    because="pytorch#187460, pytorch#196680: 2^-2 is computed with integers, and is 0",
    tags=("torch",),
)
def ldexp_negative_exponent(x):
    """x 2^-2."""
    return x / 4


@case(
    x=ANY,
    points=[{"x": 3.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.ldexp")(x, like(x, 100).long())},
    expect={"autograd": "disagree"},
    because="2^100 is computed with 64-bit integers, and is 0",
    tags=("torch",),
)
def ldexp_large_exponent(x):
    """x 2^100."""
    return x * 2.0**100


@case(
    x=POSITIVE,
    points=[{"x": 1e100}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.frexp")(x)[0]},
    expect={"autograd": "disagree"},
    because="the exponent is an int32, so 2^333 is computed in float32 and is infinite: 0 instead of 5.7e-101",
    tags=("torch",),
)
def frexp_mantissa(x):
    """The mantissa of a number between 2^332 and 2^333."""
    return x / 2.0**333


@case(
    x=ANY,
    y=POSITIVE,
    points=[{"x": 0.8999999999999999, "y": 0.3}],
    samples=0,
    implementations={"autograd": "torch.fmod"},
    expect={"autograd": "disagree"},
    because="-trunc(x / y) of the rounded quotient: 3 where the quotient lies just below 3; remainder takes care of it",
    tags=("torch",),
)
def fmod_rounded_quotient(x, y):
    """x - y floor(x / y), for positive x and y."""
    return x - y * floor(x / y)


# Approximations with too few terms.


@case(
    x=ANY,
    points=[{"x": 3.0}, {"x": 0.5}, {"x": 10.0}, {"x": -0.5}],
    samples=0,
    implementations={"autograd": "torch.digamma"},
    expect={"autograd": "disagree"},
    because="trigamma ends its asymptotic series at x^-7 after six steps of the recurrence: ten digits; scipy has "
    "sixteen",
    tags=("torch",),
)
def digamma_slope(x):
    """The derivative of digamma."""
    return digamma(x)


@case(
    x=ANY,
    points=[{"x": 3.0}, {"x": 20.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.lgamma"},
    expect={"autograd": "disagree"},
    because="the second derivative is torch's trigamma, of ten digits at 3",
    tags=("torch",),
)
def lgamma_curvature(x):
    """The second derivative of ln Gamma."""
    return lgamma(x)


@case(
    x=POSITIVE,
    points=[{"x": 3.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": call("torch.mvlgamma", 2)},
    expect={"autograd": "disagree"},
    because="the second derivative is a sum of torch's trigamma, of ten digits",
    tags=("torch",),
)
def mvlgamma_curvature(x):
    """The second derivative of the logarithm of the multivariate gamma function, in two dimensions."""
    return lgamma(x) + lgamma(x - 0.5) + log(pi) / 2


@case(
    x=POSITIVE,
    points=[{"x": 100.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.polygamma")(171, x)},
    expect={"symbolic": "nonfinite", "finite": "nonfinite", "autograd": "nonfinite"},
    because="172! overflows before it is multiplied by a zeta value that underflows: nan instead of -2.6e-35; scipy "
    "does the same",
    tags=("torch",),
)
def polygamma_high_order(x):
    """The 171st derivative of digamma."""
    return polygamma(171, x)


# Overflow and underflow on the way to a derivative that is an ordinary number.


@case(
    x=POSITIVE,
    points=[{"x": 1e155}, {"x": 1e200}],
    samples=0,
    implementations={"autograd": "torch.acosh"},
    expect={"autograd": "disagree"},
    because="1/sqrt(x^2 - 1): the square overflows, 0 instead of 1e-200",
    tags=("torch",),
)
def acosh_huge(x):
    """acosh x of a huge number."""
    return acosh(x)


@case(
    x=ANY,
    points=[{"x": -1e160}, {"x": 1e200}],
    samples=0,
    implementations={"autograd": "torch.asinh"},
    expect={"autograd": "lossy"},
    because="1/sqrt(x^2 + 1): the square overflows, 0 instead of 1e-200",
    tags=("torch",),
)
def asinh_huge(x):
    """asinh x of a huge number."""
    return asinh(x)


@case(
    x=ANY,
    points=[{"x": 1e155}],
    samples=0,
    implementations={"autograd": "torch.atan"},
    expect={"autograd": "lossy"},
    because="1/(x^2 + 1): the square overflows, 0 instead of the subnormal 1e-310",
    tags=("torch",),
)
def atan_huge(x):
    """atan x of a huge number."""
    return atan(x)


@case(
    x=POSITIVE,
    points=[{"x": 1e308}],
    samples=0,
    implementations={"autograd": "torch.log10"},
    expect={"autograd": "lossy"},
    because="1/(x ln 10): the product overflows, 0 instead of the subnormal 4.3e-309",
    tags=("torch",),
)
def log10_huge(x):
    """log10 x of a huge number."""
    return log10(x)


@case(
    y=ANY,
    x=ANY,
    points=[{"y": 1e200, "x": 1e200}],
    samples=0,
    implementations={"autograd": "torch.atan2"},
    expect={"autograd": "lossy"},
    because="x / (x^2 + y^2): the squares overflow, 0 instead of 5e-201",
    tags=("torch",),
)
def atan2_huge(y, x):
    """The angle of a point far away."""
    return atan2(y, x)


@case(
    y=ANY,
    x=ANY,
    points=[{"y": 3e-160, "x": 4e-160}],
    samples=0,
    implementations={"autograd": "torch.atan2"},
    expect={"symbolic": "nonfinite", "autograd": "nonfinite"},
    because="pytorch#193040: 1/(x^2 + y^2) is formed on its own and overflows; the derivative is 1.6e159; SymPy "
    "divides by squares that underflow",
    tags=("torch",),
)
def atan2_tiny(y, x):
    """The angle of a point near the origin."""
    return atan2(y, x)


@case(
    a=ANY,
    x=ANY,
    y=ANY,
    points=[{"a": 1.0, "x": 1e200, "y": 1e200}],
    samples=0,
    implementations={"autograd": "torch.addcdiv"},
    expect={"autograd": "lossy"},
    because="x / (y y): the square overflows, 0 instead of -1e-200; torch.div has x/y/y and is right",
    tags=("torch",),
)
def addcdiv_huge(a, x, y):
    """a + x/y, huge x and y."""
    return a + x / y


@case(
    a=ANY,
    x=ANY,
    y=ANY,
    points=[{"a": 1.0, "x": 1e-300, "y": 1e-200}],
    samples=0,
    implementations={"autograd": "torch.addcdiv"},
    expect={"symbolic": "nonfinite", "autograd": "nonfinite"},
    because="x / (y y): the square underflows, -inf instead of -1e100; SymPy has the same form",
    tags=("torch",),
)
def addcdiv_tiny(a, x, y):
    """a + x/y, tiny x and y."""
    return a + x / y


@case(
    x=PAIR,
    points=[{"x": [1e200, 1e200]}],
    samples=0,
    implementations={"autograd": "torch.linalg.vector_norm"},
    expect={"autograd": "disagree"},
    because="pytorch#193006: the squares overflow, the norm is inf and the derivative x/inf = 0 instead of 0.71",
    tags=("torch",),
)
def norm_huge(x):
    """The length of a huge vector."""
    return hypot(x[0], x[1])


@case(
    x=PAIR,
    points=[{"x": [3e-200, 4e-200]}, {"x": [1e-160, 1e-160]}],
    samples=0,
    implementations={"autograd": "torch.linalg.vector_norm"},
    expect={"autograd": "disagree"},
    because="the squares underflow, norm and derivative are 0 instead of 0.8 (compare pytorch#193006)",
    tags=("torch",),
)
def norm_tiny(x):
    """The length of a tiny vector."""
    return hypot(x[0], x[1])


@case(
    x=PAIR,
    y=PAIR,
    points=[{"x": [1e200, 1e200], "y": [1.0, 1.0]}],
    samples=0,
    implementations={"autograd": "torch.dist"},
    expect={"autograd": "disagree"},
    because="the squares overflow, 0 instead of 0.71 (compare pytorch#193006)",
    tags=("torch",),
)
def dist_huge(x, y):
    """The distance of two points far apart."""
    return hypot(x[0] - y[0], x[1] - y[1])


@case(
    x=PAIR,
    y=PAIR,
    points=[{"x": [3e-200, 4e-200], "y": [0.0, 0.0]}],
    samples=0,
    implementations={"autograd": lambda x, y: resolve("torch.cdist")(x[None], y[None])[0, 0]},
    expect={"autograd": "disagree"},
    because="the squares underflow, the distance is 0 and so is the derivative instead of 0.8",
    tags=("torch",),
)
def cdist_tiny(x, y):
    """The distance of two points very close to each other."""
    return hypot(x[0] - y[0], x[1] - y[1])


@case(
    x=PAIR,
    y=PAIR,
    points=[{"x": [1e200, 1e200], "y": [1.0, 1.0]}],
    samples=0,
    implementations={"autograd": "torch.nn.functional.pairwise_distance"},
    expect={"autograd": "disagree"},
    because="the squares overflow, 0 instead of 0.71 (compare pytorch#193006)",
    tags=("torch",),
)
def pairwise_distance_huge(x, y):
    """|x - y + 1e-6|, as documented."""
    return hypot(x[0] - y[0] + 1e-6, x[1] - y[1] + 1e-6)


@case(
    x=PAIR,
    points=[{"x": [1e200, 1e200]}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.normalize", dim=0)},
    expect={"symbolic": "nonfinite", "autograd": "disagree"},
    because="pytorch#193006: the norm is inf, the unit vector 0 and the derivative 0 instead of -3.5e-201; SymPy's "
    "form is infinity times 0",
    tags=("torch",),
)
def normalize_huge(x):
    """x / |x| of a huge vector."""
    return x / hypot(x[0], x[1])


@case(
    x=PAIR,
    points=[{"x": [1e200, 1e200]}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.rms_norm", (2,), eps=1e-5)},
    expect={"symbolic": "nonfinite", "autograd": "lossy"},
    because="the mean square overflows: 0 instead of -5e-201; SymPy's form is infinity times 0",
    tags=("torch",),
)
def rms_norm_huge(x):
    """Root-mean-square normalisation of a huge vector."""
    return x / sqrt(mean(x * x) + 1e-5)


@case(
    x=TRIPLE,
    points=[{"x": [1e200, 2e200, 4e200]}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.layer_norm", (3,))},
    expect={"autograd": "nonfinite"},
    because="the variance overflows: nan instead of 2.3e-201",
    tags=("torch",),
)
def layer_norm_huge(x):
    """Layer normalisation of huge numbers."""
    centred = x - mean(x)
    return centred / sqrt(mean(centred**2) + 1e-5)


@case(
    x=PAIR,
    points=[{"x": [1e-200, 3e-200]}],
    samples=0,
    implementations={"autograd": "torch.std"},
    expect={"autograd": "disagree"},
    because="the variance underflows: 0 instead of -0.71",
    tags=("torch",),
)
def std_tiny(x):
    """The standard deviation of two tiny numbers."""
    return abs(x[0] - x[1]) / sqrt(2)


@case(
    x=PAIR,
    points=[{"x": [1e200, -1e200]}],
    samples=0,
    implementations={"autograd": "torch.std"},
    expect={"autograd": "disagree"},
    because="the variance overflows: 0 instead of 0.71",
    tags=("torch",),
)
def std_huge(x):
    """The standard deviation of two huge numbers."""
    return abs(x[0] - x[1]) / sqrt(2)


@case(
    x=PAIR,
    points=[{"x": [1e-200, 2e-200]}],
    samples=0,
    implementations={"autograd": "torch.prod"},
    expect={"autograd": "disagree"},
    because="the product divided by each factor: the product underflows, 0 instead of 2e-200",
    tags=("torch",),
)
def prod_tiny(x):
    """A product that underflows."""
    return prod(x)


@case(
    x=TRIPLE,
    points=[{"x": [1e200, 1e200, 1e-300]}],
    samples=0,
    implementations={"autograd": "torch.prod"},
    expect={"finite": "nonfinite", "autograd": "nonfinite"},
    because="the product divided by each factor: an intermediate product overflows, inf instead of 1e-100; the "
    "function itself overflows in differences",
    tags=("torch",),
)
def prod_huge(x):
    """A product that overflows on the way."""
    return prod(x)


@case(
    x=PAIR,
    points=[{"x": [1e-200, 2e-200]}],
    samples=0,
    implementations={"autograd": call("torch.cumprod", 0)},
    expect={"autograd": "disagree"},
    because="the products divided by each factor: the product underflows, 0 instead of 2e-200",
    tags=("torch",),
)
def cumprod_tiny(x):
    """Cumulative products that underflow."""
    return stack([x[0], x[0] * x[1]])


@case(
    a=SQUARE,
    points=[{"a": [[1e-200, 2e-200], [3e-200, 4e-200]]}],
    samples=0,
    implementations={"autograd": "torch.linalg.det"},
    expect={"autograd": "disagree"},
    because="det A^-T: the determinant underflows, 0 instead of 4e-200",
    tags=("torch",),
)
def det_tiny(a):
    """A determinant that underflows."""
    return a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]


@case(
    a=SQUARE,
    points=[{"a": [[1e200, 2e200], [3e200, 4e200]]}],
    samples=0,
    implementations={"autograd": "torch.linalg.det"},
    expect={"finite": "nonfinite", "autograd": "nonfinite"},
    because="det A^-T: the determinant overflows, inf instead of 4e200; the function itself overflows in differences",
    tags=("torch",),
)
def det_huge(a):
    """A determinant that overflows."""
    return a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]


@case(
    x=POSITIVE,
    points=[{"x": 3e-206}],
    samples=0,
    implementations={"autograd": "torch.rsqrt"},
    expect={"autograd": "nonfinite"},
    because="-y^3 / 2: the cube overflows before it is halved, -inf instead of -9.6e307",
    tags=("torch",),
)
def rsqrt_tiny(x):
    """1 / sqrt(x), the derivative near the largest number."""
    return 1 / sqrt(x)


@case(
    x=ANY,
    points=[{"x": 1024.0}],
    samples=0,
    implementations={"autograd": "torch.exp2"},
    expect={"symbolic": "nonfinite", "finite": "nonfinite", "autograd": "nonfinite"},
    because="pytorch#192407: y ln 2, and y overflows: inf instead of 1.2e308; so do the others",
    tags=("torch",),
)
def exp2_overflow(x):
    """2^x, the derivative just below the largest number."""
    return exp2(x)


@case(
    y=ANY,
    points=[{"y": 1024.0}],
    samples=0,
    implementations={"autograd": lambda y: resolve("torch.pow")(2.0, y)},
    expect={"symbolic": "nonfinite", "finite": "nonfinite", "autograd": "nonfinite"},
    because="like pytorch#192407: 2^y overflows before it is multiplied by ln 2; so do the others",
    tags=("torch",),
)
def pow_of_two_overflow(y):
    """2^y, by pow."""
    return power(2, y)


@case(
    x=POSITIVE,
    y=POSITIVE,
    points=[{"x": 1e-310, "y": 1e-5}],
    samples=0,
    implementations={"autograd": "torch.pow"},
    expect={"autograd": "nonfinite"},
    because="y x^(y-1): the power overflows before it is multiplied by y, inf instead of 9.9e304",
    tags=("torch",),
)
def pow_subnormal_base(x, y):
    """x^y, for a subnormal x and a small y."""
    return x**y


@case(
    x=ANY,
    points=[{"x": -800.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.nn.functional.soft_margin_loss")(x, like(x, 1))},
    expect={"symbolic": "nonfinite", "autograd": "nonfinite"},
    because="e^800 / (1 + e^800) is inf/inf = nan instead of 1; multilabel_soft_margin_loss is right; SymPy has the "
    "same form",
    tags=("torch",),
)
def soft_margin_overflow(x):
    """ln(1 + e^-x), for a prediction that is very wrong."""
    return softplus(-x)


@case(
    x=ANY,
    points=[{"x": 1e155}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.gelu", approximate="tanh")},
    expect={"symbolic": "nonfinite", "autograd": "nonfinite"},
    because="(1 - tanh^2) (1 + 3 k x^2): 0 times infinity; the derivative is 1; SymPy as well",
    tags=("torch",),
)
def gelu_tanh_huge(x):
    """The tanh approximation of gelu, of a huge number."""
    return x * sigmoid(2 * sqrt(2 / pi) * (x + 0.044715 * x**3))


# Singular points, and pieces that meet.


@case(
    a=SQUARE,
    points=[{"a": [[1.0, 2.0], [2.0, 4.0]]}, {"a": [[1.0, 0.0], [0.0, 0.0]]}],
    samples=0,
    implementations={"autograd": "torch.linalg.det"},
    expect={"autograd": "disagree"},
    because="pytorch#104675: det A^-T with a determinant of 0: 0 instead of the cofactors",
    tags=("torch",),
)
def det_singular(a):
    """The determinant of a matrix of rank 1."""
    return a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]


@case(
    y=ANY,
    x=ANY,
    points=[{"y": 0.0, "x": 0.0}],
    samples=0,
    implementations={"autograd": lambda y, x: resolve("torch.hypot")(y, x) ** 2},
    expect={"autograd": "nonfinite"},
    because="x / hypot(x, y) is 0/0 at the origin, and nan times 0 is nan; torch.linalg.vector_norm takes 0 there",
    tags=("torch",),
)
def hypot_at_origin(y, x):
    """The square of hypot, smooth at the origin."""
    return y * y + x * x


@case(
    x=POSITIVE,
    points=[{"x": 0.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.special.gammainc")(like(x, 1), x)},
    expect={"autograd": "nonfinite"},
    because="exp((a - 1) ln x - x - lgamma(a)): 0 times -infinity is nan at x = 0; the derivative is 1",
    tags=("torch",),
)
def gammainc_at_zero(x):
    """The incomplete gamma function P(1, x) = 1 - e^-x."""
    return -expm1(-x)


@case(
    x=POSITIVE,
    points=[{"x": 0.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.special.gammaincc")(like(x, 1), x)},
    expect={"autograd": "nonfinite"},
    because="exp((a - 1) ln x - x - lgamma(a)): 0 times -infinity is nan at x = 0; the derivative is -1",
    tags=("torch",),
)
def gammaincc_at_zero(x):
    """The incomplete gamma function Q(1, x) = e^-x."""
    return exp(-x)


@case(
    x=ANY,
    t=POSITIVE,
    points=[{"x": 1.0, "t": 0.0}],
    samples=0,
    implementations={"autograd": call("torch.nn.functional.poisson_nll_loss", full=True)},
    expect={"autograd": "nonfinite"},
    because="Stirling's term is masked for t <= 1, but its derivative ln t is infinite at 0, and masked to nan",
    tags=("torch",),
)
def poisson_nll_zero_count(x, t):
    """e^x - t x, the Poisson loss of a count of at most 1."""
    return exp(x) - t * x


@case(
    x=ANY,
    points=[{"x": 0.0}],
    samples=0,
    implementations={"autograd": lambda x: resolve("torch.relu")(x) - resolve("torch.relu")(-x)},
    expect={"autograd": "disagree"},
    because="relu'(0) = 0 is right for relu, not for a sum of them: 0 instead of 1 (Bolte & Pauwels 2020)",
    reference="Bolte & Pauwels 2020",
    tags=("torch",),
)
def identity_by_relu(x):
    """relu(x) - relu(-x), which is x."""
    return x


@case(
    x=ANY,
    points=[{"x": 0.0}],
    samples=0,
    implementations={
        "autograd": lambda x: resolve("torch.clamp")(x, min=0) + resolve("torch.clamp")(x, max=0),
    },
    expect={"autograd": "disagree"},
    because="pytorch#184572: both clamps say 1 at their bound: 2 instead of 1",
    tags=("torch",),
)
def identity_by_clamp(x):
    """clamp(x, min=0) + clamp(x, max=0), which is x."""
    return x


# Second derivatives.


@case(
    x=ANY,
    points=[{"x": 20.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.tanh"},
    expect={"autograd": "lossy"},
    because="pytorch#195527: -2 y (1 - y^2) of the rounded y is 0 instead of -3.4e-17",
    tags=("torch",),
)
def tanh_curvature(x):
    """The second derivative of tanh, saturated."""
    return tanh(x)


@case(
    x=ANY,
    points=[{"x": 40.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.sigmoid"},
    expect={"autograd": "lossy"},
    because="pytorch#195527: y (1 - y) (1 - 2y) of the rounded y is 0 instead of -4.2e-18",
    tags=("torch",),
)
def sigmoid_curvature(x):
    """The second derivative of sigmoid, saturated."""
    return sigmoid(x)


@case(
    x=ANY,
    points=[{"x": 40.41}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.nn.functional.silu"},
    expect={"autograd": "lossy"},
    because="pytorch#195682: 1 - sigmoid(x) is 0 instead of 2.8e-18",
    tags=("torch",),
)
def silu_curvature(x):
    """The second derivative of x sigmoid(x), far right."""
    return x * sigmoid(x)


@case(
    x=ANY,
    points=[{"x": 20.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.nn.functional.mish"},
    expect={"autograd": "lossy"},
    because="1 - tanh(softplus(x))^2 is 0 instead of 1.6e-17; the curvature is -6.5e-16",
    tags=("torch",),
)
def mish_curvature(x):
    """The second derivative of x tanh(softplus(x)), far right."""
    return x * tanh(softplus(x))


@case(
    x=ANY,
    points=[{"x": 40.0}, {"x": 700.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.nn.functional.logsigmoid"},
    expect={"autograd": "disagree"},
    because="pytorch#195530, pytorch#195679: (z - 1) z of a rounded z is 0; the first derivative has all digits",
    tags=("torch",),
)
def log_sigmoid_curvature(x):
    """The second derivative of ln sigmoid(x), far right."""
    return -softplus(-x)


@case(
    x=ANY,
    points=[{"x": 20.5}, {"x": 25.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.nn.functional.softplus"},
    expect={"autograd": "disagree"},
    because="above the threshold 20 the second derivative is 0 instead of 1.3e-9",
    tags=("torch",),
)
def softplus_curvature(x):
    """The second derivative of ln(1 + e^x), above PyTorch's threshold."""
    return softplus(x)


@case(
    x=ANY,
    points=[{"x": 40.0}],
    samples=0,
    operators=("hessian",),
    implementations={
        "autograd": lambda x: resolve("torch.nn.functional.binary_cross_entropy_with_logits")(x, like(x, 1))
    },
    expect={"autograd": "disagree"},
    because="y (1 - y) of the rounded sigmoid is 0 instead of 4.2e-18 (compare pytorch#195529)",
    tags=("torch",),
)
def bce_with_logits_curvature(x):
    """The second derivative of the binary cross-entropy of a confident, correct logit."""
    return softplus(-x)


@case(
    p=UNIT,
    points=[{"p": 0.5}, {"p": 0.01}, {"p": 1e-6}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": lambda p: resolve("torch.nn.functional.binary_cross_entropy")(p, like(p, 1))},
    expect={"autograd": "disagree"},
    because="the double backward adds 1e-12 to p and to 1 - p, the backward does not: eleven digits at 0.5",
    tags=("torch",),
)
def bce_curvature(p):
    """The second derivative of -ln p, by binary cross-entropy."""
    return -log(p)


@case(
    x=ANY,
    points=[{"x": -400.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": lambda x: resolve("torch.nn.functional.soft_margin_loss")(x, like(x, 1))},
    expect={"symbolic": "nonfinite", "autograd": "lossy"},
    because="e^400 / (1 + e^400)^2: the square overflows, 0 instead of 1.9e-174; SymPy's form is inf/inf",
    tags=("torch",),
)
def soft_margin_curvature(x):
    """The second derivative of ln(1 + e^-x), far left."""
    return softplus(-x)


@case(
    x=PAIR,
    points=[{"x": [40.0, 0.0]}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": call("torch.logsumexp", 0)},
    expect={"autograd": "lossy"},
    because="p (1 - p) of the rounded softmax is 0 instead of 4.2e-18",
    tags=("torch",),
)
def logsumexp_curvature(x):
    """The second derivatives of ln(e^x + e^y), far apart."""
    return logsumexp(x)


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 0.0, "y": 400.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.logaddexp"},
    expect={"symbolic": "nonfinite", "autograd": "lossy"},
    because="1 / (1 + e^z)^2 underflows before it is multiplied by e^z: 0 instead of 1.9e-174; SymPy's form is inf/inf",
    tags=("torch",),
)
def logaddexp_curvature(x, y):
    """The second derivatives of ln(e^x + e^y), far apart."""
    return x + softplus(y - x)


@case(
    x=ANY,
    y=ANY,
    points=[{"x": 0.0, "y": 800.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.logaddexp"},
    expect={"symbolic": "nonfinite", "autograd": "nonfinite"},
    because="pytorch#196704: e^z overflows: 0 times infinity is nan; the truth is 3.7e-348, which rounds to 0; "
    "SymPy's form is inf/inf",
    tags=("torch",),
)
def logaddexp_curvature_overflow(x, y):
    """The second derivatives of ln(e^x + e^y), so far apart that the exponential overflows."""
    return x + softplus(y - x)


@case(
    x=ANY,
    points=[{"x": -1.0}],
    samples=0,
    alpha=0.3,
    operators=("hessian",),
    implementations={"autograd": lambda x, alpha: resolve("torch.nn.functional.celu")(x, float(alpha))},
    expect={"autograd": "disagree"},
    because="alpha is rounded to float32 on the way to the derivative: eight digits",
    tags=("torch",),
)
def celu_curvature(x, alpha):
    """The second derivative of CELU with alpha = 0.3."""
    return where(x > 0, x, alpha * expm1(x / alpha))


@case(
    x=ANY,
    points=[{"x": -6.0}, {"x": -8.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": call("torch.nn.functional.gelu", approximate="tanh")},
    expect={"autograd": "disagree"},
    because="1 - tanh^2 of the rounded tanh: seven digits at -6, none at -8",
    tags=("torch",),
)
def gelu_tanh_curvature(x):
    """The second derivative of the tanh approximation of gelu, far left."""
    return x * sigmoid(2 * sqrt(2 / pi) * (x + 0.044715 * x**3))


@case(
    x=PAIR,
    points=[{"x": [1e-9, 1.0]}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.linalg.vector_norm"},
    expect={"autograd": "lossy"},
    because="1/r - y^2/r^3 cancels: 0 instead of x^2/r^3 = 1e-18",
    tags=("torch",),
)
def norm_curvature(x):
    """The second derivatives of the length of a vector along an axis."""
    return hypot(x[0], x[1])


@case(
    x=POSITIVE,
    y=POSITIVE,
    points=[{"x": 0.0, "y": 3.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": "torch.pow"},
    expect={"symbolic": "nonfinite", "autograd": "nonfinite"},
    because="pytorch#89757: x^(y-1) ln x is 0 times infinity; with a plain number for y the second derivative is "
    "right; SymPy has the same form",
    tags=("torch",),
)
def pow_curvature_at_zero(x, y):
    """The second derivatives of x^y at x = 0, y = 3."""
    return x**y


@case(
    x=ANY,
    points=[{"x": 0.0}],
    samples=0,
    operators=("hessian",),
    implementations={"autograd": lambda x: resolve("torch.sinc")(x / resolve("math.pi"))},
    expect={"symbolic": "disagree", "autograd": "nonfinite"},
    because="pytorch#196703: 0/0 in the branch not taken; the second derivative is -1/3; SymPy differentiates the "
    "constant of the branch x = 0",
    tags=("torch",),
)
def sinc_curvature_at_zero(x):
    """The second derivative of sin(x)/x at 0."""
    return where(x == 0, 1, sin(x) / x)
