"""Taking a set: what is sealed, in which order, and what is refused."""

from app.domain.backup import CaptureState, Level, Outcome
from app.tasks import TaskContext
from tests.vault.conftest import sources, take


def test_a_set_of_files_a_database_and_facts_is_captured_and_proven(vault, remote, shop):
    found = take(vault, remote, *sources(remote, shop))
    assert found.state is CaptureState.CAPTURED
    assert [item.name for item in found.objects] == [
        "01-files.tar.zst.age",
        "02-sqlite-shop.sqlite.zst.age",
        "03-facts.txt.zst.age",
    ]
    assert found.level is Level.CAPTURED
    for level in Level:
        outcome = vault.verify(found, level, by="ada", context=TaskContext(), remote=remote)
        assert outcome.outcome is Outcome.PASSED, outcome.detail
