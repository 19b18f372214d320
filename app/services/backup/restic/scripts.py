"""The shell of restic's three commands, in POSIX sh; every value comes as a quoted word.

The password comes through a pipe with a name, in the folder of the job that nobody else may
enter: it is never a word of a command, never in an environment, and never on a disk. The shell
reads it once, as a line with its end, so that what a broken link has torn off is waited for again,
and gives it to restic on its standard input.
"""

import shlex

NO_KEY, NOT_THERE, NO_ROOM, MISSING = 64, 65, 66, 127
"""Exit codes of ours: no password came, a path is missing, too little room, no restic."""

_FOLDER = r"""
umask 077
LC_ALL=C; export LC_ALL
if [ -n "${XDG_STATE_HOME:-}" ]; then base=$XDG_STATE_HOME/changedesk
elif [ "$(id -u)" = 0 ]; then base=/var/lib/changedesk
else base=${HOME:?}/.local/state/changedesk; fi
"""
_OPEN = r"""
unset RESTIC_PASSWORD RESTIC_PASSWORD_COMMAND RESTIC_PASSWORD_FILE RESTIC_REPOSITORY
unset RESTIC_REPOSITORY_FILE
command -v restic >/dev/null 2>&1 || { echo "restic is not installed" >&2; exit 127; }
key=$base/jobs/$job/key
mkfifo -m 600 "$key" || exit 64
pw=$(timeout 60 sh -c 'until IFS= read -r pw <"$1"; do :; done; printf %s "$pw"' sh "$key")
rm -f "$key"
[ -n "$pw" ] || { echo "no password came" >&2; exit 64; }
r() { printf '%s' "$pw" | RESTIC_PASSWORD_FILE=/dev/stdin restic --repo "$repo" "$@"; }
restic version
"""
FEED = (
    _FOLDER
    + r"""
key=$base/jobs/$1/key
tries=0
while [ ! -p "$key" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
[ -p "$key" ] || exit 1
exec timeout 30 sh -c 'cat >"$1"' sh "$key"
"""
)
"""Gives what comes on standard input to a job that waits for its password."""

_TAKE = r"""
for path in "$@"; do
    [ -e "$path" ] || { echo "CD-MISSING $path" >&2; exit 65; }
done
r backup --json --quiet --one-file-system --tag changedesk --tag "$tag" -- "$@"
"""
_CHECK = r"""
r snapshots --json "$1" || exit
r check --read-data-subset="$2%"
"""
_RESTORE = r"""
need=$(r stats --json --mode restore-size "$1") || exit
need=$(printf '%s\n' "$need" | sed -n 's/.*"total_size":\([0-9]*\).*/\1/p')
mkdir -p "$base/drills" || exit
free=$(df -Pk "$base/drills" | awk 'NR == 2 { print $4 }')
if [ "$((need / 1024 + 65536))" -gt "$free" ]; then
    echo "CD-ROOM $need needed, $((free * 1024)) free" >&2; exit 66
fi
dir=$(mktemp -d "$base/drills/restic.XXXXXX") || exit
trap 'rm -rf "$dir"' EXIT
back=$dir/back mark=$dir/mark
taken=$(r snapshots --json "$1" | sed -n 's/.*"time":"\([^"]*\)".*/\1/p')
mkdir "$back" && touch -d "$taken -2 seconds" "$mark" || exit
trap 'exit 143' HUP INT TERM
now() { if [ -r /proc/uptime ]; then cut -d' ' -f1 /proc/uptime; else date +%s; fi; }
begun=$(now)
r restore "$1" --target "$back" --verify; rc=$?
ended=$(now)
echo "CD-RESTORED $begun $ended $(find "$back" -type f | wc -l) $need"
[ $rc = 0 ] || exit $rc
shift; cd "$back" || exit
find . -type f -exec sh -c '
mark=$1; shift; same=0 newer=0 gone=0 differ=0
for file; do
    live=${file#.}
    if [ ! -e "$live" ]; then gone=$((gone + 1))
    elif cmp -s -- "$file" "$live"; then same=$((same + 1))
    elif [ -n "$(find "$live" -prune -cnewer "$mark" 2>/dev/null)" ]; then newer=$((newer + 1))
    else
        differ=$((differ + 1))
        printf "differs: %s" "$live" | tr -c "[:print:]" "?" >&2; echo >&2
    fi
done
echo "CD-COMPARED $same $newer $gone $differ"' sh "$mark" {} + || exit
find "$@" -xdev -type f ! -cnewer "$mark" -exec sh -c '
back=$1; shift; lacking=0
for file; do
    [ -e "$back$file" ] && continue
    lacking=$((lacking + 1))
    printf "not in the backup: %s" "$file" | tr -c "[:print:]" "?" >&2; echo >&2
done
echo "CD-LACKING $lacking"' sh "$back" {} +
echo CD-END
"""


def take(job: str, repo: str, tag: str, paths: tuple[str, ...]) -> str:
    """Return the command that takes a snapshot of paths; each must be there."""
    return _command(job, repo, _TAKE, *paths, tag=tag)


def check(job: str, repo: str, snapshot: str, percent: int) -> str:
    """Return the command that checks a repository, and reads so much of its data again."""
    return _command(job, repo, _CHECK, snapshot, str(percent))


def restore(job: str, repo: str, snapshot: str, paths: tuple[str, ...]) -> str:
    """Return the command that restores a snapshot into a scratch place and clears that away.

    In between it compares every file with the live one, by content: only what the host says it has
    altered or removed since may differ. What is under ``paths`` and as old must be there.
    """
    return _command(job, repo, _RESTORE, snapshot, *paths)


def _command(job: str, repo: str, body: str, *words: str, tag: str = "") -> str:
    values = f"job={shlex.quote(job)}; repo={shlex.quote(repo)}; tag={shlex.quote(tag)}\n"
    given = " ".join(shlex.quote(word) for word in words)
    return f"{values}set -- {given}\n{_FOLDER}{_OPEN}{body}"
