"""Files as evidence: kept once under their hash, never trusted, shown as text only."""

import hashlib
import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.change import ChangeState
from app.domain.need import EvidenceKind
from app.errors import IllegalMove, InvalidInput
from app.services import attachments
from app.services.attachments import Found, attach, clean_name, detach, is_text, mime_of, shown_text
from app.services.change import changes
from app.services.dossier_reading import check_dossier
from app.services.dossiers import export_dossier

LOG = b"2026-11-14 12:00 ERROR orders: pool exhausted\n"


def keep(services, change, found):
    return attach(found, change.id, desk=services.desk, files=services.files)


def test_a_file_is_frozen_with_who_when_and_from_where(opened, made, clock):
    change = made()
    kept = keep(opened, change, Found("orders.log", LOG, "/var/log/orders.log", shows_need=True))
    (item,) = kept.attachments
    assert item.sha256 == hashlib.sha256(LOG).hexdigest()
    assert (item.name, item.mime, item.size) == ("orders.log", "text/plain", len(LOG))
    assert (item.source, item.captured_by, item.captured_at) == (
        "/var/log/orders.log", "Nomsa", clock.now(),
    )  # fmt: skip
    assert opened.files.get(item.sha256) == LOG
    record = kept.need.evidence[-1]
    assert (record.kind, record.title, record.file) == (
        EvidenceKind.LOG, "orders.log", item.sha256,
    )  # fmt: skip
    event = opened.queries.events(change=change.id)[0]
    assert event.kind == "evidence.attached"
    assert item.sha256 in event.refs


def test_the_same_file_is_kept_once(opened, made):
    change = made()
    first = keep(opened, change, Found("a.log", LOG, "here"))
    assert keep(opened, change, Found("a.log", LOG, "here")) == first
    assert len(keep(opened, change, Found("b.log", LOG, "there")).attachments) == 2


def test_what_is_empty_too_big_or_no_file_is_refused(opened, made, tmp_path, monkeypatch):
    change = made()
    with pytest.raises(InvalidInput, match="is empty"):
        keep(opened, change, Found("a.log", b"", "here"))
    monkeypatch.setattr(attachments, "MOST_BYTES", 10)
    big = tmp_path / "big.log"
    big.write_bytes(b"x" * 11)
    with pytest.raises(InvalidInput, match="bigger than 10"):
        attachments.read_file(big)
    with pytest.raises(InvalidInput, match="no ordinary file"):
        attachments.read_file(tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InvalidInput, match="no ordinary file"):
        attachments.read_file(pipe)
    with pytest.raises(InvalidInput, match="cannot be read"):
        attachments.read_file(tmp_path / "gone")
    monkeypatch.setattr(attachments, "MOST_TOGETHER", 15)
    keep(opened, change, Found("a", b"x" * 9, "here"))
    with pytest.raises(InvalidInput, match="would be more than"):
        keep(opened, change, Found("b", b"y" * 9, "here"))


def test_evidence_comes_off_only_while_a_change_is_planned(opened, made):
    change = made()
    kept = keep(opened, change, Found("a.log", LOG, "here", shows_need=True))
    sha256 = kept.attachments[0].sha256
    off = detach(change.id, sha256, desk=opened.desk)
    assert off.attachments == ()
    assert off.need.evidence[-1].file == ""
    assert opened.files.get(sha256) == LOG, "the bytes stay, the log still names them"
    assert detach(change.id, sha256, desk=opened.desk) == off
    keep(opened, change, Found("a.log", LOG, "here"))
    with opened.new_uow() as uow:
        changes.moved(uow.changes.get(change.id), ChangeState.SCHEDULED, uow, desk=opened.desk)
        uow.commit()
    with pytest.raises(IllegalMove, match="while a change is being planned"):
        detach(change.id, sha256, desk=opened.desk)


def test_a_closed_change_takes_no_more(opened, made):
    change = made(ChangeState.CLOSED)
    with pytest.raises(IllegalMove, match="is closed"):
        keep(opened, change, Found("a.log", LOG, "here"))


def test_keeping_a_file_voids_no_approval(opened, made):
    change = made()
    assert keep(opened, change, Found("a.log", LOG, "here")).plan_hash == change.plan_hash


def test_the_dossier_hands_the_files_over(opened, made, tmp_path):
    change = made()
    keep(opened, change, Found("../../etc/evil.log", LOG, "here"))
    target = export_dossier(
        change.id, tmp_path / "d.zip",
        new_uow=opened.new_uow, files=opened.files, series=opened.series,
    )  # fmt: skip
    assert check_dossier(target) == ()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("orders.log", "orders.log"),
        ("/var/log/orders.log", "orders.log"),
        ("C:\\logs\\orders.log", "orders.log"),
        ("../../x", "x"),
        ("..", "file"),
        ("a\nb\x1b[31m.log", "a_b_[31m.log"),
        ('q"<>|?*.log', "q______.log"),
        ("x\u202egnp.exe", "x_gnp.exe"),
        (" . ", "file"),
    ],
)
def test_names_are_made_harmless(name, clean):
    assert clean_name(name) == clean


@given(st.text(max_size=300))
def test_a_clean_name_stays_in_its_folder(name):
    clean = clean_name(name)
    assert clean
    assert len(clean) <= 120
    assert not set(clean) & set('/\\<>:"|?*\0\n\r')
    assert clean not in (".", "..")
    assert clean_name(clean) == clean


@given(st.binary(max_size=2000))
def test_any_bytes_can_be_shown_and_nothing_in_them_is_obeyed(data):
    lines = shown_text(data)
    assert bool(lines) == is_text(data)
    assert not any(ord(letter) < 0x20 and letter != "\t" for line in lines for letter in line)


def test_the_type_follows_the_name_unless_the_bytes_say_otherwise():
    assert mime_of("a.csv", b"a,b\n") == "text/csv"
    assert mime_of("a.html", b"<b>") == "text/html"
    assert mime_of("a.png", b"\x89PNG\0") == "image/png"
    assert mime_of("a.txt", b"\0\1\2") == "application/octet-stream"
    assert mime_of("a.exe", b"plain words") == "text/plain"


def test_a_detached_file_leaves_no_trace_in_an_unrelated_record(opened, made):
    change = made()
    keep(opened, change, Found("a.log", LOG, "here", shows_need=True))
    kept = keep(opened, change, Found("b.log", LOG + b"x", "here", shows_need=True))
    off = detach(change.id, kept.attachments[0].sha256, desk=opened.desk)
    assert [bool(item.file) for item in off.need.evidence[-2:]] == [False, True]
    assert replace(off, version=kept.version).attachments == kept.attachments[1:]
