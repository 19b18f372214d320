"""PostgreSQL on the host: fill a new database, give it the name of the old one, and back."""

from collections.abc import Mapping

from app.domain.restore import Move, MoveHow
from app.errors import BackupFailed, CommandFailed
from app.services.ports.world import Remote
from app.vault.databases.producing import as_postgres
from app.vault.dialogue import ask
from app.vault.producer import Abilities, check_database

_QUESTION_S = 120.0
_ANALYZE_S = 3600.0
_LONGEST = 63
"""Bytes of a name in PostgreSQL; it would cut longer ones."""

_PSQL = r"""
LC_ALL=C; export LC_ALL
nonce=$1; sql=$2; shift 2
cd / || exit 1
said=$(printf '%s\n' "$sql" | "$@" 2>&1)
code=$?
if [ "$code" -ne 0 ]
then
    printf '%s\n' "$said" >&2
    exit "$code"
fi
printf '%s\n' "$said" | while IFS= read -r line
do
    printf 'CD %s row %s\n' "$nonce" "$line"
done
printf 'CD %s end end\n' "$nonce"
"""
"""Arguments: nonce, SQL, the command line of psql. Answers the rows of the result."""

_CREATE = """
SELECT format('CREATE DATABASE %I TEMPLATE template0', :'new') || coalesce((
  SELECT format(' OWNER %I ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_get_userbyid(datdba),
    pg_encoding_to_char(encoding), datcollate, datctype)
  FROM pg_database WHERE datname = :'db'), '')
\\gexec
SELECT format('ALTER DATABASE %I SET %I TO %L', :'new', split_part(one, '=', 1),
  substr(one, strpos(one, '=') + 1))
FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase, unnest(setconfig) AS one
WHERE d.datname = :'db' AND setrole = 0
\\gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'new')
FROM pg_database WHERE datname = :'db' AND datacl IS NOT NULL
\\gexec
SELECT format('GRANT %s ON DATABASE %I TO %s', privilege_type, :'new',
  CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
FROM pg_database, aclexplode(datacl) WHERE datname = :'db'
\\gexec
"""
_END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname IN (:'one', :'two') AND pid <> pg_backend_pid();
SELECT pg_sleep(0.1);
"""
_DATABASES = "SELECT datname FROM pg_database"
_TABLES = """
SELECT format('SELECT %L, count(*) FROM %I.%I', table_schema || '.' || table_name, table_schema,
  table_name)
FROM information_schema.tables WHERE table_type = 'BASE TABLE'
AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
\\gexec
"""
_PLACE = """
SELECT pg_size_bytes(current_setting('max_wal_size')) || ' ' || current_setting('data_directory')
"""
_TRIES = 10


def new_name(database: str, mark: str) -> str:
    """Return what a restored database is called until the swap."""
    return f"{database}_restore_{mark}"


def kept_name(database: str, mark: str) -> str:
    """Return what the replaced database is called after the swap."""
    return f"{database}_before_{mark}"


def marks(mark: str) -> tuple[str, ...]:
    """Return how the names of databases that one restore made end."""
    return f"_restore_{mark}", f"_before_{mark}"


def check_name(database: str, mark: str) -> str:
    """Return a database's name when there is room for a mark in it; raises BackupFailed."""
    check_database(database)
    if len(new_name(database, mark).encode()) > _LONGEST:
        raise BackupFailed(
            f"The name {database} is too long to keep a second database beside it.",
            hint="Unpack the set here, and restore it by hand as HOW-TO-RESTORE.txt says.",
        )
    return database


def databases(remote: Remote, able: Abilities) -> set[str]:
    """Return the names of all databases; raises CommandFailed."""
    return set(_sql(remote, able, _DATABASES))


def place(remote: Remote, able: Abilities) -> tuple[int, str]:
    """Return what its log may take in bytes, and the folder of its data; raises CommandFailed."""
    log_bytes, _, folder = _sql(remote, able, _PLACE)[0].partition(" ")
    return int(log_bytes), folder


