"""A database of MariaDB put back on its host: filled beside, compared, its tables swapped in."""

import re
import subprocess
from contextlib import contextmanager, suppress

import pytest

from app.domain.backup import BackupSource, SourceKind
from app.domain.restore import DifferenceKind, RestoreState, RestoreWish
from app.errors import AppError, BackupFailed, CommandFailed, ConnectionLost, DiskFull
from app.tasks import TaskContext
from app.vault.restoring import mariadb_scripts as scripts
from app.vault.vault import asking
from tests.database_fixtures import LOGIN
from tests.faults.ledger import tried
from tests.faults.rounds import SOAK
from tests.vault.conftest import take
from tests.vault.databases.conftest import source_of
from tests.vault.local_remote import LocalRemote
from tests.vault.test_capture_faults import tool
from tests.vault.test_swaps import MARK, Attempt

pytestmark = [pytest.mark.soak] if SOAK else []

NEW, KEPT = f"yard_restore_{MARK}", f"yard_before_{MARK}"

MADE = """
CREATE DATABASE yard CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE yard; SET NAMES utf8mb4;
CREATE SEQUENCE numbers;
CREATE TABLE buyer (id INT PRIMARY KEY, name VARCHAR(40), stamp INT) ENGINE=InnoDB;
CREATE TABLE `a "sale` (id INT PRIMARY KEY AUTO_INCREMENT, buyer INT, raw BLOB,
    CONSTRAINT sold FOREIGN KEY (buyer) REFERENCES buyer (id) ON DELETE CASCADE) ENGINE=InnoDB;
CREATE TABLE note (a INT) ENGINE=MyISAM;
CREATE TABLE `a ``list` (id INT DEFAULT NEXTVAL(numbers), a INT,
    b INT DEFAULT (NEXT VALUE FOR numbers + 1) COMMENT 'val(`yard`.x)');
INSERT INTO buyer VALUES (1, 'Zoë 🚲 \\\\ O''Neil', 0), (2, NULL, 0);
INSERT INTO `a "sale` (buyer, raw) VALUES (1, x'00FF0A5C27'), (2, NULL);
INSERT INTO note VALUES (7), (7);
CREATE FUNCTION twice(a INT) RETURNS INT DETERMINISTIC RETURN a * 2;
CREATE VIEW sold AS SELECT b.name, twice(s.id) AS id FROM buyer b
    JOIN `a "sale` s ON s.buyer = b.id;
CREATE VIEW few AS SELECT * FROM sold LIMIT 1;
DELIMITER //
CREATE TRIGGER stamped BEFORE INSERT ON buyer FOR EACH ROW BEGIN SET NEW.stamp = 5; END //
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO BEGIN INSERT INTO note VALUES (9); END //
DELIMITER ;
"""
BROKEN = """
USE yard; SET NAMES utf8mb4;
DELETE FROM buyer WHERE id = 1;
DROP TRIGGER stamped;
CREATE TRIGGER stamped BEFORE INSERT ON buyer FOR EACH ROW SET NEW.stamp = 6;
CREATE OR REPLACE VIEW few AS SELECT 1 AS one;
DROP FUNCTION twice;
CREATE FUNCTION twice(a INT) RETURNS INT DETERMINISTIC RETURN a * 3;
CREATE PROCEDURE added() SELECT 1;
DROP EVENT nightly;
ALTER TABLE note ADD COLUMN b INT;
CREATE TABLE made (a INT);
INSERT INTO made VALUES (1);
ALTER DATABASE yard CHARACTER SET latin1;
"""


@pytest.fixture
def yard(mariadb):
    """A database with all that can be in one; removed with all that a restore made."""
    mariadb.ask(MADE)
    yield mariadb
    for name in databases(mariadb):
        mariadb.ask(f"DROP DATABASE `{name}`;")


def databases(server) -> list[str]:
    return server.ask(
        "SELECT schema_name FROM information_schema.schemata"
        " WHERE schema_name LIKE 'yard%' ORDER BY 1;"
    ).split()


