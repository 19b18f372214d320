"""What came due, or happened to the vault, while the program was closed, and while it is open.

The window catches up behind its first page and keeps up each minute; the commands catch up before
they begin.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.run import Run, StepRun
from app.errors import AppError
from app.i18n import _, ngettext
from app.services.backup.backup_schedule import DueBackup, due_backups, note_cut_off_tries
from app.services.run.silent_gates import close_all_silent_gates
from app.services.schedule.missed import note_missed

if TYPE_CHECKING:
    from app.domain.backup import Reconciliation
    from app.services.facade import AppServices


def catch_up(services: "AppServices") -> tuple[str, ...]:
    """Copy the database, note missed windows, make due drafts, index transcripts, check the vault.

    Returns:
        What to warn of, in words.
    """
    _empty_bin(services)  # first: what is written below would calm a clock that jumped
    warnings = services.copy_if_due()
    note_missed(desk=services.desk, open_since=services.opened_at)
    note_cut_off_tries(desk=services.desk)
    _make_drafts(services)
    services.index_transcripts()
    return (*warnings, *_compare_vault(services), *_cut_off_restores(services))


@dataclass(frozen=True, slots=True)
class KeptUp:
    """What was found while the program is open."""

    missed: tuple[tuple[Change, Run], ...] = ()
    drafts: tuple[Change, ...] = ()
    backups: tuple[DueBackup, ...] = ()
    """Scheduled backups that must begin now."""
    gates: tuple[tuple[Run, StepRun], ...] = ()
    """Gates that nobody has answered in time, each with its run."""


def keep_up(services: "AppServices", asleep_until: datetime | None = None) -> KeptUp:
    """Note missed windows, make the drafts that have come due, stop gates nobody has answered.

    Args:
        services: Everything there is.
        asleep_until: When the computer last woke up, if it slept since the start (UTC).
    """
    missed = note_missed(
        desk=services.desk, open_since=services.opened_at, asleep_until=asleep_until
    )
    drafts = _make_drafts(services)
    due = due_backups(desk=services.desk)
    gates = close_all_silent_gates(desk=services.desk)
    with services.new_uow() as uow:
        found = tuple((uow.changes.get(run.change), run) for run in missed)
    return KeptUp(found, drafts, due, gates)


def _make_drafts(services: "AppServices") -> tuple[Change, ...]:
    """Make the drafts that have come due since somebody last looked."""
    with services.new_uow() as uow:
        recurs = any(item.recurrence for item in uow.templates.list())
    if not recurs:
        return ()
    from app.services.template.recurrence import make_due  # noqa: PLC0415 - only where something recurs

    return make_due(desk=services.desk)


def _compare_vault(services: "AppServices") -> tuple[str, ...]:
    if not services.vault.exists():
        return ()
    from app.services.backup import backups  # noqa: PLC0415 - only where there is a vault
    from app.services.backup.cut_off_backups import cut_off_words  # noqa: PLC0415 - see above

    try:
        found = backups.adopt_at_start(keeping=services.keeping)
        cut_off = services.keeping.vault.cut_off()
    except AppError as error:  # a locked vault must not keep anybody from the change log
        return (error.sentence(),)
    kept = {item.set for item in cut_off if not item.is_over}
    aside = tuple(one for one in found.quarantined if one.path.rpartition("/")[2] not in kept)
    return (*_vault_words(replace(found, quarantined=aside)), *map(cut_off_words, cut_off))


def _empty_bin(services: "AppServices") -> None:
    """Remove the backups for good that have lain in the bin long enough."""
    with services.new_uow() as uow:
        waiting = any(s.binned_at and not s.purged_at for s in uow.backups.list())
    if not waiting or not services.vault.exists():
        return
    from app.services.backup.retention import purge_due  # noqa: PLC0415 - hardly ever needed

    with suppress(AppError):  # a locked vault keeps what is in the bin, nothing worse
        purge_due(keeping=services.keeping)


def _cut_off_restores(services: "AppServices") -> tuple[str, ...]:
    with services.new_uow() as uow:
        if not uow.restores.list():
            return ()
    from app.services.backup.restore_settling import (  # noqa: PLC0415 - hardly ever needed
        note_cut_off,
        state_words,
    )

    return tuple(
        _("A restore on {host} was cut off. {state} The backups page shows the way out.").format(
            host=item.host_name, state=state_words(item)
        )
        for item in note_cut_off(desk=services.desk)
    )


def _vault_words(found: "Reconciliation") -> tuple[str, ...]:
    """Say what a person must know of what the vault held against what was remembered."""
    sealed = (
        _(
            "A backup of {host} had just been sealed when the program ended. It was checked, and"
            " recorded."
        ).format(host=item.host_name)
        for item in found.adopted
    )
    aside = (
        _(
            "A backup or a proof was cut off when the program ended. {reason} It counts for"
            " nothing: take it again. What there was of it lies in the vault under {path}."
        ).format(reason=one.reason, path=one.path)
        for one in found.quarantined
    )
    gone = len(found.missing)
    lost = ngettext(
        "{n} backup is not in the vault any more; it is marked in the list.",
        "{n} backups are not in the vault any more; they are marked in the list.",
        gone,
    ).format(n=gone)
    thinned = sum(bool(one.lost) for one in found.records)
    records = ngettext(
        "Records of proofs are missing from the vault for {n} backup: prove it again.",
        "Records of proofs are missing from the vault for {n} backups: prove them again.",
        thinned,
    ).format(n=thinned)
    others = sum(bool(one.copies_lost) or one.acceptance_lost for one in found.records)
    told = ngettext(
        "Records of a copy or of an acceptance are missing from the vault for {n} backup.",
        "Records of copies or of acceptances are missing from the vault for {n} backups.",
        others,
    ).format(n=others)
    counted = ((gone, lost), (thinned, records), (others, told))
    return (*sealed, *aside, *(text for n, text in counted if n))
