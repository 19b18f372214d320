"""Makes what steps put out findable: the beginning and the end of every sealed transcript.

The text is derived and lies beside the other words of its change in the text index. It is added
after the run was saved, never with it, so that no step waits for it; what was not added, for
whatever reason, is found by counting and made up for at the next call.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

from sqlalchemy import Connection, delete, insert, select

from app.domain.run import Run
from app.errors import NotFound, StoreError
from app.services.safe_text import plain
from app.store import search
from app.store.engine import WRITES
from app.store.mapping import RUN
from app.store.tables import INDEXED_RUN, TABLES
from app.store.unit_of_work import Ledger

HEAD_BYTES, TAIL_BYTES = 4 << 10, 12 << 10
"""Of each transcript: commands say first what they do and last how it went."""
MOST_CHARACTERS = 256 << 10
"""Of all transcripts of a change; the newest run comes first."""
_HEADERS = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]{15}Z [a-z]{1,16} \d{1,12}$", re.MULTILINE)


def index_transcripts(
    ledger: Ledger, path_of: Callable[[str], Path], stop: Event | None = None
) -> int:
    """Add what is missing, one change at a time; return for how many changes there was something.

    Safe at any time and from any thread; a store that is only read is left as it is.
    """
    done = 0
    while not ledger.read_only and not (stop and stop.is_set()):
        ledger.gate.enter()
        try:
            with ledger.engine.connect().execution_options(**{WRITES: True}) as connection:
                if not _index_one(connection, path_of):
                    return done
                connection.commit()
        finally:
            ledger.gate.leave()
        done += 1
    return done


def _index_one(connection: Connection, path_of: Callable[[str], Path]) -> bool:
    """Index the change whose transcripts are not all indexed yet; False when there is none."""
    run, change = TABLES["run"], TABLES["change"]
    missing = (
        select(run.c.change, change.c.ordinal)
        .join(change, change.c.id == run.c.change)
        .outerjoin(INDEXED_RUN, INDEXED_RUN.c.run == run.c.id)
        .where(run.c.sealed > 0, run.c.sealed.is_distinct_from(INDEXED_RUN.c.sealed))
        .limit(1)
    )
    found = connection.execute(missing).first()
    if found is None:
        return False
    rows = connection.execute(
        select(run.c.id, run.c.sealed, run.c.body)
        .where(run.c.change == found.change)
        .order_by(run.c.row.desc())
    ).all()
    texts = (text for row in rows for text in _texts(row.body, path_of))
    search.set_transcript(connection, found.ordinal, _capped(texts))
    connection.execute(delete(INDEXED_RUN).where(INDEXED_RUN.c.run.in_([row.id for row in rows])))
    connection.execute(insert(INDEXED_RUN), [{"run": row.id, "sealed": row.sealed} for row in rows])
    return True


def _texts(body: str, path_of: Callable[[str], Path]) -> Iterator[str]:
    try:
        run: Run = RUN.read(body)
    except StoreError:  # written by another version: nothing of it can be found
        return
    for item in run.steps:
        if item.transcript:
            yield f"{item.step.title}\n{_ends(path_of, item.transcript)}"


def _ends(path_of: Callable[[str], Path], sha256: str) -> str:
    """Return the readable beginning and end of a transcript; "" when the file is gone."""
    try:
        with path_of(sha256).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            head = file.read(HEAD_BYTES)
            file.seek(max(HEAD_BYTES, size - TAIL_BYTES))
            tail = file.read(TAIL_BYTES)
    except (NotFound, OSError):
        return ""
    text = b"\n".join((head, tail)).decode(errors="replace")
    return plain(_HEADERS.sub("", text))


def _capped(texts: Iterator[str]) -> str:
    kept, room = [], MOST_CHARACTERS
    for text in texts:
        kept.append(text[:room])
        room -= len(text)
        if room <= 0:
            break
    return "\n".join(kept)
