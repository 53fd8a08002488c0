"""One context tried: a quick look, and the referee's word.

====================  ========================================================================
``screen``            a quick look, which ranks contexts
``loss``              the definition in one context as a case; what it detaches is ``frozen``
``hearing``           the referee's word, a ``ruling``; ``components`` say how far off each is
``hearing_of_torch``  the same where torch itself is on trial, with ``neighbours`` of the inputs
``certify``           what is heard of a context, and what else is known where there is no word
``plainly``           what may excuse an operation: plain torch, its own code
``growth``            of errors with the length of a sum
``lines``, ``nearby``  what a gradient says where no derivative exists, along a line and beside it
``differences``       a second witness where the definition cannot be recorded
``second``            second derivatives
``trial``             screen and referee, each context once
====================  ========================================================================
"""
