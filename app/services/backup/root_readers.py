"""Programs that read as root for one source of a plan, and for nothing else.

A rule for tar, find or a shell would make its holder root: whoever chooses their arguments reads,
writes and runs what they like. So an exact rule needs a program that leaves no choice. It is a
text that we make and the server's own people read and install: the paths stand in it, it takes one
word, it writes nothing. Its name carries the hash of its text, so that another plan is another
program with rules of its own, and an old rule never reads for a new plan.
"""

import hashlib
import re
import shlex
from dataclasses import dataclass

from app.domain.backup import BackupSource, SourceKind
from app.errors import InvalidInput
from app.services.backup.source_paths import LISTED, TAR_OPTIONS, exclude_pattern, outermost

FOLDER = "/usr/local/sbin"
FILES, LIST, SIZE, HASHES, FACTS = "files", "list", "size", "hashes", "facts"
"""What a reader can be asked: the archive, names with sizes, the sum, hashes of named files."""
NO_TOOL = 69
"""How a reader ends that lacks a tool."""

_OPENING = r"""#!/bin/sh
# Reads, as root, for the backups of Change Desk: {what}
# Owner root, mode 0755. It takes one word and no other argument, and writes nothing.
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
[ "$#" -eq 1 ] && cd / || exit 64
"""
_FILES = r"""case $1 in
files)
    set --
    for option in {options}
    do
        tar "$option" -cf /dev/null -C /dev null >/dev/null 2>&1 </dev/null && set -- "$@" "$option"
    done
    exec tar "$@" {exclude}-cf - -C / -- {members} </dev/null ;;
list)
    exec find {paths} -xdev -printf '{listed}' </dev/null ;;
size)
    exec du -skx -- {paths} </dev/null ;;
hashes)
    # Names come in, one a line; only regular files below the paths are hashed, no link is followed.
    printf 'x\0' | grep -qzxF x || exit {no_tool}
    cat | {{
        exec 3<&0 </dev/null
        find {members} -xdev -type f -print0 | grep -zxF -f /dev/fd/3 | xargs -0 -r sha256sum -z --
    }} ;;
*)
    exit 64 ;;
esac
"""
_FACTS = "case $1 in facts) ;; *) exit 64 ;; esac\n"

FACTS_TEXT = r"""limit=
command -v timeout >/dev/null 2>&1 && limit='timeout 10'
fact() {
    title=$1; shift
    command -v "$1" >/dev/null 2>&1 || return 0
    printf '\n== %s: %s\n' "$title" "$*"
    $limit "$@" 2>&1 </dev/null | head -c 1048576
}
show() {
    title=$1; shift
    for file
    do
        [ -f "$file" ] && [ -r "$file" ] || continue
        printf '\n== %s: %s\n' "$title" "$file"
        head -c 262144 "$file"
    done
}
cd / || exit 1
fact 'Time' date -u
fact 'Kernel' uname -a
fact 'Uptime' uptime
show 'Operating system' /etc/os-release
fact 'Packages' dpkg-query -W -f '${binary:Package} ${Version} ${Status}\n'
fact 'Packages' rpm -qa
fact 'Packages' apk info -v
if [ -d /run/systemd/system ]
then
    fact 'Enabled services' systemctl list-unit-files --no-pager --no-legend --state=enabled
else
    for folder in /etc/systemd/system /etc/rc?.d /etc/runlevels
    do
        [ -d "$folder" ] && fact 'Enabled services' find "$folder" -type l
    done
fi
fact 'Running services' systemctl list-units --no-pager --no-legend --type=service
fact 'Failed services' systemctl list-units --no-pager --no-legend --failed
fact 'Timers' systemctl list-timers --no-pager --no-legend --all
fact 'Listening ports' ss -tulpnH
fact 'Network addresses' ip address
fact 'Routes' ip route
show 'Name resolution' /etc/resolv.conf /etc/hosts
fact 'Mounts' mount
show 'Mounts at start' /etc/fstab
fact 'Filesystems' df -Pk
fact 'Block devices' lsblk
show 'Scheduled jobs' /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/*
fact 'Firewall' nft list ruleset
fact 'Firewall' iptables-save
fact 'Kernel settings' sysctl -a
fact 'Loaded modules' lsmod
fact 'Users' getent passwd
fact 'Groups' getent group
fact 'Processes' ps -eo pid,ppid,user,lstart,args
"""
"""What a server is like, section by section; plain POSIX sh.

Where systemd does not run (sd_booted(3)), systemctl takes seconds to find out what the links in
these folders say at once.
"""


@dataclass(frozen=True, slots=True)
class RootReader:
    """One such program: what it is for, its text, and the words it takes."""

    what: str
    text: str
    words: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where it is installed."""
        return f"{FOLDER}/changedesk-read-{hashlib.sha256(self.text.encode()).hexdigest()[:12]}"

    @property
    def rules(self) -> tuple[str, ...]:
        """The commands that sudo must allow, each with its one word."""
        return tuple(f"{self.path} {word}" for word in self.words)


def reader_of(source: BackupSource) -> RootReader | None:
    """Return the program that reads a source as root; None for what takes a whole shell.

    Raises:
        InvalidInput: A path cannot stand in it.
    """
    match source.kind:
        case SourceKind.FILES:
            return _of_files(source)
        case SourceKind.FACTS:
            what = "what the system is like"
            text = f"{_OPENING.format(what=what)}{_FACTS}{FACTS_TEXT}exit 0\n"
            return RootReader(what, text, (FACTS,))
        case _:
            return None


def _of_files(source: BackupSource) -> RootReader:
    paths = outermost(source.paths)
    if not paths or any(re.search(r"[\0\r\n]", rule) for rule in source.exclude):
        raise InvalidInput("A rule of this source cannot stand in a program.")
    what = " ".join(map(shlex.quote, paths))
    body = _FILES.format(
        options=" ".join(TAR_OPTIONS),
        exclude="".join(
            f"{shlex.quote(f'--exclude={exclude_pattern(pattern)}')} " for pattern in source.exclude
        ),
        members=" ".join(shlex.quote(f".{path}") for path in paths),
        paths=what,
        listed=LISTED,
        no_tool=NO_TOOL,
    )
    return RootReader(what, f"{_OPENING.format(what=what)}{body}", (FILES, LIST, SIZE, HASHES))
