"""The referee and the case library against truths from outside: closed forms, textbooks, integers.

The decimals come from the closed forms beside them, evaluated with mpmath at 50 digits; fractions are exact.
"""

import runpy
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from flint import ctx, fmpq

from diffcheck import ops
from diffcheck.case.case import Case
from diffcheck.case.operators import Operator, operator_named
from diffcheck.ops.enclosures import balls
from diffcheck.program.trace import trace
from diffcheck.referee.component import Status
from diffcheck.referee.truth import Referee
from diffcheck.sources.collect import collect

# The trials of torch, in a folder of their own, have their truths checked in their own way.
SHIPPED = Path(__file__).parents[2] / "cases"
FAMILIES = sorted([*SHIPPED.glob("*.py"), *SHIPPED.glob("double/*.py")])
CASES = {c.name: c for file in FAMILIES for c in runpy.run_path(str(file)).values() if isinstance(c, Case)}
LISTED = CASES["network_10_5_1"].points[0]
ZEROS = np.zeros((4, 3))
# A call at the money for a year: d1 is 1/8.
MONEY = {"S": 100, "sigma": 0.25, "T": 1, "r": 0}
# r^2 S / (4 T t) is 1/4.
WELL = {"transmissivity": 0.25, "storage": 0.0078125, "radius": 8, "time": 2}

