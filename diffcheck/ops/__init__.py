"""The operations that cases are written with: one row each, in the modules beside this one.

Every function here takes NumPy arrays, torch tensors, traced values and plain numbers.
"""

from diffcheck.ops.arrays import (
    amax as amax,
)
from diffcheck.ops.arrays import (
    amin as amin,
)
from diffcheck.ops.arrays import (
    concatenate as concatenate,
)
from diffcheck.ops.arrays import (
    dot as dot,
)
from diffcheck.ops.arrays import (
    matmul as matmul,
)
from diffcheck.ops.arrays import (
    mean as mean,
)
from diffcheck.ops.arrays import (
    norm as norm,
)
from diffcheck.ops.arrays import (
    prod as prod,
)
from diffcheck.ops.arrays import (
    reshape as reshape,
)
from diffcheck.ops.arrays import (
    stack as stack,
)
from diffcheck.ops.arrays import (
    sum as sum,
)
from diffcheck.ops.arrays import (
    transpose as transpose,
)
from diffcheck.ops.elementary import (
    abs as abs,
)
from diffcheck.ops.elementary import (
    acos as acos,
)
from diffcheck.ops.elementary import (
    acosh as acosh,
)
from diffcheck.ops.elementary import (
    add as add,
)
from diffcheck.ops.elementary import (
    asin as asin,
)
from diffcheck.ops.elementary import (
    asinh as asinh,
)
from diffcheck.ops.elementary import (
    atan as atan,
)
from diffcheck.ops.elementary import (
    atan2 as atan2,
)
from diffcheck.ops.elementary import (
    atanh as atanh,
)
from diffcheck.ops.elementary import (
    clip as clip,
)
from diffcheck.ops.elementary import (
    cos as cos,
)
from diffcheck.ops.elementary import (
    cosh as cosh,
)
from diffcheck.ops.elementary import (
    div as div,
)
from diffcheck.ops.elementary import (
    eq as eq,
)
from diffcheck.ops.elementary import (
    exp as exp,
)
from diffcheck.ops.elementary import (
    exp2 as exp2,
)
from diffcheck.ops.elementary import (
    expm1 as expm1,
)
from diffcheck.ops.elementary import (
    floor as floor,
)
from diffcheck.ops.elementary import (
    ge as ge,
)
from diffcheck.ops.elementary import (
    gt as gt,
)
from diffcheck.ops.elementary import (
    hypot as hypot,
)
from diffcheck.ops.elementary import (
    le as le,
)
from diffcheck.ops.elementary import (
    log as log,
)
from diffcheck.ops.elementary import (
    log1p as log1p,
)
from diffcheck.ops.elementary import (
    log2 as log2,
)
from diffcheck.ops.elementary import (
    log10 as log10,
)
from diffcheck.ops.elementary import (
    lt as lt,
)
from diffcheck.ops.elementary import (
    maximum as maximum,
)
from diffcheck.ops.elementary import (
    minimum as minimum,
)
from diffcheck.ops.elementary import (
    mul as mul,
)
from diffcheck.ops.elementary import (
    ne as ne,
)
from diffcheck.ops.elementary import (
    neg as neg,
)
from diffcheck.ops.elementary import (
    power as power,
)
from diffcheck.ops.elementary import (
    sigmoid as sigmoid,
)
from diffcheck.ops.elementary import (
    sign as sign,
)
from diffcheck.ops.elementary import (
    sin as sin,
)
from diffcheck.ops.elementary import (
    sinh as sinh,
)
from diffcheck.ops.elementary import (
    sqrt as sqrt,
)
from diffcheck.ops.elementary import (
    square as square,
)
from diffcheck.ops.elementary import (
    sub as sub,
)
from diffcheck.ops.elementary import (
    tan as tan,
)
from diffcheck.ops.elementary import (
    tanh as tanh,
)
from diffcheck.ops.elementary import (
    where as where,
)
from diffcheck.ops.exact import e as e
from diffcheck.ops.exact import pi as pi
from diffcheck.ops.exact import rational as rational
from diffcheck.ops.neural import (
    bce_with_logits as bce_with_logits,
)
from diffcheck.ops.neural import (
    binary_cross_entropy as binary_cross_entropy,
)
from diffcheck.ops.neural import (
    celu as celu,
)
from diffcheck.ops.neural import (
    cross_entropy as cross_entropy,
)
from diffcheck.ops.neural import (
    elu as elu,
)
from diffcheck.ops.neural import (
    gelu as gelu,
)
from diffcheck.ops.neural import (
    gelu_tanh as gelu_tanh,
)
from diffcheck.ops.neural import (
    leaky_relu as leaky_relu,
)
from diffcheck.ops.neural import (
    log_sigmoid as log_sigmoid,
)
from diffcheck.ops.neural import (
    log_softmax as log_softmax,
)
from diffcheck.ops.neural import (
    logsumexp as logsumexp,
)
from diffcheck.ops.neural import (
    mish as mish,
)
from diffcheck.ops.neural import (
    mse_loss as mse_loss,
)
from diffcheck.ops.neural import (
    relu as relu,
)
from diffcheck.ops.neural import (
    silu as silu,
)
from diffcheck.ops.neural import (
    softmax as softmax,
)
from diffcheck.ops.special import (
    digamma as digamma,
)
from diffcheck.ops.special import (
    erf as erf,
)
from diffcheck.ops.special import (
    erfc as erfc,
)
from diffcheck.ops.special import (
    lgamma as lgamma,
)
from diffcheck.ops.special import (
    log_ndtr as log_ndtr,
)
from diffcheck.ops.special import (
    ndtr as ndtr,
)
from diffcheck.ops.special import (
    polygamma as polygamma,
)
from diffcheck.ops.special import (
    softplus as softplus,
)
from diffcheck.ops.special import (
    xlogy as xlogy,
)
