"""Asks a database or runs a command on a host over SSH, without a secret on any command line.

The clients find their logins on the host (peer login, ``.pgpass``, ``.my.cnf``); they never prompt.
A query is a single reading statement, and the session is read-only as far as the database can say.
"""

import re
import secrets
import shlex

from app.domain.functional import Engine, Fact, FunctionalProbe
from app.domain.functional_script import read_expectations
from app.errors import CommandFailed, InvalidInput
from app.i18n import _
from app.services.ports.world import CommandResult, Remote
from app.services.test_case.functional_http import SHOWN_BODY, Step, Trace
from app.services.test_case.functional_judge import Seen, judge
from app.tasks import TaskContext

_DATABASE = re.compile(r"[A-Za-z0-9_.@:-]{1,128}")
_CONNECTION = re.compile(r"(?:(?:host|port|dbname|user|service|sslmode)=[A-Za-z0-9_.@:/-]+ ?)+")
_READS = re.compile(r"(?is)\s*(?:select|with|show|explain|values|pragma|table)\b")
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.S)
_CLIENT_WORDS = re.compile(r"(?im)^\s*(?:\.|system\b|source\b|tee\b|pager\b|edit\b|delimiter\b)")

_SQLITE = r"""
if command -v sqlite3 >/dev/null 2>&1; then
    printf '%s\n' "$query" | sqlite3 -readonly -batch -noheader -separator "$tab" "$database"
elif command -v python3 >/dev/null 2>&1; then
    query=$query python3 -c 'import os, pathlib, sqlite3, sys
link = sqlite3.connect(pathlib.Path(sys.argv[1]).as_uri() + "?mode=ro", uri=True)
for row in link.execute(os.environ["query"]):
    print("\t".join("" if cell is None else str(cell) for cell in row))' "$database"
else echo "neither sqlite3 nor python3 is installed" >&2; exit 127; fi
"""
_POSTGRESQL = r"""
PGOPTIONS="-c default_transaction_read_only=on -c statement_timeout=${seconds}s"
PGCONNECT_TIMEOUT=10; export PGOPTIONS PGCONNECT_TIMEOUT
printf '%s\n' "$query" | psql -X -w -q -A -t -F "$tab" -v ON_ERROR_STOP=1 -d "$database"
"""
_MYSQL = r"""
{ echo 'SET SESSION TRANSACTION READ ONLY;'; printf '%s\n' "$query"; } |
    mysql --batch --skip-column-names --connect-timeout=10 --database="$database"
"""
_CLIENTS = {Engine.SQLITE: _SQLITE, Engine.POSTGRESQL: _POSTGRESQL, Engine.MYSQL: _MYSQL}


def require_query(probe: FunctionalProbe) -> None:
    """Refuse what is no single reading statement, or no name of a database.

    Raises:
        InvalidInput: It cannot be asked like that.
    """
    bare = _QUOTED.sub("''", probe.text).strip().rstrip(";")
    if not _READS.match(bare):
        raise InvalidInput(_("A query reads: it begins with SELECT, WITH, SHOW or PRAGMA."))
    if ";" in bare:
        raise InvalidInput(_("One statement only; nothing may follow the semicolon."))
    if "\\" in bare or _CLIENT_WORDS.search(bare):
        raise InvalidInput(_("Commands of the database client are not allowed in a query."))
    if probe.engine is Engine.SQLITE:
        if not probe.database.startswith("/") or "\n" in probe.database:
            raise InvalidInput(_("Name the database file by its whole path."))
    elif not (_DATABASE.fullmatch(probe.database) or _CONNECTION.fullmatch(probe.database)):
        raise InvalidInput(
            _("“{name}” is no name of a database.").format(name=probe.database),
            hint=_("Passwords stay on the host; they do not belong here."),
        )


