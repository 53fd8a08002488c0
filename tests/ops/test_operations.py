"""Every row of the table: balls, NumPy, torch and SymPy agree, series and rules, and all forms of a derivative."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch
from flint import arb, ctx
from uses import (
    BITS,
    FLAT,
    POINTS,
    TORCH_LOSES,
    USES,
    assert_near,
    assert_same,
    each_use,
    fractions,
    in_balls,
    points,
    slopes_at,
    traced,
)

from diffcheck import ops
from diffcheck.engines.symbolic.closed_form import closed_form
from diffcheck.errors import Unsupported
from diffcheck.ops.composites import Composite
from diffcheck.ops.enclosures import balls
from diffcheck.ops.exact import Exact
from diffcheck.ops.table import Operation, Primitive, Without
from diffcheck.program.program import Builder
from diffcheck.program.rules import partial
from diffcheck.referee.beside.jets import Jets, along, coefficient
from diffcheck.referee.evaluate import Balls, evaluate


def test_the_table_of_uses_holds_every_row():
    assert set(USES) == set(Primitive.rows) | set(Composite.rows)
    assert all(USES.values())


def test_the_public_names_are_the_rows():
    public = {name: value for name, value in vars(ops).items() if isinstance(value, (Operation, Exact))}
    rows = {**Primitive.rows, **Composite.rows}
    numbers = {"pi", "e"}
    private = {*(name for name in rows if name.endswith("_of")), *(name for name in rows if name.endswith("_slope"))}
    also = {"binary_cross_entropy_with_logits", "logsigmoid", "scaled_dot_product_attention"}
    assert all(value is rows[value.name] for value in map(public.pop, also))
    assert set(public) == set(rows) - private
    assert all(public[name] is rows[name] for name in set(public) - numbers)
    assert all(public[name].operation is rows[name] for name in numbers)
    modules = {name for name, value in vars(ops).items() if type(value) is type(ops)}
    rest = {name for name in vars(ops) if not name.startswith("_")} - modules - set(public) - also
    assert rest == {"rational"}


def test_every_row_says_what_it_is():
    for name, row in {**Primitive.rows, **Composite.rows}.items():
        assert row.name == name
        assert row.doc.strip() != ""
        assert row.torch is not None


@each_use
def test_numpy_agrees_with_the_definition_in_balls(name, use):
    program = traced(use)
    with ctx.workprec(BITS):
        for point in points(name, use):
            value = np.asarray(use.function(*(a[()] for a in point)))
            assert value.shape == program.outputs.shape
            assert_near(value, program, point)


def _on_torch(name):
    reasons = [reason for loses, reason in TORCH_LOSES.items() if loses == name]
    marks = [pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True) for reason in reasons]
    return pytest.param(name, FLAT[name], id=name, marks=marks)


def _row_of(name):
    return {**Primitive.rows, **Composite.rows}[name.partition("-")[0]]


WITHOUT_TORCH = {name: use for name, use in FLAT.items() if isinstance(_row_of(name).torch, Without)}
WITHOUT_SYMPY = {
    name: lacking
    for name, use in FLAT.items()
    if (lacking := [n for n in traced(use).operation_names() if isinstance(Primitive.rows[n].sympy, Without)])
}


def test_what_torch_or_sympy_lacks_is_in_the_table():
    assert {"beta-scalar", "gammainc_slope-scalar", "rel_entr-array"} <= set(WITHOUT_TORCH)
    rows = {name.partition("-")[0] for name in WITHOUT_SYMPY}
    slopes = {name for name in rows if name.endswith("_slope")}
    spectra = {"eigenvalue_of", "eigenprojection_of", "eigenresolvent_of", "eigvalsh", "svdvals", "matrix_norm", "cond"}
    spectra |= {"eigh", "svd", "eigvals", "general_eigenvalue_of", "general_eigenprojection_of"}
    spectra |= {"general_eigenresolvent_of"}
    special = {
        "owens_t",
        "voigt_profile",
        "betaincinv",
        "gammaincinv",
        "gammainccinv",
        "betainccinv",
        "stdtrit",
        *("chdtri", "fdtri", "gdtrix", "pdtri"),
        "kolmogorov",
        *(f"{kind}{prime}" for kind in ("ber", "bei", "ker", "kei") for prime in ("", "p")),
        *("struve", "modstruve", "hyperu", "pbdv", "elliprj", "elliptic_pi"),
        *("chndtr", "marcumq", "noncentral_beta_of", "ncfdtr", "nctdtr"),
        *(f"{of}_of" for of in ("gammainc_a", "gammaincc_a", "betainc_a", "betaincc_a", "stdtr_df", "chndtr_x")),
        *(f"{of}_of" for of in ("chndtr_df", "chndtr_nc", "noncentral_beta_rate", "noncentral_beta_y", "nctdtr_nc")),
        *("nctdtr_t_of", "kolmogi", "gdtria", "gdtrib", "chdtriv", "pdtrik", "bdtri", "bdtrin", "btdtria", "btdtrib"),
        *("nbdtri", "nbdtrik", "nbdtrin", "stdtridf", "chndtrix", "chndtridf", "chndtrinc", "ncfdtri", "ncfdtrinc"),
        *("nctdtrit", "nctdtrinc", "faddeeva_re_of", "faddeeva_im_of", "wofz", "wright_bessel", "log_wright_bessel"),
        *(f"modfresnel{sign}_{kind}" for sign in "pm" for kind in "fk"),
        *("tklmbda_of", "tklmbda", "itj0", "ity0", "iti0", "itk0", "besselpoly", "jacobi_am"),
        *("it2j0", "it2y0", "it2i0", "it2k0", "itstruve0", "itmodstruve0", "it2struve0", "itairy_ai", "itairy_bi"),
        *("itairy_ai_left", "itairy_bi_left", "pbvv", "pbwa", "smirnov_of", "smirnovi", "beta_share_of"),
        *("beta_share_u_of", "bdtrik", *(f"kelvin_{kind}" for kind in ("be", "ke", "bep", "kep"))),
        *(f"mathieu_{kind}" for kind in ("a", "b", "ce", "ce_prime", "se", "se_prime")),
        *(f"mathieu_mod{kind}e{k}{prime}" for kind in "cs" for k in (1, 2) for prime in ("", "_prime")),
        *(f"{kind}_{of}" for kind in ("pro", "obl") for of in ("cv", "ang1_s", "ang1_sp")),
        *(f"{kind}_rad{k}_s{prime}" for kind in ("pro", "obl") for k in (1, 2) for prime in ("", "p")),
        *("jacobi_sn", "jacobi_cn", "jacobi_dn", "jacobi_epsilon"),
        *(f"ellipr{kind}" for kind in "cdfg"),
    }
    assert rows - slopes == {"exponential_of", "matrix_exp"} | spectra | special
    assert {"gammainc_slope-scalar"} <= {f"{name}-scalar" for name in slopes} < set(WITHOUT_TORCH)


@pytest.mark.parametrize(("name", "use"), WITHOUT_TORCH.items(), ids=WITHOUT_TORCH)
def test_what_torch_lacks_is_refused_by_name(name, use):
    point = [torch.tensor(a, dtype=torch.float64) for a in points(name, use)[0]]
    with pytest.raises(Unsupported, match="torch"):
        use.function(*point)


SYMPY_LACKS = {
    **dict.fromkeys(("eigenvalue_of", "eigenprojection_of", "eigenresolvent_of"), "eigenvalues by their rank"),
    **dict.fromkeys(("general_eigenvalue_of", "general_eigenprojection_of"), "eigenvalues by their rank"),
    "general_eigenresolvent_of": "eigenvalues by their rank",
    "exponential_of": "the exponential of a matrix",
}


@pytest.mark.parametrize(("name", "lacking"), WITHOUT_SYMPY.items(), ids=WITHOUT_SYMPY)
def test_what_sympy_lacks_is_refused_by_name(name, lacking):
    rows = "|".join(SYMPY_LACKS.get(row, row.removesuffix("_slope")) for row in lacking)
    with pytest.raises(Unsupported, match=f"SymPy has no .* of ({rows})"):
        closed_form(traced(FLAT[name]))


@pytest.mark.parametrize(("name", "use"), [_on_torch(name) for name in FLAT if name not in WITHOUT_TORCH])
def test_torch_agrees_with_the_definition_in_balls(name, use):
    program = traced(use)
    with ctx.workprec(BITS):
        for point in points(name, use):
            value = use.function(*(torch.tensor(a, dtype=torch.float64) for a in point))
            assert value.dtype is torch.float64
            assert tuple(value.shape) == program.outputs.shape
            assert_near(value.numpy(), program, point)


WITH_SYMPY = {name: use for name, use in FLAT.items() if name not in WITHOUT_SYMPY}


@pytest.mark.parametrize(("name", "use"), WITH_SYMPY.items(), ids=WITH_SYMPY)
def test_sympy_agrees_with_the_definition_in_balls(name, use):
    program = traced(use)
    symbols, expressions = closed_form(program)
    for point in points(name, use)[:3]:
        x = fractions(point)
        at = {s: sympy.Rational(v.numerator, v.denominator) for s, v in zip(symbols, x, strict=True)}
        with ctx.workprec(BITS):
            for expression, ball in zip(expressions, in_balls(program, x), strict=True):
                # SymPy's loggamma has an imaginary part left of zero; the table's is ln |Gamma|.
                # Its erfcinv has no digits of its own.
                number = sympy.re(sympy.sympify(expression).rewrite(sympy.erfinv).subs(at).evalf(50))
                assert number.is_Number, f"SymPy leaves {number}"
                found = arb(str(number))
                assert abs(found - ball).upper() <= arb("1e-40") * max(abs(ball).mid(), arb(1))


@each_use
def test_series_agree_with_the_rules_in_first_order(name, use):
    program = traced(use)
    outputs = program.outputs.ravel().tolist()
    with ctx.workprec(BITS):
        for point in points(name, use)[:3]:
            x = fractions(point)
            slopes = slopes_at(program, x).reshape(len(outputs), len(x))
            for column in range(len(x)):
                direction = [int(k == column) for k in range(len(x))]
                jets = evaluate(program.nodes, along(x, direction, 2), Jets())
                assert jets.faults.keys().isdisjoint(outputs)
                for row, output in enumerate(outputs):
                    assert_same(coefficient(jets.values[output], 1), slopes[row, column])


@each_use
def test_series_agree_with_the_rules_in_second_order(name, use):
    program = traced(use)
    outputs = program.outputs.ravel().tolist()
    point = points(name, use)[0]
    x = fractions(point)
    with ctx.workprec(BITS):
        bends = slopes_at(program, x, order=2).reshape(len(outputs), len(x), len(x))
        for column in range(len(x)):
            direction = [int(k == column) for k in range(len(x))]
            jets = evaluate(program.nodes, along(x, direction, 3), Jets())
            for row, output in enumerate(outputs):
                assert_same(2 * coefficient(jets.values[output], 2), bends[row, column, column])


FORMS = {
    f"{name}-by-{position}": (name, position)
    for name, row in Primitive.rows.items()
    for position in range(max(len(row.forms) if isinstance(row.forms, tuple) else 2, 1))
    if len(row.forms_of(position)) > 1
}


def test_the_rows_with_several_forms_are_found():
    assert {"tanh-by-0", "sigmoid-by-0", "expm1-by-0", "div-by-0", "div-by-1"} <= set(FORMS)


@pytest.mark.parametrize(("name", "position"), FORMS.values(), ids=FORMS)
def test_all_forms_of_a_derivative_are_one_number(name, position):
    row = Primitive.rows[name]
    ends = [use.inputs for use in USES[name].values() if len(use.inputs) == len(row.forms)]
    assert ends != []
    generator = np.random.default_rng(0)
    for inputs in ends:
        builder = Builder()
        number = builder.apply(name, *(builder.input(k) for k in range(len(inputs))))
        nodes = [partial(builder, number, position, form) for form in range(len(row.forms_of(position)))]
        for _ in range(POINTS):
            x = [Fraction(generator.uniform(lo, hi)) for lo, hi, _ in inputs]
            with ctx.workprec(BITS):
                result = evaluate(builder.nodes, [balls.ball(v) for v in x], Balls())
                assert result.faults.keys().isdisjoint(nodes)
                for one, other in itertools.combinations(nodes, 2):
                    assert_same(result.values[one], result.values[other])
