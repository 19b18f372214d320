"""The shell of a job's verbs, in POSIX sh; every value comes as a quoted argument.

A job lives in a folder of its own below the state folder of the account, which nobody else may
write to: ``cmd.sh`` is the command, ``started/`` the once-only latch, ``ident`` the process that
minds it, ``beat`` its sign of life, ``out`` and ``err`` what it says, ``end`` how it ended, ``ack``
that all of it is kept elsewhere. Answers are lines that begin with ``CD1`` and a nonce; anything
else is noise and ignored.
"""

import shlex

_BASE = r"""
umask 077
LC_ALL=C; export LC_ALL
nonce=$1; job=$2; shift 2
say() { printf 'CD1 %s %s\n' "$nonce" "$*"; }
if [ -n "${XDG_STATE_HOME:-}" ]; then base=$XDG_STATE_HOME/changedesk
elif [ "$(id -u)" = 0 ]; then base=/var/lib/changedesk
else base=${HOME:?}/.local/state/changedesk; fi
boot() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || sysctl -n kern.boottime; }
since() { sed -n 's/.*) //; /^[ZX]/!p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
count() { size=$(wc -c <"$1" 2>/dev/null || echo 0); echo $((size)); }
stand() {
    if [ -e end ]; then state=ended
    elif [ ! -d started ]; then state=staged
    else
        state=lost
        tries=0
        while [ ! -e ident ] && [ $tries -lt 10 ]; do sleep 0.1; tries=$((tries + 1)); done
        if [ -e ident ]; then
            { read -r was; read -r pid; read -r begun; } <ident
            [ "$was" = "$(boot)" ] && [ "$begun" = "$(since "$pid")" ] && state=running
            # it may have ended between the two looks
            [ $state = lost ] && [ -e end ] && state=ended
        fi
    fi
}
"""
_FAMILY = r"""
offspring() {
    wave=$1; depth=0
    while [ $depth -lt 32 ]; do
        found=$(grep -lsE "[)] . ($wave) " /proc/[0-9]*/stat)  # fails when any of them has gone
        [ -n "$found" ] || break
        echo "$found"; wave=; depth=$((depth + 1))
        for one in $found; do one=${one#/proc/}; wave="$wave|${one%/stat}"; done
        wave=${wave#|}
    done
}
family() {
    seen=
    {
        grep -ls "CHANGEDESK_JOB=$job" /proc/[0-9]*/environ
        [ ! -e "$dir/unit" ] || grep -ls "changedesk-$job[.]service" /proc/[0-9]*/cgroup
        [ -z "$leader" ] || grep -ls ") . [0-9]* [0-9]* $leader " /proc/[0-9]*/stat
        [ -z "$leader" ] || [ ! -e "$dir/adopts" ] || offspring "$leader"
        pipes=$(cd "$dir" && pwd -P)/[oe]
        find /proc/[0-9]*/fd \( -lname "$pipes" -o -lname "$pipes (deleted)" \)
    } 2>/dev/null | while IFS=/ read -r _ _ one _; do
        case " $seen " in *" $one "*) continue ;; esac
        seen="$seen $one"
        grep -qs "CHANGEDESK_MINDS=$job" "/proc/$one/environ" ||
            { grep -qs . "/proc/$one/cmdline" && echo "$one"; }
    done
}
"""
"""Every process of a job: by the mark in its environment, by its control group, or, while the
minder lives and its number is therefore no one else's, by the minder's session. A daemon that
clears its environment has lost the mark; one that also leaves the session is known where it holds
a pipe of the job's output (the files are read by ourselves). Where the minder could make itself the
one that orphans fall to (``adopts``), all of them stay its offspring while it lives. Without that
and without a control group nothing tells one that holds nothing from others, and ``sees`` says so
at the job's end. The minder's own processes bear another mark, and what
is on its way out has neither words nor marks."""
_PLACE = (
    _BASE
    + _FAMILY
    + r"""
dir=$base/jobs/$job
leader=
minded() { stand; leader=; [ $state != running ] || leader=$pid; }
"""
)

