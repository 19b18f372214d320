"""Pieces of shell that the scripts of all databases share; POSIX sh as in `app.vault.scripts`.

A login is never an argument nor a variable of the environment: it comes on standard input. What a
tool is given of it lies in a folder for the owner only, or in a pipe.
"""

OPENING = r"""
LC_ALL=C; export LC_ALL
umask 077
trap '' PIPE
cd / || exit 1
folder=
stop_server() { :; }
clean() {
    stop_server >/dev/null 2>&1
    [ -z "$folder" ] || rm -rf -- "$folder"
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
make_folder() {
    place=${TMPDIR:-/var/tmp}
    find "$place" -maxdepth 1 -name 'changedesk.????????' -user "$(id -un)" -mtime +0 \
        -exec rm -rf -- {} + 2>/dev/null
    folder=$(mktemp -d "$place/changedesk.XXXXXXXX")
}
pause() {
    sleep 0.05 2>/dev/null || sleep 1
}
finish() {
    printf '\nCD-END %s %s\n' "$nonce" "$2" >&2
    exit "$1"
}
"""
"""``finish CODE FIGURES`` ends every script; whatever ends it, its folder and its server go."""

TALLY = r"""
write_sums() {
    cat >"$folder/sums" <<'END'
figures=$( { { tee /dev/fd/3 | wc -l >&4; } 3>&1 | sha256sum; } 4>&1 | tr -d ' -' | tr '\n' ' ')
printf 'sum %s %s\n' "$1" "$figures"
END
}
print_tables() {
    awk -v mark="CD-TABLE $nonce" '
        $1 == "name" { names[$2] = $3; order[++n] = $2 }
        $1 == "sum" {
            rows[$2] = length($3) == 64 ? $4 : $3
            sha[$2] = length($3) == 64 ? $3 : $4
        }
        $1 == "count" { rows[$2] = $3; sha[$2] = "-" }
        $1 == "moved" { rows[$2] = "-"; sha[$2] = "-" }
        END { for (i = 1; i <= n; i++) print mark, names[order[i]], rows[order[i]], sha[order[i]] }
    ' "$1" >&2
    count=$(awk '$1 == "name" { n++ } END { print n + 0 }' "$1")
}
"""
"""``sums KEY`` counts the rows it is given, one on each line, and hashes them.

``print_tables`` says what a file of ``name KEY HEX``, ``sum KEY ROWS SHA256``, ``count KEY ROWS``
and ``moved KEY`` holds.
"""

ROOM = r"""
look_for_room() {
    free=$(df -Pk -- "$folder" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$1" ] && return
    printf 'a drill needs %s KiB, %s has %s KiB free\n' "$1" "$folder" "$free" >&2
    finish 75 'drill=75'
}
step_down() {
    owner=
    TMPDIR=$folder; export TMPDIR
    [ "$(id -u)" -eq 0 ] || return 0
    for account in "$1" nobody
    do
        id -u "$account" >/dev/null 2>&1 || continue
        owner="runuser -u $account --"
        chown "$account" "$folder" && command -v runuser >/dev/null 2>&1 && return 0
    done
    printf 'a throwaway server cannot run as root, and runuser is missing\n' >&2
    finish 69 'drill=69'
}
"""
"""``look_for_room KIB`` and ``step_down ACCOUNT``: what a drill asks before it begins."""
