"""Logarithms of densities, and likelihoods: what a statistician makes large.

First the textbook's distributions, by the value and by all parameters, discrete ones by their parameters only; then
several numbers together; then the likelihoods of regressions on a few observations. The data are real where they are
named, else numbers that anyone can write down again. Likelihoods may lack a constant that no input touches.
"""

import numpy as np

from diffcheck import case, interval, ops
from diffcheck.ops import (
    bessel_i,
    cholesky,
    diagonal,
    dot,
    exp,
    lgamma,
    log,
    log1p,
    log_ndtr,
    log_sigmoid,
    logsumexp,
    matmul,
    pi,
    rational,
    slogdet,
    softplus,
    solve,
    solve_triangular,
    sum,
    tril,
    xlogy,
)
from diffcheck.ops import cos as cosine

JKB = "Johnson, Kotz & Balakrishnan 1994"
JKB_2 = "Johnson, Kotz & Balakrishnan 1995"

# One number.


@case(
    x=interval(-5, 5),
    mean=interval(-2, 2),
    sigma=interval(0.2, 3),
    operators=["gradient", "hessian"],
    reference=f"{JKB}, 13",
)
def normal(x, mean, sigma):
    """-(x - mu)^2 / (2 s^2) - ln s - ln(2 pi)/2."""
    return -((x - mean) ** 2) / (2 * sigma**2) - log(sigma) - log(2 * pi) / 2


@case(x=interval(0.05, 20), shape=interval(0.5, 10), rate=interval(0.1, 5), reference=f"{JKB}, 17")
def gamma(x, shape, rate):
    """a ln b - ln Gamma(a) + (a - 1) ln x - b x."""
    return shape * log(rate) - lgamma(shape) + (shape - 1) * log(x) - rate * x


@case(x=interval(0.05, 20), shape=interval(0.5, 10), scale=interval(0.1, 5), reference=f"{JKB}, 17")
def inverse_gamma(x, shape, scale):
    """a ln b - ln Gamma(a) - (a + 1) ln x - b/x."""
    return shape * log(scale) - lgamma(shape) - (shape + 1) * log(x) - scale / x


@case(x=interval(0.01, 0.99), a=interval(0.5, 8), b=interval(0.5, 8), reference=f"{JKB_2}, 25")
def beta(x, a, b):
    """(a - 1) ln x + (b - 1) ln(1 - x) - ln B(a, b)."""
    return (a - 1) * log(x) + (b - 1) * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)


@case(x=interval(-10, 10), freedom=interval(0.5, 30), reference=f"Student 1908; {JKB_2}, 28")
def student_t(x, freedom):
    """-(n + 1)/2 ln(1 + x^2/n), and what makes it a density."""
    half = (freedom + 1) / 2
    return lgamma(half) - lgamma(freedom / 2) - log(freedom * pi) / 2 - half * log1p(x**2 / freedom)


@case(x=interval(-20, 20), place=interval(-2, 2), scale=interval(0.1, 3), reference=f"{JKB}, 16")
def cauchy(x, place, scale):
    """-ln(pi s (1 + ((x - m)/s)^2))."""
    return -log(pi * scale) - log1p(((x - place) / scale) ** 2)


@case(
    x=interval(-5, 5),
    place=interval(-2, 2),
    scale=interval(0.1, 3),
    points=[{"x": 0.5, "place": 0.5, "scale": 1.0}],
    reference=f"Laplace 1774; {JKB_2}, 24",
)
def laplace(x, place, scale):
    """-|x - m|/s - ln(2 s), a kink where x is the median."""
    return -ops.abs(x - place) / scale - log(2 * scale)


