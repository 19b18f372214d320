"""The tar reader against real programs, against Python's own reader, and against hostility."""

import hashlib
import io
import os
import subprocess
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import unpacking
from app.vault.tarheader import MAX_RECORDS, Member, MemberType, TarError, parse_header
from app.vault.tarstream import TarReader


def test_the_limits_are_those_of_every_archive():
    assert (unpacking.MOST_MEMBERS, unpacking.MOST_RATIO) == (1_000_000, 1000)
    assert TarReader()._max_members == unpacking.MOST_MEMBERS


class Collected:
    """Keeps what a reader tells."""

    def __init__(self) -> None:
        self.members: list[tuple[Member, str]] = []
        self.content: dict[bytes, bytearray] = {}

    def begin(self, member: Member) -> None:
        self.content[member.path] = bytearray(member.size if member.size < 1 << 24 else 0)

    def data(self, offset: int, chunk: memoryview) -> None:
        content = list(self.content.values())[-1]
        if content:
            content[offset : offset + len(chunk)] = chunk

    def end(self, member: Member, sha256: str) -> None:
        self.members.append((member, sha256))


def read(archive: bytes, piece: int = 1 << 20, **limits: int) -> Collected:
    found = Collected()
    reader = TarReader(found, **limits)
    for start in range(0, len(archive), piece):
        reader.feed(archive[start : start + piece])
    reader.finish()
    return found


NAMES = st.lists(
    st.binary(min_size=1, max_size=60).filter(
        lambda name: b"/" not in name and b"\0" not in name and name not in (b".", b"..")
    ),
    min_size=1,
    max_size=5,
).map(b"/".join)


@given(
    st.dictionaries(NAMES, st.binary(max_size=2000), max_size=6),
    st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
    st.integers(1, 3000),
)
def test_any_tree_reads_as_pythons_own_reader_reads_it(tree, form, piece):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as archive:
        for name, content in tree.items():
            info = tarfile.TarInfo("./" + os.fsdecode(name))
            info.size, info.mtime, info.mode = len(content), 1.5, 0o640
            archive.addfile(info, io.BytesIO(content))
    found = read(packed.getvalue(), piece)
    assert [member.path for member, _ in found.members] == list(tree)
    for (member, sha256), content in zip(found.members, tree.values(), strict=True):
        assert sha256 == hashlib.sha256(content).hexdigest()
        assert bytes(found.content[member.path]) == content
        assert member.mode == 0o640


@pytest.fixture(scope="module")
def odd_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("odd")
    (root / "plain").write_bytes(b"x" * 1000)
    os.link(root / "plain", root / "same")
    os.symlink("/etc/passwd", root / "outside")
    os.mkfifo(root / "fifo")
    (root / ("d" * 200)).mkdir()
    (root / ("d" * 200) / ("f" * 200)).write_bytes(b"deep")
    for name in (b"line\nbreak", b"'quo\"te", b"-rf", b"bad\xff\xfename", b" space "):
        Path(os.fsdecode(os.fsencode(root) + b"/" + name)).write_bytes(name)
    with open(root / "sparse", "wb") as file:
        for offset in (0, 1 << 20, 5 << 20):
            file.seek(offset)
            file.write(b"data")
        file.truncate(8 << 20)
    return root


@pytest.mark.parametrize(
    "command",
    [
        ("tar", "--format=pax", "--sparse", "--numeric-owner"),
        ("tar", "--format=gnu"),
        ("bsdtar", "--format=pax"),
        ("busybox", "tar"),
    ],
    ids=["gnu-pax", "gnu", "bsd", "busybox"],
)
def test_archives_of_real_programs_read_as_the_tree_they_came_from(command, odd_tree):
    if subprocess.run(["which", command[0]], capture_output=True, check=False).returncode:
        pytest.skip(f"{command[0]} is not installed")
    packed = subprocess.run(
        [*command, "-cf", "-", "-C", str(odd_tree), "."], capture_output=True, check=True
    ).stdout
    found = read(packed, 777)
    seen = {member.path: (member, sha256) for member, sha256 in found.members}
    expected = {os.fsencode(p.relative_to(odd_tree)) for p in odd_tree.rglob("*")}
    assert set(seen) - {b"."} == expected
    for path in expected:
        self = odd_tree / os.fsdecode(path)
        member, sha256 = seen[path]
        if self.is_symlink():
            assert (member.type, member.link) == (MemberType.SYMLINK, os.fsencode(self.readlink()))
        elif member.type is MemberType.HARDLINK:
            assert self.samefile(odd_tree / os.fsdecode(member.link))
        elif self.is_file():
            assert sha256 == hashlib.sha256(self.read_bytes()).hexdigest()
            assert member.size == self.stat().st_size
            assert member.mtime_ns // 10**9 == self.stat().st_mtime_ns // 10**9


