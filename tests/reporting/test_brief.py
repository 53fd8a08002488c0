"""``report.md``: the sentence first, then what failed, short enough for a comment, whatever names and notes hold."""

import json
import re
from dataclasses import replace

import pytest

from diffcheck.reporting.brief import LONGEST, brief, fitting
from diffcheck.reporting.components import by
from diffcheck.reporting.markdown import files, markdown
from diffcheck.reporting.tables import by_engine, headline
from diffcheck.results import NAN, CaseRow, Row, Run, TensorRow
from diffcheck.verdict import Verdict

COMMAND = "reproduce: diffcheck run a.py::norm --operator gradient"
WRONG = Row(
    *("norm", "gradient", "autograd", "reverse", "cpu", "float64", Verdict.DISAGREE, "wrong"),
    points=16,
    components=2,
    failed_points=12,
    error_ulp=1e13,
    digits=4.3,
    digits_possible=15.5,
    worst_point='{"x": [0.5, 2.0]}',
    worst_component="x[1]",
    value=0.24217812345,
    truth="0.242190001234567890123456789012",
    note=f"off by 0.5 of the truth; {COMMAND}",
)
RIGHT = replace(WRONG, engine="symbolic", method="closed", verdict=Verdict.AGREE, reason="", digits=15.9, note="")
BROKEN = [
    replace(RIGHT, case="raises", engine=engine, verdict=Verdict.ERROR, reason="case", note="a.py::raises: it raises")
    for engine in ("symbolic", "finite", "autograd")
]
KNOWN = replace(WRONG, case="known", expected="disagree", note="expected disagree: a bug of theirs")
CASE = CaseRow("known", "gradient", "blame: autograd", "autograd", 30.0, 1, 2, "", because="a bug of theirs")
ENVIRONMENT = {"torch": "2.13.0", "python": "3.11.7", "commit": "abc123+", "date": "2026-11-26"}


def lines(*rows: Row, **more: object) -> list[str]:
    return brief(Run(rows, (CASE,), ENVIRONMENT, **more)).splitlines()  # type: ignore[arg-type]


SENTENCES = {
    "one failure": (
        lambda: lines(RIGHT, WRONG),
        "# autograd:reverse fails: disagree (wrong) on norm gradient at x = [0.5, 2], by x[1]: "
        "4.3 of 15.5 digits right",
    ),
    "the worst of two": (
        lambda: lines(WRONG, replace(WRONG, case="worse", digits=0.1), RIGHT),
        "# autograd:reverse fails: disagree (wrong) on worse gradient at x = [0.5, 2], by x[1]: no digit right, "
        "the worst of 2 failures in 3 tasks",
    ),
    "no answer": (
        lambda: lines(replace(WRONG, verdict=Verdict.CRASH, reason="", digits=NAN, worst_point="")),
        "# autograd:reverse fails: crash on norm gradient",
    ),
    "a demand": (
        lambda: lines(replace(RIGHT, verdict=Verdict.LOSSY, demanded="--strict", digits=7.0)),
        "# symbolic:closed fails --strict on norm gradient at x = [0.5, 2], by x[1]: 7.0 of 15.5 digits right",
    ),
    "all is well": (lambda: lines(RIGHT), "# No failure in 1 task, no known defects"),
    "what a case declares of another dtype": (
        lambda: lines(RIGHT, replace(RIGHT, dtype="float32", expected="disagree"), KNOWN),
        "# No failure in 3 tasks, 1 known defect as declared",
    ),
    "well but for what is known": (lambda: lines(RIGHT, KNOWN), "# No failure in 2 tasks, 1 known defect as declared"),
    "nothing judged": (
        lambda: lines(replace(RIGHT, verdict=Verdict.UNCERTAIN)),
        "# Nothing was judged in 1 task, no known defects",
    ),
    "a broken case, by three engines": (lambda: lines(RIGHT, *BROKEN), "# 1 case is broken"),
    "a failure before what is broken": (
        lambda: lines(WRONG, *BROKEN, broken=("a.py: no",)),
        "# autograd:reverse fails: disagree (wrong) on norm gradient at x = [0.5, 2], by x[1]: "
        "4.3 of 15.5 digits right; 1 case is broken; 1 definition cannot be read",
    ),
    "broken": (lambda: lines(RIGHT, broken=("a.py: no", "b.py: no")), "# 2 definitions cannot be read"),
    "interrupted": (
        lambda: lines(RIGHT, interrupted="a.py::f, timing"),
        "# No failure in 1 task, no known defects; the run was interrupted at a.py::f, timing",
    ),
}


