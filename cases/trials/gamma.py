"""Gamma functions: short asymptotic series, factorials that overflow, incomplete functions at 0."""

from _trials import POSITIVE, like, torch, trial

from diffcheck.ops import digamma, erf, exp, expm1, lgamma, log, pi, polygamma, sqrt

LGAMMA = trial(lgamma, "torch.lgamma")
LGAMMA("log_gamma_everywhere", 3.0, 1e-300, -1e-10, -0.5, -20.3, -3.0000001, -1000.5, 1e200).agrees()
LGAMMA("lgamma_curvature", 3.0, 20.0, operators="hessian").disagrees(
    "the second derivative is torch's trigamma, of ten digits at 3"
)

MVLGAMMA = trial(lambda x: lgamma(x) + lgamma(x - 0.5) + log(pi) / 2, lambda x: torch.mvlgamma(x, 2), x=POSITIVE)
MVLGAMMA("multigammaln_slope", 3.0, 0.6, 100.0).agrees()
MVLGAMMA("mvlgamma_curvature", 3.0, operators="hessian").disagrees(
    "the second derivative is a sum of torch's trigamma, of ten digits"
)

# The first derivative is torch's trigamma, the second one a zeta function.
DIGAMMA = trial(digamma, "torch.digamma")
DIGAMMA("digamma_where_asymptotic", 50.0, 1000.0, 1e10, 0.001, 1e-8).agrees()
DIGAMMA("digamma_second", 3.0, 0.5, 10.0, -0.5, operators="hessian").agrees()
DIGAMMA("digamma_slope", 3.0, 0.5, 10.0, -0.5).disagrees(
    "trigamma ends its asymptotic series at x^-7 after six steps of the recurrence: ten digits; scipy has sixteen"
)

TRIGAMMA = trial(lambda x: polygamma(1, x), lambda x: torch.polygamma(1, x))
TRIGAMMA("trigamma_everywhere", 1e-8).agrees()
TRIGAMMA("trigamma_value", 3.0, 0.5, -0.5, -10.3, 100.0).disagrees(
    "the derivative is right, the value is a short series: 4.934802202 at 0.5, nine digits of fifteen"
)

POLYGAMMA_30 = trial(lambda x: polygamma(30, x), lambda x: torch.polygamma(30, x))
POLYGAMMA_30("polygamma_of_order_30", 3.0, 0.5, 1000.0).agrees()

POLYGAMMA_171 = trial(lambda x: polygamma(171, x), lambda x: torch.polygamma(171, x), x=POSITIVE)
POLYGAMMA_171("polygamma_high_order", 100.0, symbolic="nonfinite", finite="nonfinite").nonfinite(
    "172! overflows before it is multiplied by a zeta value that underflows: nan instead of -2.6e-35; scipy "
    "does the same"
)

ZETA = trial(lambda x: polygamma(1, x), lambda x: torch.special.zeta(like(x, 2), x))
ZETA("zeta_of_two", 3.0, 0.5, 100.0).agrees()

# P(1, x) and Q(1, x).
GAMMAINC = trial(lambda x: -expm1(-x), lambda x: torch.special.gammainc(like(x, 1), x), x=POSITIVE)
GAMMAINC("gammainc_of_one", 1e-10, 5.0, 100.0).agrees()
GAMMAINC("gammainc_at_zero", 0.0).nonfinite(
    "exp((a - 1) ln x - x - lgamma(a)): 0 times -infinity is nan at x = 0; the derivative is 1"
)

GAMMAINCC = trial(lambda x: exp(-x), lambda x: torch.special.gammaincc(like(x, 1), x), x=POSITIVE)
GAMMAINCC("gammaincc_at_zero", 0.0).nonfinite(
    "exp((a - 1) ln x - x - lgamma(a)): 0 times -infinity is nan at x = 0; the derivative is -1"
)

P_OF_A_HALF = trial(lambda x: erf(sqrt(x)), lambda x: torch.special.gammainc(like(x, 0.5), x))
P_OF_A_HALF("gammainc_of_a_half", 1e-10, 5.0, 100.0).agrees()

Q_OF_2 = trial(lambda x: (1 + x) * exp(-x), lambda x: torch.special.gammaincc(like(x, 2), x))
Q_OF_2("gammaincc_of_two", 0.5, 5.0, 100.0).agrees()
