"""Outside the domain of an operation there is no value, inside there is one."""

from fractions import Fraction

import pytest
from flint import arb, ctx
from uses import BITS, USES, fractions, points, traced

from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import Builder
from diffcheck.referee.evaluate import Balls, Fault, evaluate

OUTSIDE = {
    "sqrt": (-1.0,),
    "log": (0.0,),
    "log2": (-1.0,),
    "log10": (0.0,),
    "log1p": (-1.0,),
    "asin": (1.5,),
    "acos": (-1.5,),
    "acosh": (0.5,),
    "atanh": (1.0,),
    "erfinv": (1.0,),
    "div": (1.0, 0.0),
    "power": (-2.0, 0.5),
    "atan2": (0.0, 0.0),
    "lgamma": (-3.0,),
    "digamma": (0.0,),
    "polygamma": (1.0, -1.0),
    "xlogy": (1.0, -1.0),
    "xlog1py": (1.0, -1.5),
    "erfcinv": (2.0,),
    "ndtri": (1.0,),
    "logit": (0.0,),
    "gamma": (-2.0,),
    "beta": (0.0, 1.0),
    "betaln": (1.0, -0.5),
    "betainc": (1.0, 1.0, 1.5),
    "betainc_slope": (1.0, 0.0, 0.0, 1.0, 1.0, -0.5),
    "betaincc": (1.0, 1.0, 1.5),
    "betaincc_slope": (1.0, 0.0, 0.0, 1.0, 1.0, -0.5),
    "betainccinv": (1.0, 1.0, -0.5),
    "stdtrit": (1.0, 1.0),
    "kolmogorov": (0.0,),
    "kolmogorov_slope": (1.0, -1.0),
    "chndtr": (1.0, 1.0, -1.0),
    "chndtr_slope": (0.0, 1.0, 0.0, -1.0, 1.0, 1.0),
    "noncentral_beta_of": (1.0, 1.0, 1.0, 1.0),
    "noncentral_beta_of_slope": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.5),
    "nctdtr": (0.0, 1.0, 1.0),
    "nctdtr_slope": (1.0, 0.0, 0.0, -1.0, 1.0, 1.0),
    "gammainc_a_of": (1.0, 1.0),
    "gammaincc_a_of": (0.0, 0.5),
    "betainc_a_of": (1.0, 1.0, 0.5),
    "betaincc_a_of": (0.0, 0.5, 0.5),
    "stdtr_df_of": (1.0, 0.25),
    "chndtr_x_of": (1.0, -1.0, 0.5),
    "chndtr_df_of": (0.0, 1.0, 0.5),
    "chndtr_nc_of": (1.0, 1.0, 1.0),
    "noncentral_beta_rate_of": (1.0, 1.0, 1.0, 0.5),
    "noncentral_beta_y_of": (1.0, 1.0, 1.0, 0.0),
    "nctdtr_nc_of": (0.0, 1.0, 0.5),
    "nctdtr_t_of": (1.0, 1.0, 1.0),
    "kolmogi": (1.0,),
    **dict.fromkeys(("pro_cv", "obl_cv"), (3.0, 2.0, 1.0)),
    **dict.fromkeys(("pro_cv_slope", "obl_cv_slope"), (0.0, 0.0, 1.0, 3.0, 2.0, 1.0)),
    **dict.fromkeys(("pro_ang1_s", "pro_ang1_sp", "obl_ang1_s", "obl_ang1_sp"), (0.0, 1.0, 2.0, 1.0)),
    **dict.fromkeys(
        (f"{kind}_ang1_{of}_slope" for kind in ("pro", "obl") for of in ("s", "sp")),
        (0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 2.0, -1.5),
    ),
    **{f"mathieu_mod{kind}e{k}{prime}": (1.0, 0.0, 1.0) for kind in "cs" for k in (1, 2) for prime in ("", "_prime")},
    **{
        f"mathieu_mod{kind}e{k}{prime}_slope": (0.0, 1.0, 0.0, 1.0, -1.0, 1.0)
        for kind in "cs"
        for k in (1, 2)
        for prime in ("", "_prime")
    },
    **{f"pro_rad{k}_s{prime}": (0.0, 1.0, 2.0, 1.0) for k in (1, 2) for prime in ("", "p")},
    **{f"pro_rad{k}_s{prime}_slope": (0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 2.0, 1.0) for k in (1, 2) for prime in ("", "p")},
    **{f"obl_rad1_s{prime}": (2.0, 1.0, 2.0, 1.0) for prime in ("", "p")},
    **{f"obl_rad2_s{prime}": (0.0, 1.0, 0.0, 2.0) for prime in ("", "p")},
    **{f"obl_rad1_s{prime}_slope": (0.0, 0.0, 1.0, 0.0, 2.0, 1.0, 2.0, 1.0) for prime in ("", "p")},
    **{f"obl_rad2_s{prime}_slope": (0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 2.0) for prime in ("", "p")},
    "wright_bessel": (-1.0, 1.0, 1.0),
    "wright_bessel_slope": (1.0, 0.0, 0.0, -1.0, 1.0, 1.0),
    "tukey_quantile_of": (1.0, 1.0),
    "tklmbda_of": (2.0, 0.5),
    "ity0": (0.0,),
    "itk0": (-1.0,),
    **dict.fromkeys(("it2y0", "it2k0"), (0.0,)),
    "smirnov_of": (3.0, 1.5),
    "smirnov_of_slope": (0.0, 1.0, 3.0, -0.5),
    "smirnovi": (3.0, 1.0),
    "beta_share_of": (1.0, 2.0, 0.5),
    "beta_share_of_slope": (1.0, 0.0, 0.0, 0.5, 0.0, 0.5),
    "beta_share_u_of": (1.0, 0.5, 0.0),
    "besselpoly": (1.0, -1.0, -0.5),
    "besselpoly_slope": (0.0, 0.0, 1.0, -1.0, 0.5, 0.5),
    "polylog": (2.0, 1.0),
    "lerchphi_of": (1.0, 1.0, 0.0),
    **dict.fromkeys(("ker", "kei", "kerp", "keip"), (0.0,)),
    **dict.fromkeys(("struve", "modstruve"), (0.5, -1.0)),
    "hyperu": (1.0, 1.0, 0.0),
    "hyperu_slope": (1.0, 0.0, 0.0, 1.0, 1.0, -1.0),
    "elliprj": (1.0, 0.0, 0.0, 1.0),
    "elliprj_slope": (1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0),
    "ellipkm1": (0.0,),
    "ellipkm1_slope": (1.0, -1.0),
    **dict.fromkeys(("jacobi_sn", "jacobi_cn", "jacobi_dn", "jacobi_am", "jacobi_epsilon"), (0.5, 1.5)),
    "gammainc": (-1.0, 1.0),
    "gammainc_slope": (1.0, 0.0, 1.0, -1.0),
    "gammaincc": (1.0, -1.0),
    "gammaincc_slope": (1.0, 0.0, 0.0, 1.0),
    "zeta": (1.0, 1.0),
    "zeta_slope": (1.0, 0.0, 2.0, 0.0),
    "bessel_y": (0.0, 0.0),
    "bessel_k": (0.0, -1.0),
    "bessel_ke": (1.0, 0.0),
    "bessel_i": (0.5, -1.0),
    "bessel_j": (0.5, -1.0),
    "spherical_bessel_y": (0.0, 0.0),
    "spherical_bessel_k": (1.0, -1.0),
    "poch": (1.0, -2.0),
    "expn": (1.0, 0.0),
    "stdtr": (0.0, 1.0),
    "stdtr_slope": (1.0, 0.0, -1.0, 1.0),
    "ndtri_exp": (0.0,),
    "voigt_profile": (1.0, 1.0, -1.0),
    "voigt_profile_slope": (1.0, 0.0, 0.0, 1.0, 0.0, 1.0),
    "gammaincinv": (1.0, 1.0),
    "gammainccinv": (-1.0, 0.5),
    "betaincinv": (1.0, 1.0, 1.5),
    "lambert_w": (-0.4,),
    "elliptic_f": (2.0, 1.0),
    "elliptic_f_slope": (0.0, 1.0, 0.5, 1.5),
    "elliptic_e_inc": (0.5, 1.5),
    "elliptic_e_inc_slope": (0.0, 1.0, 0.5, 1.5),
    "elliprc": (1.0, 0.0),
    "elliprd": (0.0, 0.0, 1.0),
    "elliprd_slope": (1.0, 0.0, 0.0, 1.0, 1.0, 0.0),
    "elliprf": (0.0, 1.0, 0.0),
    "elliprg": (1.0, 1.0, -1.0),
    "agm": (1.0, 0.0),
    "agm_slope": (1.0, 0.0, -1.0, 1.0),
    "hyp0f1": (-1.0, 1.0),
    "hyp0f1_slope": (1.0, 0.0, 0.0, 1.0),
    "elliptic_k": (1.0,),
    "elliptic_k_slope": (1.0, 2.0),
    "elliptic_e": (1.5,),
    "elliptic_e_slope": (1.0, 1.5),
    "expi": (0.0,),
    "exp1": (0.0,),
    "ci": (-1.0,),
    "chi": (0.0,),
    "spence": (-1.0,),
    "log_quotient_of": (0.0,),
    "log_quotient_of_slope": (1.0, 0.0),
    "hyp1f1": (1.0, -2.0, 1.0),
    "hyp1f1_slope": (1.0, 0.0, 0.0, 1.0, -2.0, 1.0),
    "eigenprojection_of": (1.0, 0.0, 1.0, 2.0, 0.0, 2.0, 0.0, 0.0, 1.0),
    "general_eigenvalue_of": (1.0, 0.0, 1.0, 1.0, 0.0, 1.0),
    "general_eigenprojection_of": (0.0, 1.0, 1.0, 0.0, 2.0, 0.0, 0.0, 2.0),
    "general_eigenresolvent_of": (0.0, 0.0, 1.0, 0.0, 2.0, 1.0, 0.0, 2.0),
    "eigenresolvent_of": (0.0, 0.0, 0.0, 3.0, 0.0, 3.0),
    "hyp2f1": (1.0, 1.0, 2.0, 1.0),
    "hyp2f1_slope": (1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 1.5),
}


