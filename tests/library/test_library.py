"""The shipped library: how large it is, where its cases come from, and what others have published of their numbers."""

import ast
import runpy
from pathlib import Path

import numpy as np
import pytest
from library import CASES, library
from scipy.integrate import solve_ivp

from diffcheck.case.case import Case
from diffcheck.ops import sum as total
from diffcheck.program.compile import Compiled
from diffcheck.program.differentiate import jacobian
from diffcheck.program.trace import trace

DOUBLE = CASES / "double"
# The trials are torch's own functions at chosen points: what they are for is said by their tags and `because`.
FAMILIES = [c for c in library() if "trials" not in Path(c.source).parts]
FILES = sorted([*CASES.glob("*.py"), *DOUBLE.glob("*.py")])


def values(file: str, kind: str) -> list:
    """The values of this class that a case file holds at its top."""
    return [v for v in runpy.run_path(str(DOUBLE / file)).values() if type(v).__name__ == kind]


# What the library is.


def test_the_library_has_at_least_three_hundred_cases_beside_the_trials():
    assert len(FAMILIES) >= 300
    assert len(FILES) >= 18


def test_the_page_tells_how_large_it_is():
    page = (CASES.parent / "docs" / "library.md").read_text(encoding="utf-8")
    trials = len(library()) - len(FAMILIES)
    assert f"`cases/` holds {len(FAMILIES)} cases that a reader knows" in page
    assert f"beside {trials} trials of PyTorch" in page
    assert [f.name for f in FILES if f"`{f.name}`" not in page] == []


def test_every_case_says_where_its_formula_stands():
    assert [c.own_name for c in FAMILIES if not c.reference] == []


def test_every_case_says_what_it_is():
    assert [c.own_name for c in FAMILIES if not c.doc] == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_every_family_tells_what_it_is(file):
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))


# The sums of squares of others, whose minima are published.

PROBLEMS = values("more_garbow_hillstrom.py", "Problem")
REGRESSIONS = values("regression_nist.py", "Regression")
POSITIVE = [p for p in PROBLEMS if p.minimum > 0]
ZERO = [p for p in PROBLEMS if p.minimum == 0]


def cancelled(residuals, size, x):
    """What is left of the gradient of the sum of squares, as a part of the terms that it adds up.

    Components whose terms are themselves nothing but rounding, by what stands in the others, say nothing.
    """
    program = trace(residuals, {"x": (size,)}, {})
    slopes = Compiled(jacobian(program, range(size))).at(x).reshape(-1, size)
    r = np.asarray(residuals(np.array(x)), dtype=float)
    terms = np.abs(slopes).T @ np.abs(r)
    speaking = terms > 1e-12 * terms.max()
    return (np.abs(slopes.T @ r)[speaking] / terms[speaking]).max()


def squares(residuals, x):
    return float(total(residuals(np.array(x)) ** 2))


def test_all_thirty_five_problems_are_there():
    assert [p.number for p in PROBLEMS] == list(range(1, 36))
    assert len(POSITIVE) == 17


@pytest.mark.parametrize("problem", POSITIVE, ids=lambda p: p.residuals.__name__)
def test_a_minimum_that_more_garbow_and_hillstrom_print(problem):
    # The paper has six digits, some rounded (5.65565 of 5.6556499), some cut off (2.24997 of 2.2499775).
    assert squares(problem.residuals, problem.solution) == pytest.approx(problem.minimum, rel=1e-5)
    assert cancelled(problem.residuals, len(problem.solution), problem.solution) < 1e-5
    assert cancelled(problem.residuals, len(problem.start), problem.start) > 0.1


@pytest.mark.parametrize("problem", ZERO, ids=lambda p: p.residuals.__name__)
def test_a_root_that_more_garbow_and_hillstrom_print(problem):
    # Their residuals are of size one at the start; what is left is the rounding of the printed solution.
    assert squares(problem.residuals, problem.solution) < 1e-20
    assert squares(problem.residuals, problem.start) > 1e-3


@pytest.mark.parametrize("regression", REGRESSIONS, ids=lambda r: r.model.__name__)
def test_a_residual_sum_that_nist_certifies(regression):
    def residuals(x):
        return regression.y - regression.model(x, regression.x)

    size = len(regression.parameters)
    # Parameters of eleven digits leave as many of the sum, which is flat there; it is certified to eleven.
    assert squares(residuals, regression.parameters) == pytest.approx(regression.squares, rel=1e-9)
    assert cancelled(residuals, size, regression.parameters) < 1e-5


def test_nist_s_sums_are_more_than_a_handful():
    assert len(REGRESSIONS) == 16


