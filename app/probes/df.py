"""What ``df`` says of local file systems: shared by the checks of space and of inodes."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.health import Reading
from app.i18n import _
from app.probes.base import Found, Section, Strange, unknown

_SKIPPED = (
    *("tmpfs", "devtmpfs", "squashfs", "overlay", "iso9660", "efivarfs"),
    *("nfs", "nfs4", "cifs", "smbfs", "autofs"),
)
"""Remote file systems can hang for ever; images and memory are always full or empty."""
_OUTPUT = "size,used,avail,pcent,itotal,iused,iavail,ipcent,target"
_WIDE = "1K-blocks Used Avail Use% Inodes IUsed IFree IUse% Mounted on"
_SOME, _PERCENT = "(?:[0-9]{1,19}|-)", "(?:[0-9]+%|-)"
_READ = f"(?P<used>{_SOME}) +(?P<free>{_SOME}) +{_PERCENT}"
_PASSED = f"{_SOME} +{_SOME} +{_PERCENT}"
_COMPLAINT = re.compile(r"df: (?P<at>/.*?): (?P<why>[^:]+)")


class Row(NamedTuple):
    """One file system: used and free in the unit that was asked for."""

    mount: str
    used: int
    free: int


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns count: their heading in a table of their own, and the row of the wide table."""

    heading: str
    wide: re.Pattern[str]

    def row_below(self, words: list[str]) -> re.Pattern[str] | None:
        """Return what a row looks like below a heading, None where this is none."""
        heading = " ".join(words)
        if heading == _WIDE:
            return self.wide
        return _NARROW if heading == f"Filesystem {self.heading} Mounted on" else None


_NARROW = re.compile(rf".+? +{_READ} +(?P<at>/.*)")
SPACE = Columns(
    "1024-blocks Used Available Capacity",
    re.compile(rf" *{_SOME} +{_READ} +{_SOME} +{_PASSED} +(?P<at>/.*)"),
)
INODES = Columns(
    "Inodes IUsed IFree IUse%",
    re.compile(rf" *{_SOME} +{_PASSED} +{_SOME} +{_READ} +(?P<at>/.*)"),
)


def df_shell(option: str) -> str:
    """Return shell that prints df's table of local file systems, with its complaints.

    GNU's df tells blocks and inodes in one table, which is kept for the next that asks. Containers
    often show nothing but an overlay, and small systems have a small df: then the root is asked for
    alone.
    """
    skipped = " ".join(f"-x {kind}" for kind in _SKIPPED)
    return f"""command -v df >/dev/null || return 127
[ -n "${{disks-}}" ] || disks=$(df -kl --output={_OUTPUT} {skipped} 2>&1) || case $disks in
    *%*/*) ;;
    *'no file systems'*) disks=$(df -k --output={_OUTPUT} / 2>&1) ;;
    *) disks=no ;;
esac
case $disks in *%*) printf '%s\\n' "$disks"; return 0 ;; esac
said=$(df -P{option} -l {skipped} 2>&1) || case $said in
    */*%*) ;;
    *) said=$(df -P{option} / 2>&1) ;;
esac
printf '%s\\n' "$said" """


def df_rows(section: Section, columns: Columns) -> tuple[list[Row], list[Found]]:
    """Return the table's rows, and what df could not tell; raises Strange."""
    rows: list[Row] = []
    silent: list[Found] = []
    row: re.Pattern[str] | None = None
    for line in section.lines:
        if found := _COMPLAINT.fullmatch(line):
            silent.append((found["at"], _no_answer(found["why"])))
        elif heading := columns.row_below(line.split()):
            row = heading
        elif row and (found := row.fullmatch(line)):
            if "-" not in (found["used"], found["free"]):
                rows.append(Row(found["at"], int(found["used"]), int(found["free"])))
        else:
            raise Strange(_("this is no table of df"))
    return rows, silent


def _no_answer(why: str) -> Reading:
    return unknown(_("df: {why}").format(why=why.strip()))
