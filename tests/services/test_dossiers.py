"""What is handed over: complete, the same for the same data, and any alteration found."""

import json
import shutil
import tracemalloc
import zipfile
from dataclasses import replace

import pytest

from app.domain.change import ChangeState
from app.domain.dossier import MANIFEST
from app.domain.event import NewEvent
from app.domain.host import Login
from app.domain.metric import Metric, WindowName
from app.domain.runbook import Runbook, Step, StepKind
from app.domain.verdict import Comparison, Verdict
from app.errors import NotFound, StoreError
from app.services.dossier_reading import check_dossier
from app.services.dossiers import export_dossier
from app.services.host import health, hosts
from app.services.host.health import CheckRequest
from app.services.metric import metrics
from app.services.run import execution
from app.tasks import TaskContext

PASSWORD, PASSPHRASE, SUDO = "canary-pass-7f3a", "canary-phrase-91cc", "canary-sudo-44de"


@pytest.fixture
def change(opened, made, ssh_host):
    """A change with a run, samples, a health report, and secrets kept on the way."""
    host = replace(ssh_host, login=Login.PASSWORD)
    desk = opened.desk
    hosts.keep_secret(host, PASSWORD, secrets=opened.secrets, desk=desk)
    hosts.keep_secret(ssh_host, PASSPHRASE, secrets=opened.secrets, desk=desk)
    hosts.hold_sudo_secret(ssh_host, SUDO, secrets=opened.secrets, desk=desk)
    metric = Metric("memory", "Memory", "%", query="memory", source="host", host=ssh_host.id)
    step = Step("f1", "Alter", StepKind.COMMAND, ssh_host.id, "printf '<b>\\033[31m=cmd()'")
    change = made(
        ChangeState.IMPLEMENT, runbook=Runbook((step,)), metrics=(metric,), baseline_s=1.0
    )
    context = TaskContext()
    metrics.measure(change.id, WindowName.BEFORE, with_=opened.measuring, context=context)
    request = CheckRequest(change=change.id)
    health.check_and_record(ssh_host, request, checking=opened.checking, context=context)
    run = execution.start_run(change.id, desk=desk)
    execution.play(run.id, opened.executors, desk=desk, context=context)
    return change


def export(services, change, target):
    return export_dossier(
        change.id,
        target,
        new_uow=services.new_uow,
        files=services.files,
        series=services.series,
    )


