"""Data folders that are ready at once: to make a database is to run every step of its schema."""

import shutil
from pathlib import Path

import pytest

from app.store.store import open_store
from tests.fakes import SetClock


@pytest.fixture(scope="session")
def empty_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an up-to-date, empty database; nothing in it tells it from another."""
    data = tmp_path_factory.mktemp("store") / "data"
    open_store(data, clock=SetClock(), actor="Thabo").close()
    return data


@pytest.fixture
def new_data(empty_data: Path, tmp_path: Path) -> Path:
    """A data folder of this test alone, as a first start leaves it."""
    return Path(shutil.copytree(empty_data, tmp_path / "data"))
