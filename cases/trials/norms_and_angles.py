"""Norms, distances, angles, normalisation: squares that overflow, underflow or cancel, and an eps for safety."""

from _trials import F, torch, trial

from diffcheck.ops import abs, atan2, hypot, maximum, mean, rational, sqrt, stack, where


def dot(x, y):
    """x.y of two vectors in the plane."""
    return x[0] * y[0] + x[1] * y[1]


def length(x):
    """|x| in the plane, without squares that overflow."""
    return hypot(x[0], x[1])


def distance(x, y):
    """|x - y| in the plane."""
    return hypot(x[0] - y[0], x[1] - y[1])


ATAN2 = trial(lambda y, x: atan2(y, x), "torch.atan2")
ATAN2("atan2_ordinary", (3.0, -4.0), (1.0, 0.0), (1e-200, 1.0), (1e150, 1e150)).agrees()
ATAN2("atan2_huge", (1e200, 1e200)).lossy("x / (x^2 + y^2): the squares overflow, 0 instead of 5e-201")
ATAN2("atan2_tiny", (3e-160, 4e-160), symbolic="nonfinite").nonfinite(
    "pytorch#193040: 1/(x^2 + y^2) is formed on its own and overflows; the derivative is 1.6e159; SymPy "
    "divides by squares that underflow"
)

HYPOT = trial(lambda y, x: hypot(y, x), "torch.hypot")
HYPOT("hypot_huge_and_tiny", (1e200, 1e200), (3e-170, 4e-170), (3.0, 4.0)).agrees()
HYPOT("hypot_second", (1e100, 1e100), (3.0, 4.0), operators="hessian").agrees()

SQUARED_HYPOT = trial(lambda y, x: y * y + x * x, lambda y, x: torch.hypot(y, x) ** 2)
SQUARED_HYPOT("hypot_at_origin", (0.0, 0.0)).nonfinite(
    "x / hypot(x, y) is 0/0 at the origin, and nan times 0 is nan; torch.linalg.vector_norm takes 0 there"
)

SQUARED_NORM = trial(lambda x: x[0] ** 2 + x[1] ** 2, lambda x: torch.linalg.vector_norm(x) ** 2)
SQUARED_NORM("squared_norm_at_origin", [0.0, 0.0], [3.0, 4.0]).agrees()

NORM = trial(length, "torch.linalg.vector_norm")
NORM("norm_ordinary", [3.0, 4.0], [1e-9, 1.0], [1e150, 1e150]).agrees()
NORM("norm_huge", [1e200, 1e200]).disagrees(
    "pytorch#193006: the squares overflow, the norm is inf and the derivative x/inf = 0 instead of 0.71"
)
NORM("norm_tiny", [3e-200, 4e-200], [1e-160, 1e-160]).disagrees(
    "the squares underflow, norm and derivative are 0 instead of 0.8 (compare pytorch#193006)"
)
NORM("norm_curvature", [1e-9, 1.0], operators="hessian").lossy("1/r - y^2/r^3 cancels: 0 instead of x^2/r^3 = 1e-18")

NORM_3 = trial(lambda x: (abs(x[0]) ** 3 + abs(x[1]) ** 3) ** rational(1, 3), lambda x: torch.linalg.vector_norm(x, 3))
NORM_3("norm_of_order_3", [3.0, 4.0], [0.0, 2.0]).agrees()

DIST = trial(distance, "torch.dist")
DIST("dist_huge", ([1e200, 1e200], [1.0, 1.0])).disagrees(
    "the squares overflow, 0 instead of 0.71 (compare pytorch#193006)"
)

CDIST = trial(distance, lambda x, y: torch.cdist(x[None], y[None])[0, 0])
CDIST("cdist_direct", ([10000.004, 10000.003], [1e4, 1e4]), ([3.0, 4.0], [1.0, 2.0])).breaches(
    "batched-gradient", "under vmap its backward takes the first incoming gradient of a batch for all"
)
CDIST("cdist_tiny", ([3e-200, 4e-200], [0.0, 0.0])).disagrees(
    "the squares underflow, the distance is 0 and so is the derivative instead of 0.8"
)

# The way cdist takes for more than 25 points.
CDIST_BY_PRODUCT = trial(
    distance, lambda x, y: torch.cdist(x[None], y[None], compute_mode="use_mm_for_euclid_dist")[0, 0]
)
CDIST_BY_PRODUCT(
    "cdist_by_matrix_product", ([10000.004, 10000.003], [1e4, 1e4]), ([10000.00004, 10000.00003], [1e4, 1e4])
).disagrees("pytorch#42479: x.x - 2 x.y + y.y cancels in the distance, and the derivative divides by it")

