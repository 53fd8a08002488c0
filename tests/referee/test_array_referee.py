"""The referee on whole arrays against that of numbers, its oracle: enclosures, certificates, choices and bounds."""

import re

import numpy as np
import pytest
from array_programs import SHAPES, SIZE, function, point
from flint import arb, ctx
from library import library

import diffcheck.ops as o
from diffcheck import case, check, interval
from diffcheck.case.operators import OPERATORS, Operator
from diffcheck.case.points import points
from diffcheck.formats import FORMATS
from diffcheck.program.scalarise import Lowered, scalarise
from diffcheck.program.trace import record, trace
from diffcheck.referee.arrays.bounds import bounds, bounds_of_values
from diffcheck.referee.arrays.certify import ArrayReferee
from diffcheck.referee.arrays.enclose import ball_array, enclose, floats
from diffcheck.referee.arrays.sensitivity import Sensitivity
from diffcheck.referee.component import Status
from diffcheck.referee.ladder import LADDER
from diffcheck.referee.rounding.bounds import Bounds
from diffcheck.referee.truth import Referee
from diffcheck.runner.examine import court_of, hear
from diffcheck.runner.plan import contestants, plan

FLOAT64 = FORMATS["float64"]
CASES = library()
SEEDS = range(200)


def natural(graph):
    return Operator.GRADIENT if graph.shape == () else Operator.JACOBIAN


def flat(given):
    return np.concatenate([np.ravel(v) for v in given.values()]).tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_random_functions_are_certified_as_by_numbers(seed):
    graph = record(function(seed), SHAPES, {})
    operator, x = natural(graph), point(seed)[0].tolist()
    found = ArrayReferee(graph, operator, range(SIZE)).at(x, LADDER)
    expected = Referee(scalarise(graph), operator, range(SIZE)).truth(x)
    assert all(found.confirmed)
    for ours, component in zip(found.components, expected.components, strict=True):
        assert component.status is ours.status is Status.CERTIFIED
        assert ours.left.overlaps(component.left)


@pytest.mark.parametrize("made", CASES, ids=lambda c: c.own_name)
def test_the_library_on_arrays(made):
    """Where arrays certify, numbers do too, and the same."""
    program = trace(made.function, made.shapes, made.constants)
    operators = made.operators or (Operator.GRADIENT if program.shape == () else Operator.JACOBIAN,)
    for operator in operators:
        by_numbers = Referee(program, made.aimed(operator, program.shape), made.wrt_positions)
        on_arrays = ArrayReferee(by_numbers.program.graph, by_numbers.operator, made.wrt_positions)
        for given in points(made, 1, 0, FLOAT64)[-2:]:
            found = on_arrays.at(flat(given), LADDER[:3])
            components = by_numbers.truth(flat(given)).components if found is not None else ()
            ours = found.components if found is not None else []
            assert [c.status for c in ours] == [c.status for c in components]
            for k, theirs in enumerate(components):
                # Of what vanishes beside what cancels in it the enclosure says more than the component.
                left, right = [found.enclosed.flat[k]] * 2 if k in found.vanished else (ours[k].left, ours[k].right)
                assert left.overlaps(theirs.left)
                assert right.overlaps(theirs.right)


