"""The metrics page: a file comes in, a bad one is refused in words."""

import re
from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.change import ChangeState
from app.domain.verdict import Verdict
from app.services.series_files import csv_rows, csv_text
from tests.fakes import NOON
from tests.ui.pages.conftest import with_fields
from ui.pages.metrics.page import MetricsPage
from ui.tasks import Task


def shown(page) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def samples(services):
    with services.new_uow() as uow:
        return list(uow.samples.list())


def test_a_file_is_imported_and_a_useless_one_is_refused_in_words(
    drive, services, record, tmp_path
):
    work = with_fields(work_start=NOON, work_end=NOON + timedelta(minutes=10))
    change = record("Upgrade <b>now</b>", ChangeState.IMPLEMENT, work)
    driver = drive(MetricsPage)
    driver.open(change.id)
    assert "Not measured yet" in shown(driver.page)

    bad = tmp_path / "bad.csv"
    bad.write_text("time,ms\n1,5\n")
    driver.page.import_file(bad)
    driver.settle()
    assert "bad.csv" in shown(driver.page)
    assert samples(services) == []

    good = tmp_path / "=cmd()<b>.csv"
    at_s = np.arange(NOON.timestamp() - 3600, NOON.timestamp() + 7200, 10)
    good.write_text("time,ms\nsoon,1\n" + "".join(f"{at:.0f},100\n" for at in at_s))
    driver.page.import_file(good)
    driver.settle()
    words = shown(driver.page)
    assert "=cmd()<b>.csv" in words
    assert driver.page.importing.state.accessibleName() == "Both windows have samples"
    assert "Line 2 was left out: “soon” is not a time." in words
    assert samples(services) == [], "nothing is kept before it was looked at"

    driver.bot.mouseClick(driver.page.importing.keep, Qt.MouseButton.LeftButton)
    driver.settle()
    driver.bot.waitUntil(lambda: len(samples(services)) == 3)
    driver.settle()
    assert {item.query for item in samples(services)} == {"=cmd()<b>.csv"}
    with services.new_uow() as uow:
        (found,) = uow.comparisons.list(change=change.id)
    assert found.verdict is Verdict.NO_MATERIAL_CHANGE


def test_another_column_and_zone_are_read_again_and_escape_keeps_nothing(
    drive, services, record, tmp_path
):
    work = with_fields(work_start=NOON, work_end=NOON + timedelta(minutes=10))
    change = record("Upgrade", ChangeState.IMPLEMENT, work)
    driver = drive(MetricsPage)
    driver.open(change.id)
    path = tmp_path / "two.csv"
    at_s = np.arange(NOON.timestamp() - 3600, NOON.timestamp() + 7200, 60)
    rows = (
        f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M},{5 + i % 2},{i}\n"
        for i, at in enumerate(at_s)
    )
    path.write_text("time,a,b\n" + "".join(rows))
    driver.page.import_file(path)
    driver.settle()
    panel = driver.page.importing
    assert panel.column.value == "a"
    choose(panel.column.combo, "b")
    driver.settle()
    assert [item.value for item in panel.table.rows_model.rows][:3] == [0, 1, 2]
    choose(panel.zone.combo, "UTC")
    driver.settle()
    assert panel.zone.value == "UTC"
    assert driver.page.escape()
    assert samples(services) == []
    assert "Not measured yet" in shown(driver.page)


