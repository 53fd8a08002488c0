"""What is computed of a function: derivatives of any order, gradient, Jacobian, Hessian, and their products.

An operator is a row. The n-th derivative of a function is a tensor with one axis for its outputs and n for its inputs;
the row says which of these axes are kept and which are contracted: with a direction, or with weights of the outputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from diffcheck.errors import CaseError, UsageError

Shape = tuple[int, ...]


class Slot(Enum):
    """What becomes of one axis of the derivative tensor."""

    FULL = "full"
    """It is kept: an entry for each element that is differentiated by."""
    ALONG = "along"
    """It is contracted with the direction."""


@dataclass(frozen=True, slots=True)
class Operator:
    """What is computed; the name is that on the command line and in the results.

    Attributes
    ----------
    doc:
        What it gives, in one line.
    slots:
        One for each differentiation.
    weighted:
        Whether the axis of the outputs is contracted with weights.
    one_input, one_output:
        Whether it exists only for a scalar to differentiate by, and for a scalar result.
    instead:
        What to use for other inputs, and for other results.
    direction, weights:
        What the axes are contracted with, for an operator that is `aimed`; empty where nothing is contracted.
    """

    name: str
    doc: str
    slots: tuple[Slot, ...]
    weighted: bool = False
    one_input: bool = False
    one_output: bool = False
    instead: tuple[str, str] = ("", "")
    direction: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()

    DERIVATIVE: ClassVar["Operator"]
    GRADIENT: ClassVar["Operator"]
    JACOBIAN: ClassVar["Operator"]
    HESSIAN: ClassVar["Operator"]

    def __str__(self) -> str:
        return self.name

    @property
    def order(self) -> int:
        """How often the function is differentiated."""
        return len(self.slots)

    @property
    def full(self) -> int:
        """How many axes over the inputs the result has."""
        return self.slots.count(Slot.FULL)

    @property
    def along(self) -> int:
        """How many are contracted with the direction."""
        return self.slots.count(Slot.ALONG)

    def width(self, inputs: int) -> int:
        """How many components the derivative of one output has, for so many input elements."""
        return int(inputs**self.full)

    def shape(self, outputs: Shape, inputs: int) -> Shape:
        """The shape of this derivative, for a result of shape ``outputs`` and so many input elements.

        >>> Operator.JACOBIAN.shape((2,), 3)
        (2, 3)
        >>> OPERATORS["jvp"].shape((2,), 3), OPERATORS["vjp"].shape((2,), 3), OPERATORS["hvp"].shape((), 3)
        ((2,), (3,), (3,))
        """
        return (*(() if self.weighted else outputs), *[inputs] * self.full)

    def aimed(self, direction: Sequence[float], weights: Sequence[float]) -> "Operator":
        """The operator with what its axes are contracted with; what it does not contract is left out."""
        return replace(
            self,
            direction=tuple(direction) if self.along else (),
            weights=tuple(weights) if self.weighted else (),
        )

    @property
    def of_one_output(self) -> "Operator":
        """The same of the weighted sum of the outputs, if it has weights."""
        return replace(self, weighted=False, weights=())

    @property
    def whole(self) -> "Operator":
        """The operator that keeps what this one contracts with a direction.

        >>> OPERATORS["hvp"].whole.shape((), 3)
        (3, 3)
        """
        return replace(self, slots=(Slot.FULL,) * self.order, direction=())

    @property
    def slope(self) -> "Operator":
        """The operator without its contracted axes: what is then differentiated along the direction."""
        return replace(self, slots=(Slot.FULL,) * self.full, direction=())


def _of_order(order: int) -> Operator:
    doc = f"Scalar input, scalar result: differentiated {order} times."
    return Operator(
        f"derivative{order}" if order > 1 else "derivative",
        doc if order > 1 else "Scalar input, scalar result.",
        (Slot.FULL,) * order,
        one_input=True,
        one_output=True,
        instead={1: ("gradient, or ", "jacobian"), 2: ("hessian, or ", "")}.get(order, ("", "")),
    )


_ROWS = (
    *map(_of_order, range(1, 7)),
    Operator(
        "gradient",
        "Any inputs, scalar result: one component for each element of the inputs.",
        (Slot.FULL,),
        one_output=True,
        instead=("", "jacobian"),
    ),
    Operator("jacobian", "Any inputs, any result: for each element of the result a row of components.", (Slot.FULL,)),
    Operator(
        "hessian",
        "Any inputs, scalar result: the symmetric matrix of second derivatives.",
        (Slot.FULL, Slot.FULL),
        one_output=True,
        instead=("", "jacobian"),
    ),
    Operator("jvp", "The Jacobian times a direction: one component for each element of the result.", (Slot.ALONG,)),
    Operator(
        "vjp",
        "Weights of the result times the Jacobian: one component for each element of the inputs.",
        (Slot.FULL,),
        weighted=True,
    ),
    Operator(
        "hvp",
        "Scalar result: the Hessian times a direction, one component for each element of the inputs.",
        (Slot.FULL, Slot.ALONG),
        one_output=True,
        instead=("", "jacobian"),
    ),
)
OPERATORS = {row.name: row for row in _ROWS}
Operator.DERIVATIVE = OPERATORS["derivative"]
Operator.GRADIENT = OPERATORS["gradient"]
Operator.JACOBIAN = OPERATORS["jacobian"]
Operator.HESSIAN = OPERATORS["hessian"]


def operator_named(name: str, *others: str) -> Operator:
    """The operator called ``name``; `UsageError` names the known ones, and ``others`` that may be asked for."""
    try:
        return OPERATORS[str(name)]
    except KeyError:
        raise UsageError(f"unknown operator {name!r}: choose from {', '.join([*OPERATORS, *others])}") from None


def natural_operator(outputs: Shape, inputs: Sequence[Shape]) -> Operator:
    """The operator that follows from the shapes."""
    if outputs != ():
        return Operator.JACOBIAN
    return Operator.DERIVATIVE if list(inputs) == [()] else Operator.GRADIENT


def demand_fit(operator: Operator, outputs: Shape, inputs: Sequence[Shape]) -> None:
    """Raise `CaseError` if the operator does not exist for these shapes."""
    for_inputs, for_outputs = operator.instead
    if operator.one_output and outputs != ():
        advice = f": use {for_outputs}" if for_outputs else ""
        raise CaseError(f"operator {operator} needs a scalar result, the function returns shape {outputs}{advice}")
    if operator.one_input and list(inputs) != [()]:
        raise CaseError(f"operator {operator} needs one scalar input to differentiate by: use {for_inputs}wrt=...")
