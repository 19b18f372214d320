"""The framing of answers, and the shell of the probes as real shells run it."""

import os
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.domain.health import Health
from app.probes.base import Section, read_safely
from app.probes.catalogue import ProbeCatalogue
from app.probes.http import HttpProbe
from app.probes.inodes import InodeProbe
from app.probes.listening import ListeningProbe
from app.probes.load import LoadProbe
from app.probes.packages import PackageProbe
from app.probes.registry import probes_for
from app.probes.script import KERNEL, QUICK, build_script, split_sections
from app.probes.services import ServiceProbe
from app.probes.space import SpaceProbe
from tests.probes.test_cases import EVERYTHING

NONCE = "f00dfeedf00dfeed"


@dataclass(frozen=True)
class Said:
    """A probe that runs a given piece of shell."""

    text: str
    name: str = "made.up"
    title: str = "Made up"

    def shell(self) -> str:
        return self.text


def run(script: str, shell: str = "/bin/sh", path: str = "/usr/bin:/bin") -> str:
    done = subprocess.run(
        [shell, "-s"], input=script.encode(), capture_output=True, env={"PATH": path}, check=False
    )
    return done.stdout.decode("utf-8", "replace")


def section(text: str) -> Section | None:
    return split_sections(run(build_script([Said(text)], NONCE, 1)), NONCE).get("made.up")


def test_answer_comes_back_with_its_exit_code() -> None:
    found = section("printf 'one\\ntwo'; echo three >&2; exit 5")
    assert found is not None
    assert (found.text, found.exit_code) == ("one\ntwo", 5)


def test_noise_outside_of_the_frames_is_ignored() -> None:
    noise = "welcome\n<<<CD:0000:made.up>>>\nfake\n<<<CD:0000:end:0:1>>>\n"
    output = noise + run(build_script([Said("echo true")], NONCE)) + noise
    assert {name: s.text for name, s in split_sections(output, NONCE).items()} == {
        "made.up": "true"
    }


def test_log_line_that_imitates_a_marker_is_data() -> None:
    fake = "<<<CD:0123:end:0:1>>>\n<<<CD:0123:sys.boot>>>\nok"
    found = section(f"printf '%s' '{fake}'")
    assert found is not None
    assert found.text == fake


def test_section_that_comes_twice_is_believed_in_neither_form() -> None:
    twice = f"<<<CD:{NONCE}:a>>>\nx\n<<<CD:{NONCE}:end:0:1>>>\n" * 2
    assert split_sections(twice, NONCE)["a"].exit_code is None


def test_cut_output_leaves_the_last_section_without_an_end() -> None:
    output = run(build_script([Said("echo one", "a"), Said("echo two", "b")], NONCE))
    cut = output[: output.index("two") + 2]
    sections = split_sections(cut, NONCE)
    assert (sections["a"].exit_code, sections["b"].exit_code) == (0, None)


def test_nonce_is_in_no_environment_and_on_no_command_line() -> None:
    spy = "tr '\\0' ' ' </proc/$PPID/cmdline; tr '\\0' '\\n' </proc/$$/environ; env; ps -ef"
    found = section(spy)
    assert found is not None
    assert found.exit_code == 0
    assert NONCE not in found.text


@pytest.mark.parametrize("with_timeout", [True, False])
def test_section_that_hangs_is_ended_and_the_next_one_runs(
    tmp_path: Path, with_timeout: bool
) -> None:
    tools = ["sh", "sleep", "date", "kill", "true", "echo", *(["timeout"] if with_timeout else [])]
    for tool in tools:
        if found := shutil.which(tool):
            (tmp_path / tool).symlink_to(found)
    script = build_script([Said("sleep 3", "slow"), Said("echo on", "next")], NONCE, 1)
    script = script.replace("PATH=/usr/sbin", f"PATH={tmp_path}:/nowhere", 1).replace(
        ":/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin", ""
    )
    sections = split_sections(run(script, path=str(tmp_path)), NONCE)
    assert sections["slow"].exit_code in (124, 137)
    assert (sections["next"].text, sections["next"].exit_code) == ("on", 0)


def quick(*texts: str) -> str:
    """Return what a script says whose sections stand behind the shared guard."""
    names = ("fs.space", "fs.inodes", "pkg.set")
    probes = [Said(text, name) for text, name in zip(texts, names, strict=False)]
    return run(build_script(probes, NONCE, 1))


