"""A dump on its way into another database: names change between statements, and nowhere else."""

import pytest

from app.errors import BackupFailed
from app.vault.restoring.mariadb_text import IntoNewDatabase

DUMP = b"""/*M!999999\\- enable the sandbox mode */
-- MariaDB dump 10.19
CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;

USE `shop`;
INSERT INTO `t` VALUES
('USE `shop`;\\nUSE `shop`;'),
('-- Dumping events for database ');
ALTER DATABASE `shop` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;
DELIMITER ;;
CREATE PROCEDURE p() BEGIN
USE `shop`;
-- Dumping events for database 'shop'
ALTER DATABASE `shop` ;
END ;;
DELIMITER ;
-- Dumping events for database 'shop'
--
DELIMITER ;;
CREATE EVENT `e` DO SELECT 1 ;;
DELIMITER ;
-- Dumping routines for database 'shop'
--
USE `shop`;
-- Dump completed
"""
NEW = (
    DUMP.replace(b"/*M!999999\\- enable the sandbox mode */", b"")
    .replace(b"IF NOT EXISTS*/ `shop`", b"IF NOT EXISTS*/ `shop_new`")
    .replace(b";\n\nUSE `shop`", b";\n\nUSE `shop_new`")
    .replace(b"ALTER DATABASE `shop` CHARACTER", b"ALTER DATABASE `shop_new` CHARACTER")
    .replace(b"--\nUSE `shop`", b"--\nUSE `shop_new`")
)
EVENTS = DUMP[DUMP.rindex(b"-- Dumping events") : DUMP.rindex(b"-- Dumping routines")]


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_however_it_is_cut_only_lines_between_statements_change(size, monkeypatch):
    monkeypatch.setattr("app.vault.restoring.mariadb_text._LONG", 120)
    written: list[bytes] = []
    sink = IntoNewDatabase("shop", "shop_new", written.append)
    for at in range(0, len(DUMP), size):
        sink.feed(DUMP[at : at + size])
    sink.finish()
    assert b"".join(written) == NEW.replace(EVENTS, b"")
    assert sink.events == EVENTS


def test_a_line_longer_than_what_is_held_is_handed_on_and_not_looked_into():
    written: list[bytes] = []
    sink = IntoNewDatabase("shop", "shop_new", written.append)
    line = b"(" + b"x" * 200_000
    sink.feed(line)
    sink.feed(b"USE `shop`;\n")
    assert b"".join(written) == line + b"USE `shop`;\n"


def test_a_dump_of_more_than_one_database_is_refused():
    sink = IntoNewDatabase("shop", "shop_new", len)
    with pytest.raises(BackupFailed, match="another database: USE `mysql`"):
        sink.feed(b"USE `mysql`;\n")


def test_events_without_an_end_are_refused():
    sink = IntoNewDatabase("shop", "shop_new", len)
    sink.feed(b"-- Dumping events for database 'shop'\n")
    with pytest.raises(BackupFailed, match="where its events end"):
        sink.finish()
