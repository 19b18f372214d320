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

    def run(self, start: str, root: Path | None = None, **names: str) -> str:
        """Run the line of the page that contains ``start``, with its capital words filled in.

        With a ``root`` it runs in there, in the folder ``/set``, and reaches no network.
        """
        line = next(line for line in self.page.splitlines() if start in line and line[:4] == "    ")
        for word, value in names.items():
            line = re.sub(rf"\b{word}\b", value, line)
        words = ["sh", "-ec", line]
        if root is not None:
            words = ["unshare", "--net", "chroot", root, "sh", "-ec", f"cd /set && {line}"]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, check=False)
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


def test_files_come_back_where_there_is_nothing_but_the_tools_of_the_page(by_hand, shop, tmp_path):
    """In a root of its own, without a network: no Python, nothing of the program, no other tool."""
    root = empty_root(tmp_path / "root", *TOOLS, "mkdir", "cat")
    shutil.copytree(by_hand.folder, root / "set")
    for start, names in (("mkdir restored", {}), ("tar -x -p", {"NN": "01"})):
        by_hand.run(start, root=root, **names)
    back = root / "set" / "restored" / str(shop).lstrip("/")
    assert (back / "big.bin").read_bytes() == (shop / "big.bin").read_bytes()
    assert (back / "conf" / "shop.ini").stat().st_mode == (shop / "conf/shop.ini").stat().st_mode
    assert os.readlink(back / "link.ini") == "conf/shop.ini"
    by_hand.run("restored.sqlite", root=root, **{"NN-sqlite-NAME": "02-sqlite-shop"})
    assert by_hand.run("PRAGMA integrity_check", root=root) == "ok\n"


def empty_root(root: Path, *tools: str) -> Path:
    """Make a root folder with these programs, what they are linked with, and nothing else."""
    if os.geteuid() != 0:
        pytest.skip("only root may enter a root of its own")
    for name in tools:
        program = Path(shutil.which(name) or name)
        said = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
        for path in (program, *map(Path, re.findall(r"(/\S+) \(0x", said))):
            there = root / path.relative_to("/")
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, there)
    (root / "dev").mkdir()
    (root / "tmp").mkdir()
    return root