def left_behind(command: str) -> list[str]:
    """Return the processes that run a command, by number."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # some end while we look
            if entry.read_bytes().replace(b"\0", b" ").strip() == command.encode():
                found.append(entry.parent.name)
    return found


def test_hang_behind_the_shared_guard_costs_the_other_sections_nothing(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    output = quick(f"echo one >>{asked}; echo one", "sleep 30.0625", "echo three")
    found = split_sections(output, NONCE)
    assert {name: (s.text, s.exit_code) for name, s in found.items()} == {
        "fs.space": ("one", 0),
        "fs.inodes": ("", 124),
        "pkg.set": ("three", 0),
    }
    assert asked.read_text() == "one\n", "what had ended was asked again"
    assert output.count(":end:again:") == 1
    assert not left_behind("sleep 30.0625")


def test_slow_sections_that_need_the_shared_time_up_together_are_all_answered() -> None:
    found = split_sections(quick(*(f"sleep 0.7; echo {n}" for n in range(3))), NONCE)
    assert [(s.text, s.exit_code) for s in found.values()] == [("0", 0), ("1", 0), ("2", 0)]


def test_child_that_stays_behind_holds_nothing_up() -> None:
    begun_s = time.monotonic()
    output = quick("sleep 20 >/dev/null 2>&1 & echo one", "echo two")
    found = split_sections(output, NONCE)
    assert [s.text for s in found.values()] == ["one", "two"]
    assert time.monotonic() - begun_s < 10


def test_shell_that_is_killed_behind_the_guard_is_begun_again(tmp_path: Path) -> None:
    once = tmp_path / "once"
    kill = f"[ -e {once} ] || {{ : >{once}; sh -c 'kill -9 $PPID'; }}; echo two"
    found = split_sections(quick("echo one", kill, "echo three"), NONCE)
    assert [(s.text, s.exit_code) for s in found.values()] == [
        ("one", 0), ("two", 0), ("three", 0),
    ]  # fmt: skip


def test_guards_share_every_check_and_none_twice() -> None:
    names = {probe.name for probe in probes_for(EVERYTHING, 1.0)}
    assert names >= KERNEL | QUICK
    assert not KERNEL & QUICK


@pytest.mark.parametrize("with_grep", [True, False])
def test_packages_read_from_the_file_are_those_that_dpkg_names(
    tmp_path: Path, with_grep: bool
) -> None:
    if shutil.which("dpkg-query") is None:
        pytest.skip("dpkg is not what keeps this host's packages")
    for tool in ("dpkg-query", *(["grep"] if with_grep else [])):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    [(_, reading)] = read_safely(PackageProbe(), run_probe(PackageProbe(), tmp_path))
    form = "${db:Status-Abbrev}|${binary:Package} ${Version}\\n"
    said = subprocess.run(["dpkg-query", "-W", "-f", form], capture_output=True, check=True).stdout
    rows = (line.split("|") for line in said.decode().splitlines())
    assert list(reading.items) == sorted(row[1] for row in rows if row[0][1] == "i")


def test_wide_table_of_df_and_the_two_narrow_ones_are_read_alike(tmp_path: Path) -> None:
    df = shutil.which("df")
    if df is None or subprocess.run([df, "--output=size", "/"], capture_output=True).returncode:
        pytest.skip("this host's df makes no wide table")
    wide, narrow = tmp_path / "wide", tmp_path / "narrow"
    for folder, refused in ((wide, "never"), (narrow, "--output")):
        folder.mkdir()
        body = f'#!/bin/sh\ncase $* in *{refused}*) exit 1 ;; esac\nexec {df} "$@"\n'
        (folder / "df").write_text(body)
        (folder / "df").chmod(0o755)
    for probe in (SpaceProbe(), InodeProbe()):
        said = [run_probe(probe, folder) for folder in (wide, narrow)]
        assert [answer.lines[0].split()[0] for answer in said] == ["1K-blocks", "Filesystem"]
        one, other = (read_safely(probe, answer) for answer in said)
        assert [item for item, _ in one] == [item for item, _ in other]
        assert [r.value for _, r in one] == pytest.approx([r.value for _, r in other], abs=1)


def test_as_many_processors_are_counted_as_the_kernel_lists() -> None:
    _load, cores = run_probe(LoadProbe(), Path("/usr/bin")).lines
    lines = Path("/proc/stat").read_text().splitlines()
    assert int(cores) == sum(line.startswith("cpu") and line[3] != " " for line in lines)


TOOLS = (
    *("awk", "cat", "cut", "date", "df", "dpkg-query", "env", "expr", "grep", "head", "journalctl"),
    *("ps", "rpm", "sed", "sh", "sleep", "sort", "ss", "systemctl", "tail", "timeout", "tr", "wc"),
)


def test_check_starts_few_programs_and_none_twice(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    for folder in ("/usr/sbin", "/usr/bin", "/sbin", "/bin"):
        for tool in TOOLS:
            if (Path(folder) / tool).exists():
                shim = tmp_path / tool
                shim.write_text(f'#!/bin/sh\necho {tool} >>{asked}\nexec {folder}/{tool} "$@"\n')
                shim.chmod(0o755)
    host = replace(EVERYTHING, services=(), urls=())
    script = ProbeCatalogue(interval_s=0.05).script(host, NONCE)
    output = run(script.replace("PATH=/usr/sbin", f"PATH={tmp_path}:/usr/sbin", 1))
    assert all(found.exit_code is not None for found in split_sections(output, NONCE).values())
    started = asked.read_text().split()
    assert started.count("sleep") == 2, "one between two looks at the processors, one on guard"
    once = [tool for tool in started if tool != "sleep"]
    assert sorted(once) == sorted({*once}), "a program was started twice"
    assert {*once} <= {"date", "df", "ss", "grep", "systemctl", "journalctl", "tail"}


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox", "mksh", "ksh93"])
def test_every_shell_runs_every_probe_to_its_end(shell: str, tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    link = tmp_path / "sh"
    link.symlink_to(program)
    script = ProbeCatalogue(interval_s=0.05).script(EVERYTHING, NONCE)
    sections = split_sections(run(script, str(link)), NONCE)
    wanted = {probe.name for probe in probes_for(EVERYTHING, 0.05)}
    assert set(sections) == wanted
    assert all(section.exit_code is not None for section in sections.values())


def run_probe(probe, path: Path) -> Section:
    env = {"PATH": str(path), "LC_ALL": "C"}
    piece = f"piece() {{ {probe.shell()}\n}}; piece"
    done = subprocess.run(["/bin/sh", "-c", piece], capture_output=True, env=env, check=False)
    return Section(done.stdout.decode("utf-8", "replace"), done.returncode)


def test_host_with_no_tools_at_all_is_unknown_but_for_what_the_kernel_says(tmp_path: Path) -> None:
    by_shell_alone = {"sys.boot", "cpu.load", "mem.available"}
    for probe in probes_for(EVERYTHING, 0.05):
        if probe.name == "svc.state":
            continue
        if probe.name in by_shell_alone:
            [(_, reading)] = read_safely(probe, run_probe(probe, tmp_path))
            assert reading.health is not Health.UNKNOWN, probe.name
            continue
        found = read_safely(probe, run_probe(probe, tmp_path))
        assert {reading.health for _, reading in found} == {Health.UNKNOWN}, probe.name


def test_kernel_tables_and_ss_list_the_same_ports(tmp_path: Path) -> None:
    for tool in ("sed", "cat"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    [(_, by_kernel)] = read_safely(ListeningProbe(), run_probe(ListeningProbe(), tmp_path))
    if shutil.which("ss") is None:
        pytest.skip("ss is not installed")
    by_ss = run_probe(ListeningProbe(), Path(os.defpath.split(":")[-1]))
    [(_, listed)] = read_safely(ListeningProbe(), by_ss)

    def ports(items: tuple[str, ...]) -> set[str]:
        return {item.rsplit(":", 1)[-1] for item in items if item.endswith("/tcp")}

    assert by_kernel.health is Health.OK
    assert ports(by_kernel.items) & ports(listed.items)


def test_python_stands_in_for_a_missing_curl(tmp_path: Path) -> None:
    import http.server
    import sys
    import threading

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(500 if self.path == "/bad" else 204)
            self.end_headers()

        def log_message(self, *parts: object) -> None:
            """Say nothing."""

    (tmp_path / "python3").symlink_to(sys.executable)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        base = f"http://127.0.0.1:{server.server_port}"
        probe = HttpProbe((f"{base}/good", f"{base}/bad", "http://127.0.0.1:1/"))
        found = dict(read_safely(probe, run_probe(probe, tmp_path)))
        server.shutdown()
        thread.join()
    assert [reading.health for reading in found.values()] == [
        Health.OK,
        Health.CRITICAL,
        Health.CRITICAL,
    ]


def test_control_script_is_asked_by_its_path(tmp_path: Path) -> None:
    control = tmp_path / "it's a ctl"
    control.write_text("#!/bin/sh\n[ \"$1\" = status ] || exit 9\necho 'running, pid 7'\n")
    gone = str(tmp_path / "gone")
    probe = ServiceProbe((str(control), gone))
    for mode in (0o644, 0o755):
        control.chmod(mode)
        found = dict(read_safely(probe, run_probe(probe, Path("/usr/bin"))))
        assert found["it's a ctl"].health is Health.OK
        assert found["it's a ctl"].summary == "running, pid 7"
        assert found["gone"].health is Health.UNKNOWN


def test_values_in_a_probe_are_never_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    evil = f"http://h/$(touch {mark})`touch {mark}`';touch {mark};'"
    for probe in (HttpProbe((evil,)), ServiceProbe((f"x;touch {mark}", f"$(touch {mark})"))):
        run_probe(probe, Path("/usr/bin"))
    assert not mark.exists()
