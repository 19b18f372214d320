"""How the figures were made, what they cannot say, and where each can be checked."""

from collections.abc import Iterable

from app.domain.metric import WindowName
from app.domain.verdict import Comparison, Design
from app.i18n import _, ngettext
from app.services.report_content.common import Claim
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.gaps import gaps
from app.services.report_content.proofs import MethodPart
from app.services.report_content.source import Source
from app.services.report_content.words import caveat_words, sentence, short_window_words
from app.wording import duration, number, percent, signed_number, zone_label, zone_with_offset


def method(source: Source, book: EvidenceBook) -> MethodPart:
    """Put the part together; call it last, when all evidence has its number."""
    rows = book.rows()
    attached = sum(bool(row.file) for row in rows)
    note = ngettext(
        "{attached} of {n} piece of evidence is attached to this PDF, and the report's data.",
        "{attached} of {n} pieces of evidence are attached to this PDF, and the report's data.",
        len(rows),
    ).format(attached=attached, n=len(rows))
    head = _(
        "The head of the change log was {head} when this report was made; “changedesk verify” "
        "checks the log against it."
    ).format(head=source.log_head or "–")
    return MethodPart(
        intro=_(
            "How the figures were made, what they cannot say, where each one can be checked, and "
            "who answers for it."
        ),
        method=_method(source),
        limits=_limits(source),
        gaps=tuple(Claim(item.remedy, sentence(item.text)) for item in gaps(source)),
        frozen_header=_("Frozen, {year} {zone}").format(
            year=source.now.year, zone=zone_label(source.now, source.zone)
        ),
        evidence=rows,
        note=f"{note} {head}",
        signatures=_signatures(source),
    )


def _method(source: Source) -> tuple[Claim, ...]:
    found = [_windows(source)]
    items = source.comparisons
    if any(item.design is Design.REFERENCE_DAYS for item in items):
        found.append(_days(items))
    if any(item.design is Design.NO_HISTORY for item in items):
        text = _(
            "Difference of the two windows. Neighbouring samples resemble each other, so they "
            "count for fewer independent ones; the range allows for that. No earlier day was "
            "there to compare with."
        )
        found.append(Claim(text, _("Estimate without history.")))
    if items:
        text = _(
            "Improved or regressed: the 95 % range leaves out zero and the estimate reaches the "
            "margin. No material change: the 90 % range lies inside it. Otherwise: not enough data."
        )
        found.append(Claim(text, _("Verdict.")))
        if proven := [item.metric for item in items if item.strict]:
            text = _("{names}: a move counts only when the whole 95 % range exceeds the margin.")
            found.append(Claim(text.format(names=", ".join(proven)), _("Strict rule.")))
        text = _("{margins}. They are part of the plan, fixed before the change.")
        found.append(Claim(text.format(margins=_margins(items)), _("Margins.")))
    text = _("All times are in {zone} unless said otherwise; they are stored in UTC.").format(
        zone=zone_with_offset(source.now, source.zone)
    )
    found.append(Claim(text, _("Times.")))
    return tuple(found)


def _margins(items: tuple[Comparison, ...]) -> str:
    """List the measures by margin, so that each margin is named once."""
    sizes = dict.fromkeys(item.margin for item in items)
    return "; ".join(
        f"{percent(size, 1)}: {_several(i.metric for i in items if i.margin == size)}"
        for size in sizes
    )


def _several(names: Iterable[str]) -> str:
    return " · ".join(names)


def _windows(source: Source) -> Claim:
    change = source.change
    if not any(item.window is WindowName.BEFORE for item in source.samples):
        return Claim(_("Nothing was measured before the change."), _("Windows."))
    text = _("Before and after {length} each; {pause} left to settle after the work.").format(
        length=duration(change.baseline_s), pause=duration(change.settle_s)
    )
    if short := short_window_words(source):
        text += " " + sentence(short)
    return Claim(text, _("Windows."))


def _days(items: tuple[Comparison, ...]) -> Claim:
    used = max(items, key=lambda item: item.reference_days)
    days = [item.day for item in used.days if item.used]
    left_out = [f"{item.day:%d %b} ({item.why})" for item in used.days if not item.used]
    text = _(
        "Difference of the two windows, less the mean of that difference on {n} earlier days "
        "({days}); Student’s t, {df} degrees of freedom."
    ).format(
        n=len(days),
        days=", ".join(f"{each.day} {each:%b}" for each in days),
        df=max(len(days) - 1, 0),
    )
    if left_out:
        text += " " + _("Left out: {days}.").format(days=", ".join(left_out))
    return Claim(text, _("Comparison days."))


def _limits(source: Source) -> tuple[Claim, ...]:
    found = []
    reasons = dict.fromkeys(text for item in source.comparisons if (text := caveat_words(item)))
    for text in reasons:
        names = ", ".join(i.metric for i in source.comparisons if caveat_words(i) == text)
        found.append(Claim(f"{sentence(text)} {names}.", _("Evidence.")))
    unseen = [item for item in source.comparisons if item.smallest_visible_change]
    if unseen:
        told = _several(
            f"{item.metric} {percent(abs(item.smallest_visible_change or 0.0))}" for item in unseen
        )
        text = _("Smaller changes than these would not show: {told}.").format(told=told)
        found.append(Claim(text, _("Sensitivity.")))
    failed = sum(item.failed for item in source.samples)
    if failed:
        text = _("{n} readings gave no value; they are left out, never replaced.").format(n=failed)
        found.append(Claim(text, _("Readings.")))
    found += [_clocks(source)]
    found.append(Claim(_("Nobody was asked; nothing is said about users."), _("Users.")))
    text = _("The report says what was measured since the change, not what brought it about.")
    found.append(Claim(text, _("Causes.")))
    return tuple(found)


def _clocks(source: Source) -> Claim:
    told = []
    for host in source.hosts:
        before, after = source.checks(host.id)
        report = after or before
        if report is not None and report.skew_s is not None:
            offset = signed_number(report.skew_s)
            told.append(f"{host.name} {offset} ± {number(report.skew_error_s, 's')}")
    text = "; ".join(told) or _("The clocks of the hosts were not compared with ours")
    return Claim(f"{text}.", _("Clocks."))


def _signatures(source: Source) -> tuple[tuple[str, str], ...]:
    change = source.change
    third = change.approvals[-1].approver if change.approvals else ""
    return (
        (_("Coordinator"), change.coordinator),
        (_("Reviewer"), change.reviewed_by or change.reviewer),
        (_("Approver"), third),
    )
