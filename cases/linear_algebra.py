"""Linear algebra and coordinates."""

import numpy as np

from diffcheck import case, interval, ops
from diffcheck.ops import (
    concatenate,
    cond,
    cos,
    diagonal,
    dot,
    eigvalsh,
    exp,
    inverse,
    log,
    lstsq,
    matmul,
    matrix_norm,
    norm,
    pi,
    pinv,
    prod,
    qr,
    sin,
    slogdet,
    solve,
    solve_triangular,
    sqrt,
    stack,
    sum,
    svdvals,
    trace,
    transpose,
)


@case(
    x=interval(-3, 3, shape=3),
    A=np.array([[4.0, 1.0, -2.0], [1.0, 3.0, 0.5], [-2.0, 0.5, 5.0]]),
    operators=["gradient", "hessian"],
    reference="Magnus & Neudecker 2019, ch. 9",
)
def quadratic_form(x, A):
    """x^T A x, with gradient 2 A x and Hessian 2 A."""
    return dot(x, matmul(A, x))


@case(
    x=interval(-5, 5, shape=3),
    A=np.array([[1.0, 2.0, -1.0], [0.5, -3.0, 4.0]]),
    reference="Magnus & Neudecker 2019, ch. 9",
)
def matrix_vector(x, A):
    """A x, two rows by three columns."""
    return matmul(A, x)


@case(A=interval(-2, 2, shape=(2, 3)), x=interval(-2, 2, shape=3), reference="Magnus & Neudecker 2019, ch. 9")
def matrix_vector_by_both(A, x):
    """A x, by the matrix and by the vector."""
    return matmul(A, x)


@case(
    x=interval(-2, 2, shape=2),
    y=interval(-2, 2, shape=3),
    A=np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]]),
    reference="Golub & Van Loan 2013, 1.1",
)
def bilinear(x, y, A):
    """x^T A y."""
    return dot(x, matmul(A, y))


@case(A=interval(-2, 2, shape=(3, 3)), operators=["gradient"], reference="Jacobi 1841; DLMF 1.3")
def determinant(A):
    """The determinant of a 3 by 3 matrix by minors; its gradient is the cofactor matrix."""
    (a, b, c), (d, e, f), (g, h, i) = ((row[0], row[1], row[2]) for row in (A[0], A[1], A[2]))
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


@case(A=interval(1, 4, shape=(2, 2)), operators=["gradient", "hessian"], reference="DLMF 1.3")
def determinant_2(A):
    """a d - b c."""
    return A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]


@case(A=interval(-2, 2, shape=(2, 3)), B=interval(-2, 2, shape=(3, 2)), reference="Magnus & Neudecker 2019, ch. 9")
def trace_of_product(A, B):
    """tr(A B), whose gradient by A is B^T."""
    return sum(A * transpose(B))


@case(x=interval(0.5, 5, shape=3), operators=["gradient", "hessian"], reference="Magnus & Neudecker 2019, ch. 9")
def euclidean_norm(x):
    """The length of a vector that is not zero."""
    return norm(x)


@case(A=interval(-2, 2, shape=(2, 3)), reference="Magnus & Neudecker 2019, ch. 9")
def gram(A):
    """A A^T."""
    return matmul(A, transpose(A))


@case(r=interval(0.1, 10), theta=interval(0.1, 3), phi=interval(-3, 3), reference="DLMF 1.5(ii)")
def spherical_coordinates(r, theta, phi):
    """(r, theta, phi) to (x, y, z); the Jacobian's determinant is r^2 sin(theta)."""
    return stack([r * sin(theta) * cos(phi), r * sin(theta) * sin(phi), r * cos(theta)])


@case(x=interval(-2, 2, shape=2), reference="do Carmo 1976, 2-2")
def surface(x):
    """A surface in space: (u v, u^2 - v, sin(u + v))."""
    return stack([x[0] * x[1], x[0] ** 2 - x[1], sin(x[0] + x[1])])


@case(x=interval(0.5, 2, shape=4), reference="Speelpenning 1980")
def speelpenning(x):
    """The product of all; each component of the gradient is the product of the others."""
    return prod(x)


