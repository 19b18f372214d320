"""What a server is told to do with Redis or Valkey."""

from app.vault.databases.shell import OPENING, ROOM, TALLY

_TALK = (
    TALLY
    + r"""
ask() {
    {
        [ -z "$login" ] || printf '%s\n' "$login"
        printf '%s\n' "$@"
    } | $cli >"$folder/answer" || return
    tr -d '\r' <"$folder/answer" >"$folder/said"
    if [ -n "$login" ]
    then
        [ "$(head -n 1 "$folder/said")" = OK ] || { head -n 1 "$folder/said" >&2; return 77; }
        tail -n +2 "$folder/said" >"$folder/rest"
        mv "$folder/rest" "$folder/said"
    fi
}
refused() {
    head -n 1 "$folder/said" >&2
    finish 76 'redis=76 cat=0'
}
count_keys() {
    awk -F '[:=,]' -v want="$1" '/^# Keyspace/ { part++ } part == want && /^db[0-9]+:keys=/ {
        print "count", $1, $3 }' "$folder/said"
}
print_keys() {
    while read -r word key rest
    do
        printf 'name %s %s\n' "$key" "$(printf %s "$key" | od -An -tx1 | tr -d ' \n')"
    done <"$1" >"$folder/all"
    cat "$1" >>"$folder/all"
    print_tables "$folder/all"
}
"""
)
"""``ask COMMAND...`` talks in one connection, the login first; its answers are in ``said``."""

DUMP = (
    OPENING
    + _TALK
    + r"""
nonce=$1; shift
login=$(cat)
exec </dev/null
printf 'CD-BEGIN %s\n' "$nonce" >&2
make_folder || finish 73 'redis=73 cat=0'
cli=
for tool in redis-cli valkey-cli
do
    [ -n "$cli" ] || ! command -v "$tool" >/dev/null 2>&1 || cli="$tool $*"
done
[ -n "$cli" ] || { printf 'redis-cli: not found\n' >&2; finish 127 'redis=127 cat=0'; }
number() { grep -q '^[0-9][0-9]*$' "$folder/said" && cat "$folder/said"; }
state() { sed -n "s/^$1://p" "$folder/said"; }
ask LASTSAVE || finish "$?" "redis=$? cat=0"
before=$(number) || refused
ask 'INFO persistence' || finish "$?" "redis=$? cat=0"
until [ "$(state rdb_bgsave_in_progress)" = 0 ]
do
    [ -n "$(state rdb_bgsave_in_progress)" ] || refused
    pause
    ask 'INFO persistence' || finish "$?" "redis=$? cat=0"
done
ask LASTSAVE TIME || finish "$?" "redis=$? cat=0"
before=$(head -n 1 "$folder/said")
[ "$before" != "$(sed -n 2p "$folder/said")" ] || sleep 1
ask 'INFO keyspace' BGSAVE 'INFO keyspace' || finish "$?" "redis=$? cat=0"
grep -q '^Background saving' "$folder/said" || {
    grep -v -e '^#' -e '^db[0-9]' "$folder/said" | head -n 1 >&2; finish 76 'redis=76 cat=0'; }
count_keys 1 >"$folder/first"
count_keys 2 >"$folder/second"
awk 'NR == FNR { keys[$2] = $3; next } { print (keys[$2] == $3 ? $0 : "moved " $2) }' \
    "$folder/first" "$folder/second" >"$folder/keys"
ask 'INFO persistence' || finish "$?" "redis=$? cat=0"
until [ "$(state rdb_bgsave_in_progress)" = 0 ]
do
    [ -n "$(state rdb_bgsave_in_progress)" ] || refused
    pause
    ask 'INFO persistence' || finish "$?" "redis=$? cat=0"
done
if [ "$(state rdb_last_bgsave_status)" != ok ]
then
    printf 'BGSAVE ended with status %s\n' "$(state rdb_last_bgsave_status)" >&2
    finish 74 'redis=74 cat=0'
fi
ask LASTSAVE || finish "$?" "redis=$? cat=0"
after=$(number) || refused
if [ "$after" -le "$before" ]
then
    printf 'BGSAVE left no newer file behind (saved at %s, before at %s)\n' "$after" "$before" >&2
    finish 74 'redis=74 cat=0'
fi
ask 'CONFIG GET dir' 'CONFIG GET dbfilename' || finish "$?" "redis=$? cat=0"
file=$(sed -n 2p "$folder/said")/$(sed -n 4p "$folder/said")
if [ ! -r "$file" ] || [ ! -f "$file" ]
then
    head -n 1 "$folder/said" | grep '^[A-Z]* ' >&2
    printf '%s: the file that was saved cannot be read by %s\n' "$file" "$(id -un)" >&2
    finish 66 'redis=66 cat=0'
fi
exec 5<"$file"
bytes=$(wc -c </dev/fd/5)
printf 'CD-DATA %s\n' "$nonce"
cat <&5
code=$?
print_keys "$folder/keys"
finish "$code" "redis=0 cat=$code bytes=$bytes tables=$count"
"""
)
"""Arguments: nonce, options of redis-cli. The AUTH command on stdin.

The file is saved by the server and read from the descriptor it was opened with, so that another
save that replaces it meanwhile changes nothing.
"""

