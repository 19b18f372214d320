#!/usr/bin/env python3
"""The one developer command: ``python3 dev.py demo|run|test|lint|bench|soak|shots|build``.

Needs nothing but Python. Every command first sets up what it needs: a virtual environment, the
locked packages (checked by hash) and, on Debian and Ubuntu, the system libraries that are missing.
A stamp remembers that, so that the second run starts at once.
"""

import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence  # Python 3.6

ROOT = Path(__file__).resolve().parent
OLDEST, NEWEST = (3, 11), (3, 13)
DEMO_DATA = ROOT / "demo" / "data"
DISK_NEEDED = 1_500_000_000
PIP_FLAGS = ("--require-hashes", "--no-input", "--disable-pip-version-check", "--quiet",
             "--retries=2")  # fmt: skip
OFFSCREEN = ("libgl1", "libegl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1", "libglib2.0-0")
SCREEN = ("libxcb-cursor0", "libxkbcommon-x11-0", "libxcb-icccm4", "libxcb-keysyms1",
          "libxcb-shape0")  # fmt: skip
SERVER = ("openssh-server", "openssh-client")
BESIDE = ("ui", "journeys", "analysis cli exports loadtests reports ssh store")
TEST_TOOLS = (
    "age", "zstd", "xvfb", "xauth", "xdotool", "poppler-utils", "sqlite3", "procps", "sudo", "csh",
    "tcsh", "fish", "iproute2", "postgresql", "mariadb-server-core", "mariadb-client",
    "redis-server", "redis-tools", "prometheus", "restic", "strace", "mdbtools")  # fmt: skip
POLICY = Path("/usr/sbin/policy-rc.d")

USAGE = """\
usage: python3 dev.py COMMAND [arguments]

  demo [args]     play a complete change against a private server; leaves everything in ./demo
  run [args]      open the window
  test [args]     lint, types, layers and tests; arguments go to pytest
  lint            the same without the tests
  bench NAME      measure; NAME is one of the benchmarks or "all"; --json for machines
  soak [args]     the long tests
  shots [args]    draw every page of the demo or, with "examples", of those; --help says more
  build           pack the program for this system
"""


class Stop(Exception):
    """Something is missing; the message says what, and what to do."""


# -- set-up ------------------------------------------------------------------------------------


def fitting_python() -> None:
    """Go on under a fitting Python: this one, or another one that is installed."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    if os.name == "posix":
        for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
            other = shutil.which("python3.%d" % minor)
            if other and not subprocess.call([other, "-c", ""], stderr=subprocess.DEVNULL):
                os.execv(other, [other, str(ROOT / "dev.py"), *sys.argv[1:]])
    age = "old" if sys.version_info[:2] < OLDEST else "new"
    raise Stop(
        "This is Python %d.%d, which is too %s: Change Desk needs Python %d.%d to %d.%d.\n"
        "Install one of them, then run: python3.%d dev.py %s"
        % (*sys.version_info[:2], age, *OLDEST, *NEWEST, NEWEST[1], " ".join(sys.argv[1:]))
    )


def venv_folder() -> Path:
    """Return .venv, or one named after this Python where .venv belongs to another one."""
    usual = ROOT / ".venv"
    config = usual / "pyvenv.cfg"
    version = "%d.%d" % sys.version_info[:2]
    if usual.exists() and f"version = {version}." not in _text(config).replace("_info", ""):
        return ROOT / f".venv-{version}"
    return usual


def venv_program(name: str) -> Path:
    """Return a program of the virtual environment."""
    windows = os.name == "nt"
    return venv_folder() / ("Scripts" if windows else "bin") / (name + ".exe" * windows)


def set_up(lock: str, system: Sequence[str] = ()) -> None:
    """Make the environment hold the packages of a lock file and the system the libraries.

    Args:
        lock: Name of the file with the locked packages.
        system: Debian packages that are needed; other systems have them or say what is missing.
    """
    missing = missing_system_packages(system)
    if missing:
        install_system_packages(missing)
    if is_stamped(lock):
        return
    free = shutil.disk_usage(ROOT).free
    if free < DISK_NEEDED:
        raise Stop(f"The disk of {ROOT} has {free / 1e9:.1f} GB left; the set-up needs 1.5 GB.")
    make_venv()
    say(f"Installing the packages of {lock} into {venv_folder().name} (once, about a minute) ...")
    pip("install", *PIP_FLAGS, "-r", str(ROOT / lock))
    write_launcher()
    stamp_file(lock).write_text(fingerprint(lock), encoding="utf-8")


def is_stamped(lock: str) -> bool:
    """Whether the packages of a lock file are there; the bigger lock holds the smaller one."""
    locks = {lock, "requirements-dev.txt"} if lock == "requirements.txt" else {lock}
    return any(_text(stamp_file(name)) == fingerprint(name) for name in locks)


def stamp_file(lock: str) -> Path:
    return venv_folder() / f"{lock}.stamp"


def fingerprint(lock: str) -> str:
    return f"{ROOT} {hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()}"


def make_venv() -> None:
    """Make the virtual environment, or make it anew where it is broken."""
    python = venv_program("python")
    asked, silent = [str(python), "-m", "pip", "--version"], subprocess.DEVNULL
    if python.exists() and not subprocess.call(asked, stdout=silent, stderr=silent):
        return
    if importlib.util.find_spec("ensurepip") is None:
        install_system_packages(["python%d.%d-venv" % sys.version_info[:2]])
    say(f"Making the virtual environment {venv_folder().name} ...")
    command = [sys.executable, "-m", "venv", "--clear", str(venv_folder())]
    made = subprocess.run(command, capture_output=True, text=True, env=clean_env())
    if made.returncode:
        raise Stop(f"No virtual environment could be made:\n{made.stdout}{made.stderr}")


def pip(*arguments: str) -> None:
    """Run pip and turn its failures into words."""
    done = subprocess.run(
        [str(venv_program("python")), "-m", "pip", *arguments], env=clean_env(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
    )  # fmt: skip
    if not done.returncode:
        return
    tail = "\n".join(done.stdout.strip().splitlines()[-12:])
    if "No space left" in done.stdout or "Errno 28" in done.stdout:
        raise Stop(f"The disk is full: free some room, then try again.\n{tail}")
    signs = ("ConnectionError", "NewConnection", "resolution", "Retry(")
    if any(sign in done.stdout for sign in signs):
        raise Stop(f"The package index cannot be reached: check the network or the proxy.\n{tail}")
    raise Stop(f"pip could not install the packages:\n{tail}")


def write_launcher() -> None:
    """Put the command ``changedesk`` beside the environment's Python."""
    python = venv_program("python")
    path = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
    code = f"{path}; from ui.__main__ import main; sys.exit(main())"
    if os.name == "nt":
        script = python.with_name("changedesk.cmd")
        script.write_text(f'@"{python}" -c "{code}" %*\n', encoding="utf-8")
    else:
        script = python.with_name("changedesk")
        line = " ".join(map(shlex.quote, (str(python), "-c", code)))
        script.write_text(f'#!/bin/sh\nexec {line} "$@"\n', encoding="utf-8")
        script.chmod(0o755)


