"""The first chapters of a book on neural networks: tensors, the chain rule, a neuron, a network, a descent.

It follows appendix A of Raschka 2024, "Build a Large Language Model (From Scratch)", and what such books share. Every
case is small enough to be checked with pencil and paper, and its docstring says what comes out. `diffcheck show
cases/textbook.py::NAME` prints the formula, the derivative and the chain rule step by step; `--dtype
float64,float32,bfloat16,float16` computes each in every floating-point type that the book knows.
"""

import numpy as np

from diffcheck import case, interval
from diffcheck.ops import (
    binary_cross_entropy,
    cross_entropy,
    exp,
    log,
    matmul,
    mean,
    permute,
    relu,
    reshape,
    sigmoid,
    sin,
    softmax,
    stack,
    sum,
    transpose,
)

RASCHKA = "Raschka 2024, A"

# A.2: tensors. Of rank 0 a number, of rank 1 a vector, of rank 2 a matrix, of rank 3 a stack of matrices.


@case(x=interval(-5, 5), points=[{"x": 3.0}], reference=f"{RASCHKA}.2.1")
def rank_0(x):
    """x^2 of a number; the derivative is 2 x, 6 at 3."""
    return x**2


@case(x=interval(-5, 5, shape=3), points=[{"x": [1.0, 2.0, 3.0]}], reference=f"{RASCHKA}.2.1")
def rank_1(x):
    """The sum of the squares of a vector; the gradient is 2 x."""
    return sum(x**2)


@case(x=interval(-5, 5, shape=(2, 2)), points=[{"x": [[1.0, 2.0], [3.0, 4.0]]}], reference=f"{RASCHKA}.2.1")
def rank_2(x):
    """The mean of a matrix; each of the four slopes is a quarter."""
    return mean(x)


@case(
    x=interval(-9, 9, shape=(2, 2, 2)),
    points=[{"x": [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]}],
    reference=f"{RASCHKA}.2.1",
)
def rank_3(x):
    """The sums of two matrices, multiplied: the slope by an element of one is the sum of the other."""
    return sum(x[0]) * sum(x[1])


# A.2.3: common operations.

BOOK = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


@case(x=interval(-9, 9, shape=(2, 3)), points=[{"x": BOOK}], reference=f"{RASCHKA}.2.3")
def reshaped(x):
    """Two rows of three as three rows of two: every element moves, none changes."""
    return reshape(x, (3, 2))


@case(x=interval(-9, 9, shape=(2, 3)), points=[{"x": BOOK}], reference=f"{RASCHKA}.2.3")
def viewed(x):
    """The first row of the same elements, seen as one vector."""
    return x.reshape((6,))[:3]


@case(x=interval(-9, 9, shape=(2, 3)), points=[{"x": BOOK}], reference=f"{RASCHKA}.2.3")
def transposed(x):
    """Rows become columns."""
    return transpose(x)


@case(x=interval(-9, 9, shape=(2, 3)), points=[{"x": BOOK}], reference=f"{RASCHKA}.2.3")
def matrix_by_its_transpose(x):
    """X X^T: [[14, 32], [32, 77]] in the book; each slope is a row of X, on the diagonal twice."""
    return matmul(x, transpose(x))


@case(x=interval(-2, 2, shape=(2, 3)), y=interval(-2, 2, shape=(3, 2)), reference=f"{RASCHKA}.2.3")
def matrix_product(x, y):
    """X Y, two rows by two columns."""
    return matmul(x, y)


@case(x=interval(-2, 2, shape=(2, 3)), b=interval(-1, 1, shape=3), reference="NumPy manual, broadcasting")
def broadcast_sum(x, b):
    """X + b, the vector added to each row: its slopes are ones in two rows."""
    return x + b


@case(x=interval(-2, 2, shape=(2, 2, 3)), reference="NumPy manual, transpose")
def permuted_axes(x):
    """The axes of a tensor of rank three in another order, squared."""
    return permute(x, (2, 0, 1)) ** 2


@case(x=interval(-2, 2, shape=(3, 2)), reference="NumPy manual, sum")
def sums_of_rows(x):
    """The sum of each row, squared: what an axis that goes away leaves."""
    return sum(x, axis=1) ** 2


# The rules.


@case(x=interval(-3, 3), points=[{"x": 2.0}], reference="DLMF 1.4(iii)")
def product_rule(x):
    """x^2 sin(x): 2 x sin(x) + x^2 cos(x)."""
    return x**2 * sin(x)


@case(x=interval(-3, 3), points=[{"x": 1.0}], reference="DLMF 1.4(iii)")
def quotient_rule(x):
    """x / (1 + x^2): (1 - x^2) / (1 + x^2)^2, zero at 1."""
    return x / (1 + x**2)


@case(x=interval(-2, 2), points=[{"x": 1.0}], reference="DLMF 1.4(iii)")
def chain_rule(x):
    """sin(x^2): cos(x^2) 2 x."""
    return sin(x**2)


@case(x=interval(-1, 1), points=[{"x": 0.5}], reference="DLMF 1.4(iii)")
def chain_of_three(x):
    """exp(sin(x^2)): a factor for each link."""
    return exp(sin(x**2))


@case(x=interval(0.5, 3), y=interval(-2, 2), points=[{"x": 2.0, "y": 0.5}], reference="DLMF 1.5(i)")
def total_derivative(x, y):
    """u v + u^2 with u = x y, v = x + y: two ways lead from x to the end, and add up."""
    u, v = x * y, x + y
    return u * v + u**2


@case(
    x=interval(-2, 2),
    y=interval(-2, 2),
    points=[{"x": 1.0, "y": 1.0}],
    operators=["gradient", "hessian"],
    reference="DLMF 1.5(i)",
)
def mixed_derivatives(x, y):
    """x^2 y^3: the order of two partial derivatives does not matter, 6 x y^2 both ways."""
    return x**2 * y**3


