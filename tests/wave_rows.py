"""The rows of Mathieu and spheroidal functions: balls of theirs take a hundred times as long as others."""

_MATHIEU = (
    *("a", "b", "ce", "ce_prime", "se", "se_prime"),
    *(f"mod{kind}e{k}{prime}" for kind in "cs" for k in (1, 2) for prime in ("", "_prime")),
)
_SPHEROIDAL = ("cv", "ang1_s", "ang1_sp", *(f"rad{k}_s{prime}" for k in (1, 2) for prime in ("", "p")))
FUNCTIONS = {
    *(f"mathieu_{of}" for of in _MATHIEU),
    *(f"{kind}_{of}" for kind in ("pro", "obl") for of in _SPHEROIDAL),
}
SLOPES = {f"{name}_slope" for name in FUNCTIONS}
