"""The backups, health and metrics pages before anything is there, and the vault's key."""

import pytest
from PySide6.QtWidgets import QLabel

from app.bootstrap import Surroundings, open_services
from app.secrets import SessionSecrets
from ui.pages.backups.page import BackupsPage
from ui.pages.health.page import HealthPage
from ui.pages.metrics.page import MetricsPage
from ui.widgets.buttons import Button


@pytest.fixture
def services(new_data, tmp_path, clock):
    around = Surroundings(clock, "Nomsa", SessionSecrets(), key_file=tmp_path / "vault-key.txt")
    opened = open_services(new_data, around)
    yield opened
    opened.close()


def shown(page) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_the_recovery_key_is_shown_once(drive, services):
    driver = drive(BackupsPage)
    (make,) = [
        b
        for b in driver.page.findChildren(Button)
        if b.text() == "Make the vault" and b.isVisible()
    ]
    driver.click(make)
    driver.settle()
    assert services.vault.exists()
    assert "Recovery key of this vault" in shown(driver.page)
    words = ["".join(label.text().split()) for label in driver.page.findChildren(QLabel)]
    (key,) = [word for word in words if word.startswith("AGE-SECRET-KEY-1")]
    again = drive(BackupsPage)
    assert key not in "".join(shown(again.page).split())
    assert "No backup yet" in shown(again.page)
    files = [path for path in services.data.rglob("*") if path.is_file()]
    assert [path for path in files if key.encode() in path.read_bytes()] == []


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (BackupsPage, "No vault yet"),
        (HealthPage, "No check yet"),
        (MetricsPage, "Nothing is measured yet"),
    ],
)
def test_an_empty_page_says_what_it_is_for(drive, page, words):
    assert words in shown(drive(page).page)
