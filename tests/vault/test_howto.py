"""The page in every vault is true: its very commands restore everything, without this program."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.vault.conftest import sources, take

TOOLS = ("age", "zstd", "tar", "sqlite3", "sha256sum", "openssl", "sh")


@pytest.fixture
def by_hand(made, remote, shop, tmp_path):
    """A sealed set, the printed recovery key in key.txt, and a way to run lines of the page."""
    missing = [name for name in TOOLS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    taken = take(made.vault, remote, *sources(remote, shop))
    folder = made.vault.root / taken.path
    (folder / "key.txt").write_text(made.recovery_key + "\n")
    page = (made.vault.root / "HOW-TO-RESTORE.txt").read_text("ascii")
    return ByHand(folder, page)


class ByHand:
    def __init__(self, folder: Path, page: str) -> None:
        self.folder, self.page = folder, page

    def run(self, start: str, **names: str) -> str:
        """Run the line of the page that contains ``start``, with its capital words filled in."""
        line = next(line for line in self.page.splitlines() if start in line and line[:4] == "    ")
        for word, value in names.items():
            line = re.sub(rf"\b{word}\b", value, line)
        done = subprocess.run(
            ["sh", "-ec", line], cwd=self.folder, capture_output=True, check=False
        )
        assert done.returncode == 0, (line, done.stderr)
        return done.stdout.decode()


def test_files_come_back_by_the_pages_own_commands(by_hand, shop):
    by_hand.run("mkdir restored")
    by_hand.run("tar -x -p", NN="01")
    back = by_hand.folder / "restored" / str(shop).lstrip("/")
    assert (back / "big.bin").read_bytes() == (shop / "big.bin").read_bytes()
    assert (back / "conf" / "shop.ini").stat().st_mode == (shop / "conf/shop.ini").stat().st_mode
    assert os.readlink(back / "link.ini") == "conf/shop.ini"
    assert (back / "same.ini").samefile(back / "conf" / "shop.ini")
    assert "shop.ini" in by_hand.run("tar -t -v", NN="01")


def test_a_database_comes_back_by_the_pages_own_commands(by_hand):
    by_hand.run("restored.sqlite", **{"NN-sqlite-NAME": "02-sqlite-shop"})
    assert by_hand.run("PRAGMA integrity_check") == "ok\n"
    with closing(sqlite3.connect(by_hand.folder / "restored.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM orders").fetchone() == (500,)


def test_facts_and_index_are_read_by_the_pages_own_commands(by_hand):
    by_hand.run("NN-facts", NN="03")
    assert "== Kernel: uname -a" in (by_hand.folder / "facts.txt").read_text()
    lines = by_hand.run("index/NN", NN="01").splitlines()
    assert len(lines) == 7
    assert {json.loads(line)["type"] for line in lines} >= {"file", "directory", "symlink"}


def test_hashes_and_signature_are_checked_by_the_pages_own_commands(by_hand):
    told = json.loads((by_hand.folder / "set.json").read_text())
    listed = by_hand.run("sha256sum objects/*")
    for item in told["objects"]:
        assert f"{item['stored']['stored_sha256']}  objects/{item['stored']['name']}" in listed
    vault = json.loads((by_hand.folder.parents[2] / "vault.json").read_text())
    (by_hand.folder / "key.pem").write_text(vault["record"]["signing_key"])
    assert "Successfully" in by_hand.run("openssl pkeyutl")


def test_the_vaults_own_key_file_opens_it_as_well(by_hand):
    shutil.copy(by_hand.folder.parents[2].with_name("vault.key"), by_hand.folder / "key.txt")
    assert "shop.ini" in by_hand.run("tar -t -v", NN="01")
