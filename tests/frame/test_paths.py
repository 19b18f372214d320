import os
import stat
import sys
from pathlib import Path

import pytest

from app.errors import StoreError
from app.paths import data_dir, private_dir, resource_path, usual_data_dir

posix = pytest.mark.skipif(os.name != "posix", reason="about POSIX modes")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about XDG")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_the_data_folder_is_made_for_its_owner_only(tmp_path):
    old = os.umask(0)
    try:
        folder = data_dir(tmp_path / "deep" / "data")
    finally:
        os.umask(old)
    assert folder.is_dir()
    assert mode(folder) == 0o700


@posix
def test_an_open_data_folder_is_closed(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    assert mode(private_dir(folder)) == 0o700


def test_a_file_in_the_way_is_named_with_the_way_out(tmp_path):
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(StoreError) as caught:
        data_dir(tmp_path / "data")
    assert str(tmp_path / "data") in caught.value.text
    assert "--data" in caught.value.hint


@linux
def test_the_usual_folder_follows_xdg_and_ignores_relative_paths(monkeypatch, clean_account):
    assert usual_data_dir() == clean_account / ".local/share/Change Desk"
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")
    assert usual_data_dir() == Path("/srv/data/Change Desk")
    monkeypatch.setenv("XDG_DATA_HOME", "data")
    assert usual_data_dir() == clean_account / ".local/share/Change Desk"


@linux
@pytest.mark.parametrize("empty", [True, False])
def test_a_missing_or_empty_home_falls_back_to_the_account(monkeypatch, empty):
    monkeypatch.setenv("HOME", "") if empty else monkeypatch.delenv("HOME")
    assert usual_data_dir().is_absolute()


def test_shipped_files_are_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resource_path("themes", "tokens.json").is_file()
