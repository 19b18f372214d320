"""What a server is told when a database of MariaDB is put back beside the present one and swapped.

Three databases take part: the present one, a new one that is filled from the dump, and the kept
one, which the present tables go into. Tables change their database by one ``RENAME TABLE`` for all
of them, foreign keys with them. Code (triggers, views, routines, events) cannot: so the text of
what was, and of what shall be, is kept in a table. That lies in the new database at first, and
then in the kept one, where its name says how far everything has come: ``changedesk_swapping``,
``changedesk_swapped`` or ``changedesk_undoing``. A server never loses a renamed table in a crash.
"""

from app.vault.databases.mysql_scripts import TALK
from app.vault.databases.shell import OPENING

REFUSED = 3
"""Exit code of a swap that did not begin: nothing was changed."""

_HEAD = (
    OPENING  # noqa: S608 - names were checked before, or are quoted by the database itself
    + TALK
    + r"""
gently= query=
printf 'CD-BEGIN %s\n' "$nonce" >&2
printf 'CD-DATA %s\n' "$nonce"
read -r lines
login=
while [ "$lines" -gt 0 ]
do
    IFS= read -r line
    login="$login$line
"
    lines=$((lines - 1))
done
end() {
    cat >/dev/null
    finish "$1" "mariadb=$1"
}
client=$(choose mariadb mysql) && dump=$(choose mariadb-dump mysqldump) || end 127
list() {
    my "$client" --batch --raw --skip-column-names --default-character-set=utf8mb4 -e "$1"
}
sql() { my "$client" --default-character-set=utf8mb4 "$@"; }
say() { printf 'CD %s %s %s\n' "$nonce" "$1" "$2"; }
has() {
    [ "$(list "SELECT COUNT(*) FROM information_schema.schemata
        WHERE schema_name = '$1'")" = 1 ]
}
referred() {
    list "SELECT DISTINCT CONCAT(table_schema, '.', table_name)
        FROM information_schema.key_column_usage
        WHERE referenced_table_schema = '$database' AND table_schema <> '$database'"
}
busy() {
    list "SELECT COUNT(*) FROM information_schema.processlist
        WHERE db = '$database' AND id <> CONNECTION_ID()"
}
triggers() {
    list "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = '$1'"
}
"""
)

