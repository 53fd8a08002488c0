"""The page of what torch gets wrong: its truths hold, and torch still differs from them."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "torch_findings.md").read_text(encoding="utf-8")

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(ROOT / "benchmarks")
    from torch_findings import FINDINGS, printed

# What depends on the processor, or on what lies in memory, is on the page and not looked for here.
EVERYWHERE = [f for f in FINDINGS if "processor" not in f.condition and not f.varies]


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.title)
def test_the_page_has_every_finding_with_its_truth(finding):
    told = PAGE.partition(f"## {finding.title}\n")[2].partition("\n## ")[0]
    assert finding.lines.strip() in told
    assert f"Truth: `{printed(finding.truth)}`." in told


@pytest.mark.parametrize("finding", EVERYWHERE, ids=lambda finding: finding.title)
def test_torch_still_differs_from_the_truth(finding):
    gave = printed(finding.lines)
    assert f"Torch: `{gave}`." in PAGE
    assert gave != printed(finding.truth)


def test_most_findings_are_looked_for_everywhere():
    assert len(EVERYWHERE) >= 15
