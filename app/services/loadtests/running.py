"""Run a JMeter plan, on this computer or on a load generator over SSH, and follow it live.

JMeter says "done" whatever its samples said, so its results are read, not its exit code. On a load
generator the results come back as they are written; nothing of the run stays there.
"""

import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app import processes
from app.domain.load_summary import LabelSummary
from app.domain.loadtest import LoadRun, LoadTerms
from app.domain.metric import WindowName
from app.errors import CommandFailed, InvalidInput
from app.i18n import _
from app.services.loadtests.course import LiveCourse
from app.services.loadtests.keeping import LoadTesting, NewRun, keep_run
from app.services.loadtests.live import Live
from app.services.loadtests.planned import planned_s
from app.services.ports.world import Remote
from app.tasks import TaskContext

PROGRAM = "jmeter"
_FORMAT = (
    "-Jjmeter.save.saveservice.output_format=csv",
    "-Jjmeter.save.saveservice.print_field_names=true",
    "-Jjmeter.save.saveservice.timestamp_format=ms",
    "-Jjmeter.save.saveservice.autoflush=true",
)
_PROPERTY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_PAUSE_S = 0.5
_PIECE = 1 << 16
_IDLE_S = 900.0
_LOG_LINES = 5
_REMOTE = """
set -u
dir=$(mktemp -d "${TMPDIR:-/tmp}/loadtest.XXXXXX") || exit 70
pid=
trap '[ -n "$pid" ] && kill "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 71' HUP INT TERM PIPE
cd "$dir" || exit 70
cat > plan.jmx
"$@" -n -t plan.jmx -l results.jtl -j jmeter.log > console.log 2>&1 < /dev/null &
pid=$!
sent=0
send() {
  [ -f results.jtl ] || return 0
  size=$(wc -c < results.jtl)
  [ "$size" -gt "$sent" ] || return 0
  tail -c +$((sent + 1)) results.jtl | head -c $((size - sent)) || exit 71
  sent=$size
}
while kill -0 "$pid" 2>/dev/null; do send; sleep 1; done
wait "$pid"
code=$?
pid=
send
tail -n 5 console.log >&2
exit "$code"
"""


@dataclass(frozen=True, slots=True)
class LiveRun:
    """What a run is known to have done so far: all of it together, and step by step."""

    total: LabelSummary | None
    course: LiveCourse
    planned_s: float | None = None


@dataclass(frozen=True, slots=True)
class PlanRun:
    """A plan that shall be run: its file, what it is told (``-Jname=value``), and the program."""

    plan: Path
    properties: tuple[tuple[str, str], ...] = ()
    program: tuple[str, ...] = (PROGRAM,)

    @property
    def words(self) -> str:
        """The plan and what it was told, for the record."""
        told = " ".join(f"{name}={value}" for name, value in self.properties)
        return f"{self.plan.name} {told}".strip()


