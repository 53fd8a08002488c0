"""Losses: confident predictions, clamps put in for safety, targets and counts at their ends."""

from _trials import POSITIVE, UNIT, F, like, trial

from diffcheck.ops import abs, exp, hypot, log, log1p, maximum, pi, softplus, where, xlogy

CROSS_ENTROPY = trial(lambda x: softplus(x[1] - x[0]), lambda x: F.cross_entropy(x, like(x[0], 0).long()))
CROSS_ENTROPY("cross_entropy_wrong", [0.0, 40.0], [1.0, 2.0]).agrees()
CROSS_ENTROPY("cross_entropy_confident", [40.0, 0.0]).disagrees(
    "pytorch#195678: softmax - 1 of the rounded softmax is 0 instead of -4.2e-18"
)

SMOOTHED = trial(
    lambda x: 0.95 * softplus(x[1] - x[0]) + 0.05 * softplus(x[0] - x[1]),
    lambda x: F.cross_entropy(x, like(x[0], 0).long(), label_smoothing=0.1),
)
SMOOTHED("cross_entropy_smoothed", [40.0, 0.0], [0.0, 40.0], [1.0, 2.0]).agrees()

BCE_WITH_LOGITS = trial(lambda x: softplus(-x), lambda x: F.binary_cross_entropy_with_logits(x, like(x, 1)))
BCE_WITH_LOGITS("bce_with_logits_wrong", -40.0, -700.0, 0.0).agrees()
BCE_WITH_LOGITS("bce_with_logits_confident", 20.0, 40.0).disagrees(
    "pytorch#195529, pytorch#195677: sigmoid(x) - 1 of the rounded sigmoid is 0 instead of -4.2e-18"
)
BCE_WITH_LOGITS("bce_with_logits_curvature", 40.0, operators="hessian").disagrees(
    "y (1 - y) of the rounded sigmoid is 0 instead of 4.2e-18 (compare pytorch#195529)"
)

OF_CLASS_0 = trial(softplus, lambda x: F.binary_cross_entropy_with_logits(x, like(x, 0)))
OF_CLASS_0("bce_with_logits_negative", 40.0, 20.0).agrees()
OF_CLASS_0("bce_with_logits_of_nothing", -40.0).disagrees(
    "the derivative is right, the value 1 + e^-40 - 1 under the logarithm is 0 instead of 4.2e-18"
)

WEIGHTED = trial(
    lambda x: 3 * softplus(-x),
    lambda x: F.binary_cross_entropy_with_logits(x, like(x, 1), pos_weight=like(x, 3)),
)
WEIGHTED("bce_with_logits_weighted", 20.0, 40.0).disagrees(
    "like pytorch#195529, with pos_weight: the positive term cancels against a rounded sigmoid"
)

SOFT_MARGIN = trial(lambda x: softplus(-x), lambda x: F.soft_margin_loss(x, like(x, 1)))
SOFT_MARGIN("soft_margin_tails", -40.0, 40.0, 0.0, 700.0).agrees()
SOFT_MARGIN("soft_margin_second", -40.0, 40.0, 0.0, operators="hessian").agrees()
SOFT_MARGIN("soft_margin_overflow", -800.0, symbolic="nonfinite").nonfinite(
    "e^800 / (1 + e^800) is inf/inf = nan instead of 1; multilabel_soft_margin_loss is right; SymPy has the same form"
)
SOFT_MARGIN("soft_margin_curvature", -400.0, operators="hessian", symbolic="nonfinite").lossy(
    "e^400 / (1 + e^400)^2: the square overflows, 0 instead of 1.9e-174; SymPy's form is inf/inf"
)

# The targets are 1 and 0.
MULTILABEL = trial(
    lambda x: (softplus(-x[0]) + softplus(x[1])) / 2,
    lambda x: F.multilabel_soft_margin_loss(x[None], 2 - like(x, 1).cumsum(0)[None]),
)
MULTILABEL("multilabel_soft_margin_tails", [40.0, -40.0], [-800.0, 800.0], symbolic="nonfinite").agrees(
    "SymPy's e^800 / (1 + e^800) is inf/inf"
)

BCE = trial(
    lambda p, t: -(t * log(p) + (1 - t) * log1p(-p)), "torch.nn.functional.binary_cross_entropy", p=UNIT, t=UNIT
)
BCE("bce_ordinary", (0.3, 0.7), (1e-8, 0.3)).agrees()
BCE("bce_soft_target", (1e-13, 0.3)).disagrees(
    "pytorch#103316: the denominator p (1 - p) is clamped at 1e-12: a tenth of the derivative"
)

