"""Signals and images: tables and pictures read between their entries.

A value between two entries of a table is a line through both, so that each entry is a kink.
"""

import numpy as np

from diffcheck import case, interval
from diffcheck.ops import grid_sample, interp, interpolate, mean, reshape, stack, sum

# Between entries.


@case(
    height=interval(0, 20),
    heights=np.array([0.0, 11.0, 20.0]),
    temperatures=np.array([288.15, 216.65, 216.65]),
    points=[{"height": 11.0}],
    reference="ISO 2533:1975, 2.6",
)
def standard_atmosphere(height, heights, temperatures):
    """The temperature in kelvin at a height in kilometres: it falls by 6.5 each, up to the tropopause."""
    return interp(height, heights, temperatures)


@case(
    load=interval(0, 3, shape=2),
    rates=interval(0.1, 1, shape=4),
    points=[{"load": [0.5, 1.5], "rates": [0.25, 0.5, 0.75, 0.125]}],
    reference="Press et al. 2007, 3.1",
)
def lookup_table(load, rates):
    """The squares of two entries between those of a table, by the places and by the entries."""
    return sum(interp(load, np.array([0.0, 0.5, 1.5, 3.0]), rates) ** 2)


@case(image=interval(-1, 1, shape=(1, 1, 2, 3)), operators=["vjp"], reference="Long, Shelhamer & Darrell 2015, 3.3")
def bilinear_upsampling(image):
    """An image of twice its height and width, as networks that label every pixel end."""
    return interpolate(image, scale_factor=2.0, mode="bilinear")


@case(
    angle=interval(-0.7, 0.7),
    shift=interval(-0.2, 0.2, shape=2),
    image=np.array([[[[0.0, 0.25, 0.5], [1.0, 0.5, 0.125], [0.75, 0.0, 1.0]]]]),
    points=[{"angle": 0.0, "shift": [0.0, 0.0]}],
    reference="Jaderberg, Simonyan, Zisserman & Kavukcuoglu 2015",
)
def spatial_transformer(angle, shift, image):
    """The mean square of an image that is turned and shifted: at the places of its own pixels it has kinks."""
    x, y = np.array([-0.5, 0.5, -0.5, 0.5]), np.array([-0.5, -0.5, 0.5, 0.5])
    turned = stack([x - angle * y + shift[0], y + angle * x + shift[1]], axis=1)
    return mean(grid_sample(image, reshape(turned, (1, 2, 2, 2)), align_corners=True) ** 2)
