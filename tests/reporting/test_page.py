"""``report.html`` in a real browser: what it shows, what it does, and what it never does."""

import base64
import json
import re
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diffcheck import case, interval
from diffcheck.api import conduct
from diffcheck.ops import exp, sin, tanh
from diffcheck.reporting.page.document import page
from diffcheck.reporting.page.layers import placed
from diffcheck.reporting.page.mathml import mathml, text
from diffcheck.results import Run
from diffcheck.runner.settings import Settings
from diffcheck.verdict import Verdict

HOSTILE = "<script>alert(1)</script>"


def half_more(x):
    """The square, with a derivative that is half too large."""
    return (x * x).detach() + 1.5 * (x * x - (x * x).detach())


@case(x=interval(-3, 3), points=[{"x": 0.5}], tags=("smooth",))
def wave(x):
    """The sine of an exponential."""
    return sin(exp(x))


@case(x=interval(1, 2), name=HOSTILE, points=[{"x": 1.25}], reference="</script><b>bold</b>")
def hostile(x):
    """<img src=x onerror=alert(2)>"""
    return tanh(x)


@case(x=interval(1, 2), name="=cmd()", implementations={"autograd": half_more}, points=[{"x": 1.25}])
def wrong(x):
    """{{ 7 * 7 }}"""
    return x * x


@pytest.fixture(scope="module")
def run() -> Run:
    return conduct([wave, hostile, wrong], Settings(samples=2, timing=True))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    with api.sync_playwright() as started:
        yield started.chromium.launch(executable_path=found, args=["--no-sandbox"])


@pytest.fixture(scope="module")
def file(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page(run))
    return path


@pytest.fixture
def opened(browser: Any, file: Path) -> Iterator[Any]:
    """Opens the page; nothing may be said on the console, raised, or fetched while it is looked at."""
    said: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)

    def at(fragment: str = "") -> Any:
        shown = context.new_page()
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.on("dialog", lambda dialog: said.append(dialog.message))
        shown.on("request", lambda request: said.append(request.url) if request.url != shown.url else None)
        shown.goto(f"file://{file}{fragment}")
        shown.wait_for_selector("body[data-ready]")
        return shown

    yield at
    context.close()
    assert [text for text in said if not text.startswith(("file:", "blob:", "data:"))] == []


def names(shown: Any) -> list[str]:
    return shown.locator(".tabulator-row .name").all_inner_texts()


def test_it_says_first_who_is_wrong_and_where(opened: Any) -> None:
    shown = opened()
    assert shown.locator("h1").inner_text().startswith("autograd:reverse fails: disagree (wrong) on =cmd() derivative")
    card = shown.locator("#failures article").first
    assert "at x = " in card.inner_text()
    assert "diffcheck" not in card.locator(".script").inner_text()
    value, truth = card.locator("pre.numbers").inner_text().splitlines()
    assert float(value.split()[1]) == pytest.approx(1.5 * float(truth.split()[1]), rel=0.1)
    assert names(shown)[0] == "=cmd()"


def test_names_are_texts_everywhere(opened: Any, file: Path) -> None:
    shown = opened(f"#case={HOSTILE.replace('<', '%3C').replace('/', '%2F')}%20derivative")
    assert HOSTILE in shown.locator("#case h2").inner_text()
    assert "<img src=x onerror=alert(2)>" in shown.locator("#case").inner_text()
    assert "</script><b>bold</b>" in shown.locator("#case").inner_text()
    assert shown.locator("#case img, #case b").count() == 0
    assert HOSTILE not in file.read_text()
    shown = opened("#case=%3Dcmd()%20derivative")
    assert "{{ 7 * 7 }}" in shown.locator("#case").inner_text()


def test_it_is_found_filtered_and_sorted(opened: Any) -> None:
    shown = opened()
    shown.fill("#query", "smooth")
    assert names(shown) == ["wave"]
    assert shown.locator("#shown").inner_text() == "1 of 3 cases"
    assert "q=smooth" in shown.url
    shown.fill("#query", "nothing of this name")
    assert "No case fits" in shown.locator("#table").inner_text()
    shown.fill("#query", "")
    shown.click("button[data-verdict=disagree]")
    assert names(shown) == ["=cmd()"]
    assert shown.locator("button[data-verdict=disagree]").get_attribute("aria-pressed") == "true"
    shown.click("button[data-verdict=disagree]")
    shown.locator(".tabulator-col", has_text="case").first.click()
    ascending = names(shown)
    shown.locator(".tabulator-col", has_text="case").first.click()
    assert names(shown) == ascending[::-1] == sorted(ascending, reverse=True)


def test_numbers_are_sorted_as_numbers(opened: Any, run: Run) -> None:
    shown = opened()
    shown.locator(".tabulator-col", has_text="error (ulp)").click()
    cells = shown.locator(".tabulator-row .tabulator-cell[tabulator-field=error]").all_inner_texts()
    values = [float(cell) for cell in cells]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 3


