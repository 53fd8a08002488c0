"""JAX: automatic differentiation, compiled by XLA.

=============  =====================================================================
``engine``     the engine: its methods, devices, versions
``compiled``   a task made ready: traced once, compiled, called
``modes``      reverse and forward differentiation of a function of a vector
``contract``   what a `jax.custom_vjp` must do beside giving the right numbers
``graphs``     a program's graph as a function of JAX arrays, row by row of the table
``as_numpy``   a JAX array that NumPy's functions compute with, for columns of rows
=============  =====================================================================
"""

from diffcheck.engines.jax.engine import Jax as Jax
