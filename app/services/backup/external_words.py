"""How backups of other systems are called, and what is believed of them, in words."""

from app.domain.external_backup import BackupSystem, Checked, ExternalBackup
from app.domain.vocabulary import Level
from app.i18n import _, later

SYSTEMS = {
    BackupSystem.VEEAM: later("Veeam"),
    BackupSystem.AWS_BACKUP: later("AWS Backup"),
    BackupSystem.BORG: later("Borg"),
    BackupSystem.RESTIC: later("restic"),
    BackupSystem.KOPIA: later("Kopia"),
    BackupSystem.BAREOS: later("Bareos"),
    BackupSystem.PGBACKREST: later("pgBackRest"),
    BackupSystem.MACHINE_SNAPSHOT: later("Snapshot of a machine"),
    BackupSystem.VOLUME_SNAPSHOT: later("Snapshot of a volume"),
    BackupSystem.OTHER: later("Another system"),
}
CHECKS = {
    Checked.NOT: later("Nobody looked"),
    Checked.SEEN: later("Seen in its list, with its end"),
    Checked.VERIFIED: later("Its own verification ran without an error"),
}


def system_name(item: ExternalBackup) -> str:
    """Return what took a backup."""
    return item.product or _(SYSTEMS[item.system])


def worth(item: ExternalBackup) -> str:
    """Say what a reference counts for, and why not more."""
    if not item.stands:
        return _("Withdrawn by {who}: {why}").format(
            who=item.withdrawn_by, why=item.withdrawn_reason
        )
    if item.drill is not None and not item.drill.passed:
        return _("Counts for nothing: its restore failed.")
    if item.driven and item.level is not None:
        return _driven(item.level)
    match item.level:
        case None:
            return _("Counts for nothing: nobody has checked it.")
        case Level.RESTORED:
            return _("L4 restored, claimed: a restore was recorded with evidence.")
        case Level.INTACT:
            return _("L1 intact, claimed: more needs a restore with evidence.")
        case _:
            return _("L0 captured, claimed: more needs its own verification, kept as a file.")


def _driven(level: Level) -> str:
    match level:
        case Level.RESTORED:
            return _("L4 restored: run from here, every file compared with that of its host.")
        case Level.INTACT:
            return _("L1 intact: run from here, restic has read all of its data again.")
        case _:
            return _("L0 captured: run from here; more needs all of its data read again.")


def trust(item: ExternalBackup) -> str:
    """Say in a word whose word a level is: somebody's, or that of a tool that was run from here."""
    return _("by restic") if item.driven else _("claimed")
