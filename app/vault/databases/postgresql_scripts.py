"""What a server is told to do with a PostgreSQL database."""

from app.vault.databases.shell import OPENING, ROOM, TALLY

_RELATIONS = (
    "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' "
    "AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d "
    "WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid "
    "AND d.deptype = 'e')"
)
"""Every table that pg_dump takes the rows of."""

_TALK = (
    TALLY  # noqa: S608 - names are quoted by the database itself
    + r"""
begin_talk() {
    mkfifo "$folder/ask" || return 1
    : >"$folder/said"
    {
        "$@" psql -XAtq --no-password -v ON_ERROR_STOP=1 -d "$target" <"$folder/ask"
        printf '\nended %d\n' "$?"
    } >>"$folder/said" &
    exec 4>"$folder/ask"
}
wait_for() {
    until grep -q "^$1" "$folder/said"
    do
        ! grep -q '^ended' "$folder/said" || return 1
        pause
    done
}
end_talk() {
    exec 4>&-
    wait_for ended
}
tally() {
    write_sums
    chmod 0711 "$folder"
    chmod 0644 "$folder/sums"
    printf '%s\n' 'SET synchronize_seqscans = off; SET extra_float_digits = 3;' \
        'SET datestyle = ISO; SET intervalstyle = postgres; SET row_security = off;' \
        "SET statement_timeout = 0; SET search_path = '';" \
        "SELECT 'name ' || c.oid || ' ' || pg_catalog.encode(pg_catalog.convert_to(
            pg_catalog.format('%I.%I', n.nspname, c.relname), 'UTF8'), 'hex')
            FROM RELATIONS ORDER BY n.nspname, c.relname;" '\echo listed' >&4
    wait_for listed || return 1
    while read -r word key rest
    do
        [ "$word" = name ] || continue
        printf '%s\n' "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS relation
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = $key \\gset" "\\o |sh '$folder/sums' $key" \
            'COPY :relation TO STDOUT;' '\o'
    done <"$folder/said" >&4
    if [ -n "$query" ]
    then
        printf '%s\n' '\set ON_ERROR_STOP 0' '\echo name query ?' \
            'SET search_path TO DEFAULT;' "\\o |sh '$folder/sums' query" \
            "COPY ($query) TO STDOUT;" '\o' '\if :ERROR' '\echo moved query' '\endif' >&4
    fi
    printf '\\echo summed\n' >&4
    wait_for summed
}
"""
).replace("RELATIONS", _RELATIONS)
"""One session that answers as it is asked; ``tally`` hashes every table as pg_dump writes it."""

DUMP = (
    OPENING
    + _TALK
    + r"""
nonce=$1; target=$2; query=$3; shift 3
printf 'CD-BEGIN %s\n' "$nonce" >&2
make_folder || finish 73 'pg_dump=73'
cat >"$folder/pass"
exec </dev/null
if [ -s "$folder/pass" ]
then
    PGPASSFILE=$folder/pass; export PGPASSFILE
fi
PGCONNECT_TIMEOUT=20; export PGCONNECT_TIMEOUT
snapshot=
if begin_talk "$@"
then
    printf '%s\n' '\set ON_ERROR_STOP 0' "SELECT 'held ' ||
        pg_catalog.pg_database_size(pg_catalog.current_database());" '\set ON_ERROR_STOP 1' \
        'SET idle_in_transaction_session_timeout = 0;' \
        'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;' \
        "SELECT 'snapshot ' || pg_catalog.pg_export_snapshot();" >&4
    wait_for snapshot && snapshot=$(sed -n 's/^snapshot //p' "$folder/said")
    held=$(sed -n 's/^held \([0-9]*\)$/ held=\1/p' "$folder/said")
fi
printf 'CD-DATA %s\n' "$nonce"
"$@" pg_dump -Fc --no-password --lock-wait-timeout=60s ${snapshot:+"--snapshot=$snapshot"} \
    --dbname="$target"
code=$?
figures=
if [ "$code" -eq 0 ] && [ -n "$snapshot" ] && tally
then
    end_talk
    print_tables "$folder/said"
    figures=" tables=$count"
fi
finish "$code" "pg_dump=$code$figures${held:-}"
"""
)
"""Arguments: nonce, database as libpq names it, query or nothing, the words before every command.

Password file on stdin. Tables are tallied in the very snapshot that is dumped; what the database
holds on disk is asked beforehand, for whoever must know what a restore needs.
"""

GLOBALS = (
    OPENING
    + r"""
nonce=$1; target=$2; shift 2
printf 'CD-BEGIN %s\n' "$nonce" >&2
make_folder || finish 73 'pg_dumpall=73'
cat >"$folder/pass"
exec </dev/null
if [ -s "$folder/pass" ]
then
    PGPASSFILE=$folder/pass; export PGPASSFILE
fi
PGCONNECT_TIMEOUT=20; export PGCONNECT_TIMEOUT
printf 'CD-DATA %s\n' "$nonce"
"$@" --globals-only --no-password --dbname="$target"
code=$?
finish "$code" "pg_dumpall=$code"
"""
)
"""Arguments: nonce, any database as libpq names it, the command. Password file on stdin."""

