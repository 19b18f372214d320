"""The scripts a server runs for a backup; plain POSIX sh, values come as arguments only.

Whatever is an answer carries the nonce of its call, so that banners and profile noise are never
taken for one. Standard output carries data, standard error text and the closing control line.
"""

PROBE = r"""
LC_ALL=C; export LC_ALL
nonce=$1
say() { printf 'CD %s %s %s\n' "$nonce" "$1" "$2"; }
cd / || exit 1
say uid "$(id -u)"
say clock "$(date -u +%s)"
say machine_id "$(cat /etc/machine-id 2>/dev/null)"
say boot_id "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
for tool in tar nice ionice sqlite3 python3 pg_dump pg_dumpall runuser sudo sha256sum find xargs
do
    command -v "$tool" >/dev/null 2>&1 && say has "$tool"
done
say tar "$(tar --version 2>&1 | head -n 1)"
say pg_dump "$(pg_dump --version 2>/dev/null)"
say sqlite3 "$(sqlite3 --version 2>/dev/null)"
for option in --format=pax --numeric-owner --acls --xattrs --sparse --one-file-system \
    --pax-option=delete=atime,delete=ctime
do
    tar "$option" -cf - -C /dev null >/dev/null 2>&1 </dev/null && say tar_option "$option"
done
ionice -c 2 -n 7 true >/dev/null 2>&1 && say has ionice_works
sha256sum -z /dev/null >/dev/null 2>&1 && say has sha256sum_z
find /dev/null -printf '' >/dev/null 2>&1 && say has find_printf
id -u postgres >/dev/null 2>&1 && say has postgres_user
sudo -n -u postgres true >/dev/null 2>&1 && say has sudo_postgres
say end end
"""
"""Arguments: nonce. Answers what the server can do."""

ESTIMATE = r"""
LC_ALL=C; export LC_ALL
nonce=$1; shift
du -skx -- "$@" 2>/dev/null | while read -r kilobytes rest
do
    printf 'CD %s kilobytes %s\n' "$nonce" "$kilobytes"
done
printf 'CD %s end end\n' "$nonce"
"""
"""Arguments: nonce, paths. Answers how much they hold on the server's disk."""

COMMAND = r"""
LC_ALL=C; export LC_ALL
nonce=$1; name=$2; shift 2
cd / || exit 1
printf 'CD-BEGIN %s\n' "$nonce" >&2
printf 'CD-DATA %s\n' "$nonce"
"$@" </dev/null
code=$?
printf '\nCD-END %s %s=%d\n' "$nonce" "$name" "$code" >&2
exit "$code"
"""
"""Arguments: nonce, name of the producer, its command line. The command's output is the data."""

SQLITE = r"""
LC_ALL=C; export LC_ALL
nonce=$1; database=$2; copy_code=$3
umask 077
printf 'CD-BEGIN %s\n' "$nonce" >&2
finish() {
    printf '\nCD-END %s sqlite=%d bytes=%d cat=%d\n' "$nonce" "$1" "$2" "$3" >&2
    for code in "$1" "$3"
    do
        [ "$code" -eq 0 ] || exit "$code"
    done
    exit 0
}
if [ ! -f "$database" ]
then
    printf '%s: no such database file\n' "$database" >&2
    finish 66 0 0
fi
place=${TMPDIR:-/var/tmp}
find "$place" -maxdepth 1 -name 'changedesk.????????' -user "$(id -un)" -mtime +0 \
    -exec rm -rf -- {} + 2>/dev/null
folder=$(mktemp -d "$place/changedesk.XXXXXXXX") || finish 73 0 0
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
needed=$(du -sk -- "$database" | cut -f 1)
free=$(df -Pk -- "$folder" | awk 'NR == 2 { print $4 }')
if [ "$free" -lt $((needed + needed / 2)) ]
then
    printf 'the copy needs %s KiB, %s has %s KiB free\n' "$needed" "$folder" "$free" >&2
    finish 75 0 0
fi
copy=$folder/copy.sqlite
if command -v sqlite3 >/dev/null 2>&1
then
    sqlite3 -init /dev/null -bail -batch "$database" '.timeout 10000' \
        ".backup '$copy'" </dev/null >&2
    code=$?
elif command -v python3 >/dev/null 2>&1
then
    python3 -I -c "$copy_code" "$database" "$copy" </dev/null >&2
    code=$?
else
    printf 'neither sqlite3 nor python3 is installed\n' >&2
    code=127
fi
if [ "$code" -ne 0 ] || [ ! -s "$copy" ]
then
    [ "$code" -ne 0 ] || code=65
    finish "$code" 0 0
fi
bytes=$(wc -c <"$copy")
printf 'CD-DATA %s\n' "$nonce"
cat "$copy"
finish "$code" "$bytes" "$?"
"""
"""Arguments: nonce, database file, Python code of the fallback. Copies the live database first.

A copy that a killed connection left behind is removed by the next backup after a day.
"""

SQLITE_COPY = """
import sqlite3, sys
from contextlib import closing
with closing(sqlite3.connect(sys.argv[1], timeout=10)) as live:
    with closing(sqlite3.connect(sys.argv[2])) as copy:
        live.backup(copy)
"""
"""Python on the server, where the sqlite3 command is missing."""

FACTS = r"""
LC_ALL=C; export LC_ALL
nonce=$1
printf 'CD-BEGIN %s\n' "$nonce" >&2
printf 'CD-DATA %s\n' "$nonce"
limit=
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
fact 'Enabled services' systemctl list-unit-files --no-pager --no-legend --state=enabled
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
printf '\n== End of facts %s\n' "$nonce"
printf '\nCD-END %s facts=0\n' "$nonce" >&2
exit 0
"""
"""Arguments: nonce. Prints what the server was like, section by section."""

