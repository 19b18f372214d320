"""Every screen of the window on the examples: each scene is there, and nothing is cut off."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QScrollArea, QWidget

from app.bootstrap import Surroundings, open_services
from tests.ui.desktops import take_down
from ui import shots
from ui.application import Desktop, Start
from ui.cells import CELL_ROLE, COLUMN_ROLE, Badge, Cell, Column, Mark, Words
from ui.messages import Tone
from ui.models.rows import RowsModel
from ui.pages import PAGES
from ui.scenes import SCENES
from ui.widgets.badges import StateBadge
from ui.widgets.base_table import BaseTable
from ui.widgets.buttons import Button
from ui.widgets.cell_lines import lines_of, piece_width, places_of, plain_style
from ui.widgets.labels import Label
from ui.widgets.table import Table

NARROW = (1280, 800)
LEAST_SHOWN = 44
"""What is left, in pixels, of words that give way: enough to know them by."""
_KINDS = (Button, Label, StateBadge, QLineEdit, QComboBox)
_NOT_IN_THE_EXAMPLES = {
    ("reports", "dossier"): "no dossier lies beside them",
}


@pytest.fixture
def desktop(qapp, examples, monkeypatch) -> Iterator[Desktop]:
    monkeypatch.setattr(shots, "_QUIET_MS", 40)  # on an example nothing takes long to begin
    start = Start(
        examples, lambda _context: open_services(examples, Surroundings(catch_up_later=True)),
        remember=False,
    )  # fmt: skip
    one = Desktop(qapp, start)
    one.window.setFixedSize(*NARROW)
    one.run()
    yield one
    take_down(qapp, [one])


def cut_off(desktop: Desktop) -> list[str]:
    """Return what stands beyond something it lies in or lacks room; and what went wrong."""
    QApplication.sendPostedEvents()  # layouts that were asked for are made
    found = []
    for widget in desktop.window.findChildren(QWidget):
        if isinstance(widget, _KINDS) and widget.isVisible() and (why := _why_cut(widget)):
            text = widget.text() if hasattr(widget, "text") else widget.accessibleName()
            found.append(f"{type(widget).__name__} “{text}”: {why}")
    if desktop.window.page is not None:
        banners = desktop.window.page.banners.banners
        found += [f"an error: {one.message.as_text()}" for one in banners
                  if one.message.tone is Tone.ERROR]  # fmt: skip
    for table in desktop.window.findChildren(BaseTable):
        if table.isVisible():
            found += [f"in a table, {why}" for why in cut_in_cells(table)]
    return found


def cut_in_cells(table: BaseTable) -> Iterator[str]:
    """Give what cannot be read in the cells in sight.

    In a column that takes what is left, words may be shortened, as the tool tip has them all; a
    state, a risk or a figure never, and nothing in a column of its own width.
    """
    head, sight, model = table.horizontalHeader(), table.viewport().rect(), table.model()
    for row, at in product(range(model.rowCount()), range(model.columnCount())):
        index = model.index(row, at)
        place = table.visualRect(index)
        column = index.data(COLUMN_ROLE)
        bars = table.itemDelegateForColumn(at)  # of this column alone
        if head.isSectionHidden(at) or not place.intersects(sight) or column is None:
            continue
        if bars is not None and bars is not table.cell_delegate:
            continue  # bars on a scale, which have no words to cut
        left, right = table.cell_delegate.padding(at)
        inner = QRectF(place).adjusted(left, 0, -right, -1)
        for piece, room, needed in _rooms(index, inner, column):
            gives_way = isinstance(piece, str | Words) and not column.width
            if room + 1 < (min(needed, LEAST_SHOWN) if gives_way else needed):
                yield f"{column.header}: {piece} has {room:.0f} of {needed:.0f} pixels"


def _rooms(index, inner: QRectF, column) -> Iterator[tuple[Any, float, float]]:
    rich = index.data(CELL_ROLE)
    if not isinstance(rich, Cell):
        text = str(index.data() or "")
        yield text, inner.width(), plain_style(column).width(text)
        return
    for area, line in lines_of(inner, rich):
        assert area.top() >= inner.top() - 3, f"{rich} is higher than its row"
        for piece, room in places_of(area, line):
            yield piece, room.width(), piece_width(piece, line.style)


def _scrolls(widget: QWidget | None) -> bool:
    """Whether what lies in it may be wider: the board has as many columns as there are states."""
    off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    return isinstance(widget, QScrollArea) and widget.horizontalScrollBarPolicy() != off


def _why_cut(widget: QWidget) -> str:
    window = widget.window()
    place = QRect(widget.mapTo(window, QPoint()), widget.size())
    parent = widget.parentWidget()
    while parent not in (None, window) and not _scrolls(parent.parentWidget()):
        left = parent.mapTo(window, QPoint()).x()
        if place.left() < left - 1 or place.right() > left + parent.width():
            return f"beyond its {type(parent).__name__}"
        parent = parent.parentWidget()
    gives_way = isinstance(widget, QLineEdit | QComboBox) or getattr(widget, "_elides", False)
    wraps = isinstance(widget, Label) and widget.wordWrap()
    if isinstance(widget, StateBadge) and not widget.accessibleName():
        return ""  # an icon alone, drawn as large as its place
    if not gives_way and not wraps and widget.width() < widget.sizeHint().width() - 1:
        return f"{widget.width()} of {widget.sizeHint().width()} pixels"
    return ""


def test_every_screen_fits_a_small_window_and_every_scene_is_reached(qapp, desktop):
    wrong: dict[str, list[str]] = {}
    pictures: dict[str, bytes] = {}

    def look(name: str) -> None:
        if found := cut_off(desktop):
            wrong[name] = found
        QApplication.processEvents()
        image = shots.picture(desktop).toImage()
        pictures[name] = bytes(image.constBits())

    shots._settle(qapp, desktop)
    for entry in PAGES:
        for ref in shots._refs(qapp, desktop, entry.id, ""):
            look(f"{entry.id} {ref.rpartition('/')[2]}".strip())
        for name in shots.play(qapp, desktop, entry.id):
            look(f"{entry.id} {name}")
    assert wrong == {}
    missing = {(scene.page, scene.name) for scene in SCENES} - {
        tuple(name.split(" ", 1)) for name in pictures
    }
    assert missing == set(_NOT_IN_THE_EXAMPLES)
    alike = [
        scene.name for scene in SCENES
        if pictures.get(f"{scene.page} {scene.name}") == pictures[scene.page]
    ]  # fmt: skip
    assert alike == [], "These scenes show nothing of their own."
    print(f"{len(pictures)} screens of {len(PAGES)} pages at {NARROW[0]} × {NARROW[1]}")


def test_on_an_empty_desk_every_screen_fits_and_what_cannot_be_played_is_left_out(
    qapp, tmp_path, monkeypatch
):
    monkeypatch.setattr(shots, "_QUIET_MS", 40)
    start = Start(tmp_path, lambda _context: open_services(tmp_path), remember=False)
    one = Desktop(qapp, start)
    one.window.setFixedSize(*NARROW)
    one.run()
    try:
        shots._settle(qapp, one)
        wrong, played = {}, []
        for entry in PAGES:
            for ref in shots._refs(qapp, one, entry.id, ""):
                wrong[f"{entry.id} {ref}"] = cut_off(one)
            for name in shots.play(qapp, one, entry.id):
                wrong[f"{entry.id} {name}"] = cut_off(one)
                played.append(name)
    finally:
        take_down(qapp, [one])
    assert {name: found for name, found in wrong.items() if found} == {}
    assert {"table", "filter-builder", "shortcuts"} <= set(played)
    assert not {"hold", "copy", "marked", "step"} & set(played)


def test_in_larger_type_the_head_and_every_tab_of_a_change_fit_a_small_window(qapp, desktop):
    theme = desktop.tools.theme
    theme.set_scale(1.25)
    try:
        shots._settle(qapp, desktop)
        refs = shots._refs(qapp, desktop, "changes", "")
        wrong = {ref.rpartition("/")[2]: cut_off(desktop) for ref in refs}
    finally:
        theme.set_scale(1.0)
    assert len(wrong) > 10
    assert {name: found for name, found in wrong.items() if found} == {}


def test_in_the_largest_type_hosts_backups_and_the_run_fit_a_small_window(qapp, desktop):
    theme = desktop.tools.theme
    theme.set_scale(1.5)
    wrong: dict[str, list[str]] = {}
    try:
        shots._settle(qapp, desktop)
        assert not desktop.window.rail.has_names
        for page in ("hosts", "backups", "run"):
            for ref in shots._refs(qapp, desktop, page, ""):
                wrong[f"{page} {ref}"] = cut_off(desktop)
            for name in shots.play(qapp, desktop, page):
                wrong[f"{page} {name}"] = cut_off(desktop)
    finally:
        theme.set_scale(1.0)
    assert len(wrong) > 12
    assert {name: found for name, found in wrong.items() if found} == {}


def test_what_is_cut_off_is_found(qtbot):
    """The look itself: a label wider than its place, and one that sticks out of it."""
    holder = QWidget()
    holder.resize(60, 40)
    for left, width in ((0, 30), (40, 200)):
        label = Label("A text that needs room")
        label.setParent(holder)
        label.setGeometry(left, 0, width, 20)
    inner, outer = holder.findChildren(Label)
    frame = QWidget()
    qtbot.addWidget(frame)
    frame.resize(300, 60)
    holder.setParent(frame)
    frame.show()
    assert "pixels" in _why_cut(inner)
    assert "beyond its QWidget" in _why_cut(outer)


def test_what_is_cut_off_in_a_table_is_found(qtbot):
    """The look into cells: words give way to a state, and a figure that is too wide is found."""
    state = Badge(Mark.HELD, "On hold")
    columns = (
        Column("Change", str, cell=lambda row: Cell((Words(row), state))),
        Column("Size", lambda row: row, width=76, right=True),
    )
    table = Table(RowsModel(columns), row_id=str, name="")
    qtbot.addWidget(table)
    table.set_rows(["A title that is much longer than its place"])
    table.resize(420, 100)
    table.show()
    found = list(cut_in_cells(table))
    assert len(found) == 1
    assert found[0].startswith("Size: A title")
    table.set_rows(["81.9 kB stored"])
    assert list(cut_in_cells(table)) == []
    assert table.columnWidth(1) > 76, "The column has grown for what it shows."
    table.resize(150, 100)
    assert any("On hold" in why for why in cut_in_cells(table))