def test_a_link_opens_a_case_whatever_is_filtered(opened: Any) -> None:
    shown = opened("#q=hostile&verdict=crash&case=wave%20derivative")
    section = shown.locator("#case")
    section.locator("figure svg").nth(3).wait_for()
    assert "The sine of an exponential." in section.inner_text()
    assert shown.locator("#shown").inner_text() == "3 cases"
    titles = section.locator("figure h4").all_inner_texts()
    assert titles[:3] == ["The program", "Errors over the points", "Error against step, finite:adaptive"]
    assert "Time" in titles
    assert section.locator("math").count() == 2
    labels = section.locator("figure svg[aria-label]").evaluate_all("all => all.map((s) => s.ariaLabel)")
    assert any("errors in ulp" in label for label in labels)
    graph = section.locator("svg[role=img]").first
    assert {"x", "exp", "sin"} <= set(graph.locator("text.name").all_text_contents())
    section.locator("summary", has_text="its points").first.click()
    section.locator("details table").first.locator("tbody tr").nth(2).wait_for()  # the table is made when it is opened
    section.locator("button", has_text="close").click()
    assert section.is_hidden()


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_sticks_out_sideways(opened: Any, width: int) -> None:
    shown = opened("#case=wave%20derivative")
    shown.set_viewport_size({"width": width, "height": 800})
    shown.locator("#case figure svg").first.wait_for()
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_thousands_of_cases_open_and_sort(run: Run, browser: Any, tmp_path: Path) -> None:
    many = replace(
        run,
        rows=tuple(replace(row, case=f"{row.case} {k}") for k in range(1700) for row in run.rows),
        cases=tuple(replace(c, case=f"{c.case} {k}") for k in range(1700) for c in run.cases),
        points=tuple(replace(p, case=f"{p.case} {k}") for k in range(1700) for p in run.points),
    )
    path = tmp_path / "many.html"
    path.write_text(page(many))
    shown = browser.new_page()
    shown.goto(f"file://{path}")
    shown.wait_for_selector("body[data-ready]")
    assert shown.locator("#shown").inner_text() == "5100 cases"
    assert shown.locator(".tabulator-row").count() < 200  # those in view, and some around
    shown.fill("#query", "cmd() 1699")
    assert names(shown) == ["=cmd() 1699"]
    ready = shown.evaluate("performance.now()")
    print(f"5,100 cases, {path.stat().st_size / 1e6:.1f} MB: opened, filtered after {ready:.0f} ms")
    shown.close()


def test_a_page_of_an_empty_run_says_so(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "empty.html"
    path.write_text(page(Run((), (), {}, broken=("a.py: 1 / 0",))))
    shown = browser.new_page()
    shown.goto(f"file://{path}")
    shown.wait_for_selector("body[data-ready]")
    assert "a.py: 1 / 0" in shown.locator("main").inner_text()
    shown.close()


def test_the_page_asks_the_network_for_nothing(file: Path) -> None:
    written = file.read_text()
    assert not re.search(r'(src|href)="(?!#)', written)
    assert "default-src 'none'" in written


def test_only_failures_that_are_not_shown_are_more(run: Run) -> None:
    row = replace(run.rows[0], verdict=Verdict.ERROR, reason="case", note="it raises")
    engines = [replace(row, engine=f"engine{k}") for k in range(14)]
    shown = page(replace(run, rows=tuple(engines)))
    assert shown.count('<article class="failure') == 1
    assert "more: press the verdicts" not in shown
    others = [replace(row, case=f"case{k}", verdict=Verdict.CRASH, reason="") for k in range(12)]
    shown = page(replace(run, rows=(*engines, *others)))
    assert shown.count('<article class="failure') == 10
    assert "and 3 more: press the verdicts" in shown


def test_a_row_that_agrees_and_fails_shows_no_digits(run: Run) -> None:
    right = next(row for row in run.rows if row.verdict is Verdict.AGREE and row.truth)
    failing = page(replace(run, rows=(replace(right, expected="disagree"),)))
    assert failing.count('<article class="failure') == 1
    assert '<pre class="numbers"' not in failing


def test_the_same_run_gives_the_same_bytes(run: Run, file: Path) -> None:
    assert page(run) == file.read_text()


def test_what_is_packed_is_the_run(file: Path) -> None:
    (found,) = re.findall(r'id="overview">(.*?)</script>', file.read_text(), re.DOTALL)
    overview = json.loads(zlib.decompress(base64.b64decode(found), -zlib.MAX_WBITS))
    assert {line["case"] for line in overview["cases"]} == {HOSTILE, "=cmd()", "wave"}
    assert overview["contestants"] == ["symbolic:closed", "finite:adaptive", "autograd:reverse"]


MINUS, ALPHA = "<mo>\u2212</mo>", "\u03b1"
FORMULAS = {
    "x - (y - z)": (
        f"<mrow><mi>x</mi>{MINUS}<mrow><mo>(</mo><mrow><mi>y</mi>{MINUS}<mi>z</mi></mrow><mo>)</mo></mrow></mrow>"
    ),
    "sqrt(x) / 2": "<mfrac><msqrt><mi>x</mi></msqrt><mn>2</mn></mfrac>",
    "(-x) ** 2": f"<msup><mrow><mo>(</mo><mrow>{MINUS}<mi>x</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup>",
    "-x ** 2": f"<mrow>{MINUS}<msup><mi>x</mi><mn>2</mn></msup></mrow>",
    "2 * 3": "<mrow><mn>2</mn><mo>\u00b7</mo><mn>3</mn></mrow>",
    "1e-05": "<msup><mn>10</mn><mn>-5</mn></msup>",
    "w[0,1]": "<msub><mi>w</mi><mtext>0,1</mtext></msub>",
    "alpha": f"<mi>{ALPHA}</mi>",
    "exp(x) <": "<mtext>exp(x) &lt;</mtext>",
}


@pytest.mark.parametrize(("formula", "markup"), FORMULAS.items())
def test_formulas_are_mathematics(formula: str, markup: str) -> None:
    assert text(mathml(formula)) == markup


def test_every_node_stands_right_of_what_it_is_made_of() -> None:
    operands = [(), (), (0, 1), (0,), (2, 3), (4, 0)]
    places = placed(operands)
    assert all(places[i].layer < places[k].layer for k, own in enumerate(operands) for i in own)
    assert len({(p.layer, p.place) for p in places}) == len(places)
    assert placed([]) == []
