"""Functions made of pieces that meet: smooth ones, whose derivative at the seam is a matter of each piece's choice."""

from _trials import like, torch, trial

from diffcheck.ops import abs, maximum


def identity(x):
    """The function x, which all of these are."""
    return x


MAXIMUM_AND_MINIMUM = trial(identity, lambda x: torch.maximum(x, like(x, 0)) + torch.minimum(x, like(x, 0)))
MAXIMUM_AND_MINIMUM("identity_by_maximum", 0.0, 1.0).agrees()

MAXIMUM_OF_EQUALS = trial(identity, lambda x: torch.maximum(x, x))
MAXIMUM_OF_EQUALS("maximum_of_equals", 2.0).agrees()

RELUS = trial(identity, lambda x: torch.relu(x) - torch.relu(-x))
RELUS("identity_by_relu", 0.0, reference="Bolte & Pauwels 2020").disagrees(
    "relu'(0) = 0 is right for relu, not for a sum of them: 0 instead of 1 (Bolte & Pauwels 2020)"
)

CLAMPS = trial(identity, lambda x: torch.clamp(x, min=0) + torch.clamp(x, max=0))
CLAMPS("identity_by_clamp", 0.0).disagrees("pytorch#184572: both clamps say 1 at their bound: 2 instead of 1")

X_ABS_X = trial(lambda x: x * abs(x), lambda x: x * torch.abs(x))
X_ABS_X("x_abs_x", 0.0, 1e-200, -3.0).agrees()

SQUARED_RELU = trial(lambda x: maximum(x, 0) ** 2, lambda x: torch.relu(x) ** 2)
SQUARED_RELU("squared_relu", 0.0, 3.0).agrees()
