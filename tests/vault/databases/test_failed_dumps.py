"""Every way a dump is known to fail, for every kind: none may ever pass for a proven backup.

Each mode names where it is noticed: while it is captured, as a warning, or at a level of proof.
The modes of tar and of SQLite are in `tests.vault.test_capture_faults`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.errors import BackupFailed
from app.tasks import TaskContext
from tests.database_fixtures import PASSWORD
from tests.faults.ledger import tried
from tests.vault.conftest import take
from tests.vault.databases.archives import archive, shop
from tests.vault.databases.conftest import FIXTURES, source_of
from tests.vault.local_remote import HOST
from tests.vault.test_capture_faults import tool

CAPTURE, WARNED, READ, COMPARED, GOOD = "capture", "warned", "L2", "L3", "good"

PG, MY, RD, MG = (
    SourceKind.POSTGRESQL,
    SourceKind.MYSQL,
    SourceKind.REDIS,
    SourceKind.MONGODB,
)


@dataclass(frozen=True)
class Mode:
    """One failure: what the tool does, where it is noticed, and words of the named cause."""

    script: str
    noticed: str = CAPTURE
    words: str = ""


def dump_modes(real: str, cut: int, cut_noticed: str, structure: str) -> dict[str, Mode]:
    """Return what any tool may do that writes a dump to its standard output."""
    part = f"{real} | head -c {cut}"

    def says(text: str, words: str) -> Mode:
        return Mode(f'{part}; echo "{text}" >&2; exit 1', words=words)

    return {
        "nothing is wrong": Mode(real, GOOD),
        "exit 3 after a whole dump": Mode(f"{real}; exit 3"),
        "killed before a byte": Mode("kill -9 $$"),
        "killed in the middle": Mode(f"{part}; kill -9 $$"),
        "terminated in the middle": Mode(f"{part}; kill -15 $$"),
        "cut with exit 0": Mode(f"{part}; exit 0", cut_noticed),
        "cut at the head with exit 0": Mode(f"{real} | head -c 40; exit 0"),
        "empty with exit 0": Mode("exit 0"),
        "noise with exit 0": Mode("head -c 20000 /dev/urandom; exit 0"),
        "help text with exit 0": Mode("yes 'usage: dump' | head -c 9000; exit 0"),
        "only the structure": Mode(structure, READ),
        "a warning": Mode(f"{real}; echo 'warning: something is odd' >&2", WARNED),
        "login refused": says("Access denied for user", "refused the login"),
        "disk full": says("write failed: No space left on device", "disk of the server is full"),
        "connection lost": says("server closed the connection", "ended the connection"),
        "server restarted": says("the database system is shutting down", "ended the connection"),
        "table locked": says("canceling statement due to lock timeout", "locked by somebody"),
        "tool too old": says("aborting because of server version mismatch", "older than its"),
        "no rights": says("permission denied for table orders", "may not read everything"),
        "not installed": Mode("", words="is missing on the host"),
    }


_PG_REAL, _MY_REAL = '/usr/bin/pg_dump "$@"', '/usr/bin/mariadb-dump "$@"'
_MG_REAL = (
    '{ here=$(dirname "$0"); cat "$here/whole.archive"; '
    'echo "2026-01-01T00:00:00.000+0000	writing shop.orders to archive on stdout" >&2; '
    'echo "2026-01-01T00:00:00.000+0000	done dumping shop.orders (200 documents)" >&2; '
    'echo "2026-01-01T00:00:00.000+0000	done dumping shop.empty (0 documents)" >&2; }'
)


def _redis(change: str) -> str:
    return f'/usr/bin/redis-cli "$@" | {change}'


def _other_file(name: str) -> str:
    return _redis(f'sed "s|^/tmp/redis-.*|$(dirname "$0")|; s|^dump.rdb|{name}|"')


MODES: dict[SourceKind, dict[str, Mode]] = {
    PG: dump_modes(_PG_REAL, 6000, READ, '/usr/bin/pg_dump --schema-only "$@"')
    | {
        "the server ends all sessions": Mode(
            'runuser -u postgres -- /usr/bin/psql -XAtq -h AT_SERVER -d shop -c "SELECT '
            "pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'backup'\" "
            f">/dev/null; sleep 0.2; {_PG_REAL}"
        ),
        "rows of one table are missing": Mode(
            '/usr/bin/pg_dump --exclude-table-data=orders "$@"', READ
        ),
        "rows are not those of the source": Mode(
            "exec /usr/bin/pg_dump -Fc --dbname=\"host='AT_SERVER' dbname='twin' user='postgres'\"",
            COMPARED,
        ),
    },
    MY: dump_modes(_MY_REAL, 6000, CAPTURE, '/usr/bin/mariadb-dump "$@" --no-data')
    | {
        "a table is altered meanwhile": Mode(
            'case "$*" in --version) exit ;; esac; '  # is asked for before anything begins
            f"{_MY_REAL}; OWNER -e 'ALTER TABLE shop.empty ADD COLUMN b INT' >&2",
            words="changed while the dump ran",
        ),
        "rows are not those of the source": Mode(f"{_MY_REAL} | sed s/tea/TEA/", COMPARED),
        "a table is left out": Mode(f"{_MY_REAL} --ignore-table=shop.empty"),
        "rows of one table are missing": Mode(f"{_MY_REAL} --ignore-table-data=shop.orders", READ),
        "the closing line is missing": Mode(f"{_MY_REAL} --skip-comments"),
    },
    MG: dump_modes(_MG_REAL, 3000, CAPTURE, _MG_REAL.replace("whole", "structure"))
    | {
        "a checksum is wrong": Mode(_MG_REAL.replace("whole", "flipped"), READ),
        "documents are missing": Mode(_MG_REAL.replace("whole", "fewer"), READ),
        "no collection": Mode(_MG_REAL.replace("whole", "none")),
        "no oplog": Mode("echo 'Failed: no oplog found' >&2; exit 1", words="keeps no oplog"),
    },
    RD: {
        "nothing is wrong": Mode('exec /usr/bin/redis-cli "$@"', GOOD),
        "killed": Mode("kill -9 $$"),
        "silent": Mode("exit 0"),
        "not installed": Mode("", words="is missing on the host"),
        "save fails": Mode(
            _redis("sed s/rdb_last_bgsave_status:ok/rdb_last_bgsave_status:err/"),
            words="could not save",
        ),
        "save leaves no newer file": Mode(_redis("sed 's/^1[0-9]\\{9\\}/1000000000/'")),
        "save is refused": Mode(
            _redis("sed 's/^Background saving started/MISCONF errors writing to disk/'"),
            words="disk of the server is full",
        ),
        "login refused": Mode(
            "echo 'WRONGPASS invalid username-password pair'", words="refused the login"
        ),
        "server loads": Mode("echo OK; echo 'LOADING Redis is loading'", words="ended the conn"),
        "connection lost": Mode(
            "cat >/dev/null; echo 'Error: Server closed the connection' >&2; exit 1",
            words="ended the connection",
        ),
        "no rights": Mode(
            "echo OK; echo 'NOPERM this user has no permissions'", words="may not read"
        ),
        "file cannot be read": Mode(_other_file("nowhere.rdb"), words="may not read"),
        "file is noise": Mode(_other_file("noise.rdb")),
        "file is empty": Mode(_other_file("empty.rdb")),
        "file is cut": Mode(_other_file("cut.rdb")),
        "file is of an empty server": Mode(_other_file("bare.rdb"), READ),
        "file has a flipped bit": Mode(_other_file("flipped.rdb"), READ),
    },
}
CASES = [(kind, name) for kind, modes in MODES.items() for name in modes]
TOOL = {PG: "pg_dump", MY: "mariadb-dump", MG: "mongodump", RD: "redis-cli"}


def test_there_are_at_least_forty_modes():
    assert len(CASES) - len(MODES) >= 40


@pytest.fixture
def stage(request, tools) -> Callable[[SourceKind], BackupSource]:
    """Start the server of a kind, lay out the files its faulty tools use; return the source."""

    def prepare(kind: SourceKind) -> BackupSource:
        if kind is MG:
            mongo_files(tools)
            return BackupSource(kind, HOST.id, database="shop", login="backup")
        server = request.getfixturevalue(FIXTURES[kind])
        if kind is RD:
            server.ask("SAVE")
            redis_files(tools, server.folder / "dump.rdb")
        return source_of(kind, server)

    return prepare


@pytest.fixture
def twin(postgresql) -> Iterator[None]:
    """A database with the same tables, one row of which is another."""
    postgresql.ask("CREATE DATABASE twin TEMPLATE shop;")
    postgresql.ask("\\c twin\nUPDATE orders SET item = 'coffee' WHERE id = 7;")
    yield
    postgresql.ask("DROP DATABASE twin;")


def mongo_files(folder: Path) -> None:
    whole = archive(shop())
    at = whole.index(b"teatea", len(whole) // 2)
    files = {
        "whole": whole,
        "structure": archive({name: [] for name in shop()}),
        "fewer": archive(shop(199)),
        "flipped": whole[:at] + b"x" + whole[at + 1 :],
        "none": archive({}),
    }
    for name, data in files.items():
        (folder / f"{name}.archive").write_bytes(data)


def redis_files(folder: Path, real: Path) -> None:
    data = real.read_bytes()
    bare = b"REDIS0010\xff" + bytes(8)
    middle = data.index(b"tea")
    files = {
        "noise": b"noise" * 4000,
        "empty": b"",
        "cut": data[: len(data) // 2],
        "bare": bare,
        "flipped": data[:middle] + b"T" + data[middle + 1 :],
    }
    for name, content in files.items():
        (folder / f"{name}.rdb").write_bytes(content)


@pytest.mark.parametrize("case", CASES, ids=[f"{k.value}-{n}" for k, n in CASES])
def test_a_dump_that_fails_in_any_way_is_never_a_proven_backup(
    keeper, with_tools, stage, request, case
):
    (kind, name), tools = case, Path(with_tools.env["PATH"])
    source, mode = stage(kind), MODES[kind][name]
    (tools / TOOL[kind]).unlink(missing_ok=True)
    if "twin" in mode.script:
        request.getfixturevalue("twin")
    if mode.script:
        script = mode.script
        if kind in (PG, MY):
            server = request.getfixturevalue(FIXTURES[kind])
            script = script.replace("AT_SERVER", server.address)
            script = script.replace("OWNER", " ".join(server.client))
        tool(tools, TOOL[kind], script)
    with tried(3, f"dump of {kind.value} that fails in a way of its own: noticed and named"):
        noticed, told = outcome(keeper, with_tools, source)
        if "ALTER TABLE" in mode.script:
            server.ask("ALTER TABLE shop.empty DROP COLUMN b")
        assert noticed == mode.noticed, told
        assert mode.words in told
        assert PASSWORD not in told
        assert noticed != CAPTURE or "shop-1, backup: " in told


def outcome(keeper, remote, source: BackupSource) -> tuple[str, str]:
    """Take and prove a set; return where a failure was noticed, and what was said."""
    try:
        taken = take(keeper, remote, source)
    except BackupFailed as error:
        assert list(keeper.root.glob("sets/*/*")) == []
        return CAPTURE, error.sentence()
    stored = taken.objects[0]
    if stored.state is CaptureState.FAILED:
        assert taken.state is CaptureState.PARTIAL
        assert not taken.usable
        return CAPTURE, " ".join(stored.warnings)
    compares = source.kind in (PG, MY) and stored.state is CaptureState.CAPTURED
    last = Level.MATCHES_SOURCE if compares else Level.READABLE
    for level in Level:
        if level > last:
            break
        proof = keeper.verify(taken, level, by="ada", context=TaskContext(), remotes=(remote,))
        if proof.outcome is not Outcome.PASSED:
            assert proof.outcome is Outcome.FAILED
            return f"L{int(level)}", proof.detail
    if stored.state is CaptureState.WITH_WARNINGS:
        return WARNED, " ".join(stored.warnings)
    return GOOD, proof.detail
