"""The nonlinear regressions of NIST's Statistical Reference Datasets (StRD).

Each data set is a model y = f(x; b), observations, and certified parameters b that make the residual sum of squares
least, with eleven digits each. Where the observations stand here the case is that sum, with its gradient and Hessian,
at the parameters and at NIST's first start, which is bad on purpose. At the parameters the gradient is what is left of
many terms that cancel. A test holds each sum to the certified one. Of the data sets with hundreds of observations the
case is the model itself at a few places, with its Jacobian at the parameters.

The parameters of one model may differ by ten orders of magnitude: these are questions for double precision.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck import case, interval
from diffcheck.ops import atan, cos, exp, pi, rational, sin, sum

STRD = "NIST StRD, nonlinear regression"


@dataclass(frozen=True)
class Regression:
    """A model with its observations, its certified parameters, and their residual sum of squares."""

    model: Any
    parameters: Any
    squares: float
    x: Any
    y: Any


def table(text):
    """The numbers of a printed table, in their order."""
    return np.array(text.split(), dtype=float)


def domain(*points):
    """All numbers between the smallest and the largest one of the points, and some beside them."""
    told = np.concatenate(points)
    return interval(told.min() - 1, told.max() + 1, shape=len(points[0]))


def regression(parameters, squares, start, x, y):
    """The decorated model as a `Regression`, with the case of its residual sum of squares."""

    def made(model):
        def residual_sum_of_squares(b):
            return sum((y - model(b, x)) ** 2)

        residual_sum_of_squares.__doc__ = model.__doc__
        case(
            name=model.__name__,
            b=domain(start, parameters),
            points=[{"b": parameters}, {"b": start}],
            samples=0,
            operators=["gradient", "hessian"],
            reference=f"{STRD}: {model.__name__}",
        )(residual_sum_of_squares)
        return Regression(model, parameters, squares, x, y)

    return made


def model_at(places, *parameters):
    """The decorated model as a case: its values at some places, at each of the given parameters."""

    def made(model):
        def values(b):
            return model(b, np.array(places))

        values.__doc__ = model.__doc__
        points = [{"b": b} for b in parameters]
        options = {"points": points, "samples": 0, "reference": f"{STRD}: {model.__name__}"}
        return case(name=model.__name__, b=domain(*parameters), **options)(values)

    return made


# Dental research: volume by pressure.
PRESSURE = np.array([77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0])
VOLUME = np.array([10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78])


@regression([2.3894212918e2, 5.5015643181e-4], 1.2455138894e-1, [500.0, 1e-4], PRESSURE, VOLUME)
def Misra1a(b, x):
    """Adsorption that saturates exponentially."""
    return b[0] * (1 - exp(-b[1] * x))


@regression([3.3799746163e2, 3.9039091287e-4], 7.5464681533e-2, [500.0, 1e-4], PRESSURE, VOLUME)
def Misra1b(b, x):
    """Adsorption by an inverse square."""
    return b[0] * (1 - (1 + b[1] * x / 2) ** -2)


@regression([6.3642725809e2, 2.0813627256e-4], 4.0966836971e-2, [500.0, 1e-4], PRESSURE, VOLUME)
def Misra1c(b, x):
    """Adsorption by an inverse root."""
    return b[0] * (1 - (1 + 2 * b[1] * x) ** rational(-1, 2))


@regression([4.3736970754e2, 3.0227324449e-4], 5.6419295283e-2, [500.0, 1e-4], PRESSURE, VOLUME)
def Misra1d(b, x):
    """Langmuir's adsorption."""
    return b[0] * b[1] * x / (1 + b[1] * x)


@regression(
    [7.6886226176e-1, 3.8604055871],
    4.3173084083e-3,
    [1.0, 5.0],
    np.array([1.309, 1.471, 1.490, 1.565, 1.611, 1.680]),
    np.array([2.138, 3.421, 3.597, 4.340, 4.882, 5.660]),
)
def DanWood(b, x):
    """The energy that a carbon filament radiates, a power of its temperature."""
    return b[0] * x ** b[1]


@regression(
    [2.1380940889e2, 5.4723748542e-1],
    1.1680088766e3,
    [1.0, 1.0],
    np.array([1.0, 2.0, 3.0, 5.0, 7.0, 10.0]),
    np.array([109.0, 149.0, 149.0, 191.0, 213.0, 224.0]),
)
def BoxBOD(b, x):
    """Biochemical oxygen demand by days."""
    return b[0] * (1 - exp(-b[1] * x))