def dump(server, name: str = "yard") -> str:
    """Return all that a database holds, tables and code, as text that does not name it."""
    done = subprocess.run(
        ["mariadb-dump", *server.client[1:-2], "--routines", "--triggers", "--events", "--hex-blob",
         "--skip-comments", name],
        capture_output=True, check=True,
    )  # fmt: skip
    charset = server.ask(
        "SELECT default_character_set_name, default_collation_name"
        f" FROM information_schema.schemata WHERE schema_name = '{name}';"
    )
    return charset + done.stdout.decode()


@pytest.fixture
def taken(keeper, with_tools, yard):
    return take(keeper, with_tools, source_of(SourceKind.MYSQL, yard, database="yard"))


@pytest.fixture
def states(yard, taken) -> tuple[str, str]:
    """What the set holds, and what is there now."""
    del taken
    was = dump(yard)
    yard.ask(BROKEN)
    return was, dump(yard)


@pytest.fixture
def attempt(keeper, taken, with_tools, states) -> Attempt:
    del states
    return Attempt(keeper, taken, with_tools)


def test_tables_and_code_change_places_with_those_of_the_set(yard, attempt, states):
    yard.ask(f"GRANT EXECUTE ON FUNCTION yard.twice TO '{LOGIN}'@'%';")
    result = attempt.go()
    assert result.restored == ("yard",)
    assert result.kept == (KEPT,)
    assert result.by_hand == result.skipped == ()
    assert "4 tables with 6 rows as at the source" in result.compared
    assert "2 views, 1 triggers, 1 routines; 1 events" in result.compared
    assert attempt.look() is RestoreState.SWAPPED
    assert dump(yard) == states[0]
    assert databases(yard) == ["yard", KEPT]
    assert yard.ask(f"SELECT a FROM `{KEPT}`.made;") == "1\n"
    assert "`yard`.`twice`" in yard.ask(f"SHOW GRANTS FOR '{LOGIN}'@'%';")
    with pytest.raises(subprocess.CalledProcessError):
        yard.ask('INSERT INTO yard.`a "sale` (buyer) VALUES (99);')
    yard.ask("INSERT INTO yard.buyer (id) VALUES (8);")
    assert yard.ask("SELECT stamp FROM yard.buyer WHERE id = 8;") == "5\n"
    assert yard.ask("INSERT INTO yard.`a ``list` (a) VALUES (1); SELECT id FROM yard.`a ``list`;")


def test_it_is_undone_and_cleared(yard, attempt, states):
    attempt.go()
    attempt.undo()
    assert attempt.look() is RestoreState.PREPARING
    assert dump(yard) == states[1]
    assert databases(yard) == ["yard", NEW]
    attempt.undo()
    attempt.clear()
    assert databases(yard) == ["yard"]
    assert dump(yard) == states[1]
    attempt.go()
    yard.ask("DROP DATABASE yard;")  # by somebody, after the swap: undoing brings it back as well
    attempt.undo()
    assert dump(yard) == states[1]
    attempt.clear()
    attempt.go()
    attempt.clear()
    assert databases(yard) == ["yard"]
    assert dump(yard) == states[0]


class CutOff(LocalRemote):
    """A host whose link breaks with the first script that does not come to its end."""

    dead = False

    @contextmanager
    def stream(self, script, *args, **options):
        if self.dead:
            raise ConnectionLost("The link broke.")
        with super().stream(script, *args, **options) as stream:
            yield stream
            self.dead = stream.finish() is None

    def run(self, script, *args, **options):
        if self.dead:
            raise ConnectionLost("The link broke.")
        return super().run(script, *args, **options)


def places_in(script: str) -> list[int]:
    """Return the lines of a script that change something, and its last."""
    lines = script.splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith(("like=", "before=")))
    changing = [i for i in range(begin, len(lines)) if _CHANGES.match(lines[i])]
    return [*changing, len(lines) - 1]


_CHANGES = re.compile(r"sql -e|drop_outer|drop_inner|moving \"|left=|load_code|\[ .* sql -e")
FEW = (0, 4, -1)


def killed_before(script: str, point: int) -> str:
    """Return a script that kills itself before its n-th statement that changes something."""
    lines = script.splitlines()
    lines.insert(places_in(script)[point], "kill -9 $$")
    return "\n".join(lines)