PRINTED = [
    ("standard_atmosphere derivative height", {"height": 5}, "-6.5"),  # ISO 2533: by so many kelvins a kilometre
    ("hermite_functions derivative3 x x x", {"x": 1}, "1.4715177646857692864"),  # -H_3(1) / e
    ("neuron_loss gradient w", {"w": 2.2, "b": 0}, "-0.0898"),  # Raschka 2024, A.4
    ("neuron_loss gradient b", {"w": 2.2, "b": 0}, "-0.0817"),  # the same
    ("five_halves_power derivative x", {"x": 2}, "7.0710678118654752440"),  # 5/2 2^(3/2)
    ("cube_root derivative x", {"x": 2}, "0.20998684164914552746"),  # 2^(-2/3) / 3
    ("binary_exponential derivative x", {"x": 10}, "709.78271289338399684"),  # 1024 ln 2
    ("decimal_logarithm derivative x", {"x": 2}, "0.21714724095162591383"),  # 1 / (2 ln 10)
    ("tangent derivative x", {"x": 1}, "3.4255188208147597609"),  # sec^2 1
    ("arccosine derivative x", {"x": 0.5}, "-1.1547005383792515290"),  # -2 / sqrt 3
    ("area_hyperbolic_cosine derivative x", {"x": 2}, "0.57735026918962576451"),  # 1 / sqrt 3
    ("hyperbolic_tangent hessian x x", {"x": 1}, "-0.63970000844922450019"),  # -2 tanh 1 sech^2 1
    ("gaussian derivative x", {"x": 1}, "-0.24197072451914334980"),  # -e^(-1/2) / sqrt(2 pi)
    ("general_power gradient y", {"x": 2, "y": 3}, "5.5451774444795624753"),  # 8 ln 2
    ("curvature_of_general_power hessian y y", {"x": 2, "y": 0}, "0.48045301391820142467"),  # ln^2 2
    ("error_function derivative x", {"x": 1}, "0.41510749742059470334"),  # 2 / (e sqrt pi)
    ("log_gamma derivative x", {"x": 1}, "-0.57721566490153286061"),  # -gamma, DLMF 5.4.12
    ("psi derivative x", {"x": 3}, "0.39493406684822643647"),  # pi^2/6 - 5/4, DLMF 5.15.3
    ("trigamma derivative x", {"x": 1}, "-2.4041138063191885708"),  # -2 zeta(3), DLMF 5.15.2
    ("tetragamma derivative x", {"x": 1}, "6.4939394022668291491"),  # pi^4 / 15, DLMF 5.15.2
    ("normal_distribution derivative x", {"x": 0}, "0.39894228040143267794"),  # 1 / sqrt(2 pi)
    ("log_normal_distribution derivative x", {"x": -30}, "30.033259667433677037"),  # phi(30) / Phi(-30)
    ("sigmoid derivative x", {"x": 1}, "0.19661193324148185254"),  # sech^2(1/2) / 4
    ("sigmoid derivative x", {"x": 40}, "4.2483542552915889592e-18"),  # sech^2(20) / 4
    ("softplus derivative x", {"x": 30}, "0.99999999999990642377"),  # 1 / (1 + e^-30)
    ("gelu derivative x", {"x": 1}, "1.0833154705876862984"),  # Phi(1) + phi(1)
    ("silu derivative x", {"x": 1}, "0.92767051187148673179"),  # s(1) (1 + s(-1))
    ("softmax jacobian [0] by x[2]", {"x": [0, 1, 2]}, "-0.059892024544818932411"),  # -e^2 / (1 + e + e^2)^2
    ("logsumexp_small hessian x[1] x[1]", {"x": [0, 1, 2]}, "0.18483644650997872006"),  # e (1 + e^2) / (1 + e + e^2)^2
    ("bce_with_logits gradient logits[0]", {"logits": [1, -1, 2]}, "-0.089647140456665040250"),  # -s(-1) / 3
    ("cross_entropy_of_one gradient logits[1]", {"logits": [0, 1, 2]}, "-0.75527152894520234753"),  # p - 1
    ("logistic_regression gradient w[1]", {"w": [0.5, -0.5], "b": 0.25}, "0.092642685929739342832"),  # (p - y) x
    ("softmax_regression gradient W[2,1]", {"W": ZEROS, "b": [0, 0, 0]}, "-0.64000000000000003553"),  # (p - y) x
    ("softmax_regression gradient b[0]", {"W": ZEROS, "b": [0, 0, 1]}, "-0.18805844238291455493"),  # 1 / (2 + e) - 2/5
    ("network_10_5_1 gradient W1[4,3]", LISTED, "1.2644222821459752916"),  # (p - 1) W2 x
    ("network_10_5_1 gradient W2[0,1]", LISTED, "-0.13547381594421163838"),  # (p - 1) h
    ("network_10_5_1 gradient b2[0]", LISTED, "-0.72252701836912873805"),  # p - 1
    ("input_jacobian jacobian [1] by x[2]", {"x": [1, -0.5, 0.25]}, "-0.21392586760815320247"),  # sum of W2 sech^2 W1
    ("ackley gradient x[0]", {"x": [1, 1, 1]}, "1.0916410041039758600"),  # 20/3 a e^-a, a the double 0.2
    ("rastrigin gradient x[0]", {"x": [0.125, 0, 1]}, "44.678829381583662470"),  # 1/4 + 20 pi sin(pi/4)
    ("mccormick gradient x[1]", {"x": [1, 2]}, "3.5100075033995545427"),  # cos 3 + 9/2
    ("helmholtz_energy gradient x[2]", {"x": np.full(8, 0.5)}, "8.1691216613835461012"),  # product and quotient rule
    ("euclidean_norm gradient x[1]", {"x": [1, 2, 3]}, "0.53452248382484876937"),  # 2 / sqrt 14
    ("euclidean_norm hessian x[0] x[2]", {"x": [1, 2, 3]}, "-0.057270266124090939575"),  # -3 / 14^(3/2)
    ("spherical_coordinates jacobian [2] by theta", {"r": 2, "theta": 1, "phi": 0}, "-1.68294196961579301"),  # -2 sin 1
    (
        "damped_oscillator jacobian [0] by t",
        {"t": 2, "damping": 1},
        "-0.27067056647322538379",
    ),  # -t e^-t, of (1 + t) e^-t
    ("markov_chain jacobian [0,0] by t", {"rates": [1, 1], "t": 1}, "-0.13533528323661269189"),  # (1 + e^-2t) / 2
    # 2 - sqrt(2), 2, 2 + sqrt(2) for equal springs: the slope is v^2 / (2 w), v = 1/2
    ("normal_frequencies jacobian [0] by k[0]", {"k": [1, 1, 1, 1]}, "0.16332037060954706598"),
    ("largest_eigenvalue gradient A[0,1]", {"A": [[1, 1, 0], [0, 1, 1], [0, 0, 1]]}, "0.70710678118654752440"),
    # Of a path of four, with v_k = cos((2 k - 1) pi / 8) / sqrt(2), (v_1 - v_4)^2 is 2 cos^2(pi / 8).
    ("algebraic_connectivity gradient w[3]", {"w": [1, 1, 1, 0]}, "1.7071067811865475244"),
    ("cholesky jacobian [2] by b", {"a": 2, "b": 0.5, "c": 1}, "-0.26726124191242438468"),  # -b / (a sqrt(c - b^2/a))
    ("cosine_similarity gradient u[0]", {"u": [1, 2, 2], "v": [1, 1, 1]}, "0.085533373213277891038"),  # 4 sqrt(3) / 81
    ("rectified_sine derivative x", {"x": -1}, "-0.54030230586813971740"),  # -cos 1
    ("saturated_tanh derivative x", {"x": 20}, "1.6993417021166355837e-17"),  # sech^2 20
    ("versine_quotient derivative x", {"x": 1e-6}, "-8.3333333333327774007e-8"),  # (x sin x - 2 (1 - cos x)) / x^3
    ("log_one_plus_exp derivative x", {"x": 40}, "-4.2483542552915889773e-18"),  # -1 / (1 + e^40)
    ("self_power derivative x", {"x": 2}, "6.7725887222397812377"),  # 4 (1 + ln 2)
    ("topologists_sine derivative x", {"x": 0.5}, "1.6645873461885695480"),  # -4 cos 2
    ("roots_difference derivative x", {"x": 1e8}, "-2.4999999812500001562e-13"),  # (100000001^(-1/2) - 10^-4) / 2
    ("quadratic_root derivative b", {"b": 100000}, "1.0000000003000000001e-10"),  # (b / sqrt(b^2 - 4) - 1) / 2
    ("neuron_of_the_book gradient w1", {"w1": 2.2, "b": 0}, "-0.0898"),  # Raschka 2024, A.4
    ("neuron_of_the_book gradient b", {"w1": 2.2, "b": 0}, "-0.0817"),  # the same
    ("lorentz_factor derivative v", {"v": 0.5}, "0.76980035891950101935"),  # v gamma^3
    ("planck_law derivative x", {"x": 1}, "0.82525652640018695421"),  # (3 (e - 1) - e) / (e - 1)^2
    ("kepler_equation gradient E", {"E": 1, "eccentricity": 0.5}, "0.72984884706593014130"),  # 1 - cos(1) / 2
    ("black_scholes gradient S", MONEY, "0.54973822483011289298"),  # delta, Phi(1/8)
    ("black_scholes gradient sigma", MONEY, "39.583768694474948413"),  # vega, 100 phi(1/8)
    ("black_scholes hessian S S", MONEY, "0.015833507477789979365"),  # gamma, phi(1/8) / 25
    ("dirichlet gradient alpha[0]", {"alpha": [1, 1, 1]}, "0.806852819440055"),  # psi(3) - psi(1) - ln 2
    ("von_mises gradient kappa", {"x": 1, "mean": 1, "kappa": 1}, "0.55361003410346549295"),  # 1 - I1(1) / I0(1)
    ("gamma_function derivative x", {"x": 1}, "-0.57721566490153286061"),  # -gamma, DLMF 5.4.12
    ("probit derivative p", {"p": 0.75}, "3.1468650805610923956"),  # 1 / phi(Phi^-1(3/4))
    ("inverse_error_function derivative p", {"p": 0.5}, "1.1125848189719498041"),  # sqrt(pi)/2 e^(erfinv(1/2)^2)
    ("bessel_i0 derivative x", {"x": 1}, "0.56515910399248502721"),  # I1(1)
    ("dawson_integral derivative x", {"x": 1}, "-0.076159013825536838273"),  # 1 - 2 F(1)
    ("exponential_integral derivative x", {"x": 1}, "2.7182818284590452354"),  # e
    ("sine_integral derivative x", {"x": 0}, "1"),
    ("cornu_spiral jacobian [1] by t", {"t": 0.5}, "0.38268343236508977173"),  # sin(pi / 8)
    ("drawdown_at_a_well gradient time", WELL, "0.12394999430965296619"),  # e^-u / (4 pi T t), u = 1/4
    ("compound_interest derivative n", {"n": 1e8}, "1.3591408893119395469e-16"),  # v^n (ln v - 1/(n + 1)), v = 1 + 1/n
    ("arctangent_difference derivative x", {"x": 1e8}, "-1.9999999700000000000e-24"),  # 1/(1 + (x+1)^2) - 1/(1 + x^2)
]

