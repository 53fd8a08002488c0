"""Powers, quotients, remainders: intermediate squares, and numbers that went through integers and float32."""

from _trials import POSITIVE, like, torch, trial

from diffcheck.ops import floor, power

RECIPROCAL = trial(lambda x: 1 / x, "torch.reciprocal")
RECIPROCAL("reciprocal_ends", 1e-150, 1e150, -2.0).agrees()
RECIPROCAL("reciprocal_second", 1e-100, 1e100, 2.0, operators="hessian").agrees()

DIV = trial(lambda x, y: x / y, "torch.div")
DIV("quotient_huge", (1e200, 1e200), (1e-300, 1e-200), (2.0, 3.0), symbolic="nonfinite").agrees(
    "SymPy divides by the square of y, which underflows"
)
DIV("quotient_second", (1e-300, 1e-100), (1e100, 1e150), (2.0, 3.0), operators="hessian").agrees()

ADDCDIV = trial(lambda a, x, y: a + x / y, "torch.addcdiv")
ADDCDIV("addcdiv_ordinary", (1.0, 2.0, 3.0), (1.0, 1e100, 1e100)).agrees()
ADDCDIV("addcdiv_huge", (1.0, 1e200, 1e200)).lossy(
    "x / (y y): the square overflows, 0 instead of -1e-200; torch.div has x/y/y and is right"
)
ADDCDIV("addcdiv_tiny", (1.0, 1e-300, 1e-200), symbolic="nonfinite").nonfinite(
    "x / (y y): the square underflows, -inf instead of -1e100; SymPy has the same form"
)

POW = trial(lambda x, y: x**y, "torch.pow")
POW("power_ordinary", (2.0, 3.0), (1e-200, 1.5), (1e-300, 1e-5)).agrees()
POW("power_of_zero", (0.0, 2.0), (0.0, 1.0), (-2.0, 3.0), wrt="x", symbolic="nonfinite").agrees(
    "SymPy's y x^y / x is 0/0 at 0"
)
POW("power_second", (0.0, 2.0), (0.0, 3.0), (-2.0, 3.0), wrt="x", operators="hessian", symbolic="nonfinite").agrees(
    "SymPy's y (y - 1) x^y / x^2 is 0/0 at 0"
)

POW_OF_POSITIVE = trial(lambda x, y: x**y, "torch.pow", x=POSITIVE, y=POSITIVE)
POW_OF_POSITIVE("pow_subnormal_base", (1e-310, 1e-5)).nonfinite(
    "y x^(y-1): the power overflows before it is multiplied by y, inf instead of 9.9e304"
)
POW_OF_POSITIVE("pow_curvature_at_zero", (0.0, 3.0), operators="hessian", symbolic="nonfinite").nonfinite(
    "pytorch#89757: x^(y-1) ln x is 0 times infinity; with a plain number for y the second derivative is "
    "right; SymPy has the same form"
)

POW_OF_2 = trial(lambda y: power(2, y), lambda y: torch.pow(2.0, y))
POW_OF_2("pow_of_two_overflow", 1024.0, symbolic="nonfinite", finite="nonfinite").nonfinite(
    "like pytorch#192407: 2^y overflows before it is multiplied by ln 2; so do the others"
)

FLOAT_POWER = trial(lambda x: x**2.5, lambda x: torch.float_power(x, 2.5))
FLOAT_POWER("float_power_fraction", 3.0, 1e-100).agrees()

LDEXP_OF_10 = trial(lambda x: x * 1024, lambda x: torch.ldexp(x, like(x, 10).long()))
LDEXP_OF_10("ldexp_small_exponent", 1.5).agrees()

LDEXP_OF_100 = trial(lambda x: x * 2.0**100, lambda x: torch.ldexp(x, like(x, 100).long()))
LDEXP_OF_100("ldexp_large_exponent", 3.0).disagrees("2^100 is computed with 64-bit integers, and is 0")

LDEXP_OF_MINUS_2 = trial(lambda x: x / 4, lambda x: torch.ldexp(x, like(x, -2).long()))
LDEXP_OF_MINUS_2("ldexp_negative_exponent", 3.0).disagrees(
    "pytorch#187460, pytorch#196680: 2^-2 is computed with integers, and is 0"
)

LDEXP_OF_FLOAT = trial(lambda x: x / 4, lambda x: torch.ldexp(x, like(x, -2)))
LDEXP_OF_FLOAT("ldexp_float_exponent", 3.0).agrees()

# The mantissa: between 2^6 and 2^7, between 2^332 and 2^333.
FREXP = trial(lambda x: x / 128, lambda x: torch.frexp(x)[0])
FREXP("frexp_small_exponent", 100.0).agrees()

FREXP_OF_HUGE = trial(lambda x: x / 2.0**333, lambda x: torch.frexp(x)[0], x=POSITIVE)
FREXP_OF_HUGE("frexp_mantissa", 1e100).disagrees(
    "the exponent is an int32, so 2^333 is computed in float32 and is infinite: 0 instead of 5.7e-101"
)

REMAINDER = trial(lambda x, y: x - y * floor(x / y), "torch.remainder")
REMAINDER("remainder_rounded_quotient", (0.8999999999999999, 0.3), (7.0, 2.5)).agrees()

FMOD = trial(lambda x, y: x - y * floor(x / y), "torch.fmod", y=POSITIVE)
FMOD("fmod_ordinary", (7.0, 2.5), (2.9999999999999996, 1.0)).agrees()
FMOD("fmod_rounded_quotient", (0.8999999999999999, 0.3)).disagrees(
    "-trunc(x / y) of the rounded quotient: 3 where the quotient lies just below 3; remainder takes care of it"
)

LERP = trial(lambda a, b, w: a + w * (b - a), "torch.lerp")
LERP("lerp_huge", (1.0, 3.0, 0.25), (1e300, -1e300, 0.75)).agrees()