def test_a_swap_that_is_killed_between_any_two_steps_is_told_and_undone(
    yard, attempt, states, with_tools, monkeypatch
):
    swap, undo = scripts.SWAP, scripts.UNDO
    found = set()
    remote = (with_tools.host, with_tools.env)
    for point in range(len(places_in(swap))) if SOAK else FEW:
        monkeypatch.setattr(scripts, "SWAP", killed_before(swap, point))
        with tried(7, "swap of MariaDB's tables killed between two steps: told and undone"):
            with pytest.raises(AppError):
                attempt.go(CutOff(*remote))
            assert attempt.states[-1] is RestoreState.SWAPPING
            found.add(attempt.look())
            monkeypatch.setattr(scripts, "UNDO", killed_before(undo, point % len(places_in(undo))))
            with suppress(AppError):
                attempt.undo()
            monkeypatch.setattr(scripts, "UNDO", undo)
            attempt.undo()
            assert attempt.look() is RestoreState.PREPARING
            assert dump(yard) == states[1], point
            attempt.clear()
            assert databases(yard) == ["yard"]
    assert found == {RestoreState.PREPARING, RestoreState.HALF, RestoreState.SWAPPED}


def test_a_swap_that_fails_goes_back_by_itself(yard, attempt, states, monkeypatch):
    broken = scripts.SWAP.replace('load_code "$database"', "false")
    monkeypatch.setattr(scripts, "SWAP", broken)
    with pytest.raises(CommandFailed):
        attempt.go()
    assert attempt.states[-3:] == [
        RestoreState.HALF,
        RestoreState.PREPARING,
        RestoreState.CLEARED,
    ]
    assert dump(yard) == states[1]
    assert databases(yard) == ["yard"]


def test_a_load_that_is_killed_leaves_the_original_alone(yard, attempt, states, with_tools, tools):
    real = (tools / "mariadb").resolve()
    lines = "head -n 60 | " + str(real) + ' "$@"; kill -9 "$PPID"; exit 1'
    tool(tools, "mariadb", f'case " $* " in *" --sandbox "*) {lines} ;; esac\nexec {real} "$@"')
    with pytest.raises(AppError):
        attempt.go(CutOff(with_tools.host, with_tools.env))
    assert attempt.states == [RestoreState.PREPARING]
    assert databases(yard) == ["yard", NEW]
    assert dump(yard) == states[1]
    (tools / "mariadb").unlink()
    (tools / "mariadb").symlink_to(real)
    attempt.clear()
    assert databases(yard) == ["yard"]


def test_a_database_without_room_beside_it_is_refused_before_a_byte(yard, attempt, states, tools):
    tool(tools, "df", "echo 'Filesystem 1024-blocks Used Available'; echo 'disk 9 8 1 99% /'")
    with pytest.raises(DiskFull, match=r"needs .* on the server in /, 1.0\skB are free"):
        attempt.go()
    assert attempt.states == []
    assert databases(yard) == ["yard"]
    assert dump(yard) == states[1]


def test_a_table_that_does_not_arrive_as_it_was_is_noticed_before_any_swap(
    yard, attempt, states, tools
):
    real = (tools / "mariadb").resolve()
    lines = f"sed 's/^(7)/(8)/' | {real} \"$@\"; exit"
    tool(tools, "mariadb", f'case " $* " in *" --sandbox "*) {lines} ;; esac\nexec {real} "$@"')
    with pytest.raises(BackupFailed, match="note has other content than at the source"):
        attempt.go()
    assert attempt.states == [RestoreState.PREPARING, RestoreState.CLEARED]
    assert databases(yard) == ["yard"]
    assert dump(yard) == states[1]


