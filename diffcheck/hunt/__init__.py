"""The search for the point at which an engine is worst.

============  ==================================================================================
``ground``    the numbers of a format in the domains of a case, each with its place
``score``     how bad an answer is: the order in which ``diffcheck run`` has the worst, and what no bound explains
``hunted``    an engine with all that it was asked, and the climbs from its bad points
``climb``     a pattern search among neighbouring numbers
``limit``     how long a hunt goes on
``search``    looking and climbing in turns
``simpler``   the shortest decimals that say the same
``found``     the rows of what was found, beside the worst of a run's own points
``report``    the text of it
``saved``     a case file that shows it, and what such a file calls
============  ==================================================================================
"""

from diffcheck.hunt.saved import case_at as case_at

__all__ = ["case_at"]
