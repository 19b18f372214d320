"""One page of the real window, its UI thread under observation.

``python -m tests.bench.ui_window DATA PAGE`` prints one JSON object: for each place of the page and
each deed [longest CPU ms, longest wait ms] between two turns of the event loop.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

_LIMIT_S = 30.0
_QUIET_S = 0.25


def main() -> int:
    """Open the window, walk through one page, print what was found."""
    from ui import quick_start

    quick_start.prepare()
    from ui.__main__ import _open_services
    from ui.application import Desktop, Start, build_application

    data, page = Path(sys.argv[1]), sys.argv[2]
    application = build_application()
    desktop = Desktop(application, Start(data, partial(_open_services, data), remember=False))
    watch = Watch(application, desktop)
    found: dict[str, dict[str, list[float]]] = {}
    first = watch.during(desktop.run)
    if page == "home":
        found["home"] = {"first": first}
    try:
        _walk(watch, desktop, page, found)
    finally:
        desktop.stop()
        desktop.window.close()
    print(json.dumps(found))
    return 0


class Watch:
    """Turns the event loop by itself and notes how long each turn takes."""

    def __init__(self, application, desktop) -> None:
        self._application, self._desktop = application, desktop

    def during(self, deed: Callable[[], object]) -> list[float]:
        """Do something, wait until all is shown and quiet; return the longest [CPU, wait] in ms."""
        longest = [0.0, 0.0]
        self._turn(deed, longest)
        began = quiet = time.perf_counter()
        while time.perf_counter() - quiet < _QUIET_S:
            self._turn(self._application.processEvents, longest)
            if self._is_busy():
                quiet = time.perf_counter()
            if time.perf_counter() - began > _LIMIT_S:
                raise TimeoutError("The window does not come to rest.")
            time.sleep(0.001)
        return longest

    @staticmethod
    def _turn(work: Callable[[], object], longest: list[float]) -> None:
        wall_s, cpu_s = time.perf_counter(), time.thread_time()
        work()
        longest[0] = max(longest[0], 1000 * (time.thread_time() - cpu_s))
        longest[1] = max(longest[1], 1000 * (time.perf_counter() - wall_s))

    def _is_busy(self) -> bool:
        page = self._desktop.window.page
        return self._desktop.tools.tasks.busy or page is None or not page.ready


def _walk(watch: Watch, desktop, page: str, found: dict[str, dict[str, list[float]]]) -> None:
    go, theme, window = desktop.tools.navigation.go, desktop.tools.theme, desktop.window
    from ui.shots import places
    from ui.theme import Mode

    deeds = found.setdefault(page, {})
    deeds.setdefault("first", watch.during(partial(go, page)))
    refs = places(desktop)
    for ref in refs:
        found[_name(page, ref)] = {"first": watch.during(partial(go, page, ref))}
    for ref in ("", *refs):
        deeds = found[_name(page, ref)]
        watch.during(partial(go, page, ref))
        deeds["again"] = watch.during(window.page.reload)
        deeds["theme"] = watch.during(partial(theme.set_mode, Mode.DARK))
        watch.during(partial(theme.set_mode, Mode.LIGHT))
        deeds["size"] = watch.during(partial(window.resize, 1180, 780))
        watch.during(partial(window.resize, 1440, 900))


def _name(page: str, ref: str) -> str:
    return f"{page} {ref.rpartition('/')[2]}" if ref else page


if __name__ == "__main__":
    sys.exit(main())