_CODE = r"""
quoted() { printf "CONCAT('\`', REPLACE(%s, '\`', '\`\`'), '\`')" "$1"; }
joined() { awk 'NR > 1 { printf ", " } { printf "%s", $0 }'; }
views() {
    list "SELECT table_name FROM information_schema.tables
        WHERE table_schema = '$1' AND table_type = 'VIEW' ORDER BY table_name"
}
counting() {
    list "SELECT CONCAT('ALTER TABLE $2', $(quoted table_name), ' ALTER COLUMN ',
            $(quoted column_name), $3, ';')
        FROM information_schema.columns
        WHERE table_schema = '$1' AND INSTR(column_default, 'val(\`$1\`.')"
}
write_code() {
    of=$1
    plain='--single-transaction --no-data --no-tablespaces --skip-comments'
    my "$dump" $plain --no-create-info --routines --triggers --events \
        --default-character-set=utf8mb4 "$of" || return
    counting "$of" '' "' SET DEFAULT ', REPLACE(column_default, '\`$of\`.', '')" || return
    views "$of" >"$folder/views" || return
    set --
    while IFS= read -r line
    do
        set -- "$@" "$line"
    done <"$folder/views"
    [ "$#" -eq 0 ] ||
        my "$dump" $plain --skip-triggers --default-character-set=utf8mb4 "$of" "$@"
}
retarget() {
    awk -v to="$1" '
        /^DELIMITER / { code = $2 != ";" }
        !code && /^\/\*M?!999999.*enable the sandbox mode/ { next }
        !code && /^ALTER DATABASE `/ { sub(/`[^`]*`/, "`" to "`") }
        !code && /^\/\*!50003 DROP [A-Z ]* IF EXISTS / { next }
        first && /^CREATE DEFINER=/ { sub(/^CREATE /, "CREATE OR REPLACE ") }
        { first = $0 == "DELIMITER ;;"; print }'
}
load_code() { retarget "$1" <"$2" | sql --sandbox "$1"; }
drop_outer_code() {
    list "SELECT CONCAT('DROP TRIGGER IF EXISTS \`$1\`.', $(quoted trigger_name), ';')
        FROM information_schema.triggers WHERE trigger_schema = '$1'
        UNION ALL SELECT CONCAT('DROP EVENT IF EXISTS \`$1\`.', $(quoted event_name), ';')
        FROM information_schema.events WHERE event_schema = '$1'"
}
drop_views() {
    list "SELECT CONCAT('DROP VIEW IF EXISTS \`$1\`.', $(quoted table_name), ';')
        FROM information_schema.tables WHERE table_schema = '$1' AND table_type = 'VIEW'"
}
drop_routines() {
    list "SELECT CONCAT(routine_type, ' IF EXISTS ', $(quoted routine_name))
        FROM information_schema.routines WHERE routine_schema = '$1'" >"$folder/routines" || return
    while IFS= read -r line
    do
        grep -q -x -F -e "/*!50003 DROP $line */;" "$2" ||
            printf 'DROP %s;\n' "$line"
    done <"$folder/routines"
}
drop_inner_code() { drop_views "$1" && printf 'USE `%s`;\n' "$1" && drop_routines "$1" "$2"; }
keep() {
    {
        printf "INSERT INTO \`$1\`.changedesk_code VALUES ('%s', '', x'" "$2"
        od -An -v -tx1 | tr -d ' \n'
        printf "');\n"
    } | sql
}
kept_text() { list "SELECT text FROM \`$1\` WHERE what = '$2'"; }
moving() {
    list "SELECT CONCAT('\`$1\`.', $(quoted table_name), ' TO \`$2\`.', $(quoted table_name))
        FROM information_schema.tables WHERE table_schema = '$1' AND table_type <> 'VIEW'
        AND table_name NOT IN ('changedesk_code', 'changedesk_swapping', 'changedesk_swapped',
            'changedesk_undoing') $3 ORDER BY table_name"
}
locking() {
    list "SELECT CONCAT('\`$database\`.', $(quoted table_name), ' WRITE')
        FROM information_schema.tables WHERE table_schema = '$database' AND table_type <> 'VIEW'"
}
rename() {
    [ ! -s "$1" ] || printf 'SET SESSION lock_wait_timeout = %s; RENAME TABLE %s;\n' \
        "$wait_s" "$(joined <"$1")" | sql
}
charset_of() {
    list "SELECT CONCAT('CHARACTER SET ', default_character_set_name, ' COLLATE ',
        default_collation_name) FROM information_schema.schemata WHERE schema_name = '$1'"
}
journal() {
    list "SELECT table_name FROM information_schema.tables WHERE table_schema = '$kept'
        AND table_name IN ('changedesk_swapping', 'changedesk_swapped', 'changedesk_undoing')"
}
refuse_outside() {
    [ -z "$(referred)" ] || {
        printf 'tables of other databases refer to %s: %s\n' "$database" "$(referred | joined)" >&2
        end 3
    }
}
refuse_busy() {
    [ "$(busy)" -eq 0 ] || {
        printf '%s sessions are connected to %s, and triggers come or go\n' "$(busy)" \
            "$database" >&2
        end 3
    }
}
"""
"""``write_code DATABASE`` prints what is no table; ``load_code DATABASE FILE`` makes it there.

With the code goes every default that counts by a sequence of the same database: it names that
database and cannot be read where there is none, so it is set anew where its table has come to.

Outer code, triggers and events, must go before tables move: a trigger holds its table back, and an
event could write meanwhile. Inner code is in nobody's way. A routine that stays is replaced and
not dropped, for with it would go who may call it.
"""

LOOK = (
    "nonce=$1; database=$2\n"  # noqa: S608 - as above
    + _HEAD
    + r"""
exec </dev/null
version=$(list "SELECT VERSION()") || end 1
say version "$version"
[ "$(list 'SELECT @@hostname')" != "$(uname -n)" ] || say here yes
say data "$(list 'SELECT @@datadir')"
! "$client" --no-defaults --help 2>/dev/null | grep -q -e --sandbox || say sandbox yes
! has "$database" || say there yes
list "SELECT privilege_type FROM information_schema.user_privileges
    WHERE grantee IN (CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''',
        SUBSTRING_INDEX(CURRENT_USER(), '@', -1), ''''), CURRENT_ROLE())" |
    while IFS= read -r line; do say may "$line"; done
referred | while IFS= read -r line; do say referred "$line"; done
say triggers "$(triggers "$database")"
say busy "$(busy)"
end 0
"""
)
"""Arguments: nonce, database. Login on stdin, as in all of these, its number of lines first."""

