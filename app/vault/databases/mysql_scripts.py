"""What a server is told to do with a MySQL or MariaDB database."""

from app.vault.databases.shell import OPENING, ROOM, TALLY

TALK = (
    TALLY  # noqa: S608 - names are quoted by the database itself
    + r"""
choose() {
    for tool
    do
        command -v "$tool" >/dev/null 2>&1 && { printf '%s' "$tool"; return; }
    done
    printf '%s: not found\n' "$1" >&2
    return 127
}
my() {
    command=$1; shift
    $gently "$command" --defaults-extra-file=/dev/fd/3 "$@" 3<<END
[client]
$login
END
}
ask() {
    my "$client" --batch --skip-column-names --quick --default-character-set=utf8mb4 -e "$1"
}
list_tables() {
    ask "SELECT 'name', t.table_name, HEX(t.table_name), HEX(CONCAT('SELECT * FROM \`',
        REPLACE(t.table_schema, '\`', '\`\`'), '\`.\`', REPLACE(t.table_name, '\`', '\`\`'), '\`',
        COALESCE(CONCAT(' ORDER BY ', (SELECT GROUP_CONCAT(CONCAT('\`',
            REPLACE(s.column_name, '\`', '\`\`'), '\`') ORDER BY s.seq_in_index SEPARATOR ', ')
            FROM information_schema.statistics s WHERE s.table_schema = t.table_schema
            AND s.table_name = t.table_name AND s.index_name = 'PRIMARY')), ''))), t.engine
        FROM information_schema.tables t
        WHERE t.table_schema = '$database' AND t.table_type = 'BASE TABLE'
        ORDER BY t.table_name" >"$folder/list" || return
    awk -F '\t' '{ print "name", NR, tolower($3), $4, $5 }' "$folder/list" >"$folder/tables"
}
list_columns() {
    ask "SELECT table_name, ordinal_position, HEX(column_name), HEX(column_type), is_nullable
        FROM information_schema.columns WHERE table_schema = '$database'
        ORDER BY table_name, ordinal_position" | sha256sum
}
tally() {
    write_sums
    while read -r word key name statement engine
    do
        { ask "SET @q = UNHEX('$statement'); PREPARE q FROM @q; EXECUTE q" </dev/null ||
            : >"$folder/failed"; } | sh "$folder/sums" "$key"
    done <"$folder/tables" >"$1"
    if [ -n "$query" ]
    then
        { ask "USE \`$database\`; SET SESSION TRANSACTION READ ONLY; $query" </dev/null ||
            : >"$folder/unanswered"; } | sh "$folder/sums" query >>"$1"
        [ ! -e "$folder/unanswered" ] || echo 'moved query' >>"$1"
    fi
    [ ! -e "$folder/failed" ]
}
print_tally() {
    { cat "$folder/tables"; [ -z "$query" ] || echo 'name query ?'; cat "$1"; } >"$folder/all"
    print_tables "$folder/all"
}
"""
)
"""``my TOOL ...`` gives a tool its login through a pipe; ``tally FILE`` hashes every table."""

DUMP = (
    OPENING
    + TALK
    + r"""
nonce=$1; database=$2; query=$3; gently=$4
login=$(cat)
exec </dev/null
printf 'CD-BEGIN %s\n' "$nonce" >&2
make_folder || finish 73 'dump=73'
dump=$(choose mariadb-dump mysqldump) && client=$(choose mariadb mysql) || finish 127 'dump=127'
list_tables || finish "$?" "dump=$?"
awk -F '\t' '$5 != "InnoDB" && $5 != "NULL" {
    print "not consistent: " $2 " is a table of " $5 ", which knows no transactions"
}' "$folder/list" >&2
before=$(list_columns)
figures=
tally "$folder/before" && figures=yes
printf 'CD-DATA %s\n' "$nonce"
my "$dump" --single-transaction --quick --routines --triggers --events --hex-blob \
    --no-tablespaces --default-character-set=utf8mb4 --databases "$database"
code=$?
[ "$code" -eq 0 ] || finish "$code" "dump=$code"
if [ "$before" != "$(list_columns)" ]
then
    printf 'tables were created, altered or dropped while the dump ran\n' >&2
    finish 68 'dump=68'
fi
if [ -n "$figures" ] && tally "$folder/after"
then
    awk 'NR == FNR { before[$2] = $3 " " $4; next }
        { is = $3 " " $4; was = before[$2]; other = $4 " " $3 }
        was == is || was == other { print; next } { print "moved", $2 }' \
        "$folder/before" "$folder/after" >"$folder/both"
    print_tally "$folder/both"
    figures=" tables=$count"
else
    figures=
fi
finish 0 "dump=0 made=$(awk 'END { print NR }' "$folder/tables")$figures"
"""
)
"""Arguments: nonce, database, query or nothing, the words before every command. Login on stdin.

A dump has its own view of the database, which no other session can share: so every table is hashed
before and after it, and one that is the same both times was the same in between.
"""