CDIST_3 = trial(
    lambda x, y: (abs(x[0] - y[0]) ** 3 + abs(x[1] - y[1]) ** 3) ** rational(1, 3),
    lambda x, y: torch.cdist(x[None], y[None], p=3.0)[0, 0],
)
CDIST_3("cdist_of_order_3", ([3.0, 4.0], [1.0, 2.5])).breaches(
    "batched-gradient", "under vmap its backward takes the first incoming gradient of a batch for all"
)

# |x - y + 1e-6|, as documented.
PAIRWISE = trial(lambda x, y: hypot(x[0] - y[0] + 1e-6, x[1] - y[1] + 1e-6), "torch.nn.functional.pairwise_distance")
PAIRWISE("pairwise_distance_of_equals", ([3.0, 4.0], [1.0, 2.0]), ([1.0, 1.0], [1.0, 1.0])).agrees()
PAIRWISE("pairwise_distance_huge", ([1e200, 1e200], [1.0, 1.0])).disagrees(
    "the squares overflow, 0 instead of 0.71 (compare pytorch#193006)"
)

COSINE = trial(lambda x, y: dot(x, y) / (length(x) * length(y)), lambda x, y: F.cosine_similarity(x, y, dim=0))
COSINE("cosine_similarity_ordinary", ([3.0, 4.0], [1.0, 2.0]), ([3e-5, 4e-5], [1.0, 2.0])).agrees()

# x.y / (max(|x|, eps) max(|y|, eps)), as documented.
CLAMPED_COSINE = trial(
    lambda x, y: dot(x, y) / (maximum(length(x), 1e-8) * maximum(length(y), 1e-8)),
    lambda x, y: F.cosine_similarity(x, y, dim=0),
)
CLAMPED_COSINE("cosine_similarity_below_eps", ([3e-9, 4e-9], [1.0, 2.0])).disagrees(
    "the norm is clamped at eps outside autograd: below eps, a derivative of another function than the value"
)

NORMALIZE = trial(lambda x: x / length(x), lambda x: F.normalize(x, dim=0))
NORMALIZE("normalize_ordinary", [3.0, 4.0], [1e-5, 1e-5]).agrees()
NORMALIZE("normalize_huge", [1e200, 1e200], symbolic="nonfinite").disagrees(
    "pytorch#193006: the norm is inf, the unit vector 0 and the derivative 0 instead of -3.5e-201; SymPy's "
    "form is infinity times 0"
)

NORMALIZE_BELOW_EPS = trial(lambda x: x / maximum(length(x), 1e-12), lambda x: F.normalize(x, dim=0))
NORMALIZE_BELOW_EPS("normalize_below_eps", [3e-14, 4e-14]).agrees()

# A vector longer than 1 is shortened to 1.
RENORM = trial(lambda x: where(length(x) > 1, x / length(x), x), lambda x: torch.renorm(x[None], 2, 0, 1.0)[0])
RENORM("renorm_short", [0.3, 0.4]).agrees()

RENORM_LONG = trial(lambda x: x / length(x), lambda x: torch.renorm(x[None], 2, 0, 1.0)[0])
RENORM_LONG("renorm_eps", [3.0, 4.0]).disagrees("1e-7 is added to the norm: eight digits")

RMS_NORM = trial(lambda x: x / sqrt(mean(x * x) + 1e-5), lambda x: F.rms_norm(x, (2,), eps=1e-5))
RMS_NORM("rms_norm_ordinary", [1.0, 2.0], [0.0, 0.0]).agrees()
RMS_NORM("rms_norm_huge", [1e200, 1e200], symbolic="nonfinite").lossy(
    "the mean square overflows: 0 instead of -5e-201; SymPy's form is infinity times 0"
)

LAYER_NORM = trial(lambda x: (x - mean(x)) / sqrt(mean((x - mean(x)) ** 2) + 1e-5), lambda x: F.layer_norm(x, (3,)))
LAYER_NORM("layer_norm_ordinary", [1.0, 2.0, 4.0], [1.0, 1.0, 1.0], [1e4, 10001.0, 10003.0]).agrees()
LAYER_NORM("layer_norm_huge", [1e200, 2e200, 4e200]).nonfinite("the variance overflows: nan instead of 2.3e-201")


def layer_norm_of_two(x):
    """Layer normalisation of two numbers."""
    half = (x[0] - x[1]) / 2
    return stack([half, -half]) / sqrt(half**2 + 1e-5)


LAYER_NORM_OF_TWO = trial(layer_norm_of_two, lambda x: F.layer_norm(x, (2,)))
LAYER_NORM_OF_TWO("layer_norm_of_two", [1.0, 101.0], [1.0, 1e5]).lossy(
    "the projection onto the mean and the normalised values cancels: one digit of 4e-20 at [1, 1e5]"
)