COUNT = (
    "nonce=$1; database=$2\n"
    + _HEAD
    + r"""
make_folder || end 73
list_tables && tally "$folder/now" || end 67
print_tally "$folder/now"
cat >/dev/null
finish 0 "mariadb=0 tables=$count"
"""
)
"""Arguments: nonce, database. Says the rows of every table, and their SHA-256."""

FILL = (
    "nonce=$1; database=$2\n"
    + _HEAD
    + r"""
make_folder || end 73
sql --sandbox
code=$?
[ "$code" -eq 0 ] || end "$code"
list_tables && tally "$folder/now" || end 67
print_tally "$folder/now"
cat >/dev/null
finish 0 "mariadb=0 tables=$count"
"""
)
"""Arguments: nonce, the new database, which the dump makes. The dump follows the login."""

SAVE = (
    "nonce=$1; database=$2; new=$3\n"  # noqa: S608 - as above
    + _HEAD
    + _CODE
    + r"""
make_folder || end 73
cat >"$folder/events"
{ write_code "$new" && cat "$folder/events"; } >"$folder/text" || end 1
retarget "$database" <"$folder/text" >"$folder/code"
if grep -q -F -e "$new" "$folder/code"
then
    printf 'a view or a routine of %s names its own database\n' "$database" >&2
    end 3
fi
say code "$(views "$new" | awk 'END { print NR }') $(triggers "$new") $(list "SELECT COUNT(*)
    FROM information_schema.routines WHERE routine_schema = '$new'")"
{
    drop_outer_code "$new" && counting "$new" "\`$new\`." "' DROP DEFAULT'" &&
        drop_inner_code "$new" /dev/null
} >"$folder/drops" && sql <"$folder/drops" || end 1
printf 'CREATE TABLE `%s`.changedesk_code (what VARCHAR(8) NOT NULL, name VARCHAR(64) NOT NULL,
    text LONGBLOB) ENGINE=InnoDB CHARACTER SET utf8mb4;\n' "$new" | sql || end 1
keep "$new" new <"$folder/text" || end 1
end 0
"""
)
"""Arguments: nonce, database, new database. The events of the dump follow the login.

The code of the new database, which the dump has just made, becomes text again and is dropped: so
it is known that this server takes it. Events are not made before the swap, for they would run.
"""

SWAP = (
    "nonce=$1; database=$2; new=$3; kept=$4; wait_s=$5\n"  # noqa: S608 - as above
    + _HEAD
    + _CODE
    + r"""
trap '' HUP INT TERM
exec </dev/null
make_folder || end 3
[ -z "$(journal)" ] || { printf 'a swap was begun before\n' >&2; end 1; }
kept_text "$new\`.\`changedesk_code" new >"$folder/new" && [ -s "$folder/new" ] || end 3
refuse_outside
there=
! has "$database" || there=yes
if [ "$(triggers "$database")" -gt 0 ] || grep -q ' TRIGGER ' "$folder/new"
then
    refuse_busy
fi
if [ -n "$there" ]
then
    write_code "$database" >"$folder/old" || end 3
    moving "$database" "$kept" >"$folder/moves" || end 3
    if [ -s "$folder/moves" ]
    then
        printf 'SET SESSION lock_wait_timeout = %s; LOCK TABLES %s; UNLOCK TABLES;\n' "$wait_s" \
            "$(locking | joined)" | sql || end 3
    fi
    keep "$new" old <"$folder/old" || end 3
    charset_of "$database" | tr -d '\n' | keep "$new" schema || end 3
    list "INSERT INTO \`$new\`.changedesk_code SELECT 'before', table_name, ''
        FROM information_schema.tables WHERE table_schema = '$database'
        AND table_type <> 'VIEW'" || end 3
else
    : >"$folder/moves"
fi
like=$new
[ -z "$there" ] || like=$database
sql -e "CREATE DATABASE IF NOT EXISTS \`$kept\` $(charset_of "$like")" || end 3
sql -e "RENAME TABLE \`$new\`.changedesk_code TO \`$kept\`.changedesk_swapping" || {
    sql -e "DROP DATABASE \`$kept\`"
    end 3
}
[ -n "$there" ] || sql -e "CREATE DATABASE \`$database\` $(charset_of "$new")" || end 1
drop_outer_code "$database" >"$folder/drops" && sql <"$folder/drops" || end 1
moving "$new" "$database" >>"$folder/moves" && rename "$folder/moves" || end 1
drop_inner_code "$database" "$folder/new" >"$folder/drops" && sql <"$folder/drops" || end 1
sql -e "ALTER DATABASE \`$database\` $(charset_of "$new")" || end 1
load_code "$database" "$folder/new" || end 1
sql -e "RENAME TABLE \`$kept\`.changedesk_swapping TO \`$kept\`.changedesk_swapped" || end 1
[ -z "$there" ] || say kept "$kept"
end 0
"""
)
"""Arguments: nonce, database, new database, kept database, seconds to wait for a lock.

Whatever could refuse is asked before the journal changes its name; until then nothing was changed.
"""

