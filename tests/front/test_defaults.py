"""``[tool.diffcheck]``: the defaults of ``diffcheck run``."""

import json
from pathlib import Path

import pytest
from command import ran, typed

from diffcheck.results import load


def told(text: str, line: str = "run waves.py --no-timing") -> str:
    """What a run says in a folder with these defaults."""
    Path("pyproject.toml").write_text(f"[tool.diffcheck]\n{text}\n")
    return typed(line).output


def test_defaults_hold_unless_the_command_line_says_otherwise(folder: Path) -> None:
    text = 'engine = "symbolic"\nsamples = 1\noutput = "out"\nk = "short"\ntiming = false\n'
    text += 'min-digits = ["symbolic=3", "2"]'
    told(text)
    assert ran() == ["sine_wave"]
    assert load("out").settings | {"samples": 1, "min_digits": {"symbolic": 3.0, "": 2.0}} == load("out").settings
    told(text, "run waves.py --samples 2 -k smooth --min-digits 1")
    assert ran() == ["sine_wave", "product"]
    assert load("out").settings["samples"] == 2
    assert load("out").settings["min_digits"] == {"": 1.0}


def test_files_are_told_from_where_the_settings_stand(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = 'engine = ["symbolic"]\nsamples = 1\noutput = "out"\nbaseline = "base.json"'
    told(defaults, "run waves.py --no-timing --update-baseline")
    assert len(json.loads(Path("base.json").read_text())["entries"]) == 4
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    assert typed("run ../waves.py --no-timing").exit_code == 0
    assert not Path("out").exists()
    assert "smooth" in json.dumps([case.tags for case in load("../out").cases])


def test_strict_alone_is_true(folder: Path) -> None:
    told("strict = true\nsamples = 1\nengine = 'symbolic'\noutput = 'out'")
    assert load("out").settings["strict"] == [""]


WRONG = {
    "engin = 'symbolic'": "no option of diffcheck run: did you mean 'engine'?",
    "colour = 'red'": "which is no option of diffcheck run: choose from",
    "timing = 'no'": "timing is 'no': write true or false",
    "samples = [1, 2]": "samples is [1, 2]: write one value, as after --samples",
    "samples = 'many'": "'many' is not a valid integer",
    "samples = ": "cannot read [tool.diffcheck]",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_mistyped_is_told(folder: Path, text: str) -> None:
    assert WRONG[text] in told(text)
    assert not Path("reports").exists()
