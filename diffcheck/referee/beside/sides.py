"""What a function is on one side of a point, and what two sides make together."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from flint import arb

from diffcheck.ops.enclosures.decimals import brief
from diffcheck.referee.beside.germs import Germ, NoExpansion, germ
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.evaluate import Ball, Evaluation, Fault


class Course(Enum):
    """How a function goes on from a point to one side."""

    ON = "goes on"
    """From its value at the point, with a slope that may be infinite."""
    JUMP = "jumps"
    """From another value."""
    POLE = "grows without limit"
    MISSING = "does not exist"
    UNKNOWN = "could not be expanded"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a point; ``slope`` is the derivative of the order that was asked for, where it goes on."""

    course: Course
    slope: Ball = None

    @property
    def is_finite(self) -> bool:
        """Whether it goes on with a finite slope."""
        return self.course is Course.ON and bool(self.slope.is_finite())

    def turned(self) -> "Side":
        """The same side with the opposite slope: from -t to t."""
        return self if self.slope is None else replace(self, slope=-self.slope)


def side(ray: Evaluation, output: int, at: Ball, order: int) -> Side:
    """One output along a ray, with its derivative of this order by the way.

    Parameters
    ----------
    at:
        The output's value at the point itself.
    """
    if output in ray.faults:
        return Side(Course.MISSING if ray.faults[output][0] is Fault.UNDEFINED else Course.UNKNOWN)
    value = germ(ray.values[output])
    try:
        unbounded = {(a, b): c for (a, b), c in value.terms.items() if a < 0 or (a == 0 and b > 0)}
        if unbounded and Germ.of(unbounded).sign() is not None:
            return Side(Course.POLE)
        if not value[0].overlaps(at):
            return Side(Course.JUMP)
        return Side(Course.ON, _slope(value, order))
    except NoExpansion:
        return Side(Course.UNKNOWN)


def _slope(value: Germ, order: int) -> Ball:
    """The derivative at t = 0; infinite if a term is left that a smaller power of t outweighs."""
    rest = Germ({e: c for e, c in value.terms.items() if e[1] or e[0] not in range(order)}, value.order)
    if any(a < order or (a == order and b > 0) for a, b in rest.terms):
        sign = rest.sign()
        if sign is None:
            raise NoExpansion
        return sign * arb.pos_inf()
    return math.factorial(order) * rest[order]


def meeting(left: Side, right: Side) -> Component:
    """The component that two sides make together."""
    sides = {"left": left, "right": right}
    known = {name: s.slope for name, s in sides.items() if s.course is Course.ON}
    if Course.UNKNOWN in (left.course, right.course):
        which = " and ".join(name for name, s in sides.items() if s.course is Course.UNKNOWN)
        return Component(Status.UNCERTAIN, reason=f"the function could not be expanded to the {which} of this point")
    if left.is_finite and right.is_finite:
        return joined(left.slope, right.slope)
    finite = [name for name, s in sides.items() if s.is_finite]
    if len(finite) == 1 and Course.MISSING in (left.course, right.course):
        slope = known[finite[0]]
        if not is_tight(slope):
            return Component(Status.UNCERTAIN, slope, slope, "the one-sided derivative is not enclosed tightly")
        reason = f"the function exists only to the {finite[0]} of this point"
        return Component(Status.ONE_SIDED, slope, slope, reason)
    return Component(Status.UNDEFINED, known.get("left"), known.get("right"), _told(sides))


def joined(left: Ball, right: Ball) -> Component:
    """The component of two finite slopes."""
    if not (is_tight(right) and is_tight(left)):
        return Component(Status.UNCERTAIN, left, right, "a one-sided derivative is not enclosed tightly")
    if right.overlaps(left):
        common: arb = right.intersection(left)
        return Component(Status.CERTIFIED, common, common)
    return Component(Status.KINK, left, right, "the derivatives from the left and from the right differ")


def _told(sides: Mapping[str, Side]) -> str:
    """Why there is no derivative, in words."""
    where = {course: [name for name, s in sides.items() if s.course is course] for course in Course}
    parts = []
    if where[Course.POLE]:
        parts.append(f"the function grows without limit to the {' and '.join(where[Course.POLE])}")
    if where[Course.JUMP]:
        parts.append("the function jumps here")
    slopes = [f"from the {name} is {_number(sides[name].slope)}" for name in where[Course.ON]]
    if slopes:
        parts.append(f"the slope {' and '.join(slopes)}")
    if len(where[Course.MISSING]) == 2:
        return "the function exists on neither side of this point"
    parts += [f"nothing exists to the {name}" for name in where[Course.MISSING]]
    return "; ".join(parts)


def _number(slope: Ball) -> str:
    if slope.is_finite():
        return brief(slope)
    return "+infinity" if slope > 0 else "-infinity"
