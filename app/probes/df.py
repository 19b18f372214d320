"""What ``df`` says of local file systems: shared by the checks of space and of inodes."""

import re
from typing import NamedTuple

from app.domain.health import Reading
from app.i18n import _
from app.probes.base import Found, Section, Strange, unknown

_SKIPPED = (
    *("tmpfs", "devtmpfs", "squashfs", "overlay", "iso9660", "efivarfs"),
    *("nfs", "nfs4", "cifs", "smbfs", "autofs"),
)
"""Remote file systems can hang for ever; images and memory are always full or empty."""
_ROW = re.compile(
    r".+? +(?P<used>[0-9]{1,19}|-) +(?P<free>[0-9]{1,19}|-) +(?:[0-9]+%|-) +(?P<at>/.*)"
)
_COMPLAINT = re.compile(r"df: (?P<at>/.*?): (?P<why>[^:]+)")


class Row(NamedTuple):
    """One file system: used and free in the unit that was asked for."""

    mount: str
    used: int
    free: int


def df_shell(option: str) -> str:
    """Return shell that prints df's table of local file systems, with its complaints.

    Containers often show nothing but an overlay, and small systems have a small df: then the root
    is asked for alone.
    """
    skipped = " ".join(f"-x {kind}" for kind in _SKIPPED)
    return f"""command -v df >/dev/null || exit 127
said=$(df -P{option} -l {skipped} 2>&1) || case $said in
    */*%*) ;;
    *) said=$(df -P{option} / 2>&1) ;;
esac
printf '%s\\n' "$said" """


def df_rows(section: Section, columns: str) -> tuple[list[Row], list[Found]]:
    """Return the table's rows, and what df could not tell; raises Strange.

    Args:
        section: What df said.
        columns: The heading between ``Filesystem`` and ``Mounted on``.
    """
    rows: list[Row] = []
    silent: list[Found] = []
    headed = False
    for line in section.lines:
        if found := _COMPLAINT.fullmatch(line):
            silent.append((found["at"], _no_answer(found["why"])))
        elif line.split() == ["Filesystem", *columns.split(), "Mounted", "on"]:
            headed = True
        elif headed and (found := _ROW.fullmatch(line)):
            if "-" not in (found["used"], found["free"]):
                rows.append(Row(found["at"], int(found["used"]), int(found["free"])))
        else:
            raise Strange(_("this is no table of df"))
    return rows, silent


def _no_answer(why: str) -> Reading:
    return unknown(_("df: {why}").format(why=why.strip()))