def test_a_sparse_terabyte_is_read_without_being_expanded(tmp_path):
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(1 << 40)
        file.seek(1 << 30)
        file.write(b"here")
    packed = subprocess.run(
        ["tar", "--format=pax", "--sparse", "-cf", "-", "-C", str(tmp_path), "huge"],
        capture_output=True,
        check=True,
    ).stdout
    assert len(packed) < 20_000
    ((member, sha256),) = read(packed).members
    assert (member.size, member.sparse, sha256) == (1 << 40, True, "")


def archive_of(**fields: object) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo("name")
        for name, value in fields.items():
            setattr(info, name, value)
        archive.addfile(info, io.BytesIO(b"x" * max(0, info.size)))
    return packed.getvalue()


def test_the_end_mark_must_be_seen_and_be_the_end():
    whole = archive_of(size=700)
    for cut in (0, 511, 512, 900, 1535, 1536, 2047):
        with pytest.raises(TarError):
            read(whole[:cut])
    read(whole[: 1536 + 1024])
    with pytest.raises(TarError, match="follows the end"):
        read(whole + whole)


@pytest.mark.parametrize("position", [0, 120, 130, 150, 156])
def test_a_changed_header_is_refused(position):
    damaged = bytearray(archive_of(size=10))
    damaged[position] ^= 0x41
    with pytest.raises(TarError):
        read(bytes(damaged))


def signed_header(block: bytearray) -> bytes:
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize(
    ("start", "field", "words"),
    [
        (124, b"\xff" * 12, "impossible size"),
        (124, b"\x80" + b"\x7f" * 11, "impossible size"),
        (156, b"S", "unknown type"),
        (156, b"Z", "unknown type"),
        (124, b"not octal!!\0", "malformed"),
        (0, b"\0" * 100, "no usable name"),
    ],
)
def test_impossible_headers_are_refused(start, field, words):
    block = bytearray(archive_of()[:512])
    block[start : start + len(field)] = field
    with pytest.raises(TarError, match=words):
        read(signed_header(block) + bytes(1024))


@pytest.mark.parametrize(
    "records",
    [
        b"9999 path=x\n",
        b"0 path=x\n",
        b"xx path=x\n",
        b"12 size=-10\n\n",
        b"11 path=a\0b\n",
        b"12 mtime=x.y\n",
        b"29 GNU.sparse.map=0,1,2,3,4\n\n",
        b"22 GNU.sparse.major=1\n",
    ],
)
def test_malformed_extensions_are_refused(records):
    meta = bytearray(archive_of(size=len(records), type=tarfile.XHDTYPE)[:512])
    body = records.ljust(512, b"\0")
    with pytest.raises(TarError):
        read(bytes(meta) + body + archive_of(size=600))


def test_an_extension_of_very_many_records_is_refused_and_costs_little():
    records = b"5 a=\n" * (MAX_RECORDS + 1)
    meta = bytearray(archive_of(size=len(records), type=tarfile.XHDTYPE)[:512])
    body = records + bytes(-len(records) % 512)
    with pytest.raises(TarError, match="too many records"):
        read(bytes(meta) + body + archive_of(size=600))
    few = [b"%d n%05d=\n" % (11, number) for number in range(MAX_RECORDS // 2 + 1)]
    one = b"".join(few)
    head = bytearray(archive_of(size=len(one), type=tarfile.XGLTYPE)[:512])
    other = one.replace(b"n", b"m")
    archive = b"".join(bytes(head) + each + bytes(-len(each) % 512) for each in (one, other))
    with pytest.raises(TarError, match="too many records"):
        read(archive + archive_of(size=600))


def test_too_many_members_and_too_long_names_are_refused():
    many = b"".join(archive_of()[:512] for _ in range(5)) + bytes(1024)
    with pytest.raises(TarError, match="More than 4"):
        read(many, max_members=4)
    meta = bytearray(archive_of(type=tarfile.GNUTYPE_LONGNAME)[:512])
    meta[124:136] = b"%011o\0" % (2 << 20)
    with pytest.raises(TarError, match="beyond the limit"):
        read(signed_header(meta))


@given(st.binary(min_size=512, max_size=512) | st.sampled_from([bytes(512), b"\xff" * 512]))
def test_a_header_is_believed_only_with_the_sum_of_its_bytes(noise):
    header = noise[:124] + b"%011o\0" % 7 + noise[136:148] + b" " * 8 + b"x" + noise[157:]
    total = sum(header)
    assert parse_header(header[:148] + b"%06o\0 " % total + header[156:]).size == 7
    for wrong in (total - 1, total + 1, total % 65521 if total > 65521 else total + 65521):
        with pytest.raises(TarError, match="checksum"):
            parse_header(header[:148] + b"%06o\0 " % wrong + header[156:])


@given(st.binary(max_size=4000))
def test_noise_never_reads_as_an_archive(noise):
    with pytest.raises(TarError):
        read(noise)


@given(st.data())
def test_a_mutated_archive_reads_or_is_refused_but_nothing_else(data):
    packed = bytearray(archive_of(size=600, pax_headers={"comment": "x" * 300}))
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    with suppress(TarError):
        read(bytes(packed))
