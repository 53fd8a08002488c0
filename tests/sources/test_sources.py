"""Files -> cases: whatever a file makes is run or told, and no file changes what another one gets."""

import re
import sys
from pathlib import Path

import pytest

from diffcheck.case.points import points
from diffcheck.errors import UsageError
from diffcheck.formats import FORMATS
from diffcheck.sources.collect import collect

HEADER = "from diffcheck import case, each, interval\n"
SQUARE = "@case(x=interval(0, 1))\ndef square(x):\n    return x * x\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(name, text, header=HEADER):
    """A case file with this text."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + text)
    return name


def names(loaded):
    """What the cases are called, in their order."""
    return [c.name for c in loaded.cases]


FACTORY = """
def made(n, **options):
    return case(x=interval(0, 1), n=n, name=f"power {n}", **options)(lambda x, n: x ** n)
"""

COLLECTED = {
    "a loop that rebinds": (
        "for n in (2, 3):\n"
        "    @case(x=interval(0, 1), n=n, name=f'power {n}')\n"
        "    def power(x, n):\n        return x ** n\n",
        ["power 2", "power 3"],
    ),
    "a name that is bound again": (FACTORY + "f = made(2)\nf = made(3)\nf = None\n", ["power 2", "power 3"]),
    "no name at all": (FACTORY + "made(2)\nmade(3)\n", ["power 2", "power 3"]),
    "a name that is deleted": (FACTORY + "f = made(2)\ndel f\n", ["power 2"]),
    "a factory in a list": (FACTORY + "ALL = [made(n) for n in (2, 3)]\n", ["power 2", "power 3"]),
    "a tuple of lists": (FACTORY + "ALL = ([made(2)], [made(3), [made(4)]])\n", ["power 2", "power 3", "power 4"]),
    "a dict of cases": (FACTORY + "ALL = {'square': made(2), 'more': {'cube': made(3)}}\n", ["power 2", "power 3"]),
    "a list that holds itself": (FACTORY + "ALL = [made(2)]\nALL.append(ALL)\n", ["power 2"]),
    "a case with two names": (FACTORY + "f = g = made(2)\nALL = [f]\n", ["power 2"]),
    "a family": (
        "@case(x=interval(0, 1), n=each(2, 3))\ndef power(x, n):\n    return x ** n\n",
        ["power[2]", "power[3]"],
    ),
    "families in a loop": (
        "for a in (1, 2):\n"
        "    @case(x=interval(0, 1), a=a, n=each(2, 3), name=f'power{a}')\n"
        "    def power(x, a, n):\n        return a * x ** n\n",
        ["power1[2]", "power1[3]", "power2[2]", "power2[3]"],
    ),
    "as they are defined": (FACTORY + SQUARE + "b = made(2)\na = made(3)\n", ["square", "power 2", "power 3"]),
    "not what check makes": (
        "import diffcheck\nchecked = diffcheck.check(lambda x: x * x, x=interval(1, 2), engines=['symbolic'])\n"
        + SQUARE,
        ["square"],
    ),
    "not what is refused": (
        "try:\n    case(x=interval(0, 1), samples=-1)(lambda x: x)\nexcept Exception:\n    pass\n" + SQUARE,
        ["square"],
    ),
    "before and after an exception": (
        FACTORY + "try:\n    made(2)\n    1 / 0\nexcept ZeroDivisionError:\n    made(3)\n",
        ["power 2", "power 3"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), COLLECTED.values(), ids=COLLECTED)
def test_whatever_a_file_makes_is_collected(folder, text, expected):
    loaded = collect([written("file.py", text)])
    assert loaded.problems == ()
    assert names(loaded) == expected
    assert [c.source for c in loaded.cases] == [f"file.py::{name}" for name in expected]


def test_the_cases_of_a_loop_are_different_ones(folder):
    text = "for n in (2, 3):\n    f = case(x=interval(0, 1), n=n, name=str(n))(lambda x, n: x ** n)\n"
    assert [c.constants["n"] for c in collect([written("file.py", text)]).cases] == [2, 3]


NAMESAKES = {
    "two definitions": (SQUARE + "\n" + SQUARE, r"file\.py:2: 2 cases are called 'square' \(line 2, line 6\)", []),
    "a loop": (
        "for n in (1, 2):\n    @case(x=interval(0, 1), n=n)\n    def power(x, n):\n        return x ** n\n",
        r"file\.py:3: 2 cases are called 'power' \(line 3\)",
        [],
    ),
    "a factory": (
        "def made(n):\n    return case(x=interval(0, 1), n=n)(lambda x, n: x ** n)\nALL = [made(1), made(2)]\n",
        r"file\.py:3: 2 cases are called 'lambda' \(line 3\)",
        [],
    ),
    "a name of its own": (
        SQUARE + "other = case(x=interval(0, 1), name='square')(lambda x: x)\n",
        r"file\.py:2: 2 cases are called 'square' \(line 2, line 5\)",
        [],
    ),
    "a family and a case": (
        "f = case(x=interval(0, 1), n=each(2, 3), name='f')(lambda x, n: x ** n)\n"
        "g = case(x=interval(0, 1), name='f[2]')(lambda x: x)\n",
        r"file\.py:2: 2 cases are called 'f\[2\]' \(line 2, line 3\)",
        ["f[3]"],
    ),
}


@pytest.mark.parametrize(("text", "message", "others"), NAMESAKES.values(), ids=NAMESAKES)
def test_cases_of_one_name_are_told_and_the_others_run(folder, text, message, others):
    loaded = collect([written("file.py", text + "last = case(x=interval(0, 1), name='last')(lambda x: x)\n")])
    (problem,) = loaded.problems
    assert re.fullmatch(message + r": give each its own name: case\(\.\.\., name=\.\.\.\)", problem)
    assert names(loaded) == [*others, "last"]


def test_a_case_that_is_told_is_named_when_it_is_asked_for(folder):
    written("file.py", SQUARE + SQUARE)
    with pytest.raises(UsageError, match=r"has no case 'square'; it has none\nfile\.py:2: 2 cases are called 'square'"):
        collect(["file.py::square"])


# Imports.


def test_imported_cases_are_collected(folder):
    text = "def made(name):\n    return case(x=interval(0, 1), name=name)(lambda x: x * x)\n"
    written("first.py", SQUARE + text + "ALL = [made('a'), {'b': (made('c'),)}, made('d')]\n")
    text = "from first import square as mine, ALL\n" + SQUARE.replace("square", "own")
    loaded = collect([written("second.py", text)])
    assert loaded.problems == ()
    assert names(loaded) == ["own", "square", "a", "c", "d"]


def test_a_module_that_is_imported_keeps_its_cases(folder):
    written("first.py", SQUARE)
    loaded = collect([written("second.py", "import first\n" + SQUARE.replace("square", "own"))])
    assert names(loaded) == ["own"]


def test_an_imported_namesake_is_told(folder):
    written("first.py", SQUARE)
    loaded = collect([written("second.py", "from first import square as other\n" + SQUARE)])
    (problem,) = loaded.problems
    assert "second.py:3: 2 cases are called 'square' (line 3, " in problem
    assert "first.py:2)" in problem


def test_what_a_function_of_another_module_makes_for_the_file_is_the_file_s(folder):
    written("_factory.py", FACTORY)
    loaded = collect([written("file.py", "from _factory import made\nfor n in (2, 3):\n    made(n)\n")])
    assert names(loaded) == ["power 2", "power 3"]
    loaded = collect([written("twice.py", "from _factory import made\nmade(2)\nmade(2)\n")])
    assert loaded.problems[0].startswith("twice.py:3: 2 cases are called 'power 2' (line 3, line 4)")


def test_a_module_beside_the_file_is_this_folder_s_own(folder):
    for place in ("a", "b"):
        written(f"{place}/_words.py", f"NAME = 'from {place}'\n")
        written(f"{place}/file.py", "import _words\nf = case(x=interval(0, 1), name=_words.NAME)(lambda x: x)\n")
    assert names(collect(["a/file.py", "b/file.py", "a/file.py"])) == ["from a", "from b"]
    assert names(collect(["b", "a"])) == ["from b", "from a"]


def test_a_package_beside_the_file_is_this_folder_s_own(folder):
    for place in ("a", "b"):
        written(f"{place}/_words/__init__.py", "")
        written(f"{place}/_words/names.py", f"NAME = 'from {place}'\n")
        text = "from _words.names import NAME\nf = case(x=interval(0, 1), name=NAME)(lambda x: x)\n"
        written(f"{place}/file.py", text)
    assert names(collect(["a", "b"])) == ["from a", "from b"]


def test_a_module_is_executed_once_for_the_files_of_its_folder(folder):
    written("_words.py", "LOADED = []\n")
    for name in ("first", "second"):
        text = f"import _words\n_words.LOADED.append({name!r})\n"
        written(f"{name}.py", text + "f = case(x=interval(0, 1), name='-'.join(_words.LOADED))(lambda x: x)\n")
    assert names(collect(["first.py", "second.py"])) == ["first", "first-second"]


def test_reading_files_leaves_the_path_as_it_was(folder):
    before = list(sys.path)
    collect([written("a.py", SQUARE), written("b.py", "import sys\nsys.path.pop(0)\n" + SQUARE)])
    assert sys.path == before


# Names across files.


def test_namesakes_in_several_files_are_named_after_their_files(folder):
    paths = [written(name, SQUARE) for name in ("a.py", "x/b.py", "y/b.py", "z/y/b.py", "c.py")]
    Path("c.py").write_text(HEADER + SQUARE.replace("square", "other"))
    assert names(collect(paths)) == ["a.square", "x/b.square", "y/b.square", "z/y/b.square", "other"]


def test_a_file_that_is_given_twice_is_read_once(folder):
    written("x/a.py", SQUARE)
    assert names(collect(["x/a.py", "x", "x/../x/a.py::square"])) == ["square"]


def test_the_points_of_a_case_are_the_same_beside_a_namesake(folder):
    alone, beside = collect([written("a.py", SQUARE)]).cases, collect(["a.py", written("b.py", SQUARE)]).cases
    assert (alone[0].name, beside[0].name) == ("square", "a.square")
    assert points(alone[0], 5, 0, FORMATS["float64"]) == points(beside[0], 5, 0, FORMATS["float64"])


# Choosing.


def test_a_family_is_chosen_by_its_common_name(folder):
    text = "f = case(x=interval(0, 1), n=each(2, 3), name='f')(lambda x, n: x ** n)\n"
    written("file.py", text + "g = case(x=interval(0, 1), name='f2')(lambda x: x)\n")
    assert names(collect(["file.py::f"])) == ["f[2]", "f[3]"]
    assert names(collect(["file.py::f[3]"])) == ["f[3]"]
    assert names(collect(["file.py::f2"])) == ["f2"]
