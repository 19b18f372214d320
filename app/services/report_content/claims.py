"""What other systems backed up, in the report: always called claimed, with who says so."""

from app.domain.external_backup import Checked, ExternalBackup, ExternalDrill
from app.domain.vocabulary import Level
from app.i18n import _
from app.services.backup.external_words import CHECKS, system_name, worth
from app.services.report_content.common import Claim, Icon, Mark
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.proofs import BackupBlock, ProofRow
from app.services.report_content.source import Source
from app.services.report_content.words import moment_words, sentence
from app.wording import NONE, bytes_size, clock, day, duration, zone_label


def claim_block(item: ExternalBackup, source: Source, book: EvidenceBook) -> BackupBlock:
    """Put the block of one reference together."""
    zone = source.zone
    hosts = ", ".join(dict.fromkeys(source.host_name(one.host) for one in item.covers))
    parts = [
        _("Named {id} there").format(id=item.identifier),
        _("it stands for {what}").format(what=", ".join(one.title for one in item.covers)),
        *([item.scope] if item.scope else []),
        *([bytes_size(item.size_bytes)] if item.size_bytes is not None else []),
        _("taken {when}").format(when=moment_words(item.taken_at, source, dated=True)),
    ]
    recorded = (
        _("restic was run from here for {who}; this program has read nothing of it itself.")
        if item.driven
        else _("Recorded by {who}; this program has read nothing of it.")
    ).format(who=item.recorded_by)
    text = f"{sentence('; '.join(parts))} {worth(item)} {recorded}"
    return BackupBlock(
        (
            _("Backup of {hosts} by restic, run from here")
            if item.driven
            else _("Claimed: backup of {hosts} by {system}")
        ).format(hosts=hosts, system=system_name(item)),
        _("{day}, {zone}").format(
            day=day(item.taken_at, zone), zone=zone_label(item.taken_at, zone)
        ),
        tuple(_row(level, item, source) for level in Level),
        Claim(text, "", _files(item, source, book)),
    )


def _row(level: Level, item: ExternalBackup, source: Source) -> ProofRow:
    drill = item.drill
    if level is Level.RESTORED and drill is not None:
        return _drilled(item, drill, source)
    claimed = item.level is not None and level <= min(item.level, Level.INTACT)
    if not claimed:
        return ProofRow(level.label, Mark(Icon.UNKNOWN, _("Not done")), NONE, NONE, "")
    at = clock(item.checked_at, source.zone) if item.checked_at else NONE
    said = f"{_(CHECKS[item.checked])}: {item.check} ({item.checked_by})"
    return ProofRow(level.label, _mark(item), at, NONE, said if _speaks(level, item) else "")


def _speaks(level: Level, item: ExternalBackup) -> bool:
    return level is (Level.INTACT if item.checked is Checked.VERIFIED else Level.CAPTURED)


def _drilled(item: ExternalBackup, drill: ExternalDrill, source: Source) -> ProofRow:
    mark = _mark(item) if drill.passed else Mark(Icon.BAD, _("Failed"))
    said = _("Restored in {where}, compared by {how} ({who})").format(
        where=drill.where, how=drill.compared, who=drill.by
    )
    took = duration(drill.duration_s)
    return ProofRow(Level.RESTORED.label, mark, clock(drill.at, source.zone), took, said)


def _mark(item: ExternalBackup) -> Mark:
    return Mark(Icon.WATCH, _("By restic") if item.driven else _("Claimed"))


def _files(item: ExternalBackup, source: Source, book: EvidenceBook) -> tuple[str, ...]:
    proofs = [item.proof, *(drill.proof for drill in item.drills)]
    wanted = [proof.sha256 for proof in proofs if proof is not None]
    kept = [one for one in source.change.attachments if one.sha256 in wanted]
    return tuple(ident for one in kept for ident in book.attachment(one))


def claimed_words(source: Source) -> str:
    """Name the systems whose word counts for this change, "" when none does."""
    told = (item for item in source.counted_claims if not item.is_shown_here)
    return ", ".join(dict.fromkeys(system_name(item) for item in told))