@case(x=interval(-2, 2), y=interval(-2, 2), points=[{"x": 1.0, "y": -1.0}], reference="DLMF 1.5(vi)")
def jacobian_of_two(x, y):
    """(x y, x + y): the Jacobian is [[y, x], [1, 1]]."""
    return stack([x * y, x + y])


# A.3, A.4: a neuron.


@case(z=interval(-10, 10), points=[{"z": 0.0}, {"z": 2.42}], reference=f"{RASCHKA}.3")
def logistic_function(z):
    """sigmoid(z): the slope is s (1 - s), a quarter at 0."""
    return sigmoid(z)


@case(a=interval(0.01, 0.99), y=1.0, points=[{"a": 0.5}], reference=f"{RASCHKA}.3")
def cross_entropy_of_a_chance(a, y):
    """-ln a where the label is 1: the slope is -1/a."""
    return binary_cross_entropy(a, y)


def neuron(w1, b, x1, y):
    """z = w1 x1 + b, a = sigmoid(z), and the loss: by w1 -0.0898, by b -0.0817."""
    z = x1 * w1 + b
    a = sigmoid(z)
    return binary_cross_entropy(a, y)


BOOK_NEURON = {"w1": interval(-3, 3), "b": interval(-1, 1), "x1": 1.1, "y": 1.0, "points": [{"w1": 2.2, "b": 0.0}]}
neuron_of_the_book = case(name="neuron_of_the_book", reference=f"{RASCHKA}.4", **BOOK_NEURON)(neuron)
curvature_of_the_neuron = case(
    name="curvature_of_the_neuron",
    operators="hessian",
    expect={"autograd": "disagree"},
    because="torch's second derivative of binary_cross_entropy adds 1e-12 to a and to 1 - a, whatever they are",
    reference=f"{RASCHKA}.4",
    **BOOK_NEURON,
)(neuron)


@case(
    w=interval(-3, 3, shape=2),
    b=interval(-1, 1),
    x=np.array([1.1, -0.5]),
    y=1.0,
    reference=f"{RASCHKA}.4",
)
def neuron_by_hand(w, b, x, y):
    """The same with two inputs and the loss written out: -y ln a - (1 - y) ln(1 - a); the slope by w is (a - y) x."""
    a = 1 / (1 + exp(-(w[0] * x[0] + w[1] * x[1] + b)))
    return -y * log(a) - (1 - y) * log(1 - a)


# A.5 and after: layers, networks, descents.


@case(x=interval(-2, 2, shape=3), W=interval(-1, 1, shape=(2, 3)), b=interval(-1, 1, shape=2), reference=f"{RASCHKA}.5")
def linear_layer(x, W, b):
    """W x + b: by x it is W, by W it is x in its row, by b it is one."""
    return matmul(W, x) + b


@case(
    x=interval(-2, 2, shape=2),
    W1=np.array([[0.5, -1.0], [1.0, 0.25], [-0.75, 0.5]]),
    b1=np.array([0.0, 0.5, 0.25]),
    W2=np.array([[1.0, -0.5, 0.25], [0.5, 0.75, -1.0]]),
    points=[{"x": [1.0, 0.5]}],
    reference=f"{RASCHKA}.5",
)
def two_layers(x, W1, b1, W2):
    """Softmax of W2 relu(W1 x + b1): at the listed point the first unit is exactly at its kink."""
    return softmax(matmul(W2, relu(matmul(W1, x) + b1)))


# The toy data of the book: five examples of two numbers, and their classes.
X = np.array([[-1.2, 3.1], [-0.9, 2.9], [-0.5, 2.6], [2.3, -1.1], [2.7, -1.5]])
Y = np.array([0, 0, 0, 1, 1])


@case(W=interval(-1, 1, shape=(2, 2)), b=interval(-1, 1, shape=2), X=X, y=Y, reference=f"{RASCHKA}.6")
def loss_of_a_batch(W, b, X, y):
    """Cross-entropy of a linear layer on the book's five training examples."""
    return cross_entropy(matmul(X, transpose(W)) + b, y)


@case(
    rate=interval(0.0025, 0.1),
    w=interval(-2, 2),
    x=np.array([1.0, 2.0, 3.0]),
    y=np.array([2.0, 4.0, 6.0]),
    steps=5,
    reference="Cauchy 1847; Goodfellow, Bengio & Courville 2016, 4.3",
)
def loss_after_descent(rate, w, x, y, steps):
    """Five steps of gradient descent on the line y = 2 x: the loss that is left, by where it began and by the rate."""
    for _ in range(steps):
        w = w - rate * mean(2 * x * (w * x - y))
    return mean((w * x - y) ** 2)


@case(w=interval(-2, 2), rate=interval(0.005, 0.03), beta=0.9, steps=5, reference="Polyak 1964; Sutskever et al. 2013")
def loss_after_momentum(w, rate, beta, steps):
    """Five steps with momentum on w^4 + w^2."""
    speed = 0.0
    for _ in range(steps):
        speed = beta * speed - rate * (4 * w**3 + 2 * w)
        w = w + speed
    return w**4 + w**2


@case(w=interval(0.5, 2), rate=interval(0.01, 0.1), steps=4, reference="Kingma & Ba 2015, algorithm 1")
def loss_after_adam(w, rate, steps):
    """Four steps of Adam on w^2, by where it began and by the rate."""
    m, v = 0.0, 0.0
    for k in range(1, steps + 1):
        g = 2 * w
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        w = w - rate * (m / (1 - 0.9**k)) / ((v / (1 - 0.999**k)) ** 0.5 + 1e-8)
    return w**2
