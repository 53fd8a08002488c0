"""Exponentials, logarithms, roots, trigonometric and hyperbolic functions: huge and tiny arguments, rounded results."""

from _trials import POSITIVE, trial

from diffcheck.ops import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cosh,
    exp2,
    expm1,
    log,
    log1p,
    log2,
    log10,
    sinh,
    sqrt,
    tan,
)

EXPM1 = trial(expm1, "torch.expm1")
EXPM1("expm1_near_zero", 1e-10, -1e-300, 5.0, -1.0).agrees()
EXPM1("expm1_tail", -37.0, -40.0).lossy("pytorch#192406: y + 1 of the rounded y is 0 at -40 instead of 4.2e-18")

EXP2 = trial(exp2, "torch.exp2")
EXP2("exp2_ends", 10.5, 1000.3, -1030.0).agrees()
EXP2("exp2_overflow", 1024.0, symbolic="nonfinite", finite="nonfinite").nonfinite(
    "pytorch#192407: y ln 2, and y overflows: inf instead of 1.2e308; so do the others"
)

LOG = trial(log, "torch.log")
LOG("log_second", 1e150, 1e-150, 2.0, operators="hessian").agrees()

LOG1P = trial(log1p, "torch.log1p")
LOG1P("log1p_tiny", 1e-10, 1e300, -0.5).agrees()

LOG2 = trial(log2, "torch.log2")
LOG2("log2_ends", 1e308, 1e-300, 3.0).agrees()

LOG10 = trial(log10, "torch.log10", x=POSITIVE)
LOG10("log10_tiny", 1e-300, 3.0, 1e300).agrees()
LOG10("log10_huge", 1e308).lossy("1/(x ln 10): the product overflows, 0 instead of the subnormal 4.3e-309")

SQRT = trial(sqrt, "torch.sqrt")
SQRT("sqrt_ends", 1e-310, 1e308, 2.0).agrees()

RSQRT = trial(lambda x: 1 / sqrt(x), "torch.rsqrt", x=POSITIVE)
RSQRT("rsqrt_ends", 1e-200, 1e200, 2.0).agrees()
RSQRT("rsqrt_tiny", 3e-206).nonfinite("-y^3 / 2: the cube overflows before it is halved, -inf instead of -9.6e307")

TAN = trial(tan, "torch.tan")
TAN("tan_near_pole", 1.57, 1e5, 1e-10).agrees()
TAN("tan_second", 1.57, 1e-10, 1.0, operators="hessian").agrees()

ASIN = trial(asin, "torch.asin")
ASIN("asin_inside", 0.5, 1e-10, -0.999).agrees()

ACOS = trial(acos, "torch.acos")
ACOS("acos_inside", 0.5, 1e-10, -0.999).agrees()

ATAN = trial(atan, "torch.atan")
ATAN("atan_large", 1e5, 1e150, 0.5).agrees()
ATAN("atan_huge", 1e155).lossy("1/(x^2 + 1): the square overflows, 0 instead of the subnormal 1e-310")

COSH = trial(cosh, "torch.cosh")
COSH("cosh_near_overflow", -710.3, 700.0, 1e-10).agrees()

SINH = trial(sinh, "torch.sinh")
SINH("sinh_near_overflow", 710.3, 700.0, 1e-10).agrees()

ASINH = trial(asinh, "torch.asinh")
ASINH("asinh_moderate", 1e5, -1e150, 1e-200).agrees()
ASINH("asinh_huge", -1e160, 1e200).lossy("1/sqrt(x^2 + 1): the square overflows, 0 instead of 1e-200")

ACOSH = trial(acosh, "torch.acosh", x=POSITIVE)
ACOSH("acosh_moderate", 1e5, 1e150, 1.5).agrees()
ACOSH("acosh_huge", 1e155, 1e200).disagrees("1/sqrt(x^2 - 1): the square overflows, 0 instead of 1e-200")

ATANH = trial(atanh, "torch.atanh")
ATANH("atanh_inside", 0.5, 1e-10, -0.999).agrees()
