"""The six figures of page 1."""

from app.domain.backup import Level
from app.domain.metric import WindowName
from app.domain.verdict import Verdict
from app.i18n import _
from app.services.report_content.claims import claimed_words
from app.services.report_content.common import (
    Boxes,
    Counts,
    Icon,
    Ladder,
    Lengths,
    Mark,
    Pair,
    Tile,
    Track,
)
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.facts import criteria, downtime_s, planned_downtime_s, rag_facts
from app.services.report_content.source import Source
from app.services.report_content.words import (
    change_words,
    light_mark,
    lower_first,
    target_words,
    verdict_mark,
)
from app.services.review.rag import Dimension, Light, Rag
from app.wording import DASH, NONE, clock, count_of, duration, signed_percent

UP, DOWN = "▲", "▼"


def tiles(source: Source, rag: Rag, book: EvidenceBook) -> tuple[Tile, ...]:
    """Return the six, in the order of the page."""
    return (
        _objectives(source, rag, book),
        _main_metric(source, book),
        _downtime(source, rag, book),
        _window(source, rag, book),
        _incidents(source, rag),
        _backup(source, book),
    )


def _objectives(source: Source, rag: Rag, book: EvidenceBook) -> Tile:
    found = criteria(source)
    met = sum(item.met is True for item in found)
    mark = light_mark(rag.of(Dimension.BENEFITS).light)
    if not found:
        return Tile(_("Objectives met"), mark, DASH, target=_("No objective was agreed"))
    missed = [item for item in found if item.met is False]
    aside = _("{n} not measured").format(n=sum(item.met is None for item in found))
    if missed:
        aside = _("{n} missed").format(n=len(missed))
    elif met == len(found):
        aside = ""
    return Tile(
        _("Objectives met"),
        mark,
        count_of(met, len(found)),
        aside,
        Boxes(met, len(found)),
        _("Target {all}").format(all=count_of(len(found), len(found))),
        book.plan(source.change),
    )


def _main_metric(source: Source, book: EvidenceBook) -> Tile:
    metric = source.main_metric
    item = source.comparison(metric.id) if metric is not None else None
    if metric is None or item is None:
        label = metric.name if metric is not None else _("Main measure")
        mark = Mark(Icon.UNKNOWN, _("Not measured"))
        return Tile(label, mark, DASH, target=_("No figure before and after"))
    mark = verdict_mark(item.verdict)
    if item.target_met is False:
        mark = light_mark(Light.BAD)
    elif item.target_met and item.verdict is not Verdict.REGRESSED:
        mark = light_mark(Light.GOOD)
    aside = ""
    if item.relative_change is not None and item.verdict is not Verdict.NOT_MEASURED:
        sign = UP if item.relative_change > 0 else DOWN
        aside = f"{sign}\u202f{signed_percent(abs(item.relative_change)).lstrip('+')}"
    figure = None
    if item.before is not None and item.after is not None:
        figure = Pair(item.before, item.after, item.target.value if item.target else None)
    goal = target_words(item.target, item.unit)
    ids = book.samples(
        source.sample(metric.id, WindowName.BEFORE), source.sample(metric.id, WindowName.AFTER)
    )
    target = _("Target {goal}").format(goal=goal) if goal else _("No target")
    return Tile(item.metric, mark, change_words(item), aside, figure, target, ids)


def _downtime(source: Source, rag: Rag, book: EvidenceBook) -> Tile:
    actual, planned = downtime_s(source), planned_downtime_s(source)
    mark = light_mark(rag.of(Dimension.DOWNTIME).light)
    plan = _("Planned {time}").format(time=duration(planned)) if planned else _("None planned")
    if planned is None:
        plan = _("No plan was made")
    if actual is None:
        return Tile(_("Downtime"), mark, DASH, "", None, plan)
    aside = ""
    if planned and actual != planned:
        sign = UP if actual > planned else DOWN
        aside = f"{sign}\u202f{duration(abs(actual - planned))}"
    value = duration(actual) if actual else _("None")
    ids = book.run(source.run)
    return Tile(_("Downtime"), mark, value, aside, Lengths(planned, actual), plan, ids)


