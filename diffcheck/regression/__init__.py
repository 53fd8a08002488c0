"""What a run was last time, in one file, and how it differs from that now.

==============  ========================================================================
``entry``       what is kept of one task
``baseline``    all entries, and the file that holds them
``difference``  how a task differs from what it was, and when digits count as lost
``slower``      whether tasks take longer than they did
``unused``      the entries that a run should have met and has not
``compare``     two runs side by side
``update``      a run becomes the baseline
==============  ========================================================================
"""

from diffcheck.regression.baseline import Baseline as Baseline
from diffcheck.regression.baseline import key_of as key_of
from diffcheck.regression.baseline import read as read
from diffcheck.regression.difference import Group as Group
from diffcheck.regression.difference import difference as difference
from diffcheck.regression.entry import Entry as Entry
from diffcheck.regression.entry import entry_of as entry_of
from diffcheck.regression.slower import Effect as Effect
from diffcheck.regression.slower import slower as slower
from diffcheck.regression.slower import the_slower as the_slower
from diffcheck.regression.unused import Asked as Asked
from diffcheck.regression.unused import gone as gone
from diffcheck.regression.update import updated as updated
