"""The operations that cases are written with: one row each.

What a row is says `table`; `structure` has the rows that move and multiply whole arrays, `own` those with a calculus of
their own, `declared` those that users declare, `exact` the constants. The rows themselves are in the packages below.
Every function here takes NumPy arrays, torch tensors, traced values and plain numbers. What other libraries call them
(`spellings`) serves as well, and so does what these call their options.
"""

import typing as _typing

from diffcheck.ops.layers.activations import (
    celu as celu,
    elu as elu,
    gelu as gelu,
    gelu_tanh as gelu_tanh,
    glu as glu,
    hardshrink as hardshrink,
    hardsigmoid as hardsigmoid,
    hardswish as hardswish,
    hardtanh as hardtanh,
    leaky_relu as leaky_relu,
    log_sigmoid as log_sigmoid,
    mish as mish,
    prelu as prelu,
    relu as relu,
    relu6 as relu6,
    selu as selu,
    silu as silu,
    softshrink as softshrink,
    softsign as softsign,
    tanhshrink as tanhshrink,
    threshold as threshold,
)
from diffcheck.ops.layers.adaptive import (
    adaptive_avg_pool1d as adaptive_avg_pool1d,
    adaptive_avg_pool2d as adaptive_avg_pool2d,
    adaptive_avg_pool3d as adaptive_avg_pool3d,
    adaptive_max_pool1d as adaptive_max_pool1d,
    adaptive_max_pool2d as adaptive_max_pool2d,
    adaptive_max_pool3d as adaptive_max_pool3d,
)
from diffcheck.ops.layers.alignments import (
    ctc_loss as ctc_loss,
)
from diffcheck.ops.on_arrays.common import (
    amax as amax,
    amin as amin,
    concatenate as concatenate,
    cumsum as cumsum,
    dot as dot,
    gather as gather,
    matmul as matmul,
    mean as mean,
    median as median,
    permute as permute,
    prod as prod,
    reshape as reshape,
    scatter_add as scatter_add,
    sort as sort,
    stack as stack,
    sum as sum,
    take as take,
    topk as topk,
    transpose as transpose,
)
from diffcheck.ops.functions.basic import (
    add as add,
    cbrt as cbrt,
    div as div,
    fma as fma,
    mul as mul,
    neg as neg,
    power as power,
    reciprocal as reciprocal,
    rsqrt as rsqrt,
    rsub as rsub,
    sqrt as sqrt,
    square as square,
    sub as sub,
)
from diffcheck.ops.complex_numbers.parts import (
    angle as angle,
    complex as complex,
    conj as conj,
    imag as imag,
    polar as polar,
    real as real,
)
from diffcheck.ops.on_arrays.contraction import (
    einsum as einsum,
    tensordot as tensordot,
)
from diffcheck.ops.layers.convolution import (
    conv1d as conv1d,
    conv2d as conv2d,
    conv3d as conv3d,
    conv_tbc as conv_tbc,
    convolve as convolve,
)
from diffcheck.ops.layers.drawn import (
    alpha_dropout as alpha_dropout,
    dropout as dropout,
    dropout1d as dropout1d,
    dropout2d as dropout2d,
    dropout3d as dropout3d,
    feature_alpha_dropout as feature_alpha_dropout,
    gumbel_softmax as gumbel_softmax,
    rrelu as rrelu,
)
from diffcheck.ops.functions.elementary import (
    acos as acos,
    acosh as acosh,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atan2 as atan2,
    atanh as atanh,
    cos as cos,
    cosh as cosh,
    deg2rad as deg2rad,
    exp as exp,
    exp10 as exp10,
    exp2 as exp2,
    expm1 as expm1,
    hypot as hypot,
    log as log,
    log10 as log10,
    log1p as log1p,
    log2 as log2,
    rad2deg as rad2deg,
    sigmoid as sigmoid,
    sin as sin,
    sinh as sinh,
    tan as tan,
    tanh as tanh,
)
from diffcheck.ops.exact import (
    e as e,
    pi as pi,
    rational as rational,
)
from diffcheck.ops.on_arrays.fourier import (
    fft as fft,
    fft2 as fft2,
    fftn as fftn,
    fftshift as fftshift,
    hfft as hfft,
    hfft2 as hfft2,
    hfftn as hfftn,
    ifft as ifft,
    ifft2 as ifft2,
    ifftn as ifftn,
    ifftshift as ifftshift,
    ihfft as ihfft,
    ihfft2 as ihfft2,
    ihfftn as ihfftn,
    irfft as irfft,
    irfft2 as irfft2,
    irfftn as irfftn,
    rfft as rfft,
    rfft2 as rfft2,
    rfftn as rfftn,
)
from diffcheck.ops.layers.heads import (
    attention as attention,
    multi_head_attention as multi_head_attention,
)
from diffcheck.ops.layers.interpolation import (
    affine_grid as affine_grid,
    grid_sample as grid_sample,
    interp as interp,
)
from diffcheck.ops.matrices.linalg import (
    cholesky as cholesky,
    det as det,
    diagonal as diagonal,
    householder_product as householder_product,
    inverse as inverse,
    logdet as logdet,
    slogdet as slogdet,
    solve as solve,
    solve_triangular as solve_triangular,
    tensorinv as tensorinv,
    tensorsolve as tensorsolve,
    trace as trace,
    tril as tril,
    triu as triu,
)
from diffcheck.ops.layers.labels import (
    cross_entropy as cross_entropy,
    linear_cross_entropy as linear_cross_entropy,
    multi_margin_loss as multi_margin_loss,
    multilabel_margin_loss as multilabel_margin_loss,
    multilabel_soft_margin_loss as multilabel_soft_margin_loss,
    nll_loss as nll_loss,
)
from diffcheck.ops.layers.losses import (
    bce_with_logits as bce_with_logits,
    binary_cross_entropy as binary_cross_entropy,
    gaussian_nll_loss as gaussian_nll_loss,
    huber_loss as huber_loss,
    kl_div as kl_div,
    l1_loss as l1_loss,
    mse_loss as mse_loss,
    poisson_nll_loss as poisson_nll_loss,
    smooth_l1_loss as smooth_l1_loss,
)
from diffcheck.ops.layers.margins import (
    cosine_embedding_loss as cosine_embedding_loss,
    hinge_embedding_loss as hinge_embedding_loss,
    margin_ranking_loss as margin_ranking_loss,
    soft_margin_loss as soft_margin_loss,
    triplet_margin_loss as triplet_margin_loss,
    triplet_margin_with_distance_loss as triplet_margin_with_distance_loss,
)
from diffcheck.ops.matrices.lu import (
    lu as lu,
)
from diffcheck.ops.matrices.norms import (
    cond as cond,
    matrix_norm as matrix_norm,
    norm as norm,
    vector_norm as vector_norm,
)
from diffcheck.ops.layers.common import (
    bilinear as bilinear,
    embedding as embedding,
    embedding_bag as embedding_bag,
    linear as linear,
    log_softmax as log_softmax,
    logcumsumexp as logcumsumexp,
    logsumexp as logsumexp,
    one_hot as one_hot,
    softmax as softmax,
    softmin as softmin,
)
from diffcheck.ops.layers.norms import (
    batch_norm as batch_norm,
    cosine_similarity as cosine_similarity,
    group_norm as group_norm,
    instance_norm as instance_norm,
    layer_norm as layer_norm,
    local_response_norm as local_response_norm,
    normalize as normalize,
    pairwise_distance as pairwise_distance,
    pdist as pdist,
    rms_norm as rms_norm,
)
from diffcheck.ops.on_arrays.padding import (
    pad as pad,
)
from diffcheck.ops.layers.patches import (
    fold as fold,
    unfold as unfold,
)
from diffcheck.ops.functions.pieces import (
    abs as abs,
    ceil as ceil,
    clamp as clamp,
    clip as clip,
    copysign as copysign,
    floor as floor,
    floor_divide as floor_divide,
    fmod as fmod,
    frac as frac,
    heaviside as heaviside,
    maximum as maximum,
    minimum as minimum,
    positive as positive,
    remainder as remainder,
    round as round,
    sign as sign,
    signbit as signbit,
    trunc as trunc,
)
from diffcheck.ops.functions.relations import (
    eq as eq,
    ge as ge,
    gt as gt,
    le as le,
    logical_and as logical_and,
    logical_not as logical_not,
    logical_or as logical_or,
    logical_xor as logical_xor,
    lt as lt,
    ne as ne,
    where as where,
)
from diffcheck.ops.matrices.orthogonal import (
    lstsq as lstsq,
    pinv as pinv,
    qr as qr,
)
from diffcheck.ops.layers.pooling import (
    avg_pool1d as avg_pool1d,
    avg_pool2d as avg_pool2d,
    avg_pool3d as avg_pool3d,
    lp_pool1d as lp_pool1d,
    lp_pool2d as lp_pool2d,
    lp_pool3d as lp_pool3d,
    max_pool1d as max_pool1d,
    max_pool2d as max_pool2d,
    max_pool3d as max_pool3d,
)
from diffcheck.ops.layers.resampling import (
    channel_shuffle as channel_shuffle,
    interpolate as interpolate,
    pixel_shuffle as pixel_shuffle,
    pixel_unshuffle as pixel_unshuffle,
    upsample_bilinear as upsample_bilinear,
)
from diffcheck.ops.functions.special import (
    bessel_i as bessel_i,
    digamma as digamma,
    erf as erf,
    erfc as erfc,
    erfinv as erfinv,
    lgamma as lgamma,
    log_ndtr as log_ndtr,
    ndtr as ndtr,
    polygamma as polygamma,
    sinc as sinc,
    softplus as softplus,
    xlogy as xlogy,
)
from diffcheck.ops.functions.bessel import (
    airy_ai as airy_ai,
    airy_ai_prime as airy_ai_prime,
    airy_aie as airy_aie,
    airy_aie_prime as airy_aie_prime,
    airy_bi as airy_bi,
    airy_bi_prime as airy_bi_prime,
    airy_bie as airy_bie,
    airy_bie_prime as airy_bie_prime,
    bessel_ie as bessel_ie,
    bessel_j as bessel_j,
    bessel_k as bessel_k,
    bessel_ke as bessel_ke,
    bessel_y as bessel_y,
    spherical_bessel_i as spherical_bessel_i,
    spherical_bessel_j as spherical_bessel_j,
    spherical_bessel_k as spherical_bessel_k,
    spherical_bessel_y as spherical_bessel_y,
)
from diffcheck.ops.functions.gamma import (
    beta as beta,
    betainc as betainc,
    betaincc as betaincc,
    betaln as betaln,
    binom as binom,
    factorial as factorial,
    gamma as gamma,
    gammainc as gammainc,
    gammaincc as gammaincc,
    multigammaln as multigammaln,
    poch as poch,
    rgamma as rgamma,
    zeta as zeta,
    zetac as zetac,
)
from diffcheck.ops.functions.hypergeometric import (
    elliptic_e as elliptic_e,
    elliptic_k as elliptic_k,
    hyp0f1 as hyp0f1,
    hyp1f1 as hyp1f1,
    hyp2f1 as hyp2f1,
    lambert_w as lambert_w,
)
from diffcheck.ops.functions.integrals import (
    chi as chi,
    ci as ci,
    dawsn as dawsn,
    erfi as erfi,
    exp1 as exp1,
    expi as expi,
    expn as expn,
    fresnelc as fresnelc,
    fresnels as fresnels,
    shi as shi,
    si as si,
    spence as spence,
)
from diffcheck.ops.functions.polynomials import (
    assoc_laguerre_l as assoc_laguerre_l,
    assoc_legendre_p as assoc_legendre_p,
    chebyshev_polynomial_t as chebyshev_polynomial_t,
    chebyshev_polynomial_u as chebyshev_polynomial_u,
    chebyshev_polynomial_v as chebyshev_polynomial_v,
    chebyshev_polynomial_w as chebyshev_polynomial_w,
    chebyshev_t as chebyshev_t,
    chebyshev_u as chebyshev_u,
    chebyshev_v as chebyshev_v,
    chebyshev_w as chebyshev_w,
    eval_chebyc as eval_chebyc,
    eval_chebys as eval_chebys,
    eval_sh_jacobi as eval_sh_jacobi,
    eval_sh_legendre as eval_sh_legendre,
    gegenbauer_c as gegenbauer_c,
    hermite_h as hermite_h,
    hermite_he as hermite_he,
    hermite_polynomial_h as hermite_polynomial_h,
    hermite_polynomial_he as hermite_polynomial_he,
    jacobi_p as jacobi_p,
    laguerre_l as laguerre_l,
    laguerre_polynomial_l as laguerre_polynomial_l,
    legendre_p as legendre_p,
    legendre_polynomial_p as legendre_polynomial_p,
    lpmv as lpmv,
    shifted_chebyshev_polynomial_t as shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u as shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v as shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w as shifted_chebyshev_polynomial_w,
    shifted_chebyshev_t as shifted_chebyshev_t,
    shifted_chebyshev_u as shifted_chebyshev_u,
    shifted_chebyshev_v as shifted_chebyshev_v,
    shifted_chebyshev_w as shifted_chebyshev_w,
)
from diffcheck.ops.functions.probability import (
    entr as entr,
    erfcinv as erfcinv,
    erfcx as erfcx,
    logaddexp as logaddexp,
    logaddexp2 as logaddexp2,
    logit as logit,
    ndtri as ndtri,
    rel_entr as rel_entr,
    xlog1py as xlog1py,
)
from diffcheck.ops.matrices.spectral import (
    eigh as eigh,
    eigvals as eigvals,
    eigvalsh as eigvalsh,
    matrix_exp as matrix_exp,
    svd as svd,
    svdvals as svdvals,
)
from diffcheck.ops.on_arrays.statistics import (
    corrcoef as corrcoef,
    cov as cov,
    cumprod as cumprod,
    diff as diff,
    flip as flip,
    kron as kron,
    matrix_power as matrix_power,
    outer as outer,
    quantile as quantile,
    roll as roll,
    std as std,
    var as var,
)
from diffcheck.ops.layers.transposed import (
    conv_transpose1d as conv_transpose1d,
    conv_transpose2d as conv_transpose2d,
    conv_transpose3d as conv_transpose3d,
)
from diffcheck.ops.layers.unpooling import (
    fractional_max_pool2d as fractional_max_pool2d,
    fractional_max_pool3d as fractional_max_pool3d,
    max_unpool1d as max_unpool1d,
    max_unpool2d as max_unpool2d,
    max_unpool3d as max_unpool3d,
)
from diffcheck.ops.on_arrays.vectors import (
    cdist as cdist,
    chain_matmul as chain_matmul,
    cross as cross,
    multi_dot as multi_dot,
    vander as vander,
    vecdot as vecdot,
)
from diffcheck.ops.functions.elliptic import (
    agm as agm,
    ellipkm1 as ellipkm1,
    elliprc as elliprc,
    elliprd as elliprd,
    elliprf as elliprf,
    elliprg as elliprg,
    elliprj as elliprj,
    elliptic_e_inc as elliptic_e_inc,
    elliptic_f as elliptic_f,
    elliptic_pi as elliptic_pi,
)
from diffcheck.ops.functions.transforms import (
    boxcox as boxcox,
    boxcox1p as boxcox1p,
    cosm1 as cosm1,
    exprel as exprel,
    huber as huber,
    inv_boxcox as inv_boxcox,
    inv_boxcox1p as inv_boxcox1p,
    powm1 as powm1,
    pseudo_huber as pseudo_huber,
)
from diffcheck.ops.functions.distributions import (
    chdtr as chdtr,
    chdtrc as chdtrc,
    fdtr as fdtr,
    fdtrc as fdtrc,
    gdtr as gdtr,
    gdtrc as gdtrc,
    kolmogorov as kolmogorov,
    ndtri_exp as ndtri_exp,
    owens_t as owens_t,
    stdtr as stdtr,
    voigt_profile as voigt_profile,
    wrightomega as wrightomega,
)
from diffcheck.ops.functions.quantiles import (
    betainccinv as betainccinv,
    betaincinv as betaincinv,
    chdtri as chdtri,
    fdtri as fdtri,
    gammainccinv as gammainccinv,
    gammaincinv as gammaincinv,
    gdtrix as gdtrix,
    pdtri as pdtri,
    stdtrit as stdtrit,
)
from diffcheck.ops.functions.noncentral import (
    chndtr as chndtr,
    marcumq as marcumq,
    ncfdtr as ncfdtr,
    nctdtr as nctdtr,
)
from diffcheck.ops.functions.inverses_by_argument import (
    kolmogi as kolmogi,
)
from diffcheck.ops.functions.quantiles_by_argument import (
    bdtri as bdtri,
    bdtrik as bdtrik,
    bdtrin as bdtrin,
    btdtria as btdtria,
    btdtrib as btdtrib,
    chdtriv as chdtriv,
    chndtridf as chndtridf,
    chndtrinc as chndtrinc,
    chndtrix as chndtrix,
    gdtria as gdtria,
    gdtrib as gdtrib,
    nbdtri as nbdtri,
    nbdtrik as nbdtrik,
    nbdtrin as nbdtrin,
    ncfdtri as ncfdtri,
    ncfdtrinc as ncfdtrinc,
    nctdtrinc as nctdtrinc,
    nctdtrit as nctdtrit,
    nrdtrimn as nrdtrimn,
    nrdtrisd as nrdtrisd,
    pdtrik as pdtrik,
    stdtridf as stdtridf,
)
from diffcheck.ops.functions.faddeeva import (
    modfresnelm_f as modfresnelm_f,
    modfresnelm_k as modfresnelm_k,
    modfresnelp_f as modfresnelp_f,
    modfresnelp_k as modfresnelp_k,
    wofz as wofz,
)
from diffcheck.ops.functions.wright import (
    log_wright_bessel as log_wright_bessel,
    wright_bessel as wright_bessel,
)
from diffcheck.ops.functions.harmonics import (
    sph_harm_y as sph_harm_y,
    sph_legendre_p as sph_legendre_p,
)
from diffcheck.ops.functions.tukey import (
    smirnov as smirnov,
    smirnovi as smirnovi,
    tklmbda as tklmbda,
)
from diffcheck.ops.functions.bessel_integrals import (
    besselpoly as besselpoly,
    iti0 as iti0,
    itj0 as itj0,
    itk0 as itk0,
    ity0 as ity0,
)
from diffcheck.ops.functions.weighted_integrals import (
    it2i0 as it2i0,
    it2j0 as it2j0,
    it2k0 as it2k0,
    it2struve0 as it2struve0,
    it2y0 as it2y0,
    itairy_ai as itairy_ai,
    itairy_ai_left as itairy_ai_left,
    itairy_bi as itairy_bi,
    itairy_bi_left as itairy_bi_left,
    itmodstruve0 as itmodstruve0,
    itstruve0 as itstruve0,
)
from diffcheck.ops.functions.counts import (
    bdtr as bdtr,
    bdtrc as bdtrc,
    nbdtr as nbdtr,
    nbdtrc as nbdtrc,
    pdtr as pdtr,
    pdtrc as pdtrc,
)
from diffcheck.ops.functions.degrees import (
    cosdg as cosdg,
    cotdg as cotdg,
    diric as diric,
    radian as radian,
    sindg as sindg,
    tandg as tandg,
)
from diffcheck.ops.functions.factorials import (
    catalan as catalan,
    comb as comb,
    factorial2 as factorial2,
    ff as ff,
    gammasgn as gammasgn,
    perm as perm,
    rf as rf,
)
from diffcheck.ops.functions.cylinders import (
    h1vp as h1vp,
    h2vp as h2vp,
    hankel1 as hankel1,
    hankel1e as hankel1e,
    hankel2 as hankel2,
    hankel2e as hankel2e,
    ivp as ivp,
    jve as jve,
    jvp as jvp,
    kvp as kvp,
    yve as yve,
    yvp as yvp,
)
from diffcheck.ops.functions.kelvin import (
    bei as bei,
    beip as beip,
    ber as ber,
    berp as berp,
    kei as kei,
    keip as keip,
    kelvin_be as kelvin_be,
    kelvin_bep as kelvin_bep,
    kelvin_ke as kelvin_ke,
    kelvin_kep as kelvin_kep,
    ker as ker,
    kerp as kerp,
)
from diffcheck.ops.functions.mathieu import (
    mathieu_a as mathieu_a,
    mathieu_b as mathieu_b,
    mathieu_ce as mathieu_ce,
    mathieu_ce_prime as mathieu_ce_prime,
    mathieu_se as mathieu_se,
    mathieu_se_prime as mathieu_se_prime,
)
from diffcheck.ops.functions.mathieu_modified import (
    mathieu_modce1 as mathieu_modce1,
    mathieu_modce1_prime as mathieu_modce1_prime,
    mathieu_modce2 as mathieu_modce2,
    mathieu_modce2_prime as mathieu_modce2_prime,
    mathieu_modse1 as mathieu_modse1,
    mathieu_modse1_prime as mathieu_modse1_prime,
    mathieu_modse2 as mathieu_modse2,
    mathieu_modse2_prime as mathieu_modse2_prime,
)
from diffcheck.ops.functions.spheroidal import (
    obl_ang1_s as obl_ang1_s,
    obl_ang1_sp as obl_ang1_sp,
    obl_cv as obl_cv,
    pro_ang1_s as pro_ang1_s,
    pro_ang1_sp as pro_ang1_sp,
    pro_cv as pro_cv,
)
from diffcheck.ops.functions.spheroidal_radial import (
    obl_rad1_s as obl_rad1_s,
    obl_rad1_sp as obl_rad1_sp,
    obl_rad2_s as obl_rad2_s,
    obl_rad2_sp as obl_rad2_sp,
    pro_rad1_s as pro_rad1_s,
    pro_rad1_sp as pro_rad1_sp,
    pro_rad2_s as pro_rad2_s,
    pro_rad2_sp as pro_rad2_sp,
)
from diffcheck.ops.functions.jacobi import (
    jacobi_am as jacobi_am,
    jacobi_cn as jacobi_cn,
    jacobi_dn as jacobi_dn,
    jacobi_epsilon as jacobi_epsilon,
    jacobi_sn as jacobi_sn,
)
from diffcheck.ops.functions.zetas import (
    dirichlet_eta as dirichlet_eta,
    lerchphi as lerchphi,
    polylog as polylog,
)
from diffcheck.ops.functions.confluent import (
    hyperu as hyperu,
    pbdv as pbdv,
    pbvv as pbvv,
    pbwa as pbwa,
)
from diffcheck.ops.functions.struve import (
    modstruve as modstruve,
    struve as struve,
)
from diffcheck.ops.functions.first_orders import (
    bessel_j0 as bessel_j0,
    bessel_j1 as bessel_j1,
    bessel_y0 as bessel_y0,
    bessel_y1 as bessel_y1,
    i0 as i0,
    i0e as i0e,
    i1 as i1,
    i1e as i1e,
    modified_bessel_i0 as modified_bessel_i0,
    modified_bessel_i1 as modified_bessel_i1,
    modified_bessel_k0 as modified_bessel_k0,
    modified_bessel_k1 as modified_bessel_k1,
    scaled_modified_bessel_k0 as scaled_modified_bessel_k0,
    scaled_modified_bessel_k1 as scaled_modified_bessel_k1,
    spherical_bessel_j0 as spherical_bessel_j0,
)
from diffcheck.ops.on_arrays.shapes import (
    adjoint as adjoint,
    atleast_1d as atleast_1d,
    atleast_2d as atleast_2d,
    atleast_3d as atleast_3d,
    block_diag as block_diag,
    broadcast_to as broadcast_to,
    cartesian_prod as cartesian_prod,
    combinations as combinations,
    column_stack as column_stack,
    diag as diag,
    diag_embed as diag_embed,
    diagflat as diagflat,
    dstack as dstack,
    expand as expand,
    flatten as flatten,
    fliplr as fliplr,
    flipud as flipud,
    hstack as hstack,
    meshgrid as meshgrid,
    movedim as movedim,
    ravel as ravel,
    repeat_interleave as repeat_interleave,
    rot90 as rot90,
    squeeze as squeeze,
    swapaxes as swapaxes,
    t as t,
    tile as tile,
    unflatten as unflatten,
    unsqueeze as unsqueeze,
    vstack as vstack,
)
from diffcheck.ops.on_arrays.sections import (
    chunk as chunk,
    dsplit as dsplit,
    hsplit as hsplit,
    index_select as index_select,
    masked_select as masked_select,
    narrow as narrow,
    select as select,
    split as split,
    take_along_dim as take_along_dim,
    tensor_split as tensor_split,
    unbind as unbind,
    vsplit as vsplit,
)
from diffcheck.ops.on_arrays.places import (
    diagonal_scatter as diagonal_scatter,
    index_copy as index_copy,
    index_fill as index_fill,
    masked_fill as masked_fill,
    masked_scatter as masked_scatter,
    scatter as scatter,
    select_scatter as select_scatter,
    slice_scatter as slice_scatter,
)
from diffcheck.ops.on_arrays.arrivals import (
    index_add as index_add,
    index_put as index_put,
    scatter_reduce as scatter_reduce,
)
from diffcheck.ops.on_arrays.products import (
    addbmm as addbmm,
    addcdiv as addcdiv,
    addcmul as addcmul,
    addmm as addmm,
    addmv as addmv,
    addr as addr,
    baddbmm as baddbmm,
    dist as dist,
    inner as inner,
    ldexp as ldexp,
    lerp as lerp,
    renorm as renorm,
    vdot as vdot,
)
from diffcheck.ops.on_arrays.running import (
    cummax as cummax,
    cummin as cummin,
)
from diffcheck.ops.on_arrays.reductions import (
    aminmax as aminmax,
    max as max,
    min as min,
    average as average,
    kthvalue as kthvalue,
    msort as msort,
    nan_to_num as nan_to_num,
    nanmean as nanmean,
    nanmedian as nanmedian,
    nanprod as nanprod,
    nanquantile as nanquantile,
    nansum as nansum,
    ptp as ptp,
    std_mean as std_mean,
    var_mean as var_mean,
)
from diffcheck.ops.on_arrays.sampled import (
    cumulative_trapezoid as cumulative_trapezoid,
    gradient as gradient,
    polyval as polyval,
    trapezoid as trapezoid,
)
from diffcheck.ops.matrices.factored import (
    cholesky_inverse as cholesky_inverse,
    cholesky_solve as cholesky_solve,
)
from diffcheck.ops.on_arrays.short_time import (
    istft as istft,
    stft as stft,
)
from diffcheck.ops.on_arrays.conditions import (
    all as all,
    any as any,
)
from diffcheck.ops.complex_numbers.constants import of_constants as _of_constants
from diffcheck.ops.spellings import (
    NAMED as _NAMED,
    TOGETHER as _TOGETHER,
    suggestion as _suggestion,
    together as _together,
)
from diffcheck.ops.table import Operation as _Operation

_Operation.of_complex_constants = staticmethod(_of_constants)

# The same rows by torch's names.
binary_cross_entropy_with_logits = bce_with_logits
logsigmoid = log_sigmoid
scaled_dot_product_attention = attention

if not _typing.TYPE_CHECKING:  # so that a type checker still finds what is mistyped

    def __getattr__(name):
        """The operation that another library calls so, or the function of several that SciPy gives as a tuple."""
        if name in _NAMED:
            return globals()[_NAMED[name]]
        if name in _TOGETHER:
            return _together(name, [globals()[element] for element in _TOGETHER[name]])
        raise AttributeError(f"diffcheck.ops has no {name!r}{_suggestion(name, __dir__())}")

    def __dir__():
        """What is here, by all its names."""
        return sorted({*globals(), *_NAMED, *_TOGETHER})
