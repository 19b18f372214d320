"""A plan in words, part by part: what an approver reads on screen, in a terminal and on paper."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from app.domain.change import Change
from app.domain.runbook import Phase, Step
from app.i18n import _, ngettext
from app.services.need_words import cost_words, option_words, said
from app.services.report_content.words import AREAS, NEEDS, RECORDS, TYPES, target_words
from app.wording import clock_span, count, duration, number

HostName = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Reading:
    """One part of the plan: its title, and (label, text) for each line."""

    title: str
    lines: tuple[tuple[str, str], ...]


def read_plan(change: Change, host_name: HostName, now: datetime) -> tuple[Reading, ...]:
    """Return the whole plan in words, the parts in the order in which they are judged."""
    parts = (
        (_("Why"), _why(change, now)),
        (_("What"), _what(change, host_name)),
        (_("When"), _when(change)),
        (_("Risk"), _risk(change)),
        (_("Steps forward"), _steps(change, Phase.FORWARD, host_name)),
        (_("Way back"), _way_back(change, host_name)),
        (_("How it is tested and measured"), _success(change, host_name)),
        (_("Who"), _who(change)),
    )
    return tuple(Reading(title, tuple(lines)) for title, lines in parts)


Lines = Iterator[tuple[str, str]]


def _why(change: Change, now: datetime) -> Lines:
    need, impact = change.need, change.impact
    yield _("Need"), _(NEEDS[need.category]) if need.category else _("not said")
    yield _("Description"), _told(change.description)
    zone = change.window.zone if change.window else "UTC"
    for item in need.evidence:
        words = ". ".join(part for part in (item.title, said(item, now, zone)) if part)
        yield _(RECORDS[item.kind]), f"{words} ({item.reference})" if item.reference else words
    if not need.evidence:
        yield _("Evidence"), _told(need.no_evidence_reason)
    yield _("Impact"), _told(impact.text)
    if impact.users is not None:
        yield _("Users"), count(impact.users)
    if impact.services:
        yield _("Services"), ", ".join(impact.services)
    if impact.total_cost is not None:
        yield _("Cost so far"), cost_words(impact)
    if change.justification.strip():
        yield _("Justification"), change.justification.strip()


def _what(change: Change, host_name: HostName) -> Lines:
    scope, chosen = change.scope, change.chosen_option
    yield _("Type"), _(TYPES[change.type])
    yield _("Hosts"), ", ".join(host_name(str(host)) for host in change.hosts) or _("none")
    if change.business_service:
        yield _("Service"), change.business_service
    areas = ", ".join(_(AREAS[area]) for area in scope.areas)
    yield (
        _("In scope"),
        "; ".join(part for part in (areas, scope.included) if part) or _("not said"),
    )
    yield _("Left alone"), _told(scope.excluded)
    currency = change.impact.currency
    if chosen is not None:
        words = option_words(chosen, currency)
        yield _("Chosen"), ": ".join(part for part in (chosen.title, words) if part)
    for option in change.options:
        if not option.chosen:
            words = option_words(option, currency)
            yield _("Not chosen"), ": ".join(part for part in (option.title, words) if part)
    if change.implementation_plan.strip():
        yield _("How"), change.implementation_plan.strip()


def _when(change: Change) -> Lines:
    window = change.window
    if window is None:
        yield _("Window"), _("none yet")
    else:
        yield _("Window"), clock_span(window.span.start, window.span.end, window.zone)
    yield _("Planned work"), duration(change.runbook.forward_estimate_s)
    outage = {None: _("not said"), True: _("yes"), False: _("none")}[change.outage]
    if change.outage and change.planned_downtime_min is not None:
        outage = number(change.planned_downtime_min, "min")
    yield _("Outage"), outage
    yield _("Who is told"), _told(change.communication_plan)


def _risk(change: Change) -> Lines:
    risk = change.risk
    if risk is None:
        yield _("Assessment"), _("not assessed")
        return
    yield _("Before controls"), _(risk.level.label)
    yield _("What remains"), _(risk.residual_level.label)
    for control in risk.controls:
        yield _("Control"), control.text
    if risk.reason.strip():
        yield _("Reason"), risk.reason.strip()
    yield _("Backup needed"), risk.required_backup.label


def _steps(change: Change, phase: Phase, host_name: HostName) -> Lines:
    steps = change.runbook.phase(phase)
    if not steps:
        yield _("Steps"), _("none")
    for position, step in enumerate(steps, start=1):
        yield str(position), _step(step, host_name)


def _step(step: Step, host_name: HostName) -> str:
    where = host_name(str(step.host)) if step.host else ""
    marks = [where, duration(step.estimate_s)]
    if step.is_ahead:
        lead = duration(step.lead_s)
        marks.append(_("begins by itself {lead} before the window").format(lead=lead))
    if step.max_age_s is not None:
        age = duration(step.max_age_s)
        marks.append(_("at most {age} old at the start").format(age=age))
    if step.point_of_no_return:
        marks.append(_("no way back from here"))
    text = f"{step.title} ({', '.join(mark for mark in marks if mark)})"
    does = step.command.strip() or step.instructions.strip()
    return f"{text}: {does}" if does else text


def _way_back(change: Change, host_name: HostName) -> Lines:
    if change.backout_plan.strip():
        yield _("When"), change.backout_plan.strip()
    yield from _steps(change, Phase.BACKOUT, host_name)
    yield _("Planned length"), duration(change.runbook.backout_estimate_s)
    for source in change.backup_plan:
        paths = ", ".join(source.paths)
        where = host_name(str(source.host))
        yield _("Backed up"), f"{where}: {paths}" if paths else where
    if len({source.host for source in change.backup_plan}) > 1:
        apart = _("each host in a set of its own")
        yield _("Sealed"), apart if change.backup_apart else _("all hosts in one set, or none")


def _success(change: Change, host_name: HostName) -> Lines:
    if change.test_plan.strip():
        yield _("Test plan"), change.test_plan.strip()
    for metric in change.metrics:
        where = f" ({host_name(str(metric.host))})" if metric.host else ""
        target = target_words(metric.target, metric.unit) if metric.target else _("no target")
        words = f"{metric.name}{where}: {target}"
        if metric.control:
            beside = next((m.name for m in change.metrics if m.id == metric.control), "?")
            words = _("{words}, less what {control} did").format(words=words, control=beside)
        yield _("Measure"), words
    words = ngettext("watched for {n:g} day", "watched for {n:g} days", round(change.monitor_days))
    yield _("Afterwards"), words.format(n=change.monitor_days)


def _who(change: Change) -> Lines:
    for label, name in (
        (_("Asked for by"), change.requested_by),
        (_("Coordinator"), change.coordinator),
        (_("Implementer"), change.implementer),
        (_("Reviewer"), change.reviewer),
    ):
        if name:
            yield label, name


def _told(text: str) -> str:
    return text.strip() or _("not said")
