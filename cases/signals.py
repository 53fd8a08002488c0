"""Signals and images: tables and pictures read between their entries, complex numbers, Fourier transforms.

A value between two entries of a table is a line through both, so that each entry is a kink. A derivative by a complex
number is told by its parts: by Re z and by Im z.
"""

import numpy as np

from diffcheck import case, interval, rectangle
from diffcheck.ops import (
    abs,
    angle,
    conj,
    exp,
    fft,
    fft2,
    grid_sample,
    ifft,
    interp,
    interpolate,
    irfft,
    log,
    matmul,
    mean,
    real,
    reshape,
    rfft,
    sqrt,
    square,
    stack,
    sum,
)

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
    """The mean square of an image that is shifted, and turned to first order; at its own pixels it has kinks."""
    x, y = np.array([-0.5, 0.5, -0.5, 0.5]), np.array([-0.5, -0.5, 0.5, 0.5])
    turned = stack([x - angle * y + shift[0], y + angle * x + shift[1]], axis=1)
    return mean(grid_sample(image, reshape(turned, (1, 2, 2, 2)), align_corners=True) ** 2)


# Complex numbers.


@case(
    frequency=interval(10, 1e5, scale="log"),
    resistance=interval(100, 1e4, scale="log"),
    capacity=1e-7,
    operators=["gradient"],
    reference="Horowitz & Hill 2015, 1.7",
)
def low_pass_gain(frequency, resistance, capacity):
    """The size of 1 / (1 + i w R C): what a resistor and a capacitor let through."""
    return abs(1 / (1 + 2j * np.pi * frequency * resistance * capacity))


@case(
    z=rectangle(1 - 200j, 300 + 200j),
    points=[{"z": 50.0}, {"z": 100 + 50j}],
    reference="Pozar 2012, 2.35",
)
def reflection_coefficient(z):
    """(z - 50) / (z + 50): what comes back from an impedance at the end of a line."""
    return (z - 50) / (z + 50)


@case(z=rectangle(-3 + 0.1j, 3 + 3j), points=[{"z": 1 + 1j}, {"z": 2j}], reference="Joukowsky 1910")
def joukowsky_map(z):
    """Z + 1/z, which makes wings of circles; it stands still at 1 and -1."""
    return z + 1 / z


@case(
    z=rectangle(-2 - 2j, 2 + 2j),
    points=[{"z": -1.0}, {"z": -1 + 1e-9j}, {"z": 1j}],
    reference="Kahan 1987",
)
def principal_root(z):
    """The root right of the imaginary axis: on the negative numbers it jumps."""
    return sqrt(z)


@case(z=rectangle(-2 + 0.25j, 2 + 2j), points=[{"z": 1j}], operators=["gradient"], reference="DLMF 4.2")
def squared_logarithm(z):
    """The square of the size of ln z: of its first part ln |z| and of the angle."""
    return square(abs(log(z)))


@case(z=rectangle(0.25 - 1j, 2 + 1j), points=[{"z": 1.0}], reference="Cayley 1879")
def newton_for_cube_roots(z):
    """One step to a root of z^3 = 1; at a root itself the slope is zero."""
    return z - (z**3 - 1) / (3 * z**2)


@case(
    state=rectangle(-1 - 1j, 1 + 1j, shape=2),
    points=[{"state": [1, 1j]}, {"state": [0.6, 0.8]}],
    where=lambda state: np.abs(state).max() > 0.1,
    reference="Sakurai & Napolitano 2020, 1.4",
)
def expected_spin(state):
    """The expectation of the spin along y: <state|S|state> / <state|state> with S = [[0, -i], [i, 0]]."""
    spin = np.array([[0, -1j], [1j, 0]])
    return real(sum(conj(state) * matmul(spin, state))) / real(sum(conj(state) * state))


@case(
    x=rectangle(-1 - 1j, 1 + 1j, shape=2),
    seen=np.array([1.0, 0.5, 2.0]),
    points=[{"x": [0.5 + 0.5j, -0.25j]}],
    reference="Candes, Li & Soltanolkotabi 2015",
)
def phase_retrieval(x, seen):
    """The mean square of |A x|^2 less what was seen, of which the phases are lost."""
    measured = np.array([[1, 1j], [1 - 1j, 0.5], [2j, -1]])
    found = matmul(measured, x)
    return mean((real(found * conj(found)) - seen) ** 2)


@case(phase=interval(-3, 3, shape=3), reference="Kuramoto 1984, 5.4")
def synchrony(phase):
    """The size of the mean of e^(i phase): one where all oscillators agree."""
    return abs(mean(exp(1j * phase)))


@case(z=rectangle(0.5 - 2j, 2 + 2j, shape=2), operators=["gradient"], reference="Oppenheim & Schafer 2010, 5.1")
def phase_difference(z):
    """The angle from one phasor to another."""
    return angle(z[0] * conj(z[1]))


# Fourier transforms.


@case(signal=interval(-1, 1, shape=5), operators=["jacobian"], reference="Oppenheim & Schafer 2010, 8.5")
def discrete_fourier_transform(signal):
    """The transform of five numbers: its slopes are the fifth roots of unity."""
    return fft(signal)


@case(signal=interval(-1, 1, shape=6), points=[{"signal": [1, 0, 0, 0, 0, 0]}], reference="Schuster 1898")
def spectral_power(signal):
    """The power in the second and third frequency of a signal."""
    spectrum = rfft(signal, norm="ortho")
    return sum(real(spectrum * conj(spectrum))[1:3])


@case(
    signal=interval(-1, 1, shape=4),
    filter=interval(-1, 1, shape=4),
    operators=["vjp"],
    reference="Oppenheim & Schafer 2010, 8.6.5",
)
def circular_convolution(signal, filter):
    """By the product of the transforms."""
    return irfft(rfft(signal) * rfft(filter))


@case(
    values=interval(-1, 1, shape=8),
    weights=rectangle(-1 - 1j, 1 + 1j, shape=3),
    operators=["vjp"],
    reference="Li et al. 2021, 4",
)
def spectral_layer(values, weights):
    """A layer of a Fourier neural operator: three frequencies are weighted, the others are left out."""
    return irfft(rfft(values)[:3] * weights, 8)


@case(
    state=rectangle(-1 - 1j, 1 + 1j, shape=4),
    time=interval(0, 1),
    operators=["vjp"],
    reference="Feit, Fleck & Steiger 1982",
)
def free_particle(state, time):
    """A wave after some time: each of its frequencies turns as fast as its energy says."""
    energies = np.array([0.0, 0.5, 2.0, 0.5])
    return ifft(fft(state) * exp(-1j * time * energies))


@case(image=interval(0, 1, shape=(2, 3)), operators=["gradient"], reference="Gonzalez & Woods 2018, 4.5")
def image_spectrum(image):
    """The sum of an image's spectrum, weighted by frequency."""
    spectrum = fft2(image, norm="ortho")
    return sum(real(spectrum * conj(spectrum)) * np.array([[0.0, 1.0, 1.0], [1.0, 2.0, 2.0]]))
