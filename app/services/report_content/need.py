"""Why the change was wanted, which way was chosen, and what it was to reach."""

from app.domain.change import Change
from app.domain.evidence import Attachment
from app.domain.need import Option
from app.i18n import _
from app.services.need_words import cost_words, lost_words, money, said
from app.services.report_content.common import Claim
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.outcomes import cite
from app.services.report_content.parts import NeedPart, ObjectiveRow, OptionRow, RecordRow
from app.services.report_content.source import Source
from app.services.report_content.words import (
    AREAS,
    NEEDS,
    RECORDS,
    met_mark,
    sentence,
    target_words,
)
from app.wording import NONE, bytes_size, count, duration, number


def need(source: Source, book: EvidenceBook) -> NeedPart:
    """Put the part together."""
    change = source.change
    return NeedPart(
        intro=_intro(source),
        description=change.description.strip() or _("What is wrong was not described."),
        records=_records(source, book),
        no_records=_no_records(source),
        facts=(*_facts(source), *_other_files(source, book)),
        options=tuple(
            _option(item) for item in sorted(change.options, key=lambda option: not option.chosen)
        ),
        options_currency=change.impact.currency,
        options_note=_options_note(change),
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


def _records(source: Source, book: EvidenceBook) -> tuple[RecordRow, ...]:
    known = {item.sha256: item for item in source.change.attachments}
    return tuple(
        RecordRow(
            _(RECORDS[item.kind]),
            f"{item.title} ({item.reference})" if item.reference else item.title,
            said(item, source.now, source.zone) or _file_words(known.get(item.file)),
            item.period,
            book.attachment(known[item.file]) if item.file in known else (),
        )
        for item in source.change.need.evidence
    )


def _file_words(item: Attachment | None) -> str:
    """Say what a record without words rests on."""
    return f"{item.name}, {bytes_size(item.size)}" if item else ""


def _other_files(source: Source, book: EvidenceBook) -> tuple[Claim, ...]:
    """Cite the files that no record of the need names."""
    named = {item.file for item in source.change.need.evidence}
    loose = [item for item in source.change.attachments if item.sha256 not in named]
    if not loose:
        return ()
    names = ", ".join(f"{item.name} ({item.about})" if item.about else item.name for item in loose)
    ids = tuple(ident for item in loose for ident in book.attachment(item))
    return (Claim(sentence(names), _("Files kept."), ids),)


def _option(item: Option) -> OptionRow:
    """The currency is named once, in the head of the column."""
    return OptionRow(
        item.title,
        item.benefit,
        "" if item.amount is None else money(item.amount),
        item.cost,
        "" if item.takes_s is None else duration(item.takes_s),
        item.time,
        item.risk,
        item.chosen,
        sentence(item.reason),
    )


def _options_note(change: Change) -> str:
    """Say whether leaving everything as it is was weighed too."""
    if not change.options or any(option.does_nothing for option in change.options):
        return ""
    return _("Doing nothing was not among the options.")


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
    if impact.total_cost is not None:
        figures.append(_("cost so far {cost}").format(cost=cost_words(impact)))
    elif impact.hours is not None:
        figures.append(number(impact.hours, "h"))
    elif impact.cost_per_hour is not None:
        figures.append(
            _("{cost} {currency} per hour").format(
                cost=number(impact.cost_per_hour), currency=impact.currency
            )
        )
    told = " ".join(part for part in (sentence(impact.text), sentence(", ".join(figures))) if part)
    found = [Claim(told or _("It was not said who is hurt."), _("Impact then."))]
    if lost := lost_words(source.change.need):
        found.append(Claim(sentence(lost), _("Lost.")))
    areas = ", ".join(_(AREAS[area]) for area in scope.areas)
    inside = "; ".join(part for part in (areas, scope.included.strip()) if part)
    found.append(Claim(sentence(inside) or _("It was not said."), _("In scope.")))
    found.append(Claim(sentence(scope.excluded) or _("It was not said."), _("Left alone.")))
    for item in scope.by_area:
        parts = (
            _("in: {what}").format(what=item.included) if item.included else "",
            _("left alone: {what}").format(what=item.excluded) if item.excluded else "",
        )
        lead = _("Scope, {area}.").format(area=_(AREAS[item.area]))
        found.append(Claim(sentence("; ".join(part for part in parts if part)), lead))
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