HASHES = r"""
LC_ALL=C; export LC_ALL
nonce=$1; base=$2; shift 2
cd -- "$base" || exit 1
printf 'CD-DATA %s\n' "$nonce"
xargs -0 sha256sum "$@" --
code=$?
printf '\nCD-END %s sha256sum=%d\n' "$nonce" "$code" >&2
exit "$code"
"""
"""Arguments: nonce, base folder, ``-z`` or nothing. File names come on stdin, NUL-separated."""

LISTING = r"""
LC_ALL=C; export LC_ALL
nonce=$1; base=$2
cd -- "$base" || exit 1
printf 'CD-DATA %s\n' "$nonce"
find . -mindepth 1 -printf '%y %m %U %G %s %T@ %i\0%p\0%l\0'
code=$?
printf '\nCD-END %s find=%d\n' "$nonce" "$code" >&2
exit "$code"
"""
"""Arguments: nonce, folder. Lists type, mode, owner, size, time, name and link of everything."""

FREE = r"""
LC_ALL=C; export LC_ALL
nonce=$1; shift
for folder
do
    printf 'CD %s free %s\n' "$nonce" "$(df -Pk -- "$folder" | awk 'NR == 2 { print $4 }')"
done
printf 'CD %s end end\n' "$nonce"
"""
"""Arguments: nonce, folders. Answers how many KiB are free in each."""

UNPACK = r"""
LC_ALL=C; export LC_ALL
nonce=$1; side=$2; shift 2
umask 077
printf 'CD-BEGIN %s\n' "$nonce" >&2
mkdir -- "$side" || exit 73
printf 'CD-DATA %s\n' "$nonce"
"$@"
code=$?
cat >/dev/null
printf '\nCD-END %s tar=%d\n' "$nonce" "$code" >&2
exit "$code"
"""
"""Arguments: nonce, side folder, the command that unpacks. The archive comes on stdin."""

RECEIVE_DATABASE = r"""
LC_ALL=C; export LC_ALL
nonce=$1; side=$2; original=$3; check_code=$4; uri=$5
umask 077
set -C
printf 'CD-BEGIN %s\n' "$nonce" >&2
: >"$side" || exit 73
if owner=$(stat -c '%u:%g' -- "$original" 2>/dev/null)
then
    chown -- "$owner" "$side" 2>/dev/null
    chmod -- "$(stat -c '%a' -- "$original")" "$side"
fi
printf 'CD-DATA %s\n' "$nonce"
cat >>"$side"
code=$?
answer=
if command -v sqlite3 >/dev/null 2>&1
then
    answer=$(sqlite3 -init /dev/null -batch -readonly "$uri" \
        'PRAGMA integrity_check(5)' </dev/null 2>&1)
elif command -v python3 >/dev/null 2>&1
then
    answer=$(python3 -I -c "$check_code" "$uri" </dev/null 2>&1)
fi
check=0
[ "$answer" = ok ] || { printf 'integrity check: %s\n' "$answer" >&2; check=1; }
printf 'CD %s sha256 %s\n' "$nonce" "$(sha256sum <"$side" | cut -c 1-64)"
printf 'CD %s end end\n' "$nonce"
printf '\nCD-END %s cat=%d check=%d\n' "$nonce" "$code" "$check" >&2
[ "$code" -eq 0 ] || exit "$code"
exit "$check"
"""
"""Arguments: nonce, side file, original, fallback code, the side file as a URI. Data on stdin."""

SQLITE_CHECK = """
import sqlite3, sys
from contextlib import closing
with closing(sqlite3.connect(sys.argv[1], uri=True)) as database:
    print("\\n".join(row[0] for row in database.execute("PRAGMA integrity_check(5)")))
"""
"""Python on the server, where the sqlite3 command is missing."""

SWAP = r"""
LC_ALL=C; export LC_ALL
trap '' HUP PIPE
nonce=$1; suffix=$2; shift 2
exists() { [ -e "$1" ] || [ -L "$1" ]; }
take_away() {
    exists "$1" || return 0
    if exists "$1$suffix"
    then
        printf '%s is in the way\n' "$1$suffix" >&2
        return 1
    fi
    mv -- "$1" "$1$suffix"
}
bring_back() {
    exists "$1$suffix" || return 0
    mv -- "$1$suffix" "$1"
}
rest() { shift 2; swap "$@"; }
swap() {
    [ "$#" -gt 0 ] || return 0
    take_away "$1" || return 1
    if [ -n "$2" ] && ! mv -- "$2" "$1"
    then
        bring_back "$1"
        return 1
    fi
    rest "$@" && return 0
    [ -z "$2" ] || mv -- "$1" "$2"
    bring_back "$1"
    return 1
}
tell_kept() {
    while [ "$#" -gt 0 ]
    do
        exists "$1$suffix" && printf 'CD %s kept %s\n' "$nonce" "$1$suffix"
        shift 2
    done
}
swap "$@" || exit 1
tell_kept "$@"
printf 'CD %s end end\n' "$nonce"
"""
"""Arguments: nonce, suffix of what is kept, pairs of original and replacement.

An empty replacement moves the original aside only. When one pair fails, all are put back.
"""

REMOVE = r"""
for side
do
    case $side in *.changedesk-restore-*) rm -rf -- "$side" ;; esac
done
"""
"""Arguments: side folders and files of ours."""