def _window(source: Source, rag: Rag, book: EvidenceBook) -> Tile:
    mark = light_mark(rag.of(Dimension.SCHEDULE).light)
    window, work = source.change.window, source.work
    if window is None:
        return Tile(_("Window kept"), mark, DASH, target=_("No window was agreed"))
    span, zone = window.span, source.zone
    agreed = f"{clock(span.start, zone)}{DASH}{clock(span.end, zone)}"
    if work is None:
        return Tile(_("Window kept"), mark, DASH, target=_("Window {span}").format(span=agreed))
    over_s = rag_facts(source).over_s or 0.0
    kept = over_s <= 0 and work.start >= span.start
    spare = (
        _("{time} to spare").format(time=duration(-over_s))
        if over_s <= 0
        else _("{time} over").format(time=duration(over_s))
    )
    length = span.duration.total_seconds()
    start, end = ((at - span.start).total_seconds() / length for at in (work.start, work.end))
    first, last = (clock(at, zone) for at in (work.start, work.end))
    took = duration(work.duration.total_seconds())
    shown = took if source.is_brisk else f"{first}{DASH}{last}"
    words = _("{work} in {span}").format(work=shown, span=agreed)
    value = _("Yes") if kept else _("No")
    ids = book.run(source.run)
    return Tile(_("Window kept"), mark, value, spare, Track(start, end), words, ids)


def _incidents(source: Source, rag: Rag) -> Tile:
    change = source.change
    mark = light_mark(rag.of(Dimension.SERVICE).light)
    caused = [item.priority for item in change.incidents if item.caused]
    counts = tuple(caused.count(priority) for priority in (1, 2, 3))
    if change.monitor_since is None:
        watched = _("not watched yet")
    else:
        until = change.reviewed_at or change.closed_at or source.now
        watched_s = max(0.0, (until - change.monitor_since).total_seconds())
        watched = _("watched {time}").format(time=duration(watched_s))
    known = change.monitor_since is not None or any(counts)
    return Tile(
        _("Incidents caused"),
        mark,
        " / ".join(str(count) for count in counts) if known else DASH,
        "P1 / P2 / P3",
        Counts(counts),
        _("Target none; {watched}").format(watched=watched),
    )


def _backup(source: Source, book: EvidenceBook) -> Tile:
    change, sets = source.change, source.counted_backups
    needed = change.risk.required_backup if change.risk else None
    goal = _("Needed {level}").format(level=needed.label) if needed is not None else ""
    if not change.backup_plan and not sets:
        mark = light_mark(Light.UNKNOWN)
        return Tile(_("Backup proof"), mark, _("None"), target=goal or _("No backup was planned"))
    level, claimed = source.backup_level, claimed_words(source)
    enough = level is not None and (needed is None or level >= needed)
    good = Light.WATCH if claimed else Light.GOOD
    mark = light_mark(good if enough else Light.BAD)
    restores = [item.restore_s for item in sets if item.restore_s is not None]
    aside = ""
    if level is Level.RESTORED and restores:
        aside = _("in {time}").format(time=duration(max(restores)))
    value = level.label if level is not None else _("Not proven")
    if claimed:
        goal = _("{goal}; claimed: {systems}").format(goal=goal or NONE, systems=claimed)
    return Tile(
        _("Backup proof"),
        mark,
        value,
        aside,
        Ladder(None if level is None else int(level), None if needed is None else int(needed)),
        goal or _("Risk not assessed"),
        book.backup(*sets[:1]),
    )


def missed_words(source: Source) -> str:
    """Name the objectives that were missed."""
    return ", ".join(lower_first(item.name) for item in criteria(source) if item.met is False)
