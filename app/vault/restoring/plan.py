"""The restore plan that is sealed with every set: ordered steps with exact targets and commands."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from shlex import quote

from app.domain.backup import SourceKind
from app.domain.restore import PlanStep
from app.vault.format import HostRecord, ObjectRecord
from app.vault.producers import outermost
from app.vault.restoring.by_hand import steps_by_hand
from app.vault.restoring.choice import can_be_put_back
from app.wording import bytes_size, duration

MARK = "MARK"
"""Stands in the plan for the mark that each restore draws anew."""


def plan_of(host: HostRecord, records: Sequence[ObjectRecord]) -> tuple[PlanStep, ...]:
    """Return the steps that bring back what was captured, in the order they must be done."""
    parts = [list(_steps(record)) for record in records]
    unpack = [step for first, _ in filter(None, parts) for step in first]
    swap = [step for _, then in filter(None, parts) for step in then]
    if not unpack:
        return ()
    size = sum(step.bytes for step in unpack)
    steps = (
        PlanStep(
            "Take a safety set of what is there now, and prove it",
            host.name,
            bytes=size,
            expected_s=_total(unpack),
        ),
        *unpack,
        PlanStep("Compare what was unpacked with the set", host.name, bytes=size),
        *swap,
        PlanStep("Check the services, then confirm: what was kept is removed", host.name),
    )
    return tuple(replace(step, host=host.name) for step in steps)


def expected_s(steps: Sequence[PlanStep]) -> float:
    """Return how long a plan may take, in seconds, by what its steps expect."""
    return _total(steps) or 0.0


def _total(steps: Sequence[PlanStep]) -> float | None:
    known = [step.expected_s for step in steps if step.expected_s is not None]
    return round(sum(known), 3) if known else None


def _steps(record: ObjectRecord) -> Iterator[list[PlanStep]]:
    """Give the steps that unpack an object, then those that swap it in."""
    match record.stored.kind:
        case _ if record.is_globals:
            return
        case SourceKind.FILES:
            yield from _files(record)
        case SourceKind.SQLITE:
            yield from _sqlite(record)
        case SourceKind.POSTGRESQL if can_be_put_back(record):
            yield from _postgres(record)
        case SourceKind.MYSQL:
            yield from _mariadb(record)
        case SourceKind.FACTS:
            return
        case _:
            yield from steps_by_hand(record, _open(record), MARK)


def _open(record: ObjectRecord) -> str:
    return f"age -d -i key.txt objects/{record.stored.name} | zstd -d --long=27"


def _files(record: ObjectRecord) -> Iterator[list[PlanStep]]:
    paths = outermost(record.source.paths)
    share = record.duration_s / len(paths)
    unpack, swap = [], []
    for path in paths:
        side, old = f"{path}.changedesk-restore-{MARK}", f"{path}.changedesk-old-{MARK}"
        inner = f"tar -x -p --numeric-owner -C {quote(side)} -f - -- {quote('.' + path)}"
        unpack.append(
            PlanStep(
                f"Unpack {path} beside the original",
                side,
                f"mkdir {quote(side)} && {_open(record)} | {inner}",
                record.stored.plain_bytes // len(paths),
                round(share, 3),
            )
        )
        swap.append(
            PlanStep(
                f"Swap {path} in; what is there is kept",
                path,
                f"mv {quote(path)} {quote(old)} && mv {quote(side + path)} {quote(path)}",
            )
        )
    yield unpack
    yield swap


def _sqlite(record: ObjectRecord) -> Iterator[list[PlanStep]]:
    path = record.source.database
    side, old = f"{path}.changedesk-restore-{MARK}", f"{path}.changedesk-old-{MARK}"
    check = f"sqlite3 {quote(side)} 'PRAGMA integrity_check'"
    yield [
        PlanStep(
            f"Write {PurePosixPath(path).name} beside the original and check it",
            side,
            f"{_open(record)} > {quote(side)} && {check}",
            record.stored.plain_bytes,
            record.duration_s,
        )
    ]
    logs = " && ".join(
        f"{{ [ ! -e {quote(path + end)} ] || mv {quote(path + end)} {quote(old + end)}; }}"
        for end in ("-wal", "-shm", "-journal")
    )
    yield [
        PlanStep(
            f"Swap {PurePosixPath(path).name} in, its log files with it; what is there is kept",
            path,
            f"{logs} && mv {quote(path)} {quote(old)} && mv {quote(side)} {quote(path)}",
        )
    ]


def _postgres(record: ObjectRecord) -> Iterator[list[PlanStep]]:
    name = record.source.database
    new, kept = f"{name}_restore_{MARK}", f"{name}_before_{MARK}"
    fill = f"pg_restore --exit-on-error --single-transaction -d {new}"
    yield [
        PlanStep(
            f"Fill a new database beside {name}, in one transaction",
            new,
            f"createdb -T template0 {new} && {_open(record)} | {fill} && "
            f"psql -X -d {new} -c ANALYZE",
            record.stored.plain_bytes,
            record.duration_s,
        )
    ]
    yield [
        PlanStep(
            f"Give it the name {name}; the present one is kept",
            name,
            "psql -X -v ON_ERROR_STOP=1 -d postgres -c "
            + quote(
                f'BEGIN; ALTER DATABASE "{name}" RENAME TO "{kept}"; '
                f'ALTER DATABASE "{new}" RENAME TO "{name}"; COMMIT'
            ),
        )
    ]


def _mariadb(record: ObjectRecord) -> Iterator[list[PlanStep]]:
    """Give the steps of the swap, then those for a server that cannot have its tables swapped."""
    name = record.source.database
    new, kept = f"{name}_restore_{MARK}", f"{name}_before_{MARK}"
    title = f"Fill a new database beside {name} and compare every table with the set"
    yield [PlanStep(title, new, "", record.stored.plain_bytes, record.duration_s)]
    title = f"Let its tables change places with those of {name}, all at once; the present are kept"
    by_hand = [step for part in steps_by_hand(record, _open(record), MARK) for step in part]
    yield [
        PlanStep(title, kept),
        *(replace(step, bytes=0, expected_s=None) for step in by_hand),
    ]


def text_of(host: HostRecord, steps: Sequence[PlanStep]) -> str:
    """Return the plan as a page that can be followed by hand, on the host."""
    lines = [
        f"RESTORE PLAN for {host.name} ({host.address}:{host.port})",
        "",
        'Change Desk does these steps by itself, but those that begin with "By hand".',
        "Without Change Desk: copy this folder and the key to the",
        f"host, go into the folder, and put eight letters of your own in place of {MARK}.",
        "Nothing is overwritten: what is there is kept under another name.",
        "",
    ]
    for number, step in enumerate(steps, start=1):
        lines.append(f"{number}. {step.title}")
        size = bytes_size(step.bytes) if step.bytes else ""
        time = f"about {duration(step.expected_s)}" if step.expected_s is not None else ""
        lines.append(f"   {'  '.join(part for part in (step.target, size, time) if part)}")
        if step.command:
            lines.append(f"   $ {step.command}")
        lines.append("")
    return "\n".join(lines)
