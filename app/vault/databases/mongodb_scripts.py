"""What a server is told to do with MongoDB."""

from app.vault.databases.shell import OPENING

DUMP = (
    OPENING
    + r"""
nonce=$1; shift
login=$(cat)
exec </dev/null
printf 'CD-BEGIN %s\n' "$nonce" >&2
printf 'CD-DATA %s\n' "$nonce"
if [ -n "$login" ]
then
    "$@" --config=/dev/fd/3 --archive 3<<END
$login
END
else
    "$@" --archive
fi
code=$?
finish "$code" "mongodump=$code"
"""
)
"""Arguments: nonce, the command. Its settings with the password come on stdin, as YAML."""