RATIONAL = [
    ("lookup_table gradient rates[0]", {"load": [0.25, 1], "rates": [0.25, 0.5, 0.75, 0.125]}, "3/8"),
    # A token that does not occur.
    ("gpt2 gradient tokens[1,0]", CASES["gpt2"].points[0], "0"),
    ("gpt2_in_training gradient tokens[1,3]", CASES["gpt2_in_training"].points[0], "0"),
    ("trace_of_exponential gradient A[1,2]", {"A": [[0, 1, 0.5], [0, 0, -1], [0, 0, 0]]}, "0"),
    ("trace_of_exponential gradient A[2,1]", {"A": [[0, 1, 0.5], [0, 0, -1], [0, 0, 0]]}, "-1"),
    ("log_beta gradient a", {"a": 1, "b": 1}, "-1"),
    ("mish derivative x", {"x": 0}, "3/5"),
    ("mean_squared_error gradient prediction[1]", {"prediction": [1, 1, 1, 1]}, "1"),
    ("network_10_5_1 gradient W1[0,3]", LISTED, "0"),
    # Label 0 is not ahead of two classes, class 1 not behind two labels; each gives 1 / (2 rows, 4 classes).
    ("multilabel_margin gradient scores[0,0]", {"scores": [[0, 1, 2, 0], [0, 0, 0, 0]]}, "-1/4"),
    ("multilabel_margin gradient scores[0,1]", {"scores": [[0, 1, 2, 0], [0, 0, 0, 0]]}, "1/4"),
    ("rosenbrock gradient x[0]", {"x": [-1.25, 1]}, "-1143/4"),
    ("rosenbrock hessian x[0] x[0]", {"x": [1, 1]}, "802"),
    ("rosenbrock hessian x[0] x[1]", {"x": [1, 1]}, "-400"),
    ("himmelblau gradient x[0]", {"x": [3, 2]}, "0"),
    ("himmelblau hessian x[0] x[0]", {"x": [3, 2]}, "74"),
    ("beale hessian x[1] x[1]", {"x": [3, 0.5]}, "369/8"),
    ("goldstein_price gradient x[1]", {"x": [0, -1]}, "0"),
    ("powell_singular gradient x[0]", {"x": [3, -1, 0, 1]}, "306"),
    ("quadratic_form gradient x[0]", {"x": [1, 2, 3]}, "0"),
    ("quadratic_form hessian x[2] x[0]", {"x": [1, 2, 3]}, "-4"),
    ("matrix_vector jacobian [1] by x[0]", {"x": [1, 2, 3]}, "1/2"),
    ("bilinear gradient y[0]", {"x": [1, 2], "y": [1, 0.5, -1]}, "7"),
    ("determinant gradient A[0,1]", {"A": [[1, 2, 0.5], [-1, 1.5, 2], [0, 1, -2]]}, "-2"),
    ("trace_of_product gradient A[1,0]", {"A": np.ones((2, 3)), "B": [[1, 2], [-1, 0.5], [1.5, -2]]}, "2"),
    ("gram jacobian [0,1] by A[0,2]", {"A": [[1, 2, -1], [0.5, 1.5, 2]]}, "2"),
    ("speelpenning gradient x[1]", {"x": [0.5, 2, 1.5, 1.25]}, "15/16"),
    ("smooth_join derivative x", {"x": 1}, "2"),
    ("relu_difference derivative x", {"x": 0}, "1"),
    ("sawtooth derivative x", {"x": 1.75}, "1"),
    ("clipped derivative x", {"x": 2}, "0"),
    ("largest_minus_smallest jacobian [1] by x[1,1]", {"x": [[1, 3, 2], [0, -1, 4]]}, "-1"),
    ("lower_envelope derivative x", {"x": 0.5}, "1"),
    ("truncated_cube hessian x x", {"x": 0.5}, "3"),
    ("guarded_sqrt derivative x", {"x": -2}, "1"),
    ("guarded_sinc derivative x", {"x": 0}, "0"),
    ("expanded_power derivative x", {"x": 1.0078125}, "7/4398046511104"),
    ("root_of_square derivative x", {"x": 0.5}, "1"),
    ("hermite_functions derivative6 x x x x x x", {"x": 0}, "-120"),  # H_6(0)
    ("sixth_of_x_log_x derivative6 x x x x x x", {"x": 2}, "3/4"),
    ("polar_velocity jvp [1] along the direction", {"r": 2, "theta": 0}, "-5/2"),
    ("logistic_map derivative x", {"x": 0}, "129746337890625/16777216"),
    ("naive_variance gradient x[0]", {"x": [10000, 10000.25, 10000.5, 10001]}, "-7/32"),
    ("rump gradient a", {"a": 77617, "b": 33096}, "-13503470475502730628181462419419661887/66192"),
    ("bell_numbers derivative4 x x x x", {"x": 0}, "15"),  # DLMF 26.7
    ("bell_numbers derivative5 x x x x x", {"x": 0}, "52"),
    ("bell_numbers derivative6 x x x x x x", {"x": 0}, "203"),
    ("tangent_numbers derivative5 x x x x x", {"x": 0}, "16"),  # DLMF 24.15
    ("euler_numbers derivative6 x x x x x x", {"x": 0}, "-61"),  # DLMF 24.2
    ("legendre_p5 derivative5 x x x x x", {"x": 0.5}, "945"),
    ("wilkinson_polynomial derivative x", {"x": 1}, "-121645100408832000"),  # -19!
    ("van_der_waals gradient V", {"V": 1, "T": 1}, "0"),  # the critical point
    ("van_der_waals hessian V V", {"V": 1, "T": 1}, "0"),
    ("van_der_waals gradient V", {"V": 2, "T": 1}, "-21/100"),
    ("nozzle_area derivative mach", {"mach": 1}, "0"),  # the throat
    ("hill_equation gradient S", {"S": 1, "K": 1, "n": 2}, "1/2"),
    ("student_t gradient x", {"x": 1, "freedom": 1}, "-1"),
    ("weibull gradient shape", {"x": 1, "shape": 1, "scale": 1}, "1"),
    ("poisson derivative rate", {"rate": 2}, "1/2"),
    ("robertson jacobian [2] by y[1]", {"y": [1, 0.5, 0]}, "30000000"),
    ("matrix_by_its_transpose jacobian [0,0] by x[0,2]", {"x": [[1, 2, 3], [4, 5, 6]]}, "6"),
    ("loss_of_a_batch gradient b[0]", {"W": [[0, 0], [0, 0]], "b": [0, 0]}, "-1/10"),  # (5/2 - 3) / 5
    ("vandermonde_determinant gradient x[3]", {"x": [0, 1, 2, 0.5]}, "-1/2"),
    ("householder_reflection jacobian [0] by v[1]", {"v": [1, 1, 1]}, "10/9"),
    ("trimmed_mean gradient x[2]", {"x": [2, -1, 0.5, 1.5]}, "1/2"),
    ("multiclass_hinge gradient logits[0]", {"logits": [0, 0.5, 0.25]}, "-1"),
    ("embedding gradient table[3,0]", {"table": np.ones((5, 2))}, "4"),  # picked twice
    ("residual_block jacobian [0] by x[0]", {"x": [1, 1, 1], "W": np.full((3, 3), 0.5), "b": [0, 0, 0]}, "3/2"),
    ("heat_equation jacobian [1] by u[2]", {"u": [0, 1, 0.5, 0, 0, 0], "r": 0.25}, "1/4"),
    ("Lanczos2 jacobian [0] by b[2]", {"b": [1, 1, 1, 3, 1, 5]}, "1"),  # at x = 0
    ("Nelson jacobian [0] by b[0]", {"b": [2, 1, 0]}, "1"),
]

