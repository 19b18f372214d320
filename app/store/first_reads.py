"""What a start reads before the first picture: plain SQL over the driver alone.

SQLAlchemy takes longer to load than the rest of a start; these few statements do not wait for it.
They are standard SQL. Everything else that screens read is in `app.store.queries`.
"""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.domain.vocabulary import ChangeState, ChangeType, Grade, Level, RunState, Verdict
from app.services.search.rows import (
    ChangeRow,
    HomeSummary,
    LiveRun,
    Reminder,
    VerdictRow,
    WatchedRow,
)
from app.settings import Settings, from_rows
from app.store.chain import READ_HEAD, Head, head_of
from app.store.codec import decode, from_text, to_text
from app.store.sqlite import reading

if TYPE_CHECKING:
    from app.domain.calendar import ScheduleWindow
    from app.domain.change import Change

HOME_ROWS: Final = 20


def _words(values: Iterable[Enum]) -> str:
    """Return values of our own enums as a list in SQL; nothing else is written into a statement."""
    return ", ".join(f"'{item.value}'" for item in values)


_OPEN = _words(state for state in ChangeState if state.is_open)
_MOVING = _words((RunState.RUNNING, RunState.BACKING_OUT))
_OVER = (RunState.DONE, RunState.BACKED_OUT, RunState.MISSED)
_ALIVE = _words(state for state in RunState if state not in _OVER)
_ROW = (
    "SELECT id, number, title, state, type, risk, residual, starts_at, ends_at, zone, on_hold,"
    " updated_at FROM change"
)
_WAITING = f"""{_ROW}
    WHERE state IN ({_OPEN}) AND NOT on_hold AND (due_at IS NULL OR due_at <= :now)
    AND NOT EXISTS (SELECT 1 FROM run WHERE run.change = change.id AND run.state IN ({_MOVING}))
    ORDER BY ordinal LIMIT {HOME_ROWS}"""  # noqa: S608 - names of ours alone
"""Open changes that are due and that no run is moving at this moment."""
_UPCOMING = f"""{_ROW}
    WHERE state IN ({_OPEN}) AND ends_at > :now ORDER BY starts_at, ordinal LIMIT {HOME_ROWS}"""
_VERDICTS = f"""
    SELECT comparison.change, change.number, metric, verdict, sentence, judged_at
    FROM comparison JOIN change ON change.id = comparison.change
    ORDER BY comparison."row" DESC LIMIT {HOME_ROWS}"""  # noqa: S608 - names of ours alone
_LIVE = f"""
    SELECT change.body, run.body, change.id FROM run JOIN change ON change.id = run.change
    WHERE run.state IN ({_ALIVE}) ORDER BY run."row" DESC LIMIT {HOME_ROWS}"""  # noqa: S608 - names of ours alone
_ANY_LIVE = f"SELECT 1 FROM run WHERE state IN ({_ALIVE}) LIMIT 1"  # noqa: S608 - names of ours alone
_BACKUPS = 'SELECT body FROM backup_set WHERE change = :change ORDER BY "row" DESC'
_WATCHED = f"""
    SELECT id, number, title, body FROM change
    WHERE state = '{ChangeState.MONITOR.value}' ORDER BY "row" DESC"""  # noqa: S608 - names of ours alone
_COUNTS = f"""
    SELECT count(*) FILTER (WHERE state IN ({_OPEN})),
        count(*) FILTER (WHERE state = 'closed'),
        count(*) FILTER (WHERE state = 'closed' AND overrides = 0
            AND close_code = 'successful'),
        count(*) FILTER (WHERE state = 'closed' AND backed_out)
    FROM change"""  # noqa: S608 - names of ours alone
"""From the index of outcomes alone."""
_RESTORED = f"""
    SELECT count(DISTINCT change.id) FROM backup_set CROSS JOIN change
    WHERE change.id = backup_set.change
    AND backup_set.level >= {Level.RESTORED.value} AND change.state = 'closed'"""  # noqa: S608 - names of ours alone
"""The cross join makes SQLite begin with the few backups, not with the many changes."""
_DUE = "SELECT body FROM change WHERE follow_up_at <= :now ORDER BY follow_up_at LIMIT 200"
"""Changes that ask somebody for something after their work."""


_FREEZES = """
    SELECT body FROM schedule_window
    WHERE kind = 'freeze' AND NOT retired ORDER BY "row"
"""