def test_a_file_that_cannot_be_read_otherwise_stays_as_it_was_understood(
    drive, services, record, tmp_path
):
    driver, _change = measured(drive, record)
    panel, path = driver.page.importing, tmp_path / "words.csv"
    at_s = NOON.timestamp() + np.arange(-3600, 7200, 60)
    rows = [f"{at:.0f},{100 + i % 3},{'up' if i % 2 else 'down'}" for i, at in enumerate(at_s)]
    path.write_text("\n".join(["time,ms,state", *rows, ""]))
    driver.page.import_file(path)
    driver.settle()
    choose(panel.column.combo, "state")
    assert panel.keep.reason == "The file is being read."
    driver.settle()
    driver.bot.waitUntil(lambda: "holds no numbers" in shown(driver.page))
    assert panel.column.value == "ms"
    assert panel.keep.isEnabled()

    other = tmp_path / "other.csv"
    other.write_text("time,ms\n")
    driver.page.import_file(other)
    driver.settle()
    driver.bot.waitUntil(lambda: "“other.csv”: The file holds no rows." in shown(driver.page))
    driver.page.import_file(path)
    driver.settle()
    driver.bot.waitUntil(lambda: "holds no rows" not in shown(driver.page))

    path.unlink()
    driver.bot.mouseClick(panel.keep, Qt.MouseButton.LeftButton)
    driver.settle()
    driver.bot.waitUntil(lambda: "words.csv cannot be read" in shown(driver.page))
    assert panel.isVisible()
    assert panel.keep.isEnabled()
    assert samples(services) == []
    driver.page.reload()
    driver.settle()
    assert panel.isVisible()


def test_a_keeping_that_is_stopped_leaves_the_file_in_sight(drive, services, record, tmp_path):
    driver, _change = measured(drive, record)
    panel, path = driver.page.importing, tmp_path / "a.csv"
    at_s = NOON.timestamp() + np.arange(-3600, 7200, 1)
    path.write_text("\n".join(["time,ms", *(f"{at:.0f},{at % 7}" for at in at_s), ""]))
    driver.page.import_file(path)
    driver.settle()
    panel.keep.click()
    assert panel.keep.reason == "The samples are being kept and judged."
    for task in driver.context.tasks.findChildren(Task):
        task.cancel()
    driver.settle()
    driver.bot.waitUntil(lambda: panel.keep.isEnabled() or bool(samples(services)))
    assert panel.isVisible() is not bool(samples(services))


def choose(combo, text):
    """Pick an entry as a person does."""
    combo.setCurrentIndex(combo.findData(text))
    combo.activated.emit(combo.currentIndex())


def measured(drive, record):
    work = with_fields(work_start=NOON, work_end=NOON + timedelta(minutes=10))
    change = record("Upgrade", ChangeState.IMPLEMENT, work)
    driver = drive(MetricsPage)
    driver.open(change.id)
    return driver, change


def keep(driver, services, n: int) -> None:
    driver.bot.mouseClick(driver.page.importing.keep, Qt.MouseButton.LeftButton)
    driver.settle()
    driver.bot.waitUntil(lambda: len(samples(services)) == n)
    driver.settle()


def test_of_a_long_file_only_the_beginning_is_looked_at_and_all_of_it_is_kept(
    drive, services, record, tmp_path, monkeypatch
):
    monkeypatch.setattr(csv_text, "HEAD_BYTES", 100_000)
    monkeypatch.setattr(csv_rows, "_PIECE_ROWS", 1000)
    driver, change = measured(drive, record)
    at_s = np.arange(NOON.timestamp() - 4 * 3600, NOON.timestamp() + 7200)
    rows = [f"{at:.0f},{100 + i % 3}" for i, at in enumerate(at_s)]
    rows[10_000] = "later,5"
    path = tmp_path / "long.csv"
    path.write_text("\n".join(["time,ms", *rows, ""]))
    driver.page.import_file(path)
    driver.settle()
    assert driver.page.importing.state.accessibleName() == (
        "A long file: only its beginning was looked at"
    )
    words = shown(driver.page)
    assert "All of it is read when it is kept" in words
    about = int(re.sub(r"\D", "", re.search("Rows, about\n(.+)", words)[1]))
    assert about == pytest.approx(len(rows), rel=0.1)

    keep(driver, services, 4)
    counts = {item.window.value: item.n for item in samples(services)}
    assert counts == {"reference": 3600, "before": 10799, "during": 1200, "after": 6000}
    with services.new_uow() as uow:
        texts = [event.text for event in uow.log.of(change.id)]
    assert any("1 row was left out (line 10002: “later” is not a time)." in text for text in texts)


