"""A derivative along a direction made of the whole tensor's components, where a point has to be seen from its sides."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from diffcheck.ops.enclosures import balls
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.evaluate import Ball


def contracted(
    whole: Sequence[Component], confirmed: Sequence[bool], slopes: Sequence[Component], direction: Sequence[float]
) -> Iterator[tuple[Component, bool]]:
    """Each component contracted with a direction, and whether a second route confirms all that it is made of.

    Parameters
    ----------
    whole, confirmed:
        The components before that, whose last axis is that of the direction.
    slopes:
        What is differentiated along the direction.
    """
    steps = [(k, Fraction(d)) for k, d in enumerate(direction) if d]
    for row, slope in enumerate(slopes):
        start = row * len(direction)
        terms = [(d, whole[start + k]) for k, d in steps]
        known = all(confirmed[start + k] for k, _ in steps)
        if slope.status in (Status.KINK, Status.UNDEFINED):
            reason = "what is differentiated along the direction jumps or does not exist here"
            yield Component(Status.UNDEFINED, reason=reason), False
        elif len(terms) == 1:
            yield _times(*terms[0]), known
        else:
            found = _sum(terms)
            yield found, known and found.has_value


def _times(factor: Fraction, component: Component) -> Component:
    """The derivative by one input, for a step along it: of a step back the sides are the other ones."""
    if component.left is None:
        return component
    left, right = (None if side is None else balls.ball(factor) * side for side in (component.left, component.right))
    return replace(component, left=left, right=right) if factor > 0 else replace(component, left=right, right=left)


def _sum(terms: Sequence[tuple[Fraction, Component]]) -> Component:
    """What derivatives by several inputs add up to; sides that differ add up to no one side of the direction."""
    missing = [c for _, c in terms if not c.has_value]
    if missing:
        reason = missing[0].reason or "a second derivative does not exist here"
        return Component(Status.UNCERTAIN, reason=f"along the direction nothing is known: {reason}")
    total = sum((balls.ball(factor) * c.left for factor, c in terms), balls.ZERO)
    if not is_tight(total):
        return Component(Status.UNCERTAIN, total, total, "the terms cancel, and their sum is not enclosed tightly")
    partial = [c for _, c in terms if c.status is Status.ONE_SIDED]
    if partial:
        return Component(Status.ONE_SIDED, total, total, partial[0].reason)
    return Component(Status.CERTIFIED, total, total)


def met(left: Ball, right: Ball) -> Component:
    """The component that tight derivatives from both sides along the direction make together."""
    if not left.overlaps(right):
        return Component(Status.KINK, left, right, "the derivatives from the left and from the right differ")
    common = left.intersection(right)
    return Component(Status.CERTIFIED, common, common)