@case(
    x=interval(-15, 15),
    place=interval(-2, 2),
    scale=interval(0.5, 3),
    expect={"autograd": "disagree"},
    because="torch continues softplus by the identity beyond 20, in float64 too: 5e-12 are lost at 26",
    reference=f"{JKB_2}, 23",
)
def logistic(x, place, scale):
    """-z - 2 ln(1 + e^-z) - ln s, z = (x - m)/s."""
    z = (x - place) / scale
    return -z - 2 * softplus(-z) - log(scale)


@case(x=interval(0.05, 8), shape=interval(0.5, 5), scale=interval(0.2, 4), reference="Weibull 1951")
def weibull(x, shape, scale):
    """ln(k/s) + (k - 1) ln(x/s) - (x/s)^k."""
    z = x / scale
    return log(shape / scale) + (shape - 1) * log(z) - z**shape


@case(x=interval(-5, 10), place=interval(-1, 1), scale=interval(0.5, 3), reference="Gumbel 1935")
def gumbel(x, place, scale):
    """-z - e^-z - ln s, z = (x - m)/s."""
    z = (x - place) / scale
    return -z - exp(-z) - log(scale)


@case(x=interval(0.05, 10), mean=interval(-2, 2), sigma=interval(0.2, 2), reference=f"{JKB}, 14")
def log_normal(x, mean, sigma):
    """-(ln x - mu)^2 / (2 s^2) - ln(x s) - ln(2 pi)/2."""
    return -((log(x) - mean) ** 2) / (2 * sigma**2) - log(x * sigma) - log(2 * pi) / 2


@case(
    x=interval(1, 50), least=0.5, index=interval(0.2, 5), reference="Pareto 1896; Johnson, Kotz & Balakrishnan 1994, 20"
)
def pareto(x, least, index):
    """ln a + a ln m - (a + 1) ln x."""
    return log(index) + index * log(least) - (index + 1) * log(x)


@case(
    x=interval(-5, 5),
    skew=interval(-4, 4),
    points=[{"x": 5.0, "skew": -4.0}],
    expect={"symbolic": "nonfinite"},
    because="SymPy rewrites erfc(-z) as 2 - erfc(z), which cancels in the left tail and is 0 below -8.3",
    reference="Azzalini 1985",
)
def skew_normal(x, skew):
    """ln 2 + ln phi(x) + ln Phi(a x)."""
    return log(2) - x**2 / 2 - log(2 * pi) / 2 + log_ndtr(skew * x)


@case(
    x=interval(-3, 3),
    mean=interval(-3, 3),
    kappa=interval(0.1, 10),
    reference="von Mises 1918; Mardia & Jupp 2000, 3.5",
)
def von_mises(x, mean, kappa):
    """k cos(x - mu) - ln(2 pi I0(k)): a normal distribution on the circle."""
    return kappa * cosine(x - mean) - log(2 * pi * bessel_i(0, kappa))


@case(x=interval(0.05, 10), mean=interval(0.2, 5), shape=interval(0.2, 5), reference="Wald 1944; Tweedie 1957")
def inverse_gaussian(x, mean, shape):
    """ln(l/(2 pi x^3))/2 - l (x - m)^2 / (2 m^2 x)."""
    return log(shape / (2 * pi * x**3)) / 2 - shape * (x - mean) ** 2 / (2 * mean**2 * x)


@case(rate=interval(0.1, 20), k=3.0, reference="Poisson 1837; Johnson, Kemp & Kotz 2005, 4")
def poisson(rate, k):
    """k ln r - r - ln k!, by the rate."""
    return k * log(rate) - rate - lgamma(k + 1)


@case(p=interval(0.01, 0.99), k=3.0, n=10.0, reference="Bernoulli 1713; Johnson, Kemp & Kotz 2005, 3")
def binomial(p, k, n):
    """k ln p + (n - k) ln(1 - p), and the binomial coefficient."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + xlogy(k, p) + (n - k) * log1p(-p)


@case(size=interval(0.5, 20), mean=interval(0.5, 20), k=4.0, reference="Johnson, Kemp & Kotz 2005, 5")
def negative_binomial(size, mean, k):
    """Counts that vary more than Poisson's, by their mean and by r, where m + m^2/r is the variance."""
    choose = lgamma(k + size) - lgamma(size) - lgamma(k + 1)
    return choose + size * log(size / (size + mean)) + k * log(mean / (size + mean))


