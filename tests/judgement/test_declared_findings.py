"""Findings that a case declares, and where they are told."""

import torch
from backward import custom, right, row, saved

from diffcheck import case, interval
from diffcheck.api import Settings, conduct
from diffcheck.ops import sin
from diffcheck.ops import sum as total
from diffcheck.reporting.markdown import markdown


def declared(expect, implementation):
    return row(implementation, expect={"autograd": expect}, because="known")


def test_findings_that_are_not_declared_fail_beside_declared_ones():
    def spoiling(x):
        return x.data.mul_(2).div(2).sin().sum()

    spoils_and_doubles = custom(lambda ctx, x: spoiling(x), lambda ctx, g: 2 * g * torch.cos(saved(ctx) / 2))
    assert declared("disagree", spoils_and_doubles).fails
    assert not declared(["disagree", "changes-input"], spoils_and_doubles).fails
    assert declared("changes-input", spoils_and_doubles).fails


def test_a_declared_finding_that_is_gone_fails():
    assert declared("changes-input", lambda x: torch.sin(x).sum()).fails
    assert not declared("ignores-gradient", custom(right, lambda ctx, g: torch.cos(saved(ctx)))).fails


def test_findings_stand_in_every_table():
    subject = case(
        x=interval(-2, 2, shape=3), samples=1, implementations={"autograd": custom(right, lambda c, g: saved(c).cos())}
    )(lambda x: total(sin(x)))
    run = conduct(subject, Settings(engines=["autograd"], timing=False))
    assert run.cases[0].consensus == "blame: autograd"
    assert "agree, but ignores-gradient" in markdown(run)