@case(x=interval(0.1, 3, shape=3), reference="Hardy, Littlewood & Polya 1934, 2.2")
def log_geometric_mean(x):
    """The mean of the logarithms."""
    return sum(log(x)) / 3


@case(x=interval(-1, 1, shape=2), y=interval(-1, 1, shape=3), reference="Golub & Van Loan 2013, 1.1")
def outer_product(x, y):
    """x y^T, flattened, and behind it x itself."""
    return concatenate([(x.reshape((2, 1)) * y.reshape((1, 3))).reshape((6,)), x])


@case(u=interval(1, 3, shape=3), v=interval(1, 3, shape=3), reference="Salton & McGill 1983")
def cosine_similarity(u, v):
    """The cosine of the angle between two vectors."""
    return dot(u, v) / (norm(u) * norm(v))


@case(a=interval(1, 5), b=interval(-0.9, 0.9), c=interval(1, 5), reference="Golub & Van Loan 2013, 4.2")
def cholesky(a, b, c):
    """The Cholesky factor of [[a, b], [b, c]]."""
    first = sqrt(a)
    below = b / first
    return stack([first, below, sqrt(c - below**2)])


# Where a Gaussian process was observed, and what.
PLACES = np.array([-1.5, -0.5, 0.25, 1.0])
OBSERVED = np.array([0.5, -0.25, -1.0, 0.75])


def covariance(length, noise):
    """The squared exponential kernel at all pairs of places, with noise on the diagonal."""
    squares = (PLACES[:, None] - PLACES) ** 2
    return exp(-squares / (2 * length**2)) + noise * np.eye(4)


def likelihood(length, noise):
    """That of a Gaussian process at four places, by its length scale and its noise: a solution and a determinant."""
    kernel = covariance(length, noise)
    _, size = slogdet(kernel)
    return -(dot(OBSERVED, solve(kernel, OBSERVED)) + size + 4 * log(2 * pi)) / 2


BY_EQUATION = {"length": interval(0.5, 2), "noise": interval(0.1, 1), "reference": "Rasmussen & Williams 2006, 2.30"}
case(name="log_likelihood", operators=["gradient"], **BY_EQUATION)(likelihood)
case(
    name="log_likelihood_hessian",
    operators=["hessian"],
    expect={"autograd:forward": "disagree"},
    because="pytorch#192540: differentiated forward twice, solve and slogdet forget how the inverse moves",
    **BY_EQUATION,
)(likelihood)


@case(length=interval(0.5, 2), noise=interval(0.1, 1), reference="Rasmussen & Williams 2006, algorithm 2.1")
def log_likelihood_by_cholesky(length, noise):
    """The same by Cholesky's factor."""
    factor = ops.cholesky(covariance(length, noise))
    white = solve_triangular(factor, OBSERVED.reshape(4, 1))
    return -sum(white**2) / 2 - sum(log(diagonal(factor))) - 2 * log(2 * pi)


@case(
    A=interval(-1, 1, shape=(3, 3)),
    b=interval(-2, 2, shape=3),
    points=[{"A": [[0.5, 1.0, 0.0], [1.0, -0.5, 1.0], [0.0, 1.0, 0.25]], "b": [1.0, 2.0, -1.0]}],
    reference="Golub & Van Loan 2013, 3.1",
)
def linear_system(A, b):
    """The solution of (4 I + A) x = b, by the matrix and by the right side."""
    return solve(4 * np.eye(3) + A, b)


@case(
    A=interval(-1, 1, shape=(3, 3)),
    B=np.array([[1.0, 0.5, -0.25], [0.0, 2.0, 1.0], [0.5, -1.0, 3.0]]),
    reference="Magnus & Neudecker 2019, ch. 9",
)
def trace_of_inverse(A, B):
    """tr((4 I + A)^-1 B), with gradient -(X B X)^T for X = (4 I + A)^-1."""
    return trace(matmul(inverse(4 * np.eye(3) + A), B))


# A matrix, and what one asks of it.


@case(A=interval(-2, 2, shape=(3, 3)), reference="Magnus & Neudecker 2019, ch. 9")
def trace_of_square(A):
    """tr(A A), with gradient 2 A^T."""
    return trace(matmul(A, A))


