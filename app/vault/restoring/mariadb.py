"""MariaDB on the host: fill a new database, let tables change places with the present one's.

How that is done, and how it can be told from outside how far it came: `mariadb_scripts`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from app.domain.backup import BackupSource, SourceKind
from app.domain.ids import HostId
from app.domain.restore import Move, RestoreState
from app.errors import BackupFailed, CommandFailed
from app.redaction import without_secrets
from app.services.ports.world import Remote, RemoteStream
from app.vault.databases.causes import explain
from app.vault.databases.logins import Server, option_file
from app.vault.databases.tally import tables_in
from app.vault.dialogue import answers_in, await_marker, new_nonce
from app.vault.format import Table
from app.vault.judging import Ending
from app.vault.producer import check_database
from app.vault.restoring import mariadb_scripts as scripts

_SCHEME = "mysql://"
_LONGEST = 64
_LOCK_WAIT_S = 10
_IDLE_S = 3600.0
_FINISH_S = 60.0
_LOCAL = ("", "localhost", "127.0.0.1", "::1")
_NEEDED = (
    *("SELECT", "INSERT", "CREATE", "DROP", "ALTER", "INDEX", "REFERENCES", "LOCK TABLES"),
    *("CREATE VIEW", "SHOW VIEW", "CREATE ROUTINE", "ALTER ROUTINE", "TRIGGER", "EVENT"),
    *("PROCESS", "SET USER"),
)
"""Rights on everything that filling, looking and swapping take."""

Write = Callable[[bytes], object]
Feed = Callable[[Write], object]


def new_name(database: str, mark: str) -> str:
    """Return what a restored database is called until the swap."""
    return f"{database}_restore_{mark}"


def kept_name(database: str, mark: str) -> str:
    """Return what the database is called that the replaced tables go into."""
    return f"{database}_before_{mark}"


def address(source: BackupSource, name: str) -> str:
    """Return a database with its server and account as one word, without a password."""
    return f"{_SCHEME}{quote(source.login, safe='')}@{quote(source.server, safe='')}/{name}"


def beside(place: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return f"{place.rpartition('/')[0]}/{name}"


def is_address(name: str) -> bool:
    """Whether a name of a restore is that of a database of MariaDB."""
    return name.startswith(_SCHEME)


def source_at(place: str, host: HostId) -> BackupSource:
    """Return the database an address names; raises ValueError."""
    login, at, rest = place.removeprefix(_SCHEME).partition("@")
    server, slash, name = rest.rpartition("/")
    if not (is_address(place) and at and slash):
        raise ValueError(f"not the address of a database: {place}")
    return BackupSource(
        SourceKind.MYSQL, host, database=name, server=unquote(server), login=unquote(login)
    )


@dataclass(frozen=True)
class Facts:
    """What a server says before anything is changed on it."""

    version: str
    folder: str
    there: bool
    here: bool
    sandbox: bool
    rights: frozenset[str]
    referred: tuple[str, ...]
    triggers: int
    busy: int


@dataclass(frozen=True)
class Said:
    """What a script answered."""

    answers: list[tuple[str, str]]
    ending: Ending

    def one(self, key: str) -> str:
        """Return an answer, "" when there was none."""
        return next((value for name, value in self.answers if name == key), "")

    def all(self, key: str) -> tuple[str, ...]:
        """Return every answer of a name."""
        return tuple(value for name, value in self.answers if name == key)

    @property
    def tables(self) -> tuple[Table, ...] | None:
        """What was said of the tables, None when not all were announced and said."""
        announced = (self.ending.control or {}).get("tables")
        return tables_in(self.ending.stderr, self.ending.nonce, announced)


@dataclass(frozen=True)
class MariaDb:
    """One server, with an account, as one database of it is put back."""

    remote: Remote
    source: BackupSource
    password: str

    @property
    def database(self) -> str:
        """The name of the database that is in use."""
        return check_database(self.source.database)

    def facts(self) -> Facts:
        """Ask the server about itself; raises CommandFailed."""
        said = self._talk(scripts.LOOK, self.database)
        return Facts(
            version=said.one("version"),
            folder=said.one("data"),
            there=said.one("there") == "yes",
            here=said.one("here") == "yes",
            sandbox=said.one("sandbox") == "yes",
            rights=frozenset(said.all("may")),
            referred=said.all("referred"),
            triggers=int(said.one("triggers") or 0),
            busy=int(said.one("busy") or 0),
        )

    def why_not(self, facts: Facts, mark: str) -> str:
        """Say why the tables cannot change places by themselves, "" when they can."""
        name = self.database
        missing = [] if "SUPER" in facts.rights else [r for r in _NEEDED if r not in facts.rights]
        if "MariaDB" not in facts.version:
            return f"the server is no MariaDB ({facts.version})"
        if Server(self.source.server).host not in _LOCAL or not facts.here:
            return "its server runs on another machine, so nobody can say whether it has room"
        if not facts.sandbox:
            return (
                "the client there is too old, a dump could run programs through it (no --sandbox)"
            )
        if missing:
            return f"the account may not {', '.join(missing[:4])}"
        if len(new_name(name, mark)) > _LONGEST:
            return "its name is too long to keep a second database beside it"
        if facts.referred:
            return f"tables of other databases refer to it: {', '.join(facts.referred[:3])}"
        return ""

    def count(self, database: str) -> tuple[Table, ...] | None:
        """Return rows and hash of every table; raises CommandFailed."""
        return self._talk(scripts.COUNT, check_database(database)).tables

    def fill(self, new: str, feed: Feed) -> Said:
        """Fill a new database with what is fed; raises CommandFailed."""
        return self._talk(scripts.FILL, check_database(new), feed=feed)

    def save(self, new: str, events: bytes) -> Said:
        """Make the code of the new database text that is kept in it; raises CommandFailed."""
        return self._talk(scripts.SAVE, self.database, new, feed=lambda write: write(events))

    def swap(self, move: Move) -> bool:
        """Let the tables change places; return whether there were others before.

        Raises:
            BackupFailed: It was refused before anything was changed.
            CommandFailed: It did not come to its end; `state` tells how far it came.
        """
        said = self._talk(scripts.SWAP, move.target, self._new(move), move.kept, str(_LOCK_WAIT_S))
        return bool(said.one("kept"))

    def undo(self, move: Move) -> None:
        """Bring the tables and the code of before back; may be repeated; raises as `swap`."""
        self._talk(scripts.UNDO, move.target, self._new(move), move.kept, str(_LOCK_WAIT_S))

    def state(self, move: Move) -> RestoreState:
        """Tell from the journal how far a swap came; raises CommandFailed."""
        match self._talk(scripts.STATE, move.target, move.kept).one("journal"):
            case "":
                return RestoreState.PREPARING
            case "swapped":
                return RestoreState.SWAPPED
            case _:
                return RestoreState.HALF

    def drop(self, name: str, mark: str) -> None:
        """Remove a database that carries the mark of a restore, and no other."""
        if len(mark) >= 8 and name.endswith((f"_restore_{mark}", f"_before_{mark}")):
            self._talk(scripts.DROP, check_database(name))

    def _new(self, move: Move) -> str:
        return check_database(source_at(move.source, self.source.host).database)

    def _talk(
        self,
        script: str,
        *arguments: str,
        feed: Feed = lambda write: None,
    ) -> Said:
        nonce, login = new_nonce(), option_file(self.source, self.password)
        said = b""
        with self.remote.stream(script, nonce, *arguments, idle_s=_IDLE_S) as stream:
            began = await_marker(stream, nonce)
            if began is not None:
                stream.write(b"%d\n%s" % (login.count(b"\n"), login))
                feed(stream.write)
                stream.close_stdin()
                said = began + _rest(stream)
            ending = Ending(stream.finish(_FINISH_S), stream.stderr(), nonce, 0)
        if ending.exit_code != 0 or ending.control is None:
            raise self._failure(ending)
        return Said(answers_in(said, nonce), ending)

    def _failure(self, ending: Ending) -> BackupFailed | CommandFailed:
        told = [line for line in ending.lines if line[:3] != b"CD-"]
        errors = [line for line in told if line.startswith(b"ERROR")] or told[-2:]
        words = without_secrets(b"; ".join(errors[:3]).decode("utf-8", "replace"))[:300]
        words = words or "nothing was said"
        name, host = self.source.title, self.remote.host.name
        hint = explain(told, "try again")
        if ending.exit_code == scripts.REFUSED:
            return BackupFailed(
                f"{name} cannot change places with its backup now: {words}.",
                hint=hint or "Nothing was changed. Stop what uses it, then try again.",
                host=host,
                step="restore",
            )
        return CommandFailed(
            f"{name} could not be worked on (exit status {ending.exit_code}): {words}.",
            hint=hint or "Look what the database server says in its log.",
            host=host,
            step="restore",
        )


def _rest(stream: RemoteStream) -> bytes:
    said = b""
    while chunk := stream.read(1 << 16):
        said += chunk
    return said