# The slopes on the left and on the right.
KINKS = [
    ("principal_stresses jacobian [0] by stress[0]", {"stress": [50, 50, 50, 0, 0, 0]}, 1, 0),
    ("absolute_value derivative x", {"x": 0}, -1, 1),
    ("relu derivative x", {"x": 0}, 0, 1),
    ("cubic_spline_term derivative3 x x x", {"x": 0}, 0, 6),
    ("along_larger_of_two jvp along the direction", {"x": [0.5, 0.5]}, -0.5, 1),
    ("broken_join derivative x", {"x": 1}, 2, 3),
    ("clipped derivative x", {"x": 1}, 1, 0),
    ("lower_envelope derivative x", {"x": -1}, 2, -2),
    ("pinball_loss derivative r", {"r": 0}, -0.1, 0.9),
    ("epsilon_insensitive derivative r", {"r": -0.5}, -1, 0),
    ("squared_hinge hessian m m", {"m": 1}, 2, 0),
    ("total_variation gradient x[0]", {"x": [1, 1, -0.5, -0.5]}, -1, 1),
    ("log_one_plus_size derivative x", {"x": 0}, -1, 1),
    ("largest_element gradient x[1]", {"x": [1, 3, 3, -2]}, 0, 1),
]


# Operations that the library has no case of: the function, the point, the input to differentiate by, the digits.
FUNCTIONS = [
    ("cbrt", ops.cbrt, (2,), 0, "0.20998684164914552746"),  # 2^(-2/3) / 3
    ("cbrt of a negative", ops.cbrt, (-8,), 0, "0.083333333333333333333"),  # 1 / 12
    ("hypot of three", ops.hypot, (2, 3, -6), 2, "-0.85714285714285714286"),  # -6 / 7
    ("hypot of three, far out", ops.hypot, (1e300, 1e300, 1e300), 0, "0.57735026918962576451"),  # 1 / sqrt 3
    ("hypot of three, at zeros", ops.hypot, (0, 0, -2), 2, "-1.0000000000000000000"),
    ("copysign", lambda x, y: ops.copysign(x, y), (3, -1), 0, "-1.0000000000000000000"),
    ("fma", lambda x, y, z: ops.fma(x, y, z), (2, 3, 1), 1, "2.0000000000000000000"),
    ("fmod by the divisor", lambda x, y: ops.fmod(x, y), (-7.5, 2), 1, "3.0000000000000000000"),
    ("remainder by the divisor", lambda x, y: ops.remainder(x, y), (-7.5, 2), 1, "4.0000000000000000000"),
    ("fmod of a rounded quotient", lambda x, y: ops.fmod(x, y), (-10, 0.1), 1, "99.000000000000000000"),
    ("x trunc(x) at zero", lambda x: x * ops.trunc(x), (0,), 0, "0.00000000000000000000"),
    ("x round(x)", lambda x: x * ops.round(x), (2.75,), 0, "3.0000000000000000000"),
    ("log_ndtr far left", ops.log_ndtr, (-1e10,), 0, "10000000000.000000000100000000"),  # |x| + 1 / |x| - ...
    ("log_ndtr farther left", ops.log_ndtr, (-(2.0**1000),), 0, str(2**1000)),
    ("log_ndtr far right", ops.log_ndtr, (40,), 0, "1.463270250838303178737e-348"),  # phi(40) / Phi(40)
    (
        "log of erfc",
        lambda x: ops.log(ops.erfc(x)),
        (10,),
        0,
        "-20.09902411673460422954",
    ),  # -2 e^-100 / sqrt(pi) / erfc
    ("digamma far left", ops.digamma, (-22446.08,), 0, "159.5818052080003070556"),  # pi^2 / sin^2(pi x) - psi'(1 - x)
    (
        "trigamma left",
        lambda x: ops.polygamma(1, x),
        (-1234.25,),
        0,
        "124.0251060652928949408",
    ),  # DLMF 5.15.6
]


