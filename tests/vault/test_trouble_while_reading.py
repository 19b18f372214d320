"""Real trouble on the server while tar reads: growing, vanishing, forbidden and special files."""

import os
import shutil
import socket
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.domain.ids import SetId, new_id
from app.domain.restore import RestoreWish
from app.errors import BackupFailed
from app.services.ports.vault import CaptureRequest
from app.tasks import Progress, TaskContext
from tests.vault.conftest import take
from tests.vault.local_remote import LocalRemote


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "srv"
    root.mkdir()
    (root / "a.bin").write_bytes(os.urandom(64 << 20))  # still being read when meddled with
    (root / "z.txt").write_text("last")
    return root


def take_meddling(vault, remote, root: Path, meddle, *more: str):
    """Take a set and meddle once, when the first bytes have arrived."""
    done = []

    def once(progress: Progress) -> None:
        if not done and str(root) in progress.text:
            done.append(progress)
            meddle()

    source = BackupSource(SourceKind.FILES, remote.host.id, (str(root), *more))
    request = CaptureRequest(SetId(new_id()), (remote.host,), (source,))
    return vault.capture(request, (remote,), TaskContext(once))


def grow(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(b"more")


def test_a_growing_file_is_captured_with_a_warning(vault, remote, tree):
    taken = take_meddling(vault, remote, tree, lambda: grow(tree / "a.bin"))
    assert taken.state is CaptureState.WITH_WARNINGS
    assert "a.bin: file changed as we read it" in taken.objects[0].warnings[0]
    proof = vault.verify(taken, Level.READABLE, by="", context=TaskContext())
    assert proof.outcome is Outcome.PASSED


def test_a_shrinking_file_is_captured_with_a_warning(vault, remote, tree):
    taken = take_meddling(vault, remote, tree, lambda: os.truncate(tree / "a.bin", 32 << 20))
    assert taken.state is CaptureState.WITH_WARNINGS
    assert "shrank" in " ".join(taken.objects[0].warnings)


def test_a_changing_key_is_not_captured_at_all(vault, remote, tree):
    (tree / "a.bin").rename(tree / "a.key")
    with pytest.raises(BackupFailed, match="file changed"):
        take_meddling(vault, remote, tree, lambda: grow(tree / "a.key"))


def test_a_vanishing_file_is_captured_with_a_warning(vault, remote, tree):
    taken = take_meddling(vault, remote, tree, (tree / "z.txt").unlink)
    assert taken.state is CaptureState.WITH_WARNINGS
    assert "z.txt: File removed before we read it" in taken.objects[0].warnings[0]


def test_a_socket_is_told_and_harms_nothing(vault, remote, tree):
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(tree)
        try:
            listener.bind("s")
        finally:
            os.chdir(here)
        source = BackupSource(SourceKind.FILES, remote.host.id, (str(tree),))
        taken = take(vault, remote, source)
    assert taken.state is CaptureState.CAPTURED
    assert "s: socket ignored" in taken.objects[0].warnings[0]


@pytest.fixture
def public(tree: Path) -> Iterator[Path]:
    """The tree where any user may enter, but one file that only its owner may read."""
    if os.geteuid() != 0 or shutil.which("runuser") is None:
        pytest.skip("needs root, to become somebody else")
    root = Path(tempfile.mkdtemp(prefix="public-"))
    root.chmod(0o755)
    (root / "open.txt").write_text("open")
    (root / "closed.txt").write_text("closed")
    (root / "closed.txt").chmod(0o600)
    yield root
    shutil.rmtree(root)


def test_a_forbidden_file_makes_the_set_partial_and_names_it(vault, remote, public):
    nobody = LocalRemote(shell=("/usr/sbin/runuser", "-u", "nobody", "--", "sh"))
    source = BackupSource(SourceKind.FILES, nobody.host.id, (str(public),))
    taken = take(vault, nobody, source)
    assert taken.state is CaptureState.PARTIAL
    assert "closed.txt: Cannot open: Permission denied" in taken.objects[0].warnings[0]
    assert not taken.usable
    for level in (Level.INTACT, Level.READABLE, Level.MATCHES_SOURCE, Level.RESTORED):
        proof = vault.verify(taken, level, by="", context=TaskContext(), remotes=(nobody,))
        assert proof.outcome is Outcome.PASSED, "what was captured is as good as any"


def test_an_ordinary_user_puts_back_what_is_his(vault, public):
    nobody = LocalRemote(shell=("/usr/sbin/runuser", "-u", "nobody", "--", "sh"))
    home = public / "home"
    home.mkdir()
    (home / "conf").mkdir()
    (home / "conf" / "app.ini").write_text("a = 1\n")
    for path in (home, home / "conf", home / "conf" / "app.ini"):
        shutil.chown(path, "nobody")
    wanted = BackupSource(SourceKind.FILES, nobody.host.id, (str(home / "conf"),))
    taken = take(vault, nobody, wanted)
    (home / "conf" / "app.ini").write_text("a = 2\n")
    vault.restore_on_host(taken, nobody, TaskContext(), RestoreWish())
    assert (home / "conf" / "app.ini").read_text() == "a = 1\n"


@pytest.mark.parametrize("flavour", ["busybox", "bsdtar"])
def test_small_and_foreign_tars_work_too(vault, tree, tmp_path, flavour):
    program = shutil.which(flavour)
    if program is None:
        pytest.skip(f"{flavour} is not installed")
    from tests.vault.local_remote import FEW_TOOLS, few_tools

    names = [name for name in FEW_TOOLS if name != "tar"]
    path = few_tools(tmp_path / "bin", *names)
    (tmp_path / "bin" / "tar").symlink_to(program)
    remote = LocalRemote(env={"PATH": path})
    os.symlink("z.txt", tree / "link")
    (tree / ("long" * 40)).write_text("long name")
    taken = take(vault, remote, BackupSource(SourceKind.FILES, remote.host.id, (str(tree),)))
    assert taken.state is CaptureState.CAPTURED, taken.objects
    for level in Level:
        proof = vault.verify(taken, level, by="", context=TaskContext(), remotes=(remote,))
        assert proof.outcome is Outcome.PASSED, proof.detail
    (tree / "z.txt").write_text("changed")
    vault.restore_on_host(taken, remote, TaskContext())
    assert (tree / "z.txt").read_text() == "last"


def test_attributes_and_rights_of_other_systems_come_back(vault, remote, tree):
    """Extended attributes, as file capabilities and labels of SELinux are kept in."""
    names = {"user.origin": b"hand\x00made"}
    if os.geteuid() == 0:
        names |= {"trusted.label": b"system_u", "security.label": b"unconfined"}
    try:
        for name, value in names.items():
            os.setxattr(tree / "z.txt", name, value)
    except OSError:
        pytest.skip("this file system keeps no extended attributes")
    wanted = BackupSource(SourceKind.FILES, remote.host.id, (str(tree),))
    taken = take(vault, remote, wanted)
    (tree / "z.txt").write_text("other")
    for name in names:
        os.removexattr(tree / "z.txt", name)
    vault.restore_on_host(taken, remote, TaskContext(), RestoreWish())
    found = {name: os.getxattr(tree / "z.txt", name) for name in os.listxattr(tree / "z.txt")}
    assert found.items() >= names.items()


def test_access_control_lists_come_back(vault, remote, tree):
    """As the kernel has them: somebody named may read, by a file's list and a folder's default."""
    everybody = 0xFFFFFFFF
    list_of = ((1, 6, everybody), (2, 4, 47001), (4, 4, everybody), (16, 6, everybody),
               (32, 0, everybody))  # fmt: skip
    rights = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in list_of)
    file, folder = "system.posix_acl_access", "system.posix_acl_default"
    try:
        os.setxattr(tree / "z.txt", file, rights)
        os.setxattr(tree, folder, rights)
    except OSError:
        pytest.skip("no disk with access control lists can be mounted here")
    wanted = BackupSource(SourceKind.FILES, remote.host.id, (str(tree),))
    taken = take(vault, remote, wanted)
    os.removexattr(tree / "z.txt", file)
    os.removexattr(tree, folder)
    (tree / "z.txt").write_text("other")
    vault.restore_on_host(taken, remote, TaskContext(), RestoreWish())
    assert (tree / "z.txt").read_text() == "last"
    assert os.getxattr(tree / "z.txt", file) == rights
    assert os.getxattr(tree, folder) == rights
