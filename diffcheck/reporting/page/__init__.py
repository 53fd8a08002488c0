"""``report.html``: one page without a network, its details packed into it.

============  ===============================================================================
``model``     a run as the numbers and texts of the page: an overview, and blocks of details
``shown``     one case: outcomes, points, program, error against step
``mathml``    formulas as trees of MathML
``layers``    a program as a graph: where each node stands
``packed``    deflated text in base64, which a browser unpacks
``document``  all of it in one file
``static``    template, style and scripts
``vendor``    Tabulator for the table, Observable Plot and D3 for plots, with their licences
============  ===============================================================================

Tabulator shows thousands of rows by drawing those in view, sorts by numbers, filters by column and has the roles that a
screen reader needs. Observable Plot draws SVG in the colours of the page, with log axes, bands and titles. Both work
from a file.
"""