def found(task, point):
    """What the referee says of one component, named as ``case operator component``."""
    name, operator, component = task.split(" ", 2)
    case = CASES[name]
    program = trace(case.function, case.shapes, case.constants)
    inputs = np.concatenate([np.ravel(np.asarray(point[n], dtype=float)) for n in case.inputs])
    aimed = case.aimed(operator_named(operator), program.shape)
    truth = Referee(program, aimed, case.wrt_positions).truth(inputs.tolist())
    names = case.components(aimed, program.shape)
    return dict(zip(names, truth.components, strict=True))[component]


def labels(rows):
    """The first column: what each row is about."""
    return [row[0] for row in rows]


@pytest.mark.parametrize(("task", "point", "expected"), PRINTED, ids=labels(PRINTED))
def test_truth_has_the_printed_digits(task, point, expected):
    half_of_last_digit = Fraction(10) ** Decimal(expected).as_tuple().exponent / 2
    with ctx.workprec(256):
        error = abs(found(task, point).left - balls.ball(Fraction(expected)))
        assert error <= balls.ball(half_of_last_digit)


@pytest.mark.parametrize(("_", "function", "point", "column", "expected"), FUNCTIONS, ids=labels(FUNCTIONS))
def test_truth_of_an_operation_has_the_printed_digits(_, function, point, column, expected):
    names = "xyz"[: len(point)]
    program = trace(lambda **inputs: function(*inputs.values()), dict.fromkeys(names, ()), {})
    truth = Referee(program, Operator.GRADIENT, range(len(point))).truth([float(v) for v in point]).components[column]
    assert truth.status is Status.CERTIFIED
    half_of_last_digit = Fraction(10) ** Decimal(expected).as_tuple().exponent / 2
    with ctx.workprec(4096):
        assert abs(truth.left - balls.ball(Fraction(expected))) <= balls.ball(half_of_last_digit)


