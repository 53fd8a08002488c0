"""The usual claims on differentiation, put to the test on this machine: ``diffcheck claims``.

===============  ==================================================================
``claim``        what a claim is, what is measured, what comes of it
``families``     functions of every size
``operations``   what a derivative costs in operations
``times``        and in time
``steps``        digits of difference quotients at every step, and of the others
``plain``        plain Python code, by plain SymPy, differences and torch
``library``      how many derivatives of a library each method gives
``swell``        how long formulas of derivatives are
``efficiency``   the claims on cost
``precision``    on digits
``ease``         on code
``expressions``  on formulas
``measure``      all measurements of a run
``tables``       their figures as tables
``pictures``     and as pictures
``report``       what is printed and written
===============  ==================================================================
"""
