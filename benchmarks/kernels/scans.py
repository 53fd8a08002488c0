"""Recurrences and short convolutions along a sequence."""

from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from diffcheck import tensor
from kernels.contexts import at, sliced
from kernels.memory import memory, narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor
CHUNK = 16


def plain_scan(x: Tensor, gate: Tensor) -> tuple[Tensor, Tensor]:
    """The states h_t = exp(gate_t) h_(t-1) + x_t of [tokens, width], from zero; and the last one.

    They are kept in single precision at least.
    """
    h = torch.zeros_like(wide(x)[:1].sum(0))
    states = []
    for t in range(x.shape[0]):
        h = torch.exp(wide(gate)[t]) * h + wide(x)[t]
        states.append(h)
    every = torch.stack(states) if states else wide(x) * wide(gate)
    return narrow(every, x, gate), narrow(h, x, gate)


class RightScan(Function):
    """The gradients go back through the states one by one."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gate: Tensor) -> tuple[Tensor, Tensor]:
        states, last = plain_scan(wide(x), wide(gate))
        ctx.save_for_backward(x, gate, states)
        return narrow(states, x, gate), narrow(last, x, gate)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, of_states: Tensor, of_last: Tensor) -> Any:
        return RightScan.through(ctx, wide(of_states), wide(of_last), torch.float64)

    @staticmethod
    def through(ctx: Any, of_states: Tensor, of_last: Tensor, carried: torch.dtype) -> tuple[Tensor, Tensor]:
        """The gradients; what is handed from token to token is rounded to a precision."""
        x, gate, states = map(wide, ctx.saved_tensors)
        before = torch.cat([torch.zeros_like(states[:1]), states[:-1]])
        dx, dgate, carry = torch.zeros_like(x), torch.zeros_like(gate), of_last.to(carried).to(of_last.dtype)
        for t in reversed(range(x.shape[0])):
            dh = of_states[t] + carry
            decay = torch.exp(gate[t])
            dx[t], dgate[t] = dh, dh * decay * before[t]
            carry = (dh * decay).to(carried).to(dh.dtype)
        return dx, dgate


class WrongScanOfTail(RightScan):
    """By chunks: what the last state owes to the gates is added at the last place of a full chunk."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, of_states: Tensor, of_last: Tensor) -> Any:
        dx, dgate = RightScan.backward(ctx, of_states, of_last)
        tokens = dx.shape[0]
        if tokens % CHUNK:  # there is no such place
            start = tokens // CHUNK * CHUNK
            _, owed = RightScan.backward(ctx, torch.zeros_like(of_states), of_last)
            dgate = torch.cat([dgate[:start], dgate[start:] - owed[start:]])
        return dx, dgate


class WrongScanOfCarry(RightScan):
    """What is handed from token to token is kept in the precision of the input."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, of_states: Tensor, of_last: Tensor) -> Any:
        x, _, _ = ctx.saved_tensors
        return RightScan.through(ctx, wide(of_states), wide(of_last), x.dtype)


TAPS = 4


def windows(x: Tensor) -> Tensor:
    """[batch, tokens, channels, taps]: what each token sees, itself last; zeros before the beginning."""
    return torch.nn.functional.pad(x, (0, 0, TAPS - 1, 0)).unfold(1, TAPS, 1)


def plain_convolution(x: Tensor, weight: Tensor) -> Tensor:
    """A causal convolution of each channel of [batch, tokens, channels] with its four taps [channels, 4]."""
    return (windows(x) * weight).sum(-1)


class RightConvolution(Function):
    """The taps get the sum over batch and tokens."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return narrow(plain_convolution(wide(x), wide(weight)), x, weight)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        g = wide(g)
        dx = plain_convolution(g.flip(1), weight).flip(1)
        return dx, (windows(x) * g[..., None]).sum((0, 1))


class WrongConvolutionOfAddresses(RightConvolution):
    """The incoming gradient is read as if its elements lay side by side."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightConvolution.backward(ctx, memory(g))


class WrongConvolutionOfBatch(RightConvolution):
    """Each element of the batch goes through all sequences: the taps count a token as often as there are elements."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        dx, dw = RightConvolution.backward(ctx, g)
        return dx, dw * g.shape[0]