def not_told(_):
    raise AssertionError("double precision tells it")


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_are_those_of_the_numbers_within_a_factor_of_four(seed):
    graph = record(function(seed), SHAPES, {})
    operator, x = natural(graph), point(seed)[0].tolist()
    found = ArrayReferee(graph, operator, range(SIZE)).at(x, LADDER)
    by_numbers = Referee(scalarise(graph), operator, range(SIZE))
    truth = by_numbers.truth(x)
    exact = Bounds(by_numbers)
    pairs = [*zip(bounds(found, x, FLOAT64, not_told), exact.at(truth, x, FLOAT64), strict=True)]
    values = [bound for bound, _ in exact.of_values(truth, x, FLOAT64)]
    pairs += zip(bounds_of_values(found, FLOAT64), values, strict=True)
    for kind in ("scale", "inherent", "formula"):
        told = [tuple(float(getattr(bound, kind).mid()) for bound in pair) for pair in pairs]
        # Of sums that cancel altogether no more is known than that (`sensitivity._CANCELLATION`).
        least = max(right for _, right in told) / 1e12
        for estimate, right in told:
            assert right / 4 <= estimate <= 4 * max(right, least), kind


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_over_paths_are_those_of_elements_moved_one_by_one(seed):
    """Followed back exactly; forward, with weights gathered on fewer nodes, to the estimate's spread."""
    graph = record(function(seed), SHAPES, {})
    x = ball_array([arb(v) for v in point(seed)[0].tolist()], (SIZE,))
    values = [floats(v) for v in enclose(graph, x)]
    random = np.random.default_rng(seed)
    weights = {number: random.uniform(0.1, 1.0, node.shape) for number, node in enumerate(graph.nodes)}
    sensitivity = Sensitivity(graph, values, weights)
    expected = np.zeros(int(np.prod(graph.shape, dtype=int)))
    for number, weight in weights.items():
        each = np.diag(weight.ravel()).reshape(-1, *weight.shape)
        moved = sensitivity._moved(lambda w, each=each: each, {number: weight}, np.asarray)
        expected += 0.0 if moved is None else np.abs(moved).reshape(len(each), -1).sum(0)
    assert [sensitivity.sum_of(k, weights) for k in range(expected.size)] == pytest.approx(expected, rel=1e-9)
    # Four standard deviations of the median of 256 samples.
    ratio = sensitivity.sums(weights).ravel() / expected
    assert np.abs(np.log(ratio)).max() < 0.4


# Function, point, whether arrays certify there: pieces are frozen, and where they meet numbers take over.
PIECES = {
    "abs": (lambda x: o.sum(o.abs(x) ** 3), [1.5, -2.0, 0.25], True),
    "maximum": (lambda x: o.sum(o.maximum(x, 0) * x[::-1]), [1.5, -2.0, 0.25], True),
    "floor": (lambda x: o.sum(o.floor(3 * x) * x), [1.5, -2.1, 0.25], True),
    "the largest": (lambda x: o.amax(x * x), [1.5, -2.0, 0.25], True),
    "a branch that does not exist": (lambda x: o.sum(o.where(x > 0, o.sqrt(x), x)), [1.5, -2.0, 0.25], True),
    "a pole in a branch": (lambda x: o.sum(o.where(x > 1, o.log(x - 1), x * x)), [1.5, 1e-300, 0.25], True),
    "an edge": (lambda x: o.sum(x * o.sqrt(x)), [1.5, 0.0, 0.25], False),
}


@pytest.mark.parametrize(("function", "x", "certifies"), PIECES.values(), ids=PIECES)
def test_pieces_are_frozen(function, x, certifies):
    graph = record(function, {"x": (3,)}, {})
    found = ArrayReferee(graph, Operator.GRADIENT, range(3)).at(x, LADDER)
    assert (found is not None) is certifies
    expected = Referee(scalarise(graph), Operator.GRADIENT, range(3)).truth(x)
    ours = [] if found is None else found.components
    assert all(c.left.overlaps(e.left) for c, e in zip(ours, expected.components, strict=False))


@pytest.mark.parametrize("direction", [(), (0.0, 1.0, 0.0)], ids=["gradient", "jvp"])
@pytest.mark.parametrize("slope", [0.0, 1e-9], ids=["zero", "small"])
def test_sides_that_vanish_by_identity_are_zero(slope, direction):
    """What is added to all arguments of a softmax moves nothing, also where it has a kink; a small kink is one."""

    def shifted(x):
        shift = o.maximum(x[1], -2.0)
        return o.sum(o.softmax(x[::2] + shift) * np.array([1.0, 3.0])) + slope * shift

    operator = OPERATORS["jvp"].aimed(direction, ()) if direction else Operator.GRADIENT
    found = ArrayReferee(record(shifted, {"x": (3,)}, {}), operator, range(3)).at([1.5, -2.0, 0.25], LADDER)
    component = found.components[0 if direction else 1]
    assert component.status is (Status.KINK if slope else Status.CERTIFIED)
    assert component.left.is_zero()
    assert float(component.right.mid()) == pytest.approx(slope, rel=1e-12)