# Of the others, whose observations are not here, the parameters are NIST's own.
CERTIFIED = {
    "Bennett5": [-2523.5058043, 46.736564644, 0.93218483193],
    "Chwirut1": [0.1902781837, 0.0061314004477, 0.010530908399],
    "ENSO": [
        *(10.510749193, 3.0762128085, 0.53280138227, 44.3110887, -1.6231428586),
        *(0.52554493756, 26.88761444, 0.21232288488, 1.4966870418),
    ],
    "Gauss1": [
        98.778210871,
        0.010497276517,
        100.48990633,
        67.481111276,
        23.12977336,
        71.994503004,
        178.99805021,
        18.389389025,
    ],
    "Gauss2": [
        99.018328406,
        0.010994945399,
        101.88022528,
        107.03095519,
        23.578584029,
        72.045589471,
        153.27010194,
        19.525972636,
    ],
    "Gauss3": [
        98.94036897,
        0.010945879335,
        100.69553078,
        111.63619459,
        23.300500029,
        73.705031418,
        147.76164251,
        19.66822123,
    ],
    "Hahn1": [
        *(1.0776351733, -0.12269296921, 0.004086375061, -1.4262662514e-06),
        *(-0.0057609940901, 0.00024053735503, -1.2314450199e-07),
    ],
    "Kirby2": [1.6745063063, -0.13927397867, 0.0025961181191, -0.001724181187, 2.1664802578e-05],
    "Lanczos1": [0.095100000027, 1.0000000001, 0.86070000013, 3.0000000002, 1.5575999998, 5.0000000001],
    "Lanczos2": [0.096251029939, 1.0057332849, 0.86424689056, 3.0078283915, 1.5529016879, 5.00287981],
    "Nelson": [2.5906836021, 5.6177717026e-09, -0.057701013174],
}


@pytest.mark.parametrize("name", CERTIFIED)
def test_parameters_that_nist_certifies(name):
    case = runpy.run_path(str(DOUBLE / "regression_nist.py"))[name]
    assert list(case.points[0]["b"]) == CERTIFIED[name]


def test_all_regressions_of_nist_are_there():
    assert len(REGRESSIONS) + len(CERTIFIED) == 27


# A differential equation whose solution is published.

# After an hour, by the Test Set for IVP Solvers, Mazzia & Magherini 2008, II.5.
AFTER_AN_HOUR = [
    *(0.5646255480022769e-1, 0.1342484130422339, 0.4139734331099427e-8, 0.5523140207484359e-2),
    *(0.2018977262302196e-6, 0.1464541863493966e-6, 0.7784249118997964e-1, 0.3245075353396018),
    *(0.7494013383880406e-2, 0.1622293157301561e-7, 0.1135863833257075e-7, 0.2230505975721359e-2),
    *(0.2087162882798630e-3, 0.1396921016840158e-4, 0.8964884856898295e-2, 0.4352846369330103e-17),
    *(0.6899219696263405e-2, 0.1007803037365946e-3, 0.1772146513969984e-5, 0.5682943292316392e-4),
]


def test_the_pollution_problem_comes_to_the_published_concentrations():
    found = runpy.run_path(str(DOUBLE / "differential_equations.py"))
    case = found["pollution"]
    assert isinstance(case, Case)
    field = Compiled(trace(case.function, case.shapes, {}))
    slopes = Compiled(jacobian(trace(case.function, case.shapes, {}), range(20)))
    run = solve_ivp(
        lambda _, y: field.at(y),
        (0, 60),
        found["AT_FIRST"],
        method="Radau",
        jac=lambda _, y: slopes.at(y).reshape(20, 20),
        rtol=1e-9,
        atol=1e-18,
    )
    np.testing.assert_allclose(run.y[:, -1], AFTER_AN_HOUR, rtol=1e-7)


# Gaussian mixtures, by the tests of ADBench: test/cpp/modules/common/GmmTests.cpp holds its modules to these.

OBJECTIVE = 8.07380408004975791
SLOPES = [
    *(1.08662855508652456e-1, -7.41270039523898472e-1, 6.32607184015246071e-1, 1.11692576532787013),
    *(1.63333013551455269e-1, -2.19989824071193142e-2, 2.27778292254236098e-1, 1.20963025612832187),
    *(-6.06375920733956339e-2, 2.58529994051162237, 1.12632694524213789e-1, 3.85744309849611777e-1),
    *(7.35180573182305508e-2, 5.41836362715595232, -3.21494409677446469e-1, 1.71892309775004937),
    *(8.60091090790866875e-1, -9.94640930466322848e-1),
]


def test_the_gaussian_mixture_comes_to_the_numbers_of_adbench():
    found = runpy.run_path(str(DOUBLE / "statistics.py"))
    case = found["gaussian_mixture_model"]
    inputs = {name: value.shape for name, value in found["MIXTURE"].items()}
    point = np.concatenate([value.ravel() for value in found["MIXTURE"].values()])
    program = trace(case.function, inputs, case.constants)
    assert Compiled(program).at(point) == pytest.approx(OBJECTIVE, rel=1e-14)
    np.testing.assert_allclose(Compiled(jacobian(program, range(18))).at(point).ravel(), SLOPES, rtol=1e-13)
