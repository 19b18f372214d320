"""What comes from outside is distrusted: every trick is named, and nothing is unpacked."""

import hashlib
import io
import json
import stat
import warnings
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import unpacking
from app.domain.dossier import MANIFEST, SIGNATURE, Fault
from app.errors import InvalidInput, SecretsInside
from app.secrets import SessionSecrets
from app.services import dossier_reading
from app.services.attachments import Found, attach
from app.services.change.changes import Desk
from app.services.dossier_reading import open_dossier, read_member
from app.services.dossiers import Shelves, Voucher, export_dossier, hand_over
from app.services.people import own_signer
from tests.store.conftest import keep_changes
from tests.store.test_finder import examples


class LastingSecrets(SessionSecrets):
    """A keyring that outlives the program, as far as a test can tell."""

    lasting = True


SIGNER = own_signer("Nomsa", LastingSecrets())


@pytest.fixture
def whole(store, tmp_path):
    """A signed dossier of a change with a log entry of its own."""
    (change,) = keep_changes(store, [{"title": "Upgrade <b>PostgreSQL</b>"}])
    with store.unit_of_work() as uow:
        uow.changes.save(replace(change, description="=cmd()"))
        from app.domain.event import NewEvent

        uow.log.append(NewEvent("change.edited", "Edited", change.id))
        uow.log.append(NewEvent("change.noted", "Noted", change.id))
        uow.commit()
    return export_dossier(
        change.id, tmp_path / "d.zip", new_uow=store.unit_of_work, files=store.files,
        series=store.series, voucher=Voucher("Nomsa", SIGNER),
    )  # fmt: skip


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path, parts, infos=()):
    """Write an archive of parts, then of infos with their data; names may repeat."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
            for info, data in infos:
                archive.writestr(info, data)
    return path


def faults(path):
    return {(item.member, item.fault) for item in open_dossier(path).findings}


def test_another_installation_reads_everything_and_who_vouches_for_it(whole):
    found = open_dossier(whole)
    assert found.intact
    assert (found.change.title, found.change.description) == ("Upgrade <b>PostgreSQL</b>", "=cmd()")
    assert [event.kind for event in found.events] == ["change.edited", "change.noted"]
    assert found.manifest.log_head == found.events[-1].hash
    assert found.signed.by == "Nomsa"
    assert found.signed.fingerprint
    assert read_member(whole, found.manifest, "change.json") == members(whole)["change.json"]
    with pytest.raises(InvalidInput):
        read_member(whole, found.manifest, "../change.json")


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/passwd", "a/../../b", "a//b", "C:evil", "a\\b", ".", "runs/..", "x/"],
)
def test_names_that_lead_elsewhere_are_refused(whole, tmp_path, name):
    path = packed(tmp_path / "x.zip", members(whole), [(zipfile.ZipInfo(name), b"x")])
    with zipfile.ZipFile(path) as archive:
        stored = archive.infolist()[-1].filename
    assert (stored, Fault.NAME) in faults(path)


def test_links_and_devices_are_refused(whole, tmp_path):
    for kind in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO):
        info = zipfile.ZipInfo("link")
        info.external_attr = (kind | 0o777) << 16
        path = packed(tmp_path / "x.zip", members(whole), [(info, b"/etc/passwd")])
        assert ("link", Fault.LINK) in faults(path)


def test_a_repeated_member_is_told_and_not_believed(whole, tmp_path):
    parts = members(whole)
    again = (zipfile.ZipInfo("change.json"), parts["change.json"])
    found = open_dossier(packed(tmp_path / "x.zip", parts, [again]))
    assert {item.fault for item in found.findings} >= {Fault.TWICE}
    assert found.change is None


def test_a_bomb_is_stopped_at_the_size_the_manifest_says(whole, tmp_path):
    parts = members(whole)
    manifest = json.loads(parts[MANIFEST])
    bomb = b"\0" * (64 << 20)
    manifest["members"].append({"name": "bomb.txt", "size_bytes": 10, "sha256": "0" * 64})
    parts |= {"bomb.txt": bomb, MANIFEST: json.dumps(manifest)}
    path = packed(tmp_path / "x.zip", parts)
    assert path.stat().st_size < 1 << 20
    assert ("bomb.txt", Fault.ALTERED) in faults(path)


def test_an_archive_that_says_it_is_huge_or_endless_is_refused(whole, monkeypatch):
    monkeypatch.setattr(dossier_reading, "MAX_TOTAL_BYTES", 100)
    with pytest.raises(InvalidInput, match="too big"):
        open_dossier(whole)
    monkeypatch.setattr(dossier_reading, "MAX_TOTAL_BYTES", 1 << 40)
    monkeypatch.setattr(dossier_reading, "MAX_MEMBERS", 2)
    with pytest.raises(InvalidInput, match="too big"):
        open_dossier(whole)


def test_a_member_that_becomes_far_more_than_it_is_is_not_unpacked(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "FREE_BYTES", 1 << 20)
    path = tmp_path / "bomb.zip"
    path.write_bytes(whole.read_bytes())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("bomb.txt", bytes(8 << 20))
    with pytest.raises(InvalidInput, match="too big"):
        open_dossier(path)


def test_members_that_share_their_bytes_are_refused(whole, tmp_path):
    data = bytearray(whole.read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first, second = archive.infolist()[:2]
    entry = data.rfind(second.filename.encode())
    place = entry - 46 + 42  # where the central directory says the member begins
    data[place : place + 4] = first.header_offset.to_bytes(4, "little")
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    assert Fault.OVERLAP in {fault for _member, fault in faults(path)}


def test_one_altered_byte_of_any_member_is_found_and_told_by_name(whole, tmp_path):
    parts = members(whole)
    tried = 0
    for name, data in parts.items():
        for place in {0, len(data) // 2, len(data) - 1}:
            altered = bytearray(data)
            altered[place] ^= 1
            path = packed(tmp_path / "x.zip", parts | {name: bytes(altered)})
            found = open_dossier(path)
            assert not found.intact, (name, place)
            signs = {name, SIGNATURE} if name == MANIFEST else {name}
            assert {item.member for item in found.findings} & signs, (name, place)
            tried += 1
    assert tried >= 3 * len(parts) - 2
    for name in parts:
        rest = {other: data for other, data in parts.items() if other != name}
        found = open_dossier(packed(tmp_path / "y.zip", rest))
        assert found.signed is None or not found.intact, name


def test_whoever_makes_the_manifest_anew_still_breaks_the_signature(whole, tmp_path):
    parts = members(whole)
    parts["change.json"] = parts["change.json"].replace(b"PostgreSQL", b"MySQL     ")
    parts[MANIFEST] = with_hash(parts, "change.json")
    assert faults(packed(tmp_path / "x.zip", parts)) == {(SIGNATURE, Fault.SIGNATURE)}
    del parts[SIGNATURE]
    found = open_dossier(packed(tmp_path / "y.zip", parts))
    assert (found.intact, found.signed) == (True, None)


def test_an_altered_log_entry_is_found_whatever_the_manifest_says(whole, tmp_path):
    parts = members(whole)
    lines = parts["log.jsonl"].splitlines()
    for change, words in (
        (lambda: [lines[0].replace(b"Edited", b"Erased"), lines[1]], "was altered"),
        (lambda: [lines[1], lines[0]], "is out of order"),
    ):
        altered = dict(parts, **{"log.jsonl": b"\n".join(change()) + b"\n"})
        altered[MANIFEST] = with_hash(altered, "log.jsonl")
        del altered[SIGNATURE]
        (finding,) = open_dossier(packed(tmp_path / "x.zip", altered)).findings
        assert finding.fault is Fault.LOG
        assert words in finding.text


def with_hash(parts, name):
    manifest = json.loads(parts[MANIFEST])
    for member in manifest["members"]:
        if member["name"] == name:
            member["sha256"] = hashlib.sha256(parts[name]).hexdigest()
            member["size_bytes"] = len(parts[name])
    return json.dumps(manifest).encode()


def test_a_form_that_is_not_known_is_said_and_the_rest_is_shown(whole, tmp_path):
    parts = members(whole)
    parts["change.json"] = b'{"state": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    parts[MANIFEST] = with_hash(parts, "change.json")
    del parts[SIGNATURE]
    found = open_dossier(packed(tmp_path / "x.zip", parts))
    assert {item.fault for item in found.findings} == {Fault.UNREADABLE}
    assert found.change is None
    assert len(found.events) == 2


@examples(150)
@given(st.data())
def test_no_flipped_bytes_make_it_fall_over(whole, tmp_path, data):
    raw = bytearray(whole.read_bytes())
    for _flip in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "flipped.zip"
    path.write_bytes(raw)
    try:
        found = open_dossier(path)
    except InvalidInput:
        return
    if found.intact:  # the byte carries nothing: a date, a version
        assert found.change == open_dossier(whole).change


def test_handing_over_signs_where_a_key_can_be_kept_and_is_logged(store, clock, tmp_path):
    (change,) = keep_changes(store, [{"title": "A"}])
    desk, shelves = Desk(store.unit_of_work, clock, "Nomsa"), Shelves(store.files, store.series)
    for secrets, signed in ((LastingSecrets(), True), (SessionSecrets(), False)):
        path = hand_over(change.id, tmp_path / "d.zip", desk=desk, shelves=shelves, secrets=secrets)
        assert (open_dossier(path).signed is not None) is signed
        with store.unit_of_work() as uow:
            last = uow.log.of(change.id)[-1]
        assert last.data == (("sha256", hashlib.sha256(path.read_bytes()).hexdigest()),)
    with pytest.raises(InvalidInput, match="cannot be written"):
        hand_over(
            change.id, tmp_path / "no" / "d.zip", desk=desk, shelves=shelves,
            secrets=SessionSecrets(),
        )  # fmt: skip


def test_what_looks_like_a_secret_is_named_before_it_goes_and_goes_as_it_is(store, clock, tmp_path):
    (change,) = keep_changes(store, [{"title": "A"}])
    desk, shelves = Desk(store.unit_of_work, clock, "Nomsa"), Shelves(store.files, store.series)
    leak = b"[db]\nurl = postgres://shop:hunter22@db/orders\n"
    for name, data in (("app.ini", leak), ("notes.txt", b"nothing, token of thanks")):
        attach(Found(name, data, "there"), change.id, desk=desk, files=store.files)
    target, keeper = tmp_path / "d.zip", SessionSecrets()
    with pytest.raises(SecretsInside, match=r"1 member .*-app\.ini") as refused:
        hand_over(change.id, target, desk=desk, shelves=shelves, secrets=keeper)
    assert not target.exists()
    assert "hunter22" not in refused.value.sentence()
    names = refused.value.names
    hand_over(change.id, target, desk=desk, shelves=shelves, secrets=keeper, accepted=names)
    assert open_dossier(target).intact
    with zipfile.ZipFile(target) as archive:
        assert archive.read(names[0]) == leak, "what the log has the hash of is not altered"
    with store.unit_of_work() as uow:
        assert f"may hold secrets, as was seen: {names[0]}" in uow.log.of(change.id)[-1].text


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InvalidInput, match="There is no file"):
        open_dossier(tmp_path / "none.zip")
