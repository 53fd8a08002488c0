"""Sums of exponentials: softmax, logsumexp and their logarithms, whose slopes are made of rounded probabilities."""

from _trials import torch, trial

from diffcheck.ops import exp2, log2, logsumexp, sigmoid, softplus, stack

SOFTMAX = trial(lambda x: stack([sigmoid(x[0] - x[1]), sigmoid(x[1] - x[0])]), lambda x: torch.softmax(x, 0))
SOFTMAX("softmax_of_neighbours", [1.0, 2.0], [1000001.0, 1000000.0]).agrees()
SOFTMAX("softmax_tail", [40.0, 0.0]).lossy(
    "pytorch#195684: y (g - sum of g y) of the rounded y is 0 on the diagonal instead of 4.2e-18"
)

LOG_SOFTMAX = trial(
    lambda x: stack([-softplus(x[1] - x[0]), -softplus(x[0] - x[1])]), lambda x: torch.log_softmax(x, 0)
)
LOG_SOFTMAX("log_softmax_of_neighbours", [1.0, 2.0], [1000001.0, 1000000.0]).agrees()
LOG_SOFTMAX("log_softmax_tail", [40.0, 0.0]).disagrees(
    "pytorch#195680: 1 - y of the rounded softmax y is 0 instead of 4.2e-18, and so is the value"
)

LOGSUMEXP = trial(logsumexp, lambda x: torch.logsumexp(x, 0))
LOGSUMEXP("logsumexp_far_apart", [40.0, 0.0], [1e4, 1e4], [-1e4, -9997.0], [-800.0, 0.0], symbolic="nonfinite").agrees(
    "SymPy's e^10000 is infinite"
)
LOGSUMEXP("logsumexp_curvature", [40.0, 0.0], operators="hessian").lossy(
    "p (1 - p) of the rounded softmax is 0 instead of 4.2e-18"
)

LOGADDEXP = trial(lambda x, y: x + softplus(y - x), "torch.logaddexp")
LOGADDEXP("logaddexp_far_apart", (40.0, 0.0), (0.0, 700.0), (1e4, 1e4), (-1e5, -1e5)).agrees()
LOGADDEXP("logaddexp_second", (40.0, 0.0), (1e4, 1e4), (1.0, 2.0), operators="hessian").agrees()
LOGADDEXP("logaddexp_curvature", (0.0, 400.0), operators="hessian", symbolic="nonfinite").lossy(
    "1 / (1 + e^z)^2 underflows before it is multiplied by e^z: 0 instead of 1.9e-174; SymPy's form is inf/inf"
)
LOGADDEXP("logaddexp_curvature_overflow", (0.0, 800.0), operators="hessian", symbolic="nonfinite").nonfinite(
    "pytorch#196704: e^z overflows: 0 times infinity is nan; the truth is 3.7e-348, which rounds to 0; "
    "SymPy's form is inf/inf"
)

LOGADDEXP2 = trial(lambda x, y: x + log2(1 + exp2(y - x)), "torch.logaddexp2")
LOGADDEXP2("logaddexp2_far_apart", (40.0, 0.0), (1.0, 3.0), (0.0, 1000.0)).agrees()

LOGCUMSUMEXP = trial(lambda x: stack([x[0], x[0] + softplus(x[1] - x[0])]), lambda x: torch.logcumsumexp(x, 0))
LOGCUMSUMEXP("logcumsumexp_far_apart", [40.0, 0.0], [0.0, 40.0], [1e4, 1e4]).agrees()