class FirstReads:
    """Reads that need no more than the driver; safe from any thread, never waiting for a writer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._settings: Settings | None = None

    def home(self, now: datetime) -> HomeSummary:
        """Return what the first page shows, as it stood at one moment."""
        at = {"now": to_text(now)}
        with reading(self._path) as connection:
            found, closed, clean, backed_out = connection.execute(_COUNTS).fetchone()
            (restored,) = connection.execute(_RESTORED).fetchone()
            return HomeSummary(
                running=tuple(_live_runs(connection)),
                waiting=tuple(map(_change_row, connection.execute(_WAITING, at))),
                upcoming=tuple(map(_change_row, connection.execute(_UPCOMING, at))),
                verdicts=tuple(map(_verdict_row, connection.execute(_VERDICTS))),
                watched=tuple(map(_watched_row, connection.execute(_WATCHED))),
                freezes=tuple(_freezes(connection)),
                due=tuple(_due(connection, at, now)),
                open_count=found,
                closed_count=closed,
                clean_count=clean,
                backed_out_count=backed_out,
                restored_count=restored,
            )

    def settings(self, *, anew: bool = False) -> Settings:
        """Return the settings as they stand, kept in memory: screens ask for them at any time.

        They are read anew after they were saved; nobody else writes while this folder is open.
        """
        if anew or self._settings is None:
            with reading(self._path) as connection:
                rows = dict(connection.execute("SELECT name, value FROM setting"))
            self._settings = from_rows(rows)
        return self._settings

    def head(self) -> Head:
        """Return the end of the log."""
        with reading(self._path) as connection:
            return head_of(connection.execute(READ_HEAD).fetchone())

    def log_head(self) -> str:
        """Return the hash of the last entry, "" for an empty log."""
        return self.head().hash

    def any_live_run(self) -> bool:
        """Whether some run has not ended."""
        with reading(self._path) as connection:
            return connection.execute(_ANY_LIVE).fetchone() is not None


def _changes(connection: sqlite3.Connection, query: str, at: dict[str, str]) -> "list[Change]":
    rows = connection.execute(query, at).fetchall()
    if not rows:
        return []
    from app.domain.change import Change  # noqa: PLC0415 - where there is one

    return [decode(body, Change, "change") for (body,) in rows]


def _freezes(connection: sqlite3.Connection) -> "list[ScheduleWindow]":
    rows = connection.execute(_FREEZES).fetchall()
    if not rows:
        return []
    from app.domain.calendar import ScheduleWindow  # noqa: PLC0415 - where there is one

    return [decode(body, ScheduleWindow, "window") for (body,) in rows]


def _due(connection: sqlite3.Connection, at: dict[str, str], now: datetime) -> list[Reminder]:
    changes = _changes(connection, _DUE, at)
    if not changes:
        return []
    from app.services.review.reminders import reminders  # noqa: PLC0415 - where there is one

    found = [item for change in changes for item in reminders(change, now)]
    return sorted(found, key=lambda item: item.due_at)


def _live_runs(connection: sqlite3.Connection) -> Iterable[LiveRun]:
    rows = connection.execute(_LIVE).fetchall()
    if not rows:
        return
    from app.domain.backup import BackupSet  # noqa: PLC0415 - where there is one
    from app.domain.change import Change  # noqa: PLC0415 - loads slowly
    from app.domain.run import Run  # noqa: PLC0415 - loads slowly

    for change, run, key in rows:
        backups = connection.execute(_BACKUPS, {"change": key})
        yield LiveRun(
            decode(change, Change, "change"),
            decode(run, Run, "run"),
            tuple(decode(body, BackupSet, "backup") for (body,) in backups),
        )


def _change_row(row: tuple[Any, ...]) -> ChangeRow:
    (key, number, title, state, kind, risk, residual, starts_at, ends_at, zone, held, updated) = row
    return ChangeRow(
        id=key,
        number=number,
        title=title,
        state=ChangeState(state),
        type=ChangeType(kind),
        risk=None if risk is None else Grade(risk),
        residual=None if residual is None else Grade(residual),
        starts_at=_instant(starts_at),
        ends_at=_instant(ends_at),
        zone=zone,
        on_hold=bool(held),
        updated_at=_instant(updated),
    )


def _verdict_row(row: tuple[Any, ...]) -> VerdictRow:
    change, number, metric, verdict, sentence, judged_at = row
    return VerdictRow(change, number, metric, Verdict(verdict), sentence, _instant(judged_at))


def _watched_row(row: tuple[str, str, str, str]) -> WatchedRow:
    """Read three fields of the body without the record's class, which loads slowly."""
    key, number, title, text = row
    body = json.loads(text)
    caused = (item for item in body["incidents"] if item["caused"])
    return WatchedRow(
        id=key,
        number=number,
        title=title,
        since=_instant(body["monitor_since"]),
        days=body["monitor_days"],
        open_incidents=sum(item["restored_at"] is None for item in caused),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)
