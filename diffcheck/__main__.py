"""``python -m diffcheck`` is the command of the same name."""

from diffcheck.cli import main

main()
