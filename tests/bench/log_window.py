"""The real changes page on a data folder, measured from inside.

``python -m tests.bench.log_window DATA``. First paint is from the wish to see the page until its
rows are painted, with window, services and libraries already there. A jump is from setting the
scroll bar to the rows of that place painted; the place is always another one, so that nothing of it
is in memory.
"""

import json
import random
import sys
import time
from pathlib import Path
from statistics import median, quantiles

JUMPS = 60
WHEELS = 150
_LIMIT_S = 60.0


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
    before_mb = _memory_mb()
    found = _measure(application, tools.with_services(services))
    print(json.dumps(found | {"memory": _memory_mb(), "memory before": before_mb}))
    tasks.shutdown()
    services.close()
    return 0


def _warm(services) -> None:
    """Load what the window loads behind its first page, before anybody can ask for the list."""
    import ui.pages.changes.page
    from app.domain.filter import ChangeFilter

    assert ui.pages.changes.page
    services.finder.count(ChangeFilter(numbers=()), services.asker)


def _measure(application, context) -> dict[str, float]:
    from ui.pages.changes.page import ChangesPage

    began = time.perf_counter()
    page = ChangesPage(context)
    page.resize(1240, 872)
    page.list.head.filters.choose("all")
    page.show()
    page.reload()
    _until(application, lambda: page.list.rows)
    page.grab()
    first_s = time.perf_counter() - began
    _until(application, lambda: page.ready)
    length_s = time.perf_counter() - began
    jumps = _jumps(application, page)
    wheels = _wheels(application, page)
    page.hide()
    return {
        "first paint": 1000 * first_s,
        "length": 1000 * length_s,
        "jump": 1000 * median(jumps),
        "jump p95": 1000 * quantiles(jumps, n=20, method="inclusive")[-1],
        "jump worst": 1000 * max(jumps),
        "jumps": len(jumps),
        "wheel p95": 1000 * quantiles(wheels, n=20, method="inclusive")[-1],
        "wheels": len(wheels),
    }


def _jumps(application, page) -> list[float]:
    chance, table, pages = random.Random(3), page.list.table, page.list.pages
    found = []
    for _jump in range(JUMPS):
        position = chance.randrange(pages.total - 50)
        began = time.perf_counter()
        table.jump_to(position)
        table.viewport().grab()
        _until(application, lambda at=position: pages.at(at + 10, ask=False) is not None)
        table.viewport().grab()
        found.append(time.perf_counter() - began)
        _until(application, lambda: page.ready)
    return found


def _wheels(application, page) -> list[float]:
    """Turn the wheel three notches at a time; each step is painted with what is at hand."""
    table, found = page.list.table, []
    bar = table.verticalScrollBar()
    bar.setValue(0)
    _until(application, lambda: page.ready)
    for _step in range(WHEELS):
        began = time.perf_counter()
        bar.setValue(bar.value() + 3 * 60)
        table.viewport().grab()
        application.processEvents()
        found.append(time.perf_counter() - began)
    return found


def _until(application, fits) -> None:
    limit = time.perf_counter() + _LIMIT_S
    while not fits():
        application.processEvents()
        if time.perf_counter() > limit:
            raise TimeoutError("the list did not answer")


def _memory_mb() -> float:
    """Return the memory of this process that is not shared, in megabytes (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
