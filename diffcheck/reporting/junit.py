"""``junit.xml``: a test case for each task, as continuous integration reads it."""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from diffcheck.reporting.failure import failure
from diffcheck.reporting.words import contestant, told
from diffcheck.results import Row, Run
from diffcheck.verdict import UNANSWERED, Verdict

# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROPERTIES = (
    *("verdict", "reason", "findings", "device", "dtype", "digits", "digits_possible", "error_ulp", "inherent_ulp"),
    *("formula_ulp", "points", "failed_points", "worst_point", "worst_component", "value", "truth"),
)
_SILENT = (Verdict.UNSUPPORTED, Verdict.UNCERTAIN, Verdict.UNDEFINED)


def files(run: Run) -> dict[str, str]:
    """The suite by the name of its file.

    What fails is a ``failure``, what was not answered and fails an ``error``; known defects, and what nobody can be
    judged by, are ``skipped``.
    """
    suite = Element("testsuite", name="diffcheck", timestamp=run.environment.get("date", ""))
    for row in sorted(run.rows, key=lambda row: not row.departure):
        _task(suite, run, row)
    for text in run.broken:
        _alone(suite, "broken definition", text)
    if run.interrupted:
        _alone(suite, "interrupted", f"interrupted at {run.interrupted}: what comes after was not tried")
    cases = suite.findall("testcase")
    counts = {f"{kind}s": sum(case.find(kind) is not None for case in cases) for kind in ("failure", "error")}
    skipped = sum(case.find("skipped") is not None for case in cases)
    suite.attrib |= {name: str(n) for name, n in {"tests": len(cases), **counts, "skipped": skipped}.items()}
    suites = Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    text = ElementTree.tostring(suites, encoding="unicode")
    return {"junit.xml": f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'}


def _task(suite: Element, run: Run, row: Row) -> None:
    about = run.case_of(row)
    source = "" if about is None else about.source.partition("::")[0]
    who = " ".join(filter(None, [f"{row.engine}:{row.method}", row.device, row.dtype]))
    place = source.removesuffix(".py").replace("/", ".") or "diffcheck"
    case = SubElement(suite, "testcase", classname=_text(place), name=_text(f"{row.case} {row.operator} {who}"))
    properties = SubElement(case, "properties")
    for name in _PROPERTIES:
        value = getattr(row, name)
        if value == value and value != "":
            SubElement(properties, "property", name=name, value=_text(str(value)))
    if row.fails:
        lines = failure(row)
        kind = "error" if row.verdict in UNANSWERED else "failure"
        SubElement(case, kind, message=_text(lines[0]), type=str(row.verdict)).text = _text("\n".join(lines))
    elif row.known:
        SubElement(case, "skipped", message=_text(f"known: {contestant(row)} {row.verdict}; {told(row)}"))
    elif row.verdict in _SILENT:
        SubElement(case, "skipped", message=_text(f"{row.verdict}; {told(row)}"))


def _alone(suite: Element, name: str, text: str) -> None:
    """What goes wrong beside the tasks."""
    case = SubElement(suite, "testcase", classname="diffcheck", name=name)
    SubElement(case, "error", message=_text(text), type=name).text = _text(text)


def _text(text: str) -> str:
    return _UNWRITABLE.sub("?", text)
