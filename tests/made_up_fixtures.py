"""The example changes, made once for the whole run; each test that alters them takes a copy."""

import shutil
from pathlib import Path

import pytest

from app.examples.make import Made, make_examples
from app.tasks import TaskContext


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return the examples; nobody may alter them."""
    folder = tmp_path_factory.mktemp("own") / "examples"
    return make_examples(folder, TaskContext())


@pytest.fixture
def examples(made_up: Made, tmp_path: Path) -> Path:
    """Return a copy of the examples beside an empty data folder of one's own."""
    folder = tmp_path / "own" / "examples"
    shutil.copytree(made_up.folder, folder)
    return folder
