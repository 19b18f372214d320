"""Putting files and databases back on their server.

Everything is unpacked beside the original and compared there; only then are names swapped, and
what was there before is kept beside it. Until the swap the original is not touched at all. Whoever
asked hears of every state before the host does, so that an attempt that is cut off can be found.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from time import monotonic

from app.domain.backup import RestoreResult, SourceKind
from app.domain.restore import Move, MoveHow, RestoreState, RestoreWish
from app.errors import AppError, RemoteError
from app.services.ports.vault import Tell, Trace
from app.services.ports.world import Remote
from app.vault.dialogue import probe
from app.vault.reading import SetReader
from app.vault.restoring import mariadb_placing, placing
from app.vault.restoring import moves as swapping
from app.vault.restoring.choice import Choice, can_be_put_back, choose
from app.vault.restoring.job import Job
from app.vault.restoring.room import refuse_without_room


def restore_on_host(
    reader: SetReader, remote: Remote, wish: RestoreWish, tell: Tell
) -> RestoreResult:
    """Put a set back; see `app.services.ports.vault.Vault.restore_on_host`."""
    at, started_s = reader.core.clock.now(), monotonic()
    job = Job(reader, remote, probe(remote), wish.mark)
    placing.refuse_other_host(job)
    sifted = mariadb_placing.sift(job, choose(reader, wish), wish.objects)
    chosen = sifted.chosen
    refuse_without_room(job, chosen)
    attempt = _Attempt(job, tell)
    attempt.say(Trace(RestoreState.PREPARING, placing.sides_of(job, chosen)))
    with attempt.cleaned_up():
        compared = _prepare(attempt, chosen)
        kept = attempt.swap()
    placed = tuple(
        move.target for move in attempt.moves if move.how is MoveHow.PLACE or move.how.is_served
    )
    return RestoreResult(
        set=reader.manifest.set,
        where=job.host_name,
        at=at,
        duration_s=round(monotonic() - started_s, 3),
        members=sum(one.members for one in chosen),
        plain_bytes=sum(one.plain_bytes for one in chosen),
        restored=placed,
        kept=kept,
        skipped=_skipped(reader, sifted, placed, wish),
        by_hand=tuple(_by_hand(reader, sifted, wish)),
        compared="; ".join(compared),
    )


def _prepare(attempt: "_Attempt", chosen: Sequence[Choice]) -> list[str]:
    """Unpack everything beside its original; databases come first, their folders carry them."""
    job, moves = attempt.job, attempt.moves

    def of(kind: SourceKind) -> list[Choice]:
        return [one for one in chosen if one.record.stored.kind is kind]

    told = [placing.prepare_server_database(job, one, moves) for one in of(SourceKind.POSTGRESQL)]
    told += [mariadb_placing.prepare(job, one, moves) for one in of(SourceKind.MYSQL)]
    told += [placing.prepare_database_file(job, one, moves) for one in of(SourceKind.SQLITE)]
    own = tuple(move.target for move in moves if not move.how.is_served)
    told += [placing.prepare_files(job, one, moves, own) for one in of(SourceKind.FILES)]
    return told


def _skipped(
    reader: SetReader, sifted: mariadb_placing.Sifted, placed: tuple[str, ...], wish: RestoreWish
) -> tuple[str, ...]:
    chosen = sifted.chosen
    missed = [
        f"{path}: it was not captured"
        for one in chosen
        if one.record.stored.kind is SourceKind.FILES
        for path in one.places
        if path not in placed
    ]
    databases = {one.record.stored.kind for one in chosen}
    roles = [
        f"{record.stored.title}: read it first, then run it by hand"
        for record in reader.manifest.captured
        if record.is_globals and SourceKind.POSTGRESQL in databases
    ]
    by_hand = [
        f"{title}: put it back by hand, as the restore plan says" + (f", for {why}" if why else "")
        for title, why in _by_hand(reader, sifted, wish).items()
    ]
    return (*missed, *roles, *by_hand)


def _by_hand(
    reader: SetReader, sifted: mariadb_placing.Sifted, wish: RestoreWish
) -> dict[str, str]:
    """Name the databases that are put back by a person, with the reason if it is no usual one.

    Of a part that was named, by files or by objects, there are none.
    """
    if wish.paths or wish.objects:
        return {}
    usual = {
        record.stored.title: ""
        for record in reader.manifest.captured
        if record.stored.kind.is_server and not record.is_globals and not can_be_put_back(record)
    }
    return usual | sifted.left


@dataclass
class _Attempt:
    """One restore under way: its moves, and who hears of each state."""

    job: Job
    tell: Tell

    def __post_init__(self) -> None:
        self.moves: list[Move] = []
        self._trace = Trace(RestoreState.PREPARING)

    def say(self, trace: Trace) -> None:
        """Let the state be recorded; raises what the record raises."""
        self._trace = trace
        self.tell(trace)

    def swap(self) -> tuple[str, ...]:
        """Swap all names; when that fails, find out what happened and undo it."""
        job = self.job
        job.reader.context.progress(0, None, "Swapping names")
        self.say(replace(self._trace, state=RestoreState.SWAPPING, moves=tuple(self.moves)))
        try:
            kept = swapping.swap(job.ground, self.moves)
        except AppError:
            self._go_back()
            raise
        self.say(replace(self._trace, state=RestoreState.SWAPPED))
        return kept

    def _go_back(self) -> None:
        """After a swap that failed: say what state the host is in, at best the one before."""
        job = self.job
        with suppress(AppError):  # then only a later look can tell
            found = swapping.look(job.ground, self.moves)
            if found is not RestoreState.PREPARING:
                self.say(replace(self._trace, state=RestoreState.HALF))
                swapping.undo(job.ground, self.moves)
                found = swapping.look(job.ground, self.moves)
            self.say(replace(self._trace, state=found))

    @contextmanager
    def cleaned_up(self) -> Iterator[None]:
        """Remove what lies beside the originals, unless what happened is not known."""
        try:
            yield
        except BaseException:
            if self._trace.state is RestoreState.PREPARING:
                with suppress(RemoteError):  # a broken link leaves it there, nothing worse
                    self._remove()
                    self.say(replace(self._trace, state=RestoreState.CLEARED))
            raise
        with suppress(RemoteError):
            self._remove()

    def _remove(self) -> None:
        job = self.job
        swapping.remove(job.ground, job.mark, self._trace.sides)
