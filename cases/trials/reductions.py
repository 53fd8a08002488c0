"""Products, variances and standard deviations: intermediate results that overflow and underflow."""

from _trials import torch, trial

from diffcheck.ops import abs, mean, norm, prod, sqrt, stack, sum

PROD = trial(prod, "torch.prod")
PROD("prod_with_zeros", [0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [1e-200, 1e200, 1e-200]).agrees()
PROD("prod_tiny", [1e-200, 2e-200]).disagrees(
    "the product divided by each factor: the product underflows, 0 instead of 2e-200"
)
PROD("prod_huge", [1e200, 1e200, 1e-300]).nonfinite(
    "the product divided by each factor: an intermediate product overflows, inf instead of 1e-100"
)

CUMPROD = trial(lambda x: stack([x[0], x[0] * x[1]]), lambda x: torch.cumprod(x, 0))
CUMPROD("cumprod_with_zeros", [0.0, 2.0], [0.0, 0.0], [3.0, 2.0]).agrees()
CUMPROD("cumprod_tiny", [1e-200, 2e-200]).disagrees(
    "the products divided by each factor: the product underflows, 0 instead of 2e-200"
)

VAR = trial(lambda x: sum((x - mean(x)) ** 2) / 2, "torch.var")
VAR("var_huge_and_tiny", [1e200, -1e200, 0.0], [1e-200, 3e-200, 4e-200], [1.0, 2.0, 4.0], finite="nonfinite").agrees(
    "the variance itself overflows: inf - inf"
)
VAR("var_second", [1.0, 2.0, 4.0], [100000000.0, 100000001.0, 100000005.0], operators="hessian").agrees()

STD = trial(lambda x: abs(x[0] - x[1]) / sqrt(2), "torch.std")
STD("std_shifted", [100000000.0, 100000001.0], [1.0, 2.0]).agrees()
STD("std_tiny", [1e-200, 3e-200]).disagrees("the variance underflows: 0 instead of -0.71")
STD("std_huge", [1e200, -1e200]).disagrees("the variance overflows: 0 instead of 0.71")

STD_OF_THREE = trial(lambda x: norm(x - mean(x)) / sqrt(2), "torch.std")
STD_OF_THREE("std_of_three", [1.0, 2.0, 4.0], [1e-150, 3e-150, 4e-150]).agrees()
STD_OF_THREE("std_second", [1.0, 2.0, 4.0], operators="hessian").agrees()
