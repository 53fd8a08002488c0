"""What is on trial: an operation, its definition, and what they take.

================  ================================================================
``declared``      tensors by named axes, whole numbers, masks, lengths
``operation``     torch code called by the names of its arguments
``modules``       modules as functions of their parameters
``subject``       both codes, and in which ways they may be called
================  ================================================================
"""
