"""``[tool.diffcheck]`` in ``pyproject.toml``: what ``diffcheck run`` does where the command line says nothing else."""

import difflib
import tomllib
from pathlib import Path
from typing import Any

import click

from diffcheck.cli.options import Judging
from diffcheck.errors import UsageError

_FILE = "pyproject.toml"


class WithDefaults(Judging):
    """A command whose options have the defaults of the nearest ``pyproject.toml``, here or in a folder above.

    A key is called like its option, ``min-digits`` for one; a list stands for an option that is given several times.
    Files and folders are told from where the file stands.

    Raises
    ------
    UsageError
        For a file that is no TOML, a key that is no option, and a value that is no value of its option.
    """

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context, with the defaults."""
        return super().make_context(info_name, args, parent, **{"default_map": self._defaults(), **extra})

    def _defaults(self) -> dict[str, Any]:
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / _FILE).is_file():
                return self._given(folder / _FILE)
        return {}

    def _given(self, file: Path) -> dict[str, Any]:
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("diffcheck", {})
        except (OSError, ValueError) as problem:
            raise UsageError(f"{file}: cannot read [tool.diffcheck]: {problem}") from None
        options = {_called(p): p for p in self.params if isinstance(p, click.Option)}
        found: dict[str, Any] = {}
        for key, value in table.items():
            name = key.replace("_", "-")
            if name not in options:
                close = difflib.get_close_matches(name, options, 1)
                hint = f"did you mean {close[0]!r}?" if close else f"choose from {', '.join(sorted(options))}"
                raise UsageError(f"{file}: [tool.diffcheck] has {key!r}, which is no option of diffcheck run: {hint}")
            found[options[name].name or name] = _value(file, key, value, options[name])
        return found


def _called(option: click.Option) -> str:
    """The long name of an option, without dashes."""
    return max(option.opts, key=len).lstrip("-")


def _value(file: Path, key: str, value: Any, option: click.Option) -> Any:
    """The value as if it had been typed."""
    if option.is_flag:
        if not isinstance(value, bool):
            raise UsageError(f"{file}: [tool.diffcheck] {key} is {value!r}: write true or false")
        return value
    if isinstance(value, dict) or (isinstance(value, list) and not option.multiple):
        raise UsageError(f"{file}: [tool.diffcheck] {key} is {value!r}: write one value, as after {option.opts[0]}")
    if isinstance(option.type, click.Path):
        return str(file.parent / str(value))
    if not option.multiple:
        return str(value)
    if isinstance(value, bool):  # as the option alone, if at all
        return [""] if value else []
    return [str(each) for each in (value if isinstance(value, list) else [value])]
