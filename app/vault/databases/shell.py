"""Pieces of shell that the scripts of all databases share; POSIX sh as in `app.vault.scripts`.

A login is never an argument nor a variable of the environment: it comes on standard input. What a
tool is given of it lies in a folder for the owner only, or in a pipe.
"""

OPENING = r"""
LC_ALL=C; export LC_ALL
umask 077
ulimit -c 0 2>/dev/null
trap '' PIPE
cd / || exit 1
folder= minder=
stop_server() { :; }
clean() {
    stop_server >/dev/null 2>&1
    [ -z "$folder" ] || rm -rf -- "$folder"
    [ -z "$minder" ] || kill "$minder" 2>/dev/null
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tidy='
lives() {
    kill -0 "$1" 2>/dev/null || return 1
    line=
    [ ! -r "/proc/$1/stat" ] || read -r line <"/proc/$1/stat"
    case ${line##*") "} in [XZ]*) return 1 ;; esac
}
users() {
    if [ -r /proc/self/cmdline ]
    then
        for file in $(printf "%s\n" "$1" | grep -lsFf - /proc/[0-9]*/cmdline)
        do
            file=${file#/proc/}
            printf "%s\n" "${file%/cmdline}"
        done
    else
        ps -A -o pid= -o args= | awk -v word="$1" "index(\$0, word) { print \$1 }"
    fi
}
remove() {
    round=0
    while [ "$round" -lt 60 ]
    do
        left=
        for process in $(users "$1")
        do
            left=yes
            if [ "$round" -lt 10 ]
            then
                kill -QUIT "$process"
                kill -TERM "$process"
            else
                kill -KILL "$process"
            fi
        done
        rm -rf -- "$1"
        [ -n "$left" ] || [ -d "$1" ] || return 0
        round=$((round + 1))
        sleep 0.5 || sleep 1
    done 2>/dev/null
}
'
eval "$tidy"
since() {
    line=-
    [ ! -r "/proc/$1/stat" ] || read -r line <"/proc/$1/stat"
    set -- ${line##*") "}
    printf '%s\n' "${20:--}"
}
boot() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo -; }
is_left() {
    [ -f "$1/owner" ] && read -r on process began <"$1/owner" 2>/dev/null || {
        [ -n "$(find "$1" -maxdepth 0 -mtime +0 2>/dev/null)" ]
        return
    }
    [ "$on" != "$(boot)" ] || ! lives "$process" || [ "$began" != "$(since "$process")" ]
}
sweep() {
    find "$place" -maxdepth 1 -type d -name 'changedesk.????????' -user "$1" 2>/dev/null |
        while IFS= read -r old
        do
            is_left "$old" && remove "$old"
        done
}
make_folder() {
    place=${TMPDIR:-/var/tmp}
    sweep "$(id -un)"
    if [ "$(id -u)" -eq 0 ]
    then
        for account in postgres mysql nobody; do sweep "$account"; done
    fi
    folder=$(mktemp -d "$place/changedesk.XXXXXXXX") || return
    printf '%s %s %s\n' "$(boot)" "$$" "$(since "$$")" >"$folder/owner"
    apart=
    ! command -v setsid >/dev/null 2>&1 || apart=setsid
    minded=$$ minded_folder=$folder $apart sh -c "$tidy"'
        while lives "$minded" && [ -d "$minded_folder" ]; do sleep 1 || exit; done
        remove "$minded_folder"' minder </dev/null >/dev/null 2>&1 &
    minder=$!
}
pause() {
    sleep 0.05 2>/dev/null || sleep 1
}
finish() {
    printf '\nCD-END %s %s\n' "$nonce" "$2" >&2
    exit "$1"
}
"""
"""``finish CODE FIGURES`` ends every script; whatever ends it, its folder and its server go.

``make_folder`` starts a minder in a session of its own, which knows the folder but does not name
it: when the script is killed without a chance to clean up, the minder ends whatever names the
folder, and removes it. What even the minder could not do, as after a power cut, the next script
does.
"""

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
