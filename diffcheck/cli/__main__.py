"""``python -m diffcheck.cli`` is the command ``diffcheck``."""

from diffcheck.cli.group import main

main()
