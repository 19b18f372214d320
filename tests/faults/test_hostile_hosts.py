"""Hosts that say too much, in a way of their own, or that are no Unix at all."""

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.backup import BackupSource, SourceKind
from app.domain.host import Host
from app.domain.ids import SetId, new_id
from app.errors import AppError
from app.secrets import SessionSecrets
from app.services.jobs.client import JobClient
from app.services.ports.vault import CaptureRequest
from app.ssh.pool import RemotePool
from app.tasks import TaskContext
from app.vault.dialogue import probe
from tests.faults.ledger import record, tried
from tests.faults.rounds import SOAK, rounds
from tests.ssh_fixtures import QUICK

pytestmark = [pytest.mark.soak] if SOAK else []

ROOT = Path(__file__).resolve().parents[2]
CAP = 64 << 20


def test_a_flood_is_capped_counted_and_held_in_little_memory(ssh_server: PrivateSshd) -> None:
    size = rounds(96 << 20, 5 << 30)
    words = (ssh_server.port, ssh_server.host().user, ssh_server.user_key,
             ssh_server.folder / "host.pub", size)  # fmt: skip
    command = [sys.executable, "-m", "tests.faults.flood_child", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stderr.decode()
    code, kept, dropped, most_mib = map(int, done.stdout.split())
    bad = (code, kept, dropped) != (0, CAP, size - CAP) or most_mib >= 300
    record(15, f"flood of {size >> 20} MiB: capped, counted, ended, under 300 MB", 1, bad)
    assert (code, kept, dropped) == (0, CAP, size - CAP)
    assert most_mib < 300


PIECES = (
    *("$(touch {0})", "`touch {0}`", "; touch {0};", "| touch {0}", "\ntouch {0}\n"),
    *("&touch {0}&", "' ; touch {0} ; '", '" ; touch {0} ; "', "\\'; touch {0} #", "!touch {0}"),
    *("${{IFS}}touch${{IFS}}{0}", "-o ProxyCommand=touch {0}", ">(touch {0})", "<(touch {0})"),
    *("--checkpoint-action=exec=touch {0}", "{{touch,{0}}}", "\x1b]0;$(touch {0})\x07"),
    *("%s%n$(touch {0})", "\r\ntouch {0}\r\n", "~; touch {0}"),
)
AROUND = ("{}", "a{}", "{}b", "/srv/{}", "-{}", "--{}", "{0} {0}", "'{}'", '"{}"', "é{}ü")


def payloads(mark: Path) -> list[str]:
    return [frame.format(piece.format(mark)) for frame, piece in itertools.product(AROUND, PIECES)]


def test_two_hundred_injections_arrive_as_they_are_and_run_nothing(
    ssh_host: Host, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    given = payloads(mark)
    assert len(given) >= 200
    pool = RemotePool(SessionSecrets(), lambda _key: ssh_host, QUICK)
    remote = pool.open(ssh_host)
    answer = remote.run(r'printf "%s\0" "$@"', *given)
    arrived = answer.stdout.split(b"\0")
    for one, there in zip(given, arrived, strict=False):
        with tried(20, "injection as an argument of a command: arrives as it is, runs nothing"):
            assert there == one.encode()
            assert not mark.exists()
    assert answer.stdout == b"".join(one.encode() + b"\0" for one in given)
    with remote.stream(r'printf "%s\0" "$@"', *given) as stream:
        said = b""
        while data := stream.read(1 << 16):
            said += data
    assert said == answer.stdout
    pool.close()
    assert not mark.exists()


@pytest.mark.parametrize("kind", [SourceKind.FILES, SourceKind.SQLITE, SourceKind.POSTGRESQL])
def test_two_hundred_injections_in_a_plan_of_backup_run_nothing(
    vault,
    ssh_host: Host,
    tmp_path: Path,
    kind: SourceKind,
) -> None:
    """Each is refused by name, or taken as the name of something that is not there."""
    mark, what = tmp_path / "ran", f"injection in a backup of {kind.value}: refused, runs nothing"
    pool = RemotePool(SessionSecrets(), lambda _key: ssh_host, QUICK)
    remote = pool.open(ssh_host)
    for text in payloads(mark)[:: rounds(70, 1)]:
        path = text if text.startswith("/") else f"/{text}"
        source = (
            BackupSource(kind, ssh_host.id, (path,), (text,))
            if kind is SourceKind.FILES
            else BackupSource(
                kind, ssh_host.id, database=path if kind is SourceKind.SQLITE else text
            )
        )
        request = CaptureRequest(SetId(new_id()), (ssh_host,), (source,))
        with tried(20, what):
            with pytest.raises(AppError):
                vault.capture(request, (remote,), TaskContext())
            assert not mark.exists()
    pool.close()
    assert not mark.exists()
    assert list(vault.root.glob("sets/*/*")) == []


CLIXML = (
    b'#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell">'
    b"<S S=\"Error\">sh : The term 'sh' is not recognized as the name of a cmdlet_x000D__x000A_"
    b"</S></Objs>"
)
WINDOWS = {
    "PowerShell": CLIXML,
    "code page 437": b"'sh' is not recognized as a command,\r\n\x81\x94\x84\x9a",
    "UTF-16": "\ufeff'sh' wird nicht erkannt.\r\n".encode("utf-16-le"),
    "exit code lost": b"",
}


@pytest.mark.parametrize("how", WINDOWS)
def test_a_host_with_another_system_is_named_and_never_a_success(
    vault,
    tmp_path: Path,
    how: str,
) -> None:
    """What Windows answers, as recorded: on both outputs, with the exit code it gives."""
    said = tmp_path / "said"
    said.write_bytes(WINDOWS[how])
    code = 0 if how == "exit code lost" else 1
    answer = f"cat {said}; cat {said} >&2; exit {code}"
    with PrivateSshd(tmp_path / "sshd", {"ForceCommand": answer}) as server:
        pool = RemotePool(SessionSecrets(), lambda _key: None, QUICK)
        host = server.host("win-01")
        remote = pool.open(host)
        source = BackupSource(SourceKind.FILES, host.id, ("/srv",))
        request = CaptureRequest(SetId(new_id()), (host,), (source,))
        job = JobClient(remote, new_id())
        asked = (
            lambda: job.start("true", 5),
            lambda: job.look(0, 0),
            job.cancel,
            lambda: probe(remote),
            lambda: vault.capture(request, (remote,), TaskContext()),
        )
        for ask in asked:
            with tried(23, "answers of another system: named, never a success"):
                with pytest.raises(AppError) as error:
                    ask()
                assert error.value.host == "win-01"
                assert error.value.step
        pool.close()
    assert list(vault.root.glob("sets/*/*")) == []
