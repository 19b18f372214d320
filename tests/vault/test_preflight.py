"""The look before a backup: the same members as tar takes, and what rules leave out."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.backup import BackupSource, SourceKind
from app.domain.ids import SetId, new_id
from app.services.ports.vault import CaptureRequest
from app.tasks import TaskCancelled, TaskContext
from tests.vault.conftest import sources, take
from tests.vault.local_remote import FEW_TOOLS, LocalRemote, few_tools


def look(vault, remote, *wanted, context=None):
    request = CaptureRequest(SetId(new_id()), (remote.host,), wanted, by="ada")
    return vault.outlook(request, remote, context or TaskContext())


def files(remote, root: Path, *exclude: str) -> BackupSource:
    return BackupSource(SourceKind.FILES, remote.host.id, (str(root),), exclude)


def test_it_says_what_the_set_then_holds(vault, remote, shop):
    wanted = sources(remote, shop)
    found = look(vault, remote, *wanted)
    taken = take(vault, remote, *wanted)
    tree, database = found.sources
    assert tree.members == taken.objects[0].members
    assert database.plain_bytes == (shop / "shop.sqlite").stat().st_size
    assert found.is_ready
    assert 0 < tree.plain_bytes < taken.objects[0].plain_bytes
    assert found.spool_bytes == database.plain_bytes * 1.5
    assert found.free_there_bytes


def test_every_rule_says_what_it_leaves_out_and_the_idle_one_is_named(vault, remote, shop):
    (shop / "cache").mkdir()
    for number in range(3):
        (shop / "cache" / f"{number}.bin").write_bytes(os.urandom(50_000))
    found = look(vault, remote, files(remote, shop, "cache", "*.sqlite*", "*.tmp"))
    cache, database, idle = found.sources[0].left_out
    assert (cache.members, cache.plain_bytes) == (4, 150_000)
    assert cache.largest == (f"{shop}/cache",)
    assert database.members >= 1
    assert all("shop.sqlite" in name for name in database.largest)
    assert idle.is_idle
    assert idle.rule == "*.tmp"


NAMES = st.sampled_from(["a", "b", "log", "log.1", "x.tmp", "cache", "new\nline", "sp ace", "-rf"])
PATTERNS = st.sampled_from(["log", "*.tmp", "a/b", "cache*", "b", "/srv", "*", "x.?mp", "l*g"])


@given(
    st.lists(st.lists(NAMES, min_size=1, max_size=4), min_size=1, max_size=10),
    st.lists(PATTERNS, max_size=3, unique=True),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_counts_what_tar_takes(vault, remote, tmp_path_factory, trees, patterns):
    root = tmp_path_factory.mktemp("tree")
    for parts in trees:
        place = root.joinpath(*parts)
        if not any(parent.is_file() for parent in [place, *place.parents]):
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                place.write_bytes(b"x" * 100)
    tar = ["tar", "--one-file-system", *(f"--exclude={p}" for p in patterns), "-cvf", "/dev/null"]
    said = subprocess.run([*tar, "-C", "/", "--", f".{root}"], capture_output=True).stdout
    (found,) = look(vault, remote, files(remote, root, *patterns)).sources
    assert found.members == len(said.splitlines())
    total = 1 + sum(1 for _ in root.rglob("*"))
    assert found.members + sum(rule.members for rule in found.left_out) == total


def test_a_sparse_file_counts_by_what_it_holds_and_a_hard_link_once(vault, remote, tmp_path):
    root = tmp_path / "odd"
    root.mkdir()
    with (root / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    (root / "one").write_bytes(bytes([7]) * 40_000)
    os.link(root / "one", root / "two")
    (found,) = look(vault, remote, files(remote, root)).sources
    assert found.plain_bytes == 40_000
    assert found.members == 4


def test_what_is_not_there_is_a_problem_before_the_backup(vault, remote, tmp_path):
    found = look(vault, remote, files(remote, tmp_path / "gone"))
    assert "No such file" in found.sources[0].problem
    assert not found.is_ready


def test_a_host_whose_find_is_too_simple_says_so(vault, tmp_path, shop):
    tools = few_tools(tmp_path / "tools", *(tool for tool in FEW_TOOLS if tool != "find"))
    remote = LocalRemote(env={"PATH": tools})
    found = look(vault, remote, files(remote, shop))
    assert "find" in found.sources[0].problem
    assert not found.is_ready


def test_a_listing_that_breaks_off_is_not_believed(vault, tmp_path, shop):
    tools = Path(few_tools(tmp_path / "tools"))
    (tools / "find").rename(tools / "find.real")
    (tools / "find").write_text(
        '#!/bin/sh\ncase "$*" in *xdev*) find.real "$@" | head -c 150; kill -9 $PPID ;; esac\n'
        'exec find.real "$@"\n'
    )
    (tools / "find").chmod(0o755)
    remote = LocalRemote(env={"PATH": str(tools)})
    found = look(vault, remote, files(remote, shop))
    assert "to the end" in found.sources[0].problem


def test_it_can_be_stopped(vault, remote, shop):
    context = TaskContext()
    context.cancel()
    with pytest.raises(TaskCancelled):
        look(vault, remote, files(remote, shop), context=context)
