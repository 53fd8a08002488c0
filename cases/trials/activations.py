"""Activations: slopes rebuilt from a result that is rounded to 0 or 1, thresholds, constants that were float32 once."""

from _trials import F, trial

from diffcheck.ops import abs, clip, erfc, expm1, pi, sigmoid, softplus, sqrt, tanh, where

TANH = trial(tanh, "torch.tanh")
TANH("tanh_near_zero", 1e-10, 0.5, 1.0).agrees()
TANH("tanh_tail", 5.0, 20.0).lossy(
    "pytorch#195527, pytorch#195685: 1 - y^2 of the rounded y: 12 digits at 5, none at 20 (0 instead of 1.7e-17)"
)
TANH("tanh_curvature", 20.0, operators="hessian").lossy(
    "pytorch#195527: -2 y (1 - y^2) of the rounded y is 0 instead of -3.4e-17"
)

SIGMOID = trial(sigmoid, "torch.sigmoid")
SIGMOID("sigmoid_left_tail", -40.0, -300.0, 1.0, -1e-10).agrees()
SIGMOID("sigmoid_second", -40.0, 1.0, 0.0, operators="hessian").agrees()
SIGMOID("sigmoid_tail", 20.0, 40.0).lossy(
    "pytorch#195527, pytorch#195681: y (1 - y) of the rounded y is 0 at 40 instead of 4.2e-18"
)
SIGMOID("sigmoid_curvature", 40.0, operators="hessian").lossy(
    "pytorch#195527: y (1 - y) (1 - 2y) of the rounded y is 0 instead of -4.2e-18"
)

ELU = trial(lambda x: where(x > 0, x, expm1(x)), "torch.nn.functional.elu")
ELU("elu_out_of_place", -40.0, -700.0, -1.0, 2.0).agrees()
ELU("elu_second", -40.0, -700.0, -1.0, operators="hessian").agrees()

ELU_IN_PLACE = trial(lambda x: where(x > 0, x, expm1(x)), lambda x: F.elu(x * 1, inplace=True))
ELU_IN_PLACE("elu_in_place", -20.0, -40.0).lossy(
    "in place it is y + alpha of the rounded y, 0 at -40; out of place it is alpha e^x and right"
)

ELU_OF_ALPHA = trial(lambda x, alpha: where(x > 0, x, alpha * expm1(x)), lambda x, alpha: F.elu(x, float(alpha)))
ELU_OF_ALPHA("elu_with_alpha", -1.0, -20.0, 2.0, alpha=0.3).agrees()


def selu(x, scale, alpha):
    """SELU."""
    return where(x > 0, scale * x, scale * alpha * expm1(x))


CONSTANTS = {"scale": 1.0507009873554804934193349852946, "alpha": 1.6732632423543772848170429916717}

SELU = trial(selu, lambda x, scale, alpha: F.selu(x), **CONSTANTS)
SELU("selu_out_of_place", -40.0, -1.0, 2.0).agrees()

SELU_IN_PLACE = trial(selu, lambda x, scale, alpha: F.selu(x * 1, inplace=True), **CONSTANTS)
SELU_IN_PLACE("selu_in_place", -40.0).lossy(
    "in place, selu's derivative is y + scale alpha of the rounded y, 0 instead of 7.5e-18"
)


def celu(x, alpha):
    """CELU."""
    return where(x > 0, x, alpha * expm1(x / alpha))


# 1/2 is a float32, 0.3 is none.
CELU = trial(celu, lambda x, alpha: F.celu(x, float(alpha)))
CELU("celu_of_a_half", -1.0, -20.0, -300.0, alpha=0.5).agrees()
CELU("celu_second", -20.0, -300.0, alpha=0.5, operators="hessian").agrees()
CELU("celu_alpha", -1.0, -1e-10, 0.0, alpha=0.3).disagrees(
    "derivatives.yaml divides by alpha.toFloat(): eight digits for an alpha that is no float32"
)
CELU("celu_curvature", -1.0, alpha=0.3, operators="hessian").disagrees(
    "alpha is rounded to float32 on the way to the derivative: eight digits"
)

CELU_IN_PLACE = trial(celu, lambda x, alpha: F.celu(x * 1, float(alpha), inplace=True))
CELU_IN_PLACE("celu_alpha_in_place", -1.0, alpha=0.3).disagrees(
    "in place as well, alpha is rounded to float32 on the way to the derivative"
)

GLU = trial(lambda x: x[0] * sigmoid(x[1]), lambda x: F.glu(x, 0)[0])
GLU("glu_closed_gate", [2.0, -40.0], [1.0, 1.0]).agrees()
GLU("glu_open_gate", [2.0, 40.0]).lossy("a y (1 - y) of the rounded gate y is 0 instead of 8.5e-18")

SOFTPLUS = trial(softplus, "torch.nn.functional.softplus")
SOFTPLUS("softplus_below_threshold", 19.0, -30.0, -700.0, 40.0).agrees()
SOFTPLUS("softplus_second", -30.0, -700.0, 1.0, operators="hessian").agrees()
SOFTPLUS("softplus_threshold", 20.5, 25.0).disagrees(
    "above the threshold 20 the derivative is 1: nine digits; in float64 it is 1 from 37 on"
)
SOFTPLUS("softplus_curvature", 20.5, 25.0, operators="hessian").disagrees(
    "above the threshold 20 the second derivative is 0 instead of 1.3e-9"
)

