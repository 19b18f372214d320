"""The tree of what is inside: read from the index alone, page by page, searched, then gone."""

import os
import time

import pytest

from app.domain.backup import BackupSource, SourceKind
from app.tasks import TaskCancelled, TaskContext
from app.vault.restoring.browse import SetCatalogue
from app.vault.tarheader import Member, MemberType
from tests.vault.conftest import sources, take
from tests.vault.local_remote import HOST


def paths(page) -> list[str]:
    return [entry.path for entry in page.entries]


def test_the_tree_shows_folders_first_and_what_each_entry_is(vault, remote, shop):
    catalogue = vault.browse(take(vault, remote, *sources(remote, shop)), TaskContext(), HOST.id)
    root = catalogue.children(0, 0, 50)
    assert [entry.name for entry in root.entries] == [
        "tmp",
        "/".join((str(shop), "shop.sqlite")),
        "System facts",
    ]
    folder = root.entries[0]
    while folder.path != str(shop):
        (folder,) = catalogue.children(folder.id, 0, 50).entries
    inside = catalogue.children(folder.id, 0, 50)
    assert [entry.name for entry in inside.entries] == [
        "conf",
        "empty",
        "big.bin",
        "link.ini",
        "same.ini",
    ]
    conf, empty, big, link, _ = inside.entries
    assert (conf.children, empty.children) == (1, 0)
    assert (big.size, big.mode, big.is_folder) == (300_000, 0o644, False)
    assert link.link == "conf/shop.ini"
    catalogue.close()


def test_pages_follow_each_other_without_gap_or_double(vault, remote, tmp_path):
    root = tmp_path / "many"
    root.mkdir()
    for number in range(25):
        (root / f"file-{number:02d}").write_text("x")
    taken = take(vault, remote, BackupSource(SourceKind.FILES, remote.host.id, (str(root),)))
    catalogue = vault.browse(taken, TaskContext(), HOST.id)
    (found,) = catalogue.search("many", 1).entries
    seen, more = [], True
    while more:
        page = catalogue.children(found.id, len(seen), 10)
        seen += page.entries
        more = page.more
    assert [entry.name for entry in seen] == sorted(os.listdir(root))
    catalogue.close()


def test_search_finds_any_part_of_a_path_literally(vault, remote, tmp_path):
    root = tmp_path / "odd"
    root.mkdir()
    for name in ("50%_off.txt", "50x_off.txt", "Back\\slash", "new\nline"):
        (root / name).write_text("x")
    taken = take(vault, remote, BackupSource(SourceKind.FILES, remote.host.id, (str(root),)))
    catalogue = vault.browse(taken, TaskContext(), HOST.id)
    assert [e.name for e in catalogue.search("50%_", 9).entries] == ["50%_off.txt"]
    assert [e.name for e in catalogue.search("BACK\\S", 9).entries] == ["Back\\slash"]
    assert [e.name for e in catalogue.search("new", 9).entries] == ["new\\x0aline"]
    assert catalogue.search("  ", 9).entries == ()
    assert catalogue.search("off", 1).more
    catalogue.close()


def test_search_finds_every_alphabet_in_any_case_and_however_accents_are_stored(
    vault, remote, tmp_path
):
    root = tmp_path / "letters"
    root.mkdir()
    for name in ("Prüfung.txt", "Stra\u00dfe.txt", "ΑΘΗΝΑ.txt", "Cafe\u0301.txt"):
        (root / name).write_text("x")
    taken = take(vault, remote, BackupSource(SourceKind.FILES, remote.host.id, (str(root),)))
    catalogue = vault.browse(taken, TaskContext(), HOST.id)
    typed = {"PRÜFUNG": "Prüfung.txt", "strasse": "Stra\u00dfe.txt", "αθηνα": "ΑΘΗΝΑ.txt"}
    for text, name in (typed | {"CAF\u00c9": "Cafe\u0301.txt"}).items():
        assert [entry.name for entry in catalogue.search(text, 9).entries] == [name]
    catalogue.close()


def test_nothing_of_the_index_stays_on_disk(vault, remote, shop):
    taken = take(vault, remote, *sources(remote, shop))
    catalogue = vault.browse(taken, TaskContext(), HOST.id)
    assert list(vault.root.glob("scratch/*/tree.sqlite"))
    catalogue.close()
    assert list(vault.root.glob("scratch/*")) == []
    stopped = TaskContext()
    stopped.cancel()
    with pytest.raises(TaskCancelled):
        vault.browse(taken, stopped, HOST.id)
    assert list(vault.root.glob("scratch/*")) == []


@pytest.fixture
def large(vault, remote, shop, monkeypatch):
    """A catalogue of many entries, as their index would give them."""

    def make(count: int) -> tuple[SetCatalogue, float]:
        taken = take(vault, remote, *sources(remote, shop))

        def index(_reader, record, sink):
            for number in range(count):
                path = b"data/%03d/%03d/file-%07d.dat" % (number % 97, number % 11, number)
                member = Member(path, MemberType.FILE, number, 0o644, 0, 0, 0)
                sink._on_member(member, "")

        monkeypatch.setattr("app.vault.reading.SetReader.index", index)
        started_s = time.monotonic()
        catalogue = vault.browse(taken, TaskContext(), HOST.id)
        return catalogue, time.monotonic() - started_s

    return make


def time_of(call) -> float:
    started_s = time.monotonic()
    call()
    return time.monotonic() - started_s


@pytest.mark.parametrize("count", [50_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_a_large_tree_is_read_page_by_page(large, count):
    catalogue, filled_s = large(count)
    assert catalogue.count == count + 1 + 97 * 12 + 2
    page_s = time_of(lambda: catalogue.children(0, 0, 200))
    folder = catalogue.search("data/096/010", 1).entries[0]
    deep_s = time_of(lambda: catalogue.children(folder.id, 0, 200))
    search_s = time_of(lambda: catalogue.search(f"{count - 1:07d}", 200))
    assert len(catalogue.search(f"{count - 1:07d}", 200).entries) == 1
    catalogue.close()
    print(
        f"entries: {count}, filled: {filled_s:.2f} s, page: {page_s * 1000:.1f} ms, "
        f"deep page: {deep_s * 1000:.1f} ms, search: {search_s * 1000:.1f} ms"
    )
    assert max(page_s, deep_s) < 0.25
    assert search_s < 5.0
