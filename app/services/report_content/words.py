"""Words for what the domain counts in codes, and the small phrases several parts share."""

from datetime import datetime

from app.analysis.words_figures import short_move, short_range
from app.domain.change import ChangeState, ChangeType
from app.domain.metric import MetricKind, Target, WindowName
from app.domain.need import EvidenceKind, NeedCategory, ScopeArea
from app.domain.review import CloseCode, TestResult
from app.domain.verdict import Caveat, Comparison, Evidence, Verdict
from app.i18n import _, later
from app.services.report_content.common import Icon, Mark
from app.services.report_content.source import SHORT_S, Source
from app.services.review.rag import Light
from app.wording import (
    MINUS,
    THIN,
    clock,
    day,
    duration,
    number,
    percent,
    signed_percent,
)

STATES = {
    ChangeState.DRAFT: later("Draft"),
    ChangeState.ASSESS: later("Assess"),
    ChangeState.AUTHORIZE: later("Authorize"),
    ChangeState.SCHEDULED: later("Scheduled"),
    ChangeState.IMPLEMENT: later("Implement"),
    ChangeState.TEST: later("Test"),
    ChangeState.MONITOR: later("Monitor"),
    ChangeState.REVIEW: later("Review"),
    ChangeState.CLOSED: later("Closed"),
    ChangeState.REJECTED: later("Rejected"),
    ChangeState.BACKOUT: later("Backout"),
    ChangeState.CANCELED: later("Canceled"),
}
TYPES = {
    ChangeType.NORMAL: later("Normal change"),
    ChangeType.STANDARD: later("Standard change"),
    ChangeType.EMERGENCY: later("Emergency change"),
}
CLOSE_CODES = {
    CloseCode.SUCCESSFUL: later("Successful"),
    CloseCode.WITH_ISSUES: later("Successful with issues"),
    CloseCode.UNSUCCESSFUL: later("Unsuccessful"),
    CloseCode.BACKED_OUT: later("Backed out"),
    CloseCode.CANCELED: later("Canceled"),
}
NEEDS = {
    NeedCategory.DOWNTIME_CRASH: later("Downtime or crashes"),
    NeedCategory.CANNOT_SCALE: later("Cannot scale with traffic"),
    NeedCategory.OUTDATED: later("Outdated or incompatible software"),
    NeedCategory.PERSISTENT_BUG: later("Persistent or complex bugs"),
    NeedCategory.SECURITY_VULNERABILITY: later("Security vulnerabilities"),
}
RECORDS = {
    EvidenceKind.OUTAGE: later("Outage"),
    EvidenceKind.METRIC: later("Metric"),
    EvidenceKind.VERSION: later("Version"),
    EvidenceKind.BUG: later("Bug"),
    EvidenceKind.ADVISORY: later("Advisory"),
    EvidenceKind.LOG: later("Log"),
    EvidenceKind.COMPLAINT: later("Complaint"),
}
AREAS = {
    ScopeArea.SERVER: later("server"),
    ScopeArea.CODE: later("code"),
    ScopeArea.SECURITY: later("security"),
    ScopeArea.INFRASTRUCTURE: later("infrastructure"),
}
_LIGHTS = {
    Light.GOOD: Icon.GOOD,
    Light.WATCH: Icon.WATCH,
    Light.BAD: Icon.BAD,
    Light.UNKNOWN: Icon.UNKNOWN,
}
_VERDICTS = {
    Verdict.IMPROVED: Icon.GOOD,
    Verdict.REGRESSED: Icon.BAD,
    Verdict.CHANGED: Icon.DIFFERENT,
    Verdict.NO_MATERIAL_CHANGE: Icon.SAME,
    Verdict.NOT_ENOUGH_DATA: Icon.UNKNOWN,
    Verdict.NOT_MEASURED: Icon.UNKNOWN,
}
_TESTS = {
    TestResult.PASSED: (Icon.GOOD, later("Passed")),
    TestResult.FAILED: (Icon.BAD, later("Failed")),
    TestResult.BLOCKED: (Icon.UNKNOWN, later("Blocked")),
    TestResult.OPEN: (Icon.UNKNOWN, later("Not run")),
}


def light_mark(light: Light) -> Mark:
    """Return the mark of a state."""
    return Mark(_LIGHTS[light], light.words)


def verdict_mark(verdict: Verdict) -> Mark:
    """Return the mark of a verdict; a move is a finding."""
    return Mark(_VERDICTS[verdict], verdict.words, strong=verdict.is_move)


def test_mark(result: TestResult) -> Mark:
    """Return the mark of a test result."""
    icon, word = _TESTS[result]
    return Mark(icon, _(word))