def rewritten(source, target, **members):
    """Copy an archive with members put in the place of others, or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in {*old.namelist(), *members}:
            data = members.get(name, b"") if name in members else old.read(name)
            if data is not None:
                new.writestr(name, data)
    return target


def test_a_dossier_is_whole_repeatable_and_finds_every_alteration(opened, change, tmp_path):
    first = export(opened, change, tmp_path / "first.zip")
    again = export(opened, change, tmp_path / "again.zip")
    assert first.read_bytes() == again.read_bytes()
    assert check_dossier(first) == ()
    assert not list(tmp_path.glob("*.part"))
    with zipfile.ZipFile(first) as archive:
        names = archive.namelist()
        kinds = {name.split("/")[0] for name in names}
        transcripts = [archive.read(n) for n in names if n.startswith("transcripts/")]
    assert {
        "change.json",
        "log.jsonl",
        "hosts.json",
        "runs",
        "health",
        "samples",
    } <= kinds
    assert any(b"<b>\x1b[31m=cmd()" in data for data in transcripts), "evidence is raw"

    spoiled = tmp_path / "spoiled.zip"
    data = first.read_bytes()
    for place in range(60, len(data), max(1, len(data) // 40)):
        flipped = bytearray(data)
        flipped[place] ^= 0x10
        spoiled.write_bytes(flipped)
        told = check_dossier(spoiled)
        if not told:  # a byte of the archive's own frame that carries nothing
            with zipfile.ZipFile(spoiled) as after, zipfile.ZipFile(first) as before:
                assert all(after.read(n) == before.read(n) for n in names)


def test_what_was_judged_is_in_a_dossier_that_its_own_reader_accepts(opened, change, tmp_path):
    with opened.new_uow() as uow:
        uow.comparisons.add(
            Comparison(f"{change.id}:memory", change.id, "memory", "Memory", Verdict.CHANGED)
        )
        uow.log.append(NewEvent("metrics.judged", "Judged", change.id))
        uow.commit()
    whole = export(opened, change, tmp_path / "d.zip")
    assert check_dossier(whole) == ()
    with zipfile.ZipFile(whole) as archive:
        assert f"verdicts/{change.id}_memory.json" in archive.namelist()


def test_added_altered_and_missing_members_are_named(opened, change, tmp_path):
    whole, other = export(opened, change, tmp_path / "d.zip"), tmp_path / "other.zip"
    assert check_dossier(rewritten(whole, other, **{"notes.txt": b"extra"})) == (
        "notes.txt is not in the manifest",
    )
    assert check_dossier(rewritten(whole, other, **{"change.json": b"{}"})) == (
        "change.json was altered",
    )
    assert check_dossier(rewritten(whole, other, **{"log.jsonl": None})) == (
        "log.jsonl is missing",
    )
    for manifest in (None, b"{}{", b'{"a": 1}', b"[1]", b'[{"name": "x"}]'):
        told = check_dossier(rewritten(whole, other, **{MANIFEST: manifest}))
        assert told == ("other.zip or its manifest cannot be read",), manifest
    other.write_bytes(b"no archive")
    assert check_dossier(other)


def test_a_member_that_stands_twice_is_found(opened, change, tmp_path):
    whole = export(opened, change, tmp_path / "d.zip")
    twice = shutil.copy(whole, tmp_path / "twice.zip")
    with (
        zipfile.ZipFile(whole) as archive,
        zipfile.ZipFile(twice, "a") as more,
        pytest.warns(UserWarning, match="Duplicate"),
    ):
        more.writestr("change.json", archive.read("change.json"))
    assert check_dossier(twice) == ("change.json stands there twice",)


def test_an_unknown_change_leaves_no_file(opened, tmp_path):
    target = tmp_path / "none.zip"
    with pytest.raises(NotFound):
        export_dossier(
            "none", target, new_uow=opened.new_uow, files=opened.files, series=opened.series
        )
    assert not list(tmp_path.glob("none.zip*"))


def said(services, change, file):
    """Let the step of the change have said what a file holds; return its SHA-256."""
    sha256, size = services.files.copy(file)
    with services.new_uow() as uow:
        [run] = uow.runs.list(change=change.id)
        [item] = run.steps
        uow.runs.save(run.with_step(replace(item, transcript=sha256, transcript_bytes=size)))
        uow.log.append(NewEvent("step.done", "Said", change.id))
        uow.commit()
    return sha256


def test_a_long_transcript_is_handed_over_block_by_block(opened, change, tmp_path):
    length = 96 << 20
    file = tmp_path / "long"
    with file.open("wb") as long:
        long.truncate(length)
    sha256 = said(opened, change, file)
    tracemalloc.start()
    try:
        whole = export(opened, change, tmp_path / "d.zip")
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 24 << 20
    assert check_dossier(whole) == ()
    with zipfile.ZipFile(whole) as archive:
        [name] = [name for name in archive.namelist() if name.startswith("transcripts/")]
        assert archive.getinfo(name).file_size == length
        members = json.loads(archive.read(MANIFEST))["members"]
    assert {m["sha256"] for m in members if m["name"] == name} == {sha256}


def test_altered_evidence_is_not_handed_over(opened, change, tmp_path):
    file = tmp_path / "said"
    file.write_bytes(b"said " * 1000)
    kept = opened.files.path(said(opened, change, file))
    kept.chmod(0o600)
    kept.write_bytes(b"Said " * 1000)
    with pytest.raises(StoreError, match="altered or damaged"):
        export(opened, change, tmp_path / "d.zip")
    assert not list(tmp_path.glob("d.zip*"))


def test_no_secret_is_in_any_file(opened, change, tmp_path, ssh_host):
    assert opened.secrets.get(ssh_host.sudo_secret) == SUDO
    dossier = export(opened, change, tmp_path / "d.zip")
    with zipfile.ZipFile(dossier) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(members["hosts.json"])[0]["name"] == ssh_host.name
    files = {
        str(path): path.read_bytes() for path in opened.data.rglob("*") if path.is_file()
    } | members
    assert len(files) > 10
    for secret in (PASSWORD, PASSPHRASE, SUDO):
        assert [name for name, data in files.items() if secret.encode() in data] == []