def test_what_is_zero_by_identity_is_confirmed_and_told():
    """Of a shift of all arguments of a softmax no precision tells more than that it is zero beside what cancels."""
    shares = np.array([1.0, 3.0, 4.0])

    def shifted(x, shift):
        return o.sum(o.softmax(x * x + shift) * shares)

    program = record(shifted, {"x": (3,), "shift": ()}, {})
    found = ArrayReferee(program, Operator.GRADIENT, [3]).at([0.3, 0.7, -0.2, 0.1], LADDER)
    assert found.confirmed == (True,)
    assert list(found.vanished) == [0]
    (component,) = found.components
    assert component.is_zero
    assert component.reason.startswith("zero to within ")
    # Each share cancels against what the sum of all takes away from it.
    assert 1 < found.vanished[0] < 10


def test_what_is_zero_by_identity_is_told_in_the_row():
    """At a tie that it does not move small functions are looked at on arrays as well."""
    inputs = {"x": interval(-1, 1, shape=3), "shift": interval(-1, 1), "wrt": ("shift",)}
    points = [{"x": [0.0, 0.7, -0.2], "shift": 0.1}]
    made = check(
        lambda x, shift: o.sum(o.softmax(x * x + shift) * np.array([1.0, 3.0, 4.0])) + o.abs(x[0]),
        points=points,
        samples=0,
        engines=["autograd"],
        **inputs,
    )
    (row,) = made.result.rows
    assert row.verdict == "agree"
    assert re.fullmatch(r"the truth is zero to within \S+, beside terms of up to \S+ that cancel in it", row.note)


def test_what_does_not_move_a_zero_is_bounded():
    """Equal elements, normalised, times equal weights: neither they nor their slopes depend on their sizes."""
    graph = record(lambda x, w: o.sum(o.gelu(o.matmul(o.layer_norm(x), w)) ** 2), {"x": (4, 8), "w": (8, 6)}, {})
    at = [-1.0] * 32 + [-0.3] * 48
    found = ArrayReferee(graph, Operator.GRADIENT, range(80)).at(at, LADDER)
    assert all(c.left.is_zero() for c in found.components)
    assert max(float(b.inherent.mid()) for b in bounds(found, at, FLOAT64, not_told)) < 1e-18


def test_a_wrong_slope_is_seen_by_the_second_route(monkeypatch):
    """The certificate is refused where power series along a ray say something else."""
    graph = record(lambda x: o.sum(o.tanh(x)), {"x": (3,)}, {})
    referee = ArrayReferee(graph, Operator.GRADIENT, range(3))
    assert referee.at([0.1, 0.2, 0.3], LADDER) is not None
    wrong = record(lambda x: o.sum(o.tanh(x)) + 0.001 * x[1], {"x": (3,)}, {})
    (piece,) = referee._pieces.values()
    monkeypatch.setitem(piece._derivatives, 0, ArrayReferee(wrong, Operator.GRADIENT, range(3))._piece({}).derivative())
    assert referee.at([0.1, 0.2, 0.3], LADDER) is None


def large(scale=1.0):
    weights = np.random.default_rng(1).normal(size=(24, 24)) * scale
    return lambda x: o.sum(o.tanh(weights @ o.tanh(weights @ x)))


def test_a_large_function_is_certified_on_arrays_and_bounded():
    program = trace(large(), {"x": (24, 24)}, {})
    assert isinstance(program, Lowered)
    assert program.is_large
    referee = Referee(program, Operator.GRADIENT, range(576))
    x = np.random.default_rng(2).normal(size=576).tolist()
    truth = referee.truth(x)
    assert truth.arrays is not None
    assert all(truth.confirmed)
    weights = np.random.default_rng(1).normal(size=(24, 24))
    inner = np.tanh(weights @ np.reshape(x, (24, 24)))
    outer = np.tanh(weights @ inner)
    expected = weights.T @ ((weights.T @ (1 - outer**2)) * (1 - inner**2))
    found = [float(c.left.mid()) for c in truth.components]
    bounds = Bounds(referee).at(truth, x, FLOAT64)
    for ours, numpys, bound in zip(found, expected.ravel().tolist(), bounds, strict=True):
        assert abs(ours - numpys) <= float(max(bound.inherent.mid(), bound.formula.mid()))