CHECK = (
    OPENING
    + r"""
nonce=$1
printf 'CD-BEGIN %s\n' "$nonce" >&2
make_folder || finish 73 'check=73'
tool=
for found in redis-check-rdb valkey-check-rdb
do
    [ -n "$tool" ] || ! command -v "$found" >/dev/null 2>&1 || tool=$found
done
[ -n "$tool" ] || { printf 'redis-check-rdb: not installed\n' >&2; finish 69 'check=69'; }
printf 'CD-DATA %s\n' "$nonce"
cat >"$folder/dump.rdb"
"$tool" "$folder/dump.rdb" >"$folder/said" 2>&1
code=$?
[ "$code" -eq 0 ] && grep -q 'RDB looks OK' "$folder/said" || code=65
tail -n 3 "$folder/said" >&2
printf 'CD %s keys %s\n' "$nonce" "$(sed -n 's/.*\] \([0-9]*\) keys read.*/\1/p' "$folder/said")"
finish "$code" "check=$code"
"""
)
"""Arguments: nonce. The file on stdin, read to its end and its checksum by Redis's own tool."""

DRILL = (
    OPENING
    + _TALK
    + ROOM
    + r"""
nonce=$1; room=$2; samples=$3; sample=$4
login=
printf 'CD-BEGIN %s\n' "$nonce" >&2
make_folder || finish 73 'drill=73'
look_for_room "$room"
program= cli=
for name in redis valkey
do
    command -v "$name-server" >/dev/null 2>&1 && command -v "$name-cli" >/dev/null 2>&1 || continue
    program=$name-server cli="$name-cli -s $folder/socket"
done
if [ -z "$program" ]
then
    printf 'redis-server: not installed\n' >&2
    finish 69 'drill=69'
fi
printf 'CD-DATA %s\n' "$nonce"
cat >"$folder/dump.rdb"
: >"$folder/bases"
exec </dev/null
"$program" --port 0 --unixsocket "$folder/socket" --dir "$folder" --dbfilename dump.rdb --save '' \
    --appendonly no --databases 1024 --daemonize no >"$folder/log" 2>&1 &
server=$!
stop_server() { kill "$server"; wait "$server"; }
waited=0
until [ -S "$folder/socket" ] && ask PING && [ "$(cat "$folder/said")" = PONG ]
do
    waited=$((waited + 1))
    if ! kill -0 "$server" 2>/dev/null || grep -q -i -e 'fatal error' -e 'bad file format' \
        -e 'internal error in rdb' "$folder/log"
    then
        grep -i -e error -e bad -e fatal "$folder/log" | tail -n 3 >&2
        finish 65 'drill=65'
    fi
    pause
done 2>/dev/null
ask 'INFO keyspace' 'INFO server' || finish 67 'drill=67'
[ "$samples" -eq 0 ] || sed -n 's/^db\([0-9]*\):keys=.*/\1/p' "$folder/said" >"$folder/bases"
count_keys 1 >"$folder/keys"
version=$(sed -n -e 's/^redis_version:/Redis /p' "$folder/said")
expired=$(sed -n 's/.*keys loaded: [0-9]*, keys expired: \([0-9]*\).*/\1/p' "$folder/log")
print_keys "$folder/keys"
while read -r base
do
    ask "SELECT $base" "EVAL '$sample' 0 $samples" || finish 67 'drill=67'
    sed -n "s/^[0-9a-f][0-9a-f]* [a-z]*[0-9a-f]*\$/CD $nonce sample $base &/p" "$folder/said"
done <"$folder/bases"
printf 'CD %s version %s\n' "$nonce" "$version"
printf 'CD %s expired %s\n' "$nonce" "${expired:-0}"
finish 0 "drill=0 tables=$count"
"""
)
"""Arguments: nonce, KiB that must be free, keys to pick at random from every database, how.

The file on stdin; a server of its own, that nothing but a socket leads to, loads it.
"""

