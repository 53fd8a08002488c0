"""What an audit found, as text: the fault with its condition, or what was tried."""

from collections import Counter

from diffcheck.audit.answers.explain import Condition
from diffcheck.audit.conditions.context import NUMBER
from diffcheck.audit.conditions.uses import USES
from diffcheck.audit.design import Design
from diffcheck.audit.trials.ruling import Heard, Ruling, placed
from diffcheck.audit.trials.screen import UNFIT, Screened
from diffcheck.audit.trials.trial import Trials

_TOLD = 3


def fault_text(
    name: str, seen: Screened, found: Heard | None, condition: Condition, script: str, noted: list[str]
) -> str:
    """A fault in a few lines: the condition, the smallest context, the numbers, the script."""
    lines = [f"{name}: {_what(seen, found)}"]
    lines.append(f"  {condition.words} ({_counts(condition)})")
    lines.append(f"  smallest context: {seen.context.words()}")
    if found is not None and found.ruling is Ruling.WRONG:
        where = f"`{found.input}`{list(found.place) if found.place else ''}" if found.input else "the result"
        plain = "" if found.plain is None else f"; plain torch {found.plain:.8g}"
        if not found.input:
            lines.append(_of_result(seen))
        if found.input:
            lines.append(f"  gradient by {where}: {found.value:.8g}, truth {found.truth}{plain}")
        if len(found.wrong) > 1:
            lines.append(f"  wrong by {', '.join(f'`{n}`' for n in found.wrong)}")
    lines += [f"  {note}" for note in noted[:_TOLD]]
    if script:
        lines += ["  without diffcheck:", *(f"    {line}" for line in script.splitlines())]
    return "\n".join(lines)


def summary_text(seen: Screened, found: Heard | None, condition: Condition) -> str:
    """What is wrong and when, without the numbers."""
    plain = "" if found is None or found.plain is None else f"; plain torch gives {found.plain:.8g}"
    return f"{_what(seen, found)}; {condition.words} ({_counts(condition)}){plain}"


def farthest(seen: Screened) -> tuple[str, float, float]:
    """Where the result is farthest from the definition's, what it is there, and what the definition's is."""
    errors = [(a - b).abs().nan_to_num(float("inf")) for a, b in zip(seen.values, seen.expected, strict=True)]
    number = max(range(len(errors)), key=lambda k: float(errors[k].max()) if errors[k].numel() else 0.0)
    k = int(errors[number].argmax())
    gave, right = (float(values[number].reshape(-1)[k]) for values in (seen.values, seen.expected))
    whose = f" {number}" if len(errors) > 1 else ""
    return f"result{whose}{list(placed(k, tuple(errors[number].shape)))}", gave, right


def _of_result(seen: Screened) -> str:
    where, gave, right = farthest(seen)
    return f"  {where}: {gave:.8g}, the definition's {right:.8g}"


def _what(seen: Screened, found: Heard | None) -> str:
    if seen.broken:
        return "; ".join(seen.broken)
    if seen.raised:
        return f"its backward raises where the definition does not: {seen.raised}"
    assert found is not None
    if found.reason == "value":
        return f"its result is not the definition's (in {found.format})"
    percent = 100 * found.error
    off = f"off by {percent:.0f} percent" if 10 <= percent < 1000 else f"off by {percent:.2g} percent"
    off = "off by far" if percent >= 1000 else off
    if found.error != found.error or found.error == float("inf"):
        off = "not finite" if found.value != found.value or abs(found.value) == float("inf") else "where it is zero"
    reason = "" if found.reason == "wrong" else f" ({found.reason})"
    return f"the gradient by `{found.input}` is wrong, {off}{reason}, in {found.format}"


def _counts(condition: Condition) -> str:
    if not condition.atoms:
        return f"in {condition.agree} of {condition.tried} contexts tried"
    told = f"wrong in {condition.agree} of {condition.agree + condition.missed} contexts tried where this holds"
    return f"{told}, in {condition.others} of {condition.others + condition.right} where it does not"


def _kind(kind: str) -> str:
    """A kind of condition in words."""
    return kind.replace("size:", "sizes of ").replace(NUMBER, "values of ")


def coverage_text(name: str, trials: Trials, design: Design, seconds: float, second: str) -> str:
    """What was tried, of a passing operation."""
    counted = trials.counted
    kinds = {kind: names for kind, names in design.kinds.items() if len(names) > 1}
    tried = {(kind, s.context[kind]) for s in counted for kind in kinds}
    heard = Counter(h.ruling for h in trials.hearings.values())
    whose = f"{name}: " if name else ""
    lines = [
        f"{whose}nothing wrong was found in {len(counted)} contexts ({seconds:.1f} s); "
        f"{heard[Ruling.RIGHT]} of them certified by the referee, the others screened",
        "  conditions tried: "
        + ", ".join(f"{sum((k, n) in tried for n in names)} of {len(names)} {_kind(k)}" for k, names in kinds.items()),
        f"  pairs of conditions tried: {len(design.covered)} of {design.all_pairs()}",
    ]
    if not heard[Ruling.RIGHT] and heard[Ruling.CONFIRMED]:
        lines[0] = (
            f"{whose}nothing wrong was found in {len(counted)} contexts ({seconds:.1f} s); none is certified, "
            f"for the definition cannot be recorded, and {heard[Ruling.CONFIRMED]} are confirmed by torch and by "
            "differences of its values"
        )
    elif not heard[Ruling.RIGHT]:
        lines[0] = f"{whose}nothing could be certified, in {len(counted)} contexts ({seconds:.1f} s)"
    if second.startswith("wrong"):
        lines.append(f"  not accused: its second derivatives are {second}, and it does not say that it has none")
    if trials.subject.unasked:
        told = ", ".join(f"`{n}`" for n in sorted(trials.subject.unasked))
        lines.append(f"  it gives no gradient by {told}, and no example requires one: those that do are asked for")
    for what in ("result", "gradient"):
        names = [name for name, other in trials.subject.unheld.items() if other == what]
        if names:
            lines.append(
                f"  not held to {', '.join(names)}: its {what} is another there; declare it to hold it to that"
            )
    lines += _asides(trials, heard)
    return "\n".join(lines)


def _asides(trials: Trials, heard: Counter[Ruling]) -> list[str]:
    lines = []
    excused = [(k, h) for k, h in trials.hearings.items() if h.ruling is Ruling.EXCUSED]
    if excused:
        lines.append(
            f"  not accused in {len(excused)}: off there, as plain torch is, or as its formula and format explain"
        )
    unheard = [h.reason for h in trials.hearings.values() if h.ruling is Ruling.OPEN]
    if unheard:
        reason, count = Counter(unheard).most_common(1)[0]
        lines.append(f"  not certified in {len(unheard)}: {reason[:160]} ({count} times)")
    seen = [s for s in trials.seen.values() if not USES[s.context["use"]].late_s]
    for name, row in USES.items():
        refusal = next((s.refused for s in trials.seen.values() if s.context["use"] == name and s.refused), "")
        if row.late_s and refusal:
            lines.append(f"  not tried whether {row.words}: {refusal.partition(' Explanation:')[0][:160]}")
    for what, told in (
        ("the operation does not run in", [s.refused for s in seen if s.refused]),
        ("the definition does not run in", [s.skipped for s in seen if s.skipped not in ("", UNFIT)]),
    ):
        if told:
            reason, count = Counter(told).most_common(1)[0]
            lines.append(f"  {what} {len(told)} contexts: {reason[:120]} ({count} times)")
    return lines
