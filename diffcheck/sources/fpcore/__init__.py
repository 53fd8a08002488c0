"""Cases from FPCore, the exchange format of the FPBench project (version 2.0), read and never executed as code."""

from diffcheck.sources.fpcore.load import load as load
