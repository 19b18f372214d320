"""The steps of the sample change, as planned and as they went.

Everything is invented and deterministic.
"""

import hashlib

from app.domain.ids import HostId, RunId
from app.domain.run import Run, RunState, StepRun, StepState
from app.domain.runbook import Step, StepKind
from app.domain.transcript import Piece, write_piece
from tests.reports.people import (
    APP,
    CHANGE,
    DB1,
    DB2,
    KHUMALO,
    MOKOENA,
    NDLOVU,
    VAN_WYK,
    WORK,
    night,
)


def step(
    number: str, title: str, kind: StepKind, host: HostId | None, minutes: float, **more: object
) -> Step:
    return Step(number, title, kind, host, estimate_s=minutes * 60, **more)  # type: ignore[arg-type]


STEPS = (  # step, planned start, actual start and end
    (step("f1", "Health checks before", StepKind.CHECK, None, 12), (1, 0), (1, 4), (1, 15)),
    (step("f2", "Backup gate", StepKind.GATE, DB1, 5, owner=KHUMALO), (1, 12), (1, 15), (1, 19)),
    (
        step(
            "f3",
            "Install PostgreSQL 16",
            StepKind.COMMAND,
            DB1,
            18,
            command="apt-get install --yes postgresql-16",
        ),
        (1, 17),
        (1, 19),
        (1, 38),
    ),
    (
        step(
            "f4",
            "Close order entry",
            StepKind.COMMAND,
            APP,
            4,
            command="ordersctl close",
            stops_service=True,
        ),
        (1, 35),
        (1, 38),
        (1, 43),
    ),
    (
        step(
            "f5",
            "Upgrade the cluster",
            StepKind.COMMAND,
            DB1,
            18,
            command="pg_upgradecluster 14 main",
        ),
        (1, 39),
        (1, 43),
        (2, 7),
    ),
    (
        step(
            "f6",
            "Refresh query statistics",
            StepKind.COMMAND,
            DB1,
            10,
            command="vacuumdb --all --analyze-in-stages",
        ),
        (1, 57),
        (2, 7),
        (2, 16),
    ),
    (
        step("f7", "Gate: go or no-go", StepKind.GATE, None, 3, owner=VAN_WYK),
        (2, 7),
        (2, 16),
        (2, 19),
    ),
    (step("f8", "Smoke test of orders", StepKind.MANUAL, APP, 3), (2, 10), (2, 19), (2, 23)),
    (
        step(
            "f9",
            "Open order entry",
            StepKind.COMMAND,
            APP,
            2,
            command="ordersctl open",
            starts_service=True,
        ),
        (2, 13),
        (2, 23),
        (2, 25),
    ),
    (
        step(
            "f10",
            "Rebuild the replica",
            StepKind.COMMAND,
            DB2,
            28,
            command="pg_basebackup --pgdata main",
        ),
        (2, 15),
        (2, 25),
        (2, 52),
    ),
    (step("f11", "Functional tests", StepKind.MANUAL, APP, 12), (2, 43), (2, 52), (2, 58)),
    (step("f12", "Health checks after", StepKind.CHECK, None, 15), (2, 55), (2, 58), (3, 12)),
)
OUTPUT = {
    "f3": "Reading package lists...\nBuilding dependency tree...\n"
    + "Get: packages\n" * 30
    + "Setting up postgresql-16 (16.6-1) ...\nCreating new PostgreSQL cluster 16/main ...\n",
    "f4": "order entry closed at 01:42:58, 3 sessions ended\n",
    "f5": "Upgrading cluster 14/main to 16/main ...\nStopping old cluster...\nCopying 41 GiB\n"
    "Success. Please check that the upgraded cluster works.\n",
    "f9": "order entry open\n",
}


def transcript(text: str) -> bytes:
    return write_piece(Piece(night(1, 20), "stdout", text.encode()))


def run(plan_hash: str) -> Run:
    steps = []
    for item, planned, start, end in STEPS:
        said = OUTPUT.get(item.id, "")
        raw = transcript(said) if said else b""
        steps.append(
            StepRun(
                item,
                StepState.DONE,
                night(*planned),
                night(*start),
                night(*end),
                0 if item.kind is StepKind.COMMAND else None,
                hashlib.sha256(raw).hexdigest() if raw else "",
                len(raw),
                "done",
                {"f2": KHUMALO, "f7": VAN_WYK, "f8": NDLOVU, "f11": NDLOVU}.get(item.id, MOKOENA),
            )
        )
    return Run(
        RunId("r-1"), CHANGE, plan_hash, RunState.DONE, tuple(steps), WORK.start, WORK.end, MOKOENA
    )
