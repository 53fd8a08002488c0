"""Determinants and decompositions of matrices of two rows: singular matrices, determinants out of range."""

from _trials import torch, trial

from diffcheck.ops import abs, cos, hypot, log, sin, sqrt, stack, sum


def det(a):
    """The determinant."""
    return a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]


def symmetric(s):
    """The symmetric matrix of three numbers."""
    return s[[0, 1, 1, 2]].reshape(2, 2)


DET = trial(det, "torch.linalg.det")
DET("det_regular", [[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0], [1.0, 1.000000000000001]]).agrees()
DET("det_second", [[1.0, 2.0], [3.0, 4.0]], operators="hessian").agrees()
DET("det_singular", [[1.0, 2.0], [2.0, 4.0]], [[1.0, 0.0], [0.0, 0.0]]).disagrees(
    "pytorch#104675: det A^-T with a determinant of 0: 0 instead of the cofactors"
)
DET("det_tiny", [[1e-200, 2e-200], [3e-200, 4e-200]]).disagrees(
    "det A^-T: the determinant underflows, 0 instead of 4e-200"
)
DET("det_huge", [[1e200, 2e200], [3e200, 4e200]], finite="nonfinite").nonfinite(
    "det A^-T: the determinant overflows, inf instead of 4e200; the function itself overflows in differences"
)

SLOGDET = trial(lambda a: log(abs(det(a))), lambda a: torch.linalg.slogdet(a)[1])
SLOGDET("slogdet_huge", [[1.0, 2.0], [3.0, 4.0]], [[1e100, 2e100], [3e100, 4e100]]).agrees()

INVERSE = trial(lambda a: stack([a[1, 1], -a[0, 1]]) / det(a), lambda a: torch.linalg.inv(a)[0])
INVERSE("inverse_by_cofactors", [[2.0, 1.0], [1.0, 3.0]], [[1.0, 2.0], [3.0, 4.0]]).agrees()


def eigenvalues(s):
    """The eigenvalues of a symmetric matrix."""
    middle, radius = (s[0] + s[2]) / 2, hypot((s[0] - s[2]) / 2, s[1])
    return stack([middle - radius, middle + radius])


EIGENVALUES = trial(eigenvalues, lambda s: torch.linalg.eigvalsh(symmetric(s)))
EIGENVALUES("eigenvalues_of_symmetric", [2.0, 1.0, 3.0], [1.0, 1e-9, 2.0]).agrees()

CHOLESKY = trial(
    lambda s: stack([sqrt(s[0]), s[1] / sqrt(s[0]), sqrt(s[2] - s[1] ** 2 / s[0])]),
    lambda s: torch.linalg.cholesky(symmetric(s)).reshape(4)[[0, 2, 3]],
)
CHOLESKY("cholesky_factor", [2.0, 1.0, 3.0], [1.0, 0.999, 1.0]).agrees()

ROTATION = trial(
    lambda t: stack([cos(t), -sin(t), sin(t), cos(t)]),
    lambda t: torch.linalg.matrix_exp(t * t.new_tensor([[0.0, -1.0], [1.0, 0.0]])).reshape(4),
)
ROTATION("rotation_by_matrix_exp", 1.0, 1e-10, 100.0).agrees()

NUCLEAR = trial(lambda a: sqrt(sum(a * a) + 2 * abs(det(a))), lambda a: torch.linalg.matrix_norm(a, "nuc"))
NUCLEAR("nuclear_norm_regular", [[1.0, 2.0], [3.0, 4.0]]).agrees()