# Several numbers.


@case(alpha=interval(0.5, 8, shape=3), x=np.array([0.5, 0.25, 0.25]), reference="Kotz, Balakrishnan & Johnson 2000, 49")
def dirichlet(alpha, x):
    """The density of three shares, by what weighs them."""
    return lgamma(sum(alpha)) - sum(lgamma(alpha)) + sum((alpha - 1) * log(x))


@case(
    mean=interval(-2, 2, shape=3),
    factor=interval(0.5, 2, shape=(3, 3)),
    x=np.array([0.5, -1.0, 0.25]),
    reference="Bishop 2006, (2.43)",
)
def multivariate_normal(mean, factor, x):
    """The normal density of three numbers, by Cholesky's factor of the covariance."""
    lower = tril(factor)
    white = solve_triangular(lower, (x - mean).reshape((3, 1)))
    return -sum(white**2) / 2 - sum(log(diagonal(lower))) - 3 * log(2 * pi) / 2


@case(
    covariance=interval(-0.4, 0.4, shape=(2, 2)),
    x=np.array([0.5, -1.0]),
    reference="Bishop 2006, (2.43)",
)
def normal_by_covariance(covariance, x):
    """The same of two numbers by the covariance I + (C + C^T)/2 itself: a solution and a determinant."""
    matrix = np.eye(2) + (covariance + covariance.T) / 2
    return -dot(x, solve(matrix, x)) / 2 - slogdet(matrix)[1] / 2 - log(2 * pi)


@case(
    x=interval(-3, 3),
    weights=interval(-1, 1, shape=3),
    means=interval(-2, 2, shape=3),
    logs=interval(-1, 1, shape=3),
    reference="Bishop 2006, (9.7)",
)
def normal_mixture(x, weights, means, logs):
    """ln of the sum of three weighted normal densities, the weights through a softmax."""
    parts = weights - logsumexp(weights) - ((x - means) * exp(-logs)) ** 2 / 2 - logs
    return logsumexp(parts) - log(2 * pi) / 2


# ADBench's test of its Gaussian mixtures, d = 2, K = 3, n = 1: a test holds value and gradient to those it publishes.
MIXTURE = {
    "alphas": np.array([-0.649014, 1.181166, -0.758453]),
    "means": np.array([[0.092339, 0.186260], [0.345561, 0.396767], [0.538817, 0.419195]]),
    "icf": np.array(
        [[0.586443, -0.851887, 0.800321], [-1.509405, 0.875874, -0.242790], [0.166813, -1.965419, -1.270071]]
    ),
}


@case(
    alphas=interval(-2, 2, shape=3),
    means=interval(-1, 1, shape=(3, 2)),
    icf=interval(-2, 1, shape=(3, 3)),
    x=np.array([[1.175171, 2.029160]]),
    gamma=1.0,
    m=0,
    points=[MIXTURE],
    operators=["gradient"],
    reference="Srajer, Kukelova & Fitzgibbon 2018, the GMM of ADBench",
)
def gaussian_mixture_model(alphas, means, icf, x, gamma, m):
    """ADBench's objective: the likelihood of n points under K normal distributions, and a Wishart prior.

    -n d/2 ln(2 pi) + sum_i ln sum_k exp(alpha_k + sum q_k - |Q_k (x_i - mu_k)|^2 / 2) - n ln sum_k exp(alpha_k)
    + sum_k (gamma^2/2 (|exp q_k|^2 + |l_k|^2) - m sum q_k) - K C, where a row of icf is q_k, the logarithms of the
    diagonal of the triangle Q_k, and l_k, what stands below it. The prior has the sign that it has in ADBench.
    """
    n, d = np.shape(x)
    q, below = icf[:, :2], icf[:, 2]
    total = -n * d * log(2 * pi) / 2 - n * logsumexp(alphas)
    for point in x:
        away = point - means
        first, second = exp(q[:, 0]) * away[:, 0], below * away[:, 0] + exp(q[:, 1]) * away[:, 1]
        total = total + logsumexp(alphas + sum(q, axis=1) - (first**2 + second**2) / 2)
    prior = gamma**2 / 2 * (sum(exp(q) ** 2) + sum(below**2)) - m * sum(q)
    freedom = d + m + 1
    of_two = log(pi) / 2 + lgamma(freedom / 2) + lgamma((freedom - 1) / 2)
    return total + prior - len(means) * (freedom * d * (log(gamma) - log(2) / 2) - of_two)