BCE_OF_1 = trial(lambda p: -log(p), lambda p: F.binary_cross_entropy(p, like(p, 1)), p=UNIT)
BCE_OF_1("bce_short_of_clamp", 1e-11, 0.5, 0.999).agrees()
BCE_OF_1("bce_wrong_and_sure", 1e-13, 1e-14).disagrees(
    "pytorch#103316: (p - y) / max(p (1 - p), 1e-12) stays at -1e12; the value -ln p is right there"
)
BCE_OF_1("bce_right_and_sure", 0.9999999999999, 1.0).disagrees(
    "(p - 1) / max(p (1 - p), 1e-12) is 0/1e-12 = 0 at p = 1, where -1/p is -1"
)
BCE_OF_1("bce_curvature", 0.5, 0.01, 1e-6, operators="hessian").disagrees(
    "the double backward adds 1e-12 to p and to 1 - p, the backward does not: eleven digits at 0.5"
)

BCE_OF_0 = trial(lambda p: -log1p(-p), lambda p: F.binary_cross_entropy(p, like(p, 0)), p=UNIT)
BCE_OF_0("bce_negative_and_sure", 0.0, 1e-13).disagrees("p / max(p (1 - p), 1e-12) is 0 at p = 0, where 1/(1 - p) is 1")

KL = trial(lambda x, t: xlogy(t, t) - t * x, lambda x, t: F.kl_div(x, t, reduction="sum"))
KL("kl_divergence_terms", (-1.0, 0.3), (-50.0, 1e-300)).agrees()

KL_OF_LOGS = trial(lambda x, t: exp(t) * (t - x), lambda x, t: F.kl_div(x, t, log_target=True, reduction="sum"))
KL_OF_LOGS("kl_divergence_log_target", (-1.0, -0.3), (-50.0, -50.000001)).agrees()


def poisson_nll(x, t):
    """e^x - t x, with Stirling's term for counts above 1."""
    return exp(x) - t * x + where(t > 1, t * log(t) - t + log(2 * pi * t) / 2, 0)


POISSON = trial(poisson_nll, lambda x, t: F.poisson_nll_loss(x, t, full=True))
POISSON("poisson_nll_counts", (1.0, 3.0), (1.0, 0.5)).agrees()

POISSON_OF_0 = trial(lambda x, t: exp(x) - t * x, lambda x, t: F.poisson_nll_loss(x, t, full=True), t=POSITIVE)
POISSON_OF_0("poisson_nll_zero_count", (1.0, 0.0)).nonfinite(
    "Stirling's term is masked for t <= 1, but its derivative ln t is infinite at 0, and masked to nan"
)

GAUSSIAN = trial(lambda m, t, v: (log(v) + (m - t) ** 2 / v) / 2, "torch.nn.functional.gaussian_nll_loss")
GAUSSIAN("gaussian_nll_above_eps", (1.0, 2.0, 0.001), (1.0, 2.0, 1e5)).agrees()

CLAMPED_GAUSSIAN = trial(
    lambda m, t, v: (log(maximum(v, 1e-6)) + (m - t) ** 2 / maximum(v, 1e-6)) / 2,
    "torch.nn.functional.gaussian_nll_loss",
    v=POSITIVE,
)
CLAMPED_GAUSSIAN("gaussian_nll_below_eps", (1.0, 2.0, 1e-7)).disagrees(
    "the variance is clamped at eps outside autograd, as documented: a constant with the derivative -5e11"
)

# The square overflows, its derivative does not.
MSE = trial(lambda x, t: (x - t) ** 2, "torch.nn.functional.mse_loss")
MSE("mse_huge", (1e200, 1.0), (1.0, 2.0), finite="nonfinite").agrees("the square itself overflows: inf - inf")

HUBER = trial(lambda x: where(abs(x) < 1, x * x / 2, abs(x) - 0.5), lambda x: F.huber_loss(x, like(x, 0)))
HUBER("huber_at_bound", 0.3, 1.0, 1e200, 0.0).agrees()
HUBER("huber_second", 0.3, 2.0, 0.0, operators="hessian").agrees()

SMOOTH_L1 = trial(
    lambda x: where(abs(x) < 0.5, x * x, abs(x) - 0.25), lambda x: F.smooth_l1_loss(x, like(x, 0), beta=0.5)
)
SMOOTH_L1("smooth_l1_at_bound", 0.3, 0.5, 1e200, 0.0).agrees()

COSINE_EMBEDDING = trial(
    lambda x, y: 1 - (x[0] * y[0] + x[1] * y[1]) / (hypot(x[0], x[1]) * hypot(y[0], y[1])),
    lambda x, y: F.cosine_embedding_loss(x, y, like(x[0], 1)),
)
COSINE_EMBEDDING("cosine_embedding_eps", ([3.0, 4.0], [1.0, 2.0]), ([3e-5, 4e-5], [1.0, 2.0])).disagrees(
    "1e-12 is added to the squared norms: 12 digits for ordinary vectors, 2 for those of length 5e-5"
)
