"""An operation beside torch's: values and slopes by both, and what every engine gives."""

import numpy as np
import torch

from diffcheck import case, check, interval
from diffcheck.program.chain import gradient
from diffcheck.program.emit import Emitted
from diffcheck.program.trace import record

NEAR = {"rtol": 1e-11, "atol": 1e-12}
NAMES = "abcdef"


def arrays(shapes):
    """Normal numbers, no two alike."""
    generator = np.random.default_rng(7)
    return [generator.normal(size=shape) for shape in shapes]


def of_diffcheck(function, given):
    """Value and Jacobian of an operation recorded on arrays."""
    names = NAMES[: len(given)]
    graph = record(
        lambda **x: function(*(x[n] for n in names)), {n: a.shape for n, a in zip(names, given, strict=True)}, {}
    )
    x = np.concatenate([a.ravel() for a in given])
    return Emitted(graph).at(x), Emitted(gradient(graph, range(x.size))).at(x)


def of_torch(function, given):
    """The same by torch's own function and its reverse mode."""
    tensors = tuple(torch.tensor(a) for a in given)
    value = function(*tensors).numpy()
    parts = torch.autograd.functional.jacobian(function, tensors)
    return value, np.concatenate([p.numpy().reshape(*value.shape, -1) for p in parts], -1)


# A function of so many arrays whose parameters have names.
NAMED = {
    1: lambda f: lambda a: f(a),
    2: lambda f: lambda a, b: f(a, b),
    3: lambda f: lambda a, b, c: f(a, b, c),
    4: lambda f: lambda a, b, c, d: f(a, b, c, d),
}


def checked(function, given, domain=(-9, 9), **options):
    """What every engine gives for the gradient at one point."""
    names = NAMES[: len(given)]
    domains = {n: interval(*domain, shape=a.shape) for n, a in zip(names, given, strict=True)}
    decorate = case(**domains, points=[dict(zip(names, given, strict=True))], samples=0, **options)
    return check(decorate(NAMED[len(given)](function))).result.rows
