"""Neural networks by their parameters or by their input, each small enough for a page.

A neuron and networks of two layers; the parts that larger ones are made of: a norm, attention, a convolution.
"""

import numpy as np

from diffcheck import case, interval
from diffcheck.ops import (
    binary_cross_entropy,
    conv2d,
    dot,
    einsum,
    matmul,
    max_pool2d,
    mean,
    permute,
    relu,
    reshape,
    sigmoid,
    softmax,
    tanh,
)

# Numbers that anyone can write down again: no generator, no seed.
FEATURES = np.array([0.5, -1.25, 0.75, 2.0, -0.5, 1.5, -1.75, 0.25, -1.0, 1.25])
WEIGHTS = {
    "W1": (7 * np.arange(50.0).reshape(5, 10) % 11 - 5) / 8,
    "b1": np.array([-0.5, -0.25, 0.0, 0.25, 0.5]),
    "W2": np.array([[0.75, -0.5, 1.0, 0.25, -0.875]]),
    "b2": np.array([0.125]),
}


@case(w=interval(-3, 3), b=interval(-1, 1), x=1.1, y=1.0, points=[{"w": 2.2, "b": 0.0}], reference="Raschka 2024, A.4")
def neuron_loss(w, b, x, y):
    """One sigmoid neuron under binary cross-entropy."""
    return binary_cross_entropy(sigmoid(w * x + b), y)


@case(
    W1=interval(-1, 1, shape=(5, 10)),
    b1=interval(-1, 1, shape=5),
    W2=interval(-1, 1, shape=(1, 5)),
    b2=interval(-1, 1, shape=1),
    x=FEATURES,
    y=np.array([1.0]),
    points=[WEIGHTS],
    reference="Rumelhart, Hinton & Williams 1986",
)
def network_10_5_1(W1, b1, W2, b2, x, y):
    """Ten inputs, five rectified units, one sigmoid: the loss by all 61 parameters."""
    hidden = relu(matmul(W1, x) + b1)
    return binary_cross_entropy(sigmoid(matmul(W2, hidden) + b2), y)


@case(
    W=interval(-2, 2, shape=(2, 2)),
    b=interval(-1, 1, shape=2),
    v=interval(-2, 2, shape=2),
    c=interval(-1, 1),
    reference="Minsky & Papert 1969; Rumelhart, Hinton & Williams 1986",
)
def exclusive_or(W, b, v, c):
    """Two hidden units that learn XOR: the mean squared error over the four patterns."""
    patterns = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
    total = 0.0
    for (p, q), target in patterns:
        hidden = tanh(W[:, 0] * p + W[:, 1] * q + b)
        total = total + (sigmoid(dot(v, hidden) + c) - target) ** 2
    return total / len(patterns)


@case(
    x=interval(-2, 2, shape=3),
    W1=(5 * np.arange(12.0).reshape(4, 3) % 7 - 3) / 4,
    W2=(3 * np.arange(8.0).reshape(2, 4) % 5 - 2) / 2,
    reference="Novak et al. 2018",
)
def input_jacobian(x, W1, W2):
    """A network 3-4-2 by its input: W2 tanh(W1 x)."""
    return matmul(W2, tanh(matmul(W1, x)))


@case(
    gain=interval(0.5, 2, shape=4),
    shift=interval(-1, 1, shape=4),
    x=interval(-2, 2, shape=4),
    reference="Ba, Kiros & Hinton 2016",
)
def layer_norm(gain, shift, x):
    """(x - mean) / sqrt(variance + 1e-5), scaled and shifted."""
    centred = x - mean(x)
    return gain * centred / (mean(centred**2) + 1e-5) ** 0.5 + shift


@case(
    x=interval(-2, 2, shape=(3, 4)),
    query=(5 * np.arange(16.0).reshape(4, 4) % 7 - 3) / 4,
    key=(3 * np.arange(16.0).reshape(4, 4) % 5 - 2) / 4,
    value=(7 * np.arange(16.0).reshape(4, 4) % 9 - 4) / 8,
    reference="Vaswani et al. 2017, 3.2",
)
def attention(x, query, key, value):
    """Three tokens of width four that attend to each other with two heads."""
    q, k, v = (permute(reshape(matmul(x, w), (3, 2, 2)), (1, 0, 2)) for w in (query, key, value))
    weights = softmax(einsum("hij,hkj->hik", q, k) / 2**0.5)
    return reshape(permute(matmul(weights, v), (1, 0, 2)), (3, 4))


@case(
    kernel=interval(-1, 1, shape=(2, 1, 3, 3)),
    bias=interval(-1, 1, shape=2),
    image=(11 * np.arange(36.0).reshape(1, 1, 6, 6) % 13 - 6) / 4,
    reference="LeCun, Bottou, Bengio & Haffner 1998",
)
def convolution(kernel, bias, image):
    """A convolution with padding and stride, the largest of each window, rectified: the mean of what is left."""
    maps = conv2d(image, kernel, bias, stride=1, padding=1)
    return mean(relu(max_pool2d(maps, 3, stride=3)) ** 2)