def kept_mark(kept: bool | None, overridden: bool = False) -> Mark:
    """Return the mark of a process rule; None does not apply."""
    if overridden:
        return Mark(Icon.WATCH, _("Overridden"))
    if kept is None:
        return Mark(Icon.NONE, _("Does not apply"))
    return Mark(Icon.GOOD, _("Kept")) if kept else Mark(Icon.BAD, _("Not kept"))


def met_mark(met: bool | None) -> Mark:
    """Return the mark of an objective."""
    if met is None:
        return Mark(Icon.UNKNOWN, _("Not measured"))
    return Mark(Icon.GOOD, _("Met")) if met else Mark(Icon.BAD, _("Not met"))


def target_words(target: Target | None, unit: str = "") -> str:
    """Write a target as it was agreed, unrounded: "≤ 22.5 GiB"."""
    if target is None:
        return ""
    exact = f"{target.value:,.10g}".replace(",", THIN).replace("-", MINUS)
    sign = "≤" if target.at_most else "≥"
    return f"{sign}{THIN}{exact}{THIN}{unit}" if unit else f"{sign}{THIN}{exact}"


def level_words(item: Comparison, value: float | None, *, unit: bool = True) -> str:
    """Write a level of a metric; a ratio without a unit is a share and shown in percent."""
    if item.kind is MetricKind.RATIO and not item.unit:
        return percent(value) if unit else number(None if value is None else 100 * value)
    return number(value, item.unit if unit else "")


def change_words(item: Comparison) -> str:
    """Write both levels with the unit once: "412 → 268 ms"."""
    return f"{level_words(item, item.before, unit=False)} → {level_words(item, item.after)}"


def likely_words(item: Comparison) -> str:
    """Write the likely range: "likely −41 to −29 %"; empty where there is none."""
    if item.interval95 is None:
        return ""
    return _("likely {range}").format(range=short_range(item))


def move_verb(item: Comparison) -> str:
    """Say in which direction a metric went, and how far: "fell 35 %"."""
    share = item.relative_change
    if share is None:
        return _("went from {change}").format(change=change_words(item).replace(" → ", _(" to ")))
    verb = _("rose {share}") if share > 0 else _("fell {share}")
    return verb.format(share=signed_percent(abs(share)).lstrip("+"))


def verdict_words(item: Comparison) -> str:
    """Write a verdict with its size: "Improved by 35 %", "No material change (+1 %)"."""
    if item.relative_change is None or item.verdict is Verdict.NOT_MEASURED:
        return item.verdict.words
    size = short_move(item)
    if item.verdict.is_move:
        size = size.lstrip("+−")
        return _("{verdict} by {size}").format(verdict=item.verdict.words, size=size)
    return f"{item.verdict.words} ({size})"


def caveat_words(item: Comparison) -> str:
    """Say why evidence is limited: "limited evidence: no comparison days"."""
    if item.evidence is Evidence.FULL and not item.caveats:
        return ""
    reasons = list(item.caveats) or [Caveat.NO_REFERENCE_DAYS]
    return _("limited evidence: {why}").format(why=", ".join(each.words for each in reasons))


def short_window_words(source: Source) -> str:
    """Name short measuring windows: "windows of 12 s, sampled 9 times a second"; else empty."""
    sets = [
        item
        for metric in source.change.metrics
        for window in (WindowName.BEFORE, WindowName.AFTER)
        if (item := source.sample(metric.id, window)) is not None
    ]
    spans = [(item.end - item.start).total_seconds() for item in sets]
    if not spans or max(spans) >= SHORT_S:
        return ""
    rates = [item.n / span for item, span in zip(sets, spans, strict=True) if span > 0]
    length = duration(max(spans))
    if not rates:
        return _("windows of {length}").format(length=length)
    fastest = max(rates)
    often = (
        _("{n} times a second").format(n=round(fastest))
        if fastest >= 1.5
        else _("every {pause}").format(pause=duration(1 / fastest))
    )
    return _("windows of {length}, sampled {often}").format(length=length, often=often)


def moment_words(at: datetime | None, source: Source, *, dated: bool = False) -> str:
    """Write a time of day, to the second where seconds matter; the date on request."""
    if at is None:
        return "–"
    time = clock(at, source.zone, seconds=source.is_brisk)
    return f"{day(at, source.zone)} {time}" if dated else time


def lower_first(text: str) -> str:
    """Begin with a small letter, unless the word is an abbreviation."""
    return text[0].lower() + text[1:] if len(text) > 1 and text[1].islower() else text


def sentence(text: str) -> str:
    """Begin with a capital and end with a full stop."""
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?…" else f"{text}."
