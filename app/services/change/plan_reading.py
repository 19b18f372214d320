"""A plan in words, part by part: what an approver reads on screen, in a terminal and on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.domain.change import Change
from app.domain.need import Option, Scope
from app.domain.risk import Grade, RiskScore
from app.domain.runbook import Phase
from app.i18n import _, ngettext
from app.services.change.plan_steps import HostName, steps_in_words, test_in_words
from app.services.loadtests.terms import terms_words
from app.services.need_words import cost_words, option_words, said
from app.services.report_content.words import AREAS, NEEDS, RECORDS, TYPES, target_words
from app.services.risks import TREATMENTS, by_hand_words
from app.wording import clock_span, count, duration, number


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
        (_("Steps forward"), steps_in_words(change.runbook, Phase.FORWARD, host_name)),
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
    yield _("Impact"), _told(impact.text)
    if impact.users is not None:
        yield _("Users"), count(impact.users)
    if impact.services:
        yield _("Services"), ", ".join(impact.services)
    if impact.total_cost is not None:
        yield _("Cost so far"), cost_words(impact)
    if change.justification.strip():
        yield _("Justification"), change.justification.strip()
    zone = change.window.zone if change.window else "UTC"
    for item in need.evidence:
        words = ". ".join(part for part in (item.title, said(item, now, zone)) if part)
        yield _(RECORDS[item.kind]), f"{words} ({item.reference})" if item.reference else words
    if not need.evidence:
        yield _("Evidence"), _told(need.no_evidence_reason)


def _what(change: Change, host_name: HostName) -> Lines:
    yield _("Type"), _(TYPES[change.type])
    yield _("Hosts"), ", ".join(host_name(str(host)) for host in change.hosts) or _("none")
    if change.business_service:
        yield _("Service"), change.business_service
    yield from _options(change, chosen=True)
    yield from _scope(change.scope)
    yield from _options(change, chosen=False)
    if change.implementation_plan.strip():
        yield _("How"), change.implementation_plan.strip()


def _scope(scope: Scope) -> Lines:
    areas = ", ".join(_(AREAS[area]) for area in scope.areas)
    yield (
        _("In scope"),
        "; ".join(part for part in (areas, scope.included) if part) or _("not said"),
    )
    yield _("Left alone"), _told(scope.excluded)
    for item in scope.by_area:
        area = _(AREAS[item.area])
        if item.included.strip():
            yield _("In scope, {area}").format(area=area), item.included.strip()
        if item.excluded.strip():
            yield _("Left alone, {area}").format(area=area), item.excluded.strip()


def _options(change: Change, *, chosen: bool) -> Lines:
    label = _("Chosen") if chosen else _("Not chosen")
    for option in change.options:
        if option.chosen is chosen:
            yield label, _option(option, change.impact.currency)


def _option(option: Option, currency: str) -> str:
    weighed = (
        (_("benefit: {what}"), option.benefit),
        (_("risk: {what}"), option.risk),
    )
    more = [words.format(what=what.strip().rstrip(".")) for words, what in weighed if what.strip()]
    told = "; ".join(part for part in (option_words(option, currency), *more) if part)
    return ": ".join(part for part in (option.title, told) if part)


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
    yield _("Before controls"), _score(risk.level, risk.inherent)
    if risk.override is not None:
        yield _("Set by hand"), by_hand_words(risk)
    yield _("What remains"), _score(risk.residual_level, risk.residual)
    yield _("Backup needed"), risk.required_backup.label
    if not risk.within_appetite:
        yield (
            _("Appetite"),
            _("above it: {most} is borne here").format(most=_(risk.method.appetite.label).lower()),
        )
    if risk.treatment is not None:
        yield _("Treatment"), _(TREATMENTS[risk.treatment])
    for control in risk.controls:
        yield _("Control"), control.text
    if risk.reason.strip():
        yield _("Reason"), risk.reason.strip()


def _score(level: Grade, score: RiskScore) -> str:
    return _("{level} (likelihood {a}, impact {b})").format(
        level=_(level.label),
        a=_(score.likelihood.label).lower(),
        b=_(score.impact.label).lower(),
    )


def _way_back(change: Change, host_name: HostName) -> Lines:
    if change.backout_plan.strip():
        yield _("When"), change.backout_plan.strip()
    yield from steps_in_words(change.runbook, Phase.BACKOUT, host_name)
    yield _("Planned length"), duration(change.runbook.backout_estimate_s)
    for source in change.backup_plan:
        yield _("Backed up"), f"{host_name(str(source.host))}: {source.title}"
    if len({source.host for source in change.backup_plan}) > 1:
        apart = _("each host in a set of its own")
        yield _("Sealed"), apart if change.backup_apart else _("all hosts in one set, or none")


def _success(change: Change, host_name: HostName) -> Lines:
    if change.test_plan.strip():
        yield _("Test plan"), change.test_plan.strip()
    for case in change.tests:
        yield _("Test"), test_in_words(case)
    for metric in change.metrics:
        where = f" ({host_name(str(metric.host))})" if metric.host else ""
        target = target_words(metric.target, metric.unit) if metric.target else _("no target")
        words = f"{metric.name}{where}: {target}"
        if metric.control:
            beside = next((m.name for m in change.metrics if m.id == metric.control), "?")
            words = _("{words}, less what {control} did").format(words=words, control=beside)
        yield _("Measure"), words
    if change.load_terms is not None:
        yield _("Load tests"), terms_words(change.load_terms)
    words = ngettext("watched for {n:g} day", "watched for {n:g} days", round(change.monitor_days))
    yield _("Afterwards"), words.format(n=change.monitor_days)
    length, pause = duration(change.baseline_s), duration(change.settle_s)
    yield (
        _("Measured"),
        _("{length} before and after, from {pause} after the work on").format(
            length=length, pause=pause
        ),
    )


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
