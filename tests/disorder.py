"""A pytest plugin that holds each piece of background work back for a while drawn by lot.

What two tasks bring comes in either order then. On an idle machine the quicker one is always first,
and a page that leans on that fails only at a user's: ``pytest -p tests.disorder tests/ui``.
"""

import os
import random
import time
from collections.abc import Callable, Iterator

import pytest

from app.tasks import TaskContext
from ui.tasks import Task, TaskRunner

_HELD_S = (0.0, 0.0, 0.02, 0.08, 0.2)
"""A pause is one of these: shorter and longer than what most reads of the store take."""


@pytest.fixture(autouse=True, scope="session")
def _disorder() -> Iterator[None]:
    lots = random.Random(int(os.environ.get("CHANGEDESK_DISORDER", "1")))
    start = TaskRunner.start

    def start_late(
        self: TaskRunner, work: Callable[[TaskContext], object], *, lane: str = "", title: str = ""
    ) -> Task:
        held_s = lots.choice(_HELD_S)

        def late(context: TaskContext) -> object:
            time.sleep(held_s)
            return work(context)

        return start(self, late, lane=lane, title=title)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TaskRunner, "start", start_late)
        yield
