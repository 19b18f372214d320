from dataclasses import fields, replace

import pytest

from app.domain.risk import Grade
from app.errors import InvalidInput
from app.settings import PageSize, Settings, Theme, declarations, from_rows, to_rows


def test_settings_are_kept_and_logged_with_old_and_new(store, told):
    assert store.load_settings() == Settings()
    chosen = Settings(user="Thabo", theme=Theme.DARK, zone="Africa/Johannesburg", backup_age_h=12.0)
    store.save_settings(chosen)
    assert store.load_settings() == chosen
    (entry,) = store.queries.events()
    assert entry.kind == "settings.changed"
    assert ("theme", '"system" → "dark"') in entry.data
    assert ("backup_age_h", "24.0 → 12.0") in entry.data
    assert len(entry.told) == 4
    assert told == [(frozenset({"setting", "event"}), "Thabo")]


def test_settings_can_be_read_while_somebody_writes(store):
    with store.unit_of_work():
        assert store.load_settings() == Settings()


def test_saving_what_stands_writes_nothing(store, told):
    store.save_settings(Settings())
    assert told == []
    assert store.queries.events() == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"backup_age_h": 0.0},
        {"backup_age_h": 99999.0},
        {"approvals_high": 0},
        {"monitor_days": -1.0},
        {"zone": "Middle/Earth"},
        {"zone": "../etc/passwd"},
        {"zone": ""},
    ],
)
def test_what_cannot_be_used_is_refused_by_name(store, wrong):
    with pytest.raises(InvalidInput) as told:
        store.save_settings(replace(Settings(), **wrong))
    assert told.value.hint
    assert store.load_settings() == Settings()


def test_values_of_another_version_fall_back_to_the_default():
    rows = to_rows(Settings(user="Thabo")) | {
        "theme": '"sepia"',
        "page_size": "7",
        "backup_age_h": "1e9",
        "zone": '"Middle/Earth"',
        "unheard_of": "1",
        "approvals_low": "not json",
    }
    assert from_rows(rows) == Settings(user="Thabo")
    assert from_rows({}) == Settings()
    assert from_rows({"page_size": '"Letter"'}).page_size is PageSize.LETTER


def test_every_setting_says_what_it_is():
    told = declarations()
    assert list(told) == [field.name for field in fields(Settings)]
    assert all(item.text for item in told.values())


@pytest.mark.parametrize(
    ("residual", "needed"),
    [(None, 2), (Grade.VERY_LOW, 1), (Grade.LOW, 1), (Grade.MODERATE, 2), (Grade.VERY_HIGH, 3)],
)
def test_more_risk_needs_more_approvals(residual, needed):
    chosen = Settings(approvals_low=1, approvals_moderate=2, approvals_high=3)
    assert chosen.approvals_needed(residual) == needed
