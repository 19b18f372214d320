"""The scripts a server runs for a backup; plain POSIX sh, values come as arguments only.

Whatever is an answer carries the nonce of its call, so that banners and profile noise are never
taken for one. Standard output carries data, standard error text and the closing control line.
"""

from app.services.backup.root_readers import FACTS_TEXT
from app.services.backup.source_paths import LISTED
from app.vault.databases.shell import OPENING

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
for tool in sqlite3 pg_dump mariadb-dump mysqldump mongodump redis-cli redis-server
do
    say "$tool" "$("$tool" --version 2>/dev/null </dev/null | head -n 1)"
done
for option in --format=pax --numeric-owner --acls --xattrs --sparse --one-file-system \
    --pax-option=delete=atime,delete=ctime --blocking-factor=128
do
    tar "$option" -cf - -C /dev null >/dev/null 2>&1 </dev/null && say tar_option "$option"
done
ionice -c 2 -n 7 true >/dev/null 2>&1 && say has ionice_works
sha256sum -z /dev/null >/dev/null 2>&1 && say has sha256sum_z
find /dev/null -printf '' >/dev/null 2>&1 && say has find_printf
[ "$(printf x | zstd -q -3 -c 2>/dev/null | zstd -q -d -c 2>/dev/null)" = x ] && say has zstd_works
id -u postgres >/dev/null 2>&1 && say has postgres_user
sudo -n -u postgres true >/dev/null 2>&1 && say has sudo_postgres
[ -r /proc/self/mounts ] && awk -v mark="CD $nonce mount" '{ print mark, $3, $2 }' /proc/self/mounts
say end end
"""
"""Arguments: nonce. Answers what the server can do."""

VERSIONED = (
    *("tar", "sqlite3", "pg_dump", "mariadb-dump", "mysqldump", "mongodump"),
    *("redis-cli", "redis-server"),
)
"""The tools that PROBE asks for their version."""

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

ESTIMATE_BY = ESTIMATE.replace('du -skx -- "$@"', '"$@" </dev/null')
"""Arguments: nonce, a command line that says as much."""

MAY = r"""
LC_ALL=C; export LC_ALL
nonce=$1; shift
while [ "$#" -ge 2 ]
do
    [ -x "$1" ] && sudo -n -l -- "$1" "$2" >/dev/null 2>&1 </dev/null &&
        printf 'CD %s may %s\n' "$nonce" "$1"
    shift 2