def sql_script(probe: FunctionalProbe, nonce: str) -> str:
    """Return the script that asks a query; its answer is framed by the nonce.

    The query is in the script, which travels through stdin, so no process list shows it.
    """
    values = {
        "query": probe.text.strip().rstrip(";") + ";",
        "database": probe.database,
        "nonce": nonce,
        "seconds": f"{max(1, round(probe.limit_s))}",
    }
    lines = [f"{name}={shlex.quote(value)}" for name, value in values.items()]
    return "\n".join(
        (
            "LC_ALL=C; export LC_ALL; tab=$(printf '\\t')",
            *lines,
            'printf "%s begin\\n" "$nonce"',
            f"({_CLIENTS[probe.engine]})",
            'code=$?; printf "%s end %s\\n" "$nonce" "$code"',
            'exit "$code"',
        )
    )


def try_query(probe: FunctionalProbe, remote: Remote, trace: Trace, context: TaskContext) -> None:
    """Ask a query on a host, into ``trace``.

    Raises:
        RemoteError: The host could not be used, or the database refused.
        InvalidInput: It is no query.
    """
    require_query(probe)
    expectations = read_expectations(probe.expects, probe.kind)
    nonce = secrets.token_hex(12)
    result = remote.run(sql_script(probe, nonce), limit_s=probe.limit_s + 5, context=context)
    rows = _framed(result, nonce)
    if rows is None or result.exit_code != 0:
        raise CommandFailed(
            _("The database did not answer: {why}").format(why=_last_line(result)),
            hint=_("Try the query on the host, with the same account."),
            host=remote.host.name,
            step=_("query"),
        )
    seen = Seen(
        {
            Fact.VALUE: rows[0].split("\t")[0] if rows else "",
            Fact.ROWS: str(len(rows)),
            Fact.OUTPUT: "\n".join(rows),
            Fact.TIME: f"{result.duration_s * 1000:.0f}",
        },
        cut=result.truncated,
    )
    outcome = _("{n} rows").format(n=len(rows))
    what = f"{probe.engine.value} {probe.database} @ {remote.host.name}: {probe.text.strip()}"
    shown = trace.clean("\n".join(rows))[:SHOWN_BODY]
    trace.steps.append(
        Step(what, outcome, result.duration_s, judge(seen, expectations, trace.clean), shown)
    )


def _framed(result: CommandResult, nonce: str) -> list[str] | None:
    """Return the lines between the marks; None when the last mark never came."""
    text = result.stdout.decode("utf-8", "replace")
    _noise, begun, rest = text.partition(f"{nonce} begin\n")
    inside, ended, _more = rest.rpartition(f"{nonce} end ")
    if not begun or not ended:
        return None
    return inside.removesuffix("\n").split("\n") if inside.strip("\n") else []


def _last_line(result: CommandResult) -> str:
    said = (result.stderr or result.stdout).decode("utf-8", "replace").strip().splitlines()
    if result.signal:
        return _("it was ended by the signal {name}").format(name=result.signal)
    return said[-1].strip() if said else _("exit code {n}").format(n=result.exit_code)


def try_command(probe: FunctionalProbe, remote: Remote, trace: Trace, context: TaskContext) -> None:
    """Run a command on a host, into ``trace``; raises RemoteError."""
    expectations = read_expectations(probe.expects, probe.kind)
    result = remote.run(probe.text, limit_s=probe.limit_s, context=context)
    output = result.stdout.decode("utf-8", "replace")
    code = _("killed") if result.exit_code is None else str(result.exit_code)
    seen = Seen(
        {
            Fact.EXIT: code,
            Fact.OUTPUT: output.strip("\n"),
            Fact.ERRORS: result.stderr.decode("utf-8", "replace").strip("\n"),
            Fact.TIME: f"{result.duration_s * 1000:.0f}",
        },
        cut=result.truncated,
    )
    what = f"{remote.host.name}: {probe.text.strip()}"
    outcome = _("exit code {code}").format(code=code)
    said = output + result.stderr.decode("utf-8", "replace")
    shown = trace.clean(said)[:SHOWN_BODY]
    trace.steps.append(
        Step(what, outcome, result.duration_s, judge(seen, expectations, trace.clean), shown)
    )
