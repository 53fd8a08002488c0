"""What a derivative costs in operations, which are the same on every machine.

An operation is one on two numbers, or one elementary function: a sum, a product, a sine. What function and derivative
share is done once.
"""

from dataclasses import dataclass

import numpy as np

from diffcheck.claims.families import HELMHOLTZ, PRODUCT, ROSENBROCK, Family
from diffcheck.program.differentiate import jacobian, tangent
from diffcheck.program.program import CONST, INPUT, Builder, Program, uncollected
from diffcheck.program.rules import SYMPY

# A pair for each family: of the Helmholtz energy the operations grow with the square.
SIZES = (
    (PRODUCT, (2, 10, 100, 1_000, 10_000)),
    (ROSENBROCK, (2, 10, 100, 1_000, 10_000)),
    (HELMHOLTZ, (1, 10, 100)),
)


@dataclass(frozen=True, slots=True)
class Count:
    """Operations of a function of ``inputs`` inputs, of its value with its gradient, and of its value with one slope.

    ``gradient`` is by one reverse sweep, ``slope`` by one forward pass.
    """

    family: str
    inputs: int
    function: int
    gradient: int
    slope: int

    @property
    def reverse(self) -> float:
        """The gradient with the value, in multiples of the function."""
        return self.gradient / self.function

    @property
    def one_pass(self) -> float:
        """A slope with the value, in multiples of the function."""
        return self.slope / self.function

    @property
    def forward(self) -> float:
        """The gradient by a forward pass for each input, which share the value."""
        return (self.function + self.inputs * (self.slope - self.function)) / self.function

    @property
    def differences(self) -> float:
        """One-sided differences: a function more than there are inputs, and a difference and a quotient for each."""
        return ((self.inputs + 1) * self.function + 2 * self.inputs) / self.function

    @property
    def central(self) -> float:
        """Central differences: two functions for each input."""
        return (2 * self.inputs * self.function + 2 * self.inputs) / self.function


@uncollected()
def together(function: Program, derivative: Program) -> int:
    """The operations of both, those that they share once."""
    builder = Builder(derivative.nodes)
    number: list[int] = []
    for name, operands in function.nodes:
        if name == INPUT:
            number.append(builder.input(*operands))
        elif name == CONST:
            number.append(builder.const(*operands))
        else:
            number.append(builder.apply(name, *(number[i] for i in operands)))
    outputs = [*(number[i] for i in function.outputs.ravel().tolist()), *derivative.outputs.ravel().tolist()]
    return builder.program(len(derivative.inputs), np.array(outputs, np.int64)).operations


def counted(family: Family, size: int) -> Count:
    """The operations at one size."""
    program = family.program(size)
    wrt = range(family.inputs(size))
    gradient, slope = (together(program, way(program, wrt, SYMPY)) for way in (jacobian, tangent))
    return Count(family.name, len(wrt), program.operations, gradient, slope)


def counts(largest: int) -> list[Count]:
    """The operations of all families up to a size."""
    return [counted(family, n) for family, sizes in SIZES for n in sizes if n <= largest]
