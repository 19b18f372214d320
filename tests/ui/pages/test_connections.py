"""Connections in Settings, a measure that asks one, and its samples on the metrics page."""

from datetime import timedelta

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QLineEdit

from app.domain.change import ChangeState
from app.domain.connection import secret_name
from app.domain.event import NewEvent
from app.domain.metric import WindowName
from tests.prometheus import prometheus
from tests.services.test_verdicts import THURSDAY
from tests.ui.pages.conftest import with_fields
from ui.pages.changes.metrics import MeasuresSection
from ui.pages.changes.page import ChangesPage
from ui.pages.metrics.page import MetricsPage
from ui.pages.settings.page import SettingsPage

TOKEN = "a-token-for-tests"


def shown(page) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    rng = np.random.default_rng(3)
    begin = (THURSDAY - timedelta(days=9)).timestamp()
    at_s = np.arange(begin, (THURSDAY + timedelta(hours=3)).timestamp(), 60.0)
    value = rng.normal(50, 2, at_s.size)
    past = {"load": list(zip(at_s.tolist(), value.tolist(), strict=True))}
    with prometheus(tmp_path_factory.mktemp("prometheus"), past) as url:
        yield url


def kept(services):
    with services.new_uow() as uow:
        return list(uow.connections.list())


def test_a_prometheus_is_connected_asked_and_its_samples_are_judged(
    drive, services, record, address, clock
):
    clock.pass_by(days=6)
    driver = drive(SettingsPage)
    group = driver.page.connections
    driver.click(group.add_one)
    assert group.token.line.echoMode() is QLineEdit.EchoMode.Password
    driver.type(group.name, "Shop <b>monitoring</b>")
    driver.type(group.url, "prometheus.example.org")
    driver.click(group.keep)
    assert "begins with http:// or https://" in shown(driver.page)
    driver.type(group.url, address)
    driver.type(group.token, TOKEN)
    driver.click(group.keep)
    driver.bot.waitUntil(lambda: len(kept(services)) == 1)
    driver.settle()
    (connection,) = kept(services)
    assert services.secrets.get(secret_name(connection.id)) == TOKEN
    assert TOKEN not in shown(driver.page)
    group.table.select(connection.id)
    driver.settle()
    driver.click(group.check)
    driver.bot.waitUntil(lambda: "answers there" in shown(driver.page))
    assert "Prometheus 2." in shown(driver.page)

    work = with_fields(baseline_s=3600.0)
    change = record("Upgrade", ChangeState.ASSESS, work)
    plan = drive(ChangesPage)
    plan.open(f"{change.id}/metrics")
    measures = plan.page.detail.findChildren(MeasuresSection)[0].measures
    plan.click(measures.add)
    form = measures.form
    plan.type(form.name, "Load of the shop")
    plan.choose(form.read_what, f"connection:{connection.id}")
    assert not form.host.isVisible()
    plan.type(form.query, "max(load)")
    plan.settle()
    plan.bot.waitUntil(lambda: metric_of(services, change.id).query == "max(load)")
    metric = metric_of(services, change.id)
    assert (metric.source, metric.connection, metric.host) == ("prometheus", connection.id, None)

    begin(services, change.id)
    driver = drive(MetricsPage)
    driver.open(change.id)
    driver.page.ways.table.select(metric.id)
    driver.settle()
    driver.click(driver.page._measure)
    driver.bot.waitUntil(lambda: len(samples(services, change.id)) == 4)
    driver.settle()
    assert {item.source for item in samples(services, change.id)} == {"prometheus"}
    with services.new_uow() as uow:
        found = {item.metric_id: item for item in uow.comparisons.list(change=change.id)}
    assert found[metric.id].reference_days >= 4


def metric_of(services, change_id):
    with services.new_uow() as uow:
        return uow.changes.get(change_id).metrics[-1]


def samples(services, change_id):
    with services.new_uow() as uow:
        found = list(uow.samples.list(change=change_id))
    assert {item.window for item in found} <= set(WindowName)
    return found


def begin(services, change_id):
    """Put the change after its work, with only the measure that is asked for."""
    from dataclasses import replace

    with services.new_uow() as uow:
        change = uow.changes.get(change_id)
        work = {"work_start": THURSDAY, "work_end": THURSDAY + timedelta(minutes=10)}
        only = {"metrics": change.metrics[-1:], "state": ChangeState.TEST}
        uow.changes.save(replace(change, **work, **only))
        uow.log.append(NewEvent("change.edited", "The work is done", change.id))
        uow.commit()


def test_a_connection_is_retired_and_forgets_its_token(drive, services, address):
    driver = drive(SettingsPage)
    group = driver.page.connections
    driver.click(group.add_one)
    driver.type(group.name, "Old")
    driver.type(group.url, address)
    driver.type(group.token, TOKEN)
    driver.click(group.keep)
    driver.bot.waitUntil(lambda: len(kept(services)) == 1)
    driver.settle()
    (connection,) = kept(services)
    group.table.select(connection.id)
    driver.settle()
    driver.click(group.retire)
    driver.bot.waitUntil(lambda: kept(services)[0].retired)
    assert services.secrets.get(secret_name(connection.id)) is None