def test_what_stands_in_the_way_is_said_before_anything_is_changed(
    yard, states, keeper, taken, with_tools, monkeypatch
):
    monkeypatch.setattr("app.vault.restoring.mariadb._LOCK_WAIT_S", 1)

    def refused(words: str, *, vault=keeper) -> None:
        one = Attempt(vault, taken, with_tools)
        with pytest.raises(AppError, match=words) as error:
            one.go()
        assert "ssword" not in error.value.sentence() or vault is not keeper
        assert RestoreState.HALF not in one.states
        assert dump(yard) == states[1]
        assert databases(yard) == ["yard"]

    refused("refused the login", vault=asking(keeper, lambda name: "wrong"))
    with session(yard, "USE yard; DO 0;"):
        refused("sessions are connected to it, and it has triggers")
    with session(yard, "START TRANSACTION; SELECT COUNT(*) FROM yard.buyer;"):
        refused("Lock wait timeout exceeded")
    yard.ask(
        "CREATE DATABASE outer_yard;"
        "CREATE TABLE outer_yard.x (a INT, FOREIGN KEY (a) REFERENCES yard.buyer (id));"
    )
    try:
        refused("tables of other databases refer to it: outer_yard.x")
    finally:
        yard.ask("DROP DATABASE outer_yard;")
    yard.ask("REVOKE SUPER, EVENT, `TRIGGER` ON *.* FROM 'backup'@'%';".replace("`", ""))
    try:
        refused("the account may not TRIGGER, EVENT")
    finally:
        yard.ask("GRANT ALL ON *.* TO 'backup'@'%';")


@contextmanager
def session(server, text: str):
    """Keep a session open that has done something."""
    with subprocess.Popen(
        (*server.client, "--unbuffered"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdin.write(f"{text} SELECT 'ready';\n".encode())
        process.stdin.flush()
        while process.stdout.readline() != b"ready\n":
            assert process.poll() is None
        try:
            yield
        finally:
            process.stdin.close()


def test_a_database_that_is_gone_comes_back_and_goes_again_when_undone(yard, attempt, states):
    yard.ask("DROP DATABASE yard;")
    result = attempt.go()
    assert result.kept == ()
    assert dump(yard) == states[0]
    yard.ask("INSERT INTO yard.`a ``list` (a) VALUES (1);")
    attempt.undo()
    assert attempt.look() is RestoreState.PREPARING
    assert databases(yard) == [NEW]
    attempt.clear()
    assert databases(yard) == []


def test_the_difference_compares_the_content_of_every_table(
    keeper, with_tools, yard, taken, tmp_path
):
    yard.ask(
        "UPDATE yard.note SET a = 8; INSERT INTO yard.buyer (id) VALUES (5);"
        "CREATE TABLE yard.made (a INT);"
    )
    found = keeper.difference(taken, with_tools, TaskContext(), RestoreWish())
    assert {line.path: (line.kind, line.what) for line in found.lines} == {
        "yard: note": (DifferenceKind.CHANGED, "rows differ, 2 as before"),
        "yard: buyer": (DifferenceKind.CHANGED, "1 row more than in the set, 3 now"),
        "yard: made": (DifferenceKind.NEW, "table of 0 rows"),
    }
    assert found.unknown == ("yard: its views, triggers, routines and events",)


def test_of_a_whole_set_a_database_that_cannot_is_left_to_a_person_with_the_reason(
    keeper, with_tools, yard, tmp_path
):
    (tmp_path / "srv").mkdir()
    (tmp_path / "srv" / "a").write_text("a")
    files = BackupSource(SourceKind.FILES, with_tools.host.id, (str(tmp_path / "srv"),))
    source = source_of(SourceKind.MYSQL, yard, database="yard")
    taken = take(keeper, with_tools, files, source)
    (tmp_path / "srv" / "a").write_text("b")
    yard.ask("REVOKE SUPER, EVENT ON *.* FROM 'backup'@'%';")
    try:
        result = keeper.restore_on_host(taken, with_tools, TaskContext(), RestoreWish())
    finally:
        yard.ask("GRANT ALL ON *.* TO 'backup'@'%';")
    assert (tmp_path / "srv" / "a").read_text() == "a"
    assert result.by_hand == (source.title,)
    assert "by hand, as the restore plan says, for the account may not EVENT" in result.skipped[0]
    assert databases(yard) == ["yard"]
    alone = RestoreWish((taken.objects[1].name,))
    (tmp_path / "srv" / "a").write_text("since")
    result = keeper.restore_on_host(taken, with_tools, TaskContext(), alone)
    assert result.restored == ("yard",)
    assert (tmp_path / "srv" / "a").read_text() == "since"