def properties_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return "threads=20 duration=300" as pairs.

    Raises:
        InvalidInput: A word is no name with a value.
    """
    pairs = []
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals or not _PROPERTY.fullmatch(name):
            raise InvalidInput(
                _("“{word}” is no property of a plan.").format(word=word),
                hint=_("Write them as name=value, such as threads=20."),
            )
        pairs.append((name, value))
    return tuple(pairs)


def run_here(wanted: PlanRun, folder: Path, *, context: TaskContext) -> Path:
    """Run a plan on this computer and return its results.

    Args:
        wanted: The plan.
        folder: An empty folder for results and logs.
        context: Told how far it is; a stop ends JMeter.

    Raises:
        ToolMissing: JMeter is not installed.
        CommandFailed: It ended without results.
        TaskCancelled: A stop was asked for.
    """
    program = processes.find(wanted.program[0])
    if program is None:
        raise processes.ToolMissing(
            _("JMeter is not installed on this computer."),
            hint=_("Install it, or choose a host that has it."),
        )
    out = folder / "results.jtl"
    argv: list[str | Path] = [
        program,
        *wanted.program[1:],
        "-n",
        "-t",
        wanted.plan.resolve(),
        "-l",
        out,
    ]
    argv += ["-j", folder / "jmeter.log", *_FORMAT, *_told(wanted)]
    live = _followed(wanted)
    with processes.running(argv, log=folder / "console.log", cwd=folder) as process:
        for data in _growing(out, process):
            live.feed(data)
            _report(live, context)
        code = process.returncode
    _check(out, code, _last_lines(folder / "console.log"), "")
    return out


def run_on(wanted: PlanRun, remote: Remote, folder: Path, *, context: TaskContext) -> Path:
    """Run a plan on a load generator and return its results, which are here when it ends.

    Raises:
        RemoteError: The host cannot be used, or the run ended without results.
        TaskCancelled: A stop was asked for; JMeter is ended there.
    """
    out, live = folder / "results.jtl", _followed(wanted)
    argv = (*wanted.program, *_FORMAT, *_told(wanted))
    with remote.stream(_REMOTE, *argv, idle_s=_IDLE_S) as channel, out.open("wb") as file:
        channel.write(wanted.plan.read_bytes())
        channel.close_stdin()
        while data := channel.read(_PIECE):
            file.write(data)
            live.feed(data)
            _report(live, context)
        code = channel.finish()
        said = channel.stderr().decode("utf-8", "replace").strip()
    _check(out, code, said, remote.host.name)
    return out


@dataclass(frozen=True, slots=True)
class RunAndKeep:
    """A plan whose results shall be kept with a change; without a host it runs here."""

    change: str
    side: WindowName
    wanted: PlanRun
    host: str = ""
    terms: LoadTerms = field(default_factory=LoadTerms)


def run_and_keep(asked: RunAndKeep, *, with_: LoadTesting, context: TaskContext) -> LoadRun:
    """Run a plan, then keep its results as evidence; what was cut off is not kept.

    Raises:
        InvalidInput: The plan wrote no samples.
        AppError: It could not be run, or the change is closed.
        TaskCancelled: A stop was asked for.
    """
    plan = asked.wanted.plan
    with tempfile.TemporaryDirectory(prefix="loadtest-") as name:
        folder = Path(name)
        where = _("this computer")
        if asked.host and with_.remotes is not None:
            with with_.desk.new_uow() as uow:
                host = uow.hosts.get(asked.host)
            where = host.name
            out = run_on(asked.wanted, with_.remotes.open(host), folder, context=context)
        else:
            out = run_here(asked.wanted, folder, context=context)
        named = out.rename(folder / f"{plan.stem}-{asked.side.value}.jtl")
        source = _("{plan} on {where}").format(plan=asked.wanted.words, where=where)
        new = NewRun(asked.change, asked.side, named, asked.terms, source)
        return keep_run(new, with_=with_, context=context)


def _followed(wanted: PlanRun) -> Live:
    return Live.begun(planned_s(wanted.plan, dict(wanted.properties)))


def _told(wanted: PlanRun) -> list[str]:
    return [f"-J{name}={value}" for name, value in wanted.properties]


def _growing(out: Path, process: processes.Process) -> Iterator[bytes]:
    """Yield what is written to a file until its writer has ended; empty where nothing was."""
    read = 0
    while True:
        ended = process.poll() is not None
        if out.exists():
            with out.open("rb") as file:
                file.seek(read)
                while data := file.read(_PIECE * 16):
                    read += len(data)
                    yield data
        if ended:
            return
        yield b""
        time.sleep(_PAUSE_S)


def _report(live: Live, context: TaskContext) -> None:
    total = live.total
    detail = LiveRun(total, live.course, live.planned_s)
    context.progress(total.samples if total else 0, None, live.words, detail)


def _check(out: Path, code: int | None, said: str, host: str) -> None:
    if code == 0 and out.is_file() and out.stat().st_size:
        return
    last = said.splitlines()[-1].strip() if said.strip() else _("exit code {n}").format(n=code)
    raise CommandFailed(
        _("JMeter ended without results: {why}.").format(why=last.rstrip(".")),
        hint=_("Look at the plan; the same call works in a terminal first."),
        host=host,
    )


def _last_lines(path: Path) -> str:
    if not path.is_file():
        return ""
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-_LOG_LINES:])
