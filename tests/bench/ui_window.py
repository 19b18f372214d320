"""One page of the real window, its UI thread under observation.

``python -m tests.bench.ui_window DATA PAGE [CHANGE ...]`` prints one JSON object: for each place of
the page and each deed there, the longest block as [held, CPU, wall] in ms (`tests.bench.ui_watch`).
With changes named, all there is to each of them is walked through in the place of the newest one;
``.`` is no change at all.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path

from tests.bench.ui_watch import Block, Watch

_SIZES = ((1180, 780), (1440, 900))
_TYPED = "index on"
Rows = dict[str, dict[str, Block]]


def main() -> int:
    """Open the window, walk through one page, print what was found."""
    from ui import quick_start

    quick_start.prepare()
    from ui.__main__ import _open_services
    from ui.application import Desktop, Start, build_application

    data, page, changes = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    application = build_application()
    desktop = Desktop(application, Start(data, partial(_open_services, data), remember=False))
    walk = Walk(Watch(application, desktop), desktop, page)
    try:
        walk.begin()
        walk.go_round(changes)
    finally:
        desktop.stop()
        desktop.window.close()
    rows = {place: {deed: block.as_list() for deed, block in deeds.items()}
            for place, deeds in walk.rows.items()}  # fmt: skip
    print(json.dumps(rows))
    return 0


class Walk:
    """Goes through one page as a user would, and keeps the longest block of everything done."""

    def __init__(self, watch: Watch, desktop, page: str) -> None:
        self.rows: Rows = {}
        self._watch, self._desktop, self._page = watch, desktop, page
        self._sizes = cycle(_SIZES)

    def begin(self) -> None:
        """Open the window: its first page, with the data, and what is loaded behind it."""
        block = self._watch.during(self._desktop.run)
        if self._page == "home":
            self.rows["home"] = {"first": block}

    def go_round(self, changes: Sequence[str]) -> None:
        """Do everything there is to do on the page; with ``.`` for changes, in the list alone."""
        page = self._page
        self._note(page, "first", self._go(page))
        refs = () if "." in changes else self._refs(changes)
        for ref in refs:
            self._note(_name(page, ref), "first", self._go(page, ref))
            for part, choose in self._parts():
                self._note(f"{_name(page, ref)}: {part}", "first", choose)
        for ref in ("", *refs):
            self._revisit(_name(page, ref), ref)
        self._search()
        self._forms()

    def _revisit(self, place: str, ref: str) -> None:
        """Come again, read again, and give all of it another look and another size."""
        window = self._desktop.window
        away = "lessons" if self._page == "home" else "home"
        self._watch.during(self._go(away))
        self._note(place, "again", self._go(self._page, ref))
        self._note(place, "again", window.page.reload)
        self._note(place, "theme", self._other_theme)
        self._note(place, "size", partial(window.resize, *next(self._sizes)))

    def _search(self) -> None:
        """Type into the search field, a key at a time."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        from ui.widgets.search import SearchField

        window = self._desktop.window
        self._watch.during(self._go(self._page))
        self._watch.during(window.page.focus_search)
        field = QApplication.focusWidget()
        if isinstance(field, SearchField):
            for key in _TYPED:
                self._note(f"{self._page}: search", "typing", partial(QTest.keyClicks, field, key))
            erase = partial(QTest.keyClick, field, Qt.Key.Key_Escape)
            self._note(f"{self._page}: search", "again", erase)

    def _forms(self) -> None:
        """Begin a new record, build a filter, open the palette and the list of shortcuts."""
        from PySide6.QtWidgets import QApplication, QFileDialog

        for name in ("getOpenFileName", "getOpenFileNames"):  # the system's own window would wait
            setattr(QFileDialog, name, lambda *_args: ("", ""))
        window, actions = self._desktop.window, self._desktop.tools.actions
        self._watch.during(self._go(self._page))
        self._note(f"{self._page}: new record", "first", window.page.new_record)
        self._note(f"{self._page}: new record", "again", window.page.new_record)
        if self._page == "changes":
            self._note("changes: filter builder", "first", window.page.panels.build)
            self._note("changes: filter builder", "again", window.page.panels.build)
        if self._page == "home":
            self._note("palette", "first", partial(actions.call, "palette"))
            self._note("shortcuts", "first", partial(actions.call, "keys"))
            self._watch.during(QApplication.closeAllWindows)

    def _parts(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield what can be chosen within the place in sight, by its name."""
        from ui.pages.changes.plan import PARTS, PlanTab
        from ui.widgets.search import FilterChips

        page = self._desktop.window.page
        if page.id == "changes":
            tab = page.detail.stack.currentWidget()
            if isinstance(tab, PlanTab):
                for position, (name, _makers) in enumerate(PARTS):
                    yield name, partial(tab.chips.choose, position)
        else:
            for chips in page.findChildren(FilterChips):
                for position, button in enumerate(chips._group.buttons()):
                    if chips.isVisible() and position != chips.current:
                        yield button.text(), partial(chips.choose, position)

    def _refs(self, changes: Sequence[str]) -> tuple[str, ...]:
        from ui.pages.changes.tabs import TABS
        from ui.shots import places

        if self._page == "changes" and changes:
            return tuple(f"{change}/{tab.id}" for change in changes for tab in TABS)
        return (*changes, *places(self._desktop))

    def _other_theme(self) -> None:
        from ui.theme import Mode

        theme = self._desktop.tools.theme
        theme.set_mode(Mode.LIGHT if theme.dark else Mode.DARK)

    def _go(self, page: str, ref: str = "") -> Callable[[], object]:
        return partial(self._desktop.tools.navigation.go, page, ref)

    def _note(self, place: str, deed: str, work: Callable[[], object]) -> None:
        """Do a deed; where it was done before, the longer block counts."""
        deeds = self.rows.setdefault(place, {})
        deeds[deed] = max(self._watch.during(work), deeds.get(deed, Block()))


def _name(page: str, ref: str) -> str:
    record, _slash, tab = ref.rpartition("/")
    return " ".join(filter(None, (page, record if record.startswith("large") else "", tab)))


if __name__ == "__main__":
    sys.exit(main())