@pytest.mark.parametrize(("task", "point", "expected"), RATIONAL, ids=labels(RATIONAL))
def test_truth_encloses_the_fraction(task, point, expected):
    truth = found(task, point)
    assert truth.status is Status.CERTIFIED
    assert truth.digits > 30
    with ctx.workprec(1024):
        assert truth.left.contains(fmpq(*Fraction(expected).as_integer_ratio()))


@pytest.mark.parametrize(("task", "point", "left", "right"), KINKS, ids=labels(KINKS))
def test_kink_has_these_slopes_on_its_sides(task, point, left, right):
    truth = found(task, point)
    assert truth.status is Status.KINK
    assert (truth.left, truth.right) == (left, right)


@pytest.mark.parametrize("file", FAMILIES, ids=[file.stem for file in FAMILIES])
def test_every_family_has_two_known_values(file):
    family = [c.name for c in runpy.run_path(str(file)).values() if isinstance(c, Case)]
    known = [task for task in labels(PRINTED + RATIONAL) if task.split()[0] in family]
    # Operations on trial have no formula, whose values could be known.
    assert len(known) >= 2 * bool(family)


def test_names_are_unique_across_files():
    loaded = collect([str(FAMILIES[0].parent)])
    assert loaded.problems == ()
    names = [c.own_name for c in loaded.cases]
    assert len(names) == len(set(names)) >= 370