@regression(
    [7.2462237576e1, 2.6180768402, 6.7359200066e-2],
    8.0565229338,
    [100.0, 1.0, 0.1],
    np.array([9.0, 14.0, 21.0, 28.0, 42.0, 57.0, 63.0, 70.0, 79.0]),
    np.array([8.93, 10.80, 18.59, 22.33, 39.35, 56.11, 61.73, 64.62, 67.08]),
)
def Rat42(b, x):
    """The yield of a pasture, a logistic curve."""
    return b[0] / (1 + exp(b[1] - b[2] * x))


@regression(
    [6.9964151270e2, 5.2771253025, 7.5962938329e-1, 1.2792483859],
    8.7864049080e3,
    [100.0, 10.0, 1.0, 1.0],
    np.arange(1.0, 16.0),
    table("""
    16.08 33.83 65.80 97.20 191.55 326.20 386.87 520.53
    590.03 651.92 724.93 699.56 689.96 637.56 717.41
"""),
)
def Rat43(b, x):
    """The weight of onions, Richards' growth curve."""
    return b[0] / (1 + exp(b[1] - b[2] * x)) ** (1 / b[3])


@regression(
    [1.9280693458e-1, 1.9128232873e-1, 1.2305650693e-1, 1.3606233068e-1],
    3.0750560385e-4,
    [25.0, 39.0, 41.5, 39.0],
    np.array([4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625]),
    np.array([0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246]),
)
def MGH09(b, x):
    """The kinetics of an enzyme, after Kowalik and Osborne."""
    return b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3])


@regression(
    [5.6096364710e-3, 6.1813463463e3, 3.4522363462e2],
    8.7945855171e1,
    [0.02, 4000.0, 250.0],
    45 + 5 * np.arange(1.0, 17.0),
    np.array([34780.0, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872]),
)
def MGH10(b, x):
    """The resistance of a thermistor, after Meyer; the start is NIST's second one, for the first overflows."""
    return b[0] * exp(b[1] / (x + b[2]))


@regression(
    [3.7541005211e-1, 1.9358469127, -1.4646871366, 1.2867534640e-2, 2.2122699662e-2],
    5.4648946975e-5,
    [50.0, 150.0, -100.0, 1.0, 2.0],
    10 * np.arange(33.0),
    table("""
    0.844 0.908 0.932 0.936 0.925 0.908 0.881 0.850 0.818 0.784 0.751
    0.718 0.685 0.658 0.628 0.603 0.580 0.558 0.538 0.522 0.506 0.490
    0.478 0.467 0.457 0.448 0.438 0.431 0.424 0.420 0.414 0.411 0.406
"""),
)
def MGH17(b, x):
    """Two exponentials and a constant, after Osborne."""
    return b[0] + b[1] * exp(-x * b[3]) + b[2] * exp(-x * b[4])


@regression(
    [1.5543827178, 4.0888321754, 4.5154121844e2],
    1.4635887487e-3,
    [1.0, 10.0, 500.0],
    np.concatenate([np.arange(400.0, 436, 5), np.arange(436.5, 465.1, 1.5), np.arange(470.0, 501, 5)]),
    table("""
    0.0001575 0.0001699 0.0002350 0.0003102 0.0004917 0.0008710 0.0017418 0.0046400 0.0065895
    0.0097302 0.0149002 0.0237310 0.0401683 0.0712559 0.1264458 0.2073413 0.2902366 0.3445623
    0.3698049 0.3668534 0.3106727 0.2078154 0.1164354 0.0616764 0.0337200 0.0194023 0.0117831
    0.0074357 0.0022732 0.0008800 0.0004579 0.0002345 0.0001586 0.0001143 0.0000710
"""),
)
def Eckerle4(b, x):
    """How light of a wavelength passes, a bell curve."""
    return b[0] / b[1] * exp(-(((x - b[2]) / b[1]) ** 2) / 2)


@regression(
    [2.0196866396e-1, -6.1953516256e-6, 1.2044556708e3, -1.8134269537e2],
    4.9484847331e-4,
    [0.1, -1e-5, 1000.0, -100.0],
    -table("""
    4868.68 4868.09 4867.41 3375.19 3373.14 3372.03 2473.74 2472.35 2469.45 1894.65 1893.40 1497.24
    1495.85 1493.41 1208.68 1206.18 1206.04 997.92 996.61 996.31 834.94 834.66 710.03 530.16 464.17
"""),
    table("""
    0.252429 0.252141 0.251809 0.297989 0.296257 0.295319 0.339603 0.337731 0.333820
    0.389510 0.386998 0.438864 0.434887 0.427893 0.471568 0.461699 0.461144 0.513532
    0.506641 0.505062 0.535648 0.533726 0.568064 0.612886 0.624169
"""),
)
def Roszman1(b, x):
    """The quantum defects of an atom's excited states."""
    return b[0] - b[1] * x - atan(b[2] / (x - b[3])) / pi


