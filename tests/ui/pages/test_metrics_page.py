"""The metrics page: a file comes in, a bad one is refused in words."""

from datetime import timedelta

import numpy as np
from PySide6.QtWidgets import QLabel

from app.domain.change import ChangeState
from tests.fakes import NOON
from tests.ui.pages.conftest import with_fields
from ui.pages.metrics.page import MetricsPage


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
    good.write_text("time,ms\n" + "".join(f"{at:.0f},100\n" for at in at_s))
    driver.page.import_file(good)
    driver.settle()
    driver.bot.waitUntil(lambda: len(samples(services)) == 2)
    driver.settle()
    assert {item.query for item in samples(services)} == {"=cmd()<b>.csv"}
