"""Error functions and their logarithms, sinc, entropies: tails, and points where a quotient is removable."""

from _trials import torch, trial

from diffcheck.ops import erf, erfc, exp, log, log1p, log_ndtr, pi, sin, sqrt, where, xlogy

ERF = trial(erf, "torch.erf")
ERF("erf_tail", 26.0, 5.0, 1e-10, 0.0).agrees()

ERFC = trial(erfc, "torch.erfc")
ERFC("erfc_tail", 26.0, 5.0, -5.0, 1e-10).agrees()
ERFC("erfc_second", 26.0, 5.0, -5.0, operators="hessian").agrees()

ERFCX = trial(lambda x: exp(x * x) * erfc(x), "torch.special.erfcx")
ERFCX("erfcx_ordinary", 1.0, -5.0, 0.0).agrees()

# By the logarithm of the normal distribution function: e^(x^2) overflows.
ERFCX_BY_LOG = trial(lambda x: 2 * exp(x * x + log_ndtr(-sqrt(2) * x)), "torch.special.erfcx")
ERFCX_BY_LOG("erfcx_tail", 100.0, 1e4, symbolic="nonfinite").lossy(
    "2 x erfcx(x) - 2/sqrt(pi) cancels: eight digits at 1e4; SymPy's erfc underflows: 0/0"
)

NDTR = trial(lambda x: erfc(-x / sqrt(2)) / 2, "torch.special.ndtr")
NDTR("ndtr_middle", -1.0, 5.0, 38.0).agrees()
NDTR("ndtr_second", -1.0, 5.0, operators="hessian").agrees()
NDTR("ndtr_tail", -30.0, -37.0).disagrees(
    "the derivative is right, the value 1 + erf(x/sqrt 2) is 0 where the truth is 4.9e-198 and 5.7e-300"
)

LOG_NDTR = trial(log_ndtr, "torch.special.log_ndtr")
LOG_NDTR("log_ndtr_tail", -5.0, -1.0, 5.0, 30.0, symbolic="lossy").agrees(
    "SymPy rewrites erfc(-z) as 2 - erfc(z), which cancels"
)
LOG_NDTR("log_ndtr_far_tail", -100.0, -1e4, symbolic="nonfinite").lossy(
    "exp(-(y + x^2/2)) of two huge numbers that cancel: eight digits of -x at -1e4; SymPy's erfc underflows: 0/0"
)

SINC = trial(lambda x: sin(pi * x) / (pi * x), "torch.sinc")
SINC("sinc_away_from_zero", 0.5, 3.0, 1000.3).agrees()
SINC("sinc_near_zero", 1e-3, 1e-10).lossy(
    "(pi x cos(pi x) - sin(pi x)) / (pi x^2) cancels near 0: 0 instead of -3.3e-10 at 1e-10"
)

GUARDED_SINC = trial(lambda x: where(x == 0, 1, sin(x) / x), lambda x: torch.sinc(x / torch.pi))
GUARDED_SINC("sinc_curvature_at_zero", 0.0, operators="hessian", symbolic="disagree").nonfinite(
    "pytorch#89459, pytorch#196703: 0/0 in the branch not taken; the second derivative is -1/3; SymPy "
    "differentiates the constant of the branch x = 0"
)

ENTROPY = trial(lambda x: -x * log(x), "torch.special.entr")
ENTROPY("entropy_ends", 1e-300, 1e300, 0.5).agrees()

LOGIT = trial(lambda x: log(x) - log1p(-x), "torch.logit")
LOGIT("logit_ends", 1e-300, 0.3, 0.5).agrees()

XLOGY = trial(lambda x, y: xlogy(x, y), "torch.xlogy")
XLOGY("xlogy_at_zero", (0.0, 2.0), (1.0, 1e-300), (2.0, 1.000001)).agrees()
XLOGY("xlogy_second", (0.0, 2.0), (1.0, 1e-100), operators="hessian").agrees()

XLOG1PY = trial(lambda x, y: x * log1p(y), "torch.special.xlog1py")
XLOG1PY("xlog1py_at_zero", (0.0, 2.0), (2.0, 1e-20), (1.0, -0.9999), (0.0, 0.0)).agrees()