# Likelihoods of regressions.

# O-rings of the space shuttle, Dalal, Fowlkes & Hoadley 1989: degrees Fahrenheit, and whether one failed. Six flights.
TEMPERATURE = (np.array([53.0, 57, 66, 70, 75, 81]) - 66) / 10
FAILED = np.array([1.0, 1, 0, 1, 0, 0])


@case(
    a=interval(-3, 3),
    b=interval(-3, 3),
    operators=["gradient", "hessian"],
    reference="Cox 1958; Dalal, Fowlkes & Hoadley 1989",
)
def logit_likelihood(a, b):
    """ln of the chance of six flights' failures, a logistic curve of temperature."""
    z = a + b * TEMPERATURE
    return sum(FAILED * log_sigmoid(z) + (1 - FAILED) * log_sigmoid(-z))


@case(a=interval(-3, 3), b=interval(-3, 3), reference="Bliss 1934; Dalal, Fowlkes & Hoadley 1989")
def probit_likelihood(a, b):
    """The same with the normal distribution in the logistic one's place."""
    z = a + b * TEMPERATURE
    return sum(FAILED * log_ndtr(z) + (1 - FAILED) * log_ndtr(-z))


@case(a=interval(-3, 1), b=interval(-1, 1), reference="Fisher 1922; McCullagh & Nelder 1989, 4.3")
def complementary_log_log(a, b):
    """The same with 1 - e^(-e^z), an extreme value distribution."""
    rate = exp(a + b * TEMPERATURE)
    return sum(FAILED * log(1 - exp(-rate)) - (1 - FAILED) * rate)


# Deaths by kicks of horses in the Prussian army, von Bortkiewicz 1898: in how many years of a corps there were 0 to 4.
DEATHS, YEARS = np.arange(5.0), np.array([109.0, 65, 22, 3, 1])


@case(
    rate=interval(0.05, 3),
    points=[{"rate": 0.61}],
    operators=["derivative", "hessian"],
    reference="von Bortkiewicz 1898",
)
def kicks_of_horses(rate):
    """sum of n_k (k ln r - r), Poisson's likelihood of 200 years of a corps: largest at 122/200."""
    return sum(YEARS * (DEATHS * log(rate) - rate))


@case(
    a=interval(-1, 2),
    b=interval(-1, 1),
    counts=np.array([2.0, 3, 6, 7, 8, 9]),
    reference="McCullagh & Nelder 1989, 6.2",
)
def poisson_regression(a, b, counts):
    """Counts whose logarithm of the rate is linear."""
    z = a + b * TEMPERATURE
    return sum(counts * z - exp(z))


@case(
    b=interval(-2, 2, shape=2),
    traits=np.array([[0.5, 1.0], [-1.0, 0.25], [0.75, -0.5], [1.5, 0.5], [-0.25, -1.0]]),
    dies=np.array([1.0, 1, 0, 1, 1]),
    operators=["gradient", "hessian"],
    reference="Cox 1972",
)
def cox_partial_likelihood(b, traits, dies):
    """Who of those still there dies next: five people in the order of their times, one of them lost from sight."""
    risk = matmul(traits, b)
    total = 0.0
    for i in range(5):
        total = total + dies[i] * (risk[i] - logsumexp(risk[i:]))
    return total


