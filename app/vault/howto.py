"""The page in every vault that says how to restore without this program."""

TEXT = """\
HOW TO RESTORE FROM THIS VAULT WITHOUT CHANGE DESK
==================================================

Everything here is stored in standard formats. You need three common tools:

    age     https://age-encryption.org   (Debian: apt install age)
    zstd    https://facebook.github.io/zstd
    tar

and the recovery key that was printed when this vault was made. Put that one
line, it begins with AGE-SECRET-KEY-1, into a file called key.txt that only you
can read. The vault's own key file works as well.

1. Find the set
---------------
Each folder sets/YEAR/ID is one backup of one server, taken at one time. If it
has a file set.json it is complete; that file says, in plain text, which server,
when, and what each object holds. Go into that folder:

    cd sets/YEAR/ID

2. Files (objects that end in .tar.zst.age)
-------------------------------------------
Unpack into a new, empty folder, never over the original:

    mkdir restored
    age -d -i key.txt objects/NN-files.tar.zst.age | zstd -d --long=27 | tar -x -p -C restored

Only look what is inside:

    age -d -i key.txt objects/NN-files.tar.zst.age | zstd -d --long=27 | tar -t -v

3. SQLite databases (.sqlite.zst.age)
-------------------------------------
    age -d -i key.txt objects/NN-sqlite-NAME.sqlite.zst.age | zstd -d --long=27 > restored.sqlite
    sqlite3 restored.sqlite "PRAGMA integrity_check"

Stop the service, move the live file AND its -wal and -shm files away, then put
restored.sqlite in its place with the owner and mode of the old one.

4. PostgreSQL databases (.dump.zst.age, and -globals .sql.zst.age)
------------------------------------------------------------------
    age -d -i key.txt objects/NN-postgres-NAME.dump.zst.age | zstd -d --long=27 > restored.dump
    createdb NAME_restored
    pg_restore --exit-on-error --single-transaction -d NAME_restored restored.dump

The -globals object is SQL text with roles; read it before you run it.

5. MySQL and MariaDB databases (-mysql- ... .sql.zst.age)
---------------------------------------------------------
The dump makes the database under its own name. So restore it on another server,
or rename the database that is there first:

    age -d -i key.txt objects/NN-mysql-NAME.sql.zst.age | zstd -d --long=27 > restored.sql
    mariadb --sandbox < restored.sql

Older tools, and those of MySQL, do not know the first line, "enable the sandbox
mode"; delete that line for them, and --sandbox, which keeps a dump from running
programs.

6. Redis (.rdb.zst.age)
-----------------------
    age -d -i key.txt objects/NN-redis.rdb.zst.age | zstd -d --long=27 > dump.rdb
    redis-check-rdb dump.rdb

Stop Redis, move its dump.rdb (and its folder appendonlydir) away, put this file
in its place, and start it. CONFIG GET dir says where.

7. MongoDB (.archive.zst.age)
-----------------------------
    age -d -i key.txt objects/NN-mongodb-NAME.archive.zst.age | zstd -d --long=27 > restored.archive
    mongorestore --archive=restored.archive

8. What the server was like (facts.txt.zst.age)
-----------------------------------------------
    age -d -i key.txt objects/NN-facts.txt.zst.age | zstd -d --long=27 > facts.txt

9. Is it what was stored?
-------------------------
set.json names the SHA-256 of every object, before ("plain") and after
("stored") compression and encryption:

    sha256sum objects/*

set.sig is the Ed25519 signature over set.json. The public key is "signing_key"
in vault.json; saved as key.pem, with its line breaks, it is checked by:

    openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in set.json -sigfile set.sig

index/NN.jsonl.zst.age lists every file with its own SHA-256, one JSON line each:

    age -d -i key.txt index/NN.jsonl.zst.age | zstd -d --long=27
"""