# -- system libraries --------------------------------------------------------------------------


def missing_system_packages(names: Sequence[str]) -> List[str]:
    """Return which Debian packages are not installed; nothing on other systems."""
    if not names or not Path("/etc/debian_version").exists() or not shutil.which("dpkg-query"):
        return []
    asked = [variant for name in names for variant in (name, f"{name}t64")]
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *asked],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ).stdout
    there = {line.split()[1] for line in answer.splitlines() if line.startswith("installed ")}
    return [name for name in names if not {name, f"{name}t64"} & there]


def install_system_packages(names: Iterable[str]) -> None:
    """Install Debian packages as root; otherwise say the one command and go on."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    if not hasattr(os, "geteuid") or os.geteuid() or not shutil.which("apt-get"):
        say("These system packages are missing; this command installs them:")
        say(f"  sudo {' '.join(command)}")
        return
    say(f"Installing system packages: {' '.join(names)} ...")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with services_kept_still():
        for step in (["apt-get", "update"], command):
            done = subprocess.run(step, env=env, text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)  # fmt: skip
            if done.returncode:
                tail = "\n".join(done.stdout.strip().splitlines()[-4:])
                say(f"“{' '.join(step[:2])}” failed; going on without.\n{tail}")
                return


@contextmanager
def services_kept_still() -> Iterator[None]:
    """Install packages without starting the services they bring, such as an SSH server."""
    if POLICY.exists():
        yield
        return
    try:
        POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        POLICY.chmod(0o755)
        yield
    finally:
        POLICY.unlink()


# -- commands ----------------------------------------------------------------------------------


def demo(arguments: Sequence[str]) -> int:
    """Play the example change, draw the pages, and open the window where there is a display."""
    display = has_display()
    set_up("requirements.txt", (*OFFSCREEN, *SERVER, *(SCREEN if display else ())))
    code = python("-m", "app", "demo", str(ROOT / "demo"), *arguments) or shots()
    if display and not code:
        say("Opening the window on this data.")
        command = [str(venv_program("python")), "-m", "ui", "--data", str(DEMO_DATA)]
        subprocess.Popen(command, cwd=ROOT, env=clean_env(), start_new_session=True)
    return code


def run(arguments: Sequence[str]) -> int:
    """Open the window."""
    set_up("requirements.txt", (*OFFSCREEN, *SCREEN))
    return python("-m", "ui", *arguments)


def shots(arguments: Sequence[str] = ()) -> int:
    """Draw every page without a display; without other data those of the demo."""
    set_up("requirements.txt", OFFSCREEN)
    data, out = DEMO_DATA, ROOT / "demo" / "screenshots"
    if arguments[:1] == ["examples"]:
        data, out, arguments = data.parent / "examples", out / "examples", arguments[1:]
        python("-m", "app", "examples", "--out", str(data))
    if "--data" not in arguments and not data.exists():
        raise Stop("There is no data to draw yet: run “python3 dev.py demo” first.")
    usual = ("-m", "ui.shots", "--data", str(data), "--out", str(out))
    return python(*usual, *arguments, QT_QPA_PLATFORM="offscreen")


def lint(arguments: Sequence[str] = ()) -> int:
    """Check style, format, types and layers, and print what took how long."""
    del arguments
    set_up("requirements-dev.txt")
    checks = {
        "ruff check": ("-m", "ruff", "check", "."),
        "ruff format": ("-m", "ruff", "format", "--check", "."),
        "mypy --strict": ("-m", "mypy"),
        "lint-imports": ("-c", "from importlinter.cli import lint_imports_command as run; run()"),
    }
    failed = 0
    for name, command in checks.items():
        start_s = time.monotonic()
        done = subprocess.run(
            [str(venv_program("python")), *command], cwd=ROOT, env=clean_env(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        )  # fmt: skip
        failed += bool(done.returncode)
        word = "FAILED" if done.returncode else "ok"
        print(f"{name:<14} {word:<7} {time.monotonic() - start_s:6.1f} s", flush=True)
        if done.returncode:
            print(done.stdout, flush=True)
    return min(failed, 1)


def test(arguments: Sequence[str]) -> int:
    """Lint, then run the tests; pytest speaks last.

    One half runs beside the other, which speaks first; its parts are processes of their own.
    """
    set_up("requirements-dev.txt", (*OFFSCREEN, *SCREEN, *SERVER, *TEST_TOOLS))
    failed = lint()
    if arguments:
        codes = [_pytest(arguments)]
    else:
        with tempfile.TemporaryFile("a+", encoding="utf-8") as said, ThreadPoolExecutor(1) as lane:
            half = [[f"tests/{name}" for name in part.split()] for part in BESIDE]
            other = lane.submit(lambda: [_pytest(part, said) for part in half])
            rest = [f"--ignore={name}" for part in half for name in part]
            codes = [_pytest(rest), *other.result()]
            said.seek(0)
            print(said.read(), flush=True)
    if failed:
        print("The checks before the tests failed; see the top.")
    return next((code for code in codes if code), failed)


def _pytest(arguments: Sequence[str], said: Optional[IO[str]] = None) -> int:
    """Run tests; twice more, said aloud, when the binding of the window has ended their process."""
    command = [str(venv_program("python")), "-m", "pytest", *arguments]
    env = clean_env({"QT_QPA_PLATFORM": "offscreen"})
    for _again in range(3):
        code = subprocess.call(command, cwd=ROOT, env=env, stdout=said, stderr=said)
        if code >= 0:
            break
        print(f"THE PROCESS OF THE TESTS CRASHED: signal {-code}.", file=said, flush=True)
    return code


def soak(arguments: Sequence[str]) -> int:
    """Run the long tests."""
    set_up("requirements-dev.txt", (*OFFSCREEN, *SCREEN, *SERVER, *TEST_TOOLS))
    extra = {"CHANGEDESK_SOAK": "1", "QT_QPA_PLATFORM": "offscreen"}
    return python("-m", "pytest", "-m", "soak", *arguments, **extra)


def bench(arguments: Sequence[str]) -> int:
    """Measure against a peer in the same run."""
    set_up("requirements-dev.txt", (*OFFSCREEN, *SERVER, "age", "zstd", "restic", "rsync"))
    return python("-m", "tests.bench", *arguments)


def build(arguments: Sequence[str]) -> int:
    """Pack the program into dist/."""
    set_up("requirements.txt", (*OFFSCREEN, *SCREEN, "binutils"))
    set_up("requirements-build.txt")
    return python("-m", "PyInstaller", "--noconfirm", "build_installer.spec", *arguments)


# -- helpers -----------------------------------------------------------------------------------


def python(*arguments: str, **extra: str) -> int:
    """Run the environment's Python in the project folder and return its exit code."""
    command = [str(venv_program("python")), *arguments]
    return subprocess.call(command, cwd=ROOT, env=clean_env(extra))


def clean_env(extra: Optional[Mapping[str, str]] = None) -> Dict[str, str]:
    """Return the environment without settings that would bend another Python.

    Without its bytecode on the disk every start would compile the program anew.
    """
    bent = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    bent.add("PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in bent}
    return {**kept, "PYTHONUTF8": "1", **(extra or {})}


def has_display() -> bool:
    """Whether a window could be seen here."""
    if platform.system() == "Linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return "SSH_CONNECTION" not in os.environ


def say(text: str) -> None:
    """Tell the developer something, without mixing it into results."""
    print(text, file=sys.stderr, flush=True)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


COMMANDS = {each.__name__: each for each in (demo, run, test, lint, bench, soak, shots, build)}


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    if not argv or argv[0] not in COMMANDS:
        print(USAGE, end="")
        return 0 if argv[:1] in ([], ["-h"], ["--help"], ["help"]) else 2
    try:
        fitting_python()
        return COMMANDS[argv[0]](argv[1:])
    except Stop as stop:
        say(str(stop))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
