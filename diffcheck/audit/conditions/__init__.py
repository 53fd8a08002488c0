"""What may vary from context to context: a table for each kind, and a context made real.

================  ============================================================================
``sizes``         which values a size takes, and the relations between sizes
``layouts``       how a tensor lies in memory
``uses``          what is done with the operation: ``consumers`` of its results, ``passes`` for its gradient
``incoming``      what comes into its backward
``values``        which numbers the inputs hold
``precisions``    the formats
``context``       one choice of each kind, in words
``world``         a context made real: tensors
================  ============================================================================
"""
