"""A drill that is killed leaves no server, no folder and no password behind, whatever is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.domain.backup import BackupSet, SourceKind
from app.vault.opening import keys_in_file, open_vault
from tests.database_fixtures import PASSWORD
from tests.faults.ledger import tried
from tests.faults.rounds import SOAK
from tests.vault.conftest import take
from tests.vault.databases.conftest import FIXTURES, KINDS, source_of

pytestmark = [pytest.mark.soak] if SOAK else []

ROOT = Path(__file__).resolve().parents[2]
SOCKETS = {
    SourceKind.POSTGRESQL: ".s.PGSQL.5432",
    SourceKind.MYSQL: "data/socket",
    SourceKind.REDIS: "socket",
}


def folders(place: Path) -> list[Path]:
    return list(place.glob("changedesk.*"))


def users(place: Path) -> list[int]:
    """Return the processes that name a folder of a drill."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"{place}/changedesk.".encode() in file.read_bytes():
                found.append(int(file.parent.name))
    return found


def until(what: Callable[[], object], limit_s: float = 30.0) -> object:
    end_s = time.monotonic() + limit_s
    while not (found := what()):
        assert time.monotonic() < end_s, "waited for in vain"
        time.sleep(0.005)
    return found


def script_of(folder: Path) -> int:
    return int((folder / "owner").read_text().split()[1])


def minder_of(folder: Path) -> int:
    """Return the process that would tidy up."""
    words = f"minded_folder={folder}\0".encode()
    for file in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if words in file.read_bytes() and b"minder" in file.with_name("cmdline").read_bytes():
                return int(file.parent.name)
    raise AssertionError("there is no minder")


def is_minded(folder: Path) -> bool:
    """Whether the one who would tidy up is out of reach of what ends the script's session.

    What is killed even before that is left to the next script.
    """
    try:
        minder = minder_of(folder)
    except AssertionError:
        return False
    return os.getsid(minder) == minder


def kill_script(folder: Path) -> None:
    os.kill(script_of(folder), signal.SIGKILL)


def kill_session(folder: Path) -> None:
    os.killpg(script_of(folder), signal.SIGKILL)


def kill_all_but_the_server(folder: Path) -> None:
    """As the end of memory may: even who tidies up is gone."""
    os.kill(minder_of(folder), signal.SIGKILL)
    os.kill(script_of(folder), signal.SIGKILL)


PG, MY, RD = KINDS
AT_ONCE, UP = "at its begin", "with its server up"
EACH = [(kind, at, how) for kind in KINDS for at in (AT_ONCE, UP) for how in ("script", "session")]
FEW = [(PG, UP, "session"), (MY, UP, "script"), (RD, AT_ONCE, "session"), (RD, UP, "script")]


@pytest.fixture
def taken(request, keeper, with_tools, kind) -> BackupSet:
    server = request.getfixturevalue(FIXTURES[kind])
    return take(keeper, with_tools, source_of(kind, server))


@pytest.fixture
def drilling(taken, keeper, scratch) -> Iterator[subprocess.Popen]:
    """A program that restores the set into a throwaway server; ended if it still runs."""
    del taken
    command = [sys.executable, "-m", "tests.faults.drill_child", str(keeper.root)]
    env = os.environ | {"TMPDIR": str(scratch)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        yield child
        child.kill()


def the_folder(place: Path, inside: str) -> Path:
    until(lambda: [one for one in folders(place) if (one / inside).exists()])
    return folders(place)[0]


@pytest.mark.parametrize(("kind", "moment", "how"), EACH if SOAK else FEW)
def test_a_drill_whose_script_is_killed_leaves_nothing_behind(
    drilling, scratch, kind, moment, how
) -> None:  # fmt: skip
    folder = the_folder(scratch, "owner" if moment == AT_ONCE else SOCKETS[kind])
    until(lambda: is_minded(folder))
    with tried(7, f"drill of {kind.value} killed: no server, no folder left"):
        (kill_script if how == "script" else kill_session)(folder)
        until(lambda: not folders(scratch) and not users(scratch))
        assert drilling.stdout.readline() in (b"not done\n", b"failed\n", b"not_done\n")


@pytest.mark.parametrize("kind", KINDS if SOAK else [PG])
def test_a_program_that_is_killed_during_a_drill_leaves_nothing_behind(
    drilling, keeper, scratch, kind
) -> None:  # fmt: skip
    the_folder(scratch, SOCKETS[kind])
    drilling.kill()
    until(lambda: not folders(scratch) and not users(scratch), 60.0)
    again = open_vault(
        keeper.root,
        keeper.core.clock,
        keys_in_file(keeper.root.with_name("vault.key")),
        reserve_bytes=0,
    )
    assert again.reconcile(again.sets()).is_clean
    assert list((keeper.root / "scratch").iterdir()) == []


@pytest.mark.parametrize("kind", KINDS if SOAK else [PG, RD])
def test_what_even_the_minder_could_not_tidy_up_the_next_script_does(
    drilling, keeper, with_tools, scratch, kind, request
) -> None:  # fmt: skip
    folder = the_folder(scratch, SOCKETS[kind])
    kill_all_but_the_server(folder)
    drilling.kill()
    drilling.wait()
    time.sleep(1.5)
    assert folder.exists(), "nobody is left to tidy up"
    take(keeper, with_tools, source_of(kind, request.getfixturevalue(FIXTURES[kind])))
    until(lambda: not folders(scratch) and not users(scratch))


def test_a_backup_that_is_killed_leaves_no_password_behind(
    keeper, with_tools, tools, scratch, postgresql
) -> None:  # fmt: skip
    """The dump is killed while the file with its password lies on the host."""
    from tests.vault.test_capture_faults import tool

    tool(tools, "pg_dump", f"kill -9 $(cut -d' ' -f2 {scratch}/changedesk.*/owner)")
    with pytest.raises(Exception, match="nothing was sealed"):
        take(keeper, with_tools, source_of(SourceKind.POSTGRESQL, postgresql))
    until(lambda: not folders(scratch))
    secret = PASSWORD.replace("\\", "\\\\").encode()[:6]
    assert not [
        path for path in scratch.rglob("*") if path.is_file() and secret in path.read_bytes()
    ]


@pytest.mark.parametrize("kind", KINDS if SOAK else [RD])
def test_the_folder_of_a_script_that_lives_is_never_tidied_away(
    drilling, keeper, with_tools, scratch, kind, request
) -> None:  # fmt: skip
    folder = the_folder(scratch, SOCKETS[kind])
    os.kill(script_of(folder), signal.SIGSTOP)
    try:
        take(keeper, with_tools, source_of(kind, request.getfixturevalue(FIXTURES[kind])))
        assert folder.exists()
        assert (folder / SOCKETS[kind]).exists()
    finally:
        os.kill(script_of(folder), signal.SIGCONT)
    assert drilling.stdout.readline() == b"passed\n"
