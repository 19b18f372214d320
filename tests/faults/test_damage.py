"""Damage what is stored, thousands of times: reading it finds each of them, whatever it hit.

The ordinary run damages each way some times; soaking does it as often as was promised.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.backup import BackupSet, Level, Outcome
from app.tasks import TaskContext
from app.vault.vault import LocalVault
from tests.faults.ledger import trials
from tests.faults.rounds import SOAK, rounds
from tests.vault.conftest import sources, take

pytestmark = [pytest.mark.soak] if SOAK else []
OFTEN = {
    "bit turned over": rounds(200, 10_000),
    "cut short": rounds(40, 1_000),
    "swapped for another set's": rounds(10, 100),
}


@dataclass(frozen=True)
class Damage:
    """What becomes of one file of a set."""

    path: Path
    before: bytes
    after: bytes


def damages(how: str, folder: Path, other: Path) -> Iterator[Damage]:
    """Yield one damage after the other: each changes a file."""
    chance = random.Random(how)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]
    while True:
        path = chance.choice(files)
        before = path.read_bytes()
        place = chance.randrange(len(before))
        match how:
            case "bit turned over":
                turned = before[place] ^ 1 << chance.randrange(8)
                after = before[:place] + bytes([turned]) + before[place + 1 :]
            case "cut short":
                after = before[:place]
            case _:
                after = (other / path.relative_to(folder)).read_bytes()
        if after != before:  # both sets may hold the same in one place
            yield Damage(path, before, after)


def outcome(vault: LocalVault, taken: BackupSet) -> Outcome:
    """Read a set, and forget the record of it, so that the next one finds the same files."""
    notes = vault.root / taken.path / "verification"
    before = set(notes.iterdir())
    found = vault.verify(taken, Level.INTACT, by="ada", context=TaskContext())
    for path in set(notes.iterdir()) - before:
        path.unlink()
    return found.outcome


def write(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


@pytest.mark.parametrize("how", OFTEN)
def test_whatever_is_damaged_in_a_set_is_found_by_reading(vault, remote, shop, how) -> None:
    taken = take(vault, remote, *sources(remote, shop))
    other = vault.root / take(vault, remote, *sources(remote, shop)).path
    found = damages(how, vault.root / taken.path, other)
    for turn in trials(4, f"stored file {how}: found by reading", OFTEN[how]):
        damage = next(found)
        write(damage.path, damage.after)
        assert outcome(vault, taken) is Outcome.FAILED, (turn, damage.path.name)
        write(damage.path, damage.before)
    assert outcome(vault, taken) is Outcome.PASSED