def test_a_large_function_that_jumps_is_left_to_the_numbers():
    weights = np.random.default_rng(1).normal(size=(6000, 2))
    program = trace(lambda x: o.where(x[0] > 0, x[0] + 1, x[0]) + o.sum(weights @ x), {"x": (2,)}, {})
    assert program.is_large
    truth = Referee(program, Operator.GRADIENT, range(2)).truth([0.0, 1.0])
    assert truth.arrays is None
    assert [c.status for c in truth.components] == [Status.UNDEFINED, Status.CERTIFIED]


def test_what_is_too_large_for_numbers_is_uncertain_where_arrays_do_not_tell():
    program = trace(lambda x: o.sum(o.where(x > 0, x + 1, x)), {"x": (50_000,)}, {})
    truth = Referee(program, Operator.GRADIENT, range(3)).truth([0.0] * 50_000)
    assert {c.status for c in truth.components} == {Status.UNCERTAIN}
    assert "not one smooth piece here" in truth.components[0].reason


def test_a_large_function_outside_its_domain_does_not_exist():
    def function(x):
        return o.sum(o.where(x > -1, o.log(x), x))

    program = trace(function, {"x": (60_000,)}, {})
    assert program.is_large
    x = np.linspace(0.5, 1, 60_000)
    x[7], x[9] = -0.25, -2.0
    truth = Referee(program, Operator.GRADIENT, range(60_000)).truth(x.tolist())
    assert {c.status for c in truth.components} == {Status.UNDEFINED}
    assert truth.components[0].reason == "log(-0.25) does not exist here"
    # What is not taken need not exist.
    x[7] = 0.5
    assert Referee(program, Operator.GRADIENT, range(3)).truth(x.tolist()).components[0].status is Status.CERTIFIED


def test_a_listed_point_without_derivative_of_a_very_large_function_is_told():
    made = case(x=interval(-1, 1, shape=200_000), wrt="y", y=interval(-1, 1), samples=0, points=[
        {"x": np.full(200_000, 0.5), "y": -0.5}
    ])(lambda x, y: o.sum(o.log(x + y - 0.25)))  # fmt: skip
    (unit,) = plan([made], [], contestants(["symbolic:program"], ["cpu"], ["float64"]))
    court = court_of(unit, "float64", 0, 0)
    ((engine, task),) = unit.tasks()
    row = hear(court, engine, task).row
    assert row.verdict == "undefined"
    assert "no derivative" in row.note


def test_what_takes_too_long_along_rays_is_uncertain():
    weights = np.random.default_rng(0).normal(size=(60, 60)) / 8

    def stepped(x):
        hidden = o.tanh(weights @ x)
        return o.sum(o.tanh(weights @ o.where(hidden > 0, hidden + 1, hidden)))

    truth = Referee(trace(stepped, {"x": (60, 4)}, {}), Operator.GRADIENT, range(240)).truth([0.0] * 240)
    assert {c.status for c in truth.components} == {Status.UNCERTAIN}
    assert truth.components[0].reason.startswith("240 components of 58,")
    few = Referee(trace(stepped, {"x": (60, 4)}, {}), Operator.GRADIENT, range(2)).truth([0.0] * 240)
    assert {c.status for c in few.components} == {Status.UNDEFINED}


@pytest.mark.parametrize("engine", ["symbolic:program", "autograd"])
def test_engines_are_judged_on_a_large_function(engine):
    made = case(x=interval(-1, 1, shape=(24, 24)))(large(0.2))
    (unit,) = plan([made], [], contestants([engine], ["cpu"], ["float64"]))
    court = court_of(unit, "float64", 2, 0)
    ((engine_itself, task),) = unit.tasks()
    assert hear(court, engine_itself, task).row.verdict == "agree"


def test_an_enclosure_of_a_product_holds_the_product():
    graph = record(lambda x: o.matmul(x, x), {"x": (2, 2)}, {})
    with ctx.workprec(64):
        found = ArrayReferee(graph, Operator.JACOBIAN, range(4)).at([0.1, 0.2, 0.3, 0.4], (128,))
    with ctx.workprec(256):
        assert found.value[0, 1].contains(arb(0.1) * arb(0.2) + arb(0.2) * arb(0.4))


