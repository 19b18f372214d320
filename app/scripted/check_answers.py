"""How a made-up host answers health checks, measuring, queries and a test of the connection."""

import hashlib
import re
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from app.scripted.call import Answer, Call
from app.scripted.machine import Machine
from app.services.metric import sampling

HEALTH = re.compile(r"\Anonce=(?P<nonce>\S+); seconds=\d+; ")
_SECTION = re.compile(r"^section \d+ (?P<name>[a-z.]+) ", re.MULTILINE)
QUERY = re.compile(r"\ALC_ALL=C; export LC_ALL; tab=.*\nquery=", re.DOTALL)
_ASKED = re.compile(
    r"^query=(?P<query>.*?)\ndatabase=(?P<database>.*?)\nnonce=(?P<nonce>\S+)\n",
    re.MULTILINE | re.DOTALL,
)
_CHECK_S = 1.6
_TICKS = 100
_CORES = 4


def health(script: str) -> Answer:
    """Answer every section of a check."""
    begun = HEALTH.match(script)
    nonce = shlex.split(begun["nonce"])[0] if begun else ""

    def answer(call: Call) -> Iterator[bytes]:
        names = [found["name"] for found in _SECTION.finditer(script)]
        for name in names:
            told, code = _SECTIONS[name](call) if name in _SECTIONS else ("", 127)
            yield f"\n<<<CD:{nonce}:{name}>>>\n{told}\n<<<CD:{nonce}:end:{code}:12>>>\n".encode()
            call.wait(_CHECK_S / len(names))

    return answer


def _boot(call: Call) -> str:
    up_s = call.now_s - call.machine.booted_at_s
    return f"{call.machine.boot_id}\n{up_s:.2f} {3.4 * up_s:.2f}"


def _cpu(call: Call) -> str:
    busy = round(100 * call.machine.busy * call.rng.uniform(0.9, 1.1))
    first = "cpu 1000 0 500 90000 20 0 10 0"
    return f"{first}\ncpu {1000 + busy} 0 500 {90000 + 100 - busy} 20 0 10 0"


def _space(call: Call) -> str:
    rows = (
        f"/dev/vd{chr(97 + place)} {used + free} {used} {free} {100 * used // (used + free)}% {at}"
        for place, (at, (used, free)) in enumerate(call.machine.mounts.items())
    )
    return "\n".join(("Filesystem 1024-blocks Used Available Capacity Mounted on", *rows))


def _inodes(call: Call) -> str:
    rows = (
        f"/dev/vd{chr(97 + place)} 6553600 {used // 40} {6553600 - used // 40} 8% {at}"
        for place, (at, (used, _free)) in enumerate(call.machine.mounts.items())
    )
    return "\n".join(("Filesystem Inodes IUsed IFree IUse% Mounted on", *rows))


def _services(call: Call) -> str:
    said = {"active": "running", "inactive": "dead", "failed": "failed"}
    return "\n".join(
        f"{name}\tsystemd\t0\tLoadState=loaded ActiveState={state} SubState={said[state]} "
        "NRestarts=0"
        for name, state in call.machine.services.items()
    )


def _failed(call: Call) -> str:
    units = [name for name, state in call.machine.services.items() if state == "failed"]
    return "\n".join((*(f"{name}.service loaded failed failed" for name in units), "listed"))


def _http(call: Call) -> str:
    rows = []
    for url, usual_s in call.machine.pages.items():
        if usual_s < 0:
            rows.append(f"{url}\t7\t")
            continue
        rows += [f"{url}\t0\t200 {usual_s * call.rng.uniform(0.9, 1.2):.6f}" for _n in range(5)]
    return "\n".join(rows)


def _tls(call: Call) -> str:
    """Return a certificate for each secure address, good for a year after the host was started."""
    ends = datetime.fromtimestamp(call.machine.booted_at_s + _YEAR_S, UTC)
    until = f"{_MONTHS[ends.month - 1]} {ends.day} {ends:%H:%M:%S %Y} GMT"
    mark = ":".join(re.findall("..", hashlib.sha256(call.machine.id.encode()).hexdigest().upper()))
    rows = [
        f"{urlsplit(url).hostname}:443\tnotAfter={until}|sha256 Fingerprint={mark}|"
        "|Verify return code: 0 (ok)"
        for url in call.machine.pages
        if url.startswith("https://")
    ]
    return "\n".join((f"{int(call.now_s)}", *rows))


