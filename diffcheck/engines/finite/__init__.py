"""Finite differences with NumPy."""

from diffcheck.engines.finite.engine import Finite as Finite