_BEGIN = (
    "session=$(export -p); mask=$(umask); here=$(pwd)"
    + _PLACE
    + r"""
want=$1; limit=$2; cap=$3; room=$4
refuse() { say refused "$1"; exit 0; }
for tool in setsid sha256sum timeout head tail grep cut sed mkfifo; do
    command -v $tool >/dev/null 2>&1 || refuse "tool $tool"
done
[ -r /proc/$$/environ ] || refuse "tool /proc"
mkdir -p "${base%/*}" 2>/dev/null
for part in "$base" "$base/jobs" "$dir"; do
    mkdir -m 700 "$part" 2>/dev/null
    [ -d "$part" ] && [ ! -L "$part" ] && [ -O "$part" ] || refuse "folder $part"
    case $(ls -ld "$part") in ?????w* | ????????w*) refuse "folder $part" ;; esac
done
cd "$dir" || refuse "folder $dir"
if [ "$room" -gt 0 ] && [ ! -d started ]; then
    free=$(df -Pk . | { read -r _; read -r _ _ _ free _; echo "$free"; })
    [ "$free" -ge "$room" ] || { rmdir "$dir" 2>/dev/null; refuse "space $free"; }
fi
unit=
if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then unit=--system
    elif [ "$(loginctl show-user "$(id -u)" -p Linger --value 2>/dev/null)" = yes ]; then
        unit=--user
    fi
fi
[ -n "$unit" ] || [ "$(id -u)" = 0 ] || [ "$(busctl get-property org.freedesktop.login1 \
    /org/freedesktop/login1 org.freedesktop.login1.Manager KillUserProcesses 2>/dev/null)" \
    != "b true" ] || refuse "logout $dir"
if [ ! -e cmd.sh ]; then
    printf '%s\n' "$command" >cmd.$$ && printf '%s\n' "$wrapper" >run.$$ &&
        printf '%s\n' "$session" >env.$$ && printf '%s\n' "$mask" "$here" >where.$$ &&
        mv run.$$ run.sh && mv env.$$ env.sh && mv where.$$ where && mv cmd.$$ cmd.sh ||
        refuse "room $dir"
fi
[ "$(sha256sum <cmd.sh | cut -c1-64)" = "$want" ] || refuse "other $dir"
find "$base/jobs" -mindepth 2 -maxdepth 2 -name ack -mtime +7 2>/dev/null |
    while read -r old; do rm -rf "${old%/ack}"; done
if ! mkdir started 2>/dev/null; then say again; exit 0; fi
if [ -n "$unit" ] && systemd-run $unit --quiet --collect "--unit=changedesk-$job" \
    -p KillMode=control-group -p "RuntimeMaxSec=$((limit + 60))" -p TimeoutStopSec=10 \
    "--setenv=CHANGEDESK_MINDS=$job" "--working-directory=$dir" \
    sh run.sh "$job" "$limit" "$cap" </dev/null >/dev/null 2>&1
then echo "changedesk-$job" >unit
elif command -v python3 >/dev/null 2>&1; then
    CHANGEDESK_MINDS=$job setsid python3 -I -S -c "$adopt" sh run.sh "$job" "$limit" "$cap" \
        </dev/null >/dev/null 2>&1 &
else CHANGEDESK_MINDS=$job setsid sh run.sh "$job" "$limit" "$cap" </dev/null >/dev/null 2>&1 &
fi
tries=0
while [ ! -e ident ] && [ $tries -lt 30 ]; do sleep 0.1; tries=$((tries + 1)); done
say started
"""
)

_WRAPPER = (
    r"""
job=$1; limit=$2; cap=$3; dir=.; leader=$$
"""
    + _FAMILY
    + r"""
umask 077
trap '' HUP
boot() { cat /proc/sys/kernel/random/boot_id; }
up() { read -r now _ </proc/uptime; echo "$now"; }
{ boot; echo $$; sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20; } >ident.tmp && mv ident.tmp ident
( while :; do : >beat; sleep 5; done ) & beat=$!
mkfifo o e
if stdbuf -o0 true 2>/dev/null; then
    first() { stdbuf -o0 head -c "$cap"; }
else
    first() { head -c "$cap"; }
fi
keep() {
    torn=0
    first >"$1" || torn=1
    wc -c >"$1.dropped.tmp" || torn=1
    mv "$1.dropped.tmp" "$1.dropped"
    return $torn
}
: >out; : >err
keep out <o & out=$!
keep err <e & err=$!
begun=$(up)
(
    { read -r mask; read -r here; } <where
    set -- "$job" "$limit" "$(pwd -P)/cmd.sh" "$mask" "$here"
    unset LC_ALL CHANGEDESK_MINDS  # ours, for what we read ourselves
    . ./env.sh
    umask "$4"
    cd "$5" 2>/dev/null || cd /
    exec env "CHANGEDESK_JOB=$1" timeout -k 10 "$2" sh "$3"
) >o 2>e </dev/null
code=$?
ended=$(up)
tries=0
while { kill -0 $out || kill -0 $err; } 2>/dev/null && [ $tries -lt 50 ]; do
    sleep 0.1; tries=$((tries + 1))
done
torn=0  # a full disk: what the command said is not all here
for keeper in $out $err; do
    kill -0 $keeper 2>/dev/null || wait $keeper || torn=1
done
tries=0  # who cancels goes on killing: orphans are known only as long as we live
while [ -e cancel ] && [ ! -e over ] && [ $tries -lt 80 ]; do
    sleep 0.2; tries=$((tries + 1))
done
left=0; for one in $(family); do left=$((left + 1)); done
stream() {
    size=$(wc -c <"$1"); size=$((size))
    sum=$(head -c "$size" "$1" | sha256sum | cut -c1-64)
    dropped=$(cat "$1.dropped" 2>/dev/null)
    echo "$size $sum ${dropped:-0}"
}
kill $beat 2>/dev/null
cancelled=0; [ -e cancel ] && cancelled=1
{
    echo "code $code"; echo "times $begun $ended $limit"; echo "cancelled $cancelled"
    echo "left $left"; echo "torn $torn"
    if [ -e unit ] || [ -e adopts ]; then echo "sees all"; else echo "sees some"; fi
    echo "out $(stream out)"; echo "err $(stream err)"; echo whole
} >end.tmp && mv end.tmp end
rm -f o e
"""
)
"""``job limit_s cap``: minds one command on the host, detached from whoever began it."""