SOFTPLUS_OF_10 = trial(lambda x: softplus(10 * x) / 10, lambda x: F.softplus(x, 10.0))
SOFTPLUS_OF_10("softplus_with_beta", 1.9, -3.0).agrees()
SOFTPLUS_OF_10("softplus_beta_threshold", 2.05).disagrees(
    "beta x above the threshold 20: the derivative is 1 instead of 1 - 1.3e-9"
)

LOG_SIGMOID = trial(lambda x: -softplus(-x), "torch.nn.functional.logsigmoid")
LOG_SIGMOID("log_sigmoid_tails", 40.0, -40.0, -800.0, 700.0, symbolic="nonfinite").agrees(
    "SymPy's e^800 / (1 + e^800) is inf/inf"
)
LOG_SIGMOID("log_sigmoid_second", -40.0, -200.0, 0.0, operators="hessian").agrees()
LOG_SIGMOID("log_sigmoid_curvature", 40.0, 700.0, operators="hessian").disagrees(
    "pytorch#195530, pytorch#195679: (z - 1) z of a rounded z is 0; the first derivative has all digits"
)

GELU = trial(lambda x: x * erfc(-x / sqrt(2)) / 2, "torch.nn.functional.gelu")
GELU("gelu_ordinary", 3.0, 1.0, -1.0, 1e200).agrees()
GELU("gelu_second", 0.5, 3.0, 20.0, operators="hessian").agrees()
GELU("gelu_value", -6.0, operators="hessian").disagrees(
    "pytorch#187806: the second derivative is right, of the value 1 + erf(x/sqrt 2) leaves nine digits"
)
GELU("gelu_left_tail", -6.0, -10.0, -20.0, symbolic="lossy").disagrees(
    "pytorch#187806: 1 + erf(x/sqrt 2) cancels and is 0 below -8.3, which leaves two digits at -10; SymPy "
    "rewrites erfc(-z) as 2 - erfc(z), which cancels as well"
)

GELU_TANH = trial(
    lambda x: x * sigmoid(2 * sqrt(2 / pi) * (x + 0.044715 * x**3)), lambda x: F.gelu(x, approximate="tanh")
)
GELU_TANH("gelu_tanh_ordinary", 5.0, 2.0, -1.0).agrees()
GELU_TANH("gelu_tanh_left_tail", -6.0, -10.0).disagrees(
    "1 + tanh cancels: 6 digits at -6, none at -10 (0 instead of -2.8e-36); (1 + tanh u)/2 is sigmoid(2u)"
)
GELU_TANH("gelu_tanh_huge", 1e155, symbolic="nonfinite").nonfinite(
    "(1 - tanh^2) (1 + 3 k x^2): 0 times infinity; the derivative is 1; SymPy as well"
)
GELU_TANH("gelu_tanh_curvature", -6.0, -8.0, operators="hessian").disagrees(
    "1 - tanh^2 of the rounded tanh: seven digits at -6, none at -8"
)

SILU = trial(lambda x: x * sigmoid(x), "torch.nn.functional.silu")
SILU("silu_tails", -40.0, -300.0, 40.0, 1e200).agrees()
SILU("silu_second", -40.0, -200.0, 2.0, operators="hessian").agrees()
SILU("silu_curvature", 40.41, operators="hessian").lossy("pytorch#195682: 1 - sigmoid(x) is 0 instead of 2.8e-18")

MISH = trial(lambda x: x * tanh(softplus(x)), "torch.nn.functional.mish")
MISH("mish_tails", -40.0, -300.0, 40.0, 300.0, symbolic="lossy").agrees("SymPy's ln(1 + e^x) loses e^x in the sum")
MISH("mish_second", -40.0, 2.0, operators="hessian").agrees()
MISH("mish_curvature", 20.0, operators="hessian").lossy(
    "1 - tanh(softplus(x))^2 is 0 instead of 1.6e-17; the curvature is -6.5e-16"
)

TANHSHRINK = trial(lambda x: x - tanh(x), "torch.nn.functional.tanhshrink")
TANHSHRINK("tanhshrink_ordinary", 2.0, 20.0, 0.5).agrees()
TANHSHRINK("tanhshrink_near_zero", 1e-3, 1e-5).lossy("1 - (1 - y^2) leaves eight digits of tanh(x)^2 at 1e-5")

SOFTSIGN = trial(lambda x: x / (1 + abs(x)), "torch.nn.functional.softsign")
SOFTSIGN("softsign_ordinary", 1.0, 1e-10, -3.0).agrees()
SOFTSIGN("softsign_tail", 1e5, 1e10).lossy("1/(1 + x) - x/(1 + x)^2 cancels: six digits of 1/(1 + x)^2 at 1e10")

HARDSIGMOID = trial(lambda x: clip(x + 3, 0, 6) / 6, "torch.nn.functional.hardsigmoid")
HARDSIGMOID("hardsigmoid_slope", 1.0, -2.9).disagrees("the kernel's 1/6 is a float32 constant: 0.16666667163")

HARDSWISH = trial(lambda x: x * clip(x + 3, 0, 6) / 6, "torch.nn.functional.hardswish")
HARDSWISH("hardswish_inside", 1.0, -2.9, 1e200).agrees()
HARDSWISH("hardswish_second", 1.0, -2.9, operators="hessian").agrees()

LEAKY_RELU = trial(lambda x: where(x > 0, x, 0.3 * x), lambda x: F.leaky_relu(x, 0.3))
LEAKY_RELU("leaky_relu_slope", -1.0, 2.0).agrees()