def test_every_row_with_an_outside_is_in_the_table():
    assert set(OUTSIDE) == {name for name, row in Primitive.rows.items() if row.outside is not None}


@pytest.mark.parametrize(("name", "arguments"), OUTSIDE.items(), ids=OUTSIDE)
def test_outside_the_domain_there_is_no_value(name, arguments):
    builder = Builder()
    number = builder.apply(name, *(builder.input(k) for k in range(len(arguments))))
    with ctx.workprec(BITS):
        exact = [balls.ball(Fraction(v)) for v in arguments]
        assert Primitive.rows[name].outside(*exact)
        assert evaluate(builder.nodes, exact, Balls()).faults == {number: (Fault.UNDEFINED, number)}


INSIDE = {f"{name}-{how}": use for name in OUTSIDE for how, use in USES[name].items()}


@pytest.mark.parametrize(("name", "use"), INSIDE.items(), ids=INSIDE)
def test_inside_the_domain_outside_is_false(name, use):
    program = traced(use)
    with ctx.workprec(BITS):
        for point in points(name, use):
            assert evaluate(program.nodes, [balls.ball(v) for v in fractions(point)], Balls()).faults == {}


@pytest.mark.parametrize("exponent", [2, 3, 4])
def test_a_whole_power_of_a_ball_around_zero(exponent):
    with ctx.workprec(BITS):
        base = arb(0, 1e-30)
        power = Primitive.rows["power"].on_balls()(base, arb(exponent))
        assert power.contains(0)
        assert abs(power).upper() <= 2 * arb(1e-30) ** exponent