_ADOPT = """
import os, sys
try:
    import signal
    for what in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, what), signal.SIG_DFL)
    import ctypes
    if ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0:
        open("adopts", "x").close()
finally:
    os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Lets orphans of what is begun fall to it and not to the first process of the host (Linux:
PR_SET_CHILD_SUBREAPER, kept when another program takes the process over). Whatever fails, it runs
without. The signals that Python ignores would be ignored by every command of the job as well: one
that writes into a closed pipe then complains instead of ending."""


def begin(command: str) -> str:
    """Return the script that begins a command, unless it was begun before.

    Its arguments are ``nonce job sha256 limit_s cap kib_that_must_be_free``. The command stands in
    the script's own text, which no other user of the host can see.
    """
    parts = {"command": command, "wrapper": _WRAPPER, "adopt": _ADOPT}
    values = "".join(f"{name}={shlex.quote(text)}\n" for name, text in parts.items())
    return values + _BEGIN


LOOK = (
    _PLACE
    + r"""
from_out=$1; from_err=$2; most=$3
[ -d "$dir" ] || { say state none; say done; exit 0; }
cd "$dir" || exit 1
minded
alive=0; for one in $(family); do alive=$((alive + 1)); done
say state $state
say alive $alive
[ -e beat ] && say beat $(($(date +%s) - $(date -r beat +%s 2>/dev/null || date +%s)))
[ $state = ended ] && while read -r line; do say end "$line"; done <end
piece() {
    size=$(count "$1")
    say "has_$1" $size
    if [ $state = ended ]; then size=$(sed -n "s/^$1 \([0-9]*\) .*/\1/p" end); fi
    n=$((size - $2)); [ $n -gt 0 ] || n=0; [ $n -le "$most" ] || n=$most
    say "$1" $n
    [ $n -eq 0 ] || tail -c "+$(($2 + 1))" "$1" | head -c $n
    echo
}
piece out "$from_out"
piece err "$from_err"
say done
"""
)
"""``nonce job offset_out offset_err most``: how it stands, and what it said from there on."""

CANCEL = (
    _PLACE
    + r"""
cd "$dir" 2>/dev/null || { say alive 0; say done; exit 0; }
: >cancel
minded
now() { read -r up _ </proc/uptime; echo "${up%.*}"; }
begun=$(now); gently=yes
while pids=$(family); [ -n "$pids" ]; do
    spent=$(($(now) - begun))
    [ $spent -lt 14 ] || break
    if [ $gently ]; then kill -TERM $pids 2>/dev/null; gently=
    elif [ $spent -ge 10 ]; then kill -KILL $pids 2>/dev/null
    fi
    sleep 0.1
done
: >over
alive=0; for one in $(family); do alive=$((alive + 1)); done
say alive $alive
say done
"""
)
"""``nonce job``: end every process of it, first gently; say how many are alive all the same."""

ACK = _PLACE + '\n[ -d "$dir" ] && : >"$dir/ack"; say done\n'
"""``nonce job``: everything is kept here; the host may forget the job in a week."""

READ = (
    _PLACE
    + r"""
stream=$1; from=$2
cd "$dir" 2>/dev/null && [ -e "$stream" ] || { say gone; exit 0; }
say data
exec tail -c "+$from" -- "$stream"
"""
)
"""``nonce job stream first``: everything from one byte on, counted from 1, behind one line."""

REMOVE = (
    _PLACE
    + r"""
if cd "$dir" 2>/dev/null; then
    minded
    [ -z "$(family)" ] && [ $state != running ] || { say kept; exit 0; }
    cd / && rm -rf "$dir"
    [ -e "$dir" ] && { say kept; exit 0; }
fi
say removed
"""
)
"""``nonce job``: forget it at once, with all it has put out; never while anything of it runs."""

LIST = (
    _BASE
    + r"""
cd "$base/jobs" 2>/dev/null || { say done; exit 0; }
here=$(pwd)
for dir in */; do
    job=${dir%/}
    case $job in *[!0-9a-f-]*) continue ;; esac
    cd "$here/$job" 2>/dev/null || continue
    stand
    [ $state = ended ] && [ -e ack ] && state=read
    code=-; [ -e end ] && code=$(sed -n 's/^code //p' end)
    begun=$(date -r cmd.sh +%s 2>/dev/null || echo 0)
    seen=$(date -r end +%s 2>/dev/null || date -r beat +%s 2>/dev/null || echo 0)
    say job "$job" $state "$(count out)" "$(count err)" "$begun" "$seen" "$(date +%s)" "${code:--}"
done
say done
"""
)
"""``nonce -``: every job there is, with state, sizes, begin, last sign of life, time, exit code."""