@case(
    mean=interval(-1, 1),
    logs=interval(-1, 1),
    seen=np.array([0.5, -0.25, 1.0]),
    above=np.array([1.5, 1.5]),
    reference="Tobin 1958",
)
def tobit_likelihood(mean, logs, seen, above):
    """Three numbers that were seen, and two of which only is known that they lie above 1.5."""
    z, beyond = (seen - mean) * exp(-logs), (above - mean) * exp(-logs)
    return -sum(z**2) / 2 - 3 * logs + sum(log_ndtr(-beyond))


@case(
    strengths=interval(-2, 2, shape=4),
    winners=np.array([0, 0, 1, 2, 3]),
    losers=np.array([1, 2, 2, 3, 0]),
    reference="Bradley & Terry 1952",
)
def bradley_terry(strengths, winners, losers):
    """Five games between four players, by their strengths."""
    return sum(log_sigmoid(ops.take(strengths, winners) - ops.take(strengths, losers)))


@case(
    phi=interval(-0.9, 0.9),
    logs=interval(-1, 1),
    x=np.array([0.5, 0.25, -0.5, -1.0, 0.75, 1.25]),
    reference="Yule 1927; Box & Jenkins 1970",
)
def autoregression(phi, logs, x):
    """The likelihood of six numbers of which each remembers the one before."""
    steps = (x[1:] - phi * x[:-1]) * exp(-logs)
    first = x[0] ** 2 * (1 - phi**2) * exp(-2 * logs)
    return log1p(-(phi**2)) / 2 - (sum(steps**2) + first) / 2 - 6 * logs


@case(
    omega=interval(0.05, 0.5),
    alpha=interval(0.01, 0.3),
    beta=interval(0.1, 0.7),
    returns=np.array([0.5, -1.0, 0.25, 1.5, -0.75]),
    reference="Bollerslev 1986",
)
def garch_likelihood(omega, alpha, beta, returns):
    """Returns whose variance follows from the last variance and the last return."""
    variance, total = 1.0, 0.0
    for r in returns:
        total = total - (log(variance) + r**2 / variance) / 2
        variance = omega + alpha * r**2 + beta * variance
    return total


@case(p=interval(0.05, 0.95, shape=3), q=interval(0.05, 0.95, shape=3), reference="Kullback & Leibler 1951")
def kullback_leibler(p, q):
    """sum of p ln(p/q) - p + q."""
    return sum(p * log(p / q) - p + q)


@case(
    m=interval(-2, 2, shape=2),
    logs=interval(-1, 1, shape=2),
    reference="Kingma & Welling 2014, appendix B",
)
def divergence_from_standard_normal(m, logs):
    """-1/2 sum of 1 + ln s^2 - m^2 - s^2."""
    return -sum(1 + logs - m**2 - exp(logs)) / 2


@case(
    A=interval(-1, 1, shape=(2, 2)),
    degrees=interval(3, 10),
    scale=np.array([[2.0, 0.5], [0.5, 1.0]]),
    reference="Wishart 1928; Bishop 2006, (B.78)",
)
def wishart(A, degrees, scale):
    """The density of X = I + A A^T, whose logarithm of the determinant comes by Cholesky's factor."""
    matrix = np.eye(2) + matmul(A, A.T)
    log_det = 2 * sum(log(diagonal(cholesky(matrix))))
    normalised = degrees * log(2) + log(pi) / 2 + lgamma(degrees / 2) + lgamma((degrees - 1) / 2)
    size = log(rational(7, 4))
    return (degrees - 3) * log_det / 2 - sum(ops.inverse(scale) * matrix) / 2 - normalised - degrees * size / 2
