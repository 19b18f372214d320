"""The real changes page on a data folder, measured from inside.

``python -m tests.bench.log_window DATA [paint]``, with ``paint`` that alone. First paint is from
the wish to see the page until its rows are painted, with window, services and libraries already
there. A jump is from setting the scroll bar to the rows of that place painted; the place is always
another one, so that nothing of it is in memory. Beside each time stands the time of the processor,
on all threads: it does not grow when other programs are at work.
"""

import json
import random
import sys
import time
from pathlib import Path
from statistics import median, quantiles

from tests.bench.harness import memory_mb

JUMPS = 60
WHEELS = 150
_LIMIT_S, _LOOK_MS = 60.0, 100


def main() -> int:
    """Measure and print one JSON object."""
    from ui import quick_start

    quick_start.prepare()
    from app.bootstrap import Surroundings, open_services
    from ui.actions import Actions
    from ui.application import build_application
    from ui.changed import Changed
    from ui.context import Tools
    from ui.messages import Messages
    from ui.navigation import Navigation
    from ui.tasks import TaskRunner
    from ui.theme import Mode, Theme

    application = build_application()
    services = open_services(Path(sys.argv[1]), Surroundings(read_only=True))
    tasks = TaskRunner()
    theme = Theme(application, Mode.LIGHT)
    tools = Tools(tasks, Messages(), Changed(), Navigation(), Actions(), theme)
    _warm(services)
    before_mb = memory_mb()
    found = _measure(application, tools.with_services(services), only_paint=len(sys.argv) > 2)
    print(json.dumps(found | {"memory": memory_mb(), "memory before": before_mb}))
    tasks.shutdown()
    services.close()
    return 0


def _warm(services) -> None:
    """Load what the window loads behind its first page, before anybody can ask for the list."""
    import ui.pages.changes.page
    from app.domain.filter import ChangeFilter

    assert ui.pages.changes.page
    services.finder.count(ChangeFilter(numbers=()), services.asker)


def now() -> tuple[float, float]:
    """Return the time, and that of the processor, in seconds."""
    return time.perf_counter(), time.process_time()


class Times:
    """What was measured of one kind, in milliseconds."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    def add(self, began: tuple[float, float]) -> None:
        """Note that something that began then is over."""
        for kept, then, at in zip((self.wall, self.cpu), began, now(), strict=True):
            kept.append(1000 * (at - then))

    def told(self) -> dict[str, float]:
        """Return median, slowest twentieth and worst, in wall and processor time, and how many."""
        kinds = {"": self.wall, "cpu ": self.cpu}
        found: dict[str, float] = {"n": len(self.wall)}
        for kind, times in kinds.items():
            if len(times) > 1:
                found[f"{kind}p95"] = quantiles(times, n=20, method="inclusive")[-1]
            found |= {f"{kind}p50": median(times), f"{kind}worst": max(times)}
        return found


def _measure(application, context, *, only_paint: bool) -> dict[str, dict[str, float]]:
    from ui.pages.changes.page import ChangesPage

    paint, length, jumps, wheels = Times(), Times(), Times(), Times()
    began = now()
    page = ChangesPage(context)
    page.resize(1240, 872)
    page.list.head.filters.choose("all")
    page.show()
    page.reload()
    _until(application, lambda: page.list.rows)
    page.grab()
    paint.add(began)
    _until(application, lambda: page.ready)
    length.add(began)
    if not only_paint:
        _jump(application, page, jumps)
        _wheel(application, page, wheels)
    page.hide()
    kinds = {"paint": paint, "length": length, "jump": jumps, "wheel": wheels}
    return {name: times.told() for name, times in kinds.items() if times.wall}


def _jump(application, page, times: "Times") -> None:
    chance, table, pages = random.Random(3), page.list.table, page.list.pages
    for _jump in range(JUMPS):
        position = chance.randrange(pages.total - 50)
        began = now()
        table.jump_to(position)
        table.viewport().grab()
        _until(application, lambda at=position: pages.at(at + 10, ask=False) is not None)
        table.viewport().grab()
        times.add(began)
        _until(application, lambda: page.ready)


def _wheel(application, page, times: "Times") -> None:
    """Turn the wheel three notches at a time; each step is painted with what is at hand."""
    table = page.list.table
    bar = table.verticalScrollBar()
    bar.setValue(0)
    _until(application, lambda: page.ready)
    for _step in range(WHEELS):
        began = now()
        bar.setValue(bar.value() + 3 * 60)
        table.viewport().grab()
        application.processEvents()
        times.add(began)


def _until(application, fits) -> None:
    """Wait as the window does, asleep: a thread that spins would keep the readers from working."""
    from PySide6.QtCore import QEventLoop, QTimer

    limit, alarm = time.perf_counter() + _LIMIT_S, QTimer()
    alarm.start(_LOOK_MS)
    while not fits():
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.perf_counter() > limit:
            raise TimeoutError("the list did not answer")


if __name__ == "__main__":
    sys.exit(main())
