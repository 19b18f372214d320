from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from app.store.place import Place, file_system_of, is_network_type, is_synced, place_of

MOUNTS = """\
22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /home/thabo/My\\040Share rw - cifs //server/share rw
24 22 0:22 / /srv/nfs rw - nfs4 server:/export rw
25 24 0:23 / /srv/nfs/scratch rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/thabo/data", "ext4"),
        ("/home/thabo/My Share/data", "cifs"),
        ("/srv/nfs", "nfs4"),
        ("/srv/nfs/scratch/data", "tmpfs"),
        ("/srv/nfs-not", "ext4"),
    ],
)
def test_the_nearest_mount_says_what_a_folder_is_on(folder, kind):
    assert file_system_of(PurePosixPath(folder), MOUNTS) == kind


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "virtiofs", "9p"])
def test_file_systems_that_lie_elsewhere_are_known(kind):
    assert is_network_type(kind)


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "overlay", "tmpfs", "zfs", "apfs", ""])
def test_file_systems_of_this_computer_are_not_suspected(kind):
    assert not is_network_type(kind)


@pytest.mark.parametrize(
    "folder",
    [
        PureWindowsPath(r"C:\Users\Thabo\OneDrive - Contoso\Change Desk"),
        PurePosixPath("/home/thabo/Dropbox/data"),
        PurePosixPath("/Users/thabo/Library/Mobile Documents/data"),
        PurePosixPath("/home/thabo/Nextcloud/data"),
    ],
)
def test_synced_folders_are_known_by_their_names(folder):
    assert is_synced(folder)


def test_an_ordinary_folder_is_local(tmp_path):
    assert place_of(tmp_path) is Place.LOCAL
    assert place_of(tmp_path / "Dropbox") is Place.SYNCED
    assert not is_synced(Path("/home/thabo/.local/share/Change Desk"))
