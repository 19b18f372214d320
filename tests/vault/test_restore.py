"""Restoring on this computer: exact, into a folder of its own, and harmless whatever comes."""

import io
import os
import stat
import subprocess
import tarfile
from contextlib import chdir, suppress
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, Level, Outcome, SourceKind
from app.errors import BackupFailed, DiskFull, VaultDamaged
from app.tasks import TaskContext
from app.vault.extract import Comparer, Extractor, Listed
from app.vault.tarheader import TarError
from app.vault.tarstream import TarReader
from app.vault.tree import Tree, shown
from tests.vault.conftest import sources, take


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Every kind of file and every kind of name a server may have."""
    root = tmp_path / "odd"
    deep = root
    for _ in range(15):
        deep = deep / ("d" * 230)
    subprocess.run(["mkdir", "-p", root], check=True)
    with chdir(root):
        for _ in range(15):
            os.mkdir("d" * 230)
            os.chdir("d" * 230)
        Path("deep").write_text("at the end of a path of 3500 characters")
    for name in (
        b"new\nline",
        b"quo'te\"s",
        b"-rf",
        b"--",
        b"bad\xff\xfe",
        b" ",
        b"\x1b[31m",
        b"$(id)",
    ):
        Path(os.fsdecode(os.fsencode(root) + b"/" + name)).write_bytes(name * 3)
    (root / "f").mkdir()
    (root / "f" / ("n" * 255)).write_bytes(b"")
    (root / "plain").write_bytes(os.urandom(100_000))
    os.link(root / "plain", root / "f" / "same")
    os.symlink("plain", root / "inside")
    os.symlink("gone", root / "dangling")
    os.symlink("/etc/passwd", root / "outside")
    os.symlink("../" * 40, root / "above")
    os.mkfifo(root / "fifo")
    (root / "locked").write_text("no")
    (root / "locked").chmod(0)
    (root / "setuid").write_text("x")
    (root / "setuid").chmod(0o4755)
    (root / "closed").mkdir()
    (root / "closed" / "in").write_text("x")
    os.utime(root / "plain", ns=(1, 1_234_567_890_123_456_789))
    os.utime(root / "f", ns=(1, 987_654_321_000_000_001))
    (root / "closed").chmod(0o500)
    with open(root / "sparse", "wb") as file:
        file.truncate(1 << 40)
        file.seek(1 << 35)
        file.write(b"in the middle of nowhere")
    return root


def take_odd(vault, remote, odd):
    return take(vault, remote, BackupSource(SourceKind.FILES, remote.host.id, (str(odd),)))


def test_a_tree_of_every_kind_of_file_comes_back_exact(vault, remote, odd, tmp_path):
    taken = take_odd(vault, remote, odd)
    for level in (Level.INTACT, Level.READABLE, Level.MATCHES_SOURCE, Level.RESTORED):
        found = vault.verify(taken, level, by="ada", context=TaskContext(), remotes=(remote,))
        assert found.outcome is Outcome.PASSED, found.detail
    result = vault.restore(taken, tmp_path / "out", TaskContext())
    back = tmp_path / "out" / "01-files" / str(odd).lstrip("/")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert len(result.skipped) == 2
    assert {line.partition(":")[0].rpartition("/")[2] for line in result.skipped} == {
        "outside",
        "above",
    }
    assert (back / "sparse").stat().st_size == 1 << 40
    assert (back / "sparse").stat().st_blocks * 512 < 1 << 20
    assert (back / "plain").read_bytes() == (odd / "plain").read_bytes()
    assert (back / "plain").samefile(back / "f" / "same")
    assert (back / "plain").stat().st_mtime_ns == 1_234_567_890_123_456_789
    assert (back / "f").stat().st_mtime_ns == 987_654_321_000_000_001
    assert (back / "dangling").readlink() == Path("gone")
    assert stat.S_ISFIFO((back / "fifo").stat().st_mode)
    assert stat.S_IMODE((back / "setuid").stat().st_mode) == 0o755
    assert sorted(os.listdir(os.fsencode(back))) == sorted(
        name for name in os.listdir(os.fsencode(odd)) if name not in (b"outside", b"above")
    )


def test_restoring_never_writes_into_a_folder_that_exists(vault, remote, shop, tmp_path):
    taken = take(vault, remote, *sources(remote, shop))
    (tmp_path / "mine").mkdir()
    with pytest.raises(BackupFailed, match="exists already"):
        vault.restore(taken, tmp_path / "mine", TaskContext())
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_restore_that_does_not_fit_is_refused_before_it_begins(
    vault, remote, shop, tmp_path, monkeypatch
):
    taken = take(vault, remote, *sources(remote, shop))
    monkeypatch.setattr("app.vault.restore.free_bytes", lambda folder: 1000)
    with pytest.raises(DiskFull, match="are needed"):
        vault.restore(taken, tmp_path / "out", TaskContext())
    assert not (tmp_path / "out").exists()


def test_damage_is_noticed_before_a_restore_is_called_done(vault, remote, shop, tmp_path):
    taken = take(vault, remote, *sources(remote, shop))
    stored = vault.root / taken.path / "objects" / taken.objects[0].name
    data = bytearray(stored.read_bytes())
    data[-100] ^= 1
    stored.chmod(0o600)
    stored.write_bytes(bytes(data))
    with pytest.raises(VaultDamaged):
        vault.restore(taken, tmp_path / "out", TaskContext())
    assert not (tmp_path / "out").exists()
    with pytest.raises(BackupFailed, match="no folder"):
        vault.restore(taken, tmp_path / "not" / "there", TaskContext())


def altering(root: Path) -> TaskContext:
    """Alter one file once it is restored, but not its size or time."""

    def alter(_progress):
        for path in root.rglob("same.ini"):
            was, text = path.stat(), path.read_bytes()
            if text == b"workers = 2\n":
                path.write_bytes(b"workers = 3\n")
                os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))

    context = TaskContext(alter)
    context.MIN_GAP_S = 0.0
    return context


def test_a_restore_that_differs_from_its_set_is_none_and_proves_nothing(
    vault, remote, shop, tmp_path
):
    taken = take(vault, remote, *sources(remote, shop))
    with pytest.raises(BackupFailed, match=r"1 of \d+ restored members differ: .*same\.ini"):
        vault.restore(taken, tmp_path / "out", altering(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
    context = altering(vault.core.layout.scratch)
    found = vault.verify(taken, Level.RESTORED, by="", context=context, remotes=(remote,))
    assert found.outcome is Outcome.FAILED
    assert "same.ini" in found.detail


def packed(*members: tuple[str, bytes, str, bytes]) -> bytes:
    """Return an archive of (name, type, link, content)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, kind, link, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size, info.mode = kind, link, len(content), 0o644
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def unpack(archive: bytes, root: Path) -> Listed:
    root.mkdir()
    with Tree(root) as tree:
        extractor = Extractor(tree)
        try:
            reader = TarReader(extractor)
            reader.feed(archive)
            reader.finish()
            extractor.finish()
        finally:
            extractor.close()
        comparer = Comparer(tree, extractor.skipped)
        TarReader(comparer).feed(archive)
        assert comparer.differences.count == 0
    return extractor.skipped