@regression(
    [1.2881396800e3, 1.4910792535e3, 5.8323836877e2, 7.5416644291e1, 9.6629502864e-1, 3.9797285797e-1, 4.9727297349e-2],
    5.6427082397e3,
    [1000.0, 1000.0, 400.0, 40.0, 0.7, 0.3, 0.03],
    table("""
    -3.067 -2.981 -2.921 -2.912 -2.840 -2.797 -2.702 -2.699 -2.633 -2.481 -2.363 -2.322 -1.501
    -1.460 -1.274 -1.212 -1.100 -1.046 -0.915 -0.714 -0.566 -0.545 -0.400 -0.309 -0.109 -0.103
    0.010 0.119 0.377 0.790 0.963 1.006 1.115 1.572 1.841 2.047 2.200
"""),
    table("""
    80.574 84.248 87.264 87.195 89.076 89.608 89.868 90.101 92.405 95.854 100.696 101.060 401.672
    390.724 567.534 635.316 733.054 759.087 894.206 990.785 1090.109 1080.914 1122.643 1178.351
    1260.531 1273.514 1288.339 1327.543 1353.863 1414.509 1425.208 1421.384 1442.962 1464.350
    1468.705 1447.894 1457.628
"""),
)
def Thurber(b, x):
    """The mobility of electrons in a semiconductor, a cubic over a cubic."""
    return (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)


@regression(
    [1.6657666537e-1, 5.1653291286e-3, 1.2150007096e-2],
    5.1304802941e2,
    [0.1, 0.01, 0.02],
    table("""
    0.5 1.0 1.75 3.75 5.75 0.875 2.25 3.25 5.25 0.75 1.75 2.75 4.75 0.625 1.25 2.25 4.25 0.5
    3.0 0.75 3.0 1.5 6.0 3.0 6.0 1.5 3.0 0.5 2.0 4.0 0.75 2.0 5.0 0.75 2.25 3.75
    5.75 3.0 0.75 2.5 4.0 0.75 2.5 4.0 0.75 2.5 4.0 0.5 6.0 3.0 0.5 2.75 0.5 1.75
"""),
    table("""
    92.9 57.1 31.05 11.5875 8.025 63.6 21.4 14.25 8.475 63.8 26.8 16.4625 7.125 67.3 41.0 21.15
    8.175 81.5 13.12 59.9 14.62 32.9 5.44 12.56 5.44 32.0 13.95 75.8 20.0 10.42 59.5 21.67
    8.55 62.0 20.2 7.76 3.75 11.81 54.7 23.7 11.55 61.3 17.7 8.74 59.2 16.3 8.62 81.0
    4.87 14.62 81.7 17.17 81.3 28.9
"""),
)
def Chwirut2(b, x):
    """Ultrasonic response by the distance of the metal."""
    return exp(-b[0] * x) / (b[1] + b[2] * x)


TWENTIETHS = np.arange(24) / 20


def exponentials(b, x):
    """Three exponentials."""
    return b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x)


@regression(
    [8.6816414977e-2, 9.5498101505e-1, 8.4400777463e-1, 2.9515951832, 1.5825685901, 4.9863565084],
    1.6117193594e-8,
    [1.2, 0.3, 5.6, 5.5, 6.5, 7.6],
    TWENTIETHS,
    table("""
    2.5134 2.0443 1.6684 1.3664 1.1232 0.9269 0.7679 0.6389 0.5338 0.4479 0.3776 0.3197
    0.2720 0.2325 0.1997 0.1723 0.1493 0.1301 0.1138 0.1000 0.0883 0.0783 0.0698 0.0624
"""),
)
def Lanczos3(b, x):
    """Three exponentials, rounded to five digits."""
    return exponentials(b, x)


# Lanczos took 0.0951, 1, 0.8607, 3, 1.5576 and 5; data of fourteen digits leave this of them.
@model_at(
    [0.0, 0.25, 0.5, 1.0],
    [9.5100000027e-2, 1.0000000001, 8.6070000013e-1, 3.0000000002, 1.5575999998, 5.0000000001],
    [1.2, 0.3, 5.6, 5.5, 6.5, 7.6],
)
def Lanczos1(b, x):
    """Three exponentials, of which hardly two can be told apart."""
    return exponentials(b, x)


