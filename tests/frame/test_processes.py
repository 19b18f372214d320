import os
import sys
import time

import pytest

from app.errors import TimedOut
from app.processes import ToolMissing, find, run, running, small_env


def python(code, **options):
    return run([sys.executable, "-c", code], limit_s=30, **options)


def test_a_program_says_what_it_said():
    done = python(
        "import sys; print(input()); print('why', file=sys.stderr); sys.exit(3)", stdin=b"hi"
    )
    assert (done.text.strip(), done.exit_code, done.ok, done.complaint) == ("hi", 3, False, "why")


def test_arguments_are_never_read_by_a_shell(tmp_path):
    evil = f"; touch {tmp_path}/x $(touch {tmp_path}/x) `touch {tmp_path}/x`"
    done = run([sys.executable, "-c", "import sys; print(sys.argv[1])", evil], limit_s=30)
    assert done.text.strip() == evil
    assert list(tmp_path.iterdir()) == []


def test_tokens_and_loader_settings_stay_here(monkeypatch):
    for name in ("AWS_SECRET_ACCESS_KEY", "LD_PRELOAD", "PYTHONPATH", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, "x")
    seen = python("import os; print(*os.environ)").text.split()
    assert not {"AWS_SECRET_ACCESS_KEY", "LD_PRELOAD", "PYTHONPATH", "GITHUB_TOKEN"} & set(seen)
    assert small_env()["LC_ALL"] == "C.UTF-8"


def test_a_variable_can_be_given():
    assert python("import os; print(os.environ['SHOP'])", env={"SHOP": "7"}).text.strip() == "7"


def test_a_program_that_hangs_is_stopped_and_named():
    with pytest.raises(TimedOut, match="stopped"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], limit_s=0.3)


def test_a_missing_program_is_named():
    with pytest.raises(ToolMissing, match="no-such-tool is not installed"):
        run(["no-such-tool"], limit_s=1)
    assert find("no-such-tool") is None


def test_a_program_runs_for_the_length_of_a_block(tmp_path):
    log = tmp_path / "log"
    code = "import time; print('up', flush=True); time.sleep(60)"
    with running([sys.executable, "-c", code], log=log) as process:
        while "up" not in log.read_text():
            time.sleep(0.02)
        assert process.poll() is None
    assert process.poll() is not None


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_stubborn_program_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("app.processes._GRACE_S", 0.2)
    deaf = "import signal; signal.signal(15, signal.SIG_IGN)"
    code = f"{deaf}; import time; print('up', flush=True); time.sleep(60)"
    with running([sys.executable, "-c", code], log=tmp_path / "log") as process:
        while "up" not in (tmp_path / "log").read_text():
            time.sleep(0.02)
    assert process.returncode == -9
