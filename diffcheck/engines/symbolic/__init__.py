"""Symbolic differentiation with SymPy."""

from diffcheck.engines.symbolic.engine import Symbolic as Symbolic