ASK = r"""
LC_ALL=C; export LC_ALL
nonce=$1; shift
printf 'CD-BEGIN %s\n' "$nonce" >&2
cli=
for tool in redis-cli valkey-cli
do
    [ -n "$cli" ] || ! command -v "$tool" >/dev/null 2>&1 || cli=$tool
done
printf 'CD-DATA %s\n' "$nonce"
"${cli:-redis-cli}" "$@" | tr -d '\r'
printf '\nCD-END %s ask=0\n' "$nonce" >&2
"""
"""Arguments: nonce, options of redis-cli. Login and commands on stdin; prints the answers."""

_DIGEST = (
    'local function digest(k) local t=redis.call("TYPE",k)["ok"] local v '
    'if t=="string" then if redis.call("STRLEN",k)>65536 then return "large" end '
    'v={redis.call("GET",k)} '
    'elseif t=="list" then if redis.call("LLEN",k)>1000 then return "large" end '
    'v=redis.call("LRANGE",k,0,-1) '
    'elseif t=="set" then if redis.call("SCARD",k)>1000 then return "large" end '
    'v=redis.call("SMEMBERS",k) table.sort(v) '
    'elseif t=="zset" then if redis.call("ZCARD",k)>1000 then return "large" end '
    'v=redis.call("ZRANGE",k,0,-1,"WITHSCORES") '
    'elseif t=="hash" then if redis.call("HLEN",k)>1000 then return "large" end '
    'local f=redis.call("HGETALL",k) v={} '
    'for i=1,#f,2 do v[#v+1]=#f[i]..":"..f[i]..f[i+1] end table.sort(v) '
    'elseif t=="none" then return "none" else return "large" end '
    'for i=1,#v do v[i]=#v[i]..":"..v[i] end '
    'return t..redis.sha1hex(table.concat(v,",")) end '
)
PICK = (
    _DIGEST + "local out,seen={},{} for i=1,tonumber(ARGV[1]) do "
    'local k=redis.call("RANDOMKEY") if k and not seen[k] then seen[k]=true '
    'local hex=k:gsub(".",function(c) return string.format("%02x",string.byte(c)) end) '
    'out[#out+1]=hex.." "..digest(k) end end return out'
)
"""Lua: picks keys at random and says each in hex with a digest of its value."""
LOOK = (
    _DIGEST + "local out={} for i=1,#ARGV do "
    'local k=ARGV[i]:gsub("..",function(c) return string.char(tonumber(c,16)) end) '
    'out[#out+1]=ARGV[i].." "..digest(k) end return out'
)
"""Lua: says the same of the keys it is given in hex."""
