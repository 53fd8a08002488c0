"""CasADi: source code transformation on graphs of numbers.

==============  ====================================================================
``engine``      the engine: its method, devices, version
``functions``   a program, or what a case puts on trial, as expressions of CasADi
``derivatives`` an expression differentiated, ready to call
``instructions``  what CasADi evaluates, as a program
==============  ====================================================================
"""

from diffcheck.engines.casadi.engine import Casadi as Casadi
