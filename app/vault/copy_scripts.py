"""What a host is told when it keeps copies of sets; plain POSIX sh, values as arguments only."""

_HEAD = r"""
LC_ALL=C; export LC_ALL
umask 077
nonce=$1
say() { printf 'CD %s %s %s\n' "$nonce" "$1" "$2"; }
cd -- "$2" 2>/dev/null || { say refused "there is no such folder"; say end end; exit 0; }
"""

LOOK = _HEAD + "say end end\n"
"""Arguments: nonce, root. Answers at all, which a host without a shell does not."""

BEGIN = (
    _HEAD
    + r"""
part=$3; final=$4; needed=$5
free=$(df -Pk . | awk 'NR == 2 { print $4 }')
if [ -e "$final" ]
then
    say begun no
elif [ "$free" -lt "$needed" ]
then
    say refused "$needed KiB are needed, $free KiB are free"
elif mkdir -p -- "${part%/*}" && rm -rf -- "$final".part-* && mkdir -- "$part"
then
    say begun yes
else
    say refused "its folders cannot be made"
fi
say end end
"""
)
"""Arguments: nonce, root, temporary name, final name, KiB that must be free.

What an earlier copy of the same set left behind, when its link was cut, goes.
"""

PUT = r"""
LC_ALL=C; export LC_ALL
umask 077
cd -- "$1" || exit 66
case $2 in */*) mkdir -p -- "${2%/*}" || exit 73 ;; esac
set -C
cat >"$2" || exit 74
sync -- "$2" 2>/dev/null || sync
chmod 0400 -- "$2"
"""
"""Arguments: root, name. What comes on stdin becomes a new file, synced and read-only."""

HASH = (
    _HEAD
    + r"""
if [ -f "$3" ]
then
    sum=$(sha256sum <"$3") && say sha256 "${sum%% *}"
fi
say end end
"""
)
"""Arguments: nonce, root, name. Answers the hash of a file, read again."""

RENAME = (
    _HEAD
    + r"""
[ ! -e "$4" ] && mv -- "$3" "$4" && sync && say renamed yes
say end end
"""
)
"""Arguments: nonce, root, temporary name, final name."""

DISCARD = (
    _HEAD
    + r"""
case $3 in *.part-*) rm -rf -- "$3" ;; esac
say end end
"""
)
"""Arguments: nonce, root, temporary name."""