def trial_of(function, implementation, n, x):
    made = case(
        x=interval(-2, 2, shape=(n, n)), points=[{"x": x}], samples=0, implementations={"autograd": implementation}
    )
    (unit,) = plan([made(function)], [], contestants(["autograd"], ["cpu"], ["float64"]))
    court = court_of(unit, "float64", 0, 0)
    ((engine, task),) = unit.tasks()
    return hear(court, engine, task).row


@pytest.mark.parametrize("n", [30, 100], ids=["small enough to be lowered", "too large"])
def test_what_is_wrong_in_a_large_function_is_told(n):
    """One element's slope is NaN, by the branch that is not taken; another kernel forgets a term."""
    torch = pytest.importorskip("torch")
    weights = np.random.default_rng(3).normal(size=(n, n)) / n
    x = np.random.default_rng(4).uniform(-2, 2, (n, n))

    def function(x):
        return o.sum(o.tanh(weights @ o.where(x > 0, o.sqrt(x), x)))

    def poisoned(x):
        matrix = torch.tensor(weights)
        return torch.tanh(matrix @ torch.where(x > 0, torch.sqrt(x), x)).sum()

    def forgetful(x):
        matrix = torch.tensor(weights)
        clean = torch.where(x > 0, torch.sqrt(x.clamp(min=1e-9)), x)
        return torch.tanh(matrix @ clean).sum() + 0.5 * x[0, 1]

    assert trial_of(function, poisoned, n, x).verdict == "nonfinite"
    wrong = trial_of(function, forgetful, n, x)
    assert wrong.verdict == "disagree"
    assert "x[0,1]" in (wrong.worst_component, *wrong.note.split())


def test_what_cancels_in_the_sums_over_paths_is_bounded_by_what_cancels():
    """A row of equal numbers, less its mean, is zero however it moves together: nothing of that reaches the value."""
    graph = record(lambda x: o.sum(o.tanh(x - o.reshape(o.mean(x, 1), (3, 1)))), {"x": (3, 50)}, {})
    x = [0.3] * 150
    found = ArrayReferee(graph, Operator.GRADIENT, range(150)).at(x, LADDER)
    for bound in bounds(found, x, FLOAT64, lambda _: pytest.fail("double precision tells")):
        assert float(bound.inherent.mid()) < 1e-12
        assert float(bound.formula.mid()) < 1e-12


def test_points_that_nobody_can_decide_are_told_and_not_counted():
    """A jump in a function that is too large to be looked at number by number, at zero alone."""
    made = case(x=interval(0, 1, shape=(40_000,)))(lambda x: o.sum(o.where(x > 0, x + 1, o.exp(x) - 3)))
    (unit,) = plan([made], [], contestants(["symbolic:program"], ["cpu"], ["float64"]))
    court = court_of(unit, "float64", 8, 0)
    ((engine, task),) = unit.tasks()
    row = hear(court, engine, task).row
    assert row.verdict == "agree"
    assert [set(q.x) for q in court.undecided] == [{0.0}]
    assert "1 hard point is not certified and not counted" in row.note


def test_pooling_is_not_tried_where_all_elements_are_alike():
    """Every window has a kink there, and no sum of what torch takes in each need lie between the sides of the whole."""

    def pooled(x, k):
        return o.sum(o.max_pool2d(o.tanh(o.conv2d(x, k)), 2) * np.array([[1.0, -2.0], [-1.0, 3.0]]))

    made = case(x=interval(-1, 1, shape=(1, 1, 6, 6)), k=interval(-0.5, 0.5, shape=(1, 1, 3, 3)))(pooled)
    (unit,) = plan([made], [], contestants(["autograd"], ["cpu"], ["float64"]))
    court = court_of(unit, "float64", 4, 0)
    assert all(len(set(q.x)) > 2 for q in court.questions)
    ((engine, task),) = unit.tasks()
    assert hear(court, engine, task).row.verdict == "agree"
    # One selection has one kink: the largest of equal numbers is tried.
    made = case(x=interval(-1, 1, shape=(5,)))(lambda x: o.amax(x))
    (unit,) = plan([made], [], contestants(["autograd"], ["cpu"], ["float64"]))
    assert any(len(set(q.x)) == 1 for q in court_of(unit, "float64", 4, 0).questions)
