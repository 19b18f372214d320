"""The scripts a server runs when a set is put back; plain POSIX sh, as in `app.vault.scripts`."""

ROOM = r"""
LC_ALL=C; export LC_ALL
nonce=$1; shift
for folder
do
    while [ ! -e "$folder" ] && [ "$folder" != / ]
    do
        folder=${folder%/*}
        folder=${folder:-/}
    done
    printf 'CD %s free %s\n' "$nonce" "$(df -Pk -- "$folder" | awk 'NR == 2 {
        free = $4
        $1 = $2 = $3 = $4 = $5 = ""
        sub(/^ */, "")
        print free, $0
    }')"
done
[ -r /proc/self/mounts ] &&
    awk -v mark="CD $nonce mount" '{ print mark, $2 }' /proc/self/mounts
printf 'CD %s end end\n' "$nonce"
"""
"""Arguments: nonce, folders. Answers for each how many KiB are free, and where its file
system is mounted; then what is mounted where. A folder that is not there counts as the next
one above it that is.
"""

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

FILL = r"""
LC_ALL=C; export LC_ALL
nonce=$1; shift
cd / || exit 1
printf 'CD-BEGIN %s\n' "$nonce" >&2
printf 'CD-DATA %s\n' "$nonce"
"$@"
code=$?
cat >/dev/null
printf '\nCD-END %s fill=%d\n' "$nonce" "$code" >&2
exit "$code"
"""
"""Arguments: nonce, the command that fills a database. The dump comes on stdin."""

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
nonce=$1; shift
moved=
exists() { [ -e "$1" ] || [ -L "$1" ]; }
move() {
    mv -- "$1" "$2" && moved="$moved|$2|"
}
do_one() {
    if ! exists "$2"
    then
        [ "$1" != place ]
        return
    fi
    case $1 in
        carry) rm -rf -- "$3" && mkdir -p -- "${3%/*}" && move "$2" "$3" ;;
        *)
            if exists "$3"
            then
                printf '%s is in the way\n' "$3" >&2
                return 1
            fi
            move "$2" "$3"
            ;;
    esac
}
undo_one() {
    case $moved in
        *"|$3|"*) mv -- "$3" "$2" ;;
    esac
}
rest() { shift 3; all "$@"; }
all() {
    [ "$#" -gt 0 ] || return 0
    do_one "$1" "$2" "$3" || return 1
    rest "$@" && return 0
    undo_one "$1" "$2" "$3"
    return 1
}
tell_kept() {
    while [ "$#" -gt 0 ]
    do
        [ "$1" = aside ] && exists "$3" && printf 'CD %s kept %s\n' "$nonce" "$3"
        shift 3
    done
}
all "$@" || exit 1
tell_kept "$@"
printf 'CD %s end end\n' "$nonce"
"""
"""Arguments: nonce, then three words for each move: how, from, to.

``aside`` keeps what is there under another name, if it is there; ``place`` puts in what must be
there; ``carry`` takes along what the set leaves out on purpose. When one move fails, all before it
are undone, last first.
"""

UNDO = r"""
LC_ALL=C; export LC_ALL
trap '' HUP PIPE
nonce=$1; shift
exists() { [ -e "$1" ] || [ -L "$1" ]; }
undo_one() {
    exists "$3" || return 0
    case $1 in
        aside)
            if exists "$2"
            then
                printf '%s is in the way\n' "$2" >&2
                return 1
            fi
            ;;
        *)
            exists "$2" && return 0
            [ -z "$4" ] || exists "$4" || return 0
            mkdir -p -- "${2%/*}" || return 1
            ;;
    esac
    mv -- "$3" "$2"
}
rest() { shift 4; all "$@"; }
all() {
    [ "$#" -gt 0 ] || return 0
    rest "$@" && undo_one "$1" "$2" "$3" "$4"
}
all "$@" || exit 1
printf 'CD %s end end\n' "$nonce"
"""
"""Arguments: nonce, then four words for each move: how, from, to, and what must exist if it was
made. Moves that were never made, or are undone already, are passed; the last is undone first.
"""

EXISTING = r"""
nonce=$1; shift
place=0
for name
do
    if [ -e "$name" ] || [ -L "$name" ]
    then
        printf 'CD %s exists %d\n' "$nonce" "$place"
    fi
    place=$((place + 1))
done
printf 'CD %s end end\n' "$nonce"
"""
"""Arguments: nonce, names. Answers the places of those that exist."""

REMOVE_MARKED = r"""
nonce=$1; mark=$2; shift 2
[ "${#mark}" -ge 8 ] || exit 1
for name
do
    case ${name##*/} in
        *.changedesk-restore-"$mark"|*.changedesk-restore-"$mark"-*|\
        *.changedesk-old-"$mark"|*.changedesk-old-"$mark"-*)
            rm -rf -- "$name" || exit 1 ;;
    esac
done
printf 'CD %s end end\n' "$nonce"
"""
"""Arguments: nonce, mark, names. Removes only what carries the mark."""
