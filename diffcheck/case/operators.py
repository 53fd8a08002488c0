"""What is computed of a function: derivative, gradient, Jacobian, Hessian."""

from collections.abc import Sequence
from enum import StrEnum

from diffcheck.errors import CaseError, UsageError

Shape = tuple[int, ...]


class Operator(StrEnum):
    """What is computed; the value is the name on the command line and in the results."""

    DERIVATIVE = "derivative"
    """Scalar input, scalar result."""
    GRADIENT = "gradient"
    """Any inputs, scalar result: one component for each element of the inputs."""
    JACOBIAN = "jacobian"
    """Any inputs, any result: for each element of the result a row of components."""
    HESSIAN = "hessian"
    """Any inputs, scalar result: the symmetric matrix of second derivatives."""

    @property
    def order(self) -> int:
        """How often the function is differentiated."""
        return 2 if self is Operator.HESSIAN else 1

    def shape(self, outputs: Shape, inputs: int) -> Shape:
        """The shape of this derivative, for a result of shape ``outputs`` and so many input elements.

        >>> Operator.JACOBIAN.shape((2,), 3)
        (2, 3)
        """
        match self:
            case Operator.DERIVATIVE | Operator.GRADIENT | Operator.JACOBIAN:
                return (*outputs, inputs)
            case Operator.HESSIAN:
                return (inputs, inputs)


def operator_named(name: str) -> Operator:
    """The operator called ``name``; `UsageError` names the known ones."""
    try:
        return Operator(name)
    except ValueError:
        raise UsageError(f"unknown operator {name!r}: choose from {', '.join(Operator)}") from None


def natural_operator(outputs: Shape, inputs: Sequence[Shape]) -> Operator:
    """The operator that follows from the shapes."""
    if outputs != ():
        return Operator.JACOBIAN
    return Operator.DERIVATIVE if list(inputs) == [()] else Operator.GRADIENT


def demand_fit(operator: Operator, outputs: Shape, inputs: Sequence[Shape]) -> None:
    """Raise `CaseError` if the operator does not exist for these shapes."""
    if operator is not Operator.JACOBIAN and outputs != ():
        raise CaseError(
            f"operator {operator} needs a scalar result, the function returns shape {outputs}: use jacobian"
        )
    if operator is Operator.DERIVATIVE and list(inputs) != [()]:
        raise CaseError("operator derivative needs one scalar input to differentiate by: use gradient, or wrt=...")
