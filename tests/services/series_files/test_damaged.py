"""Damaged files of every kind: they are read, or refused in plain words; nothing breaks.

Bytes are struck out or put in at random places from a fixed seed; of a workbook, which is packed,
also within its parts. `CHANGEDESK_SOAK` tries ten times as many.
"""

import io
import json
import os
import random
import zipfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.errors import AppError
from app.exports.readers import READERS
from app.services.loadtests.summing import summarise
from app.services.series_files.reading import open_series
from tests.loadtests.jtl import as_csv, as_xml, run

TRIED = 400 if os.environ.get("CHANGEDESK_SOAK") else 40
ODD = (
    b"", b'"', b"\n", b",", b";", b"<", b"-1", b"1e999", b"99999999999999999999", b"\x00", b"\xff",
    b"NaN", b"18448539073709551",
)  # fmt: skip


def workbook() -> bytes:
    book, data = Workbook(), io.BytesIO()
    book.active.append(["Time", "a", "b"])
    for i in range(40):
        at = datetime(2026, 3, 18, 9) + timedelta(minutes=i)
        book.active.append([at, i * 1.5, f"=B{i + 2}*2"])
    book.save(data)
    return data.getvalue()


def prometheus() -> bytes:
    values = [[1_773_824_400 + 60 * i, str(i)] for i in range(30)]
    result = [{"metric": {"__name__": "up", "instance": "a"}, "values": values}]
    data = {"resultType": "matrix", "result": result}
    return json.dumps({"status": "success", "data": data}).encode()


def table() -> bytes:
    rows = (f'18.03.2026 09:{i:02};{i},5;"x {i}"' for i in range(40))
    return "\n".join(["time;a;b", *rows]).encode()


def damaged(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _blow in range(chance.randint(1, 8)):
        at = chance.randrange(len(found) or 1)
        found[at : at + chance.randint(0, 5)] = chance.choice(ODD)
    return bytes(found[: chance.randrange(len(found))] if chance.random() < 0.2 else found)


def damaged_within(data: bytes, chance: random.Random) -> bytes:
    """Damage one part of a zip archive, and pack it again."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(target, "w") as again:
        chosen = chance.choice(parts.namelist())
        for name in parts.namelist():
            part = parts.read(name)
            again.writestr(name, damaged(part, chance) if name == chosen else part)
    return target.getvalue()


def read_series(path: Path) -> None:
    file = open_series(path, zone="Europe/Berlin", readers=READERS)
    for name in file.names:
        with suppress(AppError):
            file.read([name])


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@pytest.mark.parametrize(
    "kind", ["workbook", "workbook within", "prometheus", "table", "csv", "xml"]
)
def test_damage_anywhere_is_survived(tmp_path: Path, kind: str) -> None:
    whole = {
        "workbook": workbook, "workbook within": workbook, "prometheus": prometheus,
        "table": table, "csv": lambda: as_csv(run(40, bad=7)), "xml": lambda: as_xml(run(40)),
    }[kind]()  # fmt: skip
    harm = damaged_within if kind == "workbook within" else damaged
    read = summarise if kind in ("csv", "xml") else read_series
    path, chance = tmp_path / "damaged", random.Random(kind)
    refused = 0
    for _trial in range(TRIED):
        path.write_bytes(harm(whole, chance))
        try:
            read(path)
        except AppError:
            refused += 1
    print(f"{kind}: {TRIED} files, {refused} refused")