_READ = (
    OPENING
    + r"""
nonce=$1
printf 'CD-BEGIN %s\n' "$nonce" >&2
make_folder || finish 73 'read=73'
if ! command -v pg_restore >/dev/null 2>&1
then
    printf 'pg_restore: not installed\n' >&2
    finish 69 'read=69'
fi
printf 'CD-DATA %s\n' "$nonce"
cat >"$folder/dump"
pg_restore -f OUT "$folder/dump"
code=$?
[ "$code" -eq 0 ] || code=65
printf 'CD %s data %s\n' "$nonce" "$(pg_restore -l "$folder/dump" | grep -c ' TABLE DATA ')"
finish "$code" "read=$code"
"""
)
READ = _READ.replace("OUT", "/dev/null")
"""Arguments: nonce. The dump on stdin; PostgreSQL's own tool reads it whole, not only its head."""
TEXT = _READ.replace("OUT", "- --section=data")
"""The same, and prints the rows as SQL; code of functions could look like rows."""

DRILL = (
    OPENING
    + _TALK
    + ROOM
    + r"""
nonce=$1; query=$2; room=$3
printf 'CD-BEGIN %s\n' "$nonce" >&2
make_folder || finish 73 'drill=73'
look_for_room "$room"
newest=0
for found in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/opt/postgresql*/bin \
    /opt/homebrew/opt/postgresql*/bin "$(dirname "$(command -v initdb || echo /nowhere/x)")"
do
    [ -x "$found/initdb" ] || continue
    version=$("$found/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    [ "$version" -gt "$newest" ] && newest=$version bin=$found
done
if [ "$newest" -eq 0 ]
then
    printf 'initdb: the programs of a PostgreSQL server are not installed\n' >&2
    finish 69 'drill=69'
fi
PATH=$bin:$PATH; export PATH
step_down postgres
printf 'CD-DATA %s\n' "$nonce"
read -r number
: >"$folder/roles"
while [ "$number" -gt 0 ] && IFS= read -r role
do
    printf 'CREATE ROLE %s NOLOGIN;\n' "$role" >>"$folder/roles"
    number=$((number - 1))
done
cat >"$folder/dump"
exec </dev/null
chmod 0711 "$folder"
chmod 0644 "$folder/dump" "$folder/roles"
fail() {
    tail -n 5 "$folder/log" >&2
    finish "$1" "drill=$1"
}
$owner sh -c ': >"$1/log"; mkdir "$1/data"' sh "$folder" 2>/dev/null || {
    chmod 0755 "$folder"; fail 73; }
stop_server() { $owner pg_ctl -D "$folder/data" -m immediate -w stop; }
$owner initdb -D "$folder/data" -U changedesk -A trust -E UTF8 --locale=C --no-sync \
    >/dev/null 2>"$folder/notes" || { cat "$folder/notes" >&2; finish 70 'drill=70'; }
$owner pg_ctl -D "$folder/data" -w -t 60 -l "$folder/log" -o "-k '$folder' -c listen_addresses= \
    -c fsync=off -c full_page_writes=off -c autovacuum=off -c max_wal_size=4GB" start \
    >/dev/null 2>&1 || fail 70
boss="host='$folder' user=changedesk"
target="host='$folder' user=drill dbname=scratch"
as_boss() { $owner psql -XAtq -v ON_ERROR_STOP=1 -d "$boss dbname=$1" -f - >/dev/null; }
pg_restore -s -f "$folder/schema" "$folder/dump" || finish 65 'drill=65'
encoding=$(sed -n "s/^SET client_encoding = '\([A-Za-z0-9_]*\)';\$/\1/p" "$folder/schema" |
    head -n 1)
{
    echo 'CREATE ROLE drill LOGIN;'
    cat "$folder/roles"
    echo "CREATE DATABASE scratch TEMPLATE template0 ENCODING '${encoding:-UTF8}' OWNER drill;"
} | as_boss postgres || finish 70 'drill=70'
grep -E '^CREATE EXTENSION IF NOT EXISTS "?[a-z0-9_-]+"? WITH SCHEMA (public|pg_catalog);$' \
    "$folder/schema" | as_boss scratch || finish 70 'drill=70'
rm -f "$folder/schema"
left_out='^[0-9]+; [0-9]+ [0-9]+ (EXTENSION|EVENT TRIGGER|COMMENT) '
pg_restore -l "$folder/dump" | grep -Ev "$left_out" >"$folder/list"
chmod 0644 "$folder/list"
$owner pg_restore -d "$target" --no-owner --no-acl --no-publications --no-subscriptions \
    --no-security-labels --no-tablespaces --exit-on-error --single-transaction \
    -L "$folder/list" "$folder/dump" || finish 65 'drill=65'
echo 'ANALYZE;' | as_boss scratch
begin_talk $owner && tally || finish 67 'drill=67'
end_talk
print_tables "$folder/said"
printf 'CD %s version PostgreSQL %s\n' "$nonce" "$(postgres --version | sed 's/.*) //; s/ .*//')"
finish 0 "drill=0 tables=$count"
"""
)
"""Arguments: nonce, query or nothing, KiB that must be free. On stdin: the number of role names,
the names one on each line, the dump.

A server of its own in a folder of its own, so that no name of an existing database is ever used.
The dump is restored by an account without rights beyond its database: it may come from a server
that was broken into, and must not run programs here.
"""
