import importlib.util
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests.architecture.source import ROOT

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture
def dev(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for lock in ROOT.glob("requirements*.txt"):
        (tmp_path / lock.name).write_bytes(lock.read_bytes())
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


def make_venv(folder, version):
    folder.mkdir()
    (folder / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n")


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--help"], 0), (["nonsense"], 2)])
def test_without_a_command_it_says_which_there_are(arguments, code):
    command = [sys.executable, str(ROOT / "dev.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == code
    assert "demo" in done.stdout


@pytest.mark.parametrize(("version", "word"), [((3, 8, 1), "too old"), ((3, 99, 0), "too new")])
def test_a_python_that_does_not_fit_is_named_with_the_way_out(dev, monkeypatch, version, word):
    monkeypatch.setattr(dev, "sys", SimpleNamespace(version_info=version, argv=["dev.py", "demo"]))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(dev.Stop, match=word) as caught:
        dev.fitting_python()
    assert "3.11 to 3.13" in str(caught.value)
    assert "dev.py demo" in str(caught.value)


def test_an_environment_of_another_python_is_left_alone(dev, tmp_path):
    assert dev.venv_folder().name == ".venv"
    make_venv(tmp_path / ".venv", "3.8.18")
    assert dev.venv_folder().name == f".venv-{VERSION}"


def test_an_environment_of_this_python_is_used_again(dev, tmp_path):
    make_venv(tmp_path / ".venv", f"{VERSION}.1")
    assert dev.venv_folder().name == ".venv"


def test_a_stamp_holds_until_its_lock_changes(dev, tmp_path):
    make_venv(tmp_path / ".venv", f"{VERSION}.1")
    dev.stamp_file("requirements-dev.txt").write_text(dev.fingerprint("requirements-dev.txt"))
    assert dev.is_stamped("requirements-dev.txt")
    assert dev.is_stamped("requirements.txt")
    (tmp_path / "requirements-dev.txt").write_text("changed")
    assert not dev.is_stamped("requirements-dev.txt")


def test_a_full_disk_is_named_before_anything_is_downloaded(dev, monkeypatch):
    monkeypatch.setattr(dev, "DISK_NEEDED", 10**18)
    with pytest.raises(dev.Stop, match="GB left"):
        dev.set_up("requirements.txt")


def test_the_launcher_survives_spaces_and_quotes_in_its_folder(dev, tmp_path, monkeypatch):
    root = tmp_path / "it's a folder"
    (root / "ui").mkdir(parents=True)
    (root / "ui" / "__init__.py").touch()
    (root / "ui" / "__main__.py").write_text("import sys\ndef main():\n    print(sys.argv[1:])\n")
    monkeypatch.setattr(dev, "ROOT", root)
    make_venv(root / ".venv", f"{VERSION}.1")
    launcher = dev.venv_program("changedesk")
    launcher.parent.mkdir(parents=True)
    (launcher.parent / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (launcher.parent / "python").chmod(0o755)
    dev.write_launcher()
    done = subprocess.run([launcher, "verify", "a b"], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("['verify', 'a b']", "")
