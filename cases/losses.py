"""Loss functions, on small fixed data."""

import numpy as np

from diffcheck import case, interval, ops
from diffcheck.ops import dot, exp, log, matmul, maximum, mean, sigmoid, sum, where

# Six flowers of Fisher 1936 (sepal length, petal length), and whether the species is versicolor.
IRIS = np.array([[5.1, 1.4], [4.9, 1.4], [4.7, 1.3], [7.0, 4.7], [6.4, 4.5], [6.9, 4.9]])
VERSICOLOR = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])

# Five samples, four features, three classes.
SAMPLES = np.array(
    [
        [5.1, 3.5, 1.4, 0.2],
        [4.9, 3.0, 1.4, 0.2],
        [7.0, 3.2, 4.7, 1.4],
        [6.4, 3.2, 4.5, 1.5],
        [6.3, 3.3, 6.0, 2.5],
    ]
)
CLASSES = np.array([0, 0, 1, 1, 2])


@case(
    prediction=interval(-2, 2, shape=4),
    target=np.array([0.5, -1.0, 0.25, 1.5]),
    operators=["gradient", "hessian"],
    reference="Gauss 1809",
)
def mean_squared_error(prediction, target):
    """The mean of the squared residuals."""
    return ops.mse_loss(prediction, target)


@case(p=interval(0.01, 0.99, shape=3), target=np.array([1.0, 0.0, 0.25]), reference="Good 1952")
def binary_cross_entropy(p, target):
    """-(y ln p + (1 - y) ln(1 - p)), the mean of three."""
    return ops.binary_cross_entropy(p, target)


@case(
    logits=interval(-40, 40, shape=3),
    target=np.array([1.0, 0.0, 0.25]),
    reference="Good 1952",
    expect={"autograd:func": "disagree"},
    because="under torch.func the loss is decomposed, and sigmoid(x) of its tail is rounded away beside 1",
)
def bce_with_logits(logits, target):
    """Binary cross-entropy of sigmoid(logits), fused."""
    return ops.bce_with_logits(logits, target)


@case(logits=interval(-10, 10, shape=(2, 3)), labels=np.array([2, 0]), reference="Bridle 1990")
def cross_entropy(logits, labels):
    """-ln softmax at the labels, the mean of two samples."""
    return ops.cross_entropy(logits, labels)


@case(logits=interval(-5, 5, shape=3), operators=["gradient", "hessian"], reference="Bridle 1990")
def cross_entropy_of_one(logits):
    """-ln softmax at label 1, composed from exponentials."""
    return log(sum(exp(logits))) - logits[1]


@case(r=interval(-5, 5), delta=1.0, reference="Huber 1964")
def huber(r, delta):
    """r^2/2, continued by its tangents beyond delta."""
    size = ops.abs(r)
    return where(size <= delta, r**2 / 2, delta * (size - delta / 2))


@case(w=interval(-2, 2, shape=2), b=interval(-2, 2), X=IRIS, y=2 * VERSICOLOR - 1, reference="Cortes & Vapnik 1995")
def hinge(w, b, X, y):
    """mean of max(0, 1 - y (X w + b))."""
    return mean(maximum(1 - y * (matmul(X, w) + b), 0))


@case(w=interval(-1, 1, shape=2), b=interval(-2, 2), X=IRIS, y=VERSICOLOR, reference="Cox 1958")
def logistic_regression(w, b, X, y):
    """Binary cross-entropy of sigmoid(X w + b), six samples."""
    return ops.binary_cross_entropy(sigmoid(matmul(X, w) + b), y)


@case(
    w=interval(-1, 1, shape=2),
    b=interval(-2, 2),
    X=IRIS,
    y=VERSICOLOR,
    operators=["gradient", "hessian"],
    reference="Hastie, Tibshirani & Friedman 2009, 18.3.2",
)
def ridge_logistic_regression(w, b, X, y):
    """The same on logits, with a quadratic penalty."""
    return ops.bce_with_logits(matmul(X, w) + b, y) + 0.05 * dot(w, w)


@case(W=interval(-1, 1, shape=(4, 3)), b=interval(-1, 1, shape=3), X=SAMPLES, labels=CLASSES, reference="Bridle 1990")
def softmax_regression(W, b, X, labels):
    """Cross-entropy of X W + b: five flowers, four features, three species."""
    return ops.cross_entropy(matmul(X, W) + b, labels)


@case(rate=interval(0.1, 20, shape=3), counts=np.array([3.0, 0.0, 7.0]), reference="McCullagh & Nelder 1989, 2.3")
def poisson_loss(rate, counts):
    """sum of rate - count ln(rate)."""
    return sum(rate - counts * log(rate))


@case(
    a=interval(0.25, 2, shape=(2, 3)),
    b=interval(0.25, 2, shape=(2, 3)),
    sign=np.array([1, -1]),
    reference="Bromley, Guyon, LeCun, Sackinger & Shah 1993",
)
def cosine_embedding(a, b, sign):
    """Signatures, of which two pairs are given: one of the same hand, one of another's."""
    return ops.cosine_embedding_loss(a, b, sign, 0.25)


@case(
    scores=interval(-2, 2, shape=(2, 4)),
    labels=np.array([[3, 0, -1, -1], [1, -1, -1, -1]]),
    reference="Crammer & Singer 2003",
)
def multilabel_margin(scores, labels):
    """Every label that is true is to be ahead of every one that is not by one: two texts, four topics."""
    return ops.multilabel_margin_loss(scores, labels)


@case(
    a=interval(-1, -0.25, shape=3),
    b=interval(0.25, 1, shape=3),
    c=interval(0.25, 1, shape=3),
    reference="Hadsell, Chopra & LeCun 2006",
)
def contrastive_distances(a, b, c):
    """d^2 / 2 of a and b, which belong together, and max(0, 2 - d)^2 / 2 of a and c, which do not."""
    near, far = ops.pairwise_distance(a, b), ops.pairwise_distance(a, c)
    return near**2 / 2 + maximum(2 - far, 0) ** 2 / 2
