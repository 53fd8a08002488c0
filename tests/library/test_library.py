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
