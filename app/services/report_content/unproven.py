"""Claims of the record that no evidence stands behind, and what a report still lacks."""

from app.domain.backup import Level
from app.domain.review import TestResult
from app.i18n import _
from app.services.backup.external_words import system_name
from app.services.report_content.common import Claim, Noted
from app.services.report_content.source import Source
from app.services.report_content.words import sentence


def unproven(source: Source) -> tuple[Noted, ...]:
    """Return the claims without evidence, numbered N-1, N-2 and so on."""
    change = source.change
    found: list[Claim] = []
    if change.monitor_since is not None and not change.incidents:
        found.append(
            Claim(_("“No incident was caused”: no list of incidents was added to the record."))
        )
    if change.need.category is not None and not change.need.evidence:
        why = change.need.no_evidence_reason.strip()
        text = _("The need: no record of it was added.")
        found.append(Claim(f"{text} {sentence(why)}" if why else text))
    found += [
        Claim(_("“{title} passed”: nobody wrote down what was seen.").format(title=case.title))
        for case in change.tests
        if case.result is TestResult.PASSED and not case.observed.strip()
    ]
    sets = source.counted_backups
    if sets and any(item.level is not Level.RESTORED for item in sets):
        names = ", ".join(item.host_name for item in sets if item.level is not Level.RESTORED)
        found.append(Claim(_("The backup of {hosts} was never restored.").format(hosts=names)))
    found += [
        Claim(
            _("The backup {id} by {system}: its level is what {who} says.").format(
                id=item.identifier,
                system=system_name(item),
                who=item.checked_by or item.recorded_by,
            )
        )
        for item in source.counted_claims
    ]
    if source.work is not None and not source.surveys:
        found.append(Claim(_("What users noticed: nobody was asked.")))
    return tuple(Noted(f"N-{n}", claim) for n, claim in enumerate(found, start=1))
