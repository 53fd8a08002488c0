"""What README.md and the pages in docs/ show is what happens.

Python examples are doctests. A block of commands that shows what they print is typed, in a folder with the shipped
cases and the files that the page shows: blocks of code that begin with the name of the file as a comment. Of commands
alone the options are looked up.
"""

import doctest
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from diffcheck.cli import main
from diffcheck.runner.engines import installed_engines

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"[#;] ([\w/]+\.(?:py|toml|fpcore))\n")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def files_of(text: str) -> dict[str, str]:
    """The files that a page shows, by their names."""
    named = ((_NAMED.match(body), body) for _, body in _BLOCK.findall(text))
    return {name[1]: body for name, body in named if name}


def commands_of(text: str) -> list[tuple[str, str]]:
    """The commands that a page shows, each with what it prints; nothing where that is left out."""
    blocks = (body for language, body in _BLOCK.findall(text) if language == "console")
    typed = (command.partition("\n") for body in blocks for command in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:])
    return [(command, printed) for command, _, printed in typed]


COMMANDS = [(page, command) for page in PAGES for command, _ in commands_of(text_of(page))]
OURS = [(page, words) for page, line in COMMANDS if (words := shlex.split(line, comments=True))[0] == "diffcheck"]
PRINTING = [page for page in PAGES if any(printed.strip() for _, printed in commands_of(text_of(page)))]


def install(folder: Path) -> None:
    """What ``pip install .`` leaves of a package whose modules are in the folder: its name and its entry points."""
    if not (folder / "pyproject.toml").exists():
        return
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {path}\n" for name, path in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(groups))


def optional_engines() -> set[str]:
    """The engines of this project that need an extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {name for name, path in project["entry-points"]["diffcheck.engines"].items() if path.endswith("]")}


def lacking(page: Path) -> str:
    """The engines that the commands of a page name and that are not installed here; empty if all are."""
    words = {word.partition(":")[0] for line, _ in commands_of(text_of(page)) for word in re.split(r"[\s,]", line)}
    return ", ".join(sorted(words & optional_engines() - set(installed_engines())))


@pytest.mark.parametrize("page", [page for page in PAGES if ">>> " in text_of(page)], ids=lambda page: page.stem)
def test_examples_print_what_they_show(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failures, tried = doctest.testfile(str(page), module_relative=False, optionflags=LIKE)
    assert tried >= 1
    assert failures == 0


@pytest.mark.parametrize("page", PRINTING, ids=lambda page: page.stem)
def test_commands_print_what_they_show(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if lacking(page):
        pytest.skip(f"not installed: {lacking(page)}; pip install -e '.[jax,casadi]'")
    (tmp_path / "cases").symlink_to(ROOT / "cases")
    for name, body in files_of(text_of(page)).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(body, encoding="utf-8")
    install(tmp_path)
    # Wide enough for a table that a page shows, with nothing cut.
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    for command, shown in commands_of(text_of(page)):
        if not shown.strip():
            continue
        words = shlex.split(command, comments=True)
        module = [sys.executable, "-m", words[0], *words[1:]]
        done = subprocess.run(module, cwd=tmp_path, capture_output=True, text=True, check=False, encoding="utf-8")
        wanted = doctest.Example(command, shown)
        checker = doctest.OutputChecker()
        found = done.stdout + done.stderr
        assert checker.check_output(wanted.want, found, LIKE), checker.output_difference(wanted, found, LIKE)


@pytest.mark.parametrize(("page", "words"), OURS, ids=lambda value: value.stem if isinstance(value, Path) else value[1])
def test_commands_have_the_options_that_they_are_shown_with(page: Path, words: list[str]) -> None:
    context = click.Context(main, info_name="diffcheck", **main.context_settings)
    if words[1].startswith("-"):
        main.make_parser(context).parse_args(words[1:])
        return
    command = main.get_command(context, words[1])
    assert command is not None, words[1]
    command.make_parser(click.Context(command, info_name=words[1], parent=context)).parse_args(words[2:])


def test_only_the_page_about_optional_engines_needs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.installed_engines", lambda: ["symbolic", "finite", "autograd"])
    assert {page.stem: lacking(page) for page in PRINTING if lacking(page)} == {"other_engines": "casadi, jax"}


def test_a_page_that_shows_another_number_is_found() -> None:
    """The checks are no formality: an example, and a command, that print something else do not pass."""
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(wrong, out=lambda _: None).failed == 1
    assert commands_of("```console\n$ a  # why\nb\nc\n$ d\n```\n") == [("a  # why", "b\nc\n"), ("d", "")]
    assert files_of("```python\n# a.py\nb\n```\n\n```python\nc\n```\n") == {"a.py": "# a.py\nb\n"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    linked = re.findall(r"\]\(((?!https?://)[^)#]+)(?:#[^)]*)?\)", text_of(page))
    assert [link for link in linked if not (page.parent / link).exists()] == []
