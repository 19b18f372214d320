"""What a server is told when an object is first written to its own disk; plain POSIX sh.

One folder for each object, for the account only: ``data`` and ``err`` as the producer wrote them,
``pid`` of the writer, ``end`` last of all, by a rename. Its making is the latch: whoever finds it
made does not start a second writer.
"""

_PLACE = r"""
LC_ALL=C; export LC_ALL
nonce=$1; id=$2
umask 077
say() { printf 'CD %s %s %s\n' "$nonce" "$1" "$2"; }
base=${XDG_STATE_HOME:-${HOME:-/root}/.local/state}/changedesk/spool
folder=$base/$id
"""

START = (
    _PLACE
    + r"""
needed=$3; inner=$4; script=$5; shift 5
refuse() { say refused "$1"; say end end; exit 0; }
mkdir -p -- "$base" 2>/dev/null || refuse "$base cannot be made"
for part in "$base" "${base%/*}"
do
    [ ! -L "$part" ] && [ -O "$part" ] || refuse "$part belongs to somebody else"
done
find "$base" -mindepth 1 -maxdepth 1 -mtime +1 -exec rm -rf -- {} + 2>/dev/null
free=$(df -Pk -- "$base" | awk 'NR == 2 { print $4 }')
say free "$free"
[ "$free" -ge "$needed" ] || refuse "room"
mkdir -- "$folder" 2>/dev/null || { say already started; say end end; exit 0; }
writer='
trap "" HUP
folder=$1; limit=$2; inner=$3; script=$4; shift 4
echo $$ >"$folder/pid"
(ulimit -f "$limit"; exec sh -c "$script" sh "$inner" "$@") >"$folder/data" 2>"$folder/err"
code=$?
bytes=$(wc -c <"$folder/data")
sum=$(sha256sum <"$folder/data" 2>/dev/null)
printf "%d %d %s\n" "$code" "$bytes" "${sum%% *}" >"$folder/end.part"
mv -- "$folder/end.part" "$folder/end"
'
detach=
command -v setsid >/dev/null 2>&1 && detach=setsid
$detach sh -c "$writer" sh "$folder" "$((needed * 2))" "$inner" "$script" "$@" \
    </dev/null >/dev/null 2>&1 &
say started now
say end end
"""
)
"""Arguments: nonce, id, KiB that must be free, the producer's nonce, its script, its arguments."""

POLL = (
    _PLACE
    + r"""
if [ ! -d "$folder" ]
then
    say state gone
elif [ -f "$folder/end" ]
then
    say state ended
    say ending "$(cat "$folder/end")"
elif [ ! -s "$folder/pid" ] || kill -0 "$(cat "$folder/pid")" 2>/dev/null
then
    say state running
else
    say state dead
fi
[ -f "$folder/data" ] && say bytes "$(wc -c <"$folder/data")"
say end end
"""
)
"""Arguments: nonce, id. Answers running, ended, dead or gone, and how much is written."""

FETCH = (
    _PLACE
    + r"""
file=$3; from=$4
printf 'CD-BEGIN %s\n' "$nonce" >&2
[ -f "$folder/$file" ] || exit 66
printf 'CD-DATA %s\n' "$nonce"
exec tail -c "+$from" -- "$folder/$file"
"""
)
"""Arguments: nonce, id, ``data`` or ``err``, the first byte counted from 1."""

REMOVE = (
    _PLACE
    + r"""
if [ ! -f "$folder/end" ] && [ -s "$folder/pid" ]
then
    pid=$(cat "$folder/pid")
    kill -TERM "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null
fi
rm -rf -- "$folder"
[ -e "$folder" ] || say removed yes
say end end
"""
)
"""Arguments: nonce, id. Ends the writer, if it still runs, and removes everything."""