@model_at(
    [0.0, 0.25, 0.5, 1.0], [9.6251029939e-2, 1.0057332849, 8.6424689056e-1, 3.0078283915, 1.5529016879, 5.0028798100]
)
def Lanczos2(b, x):
    """Three exponentials, as they come from data of six digits."""
    return exponentials(b, x)


@model_at([0.5, 1.0, 2.0, 5.0], [1.9027818370e-1, 6.1314004477e-3, 1.0530908399e-2], [0.1, 0.01, 0.02])
def Chwirut1(b, x):
    """Ultrasonic response once more, of 214 observations."""
    return exp(-b[0] * x) / (b[1] + b[2] * x)


def bells(b, x):
    """Two bell curves on an exponential."""
    first, second = (b[k] * exp(-((x - b[k + 1]) ** 2) / b[k + 2] ** 2) for k in (2, 5))
    return b[0] * exp(-b[1] * x) + first + second


@model_at(
    [1.0, 70.0, 120.0, 180.0, 250.0],
    [98.778210871, 1.0497276517e-2, 100.48990633, 67.481111276, 23.129773360, 71.994503004, 178.99805021, 18.389389025],
)
def Gauss1(b, x):
    """Two bell curves, well apart, on an exponential."""
    return bells(b, x)


@model_at(
    [1.0, 70.0, 120.0, 180.0, 250.0],
    [99.018328406, 1.0994945399e-2, 101.88022528, 107.03095519, 23.578584029, 72.045589471, 153.27010194, 19.525972636],
)
def Gauss2(b, x):
    """Two bell curves, nearer to each other."""
    return bells(b, x)


@model_at(
    [1.0, 70.0, 120.0, 180.0, 250.0],
    [98.940368970, 1.0945879335e-2, 100.69553078, 111.63619459, 23.300500029, 73.705031418, 147.76164251, 19.668221230],
)
def Gauss3(b, x):
    """Two bell curves that blend."""
    return bells(b, x)


@model_at(
    [10.0, 100.0, 300.0, 800.0],
    table("""
    1.0776351733 -1.2269296921e-1 4.0863750610e-3 -1.4262662514e-6
    -5.7609940901e-3 2.4053735503e-4 -1.2314450199e-7
"""),
)
def Hahn1(b, x):
    """How copper expands, a cubic over a cubic."""
    return (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)


@model_at(
    [10.0, 50.0, 100.0, 300.0],
    [1.6745063063, -1.3927397867e-1, 2.5961181191e-3, -1.7241811870e-3, 2.1664802578e-5],
    [2.0, -0.1, 0.003, -0.001, 0.00001],
)
def Kirby2(b, x):
    """Line widths under an electron microscope, a quadratic over a quadratic."""
    return (b[0] + b[1] * x + b[2] * x**2) / (1 + b[3] * x + b[4] * x**2)


@model_at(
    [1.0, 30.0, 60.0, 160.0],
    table("""
    10.510749193 3.0762128085 0.53280138227 44.311088700 -1.6231428586
    0.52554493756 26.887614440 0.21232288488 1.4966870418
"""),
)
def ENSO(b, x):
    """The pressure between Easter Island and Darwin: a cycle of a year, and two of their own length."""
    year, first, second = (2 * pi * x / length for length in (12, b[3], b[6]))
    return (
        b[0]
        + (b[1] * cos(year) + b[2] * sin(year))
        + (b[4] * cos(first) + b[5] * sin(first))
        + (b[7] * cos(second) + b[8] * sin(second))
    )


@model_at([7.0, 10.0, 12.0, 14.0], [-2.5235058043e3, 4.6736564644e1, 9.3218483193e-1], [-2000.0, 50.0, 0.8])
def Bennett5(b, x):
    """The magnetisation of a superconductor."""
    return b[0] * (b[1] + x) ** (-1 / b[2])


WEEKS = np.array([1.0, 8.0, 32.0, 64.0])


@model_at([180.0, 225.0, 250.0, 275.0], [2.5906836021, 5.6177717026e-9, -5.7701013174e-2], [2.0, 0.0001, -0.01])
def Nelson(b, x):
    """The logarithm of the voltage that an insulator stands, by weeks and temperature."""
    return b[0] - b[1] * WEEKS * exp(-b[2] * x)