_YEAR_S = 365 * 86400.0
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _ports(call: Call) -> str:
    rows = (f"tcp LISTEN 0 128 0.0.0.0:{port} 0.0.0.0:*" for port in call.machine.ports)
    return "\n".join((*rows, "listed"))


def _packages(machine: Machine) -> str:
    rows = (f"ii  {name} {version}" for name, version in machine.packages.items())
    return "\n".join((*rows, "listed"))


def _memory(machine: Machine) -> str:
    return f"MemTotal: {machine.memory_kib} kB\nMemAvailable: {machine.available_kib} kB"


_SECTIONS: dict[str, Callable[[Call], tuple[str, int]]] = {
    "time.skew": lambda call: (f"{call.now_s:.9f}", 0),
    "sys.boot": lambda call: (_boot(call), 0),
    "cpu.load": lambda call: (f"0.60 {_CORES * call.machine.busy:.2f} 0.70 2/310 812\n{_CORES}", 0),
    "cpu.util": lambda call: (_cpu(call), 0),
    "mem.available": lambda call: (_memory(call.machine), 0),
    "fs.space": lambda call: (_space(call), 0),
    "fs.inodes": lambda call: (_inodes(call), 0),
    "svc.failed": lambda call: (_failed(call), 0),
    "svc.state": lambda call: (_services(call), 0),
    "net.listen": lambda call: (_ports(call), 0),
    "http": lambda call: (_http(call), 0),
    "tls": lambda call: (_tls(call), 0),
    "log.err": lambda call: ("\n".join((*call.machine.errors, "listed")), 0),
    "reboot.needed": lambda call: ("yes" if call.machine.restart_needed else "no", 0),
    "pkg.set": lambda call: (_packages(call.machine), 0),
}
"""What each check of `app.probes` reads; one that is not here says that its tool is missing."""


def measure(call: Call) -> Iterator[bytes]:
    """Answer the script of `app.services.metric.sampling`: a line per reading, for the whole."""
    nonce, seconds, pause, *urls = call.args
    machine, end_s = call.machine, call.now_s + float(seconds)
    busy, total = 1000.0, 10_000.0
    while call.now_s < end_s:
        total += _TICKS
        busy += _TICKS * min(1.0, machine.busy * call.rng.lognormvariate(0.0, 0.15))
        free = round(machine.available_kib * call.rng.uniform(0.985, 1.015))
        at = f"{call.now_s:.6f}"
        yield (
            f"{nonce} cpu {at} {busy:.0f} {total:.0f}\n"
            f"{nonce} memory {at} {free} {machine.memory_kib}\n"
        ).encode()
        for place, url in enumerate(urls):
            usual_s = machine.pages.get(url, -1.0)
            took_s = usual_s * call.rng.lognormvariate(0.0, 0.25)
            said = f"200 {took_s:.6f}" if usual_s >= 0 else "000 0.000000"
            yield f"{nonce} url{place} {call.now_s:.6f} {said}\n".encode()
        call.wait(float(pause))
    yield f"{nonce} end\n".encode()


def query(script: str) -> Answer:
    """Answer a query that the host's record knows, and complain about any other."""

    def answer(call: Call) -> Iterator[bytes]:
        asked = _ASKED.search(script)
        found = asked.groupdict() if asked else {"query": "''", "database": "''", "nonce": "''"}
        text, database, nonce = (
            shlex.split(found[name])[0] for name in ("query", "database", "nonce")
        )
        rows = call.machine.queries.get(f"{database}: {text.rstrip(';')}")
        yield f"{nonce} begin\n".encode()
        call.wait(0.02)
        if rows is None:
            call.complain("this query is not part of the example", 1)
        else:
            yield f"{rows}\n".encode()
        yield f"{nonce} end {call.code}\n".encode()

    return answer


def connection(call: Call) -> Iterator[bytes]:
    """Answer the test of a connection."""
    yield f"{call.args[0]} {int(call.now_s)} Linux 6.1.0-made-up\n".encode()


FIXED: dict[str, Answer] = {sampling.SCRIPT: measure}