DRILL = (
    OPENING
    + TALK
    + ROOM
    + r"""
nonce=$1; database=$2; query=$3; room=$4; gently=
printf 'CD-BEGIN %s\n' "$nonce" >&2
make_folder || finish 73 'drill=73'
look_for_room "$room"
PATH=$PATH:/usr/sbin:/usr/local/sbin; export PATH
for tool in mariadbd mariadb-install-db mariadb
do
    command -v "$tool" >/dev/null 2>&1 && continue
    printf '%s: the programs of a MariaDB server are not installed\n' "$tool" >&2
    finish 69 'drill=69'
done
client=mariadb
if ! mariadb --no-defaults --help 2>/dev/null | grep -q -e --sandbox
then
    printf 'mariadb: too old, a dump could run programs through it (no --sandbox)\n' >&2
    finish 69 'drill=69'
fi
step_down mysql
printf 'CD-DATA %s\n' "$nonce"
cat >"$folder/dump"
exec </dev/null
chmod 0711 "$folder"
as_user=
[ -z "$owner" ] || as_user="--user=$account"
mariadb-install-db --no-defaults --datadir="$folder/data" --skip-test-db $as_user \
    --auth-root-authentication-method=normal >"$folder/notes" 2>&1 ||
    { tail -n 5 "$folder/notes" >&2; finish 70 'drill=70'; }
socket=$folder/data/socket
mariadbd --no-defaults --datadir="$folder/data" --socket="$socket" --skip-networking $as_user \
    --event-scheduler=OFF --local-infile=0 --secure-file-priv="$folder/data" --skip-log-bin \
    --log-bin-trust-function-creators=1 --innodb-flush-log-at-trx-commit=0 \
    >>"$folder/notes" 2>&1 </dev/null &
server=$!
stop_server() { kill "$server"; wait "$server"; }
waited=0
until mariadb --no-defaults --socket="$socket" -u root -e 'SELECT 1' >/dev/null 2>&1
do
    waited=$((waited + 1))
    if [ "$waited" -gt 1200 ] || ! kill -0 "$server" 2>/dev/null
    then
        tail -n 5 "$folder/notes" >&2
        finish 70 'drill=70'
    fi
    pause
done
mariadb --no-defaults --socket="$socket" -u root -e "CREATE DATABASE \`$database\`;
    CREATE USER drill@localhost; GRANT ALL ON \`$database\`.* TO drill@localhost;
    GRANT SET USER ON *.* TO drill@localhost" || finish 70 'drill=70'
login="user=drill
socket=$socket"
sed '1{/^\/\*M\{0,1\}!999999.*enable the sandbox mode/d}' "$folder/dump" |
    mariadb --no-defaults --sandbox --socket="$socket" -u drill --default-character-set=utf8mb4 \
    || finish 65 'drill=65'
list_tables && tally "$folder/after" || finish 67 'drill=67'
print_tally "$folder/after"
printf 'CD %s version %s\n' "$nonce" "$(ask 'SELECT CONCAT("MariaDB ", VERSION())')"
finish 0 "drill=0 tables=$count"
"""
)
"""Arguments: nonce, database, query or nothing, KiB that must be free. The dump on stdin.

A server of its own in a folder of its own. The dump is read in sandbox mode by an account without
rights beyond its database: it may come from a server that was broken into. Events do not run.
"""
