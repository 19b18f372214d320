"""Single members out of an archive: what is given on is an archive of them, byte for byte."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import VaultDamaged
from app.vault.restoring.picking import TarPicker

NAMES = st.lists(
    st.text(
        st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=140
    ).filter(lambda name: name not in (".", "..")),
    min_size=1,
    max_size=8,
    unique=True,
)


def archive(names: list[str], sizes: list[int]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, size in zip(names, sizes, strict=True):
            info = tarfile.TarInfo(f"./{name}")
            info.size, info.mtime = size, 1_700_000_000.5
            tar.addfile(info, io.BytesIO(name.encode()[:1] * size))
    return out.getvalue()


@given(NAMES, st.data())
def test_exactly_the_wanted_members_come_out_whole(names, data):
    sizes = [data.draw(st.sampled_from([0, 1, 511, 512, 513, 5000])) for _ in names]
    wanted = {name.encode() for name in names if data.draw(st.booleans())}
    whole, step = archive(names, sizes), data.draw(st.integers(1, 3000))
    out = bytearray()
    picker = TarPicker(lambda member: member.path in wanted, out.extend)
    for start in range(0, len(whole), step):
        picker.feed(whole[start : start + step])
    picker.finish()
    with tarfile.open(fileobj=io.BytesIO(bytes(out))) as tar:
        found = {
            m.name.removeprefix("./"): (m.size, m.mtime, tar.extractfile(m).read()) for m in tar
        }
    expected = {
        name: (size, 1_700_000_000.5, name.encode()[:1] * size)
        for name, size in zip(names, sizes, strict=True)
        if name.encode() in wanted
    }
    assert found == expected


def test_an_archive_that_is_cut_short_never_looks_whole():
    whole = archive(["a", "b"], [5000, 5000])
    picker = TarPicker(lambda member: True, lambda data: None)
    picker.feed(whole[:6000])
    with pytest.raises(VaultDamaged, match="end mark"):
        picker.finish()
