"""The command line. Importing this package imports neither torch nor SymPy, so that ``--help`` answers at once.

===============  ===============================================
``group``        the command of all commands
``exits``        with which codes it ends
``width``        how wide lines may be
``options``      options that several commands have
``conduct``      a run, in another process or in this one
``run``          ``diffcheck run``
``regress``      its regression suite
``defaults``     its defaults in ``pyproject.toml``
``check``        ``diffcheck check``
``show``         ``diffcheck show``
``hunt``         ``diffcheck hunt``
``claims``       ``diffcheck claims``
``report``       ``diffcheck report``
``compare``      ``diffcheck compare``
``about``        ``diffcheck list``, ``selftest`` and ``env``
===============  ===============================================
"""

from diffcheck.cli.group import main as main
