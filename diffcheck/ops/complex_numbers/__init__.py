"""Complex numbers as pairs of real ones: their parts, and functions of them by functions of these."""