def create(remote: Remote, able: Abilities, database: str, mark: str) -> str:
    """Make the new, empty database with owner, rights and settings of the old one."""
    name = new_name(database, mark)
    _sql(remote, able, _CREATE, values={"new": name, "db": database})
    return name


def fill_command(able: Abilities, name: str) -> tuple[str, ...]:
    """Return the command that fills a new database from a dump on its standard input."""
    return (
        *as_postgres(able), "pg_restore", "--exit-on-error", "--single-transaction",
        "--no-password", f"--dbname={name}",
    )  # fmt: skip


def count(remote: Remote, able: Abilities, name: str) -> dict[str, int]:
    """Return how many rows each table of a database holds; raises CommandFailed."""
    found: dict[str, int] = {}
    for line in _sql(remote, able, _TABLES, name):
        table, _, rows = line.rpartition("|")
        if rows.isdecimal():
            found[table] = int(rows)
    return found


def analyze(remote: Remote, able: Abilities, name: str) -> None:
    """Let PostgreSQL look at what it holds, or its first queries are slow."""
    _sql(remote, able, "ANALYZE", name, limit_s=_ANALYZE_S)


def swap(remote: Remote, able: Abilities, move: Move) -> bool:
    """Give the new database the name of the old one, both in one transaction.

    Returns:
        Whether there was an old one, which is now kept.
    """
    _rename(remote, able, ((move.target, move.kept), (move.source, move.target)))
    return bool(move.kept)


def undo(remote: Remote, able: Abilities, move: Move) -> None:
    """Give both databases their former names, if they were swapped."""
    if move.how is not MoveHow.DATABASE:
        return
    names = databases(remote, able)
    if move.source not in names and move.target in names and (
        not move.kept or move.kept in names
    ):  # fmt: skip
        _rename(remote, able, ((move.target, move.source), (move.kept, move.target)))


def drop(remote: Remote, able: Abilities, name: str, mark: str) -> None:
    """Remove a database that carries the mark of a restore, and no other."""
    if len(mark) < 8 or not name.endswith(marks(mark)):
        return
    sql = f'{_END_SESSIONS}DROP DATABASE IF EXISTS :"one";'
    _again(remote, able, sql, one=name, two=name)


def _rename(remote: Remote, able: Abilities, pairs: tuple[tuple[str, str], ...]) -> None:
    renames = [f'ALTER DATABASE "{old}" RENAME TO "{new}";' for old, new in pairs if old and new]
    for pair in pairs:
        for name in filter(None, pair):
            check_database(name)
    first, second = (old or new for old, new in pairs)
    sql = f"{_END_SESSIONS}BEGIN;\n{' '.join(renames)}\nCOMMIT;"
    _again(remote, able, sql, one=first, two=second)


def _again(remote: Remote, able: Abilities, sql: str, **values: str) -> None:
    """Run SQL that needs a moment without sessions: programs come back, so try a few times."""
    for left in reversed(range(_TRIES)):
        try:
            _sql(remote, able, sql, values=values)
        except CommandFailed as error:
            if left == 0 or "being accessed by other users" not in error.hint:
                raise
        else:
            return


def _sql(
    remote: Remote,
    able: Abilities,
    sql: str,
    database: str = "postgres",
    *,
    limit_s: float = _QUESTION_S,
    values: Mapping[str, str] | None = None,
) -> list[str]:
    pairs = (values or {}).items()
    settings = [word for name, value in pairs for word in ("-v", f"{name}={value}")]
    command = (
        *as_postgres(able), "psql", "-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1",
        *settings, "-d", database, "-f", "-",
    )  # fmt: skip
    answers = ask(remote, _PSQL, sql, *command, limit_s=limit_s)
    return [value for key, value in answers if key == "row" and value]
