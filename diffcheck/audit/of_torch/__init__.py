"""Torch's own operations on trial, by torch's own samples.

================  ============================================================================
``catalogue``     the operations with their samples
``torch_itself``  each on trial
``apart``         in a process of its own
``findings``      what was found, as lines and files
================  ============================================================================
"""
