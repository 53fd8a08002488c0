"""The names that formulas know operations by: their own, and those of SymPy, SciPy, torch, `math` and textbooks."""

from collections.abc import Callable, Mapping
from typing import Any

from diffcheck import ops

Arranged = Callable[..., tuple[Any, ...]]

_OWN = {name: value for name, value in vars(ops).items() if callable(value) and not name.startswith("_")}
# What is called with the same arguments.
_ALSO = {
    "log": ("ln",),
    "abs": ("Abs", "fabs", "absolute"),
    "asin": ("arcsin",),
    "acos": ("arccos",),
    "atan": ("arctan",),
    "atan2": ("arctan2",),
    "asinh": ("arcsinh",),
    "acosh": ("arccosh",),
    "atanh": ("arctanh",),
    "maximum": ("Max", "max", "fmax"),
    "minimum": ("Min", "min", "fmin"),
    "power": ("pow", "Pow"),
    "ceil": ("ceiling",),
    "lgamma": ("loggamma", "gammaln"),
    "multigammaln": ("mvlgamma",),
    "sigmoid": ("expit",),
    "gamma": ("tgamma",),
    "gammainc": ("igamma",),
    "gammaincc": ("igammac",),
    "poch": ("RisingFactorial",),
    "bessel_i": ("besseli", "iv"),
    "bessel_ie": ("ive",),
    "bessel_j": ("besselj", "jv"),
    "bessel_k": ("besselk", "kv"),
    "bessel_ke": ("kve",),
    "bessel_y": ("bessely", "yv"),
    "spherical_bessel_j": ("spherical_jn",),
    "spherical_bessel_y": ("spherical_yn",),
    "spherical_bessel_i": ("spherical_in",),
    "spherical_bessel_k": ("spherical_kn",),
    "airy_ai": ("airyai",),
    "airy_ai_prime": ("airyaiprime",),
    "airy_bi": ("airybi",),
    "airy_bi_prime": ("airybiprime",),
    "lambert_w": ("LambertW", "lambertw"),
    "elliptic_k": ("ellipk",),
    "elliptic_f": ("ellipkinc", "ellipf"),
    "elliptic_e_inc": ("ellipeinc",),
    "dawsn": ("dawson",),
    "expi": ("Ei", "ei"),
    "exp1": ("E1", "e1"),
    "expn": ("expint",),
    "si": ("Si",),
    "ci": ("Ci",),
    "shi": ("Shi",),
    "chi": ("Chi",),
    "legendre_p": ("legendre", "eval_legendre"),
    "chebyshev_t": ("chebyshevt", "eval_chebyt"),
    "chebyshev_u": ("chebyshevu", "eval_chebyu"),
    "shifted_chebyshev_t": ("eval_sh_chebyt",),
    "shifted_chebyshev_u": ("eval_sh_chebyu",),
    "hermite_h": ("hermite", "eval_hermite"),
    "hermite_he": ("hermite_prob", "eval_hermitenorm"),
    "laguerre_l": ("laguerre", "eval_laguerre"),
    "gegenbauer_c": ("gegenbauer", "eval_gegenbauer"),
    "jacobi_p": ("jacobi", "eval_jacobi"),
    "assoc_laguerre_l": ("assoc_laguerre", "eval_genlaguerre"),
    "assoc_legendre_p": ("assoc_legendre",),
    "logical_and": ("And",),
    "logical_or": ("Or",),
    "logical_not": ("Not",),
}
# What has an order in its name: torch and SciPy call the first ones so.
_OF_ORDERS = {
    "bessel_i": (("i0", "modified_bessel_i0"), ("i1", "modified_bessel_i1")),
    "bessel_ie": (("i0e",), ("i1e",)),
    "bessel_j": (("j0", "bessel_j0"), ("j1", "bessel_j1")),
    "bessel_k": (("k0", "modified_bessel_k0"), ("k1", "modified_bessel_k1")),
    "bessel_ke": (("k0e", "scaled_modified_bessel_k0"), ("k1e", "scaled_modified_bessel_k1")),
    "bessel_y": (("y0", "bessel_y0"), ("y1", "bessel_y1")),
    "spherical_bessel_j": (("spherical_bessel_j0",),),
    "polygamma": ((), ("trigamma",)),
}
# Torch's polynomials, which take the argument before the degree.
_POLYNOMIALS = {
    **{f"chebyshev_{kind}": f"chebyshev_polynomial_{kind}" for kind in "tuvw"},
    **{f"shifted_chebyshev_{kind}": f"shifted_chebyshev_polynomial_{kind}" for kind in "tuvw"},
    "hermite_h": "hermite_polynomial_h",
    "hermite_he": "hermite_polynomial_he",
    "laguerre_l": "laguerre_polynomial_l",
    "legendre_p": "legendre_polynomial_p",
}


def _as_given(*x: Any) -> tuple[Any, ...]:
    return x


def _of_order(order: int) -> Arranged:
    return lambda x: (order, x)


def _swapped(x: Any, n: Any) -> tuple[Any, ...]:
    return n, x


def _psi(*x: Any) -> Any:
    """Digamma of one argument, as in SciPy; of two, as in mpmath, polygamma."""
    return ops.digamma(*x) if len(x) == 1 else ops.polygamma(*x)


def _elliptic_e(*x: Any) -> Any:
    """Complete of one argument, incomplete of two, as in SymPy."""
    return ops.elliptic_e(*x) if len(x) == 1 else ops.elliptic_e_inc(*x)


def _zeta(s: Any, q: Any = 1) -> Any:
    """Riemann's of one argument, Hurwitz's of two, as in SymPy and SciPy."""
    return ops.zeta(s, q)


def _lower_gamma(a: Any, x: Any) -> Any:
    return ops.gammainc(a, x) * ops.gamma(a)


def _upper_gamma(a: Any, x: Any) -> Any:
    return ops.gammaincc(a, x) * ops.gamma(a)


def _one_over(name: str) -> Callable[..., Any]:
    row = _OWN[name]
    return lambda x: 1 / row(x)


_FORMULAS: Mapping[str, Callable[..., Any]] = {
    "psi": _psi,
    "elliptic_e": _elliptic_e,
    "ellipe": _elliptic_e,
    "zeta": _zeta,
    "lowergamma": _lower_gamma,
    "uppergamma": _upper_gamma,
    "factorial": lambda x: ops.gamma(x + 1),
    **{name: _one_over(below) for name, below in (("sec", "cos"), ("csc", "sin"), ("cot", "tan"))},
}
KNOWN: Mapping[str, tuple[Callable[..., Any], Arranged]] = {
    **{name: (function, _as_given) for name, function in _OWN.items()},
    **{also: (_OWN[name], _as_given) for name, others in _ALSO.items() for also in others},
    **{
        also: (_OWN[name], _of_order(order))
        for name, others in _OF_ORDERS.items()
        for order, names in enumerate(others)
        for also in names
    },
    **{also: (_OWN[name], _swapped) for name, also in _POLYNOMIALS.items()},
    "lpmv": (ops.assoc_legendre_p, lambda m, n, x: (n, m, x)),
    **{name: (function, _as_given) for name, function in _FORMULAS.items()},
}
"""By the name that is called: the operation, and its arguments from those of the call."""
