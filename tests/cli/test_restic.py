"""``changedesk restic``: run on a real host, its password typed for once and kept nowhere."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import Surroundings, open_services
from app.domain.backup import BackupSource, SourceKind
from app.secrets import SessionSecrets
from app.services.change import changes
from tests.cli.test_commands import answer
from tests.cli.test_commands import data as data

pytestmark = pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed")


def with_password(typed: str, *words: object) -> tuple[int, dict]:
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, words), "--ask", "--json"],
        input=f"{typed}\n", capture_output=True, text=True, timeout=120, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert typed not in done.stdout + done.stderr, "never repeated"
    return done.returncode, json.loads(done.stdout)


def test_a_backup_is_taken_read_again_and_restored(data, ssh_host, tmp_path):
    tree, repository = tmp_path / "tree", tmp_path / "repo"
    tree.mkdir()
    (tree / "a").write_text("content")
    around = {"RESTIC_PASSWORD": "open sesame", "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run(["restic", "init", "--repo", repository], env=around, check=True)
    with closing(open_services(data, Surroundings(secrets=SessionSecrets()))) as services:
        with services.new_uow() as uow:
            (change,) = uow.changes.list()
        plan = (BackupSource(SourceKind.FILES, ssh_host.id, (str(tree),)),)
        changes.edit_change(change.id, lambda c: replace(c, backup_plan=plan), desk=services.desk)
    take = ("restic", "take", change.number, "--data", data, "--host", ssh_host.name,
            "--repository", repository)  # fmt: skip
    code, found = with_password("other words", *take)
    assert (code, found["error"]) == (1, "CommandFailed")
    assert "password is wrong" in json.dumps(found)
    code, found = answer(*take)
    assert (code, found["error"]) == (1, "SecretUnavailable")
    code, found = with_password("open sesame", *take)
    (one,) = found["references"]
    assert (code, one["level"]) == (0, 1)
    ident = one["reference"]["id"]
    code, found = with_password(
        "open sesame", "restic", "drill", change.number, ident, "--data", data
    )
    assert (code, found["references"][0]["level"]) == (0, 4)
    code, found = answer("restic", "take", change.number, "--data", data, "--host", "nobody",
                         "--repository", repository)  # fmt: skip
    assert (code, found["error"]) == (1, "NotFound")
