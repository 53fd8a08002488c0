"""Backwards written by hand that were wrong, as they were reported, each beside its correction."""

from kernels import (
    activations,
    attention,
    distances,
    gates,
    gathered,
    heads,
    losses,
    norms,
    prefixes,
    resampling,
    rms_norms,
    scans,
    softmaxes,
    splats,
    surrogates,
    transducers,
    unforeseen,
    zeros,
)
from kernels.report import Report

_FAMILIES = (
    losses,
    distances,
    transducers,
    attention,
    heads,
    softmaxes,
    rms_norms,
    norms,
    scans,
    gates,
    activations,
    surrogates,
    gathered,
    prefixes,
    resampling,
    splats,
    zeros,
    unforeseen,
)
REPORTS: tuple[Report, ...] = tuple(report for family in _FAMILIES for report in family.REPORTS)
