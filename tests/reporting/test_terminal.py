"""What a person sees of a run while it goes, and of its rows."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from command import typed
from rich.console import Console

import diffcheck.ops as o
from diffcheck import case, check, interval
from diffcheck.api import Settings, conduct
from diffcheck.reporting import progress
from diffcheck.reporting.progress import Reporter
from diffcheck.reporting.terminal import check_text, summary
from diffcheck.results import Row, Run
from diffcheck.runner import execute
from diffcheck.verdict import Verdict


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, to be set; the reporter looks at it."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def shown() -> tuple[Reporter, io.StringIO]:
    """A reporter outside a terminal, and what it wrote."""
    stream = io.StringIO()
    return Reporter(Console(file=stream, width=200)), stream


def test_long_stages_are_told_at_growing_distances(clock: list[float], shown: tuple[Reporter, io.StringIO]) -> None:
    reporter, stream = shown
    reporter.at("x.py::net gradient", "truth at point 3 of 12")
    for clock[0] in range(100):
        reporter.waiting()
    seconds = [line.rpartition("(")[2] for line in stream.getvalue().splitlines()]
    assert seconds == ["11 s)", "21 s)", "41 s)", "81 s)"]
    assert stream.getvalue().startswith("still at: x.py::net gradient, truth at point 3 of 12 (11 s)\n")


def test_what_goes_on_is_not_told(clock: list[float], shown: tuple[Reporter, io.StringIO]) -> None:
    reporter, stream = shown
    for clock[0] in range(100):
        reporter.at(f"x.py::net{clock[0] // 9} gradient", "tracing")
        reporter.waiting()
    assert stream.getvalue() == ""


def test_steps_of_one_case_are_one_wait(clock: list[float], shown: tuple[Reporter, io.StringIO]) -> None:
    reporter, stream = shown
    for clock[0] in range(12):
        reporter.at("x.py::net gradient", f"truth at point {clock[0]} of 12")
        reporter.waiting()
    assert stream.getvalue() == "still at: x.py::net gradient, truth at point 11 of 12 (11 s)\n"


def test_a_terminal_has_a_bar_with_case_and_stage() -> None:
    stream = io.StringIO()
    reporter = Reporter(Console(file=stream, width=200, force_terminal=True))
    reporter.at("x.py", "reading the file")
    reporter.started(2)
    reporter.checked("net", "gradient", [])
    reporter.at("x.py::net gradient", "truth at point 3 of 12")
    reporter.timed("net")
    reporter.stop()
    assert "x.py::net gradient, truth at point 3 of 12" in stream.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
def test_names_between_colons_are_no_pictures(terminal: bool) -> None:
    stream = io.StringIO()
    reporter = Reporter(Console(file=stream, width=200, force_terminal=terminal))
    reporter.foreseen("[red] :boom:", 100.0)
    reporter.at("[red] :boom:", "tracing :boom:")
    reporter.started(1)
    reporter.checked("[red] :boom:", "gradient", [])
    reporter.stop()
    assert "[red] :boom:" in stream.getvalue()
    assert "\N{COLLISION SYMBOL}" not in stream.getvalue()


@pytest.mark.usefixtures("folder")
def test_what_is_to_be_typed_again_is_printed_as_it_is_called() -> None:
    lines = ['name = "a :boom:"', 'function = "x*x"', "inputs = {x = [1, 2]}", 'expect = {symbolic = "disagree"}']
    Path("named.toml").write_text("\n".join(["[[case]]", *lines, 'because = ":boom:"']))
    found = typed("run named.toml --no-timing --samples 1 --engine symbolic -v").output
    assert "'named.toml::a :boom:'" in found
    assert "\N{COLLISION SYMBOL}" not in found
    assert "x :boom:" in check_text(check(case(x=interval(1, 2), name="x :boom:")(lambda x: x * x)).result, 120)


@pytest.mark.parametrize(("long_s", "told"), [(1e-9, True), (1e9, False)])
def test_a_case_that_will_take_long_says_so_first(
    monkeypatch: pytest.MonkeyPatch, shown: tuple[Reporter, io.StringIO], long_s: float, told: bool
) -> None:
    @case(x=interval(1, 2))
    def square(x: float) -> float:
        return x * x

    reporter, stream = shown
    monkeypatch.setattr(execute, "LONG_S", long_s)
    conduct(replace(square, source="a.py::square"), Settings(engines=["symbolic"], timing=False), reporter)
    first, *_ = stream.getvalue().splitlines()
    assert (first == "a.py::square derivative: some 0 s, to judge by the size of the case") is told


def test_lossy_differences_are_counted_and_others_shown() -> None:
    rows = [
        Row(f"c{k}", "derivative", engine, "m", "cpu", "float64", Verdict.LOSSY, "cancellation", digits=5.0)
        for k, engine in enumerate(["finite"] * 20 + ["autograd", "symbolic"])
    ]
    stream = io.StringIO()
    summary(Run(tuple(rows), (), {}), Console(file=stream, width=200), level=1)
    assert [line.split()[1] for line in stream.getvalue().splitlines() if line.startswith("lossy")] == ["c20", "c21"]
    assert "20 rows of finite differences lose digits; the report has all of them" in stream.getvalue()


def test_a_case_of_which_nobody_is_judged_is_told_once() -> None:
    row = Row("net", "gradient", "autograd", "m", "cpu", "float64", Verdict.UNSUPPORTED, "case", note="no row")
    rows = [row, replace(row, engine="finite"), replace(row, case="known", expected="unsupported")]
    rows.append(replace(row, case="other", reason="", note="float16 is not there"))
    stream = io.StringIO()
    summary(Run(tuple(rows), (), {}), Console(file=stream, width=200))
    told = [line for line in stream.getvalue().splitlines() if line.startswith("unsupported")]
    assert told == ["unsupported net gradient, every engine (case) - no row"]


def test_brackets_are_no_markup() -> None:
    """Messages and labels hold brackets: ``x[0]``, ``[batch,]``."""
    image = interval(-1, 1, shape=(3, 4))
    assert "x must be ([batch,] channels, 2 lengths)" in str(check(lambda x: o.sum(o.conv2d(x, x)), x=image))


WRONG = Row(
    *("net", "gradient", "autograd", "reverse", "cpu", "float64", Verdict.DISAGREE, "wrong", 4, 3, 2),
    digits=2.0,
    digits_possible=15.0,
    worst_point='{"x": 0.5}',
    worst_component="x[1]",
    value=1.25,
    truth="1.26",
    note=f"{'a long story ' * 20}; reproduce: diffcheck run net.py::net",
)


@pytest.mark.parametrize("width", [80, 120])
def test_a_failure_has_a_line_for_who_where_value_truth_and_why(width: int) -> None:
    stream = io.StringIO()
    rows = [replace(WRONG, case=f"net{k}", verdict=v) for k, v in enumerate([Verdict.DISAGREE, Verdict.CRASH])]
    summary(Run(tuple(rows), (), {}), Console(file=stream, width=width))
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("autograd:reverse crash")  # the worst first
    assert lines[1:4] == ["  point  x = 0.5; by x[1] (2 of 4 points fail)", "  value  1.250", "  truth  1.260"]
    assert lines[4].startswith("  why    a long story")
    assert lines[5].startswith("         ")
    assert "  again  diffcheck run net.py::net" in lines
    assert all(len(line) <= width for line in lines[:12])


def test_a_green_run_says_it_in_two_lines_and_quiet_ones_in_one() -> None:
    run = Run((replace(WRONG, verdict=Verdict.AGREE, note=""),), (), {})
    for level, expected in ((0, 2), (-1, 1)):
        stream = io.StringIO()
        summary(run, Console(file=stream, width=120), level)
        assert len(stream.getvalue().splitlines()) == expected


def test_more_is_said_when_asked() -> None:
    @case(x=interval(1, 2), points=[{"x": 1.5}], implementations={"autograd": lambda x: x * x * 1.5})
    def square(x):
        return x * x

    run = conduct(square, Settings(engines=["autograd"], samples=1, timing=False))
    stream = io.StringIO()
    summary(run, Console(file=stream, width=120), 1)
    assert "x = 1.5" in stream.getvalue()
    assert stream.getvalue().count("disagree") > 3


def test_a_narrow_check_has_lines_instead_of_columns() -> None:
    narrow = check_text(Run((WRONG,), (), {}), 80)
    assert "  value  1.250" in narrow
    assert max(map(len, narrow.splitlines()[1:])) <= 80
