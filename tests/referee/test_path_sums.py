"""Sums over paths by hand, for small graphs, and where floats cannot tell them."""

import pytest
from flint import arb

from diffcheck.referee.rounding import path_sums
from diffcheck.referee.rounding.path_sums import EXACT, Edges

INF = arb.pos_inf()


def sums(edges, outputs, *weights):
    """The sums of a graph whose edges are (node, operand): slope; a list for each list of weights."""
    places = list(edges)
    graph = Edges([n for n, _ in places], [o for _, o in places], list(map(arb, edges.values())))
    found = path_sums.path_sums(len(weights[0]), graph, outputs, [list(map(arb, w)) for w in weights])
    return [[None if s is None else float(s) for s in row] for row in found]


# v1 = 3 v0, v2 = v1 - 2 v0, v3 = -5 v1: dv2/dv0 = 1, dv3/dv0 = -15.
GRAPH = {(1, 0): 3.0, (2, 1): 1.0, (2, 0): -2.0, (3, 1): -5.0}


def test_sums_by_hand():
    found = sums(GRAPH, [2, 3, 1], [1, 10, 100, 1000], [7, 0, 0, 0])
    assert found == [pytest.approx([111, 15 + 50 + 1000, 13]), pytest.approx([7, 105, 21])]


def test_what_is_infinite_counts_where_it_arrives():
    assert sums(GRAPH, [2, 3], [1, 10, INF, 1000]) == [[None, pytest.approx(1065)]]
    assert sums(GRAPH, [2, 3], [INF, 10, 100, 1000]) == [[None, None]]


@pytest.mark.parametrize("elsewhere", [1, 3, INF], ids=str)
def test_what_nothing_reaches_is_zero(elsewhere):
    assert sums({(1, 0): 1.0}, [2], [0, 0, 0], [elsewhere, 2, 0]) == [[0], [0]]


def test_an_infinite_slope_is_left_to_balls():
    assert sums({(1, 0): INF}, [1], [1, 1]) == [[None]]


def test_weights_have_no_range():
    for exponent in (5000, -5000):
        graph = Edges([1], [0], [arb(3)])
        weights = [arb((1, exponent)), arb((5, exponent))]
        ((found,),) = path_sums.path_sums(2, graph, [1], [weights])
        assert float(found / arb((1, exponent))) == pytest.approx(8)


# Chains and diamonds from node 0 to the last, with weight 1 at node 0 only, and their sum.
TOLD = {
    "nothing moves": ({(1, 0): 0.0}, [0, 0], 0),
    "a slope of zero": ({(1, 0): 0.0}, [1, 4], 4),
    "an enclosure of zero": ({(1, 0): arb(0, 1e-100)}, [1, 4], 4),
    "hardly cancelling": ({(1, 0): 1.0, (2, 0): -1.0 + 2.0**-33, (2, 1): 1.0}, [1, 0, 0], 2.0**-33),
    "as small as it may be": ({(1, 0): 2.0**-200}, [1, 0], 2.0**-200),
    "as large as it may be": ({(1, 0): 2.0**200}, [1, 0], 2.0**200),
    "what vanishes beside others": ({(1, 0): 1.0}, [arb((1, -3000)), 1], 1),
}
LEFT = {
    "cancelling": ({(1, 0): 1.0, (2, 0): -1.0 + 2.0**-45, (2, 1): 1.0}, [1, 0, 0]),
    "cancelling altogether": ({(1, 0): 1.0, (2, 0): -1.0, (2, 1): 1.0}, [1, 0, 0]),
    "a slope too small": ({(1, 0): 1e-76}, [1, 1]),
    "a slope too large": ({(1, 0): 1e76}, [1, 1]),
    "a slope too large beside others": ({(1, 0): -1e76, (2, 0): 1.0}, [1, 1, 1]),
    "a slope that no float holds": ({(1, 0): arb((1, -1100))}, [1, 1]),
    "a sum too small": ({(1, 0): 1e-50, (2, 1): 1e-50}, [1, 0, 0]),
    "a sum too large": ({(1, 0): 1e50, (2, 1): 1e50}, [1, 0, 0]),
    "only what vanishes": ({(2, 0): 1.0}, [arb((1, -3000)), 1, 0]),
}


@pytest.mark.parametrize(("edges", "weights", "expected"), TOLD.values(), ids=TOLD)
def test_what_floats_can_tell(edges, weights, expected):
    assert sums(edges, [len(weights) - 1], weights) == [[pytest.approx(expected, rel=1e-2)]]


@pytest.mark.parametrize(("edges", "weights"), LEFT.values(), ids=LEFT)
def test_what_floats_cannot_tell_is_left_open(edges, weights):
    assert sums(edges, [len(weights) - 1], weights) == [[None]]


def fan(count):
    """As many outputs, k + 1 times node 0 each, and the sum of weights 1 at node 0 and k at each of them."""
    edges = {(k + 1, 0): k + 1.0 for k in range(count)}
    return sums(edges, list(range(1, count + 1)), [1, *range(count)])[0], [2 * k + 1 for k in range(count)]


def test_many_outputs_are_summed_in_portions():
    found, expected = fan(150)
    assert found == pytest.approx(expected)


def test_up_to_a_limit_sums_are_exact_and_beyond_it_estimates():
    found, expected = fan(EXACT)
    assert found == pytest.approx(expected)
    found, expected = fan(EXACT + 1)
    off = [f / e for f, e in zip(found, expected, strict=True)]
    assert max(abs(f - 1) for f in off) > 1e-3
    # Four standard deviations of the median of its samples.
    assert min(off) > 0.6
    assert max(off) < 1.6


def test_estimates_of_several_lists_have_nothing_to_do_with_one_another(monkeypatch):
    monkeypatch.setattr(path_sums, "EXACT", 0)
    for row, expected in zip(sums(GRAPH, [3], [1, 0, 0, 0], [0, 4, 0, 0]), (15, 20), strict=True):
        assert 0.6 < row[0] / expected < 1.6