@case(A=interval(-2, 2, shape=(3, 2)), operators=["gradient", "hessian"], reference="Magnus & Neudecker 2019, ch. 9")
def frobenius_norm(A):
    """tr(A^T A), the square of the norm: gradient 2 A, Hessian 2 I."""
    return trace(matmul(transpose(A), A))


@case(
    A=interval(-2, 2, shape=(3, 3)),
    x=interval(-2, 2, shape=3),
    reference="Magnus & Neudecker 2019, ch. 9",
)
def quadratic_form_by_both(A, x):
    """x^T A x by the matrix, x x^T, and by the vector, (A + A^T) x."""
    return dot(x, matmul(A, x))


@case(
    A=interval(-1, 1, shape=(3, 3)),
    operators=["gradient", "hessian"],
    reference="Boyd & Vandenberghe 2004, 3.1.5; Magnus & Neudecker 2019, ch. 9",
)
def log_determinant(A):
    """ln det(4 I + A), with gradient (4 I + A)^-T."""
    return slogdet(4 * np.eye(3) + A)[1]


@case(A=interval(-1, 1, shape=(3, 3)), reference="Petersen & Pedersen 2012, (49)")
def determinant_by_elimination(A):
    """det(2 I + A) by elimination; for X = 2 I + A the gradient is det(X) X^-T."""
    return ops.det(2 * np.eye(3) + A)


@case(A=interval(-1, 1, shape=(2, 2)), reference="Magnus & Neudecker 2019, ch. 9")
def entries_of_inverse(A):
    """(3 I + A)^-1: each entry of the Jacobian is minus a product of two entries of the inverse."""
    return inverse(3 * np.eye(2) + A)


@case(
    A=interval(-1, 1, shape=(4, 2)),
    b=interval(-2, 2, shape=4),
    basis=np.array([[1.0, -1.5], [1.0, -0.5], [1.0, 0.5], [1.0, 1.5]]),
    reference="Legendre 1805; Golub & Van Loan 2013, 5.3",
)
def least_squares(A, b, basis):
    """The solution of the normal equations X^T X x = X^T b, X being a line's basis and a quarter of A."""
    design = basis + A / 4
    return solve(matmul(transpose(design), design), matmul(transpose(design), b))


@case(
    x=interval(0.5, 2, shape=3),
    A=np.array([[2.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]]),
    points=[{"x": [1.0, 2**0.5, 1.0]}],
    operators=["gradient", "hessian"],
    reference="Rayleigh 1877; Golub & Van Loan 2013, 8.2",
)
def rayleigh_quotient(x, A):
    """x^T A x / x^T x: its gradient vanishes at eigenvectors, the first of which is (1, sqrt(2), 1)."""
    return dot(x, matmul(A, x)) / dot(x, x)


@case(x=interval(-2, 2, shape=4), reference="Vandermonde 1771; Higham 2002, 22")
def vandermonde_determinant(x):
    """The product of all differences x_j - x_i: zero with its slopes where three meet."""
    return prod(stack([x[j] - x[i] for i in range(4) for j in range(i + 1, 4)]))


@case(
    c=interval(-2, 2, shape=4),
    x=np.array([-1.0, 0.0, 1.0, 2.0]),
    reference="Higham 2002, 22",
)
def interpolation(c, x):
    """The coefficients of the cubic through four values: linear, so the Jacobian is Vandermonde's inverse."""
    return solve(x[:, None] ** np.arange(4.0), c)


@case(b=interval(-1, 1, shape=4), reference="Hilbert 1894; Higham 2002, 28.1")
def hilbert_system(b):
    """H x = b for Hilbert's matrix of four rows, whose entries 1/(i + j - 1) are rounded: condition 15,514."""
    i = np.arange(4.0)
    return solve(1 / (i[:, None] + i + 1), b)


@case(
    t=interval(0, 1),
    A=np.array([[2.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 4.0]]),
    steps=8,
    reference="Mises & Pollaczek-Geiringer 1929; Golub & Van Loan 2013, 7.3",
)
def power_iteration(t, A, steps):
    """Eight products with A + t I, each scaled to length one, and Rayleigh's quotient of what they come to."""
    x, matrix = np.ones(3), A + t * np.eye(3)
    for _ in range(steps):
        x = matmul(matrix, x)
        x = x / norm(x)
    return dot(x, matmul(matrix, x))


