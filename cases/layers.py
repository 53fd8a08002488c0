"""Layers of present-day networks, and what whole models are trained by, each at the size of a toy.

Norms and gates; networks that go through time; attention and a block of a transformer; the losses of autoencoders, of
contrast, of physics, of policies. All weights are inputs: the gradient is by every one of them. Where the result is an
array, it is pulled back with weights (`vjp`), as a backward pass does.
"""

import numpy as np

from diffcheck import case, interval
from diffcheck.ops import (
    adaptive_avg_pool2d,
    bce_with_logits,
    bilinear,
    concatenate,
    conv1d,
    conv_transpose2d,
    cos,
    cross_entropy,
    cumsum,
    dot,
    exp,
    gelu,
    local_response_norm,
    log,
    logsumexp,
    matmul,
    mean,
    pixel_shuffle,
    relu,
    reshape,
    rms_norm,
    sigmoid,
    silu,
    sin,
    softmax,
    sqrt,
    stack,
    sum,
    take,
    tanh,
    transpose,
    where,
)


def numbers(*shape, step=5, of=7):
    """An array that anyone can write down again, between -1/2 and 1/2."""
    return (step * np.arange(float(np.prod(shape))).reshape(shape) % of - of // 2) / of


# Layers, by what they learn.


@case(
    x=interval(-2, 2, shape=(4, 2)),
    gain=interval(0.5, 2, shape=2),
    shift=interval(-1, 1, shape=2),
    reference="Ioffe & Szegedy 2015",
)
def batch_norm(x, gain, shift):
    """Each column less its mean over the batch, divided by its deviation, scaled and shifted."""
    centred = x - mean(x, axis=0)
    return gain * centred / sqrt(mean(centred**2, axis=0) + 1e-5) + shift


@case(x=interval(-2, 2, shape=(2, 4)), gain=interval(0.5, 2, shape=4), reference="Wu & He 2018")
def group_norm(x, gain):
    """Four channels in two groups of two, each group with its own mean and deviation."""
    groups = reshape(x, (2, 2, 2))
    centred = groups - mean(groups, axis=2).reshape((2, 2, 1))
    return gain * reshape(centred / sqrt(mean(centred**2, axis=2).reshape((2, 2, 1)) + 1e-5), (2, 4))


@case(
    x=interval(-2, 2, shape=3),
    W=interval(-1, 1, shape=(3, 3)),
    b=interval(-1, 1, shape=3),
    reference="He, Zhang, Ren & Sun 2016",
)
def residual_block(x, W, b):
    """x + relu(W x + b)."""
    return x + relu(matmul(W, x) + b)


@case(
    x=interval(-2, 2, shape=3),
    W=interval(-1, 1, shape=(3, 3)),
    V=interval(-1, 1, shape=(3, 3)),
    reference="Srivastava, Greff & Schmidhuber 2015",
)
def highway_layer(x, W, V):
    """t tanh(W x) + (1 - t) x, the gate t being sigmoid(V x - 1)."""
    gate = sigmoid(matmul(V, x) - 1)
    return gate * tanh(matmul(W, x)) + (1 - gate) * x


@case(
    x=interval(-2, 2, shape=3),
    W=interval(-1, 1, shape=(4, 3)),
    V=interval(-1, 1, shape=(4, 3)),
    U=interval(-1, 1, shape=(3, 4)),
    operators=["vjp"],
    reference="Shazeer 2020",
)
def swiglu(x, W, V, U):
    """U (silu(W x) V x), the feed-forward part of LLaMA."""
    return matmul(U, silu(matmul(W, x)) * matmul(V, x))


@case(
    table=interval(-1, 1, shape=(5, 2)),
    places=np.array([3, 0, 3, 1]),
    reference="Bengio, Ducharme, Vincent & Jauvin 2003",
)
def embedding(table, places):
    """The squares of the rows that four tokens pick, one of them twice."""
    return sum(take(table, places, axis=0) ** 2)


@case(theta=interval(0.1, 3), q=interval(-2, 2, shape=4), reference="Su et al. 2021")
def rotary_embedding(theta, q):
    """Two pairs of numbers, turned by theta and by theta/100."""
    angles = theta * np.array([1.0, 0.01])
    c, s = cos(angles), sin(angles)
    return concatenate([c * q[0::2] - s * q[1::2], s * q[0::2] + c * q[1::2]])


@case(
    kernel=interval(-1, 1, shape=(2, 1, 3)),
    signal=interval(-1, 1, shape=(1, 1, 6)),
    operators=["vjp"],
    reference="Waibel et al. 1989",
)
def temporal_convolution(kernel, signal):
    """Two filters of length three over a signal, by both."""
    return conv1d(signal, kernel, None, stride=1, padding=1)


@case(
    x=interval(-1, 1, shape=(1, 2, 2, 2)),
    kernel=interval(-1, 1, shape=(2, 1, 3, 3)),
    operators=["vjp"],
    reference="Zeiler, Krishnan, Taylor & Fergus 2010; Dumoulin & Visin 2016, 4",
)
def transposed_convolution(x, kernel):
    """Two small images made one of twice the size, as decoders do: every pixel puts the kernel where it lies."""
    return conv_transpose2d(x, kernel, stride=2, padding=1, output_padding=1)


@case(
    x=interval(-1, 1, shape=(2, 2, 2)),
    W=interval(-1, 1, shape=(4, 2)),
    operators=["vjp"],
    reference="Shi et al. 2016",
)
def sub_pixel_convolution(x, W):
    """Four channels made of two at each pixel, laid side by side: an image of twice the size."""
    return pixel_shuffle(reshape(matmul(W, reshape(x, (2, 4))), (4, 2, 2)), 2)


@case(x=interval(-2, 2, shape=(1, 4, 2)), operators=["vjp"], reference="Krizhevsky, Sutskever & Hinton 2012, 3.3")
def local_response_normalisation(x):
    """AlexNet's: channels divided by what their neighbours are, here three, with its k = 2 and beta = 3/4."""
    return local_response_norm(x, 3, alpha=1e-4, beta=0.75, k=2.0)


@case(
    x=interval(-2, 2, shape=(2, 5, 4)),
    W=interval(-1, 1, shape=(3, 10)),
    reference="He, Zhang, Ren & Sun 2014",
)
def pyramid_of_pools(x, W):
    """Two channels of any size as five numbers each: the mean of all, the means of quarters."""
    whole, quarters = (reshape(adaptive_avg_pool2d(x, k), (2, k * k)) for k in (1, 2))
    seen = concatenate([whole, quarters], axis=1)
    return sum(tanh(matmul(W, reshape(seen, 10))))


@case(
    x=interval(-2, 2, shape=3),
    y=interval(-2, 2, shape=2),
    W=interval(-1, 1, shape=(2, 3, 2)),
    operators=["vjp"],
    reference="Tenenbaum & Freeman 2000",
)
def bilinear_model(x, y, W):
    """Style and content: two numbers, each the sum of W_kij x_i y_j."""
    return bilinear(x, y, W)


# Networks that go through time.


@case(
    W=interval(-1, 1, shape=(2, 2)),
    V=interval(-1, 1, shape=(2, 1)),
    x=np.array([0.5, -1.0, 0.25, 0.75]),
    reference="Elman 1990",
)
def recurrent_network(W, V, x):
    """h = tanh(W h + V x) over four numbers; the sum of the last state."""
    h = np.zeros(2)
    for k in range(4):
        h = tanh(matmul(W, h) + V[:, 0] * x[k])
    return sum(h)


@case(
    W=interval(-1, 1, shape=(8, 5)),
    b=interval(-1, 1, shape=8),
    x=np.array([0.5, -1.0, 0.25]),
    h=np.array([0.25, -0.5]),
    c=np.array([1.0, -0.25]),
    operators=["vjp"],
    reference="Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000",
)
def lstm_cell(W, b, x, h, c):
    """One step of a cell with two units, by all 48 parameters: the new state, and what it remembers."""
    z = matmul(W, concatenate([x, h])) + b
    keep, write, read, new = sigmoid(z[0:2]), sigmoid(z[2:4]), sigmoid(z[4:6]), tanh(z[6:8])
    memory = keep * c + write * new
    return concatenate([read * tanh(memory), memory])


@case(
    W=interval(-1, 1, shape=(6, 3)),
    U=interval(-1, 1, shape=(6, 2)),
    x=np.array([0.5, -1.0, 0.25]),
    h=np.array([0.25, -0.5]),
    reference="Cho et al. 2014",
    operators=["vjp"],
)
def gru_cell(W, U, x, h):
    """z h + (1 - z) tanh(W x + U (r h)), a step of a gated unit of width two; z and r are its gates."""
    a, b = matmul(W, x), matmul(U[0:4], h)
    update, reset = sigmoid(a[0:2] + b[0:2]), sigmoid(a[2:4] + b[2:4])
    return update * h + (1 - update) * tanh(a[4:6] + matmul(U[4:6], reset * h))


@case(a=interval(0.1, 2, shape=3), x=interval(-1, 1, shape=(4, 3)), reference="Gu & Dao 2023")
def state_space_scan(a, x):
    """A state that decays by e^-a and takes in x, over four steps: the sum of squares on the way."""
    h, seen = np.zeros(3), []
    for k in range(4):
        h = exp(-a) * h + x[k]
        seen.append(sum(h**2))
    return sum(stack(seen))


# Attention, and what is built of it.


@case(
    x=interval(-2, 2, shape=(3, 2)),
    W=interval(-1, 1, shape=(3, 2, 2)),
    operators=["vjp"],
    reference="Vaswani et al. 2017, 3.2.3",
)
def causal_attention(x, W):
    """Three tokens that look at themselves and what came before, by tokens and by all three matrices."""
    q, k, v = (matmul(x, W[i]) for i in range(3))
    scores = where(np.tri(3) > 0, matmul(q, transpose(k)) / 2**0.5, -1e9)
    return matmul(softmax(scores, -1), v)


@case(
    q=interval(-2, 2, shape=(2, 2)),
    k=interval(-2, 2, shape=(3, 2)),
    v=interval(-2, 2, shape=(3, 2)),
    operators=["vjp"],
    reference="Katharopoulos, Vyas, Pappas & Fleuret 2020",
)
def linear_attention(q, k, v):
    """phi(q) phi(k)^T v with phi = elu + 1, divided by the sum of the weights."""
    f, g = (where(z > 0, z + 1, exp(z)) for z in (q, k))
    weights = matmul(f, transpose(g))
    return matmul(weights, v) / sum(weights, axis=1).reshape((2, 1))


@case(
    x=interval(-2, 2, shape=(2, 4)),
    attend=numbers(3, 4, 4),
    out=numbers(4, 4, step=3),
    widen=numbers(4, 8, step=4, of=9),
    narrow=numbers(8, 4, step=7, of=11),
    operators=["vjp"],
    reference="Vaswani et al. 2017; Zhang & Sennrich 2019; Xiong et al. 2020",
)
def transformer_block(x, attend, out, widen, narrow):
    """Two tokens of width four: norm, causal attention, norm, two layers with gelu, each beside what it came from."""
    n = rms_norm(x)
    q, k, v = (matmul(n, attend[i]) for i in range(3))
    weights = softmax(matmul(q, transpose(k)) / 2 + np.triu(np.full((2, 2), -1e9), 1), -1)
    x = x + matmul(matmul(weights, v), out)
    return x + matmul(gelu(matmul(rms_norm(x), widen)), narrow)


@case(
    table=interval(-1, 1, shape=(4, 3)),
    head=interval(-1, 1, shape=(3, 4)),
    now=np.array([0, 1, 2, 1]),
    following=np.array([1, 2, 1, 3]),
    reference="Bengio, Ducharme, Vincent & Jauvin 2003; Raschka 2024, 5",
)
def next_token_loss(table, head, now, following):
    """Cross-entropy of the next of four tokens: a vocabulary of four, a width of three."""
    return cross_entropy(matmul(take(table, now, axis=0), head), following)


@case(
    gate=interval(-2, 2, shape=(2, 3)),
    experts=interval(-1, 1, shape=(2, 3)),
    x=np.array([0.5, -1.0, 0.75]),
    reference="Jacobs, Jordan, Nowlan & Hinton 1991",
)
def mixture_of_experts(gate, experts, x):
    """Two linear experts, weighed by a softmax of two linear gates."""
    return dot(softmax(matmul(gate, x)), matmul(experts, x))


# Losses of whole models.


@case(
    encoder=interval(-1, 1, shape=(4, 3)),
    decoder=interval(-1, 1, shape=(3, 2)),
    x=np.array([1.0, 0.0, 1.0]),
    noise=np.array([0.5, -0.75]),
    reference="Kingma & Welling 2014",
)
def variational_autoencoder(encoder, decoder, x, noise):
    """The loss of what is said again, and the divergence of what is hidden, with noise that was drawn before."""
    hidden = matmul(encoder, x)
    means, logs = hidden[:2], hidden[2:]
    logits = matmul(decoder, means + noise * exp(logs / 2))
    return 3 * bce_with_logits(logits, x) - sum(1 + logs - means**2 - exp(logs)) / 2


@case(
    W=interval(-1, 1, shape=(2, 3)),
    x=numbers(3, 3),
    seen=numbers(3, 3, step=4, of=9),
    reference="van den Oord, Li & Vinyals 2018; Radford et al. 2021",
)
def contrastive_loss(W, x, seen):
    """InfoNCE: three pairs, each to be told from the two others by a product of vectors of length one."""
    a, b = (matmul(z + 1, transpose(W)) + 0.5 for z in (x, seen))
    a, b = (z / sqrt(sum(z**2, axis=1)).reshape((3, 1)) for z in (a, b))
    return cross_entropy(matmul(a, transpose(b)) * 4, np.arange(3))


@case(
    w=interval(-2, 2, shape=4),
    b=interval(-1, 1, shape=4),
    v=interval(-1, 1, shape=4),
    reference="Lagaris, Likas & Fotiadis 1998; Raissi, Perdikaris & Karniadakis 2019",
)
def physics_informed_loss(w, b, v):
    """u(t) = sum of v tanh(w t + b): the squared residual of u' + u = 0 at five times, and of u(0) = 1."""
    loss = (dot(v, tanh(b)) - 1) ** 2
    for t in (0.0, 0.25, 0.5, 0.75, 1.0):
        h = tanh(w * t + b)
        loss = loss + (dot(v * w, 1 - h**2) + dot(v, h)) ** 2 / 5
    return loss


@case(
    centres=interval(-1, 1, shape=(3, 2)),
    logs=interval(-1, 1, shape=3),
    v=interval(-1, 1, shape=3),
    x=np.array([0.25, -0.5]),
    reference="Broomhead & Lowe 1988",
)
def radial_basis_network(centres, logs, v, x):
    """Three bell curves around centres that move."""
    squares = sum((x - centres) ** 2, axis=1)
    return dot(v, exp(-squares * exp(logs)))


@case(
    policy=interval(-2, 2, shape=(2, 3)),
    actions=np.array([2, 0]),
    gains=np.array([1.5, -0.5]),
    reference="Williams 1992; Mnih et al. 2016",
)
def policy_gradient(policy, actions, gains):
    """Minus the sum of gains times the logarithms of the chances of what was done, less a little entropy."""
    logs = policy - logsumexp(policy, axis=1).reshape((2, 1))
    taken = stack([logs[k, actions[k]] for k in range(2)])
    return -dot(gains, taken) + 0.01 * sum(exp(logs) * logs)


@case(
    logits=interval(-3, 3, shape=4),
    target=np.array([0.0, 0.25, 0.5, 0.25]),
    reference="Hou, Yu & Samaras 2016; Rubner, Tomasi & Guibas 1998",
)
def earth_movers_distance(logits, target):
    """The squared distance of two cumulated distributions over four places."""
    return sum(cumsum(softmax(logits) - target, 0) ** 2)


@case(
    w=interval(-1, 1, shape=3),
    b=interval(-1, 1),
    x=numbers(5, 3),
    y=np.array([1.0, 0.0, 1.0, 1.0, 0.0]),
    reference="Lin et al. 2017",
)
def focal_loss(w, b, x, y):
    """Cross-entropy with weights (1 - p)^2, which forgets what is easy."""
    p = sigmoid(matmul(x, w) + b)
    right = y * p + (1 - y) * (1 - p)
    return -mean((1 - right) ** 2 * log(right))


@case(
    inner=interval(-1, 1, shape=2),
    X=np.array([[1.0, 0.5], [-0.5, 1.0], [0.25, -1.0]]),
    y=np.array([0.5, -0.25, 1.0]),
    reference="Finn, Abbeel & Levine 2017",
)
def loss_after_one_step(inner, X, y):
    """MAML: the loss on one example after a step of gradient descent on the others, by where the step began."""
    slope = matmul(transpose(X[:2]), matmul(X[:2], inner) - y[:2])
    after = inner - 0.1 * slope
    return (dot(X[2], after) - y[2]) ** 2
