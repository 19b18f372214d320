"""Why the change was wanted, which way was chosen, and what it was to reach."""

from app.i18n import _
from app.services.report_content.common import Claim
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.outcomes import cite
from app.services.report_content.parts import NeedPart, ObjectiveRow, OptionRow
from app.services.report_content.source import Source
from app.services.report_content.words import (
    AREAS,
    NEEDS,
    RECORDS,
    met_mark,
    sentence,
    target_words,
)
from app.wording import NONE, count, number


def need(source: Source, book: EvidenceBook) -> NeedPart:
    """Put the part together."""
    change = source.change
    return NeedPart(
        intro=_intro(source),
        description=change.description.strip() or _("What is wrong was not described."),
        records=tuple(
            (
                _(RECORDS[item.kind]),
                f"{item.title} ({item.reference})" if item.reference else item.title,
                item.value,
                item.period,
            )
            for item in change.need.evidence
        ),
        no_records=_no_records(source),
        facts=_facts(source),
        options=tuple(
            OptionRow(
                item.title, item.benefit, item.cost, item.risk, item.chosen, sentence(item.reason)
            )
            for item in sorted(change.options, key=lambda option: not option.chosen)
        ),
        objectives=_objectives(source, book),
    )


def _intro(source: Source) -> str:
    change = source.change
    parts = []
    if change.need.category is not None:
        parts.append(_("Need: {need}.").format(need=_(NEEDS[change.need.category]).lower()))
    else:
        parts.append(_("No category of need was chosen."))
    chosen = change.chosen_option
    if chosen is not None:
        parts.append(
            _("Chosen out of {n}: {option}.").format(n=len(change.options), option=chosen.title)
        )
    else:
        parts.append(_("No option was chosen."))
    if change.requested_by:
        parts.append(_("Asked for by {name}.").format(name=change.requested_by))
    return " ".join(parts)


def _no_records(source: Source) -> str:
    why = source.change.need.no_evidence_reason.strip()
    text = _("No record of the need was added.")
    return f"{text} {sentence(why)}" if why else text


def _facts(source: Source) -> tuple[Claim, ...]:
    impact, scope = source.change.impact, source.change.scope
    figures = []
    if impact.users is not None:
        figures.append(_("{n} users").format(n=count(impact.users)))
    if impact.services:
        figures.append(_("services: {names}").format(names=", ".join(impact.services)))
    if impact.hours is not None:
        figures.append(number(impact.hours, "h"))
    if impact.cost_per_hour is not None:
        figures.append(
            _("{cost} {currency} per hour").format(
                cost=number(impact.cost_per_hour), currency=impact.currency
            )
        )
    told = " ".join(part for part in (sentence(impact.text), sentence(", ".join(figures))) if part)
    found = [Claim(told or _("It was not said who is hurt."), _("Impact then."))]
    areas = ", ".join(_(AREAS[area]) for area in scope.areas)
    inside = "; ".join(part for part in (areas, scope.included.strip()) if part)
    found.append(Claim(sentence(inside) or _("It was not said."), _("In scope.")))
    found.append(Claim(sentence(scope.excluded) or _("It was not said."), _("Left alone.")))
    if source.change.justification.strip():
        found.append(Claim(sentence(source.change.justification), _("Justification.")))
    return tuple(found)


def _objectives(source: Source, book: EvidenceBook) -> tuple[ObjectiveRow, ...]:
    main = source.main_metric
    rows = []
    for metric in source.change.metrics:
        if metric.target is None:
            continue
        item = source.comparison(metric.id)
        name = metric.name
        if metric == main:
            name = _("{name} (main objective)").format(name=name)
        level = item.after if item else None
        rows.append(
            ObjectiveRow(
                name,
                target_words(metric.target, metric.unit),
                number(item.before, metric.unit) if item else NONE,
                number(level, metric.unit) if item else NONE,
                met_mark(metric.target.met_by(level) if level is not None else None),
                cite(item, source, book) if item else (),
            )
        )
    return tuple(rows)
