"""Torch code with eigenvalues, singular values and their vectors: recorded, certified, and nobody is accused."""

import numpy as np
import pytest
import torch

from diffcheck import case_of, check, gradient

ROWS = torch.tensor([[0.5, -0.2, 1.0], [2.0, 0.1, -0.7], [0.3, 0.9, 0.4]], dtype=torch.float64)
# The sign of an eigenvector is another one nearby, where its first element crosses zero.
TURNING = torch.tensor([[-1.9, -1.0, 0.7], [-0.7, -1.5, 0.2], [1.5, 0.6, 1.9]], dtype=torch.float64)
WIDE = torch.stack([ROWS[:2], ROWS[1:]])


def symmetric(a):
    return (a + a.mT) / 2


def root(a):
    values, vectors = torch.linalg.eigh(a @ a.mT)
    return vectors @ torch.diag(values.sqrt()) @ vectors.mT


def rotation(x):
    left, _, right = torch.linalg.svd(x, full_matrices=False)
    return left @ right


def grown(a):
    """The sizes of the vectors, each times the exponential of its eigenvalue."""
    values, vectors = torch.linalg.eig(a)
    return (vectors * values.exp().unsqueeze(-2)).abs()


TURNED = torch.complex(ROWS, ROWS.mT * torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64))
TALL = TURNED[:, :2]


def hermitian(a):
    return (a + a.mH) / 2


def complex_root(a):
    """Whatever phases its vectors have."""
    values, vectors = torch.linalg.eigh(hermitian(a))
    return ((vectors * values.exp()) @ vectors.mH).abs()


CODES = {
    "eigenvalues": (lambda a: torch.linalg.eigvalsh(symmetric(a)), ROWS),
    "by the upper triangle": (lambda a: torch.linalg.eigvalsh(symmetric(a), UPLO="U"), ROWS),
    "projections": (lambda a: torch.linalg.eigh(symmetric(a))[1] ** 2, ROWS),
    "a root of a matrix": (root, ROWS),
    "singular values": (torch.linalg.svdvals, WIDE),
    "of a column": (torch.linalg.svdvals, ROWS[:, :1]),
    "the nearest rotation": (rotation, WIDE),
    "nuclear norm": (lambda x: torch.linalg.matrix_norm(x, "nuc"), WIDE),
    "spectral norm": (lambda x: torch.linalg.matrix_norm(x, 2), ROWS),
    "condition": (torch.linalg.cond, ROWS),
    "of any matrix": (lambda a: torch.view_as_real(torch.linalg.eigvals(a)), ROWS),
    "the sizes of many": (lambda a: torch.linalg.eigvals(a).abs(), torch.stack([ROWS, ROWS.mT - 2 * ROWS])),
    "products of their vectors": (lambda a: (torch.linalg.eig(a)[1].mH @ torch.linalg.eig(a)[1]).abs(), ROWS),
    "vectors of any phase": (grown, ROWS),
    "exponential": (torch.linalg.matrix_exp, ROWS),
    "complex eigenvalues": (torch.linalg.eigvals, TURNED),
    "of a complex number": (torch.linalg.eigvals, TURNED[:1, :1]),
    "of what is its own conjugate transposed": (lambda a: torch.linalg.eigvalsh(hermitian(a)), TURNED),
    "by its upper triangle": (lambda a: torch.linalg.eigvalsh(hermitian(a), UPLO="U"), TURNED),
    "vectors of complex matrices": (complex_root, TURNED[:2, :2]),
    "complex vectors of any phase": (grown, TURNED[:2, :2]),
    "complex singular values": (torch.linalg.svdvals, torch.stack([TURNED, TURNED.mH])),
    "of tall complex matrices": (torch.linalg.svdvals, TALL),
    "of wide complex matrices": (torch.linalg.svdvals, TALL.mH),
    "complex nuclear norm": (lambda x: torch.linalg.matrix_norm(x, "nuc"), TURNED),
    "complex exponential": (torch.linalg.matrix_exp, TURNED),
    "complex pseudo-inverse": (torch.linalg.pinv, TALL),
}


@pytest.mark.parametrize(("code", "x"), CODES.values(), ids=CODES)
def test_what_is_made_of_spectra_agrees(code, x):
    found = check(code, x, engines="autograd")
    assert list(found.frame.verdict) == ["agree"], repr(found)


def test_the_derivative_of_a_singular_value_is_the_product_of_its_vectors():
    left, _, right = torch.linalg.svd(ROWS)
    slope = gradient(case_of(lambda x: torch.linalg.svdvals(x)[0], ROWS), "symbolic:program")
    np.testing.assert_allclose(slope(x=ROWS.numpy())["x"], torch.outer(left[:, 0], right[0]), rtol=1e-12)


def test_eigenvectors_have_the_signs_that_torch_gives_them():
    vectors = torch.linalg.eigh(symmetric(ROWS))[1]
    subject = case_of(lambda a: torch.linalg.eigh(symmetric(a))[1], ROWS)
    np.testing.assert_allclose(subject.function(a=ROWS.numpy()), vectors, rtol=1e-12)
    assert check(lambda a: torch.linalg.eigh(symmetric(a))[1], ROWS, engines="autograd").passed


@pytest.mark.parametrize(
    ("code", "x", "told"),
    [
        (lambda a: torch.linalg.eigh(symmetric(a))[1], TURNING, "chosen at will, as the sign of an eigenvector is"),
        (lambda x: torch.linalg.svd(x)[2], ROWS[:2], "columns that belong to no singular value"),
        (lambda a: torch.linalg.svd(a, full_matrices=False)[0].abs(), TALL, "its output 0 cannot be followed"),
    ],
    ids=["signs", "more columns", "complex vectors"],
)
def test_what_is_not_one_function_is_refused_in_words(code, x, told):
    (row,) = check(code, x, engines="autograd").result.rows
    assert row.verdict == "unsupported"
    assert told in row.note


def test_where_eigenvalues_meet_there_is_no_derivative():
    (row,) = check(
        lambda a: torch.linalg.eigvalsh(a)[0], torch.eye(3, dtype=torch.float64), engines="autograd"
    ).result.rows
    assert row.verdict == "kink"