done
printf 'CD %s end end\n' "$nonce"
"""
"""Arguments: nonce, pairs of a program and its word. Answers which of them sudo lets us run."""

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

PACKED = r"""
LC_ALL=C; export LC_ALL
nonce=$1; name=$2; gently=$3; shift 3
cd / || exit 1
printf 'CD-BEGIN %s\n' "$nonce" >&2
printf 'CD-DATA %s\n' "$nonce"
exec 4>&1
ended=$(
    {
        { "$@" </dev/null 3>&- 4>&-; printf ' %s=%d' "$name" "$?" >&3; } |
            { $gently zstd -q -3 -c 3>&- >&4 4>&-; printf ' zstd=%d' "$?" >&3; }
    } 3>&1
)
exec 4>&-
printf '\nCD-END %s%s\n' "$nonce" "$ended" >&2
for one in "$name" zstd
do
    code=${ended##*" $one="}
    code=${code%% *}
    [ "$code" = 0 ] || exit "$code"
done
exit 0
"""
"""Arguments: nonce, name of the producer, words before zstd (trusted), the command line.

The command's output is the data, as one Zstandard frame. There is no ``pipefail`` to rely on: both
exit codes are carried out by a descriptor of their own.
"""

SQLITE = (
    OPENING
    + r"""
nonce=$1; database=$2; copy_code=$3
printf 'CD-BEGIN %s\n' "$nonce" >&2
if [ ! -f "$database" ]
then
    printf '%s: no such database file\n' "$database" >&2
    finish 66 'sqlite=66 bytes=0 cat=0'
fi
make_folder || finish 73 'sqlite=73 bytes=0 cat=0'
needed=$(du -sk -- "$database" | cut -f 1)
free=$(df -Pk -- "$folder" | awk 'NR == 2 { print $4 }')
if [ "$free" -lt $((needed + needed / 2)) ]
then
    printf 'the copy needs %s KiB, %s has %s KiB free\n' "$needed" "$folder" "$free" >&2
    finish 75 'sqlite=75 bytes=0 cat=0'
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
    finish "$code" "sqlite=$code bytes=0 cat=0"
fi
bytes=$(wc -c <"$copy")
printf 'CD-DATA %s\n' "$nonce"
cat "$copy"
code=$?
finish "$code" "sqlite=0 bytes=$((bytes)) cat=$code"
"""
)
"""Arguments: nonce, database file, Python code of the fallback. Copies the live database first.

When the script is killed its minder removes the copy; where that died too, the next backup does.
"""

SQLITE_COPY = """
import sqlite3, sys
from contextlib import closing
with closing(sqlite3.connect(sys.argv[1], timeout=10)) as live:
    with closing(sqlite3.connect(sys.argv[2])) as copy:
        live.backup(copy)
"""
"""Python on the server, where the sqlite3 command is missing."""

_FACTS_OPENING = r"""
LC_ALL=C; export LC_ALL
nonce=$1; shift
printf 'CD-BEGIN %s\n' "$nonce" >&2
printf 'CD-DATA %s\n' "$nonce"
"""
_FACTS_END = r"""
printf '\n== End of facts %s\n' "$nonce"
printf '\nCD-END %s facts=%d\n' "$nonce" "$code" >&2
exit "$code"
"""
FACTS = f"{_FACTS_OPENING}code=0\n{FACTS_TEXT}{_FACTS_END}"
"""Arguments: nonce. Prints what the server was like, section by section."""

FACTS_BY = f'{_FACTS_OPENING}"$@" </dev/null\ncode=$?{_FACTS_END}'
"""Arguments: nonce, a command line that prints the same."""

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

HASHES_BY = r"""
LC_ALL=C; export LC_ALL
nonce=$1; shift
printf 'CD-DATA %s\n' "$nonce"
"$@"
code=$?
printf '\nCD-END %s sha256sum=%d\n' "$nonce" "$code" >&2
exit "$code"
"""
"""Arguments: nonce, a command line that hashes as much. File names come on stdin, one a line."""

LISTING = r"""
LC_ALL=C; export LC_ALL
nonce=$1; base=$2; depth=$3
printf 'CD-DATA %s\n' "$nonce"
code=0
if [ -d "$base" ] && [ ! -L "$base" ]
then
    cd -- "$base" || exit 1
    find . -mindepth "$depth" -printf '%y %m %U %G %s %T@ %i\0%p\0%l\0'
    code=$?
elif [ "$depth" -eq 0 ] && { [ -e "$base" ] || [ -L "$base" ]; }
then
    find "$base" -maxdepth 0 -printf '%y %m %U %G %s %T@ %i\0.\0%l\0'
    code=$?
fi
printf '\nCD-END %s find=%d\n' "$nonce" "$code" >&2
exit "$code"
"""
"""Arguments: nonce, place, 0 or 1. Lists type, mode, owner, size, time, name and link of all in it.

With 0 the place itself is listed too, whatever it is; else what is no folder holds nothing.
"""

SIZES = r"""
LC_ALL=C; export LC_ALL
nonce=$1; shift
printf 'CD-BEGIN %s\n' "$nonce" >&2
printf 'CD-DATA %s\n' "$nonce"
find "$@" -xdev -printf '@LISTED@'
code=$?
printf '\nCD-END %s find=%d\n' "$nonce" "$code" >&2
exit "$code"
""".replace("@LISTED@", LISTED)
"""Arguments: nonce, paths. Lists type, size, 512-byte blocks, links, inode and path of all."""

FREE = r"""
LC_ALL=C; export LC_ALL
nonce=$1
free() { df -Pk -- "$1" 2>/dev/null | awk 'NR == 2 { print $4 }'; }
printf 'CD %s copies %s\n' "$nonce" "$(free "${TMPDIR:-/var/tmp}")"
printf 'CD %s spool %s\n' "$nonce" "$(free "${HOME:-/root}")"
printf 'CD %s end end\n' "$nonce"
"""
"""Arguments: nonce. Answers how many KiB are free for copies of databases, and for a spool."""
