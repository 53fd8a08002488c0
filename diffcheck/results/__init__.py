"""What a run leaves: the rows, the run, and the journal that holds it.

=============  ========================================================================
``rows``       a row for each task, case and operator, input tensor, point
``run``        all of them, with command, settings and environment
``gathered``   what is told one after another becomes a run
``lines``      the lines of the journal, and its schema
``load``       the journal of a folder, read
``frames``     rows as data frames
``pictures``   what a report draws of a case
``places``     a point in words
=============  ========================================================================
"""

from diffcheck.results.frames import TIMINGS as TIMINGS
from diffcheck.results.frames import columns as columns
from diffcheck.results.frames import csv_of as csv_of
from diffcheck.results.frames import frame as frame
from diffcheck.results.frames import timings as timings
from diffcheck.results.gathered import Gathered as Gathered
from diffcheck.results.load import load as load
from diffcheck.results.pictures import Curve as Curve
from diffcheck.results.pictures import Drawing as Drawing
from diffcheck.results.places import place as place
from diffcheck.results.rows import NAN as NAN
from diffcheck.results.rows import CaseRow as CaseRow
from diffcheck.results.rows import PointRow as PointRow
from diffcheck.results.rows import Points as Points
from diffcheck.results.rows import Row as Row
from diffcheck.results.rows import TensorRow as TensorRow
from diffcheck.results.rows import counts as counts
from diffcheck.results.run import Run as Run
