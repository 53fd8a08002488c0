"""What the example tensors of a unit test show of an operation, and how far that goes beyond them.

================  ============================================================================
``inferred``      the sizes, and what whole numbers index
``probe``         asks the definition, and whether the operation says the same
``ties``          lengths that follow from others
``more_axes``     one more in front or behind, or one that is broadcast
``numbers``       other values of the numbers that are handed on
``smaller``       large examples made smaller
``sentinels``     whole numbers that stand for none
``borders``       numbers moved to where the definition branches
================  ============================================================================
"""