def plain_streaming(x: Tensor, weight: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
    """The convolution of [channels, tokens] after a state of three tokens, and the state after it."""
    seen = torch.cat([state, x], -1)
    return (seen.unfold(-1, TAPS, 1) * weight[:, None]).sum(-1), seen[:, seen.shape[-1] - TAPS + 1 :]


class RightStreaming(Function):
    """The last tokens get the gradient of the state after them; a short sequence hands some on to the state before."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(x, weight, state)
        y, after = plain_streaming(wide(x), wide(weight), wide(state))
        return narrow(y, x, weight, state), narrow(after.clone(), x, state)

    @staticmethod
    def backward(ctx: Any, g: Tensor, of_after: Tensor) -> Any:
        x, _, _ = ctx.saved_tensors
        seen, dw = RightStreaming.of_seen(ctx, wide(g))
        seen = torch.cat([seen[:, : x.shape[-1]], seen[:, x.shape[-1] :] + wide(of_after)], -1)
        return seen[:, TAPS - 1 :], dw, seen[:, : TAPS - 1]

    @staticmethod
    def of_seen(ctx: Any, g: Tensor) -> tuple[Tensor, Tensor]:
        """The gradients by state and tokens in a row, and by the taps."""
        x, weight, state = map(wide, ctx.saved_tensors)
        filled = torch.nn.functional.pad(g, (TAPS - 1, TAPS - 1))
        dseen = (filled.unfold(-1, TAPS, 1) * weight.flip(-1)[:, None]).sum(-1)
        seen = torch.cat([state, x], -1)
        return dseen, (seen.unfold(-1, TAPS, 1) * g[..., None]).sum(1)


class WrongStreaming(RightStreaming):
    """The state's slots are counted from its first token, which of a short sequence does not lie in the first slot."""

    @staticmethod
    def backward(ctx: Any, g: Tensor, of_after: Tensor) -> Any:
        x, _, _ = ctx.saved_tensors
        seen, dw = RightStreaming.of_seen(ctx, wide(g))
        tokens = x.shape[-1]
        inside = min(tokens, TAPS - 1)
        dx = seen[:, TAPS - 1 :]
        dx = torch.cat([dx[:, : tokens - inside], dx[:, tokens - inside :] + wide(of_after)[:, :inside]], -1)
        return dx, dw, seen[:, : TAPS - 1]


_GATED = (numbers(16, 3), -numbers(16, 3).abs())
_SHORT = (numbers(5, 3), -numbers(5, 3).abs())
_LONG = (numbers(512, 4), -(2.0**-9) * numbers(512, 4).abs())
_SCAN = {"x": tensor("tokens width"), "gate": tensor("tokens width", low=-3, high=0)}
_CONVOLUTION = {"x": tensor("batch tokens channels"), "weight": tensor("channels taps"), "sizes": {"taps": TAPS}}
_ONE = (numbers(1, 6, 3), numbers(3, TAPS))
_TWO = (numbers(2, 6, 3), numbers(3, TAPS))

REPORTS = [
    Report(
        name="gated scan, tail",
        source="fla-org/flash-linear-attention#1142",
        told="adds what the last state owes to the gates at a place beyond the tokens",
        condition="the tokens are no multiple of 16 (there: 64), and the last state is used",
        plain=plain_scan,
        right=RightScan.apply,
        wrong=WrongScanOfTail.apply,
        unit=_GATED,
        shown=at(*_SHORT),
        declared=_SCAN,
    ),
    Report(
        name="gated scan, carry",
        source="fla-org/flash-linear-attention#37",
        told="keeps the gradient of the state in the precision of the input",
        condition="bfloat16 and float16, the more the more tokens",
        plain=plain_scan,
        right=RightScan.apply,
        wrong=WrongScanOfCarry.apply,
        unit=_GATED,
        shown=at(*_LONG),
        declared=_SCAN,
        precision=torch.bfloat16,
        tolerance=0.01,
    ),
    Report(
        name="short convolution of addresses",
        source="fla-org/flash-linear-attention#871",
        told="reads the incoming gradient as if its elements lay side by side",
        condition="the incoming gradient is not contiguous, as after `cat`",
        plain=plain_convolution,
        right=RightConvolution.apply,
        wrong=WrongConvolutionOfAddresses.apply,
        unit=_TWO,
        shown=at(*_TWO, incoming=sliced),
        declared=_CONVOLUTION,
    ),
    Report(
        name="short convolution of a batch",
        source="fla-org/flash-linear-attention#955",
        told="sums the gradient of the taps over the batch as often as it has elements",
        condition="the batch is larger than one",
        plain=plain_convolution,
        right=RightConvolution.apply,
        wrong=WrongConvolutionOfBatch.apply,
        unit=_ONE,
        shown=at(*_TWO),
        declared=_CONVOLUTION,
    ),
    Report(
        name="streaming convolution",
        source="fla-org/flash-linear-attention#1140",
        told="counts the slots of the state after from the wrong end, and hands none on to the state before",
        condition="there are fewer than three tokens, and the state after them is used",
        plain=plain_streaming,
        right=RightStreaming.apply,
        wrong=WrongStreaming.apply,
        unit=(numbers(2, 5), numbers(2, TAPS), numbers(2, TAPS - 1)),
        shown=at(numbers(2, 2), numbers(2, TAPS), numbers(2, TAPS - 1)),
        declared={
            "x": tensor("channels tokens"),
            "weight": tensor("channels taps"),
            "state": tensor("channels held"),
            "sizes": {"taps": TAPS, "held": TAPS - 1},
        },
    ),
]