FILE, LINK, HARD, CHAR = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/tmp/evil", "a/..", ".."])
def test_names_that_lead_out_are_refused(name, tmp_path):
    with pytest.raises(TarError, match="leads out"):
        unpack(packed((name, FILE, "", b"x")), tmp_path / "out")
    assert [p.name for p in tmp_path.rglob("*")] == ["out"]


@pytest.mark.parametrize(
    "members",
    [
        (("door", LINK, "../", b""), ("door/evil", FILE, "", b"x")),
        (("door", LINK, "/tmp", b""), ("door/evil", FILE, "", b"x")),
        (("evil", LINK, "../target", b""), ("evil", FILE, "", b"x")),
        (("a", LINK, ".", b""), ("a/b", LINK, "..", b""), ("a/b/evil", FILE, "", b"x")),
    ],
)
def test_nothing_is_written_through_a_link(members, tmp_path):
    with suppress(OSError, TarError):
        unpack(packed(*members), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert not Path("/tmp/evil").exists()


def test_folders_and_links_without_end_are_refused_and_files_are_not(tmp_path, monkeypatch):
    monkeypatch.setattr("app.vault.extract.MAX_KEPT", 4)
    files = [(f"file-{number}", FILE, "", b"x") for number in range(9)]
    links = [(f"link-{number}", LINK, "file-0", b"") for number in range(5)]
    assert unpack(packed(*files, *links[:4]), tmp_path / "few").count == 0
    with pytest.raises(TarError, match="More than 4 folders and links"):
        unpack(packed(*files, *links), tmp_path / "many")


@pytest.mark.parametrize("link", ["../secret", "/etc/shadow", "a/../../secret"])
def test_hard_links_to_the_outside_are_refused(link, tmp_path):
    (tmp_path / "secret").write_text("s")
    with pytest.raises(TarError, match="leads out"):
        unpack(packed(("grab", HARD, link, b"")), tmp_path / "out")
    assert not (tmp_path / "out" / "grab").exists()


def test_hard_links_through_a_symbolic_link_are_refused(tmp_path):
    (tmp_path / "secret").write_text("s")
    members = (("door", LINK, "d/..", b""), ("grab", HARD, "door/secret", b""))
    with pytest.raises(OSError, match=r"Not a directory|Too many"):
        unpack(packed(*members), tmp_path / "out")


def test_devices_and_links_to_the_outside_are_listed_and_not_made(tmp_path):
    skipped = unpack(
        packed(
            ("null", CHAR, "", b""),
            ("out", LINK, "/etc", b""),
            ("up", LINK, "../x", b""),
            ("fine", LINK, "sub/../other", b""),
            ("lost", HARD, "nowhere", b""),
        ),
        tmp_path / "out",
    )
    assert skipped.paths == {b"null", b"out", b"up", b"lost"}
    assert os.listdir(tmp_path / "out") == ["fine"]


@pytest.mark.parametrize("link", ["a/b/up/../..", "a/b/up/x/../../..", "./a/b/up//.."])
def test_a_link_that_leads_out_by_way_of_another_one_is_not_made(link, tmp_path):
    (tmp_path / "secret").write_text("s")
    members = (("a/b/up", LINK, "../..", b""), ("door", LINK, link, b""))
    skipped = unpack(packed(*members), tmp_path / "out")
    assert skipped.paths == {b"door"}
    assert os.path.realpath(tmp_path / "out" / "a" / "b" / "up") == str(tmp_path / "out")
    assert not (tmp_path / "out" / "door").is_symlink()


LEAD_OUT_THERE = ("..\\evil", "C:\\evil", "C:evil", "a/..\\..\\evil", "\\\\server\\share\\evil")
NO_NAMES_THERE = (
    "a:stream",
    "NUL",
    "con.txt",
    "a/COM1/b",
    "end.",
    "end ",
    "bell\x07",
    "a?b",
    "a*b",
)


@pytest.mark.parametrize("name", [*LEAD_OUT_THERE, *NO_NAMES_THERE])
def test_what_windows_reads_as_another_place_or_device_is_not_made_there(
    name, tmp_path, monkeypatch
):
    assert unpack(packed((name, FILE, "", b"x")), tmp_path / "here").count == 0
    monkeypatch.setattr("app.vault.tree.IS_WINDOWS", True)
    members = ((name, FILE, "", b"x"), ("fine", FILE, "", b"y"), ("door", LINK, name, b""))
    skipped = unpack(packed(*members), tmp_path / "out")
    assert name.encode() in skipped.paths
    made = {"fine"} if "\\" in name or ":" in name else {"fine", "door"}
    assert set(os.listdir(tmp_path / "out")) == made
    with Tree(tmp_path / "out") as tree, pytest.raises(TarError):
        tree.at(name.encode(), make=True)


def test_a_file_stored_twice_comes_back_as_it_was_last(tmp_path):
    archive = packed(("a", FILE, "", b"old"), ("b", FILE, "", b"b"))[:2048]
    archive += packed(("a", FILE, "", b"new"))
    root = tmp_path / "out"
    root.mkdir()
    with Tree(root) as tree:
        extractor = Extractor(tree)
        TarReader(extractor).feed(archive)
        extractor.finish()
    assert (root / "a").read_bytes() == b"new"


def test_a_comparison_sees_every_kind_of_difference(tmp_path):
    archive = packed(
        ("content", FILE, "", b"abc"),
        ("size", FILE, "", b"abc"),
        ("mode", FILE, "", b"abc"),
        ("time", FILE, "", b"abc"),
        ("gone", FILE, "", b"abc"),
        ("kind", FILE, "", b"abc"),
        ("link", LINK, "content", b""),
        ("hard", HARD, "size", b""),
    )
    root = tmp_path / "out"
    unpack(archive, root)
    os.utime(root / "content", ns=(0, 0))
    (root / "content").write_bytes(b"abX")
    os.utime(root / "content", ns=(0, 0))
    (root / "size").write_bytes(b"abcd")
    (root / "mode").chmod(0o600)
    os.utime(root / "time", ns=(1, 1))
    (root / "gone").unlink()
    (root / "kind").unlink()
    (root / "kind").mkdir()
    (root / "link").unlink()
    os.symlink("size", root / "link")
    (root / "hard").unlink()
    (root / "hard").write_bytes(b"abc")
    with Tree(root) as tree:
        comparer = Comparer(tree, Listed())
        TarReader(comparer).feed(archive)
        comparer.close()
    assert comparer.differences.count == comparer.compared == 8


def test_names_are_shown_without_control_characters():
    assert shown(b"a\x1b[31m\nb\xff") == "a\\x1b[31m\\x0ab\\xff"
    assert len(shown(b"x" * 5000)) == 200
