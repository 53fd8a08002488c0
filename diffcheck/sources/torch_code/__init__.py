"""Torch code as the definition of a case: it runs once, and what it does is recorded.

==================  =======================================================================================
``case_of``         a function or module as a case
``code``            the same as a function of tensors, alike at every call
``modules``         modules with other parameters
``numbers``         what leaves for Python by ``.item()``
``draws``           random numbers that are the same in every dtype
``definition``      its recording, and the gate that a recording has to pass
``recorder``        operations as torch dispatches them, as nodes
``origins``         where in the code they stand
``storages``        the storages of tensors, and what each tensor sees of them
``memory``          what one storage holds
``cuts``            where gradients are kept from torch
``trials``          second versions of the code
``directions``      steps along seeded directions, in the place of large tensors
``subject``         what the command line asks of torch code
``rows``            how each of torch's operations becomes nodes (`rows.by_name` finds its row)
==================  =======================================================================================
"""

from diffcheck.sources.torch_code.case_of import case_of as case_of