@case(
    b=interval(-2, 2, shape=3),
    A=np.array([[4.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 5.0]]),
    reference="Hestenes & Stiefel 1952",
)
def conjugate_gradients(b, A):
    """Two steps towards the solution of A x = b."""
    x, r = np.zeros(3), b
    p = r
    for _ in range(2):
        q = matmul(A, p)
        step = dot(r, r) / dot(p, q)
        x, after = x + step * p, r - step * q
        p = after + dot(after, after) / dot(r, r) * p
        r = after
    return x


@case(
    v=interval(0.5, 2, shape=3), x=np.array([1.0, -2.0, 0.5]), reference="Householder 1958; Golub & Van Loan 2013, 5.1"
)
def householder_reflection(v, x):
    """x - 2 v (v^T x) / (v^T v)."""
    return x - 2 * v * dot(v, x) / dot(v, v)


@case(angles=interval(-3, 3, shape=3), x=np.array([1.0, 2.0, -0.5]), reference="Euler 1776; Goldstein 1980, 4-4")
def rotation_by_euler_angles(angles, x):
    """A vector, turned about the third, the first and the third axis again."""

    def turned(x, i, j, angle):
        parts = [x[0], x[1], x[2]]
        parts[i], parts[j] = cos(angle) * x[i] - sin(angle) * x[j], sin(angle) * x[i] + cos(angle) * x[j]
        return stack(parts)

    return turned(turned(turned(x, 0, 1, angles[0]), 1, 2, angles[1]), 0, 1, angles[2])


@case(
    w=interval(0.1, 2, shape=3), x=np.array([1.0, 2.0, -0.5]), reference="Rodrigues 1840; Murray, Li & Sastry 1994, 2.2"
)
def rodrigues_rotation(w, x):
    """x turned about w by its length: cos x + sin (n x x) + (1 - cos) n (n^T x)."""
    angle = norm(w)
    n = w / angle
    crossed = stack([n[1] * x[2] - n[2] * x[1], n[2] * x[0] - n[0] * x[2], n[0] * x[1] - n[1] * x[0]])
    return cos(angle) * x + sin(angle) * crossed + (1 - cos(angle)) * n * dot(n, x)


@case(A=interval(-0.5, 0.5, shape=(2, 2)), reference="Moler & Van Loan 2003")
def matrix_exponential(A):
    """e^A by eight terms of its series."""
    total = term = np.eye(2)
    for k in range(1, 9):
        term = matmul(term, A) / k
        total = total + term
    return total


@case(
    A=interval(-1, 1, shape=(2, 3)),
    B=interval(-1, 1, shape=(3, 2)),
    reference="Sylvester 1851",
)
def sylvester_determinant(A, B):
    """ln det(3 I + A B) of two rows."""
    return slogdet(3 * np.eye(2) + matmul(A, B))[1]


# Eigenvalues, which are functions of a symmetric matrix, and have kinks where two of them meet.


def symmetric(entries):
    """The symmetric matrix of three rows with (xx, yy, zz, yz, xz, xy)."""
    xx, yy, zz, yz, xz, xy = (entries[k] for k in range(6))
    return stack([stack([xx, xy, xz]), stack([xy, yy, yz]), stack([xz, yz, zz])])


@case(
    A=interval(-2, 2, shape=(3, 3)),
    operators=["gradient", "hessian"],
    reference="Magnus 1985, Econometric Theory 1; Magnus & Neudecker 2019, ch. 9",
)
def largest_eigenvalue(A):
    """Of A + A^T: the gradient is 2 v v^T for its unit eigenvector."""
    return eigvalsh(A + transpose(A))[2]


@case(
    stress=interval(-100, 100, shape=6),
    points=[{"stress": [50.0, 50.0, 50.0, 0.0, 0.0, 0.0]}, {"stress": [3.0, 3.0, 1.0, 0.25, 0.0, 0.001]}],
    reference="Mohr 1882; Timoshenko & Goodier 1951",
)
def principal_stresses(stress):
    """The eigenvalues of a stress tensor; under pressure alone all are one, and have kinks."""
    return eigvalsh(symmetric(stress))


