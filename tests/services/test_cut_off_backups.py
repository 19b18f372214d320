"""A backup that a host went on writing: said at the start, finished or dropped, and logged."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import CaptureState, CutOff, Level
from app.errors import ConnectionLost, IllegalMove, NotFound
from app.services.backup.backups import Safekeeping, take_backup
from app.services.backup.cut_off_backups import cut_off_words, drop_cut_off, finish_cut_off
from app.tasks import Progress, TaskCancelled, TaskContext
from tests.fakes import MemoryStore
from tests.services import test_backups as beside
from tests.services.test_backups import OneRemote, files
from tests.vault.local_remote import FEW_TOOLS, HOST, JOB_TOOLS, LocalRemote, few_tools

keeping, store, tree = beside.keeping, beside.store, beside.tree  # its fixtures


@pytest.fixture(scope="session")
def small_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return few_tools(tmp_path_factory.mktemp("tools") / "bin", *FEW_TOOLS, *JOB_TOOLS)


@pytest.fixture
def home(tmp_path: Path, keeping: Safekeeping) -> Path:
    remote = keeping.remotes.remote  # type: ignore[attr-defined]  # the fake's own
    remote.env |= {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    return tmp_path


def left_on(home: Path) -> list[Path]:
    return list(home.glob("state/changedesk/jobs/*"))


@pytest.fixture
def cut_off(keeping: Safekeeping, home: Path, tree: Path) -> CutOff:
    """A backup that the program left as soon as the host had it."""

    def leave(_progress: Progress) -> None:
        if left_on(home):
            context.leave()

    context = TaskContext(leave)
    context.MIN_GAP_S = 0.0
    source = replace(files(tree), spool=True)
    with pytest.raises(TaskCancelled):
        take_backup(HOST.id, [source], keeping=keeping, context=context)
    (found,) = keeping.vault.cut_off()
    return found


def test_it_is_finished_recorded_and_proven(
    cut_off: CutOff,
    keeping: Safekeeping,
    store: MemoryStore,
    home: Path,
) -> None:
    assert "went on writing it" in cut_off_words(cut_off)
    taken = finish_cut_off(cut_off.set, keeping=keeping, context=TaskContext())
    assert (taken.id, taken.state) == (cut_off.set, CaptureState.WITH_WARNINGS)
    assert taken.level is Level.READABLE
    assert taken.started_at == cut_off.at
    assert store.kinds["backups"][taken.id] == taken
    assert "backup.sealed" in store.kinds_logged()
    assert left_on(home) == []
    with pytest.raises(NotFound):
        finish_cut_off(cut_off.set, keeping=keeping, context=TaskContext())


def test_it_is_dropped_and_nothing_is_left_on_the_host(
    cut_off: CutOff,
    keeping: Safekeeping,
    store: MemoryStore,
    home: Path,
) -> None:
    assert drop_cut_off(cut_off.set, keeping=keeping)
    assert store.kinds_logged()[-1] == "backup.dropped"
    assert left_on(home) == []
    assert keeping.vault.cut_off() == ()
    assert keeping.vault.sets() == []


def test_what_is_dropped_while_the_host_is_out_of_reach_stays_to_be_cleared_away(
    cut_off: CutOff,
    keeping: Safekeeping,
    home: Path,
) -> None:
    class Gone(LocalRemote):
        def run(self, *_words: object, **_options: object):
            raise ConnectionLost("The connection broke.", host="shop-1")

    reachable = keeping.remotes.remote  # type: ignore[attr-defined]  # the fake's own
    away = replace(keeping, remotes=OneRemote(Gone()))
    assert not drop_cut_off(cut_off.set, keeping=away)
    (still,) = keeping.vault.cut_off()
    assert still.is_over
    assert "Remove it" in cut_off_words(still)
    with pytest.raises(IllegalMove):
        finish_cut_off(cut_off.set, keeping=keeping, context=TaskContext())
    time.sleep(0.2)
    assert drop_cut_off(cut_off.set, keeping=replace(keeping, remotes=OneRemote(reachable)))
    assert left_on(home) == []