@pytest.mark.parametrize(("made", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_the_first_line_is_the_sentence(made: object, sentence: str) -> None:
    assert made()[0] == sentence  # type: ignore[operator]


def test_a_broken_case_is_counted_as_a_case() -> None:
    run = Run((WRONG, RIGHT, *BROKEN), (CASE,), ENVIRONMENT, ("a.py: no",))
    assert headline(run) == "2 tasks: 1 agree, 1 disagree; 1 fails the run; 1 broken case, 1 broken definition"
    assert headline(Run((RIGHT, *BROKEN), (), {})) == "1 task: 1 agree; 1 broken case"
    assert headline(Run(tuple(BROKEN), (), {})) == "Nothing was run: 1 broken case"
    assert [row[0] for row in by_engine(run).rows] == ["autograd:reverse", "symbolic:closed"]
    assert sum("the case is broken: raises" in line for line in brief(run).splitlines()) == 1


def test_the_second_line_says_what_was_run() -> None:
    asked = lines(RIGHT, command="diffcheck run a.py")[2]
    assert asked == "`diffcheck run a.py` · commit abc123+ · 1 case · cpu float64 · torch 2.13.0, python 3.11.7"


def test_a_failure_is_told_in_five_lines_with_the_command_that_shows_it() -> None:
    text = lines(WRONG)
    start = text.index("```text")
    assert text[start + 1 : start + 8] == [
        "autograd:reverse disagree (wrong), 4.3 right: norm gradient",
        "  point  x = [0.5, 2]; by x[1] (12 of 16 points fail)",
        "  value  0.242178",
        "  truth  0.242190",
        "  why    off by 0.5 of the truth",
        "  again  diffcheck run a.py::norm --operator gradient",
        "```",
    ]


def test_a_script_is_folded_below_its_failure() -> None:
    text = "\n".join(lines(replace(WRONG, script="import torch\nprint(1)")))
    summary = "<summary>A script without diffcheck</summary>\n\n"
    assert f"```\n\n<details>\n{summary}```python\nimport torch\nprint(1)\n```\n\n</details>" in text


def test_equal_causes_are_told_once_and_the_others_named() -> None:
    alike = [
        replace(
            WRONG, case=f"case{k}", digits=4.0 - 0.01 * k, note=f"off by {k / 7} of the truth; x[{k}] wrong; {COMMAND}"
        )
        for k in range(20)
    ]
    another = replace(WRONG, case="another", note=f"the gradient is cut; {COMMAND}")
    text = "\n".join(lines(*alike, another))
    assert text.count("```text") == 2
    # The worst of them has the fewest digits.
    assert "disagree (wrong), 3.8 right: case19 gradient" in text
    named = ", ".join(f"case{k} gradient" for k in range(18, 6, -1))
    assert f"The same in 19 more: {named}, 7 others" in text


def test_who_has_digits_right_fails_by_another_cause_than_who_has_none() -> None:
    text = lines(WRONG, replace(WRONG, case="none", digits=0.0), replace(WRONG, case="more", digits=6.1))
    assert sum(line.startswith("autograd:reverse disagree") for line in text) == 2
    assert any("more" in line and "The same in 1 more" in line for line in text)


@pytest.mark.parametrize("written", [brief, markdown])
def test_what_a_broken_definition_quotes_stands_as_it_is(written) -> None:
    broken = "a.toml:3: '2*x)': it does not end.\n  2*x)\n     ^"
    text = written(Run((RIGHT,), (), ENVIRONMENT, (broken,)))
    assert "- a.toml:3: '2\\*x)': it does not end.\n  ```text\n    2*x)\n       ^\n  ```\n" in text


def test_a_failure_by_tensors_shows_the_worst() -> None:
    tensors = tuple(
        TensorRow(*WRONG.key, f"w{k}", "2", 2, Verdict.DISAGREE, "wrong", 1, 1.0, 4.0 + k, 15.5, "w[0]", 1.0, "2")
        for k in range(7)
    )
    of_another = replace(tensors[0], engine="symbolic", tensor="w9")
    text = lines(WRONG, tensors=(*tensors, of_another))
    shown = [line.split(" | ")[0] for line in text if line.startswith("| w")]
    assert shown == [f"| w{k}" for k in range(5)]
    assert "... and 2 more tensors in `details.md`" in text


def folded(text: list[str], title: str) -> list[str]:
    """The rows of a table that is folded."""
    start = text.index(f"<summary>{title}</summary>")
    end = text.index("</details>", start)
    return [line for line in text[start:end] if line.startswith("| ")][2:]


def test_a_row_that_agrees_is_no_defect_whatever_its_case_declares_of_another_dtype():
    run = Run((KNOWN, replace(RIGHT, case="known", dtype="float32", expected="disagree")), (CASE,), ENVIRONMENT)
    assert "(1 with the outcome that their case declares)" in headline(run)
    assert [line for line in brief(run).splitlines() if "Known defects" in line and "(1)" in line]


def test_known_defects_are_folded_with_their_reasons() -> None:
    text = lines(RIGHT, KNOWN)
    assert folded(text, "Known defects (1)") == [
        "| known gradient | autograd:reverse | disagree | 4.3 of 15.5 | a bug of theirs |"
    ]


def test_the_grid_has_each_case_the_worst_first() -> None:
    other = replace(RIGHT, case="other", verdict=Verdict.LOSSY)
    text = lines(RIGHT, other, KNOWN, replace(WRONG, case="bad"))
    assert folded(text, "Cases by engine (4)") == [
        "| bad gradient |  | ✗ disagree |",
        "| other gradient | lossy |  |",
        "| norm gradient | agree |  |",
        "| known gradient |  | (disagree) |",
    ]
    assert "| case | symbolic | autograd |" in text


def test_the_grid_names_methods_where_several_were_asked_for() -> None:
    single = {"method": "forward", "dtype": "float32"}
    assert "| case | autograd | autograd float32 |" in lines(WRONG, replace(WRONG, **single))
    assert "| case | autograd:reverse | autograd:forward |" in lines(WRONG, replace(WRONG, method="forward"))


NASTY = "a|b\n``` <script>alert(1)</script> **x**"


def test_names_break_out_of_nothing() -> None:
    failing = [replace(WRONG, case=f"{NASTY} {k}", note=f"{NASTY} {'word' * k}") for k in range(3)]
    text = "\n".join(lines(*failing, replace(KNOWN, case=NASTY), broken=(NASTY,)))
    outside = re.sub("```text.*?```", "", text, flags=re.DOTALL)
    assert re.search(r"(?<!\\)```", outside) is None
    assert "<script>" not in outside
    columns = {len(re.findall(r"(?<!\\)\|", line)) for line in outside.splitlines() if "gradient |" in line}
    assert columns == {3, 6}


def many(count: int) -> Run:
    """A run in which everything fails or is known, each in its own words."""
    words = ["".join(chr(97 + int(digit)) for digit in str(k)) for k in range(count)]
    failing = [replace(WRONG, case=f"case_{w}", note=f"because of {w} " + "x" * 300) for w in words]
    known = [replace(KNOWN, case=f"known_{w}") for w in words]
    cases = tuple(replace(CASE, case=row.case, because="é" * 200) for row in known)
    broken = tuple(f"{w}.py: cannot be read" for w in words)
    return Run((*failing, *known), cases, ENVIRONMENT, broken)


def test_a_report_fits_a_comment_and_says_what_is_left_out() -> None:
    found = files(many(2000))
    text = found["report.md"]
    assert LONGEST / 2 < len(text.encode()) < LONGEST
    left = [int(number.replace(",", "")) for number in re.findall(r"and ([\d,]+) more in `details.md`", text)]
    shown = [
        text.count("\n- "),
        text.count("```text"),
        *(len(folded(text.splitlines(), t)) for t in ("Known defects (2,000)", "Cases by engine (4,000)")),
    ]
    assert [a + b for a, b in zip(shown, left, strict=True)] == [2000, 2000, 2000, 4000]
    assert all(f"case_{'b' * k} gradient" in found["details.md"] for k in (1, 2, 3))


def test_what_fits_is_kept_and_the_rest_counted() -> None:
    assert fitting(["aa", "bb", "cc"], 8) == (["aa", "bb"], "... and 1 more in `details.md`")
    assert fitting(["aa", "bb"], 8) == (["aa", "bb"], "")
    # The last one would fit; but what is left out stands at the end.
    assert fitting(["aa", "bbbbbb", "c"], 8) == (["aa"], "... and 2 more in `details.md`")


def test_both_files_spell_a_number_in_one_way() -> None:
    assert "| 0.24217812345 | 0.24219000123456789 |" in markdown(Run((WRONG,), (), ENVIRONMENT))


WORDS = {
    "x": "by x",
    "w[0,1]": "by w[0,1]",
    "x[0] y": "by x[0] and y",
    "x x x": "by x, x and x",
    "[0] by x[0]": "derivative of output 0 by x[0]",
    "[0,1] by layer.weight[2,3]": "derivative of output [0,1] by layer.weight[2,3]",
    "[2] by x[0] x[1]": "derivative of output 2 by x[0] and x[1]",
    "along the direction": "along the direction",
    "[3] along the direction": "derivative of output 3 along the direction",
}


@pytest.mark.parametrize(("label", "words"), WORDS.items(), ids=WORDS)
def test_a_component_in_words(label: str, words: str) -> None:
    assert by(label) == words
    row = replace(WRONG, worst_component=label, worst_point=json.dumps({"x": 1.0}))
    assert any(line.startswith(f"  point  x = 1; {words} (") for line in lines(row))
