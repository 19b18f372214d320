"""How well backup sets are proven, as lists and ladders show it."""

from app.domain.backup import BackupSet, Level, Outcome, SourceKind, Verification
from app.domain.external_backup import ExternalBackup
from app.i18n import _, later
from app.services.backup.external_words import trust
from app.services.backup.set_records import proof_words
from app.wording import clock, day, duration
from ui.cells import Badge, LevelStep, Mark, Rung

_RUNGS = {
    Outcome.PASSED: Rung.REACHED,
    Outcome.FAILED: Rung.FAILED,
    Outcome.TIMED_OUT: Rung.FAILED,
    Outcome.RUNNING: Rung.RUNNING,
    Outcome.NOT_DONE: Rung.OPEN,
}
_WORDS = {
    Outcome.FAILED: later("Failed"),
    Outcome.TIMED_OUT: later("Timed out"),
    Outcome.NOT_DONE: later("Not done"),
}

SOURCES = {
    SourceKind.FILES: later("Files and folders"),
    SourceKind.SQLITE: later("SQLite database"),
    SourceKind.POSTGRESQL: later("PostgreSQL database"),
    SourceKind.MYSQL: later("MySQL or MariaDB database"),
    SourceKind.REDIS: later("Redis server"),
    SourceKind.MONGODB: later("MongoDB, not proven"),
    SourceKind.FACTS: later("Facts of the host"),
    SourceKind.EXTERNAL: later("By another system"),
}


def names_of(title: str) -> str:
    """Return what was captured by the names alone: whole paths are too long for a list."""
    return ", ".join(part.rsplit("/", 1)[-1] or part for part in title.split(", "))


def level_word(level: Level) -> str:
    """Return a level without its code: "matches the source"."""
    return _(level.label.split(" ", 1)[1])


def level_badge(item: BackupSet | None, needed: Level | None = None) -> Badge:
    """Return the level of a set in words; amber when less is proven than is needed."""
    if item is None:
        return Badge(Mark.MISSING, _("No backup yet"))
    if item.missing:
        return Badge(Mark.BAD, _("Not in the vault any more"))
    if item.binned_at is not None:
        return Badge(Mark.MISSING, _("In the bin"))
    level = item.level
    if any((found := item.latest(each)) and found.is_lost for each in Level):
        return Badge(Mark.BAD, _("A proof record is missing"))
    if item.acceptance_lost:
        return Badge(Mark.BAD, _("The record of its acceptance is missing"))
    if level is None:
        return Badge(Mark.UNKNOWN, _("Nothing proven"))
    enough = needed is None or level >= needed
    return Badge(Mark.GOOD if enough else Mark.WATCH, f"L{int(level)} {level_word(level)}")


def claim_badge(item: ExternalBackup, needed: Level | None = None) -> Badge:
    """Return what a reference counts for; what is only told is never green."""
    if not item.stands:
        return Badge(Mark.MISSING, _("Withdrawn"))
    level = item.level
    if level is None:
        failed = item.drill is not None and not item.drill.passed
        words = _("Restore failed") if failed else _("Not checked")
        return Badge(Mark.BAD if failed else Mark.UNKNOWN, words)
    enough = needed is None or level >= needed
    words = _("L{n} {word}, {trust}").format(
        n=int(level), word=level_word(level), trust=trust(item)
    )
    best = Mark.GOOD if item.is_shown_here else Mark.WATCH
    return Badge(best if enough else Mark.BAD, words)


def ladder(item: BackupSet | None, zone: str) -> tuple[LevelStep, ...]:
    """Return the five levels with when each was proven and how long that took."""
    steps = []
    for level in Level:
        name, word = f"L{int(level)}", level_word(level)
        found = item.latest(level) if item else None
        if item is None or found is None:
            steps.append(LevelStep(name, word))
            continue
        today = found.at.date() == item.sealed_at.date()
        at = clock(found.at, zone) if today else day(found.at, zone)
        took = duration(found.duration_s) if found.duration_s else ""
        steps.append(LevelStep(name, word, _rung(found), at, took))
    return tuple(steps)


def proofs(item: BackupSet) -> list[tuple[str, str]]:
    """Return what the last proof said, and what every level that is not passed failed on."""
    told = []
    last = item.verifications[-1] if item.verifications else None
    if last is not None and last.outcome is Outcome.PASSED and last.detail:
        told.append((_("Last proof"), f"{_(last.level.label)}: {last.detail}"))
    for level in Level:
        found = item.latest(level)
        if found is not None and found.outcome in _WORDS:
            why = f" {found.detail}" if found.detail else ""
            told.append((f"L{int(level)}", f"{_(_WORDS[found.outcome])}.{why}"))
    lost = _("A proof record is missing from the vault: {proof}. Somebody or something removed it.")
    told += [(f"L{int(one.level)}", lost.format(proof=proof_words(one))) for one in item.lost]
    return told


def _rung(proof: Verification) -> Rung:
    return Rung.FAILED if proof.is_lost else _RUNGS[proof.outcome]


def rungs(item: BackupSet) -> tuple[Rung, ...]:
    """Return the five squares of a list."""
    found = (item.latest(level) for level in Level)
    return tuple(_rung(one) if one else Rung.OPEN for one in found)
