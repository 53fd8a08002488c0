"""PyTorch: automatic differentiation, on the processor or a GPU.

==============  =======================================================================
``engine``      the engine: its methods, devices, versions
``automatic``   a function on tensors, ready to be differentiated
``modes``       reverse, forward and transformed differentiation of a function of a vector
``contract``    what a backward must do beside giving the right numbers
``yardstick``   a backward pass in units of which times are kept
``arrays``      NumPy arrays that a case's function holds, where they meet tensors
==============  =======================================================================
"""

from diffcheck.engines.autograd.engine import Autograd as Autograd
