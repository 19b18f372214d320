"""The ends of dumps: what is whole is read as such, what is cut or altered is not."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault.databases.archive import ArchiveFormat, crc64
from app.vault.databases.copies import CopyReader
from app.vault.databases.dumps import MysqlFormat, RdbFormat
from app.vault.formats import FormatError
from tests.vault.databases.archives import archive, bson, ended, prelude, segment, shop

sizes = st.integers(1, 400)
documents = st.lists(
    st.builds(lambda n, text: bson(_id=n, text=text), st.integers(0, 9), st.text(max_size=20)),
    max_size=6,
)
collections = st.dictionaries(
    st.sampled_from(["a.x", "a.y", "b.x", "admin.system.users"]), documents, min_size=1
)


def fed(format_, data: bytes, size: int):
    for start in range(0, len(data), size):
        format_.feed(data[start : start + size])
    return format_


@given(collections, sizes)
def test_an_archive_is_read_in_any_pieces(made, size):
    found = fed(ArchiveFormat(checked=True), archive(made), size)
    assert found.finish() == sum(map(len, made.values()))
    assert {name: one.documents for name, one in found.collections.items()} == {
        name: len(one) for name, one in made.items()
    }


@given(collections, st.data())
def test_an_archive_that_is_cut_anywhere_is_not_whole(made, data):
    whole = archive(made)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(FormatError):
        fed(ArchiveFormat(), whole[:cut], 64).finish()


@given(st.data())
def test_a_flipped_bit_in_a_document_is_noticed(data):
    whole = archive(shop(20))
    start = whole.index(b"teatea")
    place = data.draw(st.integers(start, start + 50))
    flipped = bytearray(whole)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(FormatError):
        fed(ArchiveFormat(checked=True), bytes(flipped), 512).finish()


def test_collections_may_take_turns():
    one, two = bson(_id=1), bson(_id=2)
    whole = (
        prelude("a.x", "a.y")
        + segment("a.x", [one]) + segment("a.y", [two]) + segment("a.x", [two])
        + ended("a.y", [two]) + ended("a.x", [one, two])
    )  # fmt: skip
    assert fed(ArchiveFormat(checked=True), whole, 7).finish() == 3


def test_the_checksum_is_the_one_of_the_standard():
    assert crc64(b"123456789") == 0x995DC9BBDF1939FA  # CRC-64/XZ, catalogue of reveng
    assert crc64(b"6789", crc64(b"12345")) == 0x995DC9BBDF1939FA


@pytest.mark.parametrize("data", [b"", b"\x6d\xe2", b"noise" * 9, archive(shop())[:4]])
def test_what_is_no_archive_is_refused(data):
    with pytest.raises(FormatError):
        fed(ArchiveFormat(), data, 3).finish()


DUMP = b"""/*M!999999\\- enable the sandbox mode */
-- MariaDB dump 10.19  Distrib 10.11
--
CREATE TABLE `orders` (
  `id` int
);
INSERT INTO `orders` VALUES (1,'
CREATE TABLE `no`');
CREATE TABLE `od``d` (
);
DELIMITER ;;
CREATE PROCEDURE p() BEGIN
CREATE TABLE `inside` (a int);
END ;;
DELIMITER ;
-- Dump completed on 2026-01-01
"""


@given(sizes)
def test_a_dump_of_mysql_is_read_in_any_pieces(size):
    text = DUMP.replace(b"(1,'\nCREATE", b"(1,'\\nCREATE")  # a dump writes line feeds like that
    found = fed(MysqlFormat(), text, size)
    assert found.finish() == 2
    assert found.filled == {"orders"}


@given(st.integers(0, DUMP.index(b"-- Dump completed") + 10))
def test_a_dump_of_mysql_that_is_cut_is_not_whole(cut):
    with pytest.raises(FormatError):
        fed(MysqlFormat(), DUMP[:cut], 64).finish()


@pytest.mark.parametrize(
    "data",
    [b"", b"REDIS0010", b"REDIS0010\xff" + bytes(7), b"noise" * 20, b"REDIS0010" + bytes(9)],
)
def test_what_is_no_whole_file_of_redis_is_refused(data):
    with pytest.raises(FormatError):
        fed(RdbFormat(), data, 4).finish()


rows = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r\\"), max_size=12).map(str.encode),
    max_size=5,
)


@given(st.dictionaries(st.sampled_from(["public.a", 'public."b ""c"', "s.d"]), rows), sizes)
def test_rows_are_hashed_as_the_source_did(tables, size):
    text = b"SET x = 1;\n\n"
    for name, lines in tables.items():
        body = b"".join(line + b"\n" for line in lines)
        text += b"--\nCOPY %s (id, item) FROM stdin;\n%s\\.\n\n\n" % (name.encode(), body)
    found = fed(CopyReader(), text, size).tables
    assert {(t.name, t.rows, t.sha256) for t in found} == {
        (name, len(lines), hashlib.sha256(b"".join(x + b"\n" for x in lines)).hexdigest())
        for name, lines in tables.items()
    }