@case(k=interval(0.5, 3, shape=4), reference="Rayleigh 1877, ch. 4; Goldstein 1980, 6-3")
def normal_frequencies(k):
    """Three unit masses in a row between two walls, held by four springs: the roots of the eigenvalues."""
    a, b, c, d = (k[i] for i in range(4))
    rows = [stack([a + b, -b, 0 * a]), stack([-b, b + c, -c]), stack([0 * a, -c, c + d])]
    return sqrt(eigvalsh(stack(rows)))


@case(
    w=interval(0.5, 2, shape=4),
    operators=["gradient", "hessian"],
    points=[{"w": [1.0, 1.0, 1.0, 0.5]}],
    reference="Fiedler 1973, Czechoslovak Math. J. 23",
)
def algebraic_connectivity(w):
    """The second eigenvalue of the Laplacian of a ring of four places: its slope by a weight is (v_i - v_j)^2."""
    a, b, c, d = (w[i] for i in range(4))
    o = 0 * a
    rows = [[a + d, -a, o, -d], [-a, a + b, -b, o], [o, -b, b + c, -c], [-d, o, -c, c + d]]
    return eigvalsh(stack([stack(row) for row in rows]))[1]


@case(t=interval(0.5, 2, shape=3), reference="Hueckel 1931")
def butadiene(t):
    """The energy of the four pi electrons of a chain of four carbon atoms, by the three resonance integrals."""
    o = 0 * t[0]
    rows = [[o, -t[0], o, o], [-t[0], o, -t[1], o], [o, -t[1], o, -t[2]], [o, o, -t[2], o]]
    levels = eigvalsh(stack([stack(row) for row in rows]))
    return 2 * (levels[0] + levels[1])


@case(A=interval(-0.5, 0.5, shape=(3, 2)), reference="Beltrami 1873; Golub & Van Loan 2013, 2.4")
def singular_values(A):
    """Those of A beside (2, 1) on the diagonal: each has the gradient u v^T of its own vectors."""
    return svdvals(A + np.eye(3, 2) * np.array([2.0, 1.0]))


@case(
    A=interval(0.5, 2, shape=(2, 3)),
    points=[{"A": [[0.5, 1.0, 0.5], [1.0, 2.0, 1.0000001]]}],
    operators=["gradient"],
    reference="Fazel, Hindi & Boyd 2001; Watson 1992, Linear Algebra Appl. 170",
)
def nuclear_norm(A):
    """The sum of the singular values of 1 + A on the diagonal, with gradient U V^T, where both are positive."""
    return matrix_norm(np.eye(2, 3) + A, "nuc")


@case(A=interval(-2, 2, shape=(2, 2)), reference="Golub & Van Loan 2013, 2.6")
def condition_number(A):
    """The largest singular value of 4 I + A over the smallest."""
    return cond(4 * np.eye(2) + A)


# Orthogonal factors.


@case(A=interval(-0.5, 0.5, shape=(3, 2)), reference="Gram 1883; Schmidt 1907; Golub & Van Loan 2013, 5.2")
def orthonormal_columns(A):
    """Q of 1 + A on the diagonal, the triangle R with a positive diagonal."""
    return qr(np.eye(3, 2) + A)[0]


@case(
    A=interval(-1, 1, shape=(4, 2)),
    b=interval(-2, 2, shape=4),
    basis=np.array([[1.0, -1.5], [1.0, -0.5], [1.0, 0.5], [1.0, 1.5]]),
    reference="Golub 1965, Numer. Math. 7; Golub & Pereyra 1973",
)
def least_squares_by_qr(A, b, basis):
    """The x for which X x is nearest to b, by orthogonal factors: `least_squares` without the normal equations."""
    return lstsq(basis + A / 4, b)


@case(A=interval(-0.5, 0.5, shape=(2, 3)), reference="Moore 1920; Penrose 1955; Golub & Pereyra 1973")
def pseudo_inverse(A):
    """X^T (X X^T)^-1 of two rows that are independent, those of 1 + A on the diagonal."""
    return pinv(np.eye(2, 3) + A)