def test_series_that_begin_later_in_a_long_file_are_told_of_and_found_before_it_is_kept(
    drive, services, record, tmp_path, monkeypatch
):
    monkeypatch.setattr(csv_text, "HEAD_BYTES", 100_000)
    monkeypatch.setattr(csv_rows, "_PIECE_ROWS", 1000)
    driver, _change = measured(drive, record)
    at_s = np.arange(NOON.timestamp() - 4 * 3600, NOON.timestamp() + 7200, 2)
    hosts = [("web-1", "web-2") if i < 7200 else ("web-1", "web-9") for i in range(len(at_s))]
    rows = [
        f"{at:.0f},{host},{100 + at % 3}"
        for at, both in zip(at_s, hosts, strict=True)
        for host in both
    ]
    path = tmp_path / "long.csv"
    path.write_text("\n".join(["time,host,ms", *rows, ""]))
    driver.page.import_file(path)
    driver.settle()
    panel = driver.page.importing
    options = [panel.column.combo.itemText(i) for i in range(panel.column.combo.count())]
    assert options == ["web-1", "web-2"]
    assert "Series that begin later in the file, if any, are not among the columns yet." in shown(
        driver.page
    )
    driver.bot.mouseClick(panel.more, Qt.MouseButton.LeftButton)
    driver.settle()
    driver.bot.waitUntil(lambda: panel.column.combo.count() == 3)
    driver.choose(panel.column, "web-9")
    driver.settle()
    driver.bot.waitUntil(lambda: panel._outlook.wanted.column == "web-9")
    assert not panel.more.isVisible()
    assert "not among the columns yet" not in shown(driver.page)
    driver.bot.mouseClick(panel.keep, Qt.MouseButton.LeftButton)
    driver.settle()
    driver.bot.waitUntil(lambda: bool(samples(services)))
    driver.settle()
    counts = {item.window.value: item.n for item in samples(services)}
    assert counts == {"during": 600, "after": 3000}
    assert {item.query for item in samples(services)} == {"long.csv: web-9"}


def test_series_one_after_the_other_are_refused_and_one_of_them_is_chosen(
    drive, services, record, tmp_path, monkeypatch
):
    monkeypatch.setattr(csv_text, "HEAD_BYTES", 50_000)
    monkeypatch.setattr(csv_rows, "_PIECE_ROWS", 1000)
    driver, _change = measured(drive, record)
    at_s = np.arange(NOON.timestamp() - 4 * 3600, NOON.timestamp() + 7200, 5)
    rows = [f"{at:.0f},{host},{100 + at % 3}" for host in ("web-1", "web-2") for at in at_s]
    path = tmp_path / "hosts.csv"
    path.write_text("\n".join(["time,host,ms", *rows, ""]))
    driver.page.import_file(path)
    driver.settle()
    panel = driver.page.importing
    driver.bot.mouseClick(panel.keep, Qt.MouseButton.LeftButton)
    driver.settle()
    driver.bot.waitUntil(
        lambda: "Choose one of them as the column: “web-1”, “web-2”." in shown(driver.page)
    )
    assert samples(services) == []
    driver.bot.mouseClick(panel.more, Qt.MouseButton.LeftButton)
    driver.settle()
    driver.bot.waitUntil(lambda: panel.column.value == "web-1")
    options = [panel.column.combo.itemText(i) for i in range(panel.column.combo.count())]
    assert options == ["web-1", "web-2"]
    keep(driver, services, 4)
    counts = {item.window.value: item.n for item in samples(services)}
    assert counts == {"reference": 720, "before": 2160, "during": 240, "after": 1200}


def test_a_parquet_file_is_imported_like_any_other(drive, services, record, tmp_path):
    driver, _change = measured(drive, record)
    path = tmp_path / "a.parquet"
    with duckdb.connect() as engine:
        start = f"to_timestamp({NOON.timestamp():.0f})"
        rows = f"SELECT {start} + INTERVAL (10 * i) SECOND AS ts, 100 + i % 3 AS ms"
        engine.execute(f"COPY ({rows} FROM range(-360, 720) t(i)) TO '{path}' (FORMAT parquet)")
    driver.page.import_file(path)
    driver.settle()
    assert driver.page.importing.state.accessibleName() == "Both windows have samples"
    keep(driver, services, 3)
    assert {item.query for item in samples(services)} == {"a.parquet"}
