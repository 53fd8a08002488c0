"""From an engine's numbers to a verdict with its reason.

======================  ==========================================================================================
``measure``             the units in which an error at one truth is counted: ulps, digits
``numbers``             one number held against the truth and the bounds
``sketch``              what is certain of many numbers at once, in double precision
``judgements``          the judgements on all components of an answer
``court``               the truths and bounds of a case, in one dtype, at all its points
``recorded_code``       what an engine evaluates, where it can be watched, and what that says
``witness``             an engine that may be asked again: for the function's value, in another precision
``dispute``             one component of an answer, with all that is known of it
``appeals``             what may still excuse a failing number, or accuse a passing one: the engine's own code, a
                        comparison that the format cannot decide, the value of the function itself
``factor``              one factor between what an engine says and what is true, at several points
``symptoms``            what can be seen of a wrong number from outside
``reasons``             why a verdict is not better: only what was found where it is said to be
``hearing``             all of these in their order
``contract``            how an implementation breaks the contract of a backward, given what the derivative is
``consensus``           what the engines of a case say together
======================  ==========================================================================================
"""