UNDO = (
    "nonce=$1; database=$2; new=$3; kept=$4; wait_s=$5\n"  # noqa: S608 - as above
    + _HEAD
    + _CODE
    + r"""
trap '' HUP INT TERM
exec </dev/null
make_folder || end 73
state=$(journal) || end 1
[ -n "$state" ] || end 0
[ "$state" != changedesk_swapped ] || {
    refuse_outside
    [ "$(triggers "$database")" -eq 0 ] || refuse_busy
}
before=$kept\`.\`changedesk_undoing
[ "$state" = changedesk_undoing ] ||
    sql -e "RENAME TABLE \`$kept\`.\`$state\` TO \`$before\`" || end 1
there=$(list "SELECT COUNT(*) FROM \`$before\` WHERE what = 'schema'") || end 1
kept_text "$before" old >"$folder/old" && kept_text "$before" schema >"$folder/schema" || end 1
has "$new" || sql -e "CREATE DATABASE \`$new\` $(charset_of "$database")" || end 1
has "$database" || sql -e "CREATE DATABASE \`$database\`" || end 1
drop_outer_code "$database" >"$folder/drops" &&
    drop_inner_code "$database" "$folder/old" >>"$folder/drops" && sql <"$folder/drops" || end 1
moving "$database" "$new" "AND table_name NOT IN (SELECT name FROM \`$before\`
    WHERE what = 'before' AND name NOT IN (SELECT table_name FROM information_schema.tables
    WHERE table_schema = '$kept')) AND table_name NOT IN (SELECT table_name
    FROM information_schema.tables WHERE table_schema = '$new')" >"$folder/moves" &&
    moving "$kept" "$database" >>"$folder/moves" && rename "$folder/moves" || end 1
if [ "$there" -eq 0 ]
then
    sql -e "DROP DATABASE \`$database\`" || end 1
else
    sql -e "ALTER DATABASE \`$database\` $(cat "$folder/schema")" || end 1
    load_code "$database" "$folder/old" || end 1
fi
left=$(moving "$kept" "$database") && [ -z "$left" ] || end 1
sql -e "RENAME TABLE \`$before\` TO \`$new\`.changedesk_code" || end 1
sql -e "DROP DATABASE \`$kept\`" || end 1
end 0
"""
)
"""Arguments: as of ``SWAP``. May be repeated from wherever it, or the swap, was cut off.

A table goes back unless it is one of those before and not in the kept database yet.
"""

STATE = (
    "nonce=$1; database=$2; kept=$3\n"
    + _HEAD
    + _CODE
    + r"""
exec </dev/null
state=$(journal) || end 1
[ -z "$state" ] || say journal "${state#changedesk_}"
end 0
"""
)
"""Arguments: nonce, database, kept database. Answers what the journal is called."""

DROP = (
    "nonce=$1; database=$2\n"
    + _HEAD
    + r"""
exec </dev/null
sql -e "SET SESSION lock_wait_timeout = 60; DROP DATABASE IF EXISTS \`$database\`" || end 1
end 0
"""
)
"""Arguments: nonce, database."""
