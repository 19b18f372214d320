"""What widgets of the kit leave out where room is short: never a figure."""

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QScrollArea

from app.domain.host import Host, HostKey
from app.domain.ids import HostId
from app.services.run.gate_facts import FactState, GateFact
from ui.messages import Message, Tone
from ui.operations.hosts import HostView
from ui.pages.hosts.detail import HostDetail
from ui.pages.run.gate_card import GateFacts
from ui.paint import scaled
from ui.widgets.badges import StateBadge
from ui.widgets.banner import Banner
from ui.widgets.buttons import Button
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.empty import EmptyState
from ui.widgets.labels import Label
from ui.widgets.layout import column, panel
from ui.widgets.search import FilterChips
from ui.widgets.tiles import Kpi, KpiTile, TileGrid, TileRow, Trend


@pytest.mark.parametrize("made", [TileGrid, TileRow])
@pytest.mark.parametrize("width", [700, 1100, 1500])
def test_no_figure_of_a_tile_is_cut_off(shown, made, width, monkeypatch):
    note = "likely 79–82 %, was 2 134 of 2 664"
    tiles = shown(made())
    tiles.resize(width, 300)
    tiles.set_kpis(
        [Kpi("Clean", "80 %", "2 029 of 2 526", note, Trend.UP), *[Kpi("Open", "3")] * 5]
    )
    tiles.layout().activate()
    written = []

    def write(_painter, area, text, style):
        written.append((text, area, style))
        return style.width(text)

    monkeypatch.setattr("ui.widgets.tiles.write", write)
    tiles.findChildren(KpiTile)[0].grab()
    told = [item for item in written if item[0].startswith(("likely", "was", "2 029"))]
    assert ", ".join(text for text, _area, _style in told) == f"2 029 of 2 526, {note}"
    for text, area, style in told:
        assert style.width(text) <= area.width(), text
        assert area.bottom() <= tiles.findChildren(KpiTile)[0].height()


def test_a_long_name_of_a_filter_gives_way_and_its_count_does_not(shown, monkeypatch):
    name = "OpenSSL of all the hosts in the north of the country"
    chips = shown(FilterChips(("My open", name)))
    chips.set_counts((3, 1204))
    chips.resize(260, 40)
    chips.layout().activate()
    first, long = chips._group.buttons()
    assert first.width() == first.sizeHint().width()
    assert long.geometry().right() <= chips.width()
    written = []

    def write(_painter, area, text, style):
        written.append((text, area, style))
        return min(style.width(text), area.width())

    monkeypatch.setattr("ui.widgets.search.write", write)
    long.grab()
    (_name, place, _style), (number, area, style) = written
    assert place.right() < area.left()
    assert style.width(number) <= area.width()
    assert area.left() + style.width(number) <= long.width()
    assert name in long.toolTip()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_another_key_of_a_host_is_compared_with_the_confirmed_one_in_a_narrow_place(
    shown, theme, scale
):
    theme.set_scale(scale)
    try:
        keys = [
            HostKey("ssh-ed25519", f"SHA256:{sign * 43}", f"ssh-ed25519 {sign}") for sign in "aw"
        ]
        host = Host(HostId("db-01"), "db-01", "10.0.0.5", key=keys[0], sudo=True)
        detail = shown(HostDetail())
        detail.show_host(HostView(host, None))
        detail.show_shown_key(host, keys[1])
        inner = detail.findChildren(QScrollArea)[0].widget()
        assert inner.minimumSizeHint().width() <= detail.minimumSizeHint().width()
        told = [label.text() for label in detail.findChildren(Label)]
        assert {key.sha256 for key in keys} <= set(told), "both, in full, one below the other"
    finally:
        theme.set_scale(1.0)


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("width", [700, 1200])
def test_an_empty_page_and_a_message_are_whole_in_large_type(shown, theme, scale, width):
    theme.set_scale(scale)
    try:
        text = "A change names in its plan what shall become better, and by how much it shall."
        empty = shown(EmptyState("Nothing is measured yet", text, Button("Open the changes")))
        empty.resize(width, 800)
        empty.layout().activate()
        for label in (empty.heading, empty.sentence):
            assert label.height() >= label.heightForWidth(label.width()), label.text()
        banner = shown(Banner(Message("Not reachable", Tone.ERROR)))
        banner.resize(width, 200)
        banner.layout().activate()
        mark = banner.findChildren(StateBadge)[0]
        assert mark.width() >= mark.sizeHint().width() >= scaled(14)
    finally:
        theme.set_scale(1.0)


@pytest.mark.parametrize("phrase", ["GO db-01", f"BACK OUT {'lagerverwaltung-' * 5}01"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("width", [300, 420, 900])
def test_words_to_type_their_field_and_all_buttons_stay_whole(shown, theme, width, scale, phrase):
    theme.set_scale(scale)
    try:
        others = (Button("No-go, back out"),)
        asked = TypedConfirmation(
            Consequence("Go or not", "The next steps are sent."), phrase, "Go", others=others
        )
        holder = shown(panel(column(asked, None)))
        holder.resize(round(width * (1.2 if scale > 1 else 1)), 900)
        holder.show()
        QApplication.processEvents()
        assert holder.minimumSizeHint().width() <= holder.width()
        inside = asked.rect().adjusted(14, 12, -14, -12)
        for part in (asked.field, asked.button, *others, *asked.findChildren(Label)):
            place = QRect(part.mapTo(asked, QPoint()), part.size())
            assert inside.contains(place), (part.accessibleName(), place, inside)
        for button in (asked.button, *others):
            assert button.width() >= button.sizeHint().width(), button.text()
        assert asked.field.height() >= asked.field.sizeHint().height()
        for label in asked.findChildren(Label):
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    finally:
        theme.set_scale(1.0)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_facts_of_a_gate_are_read_whole_in_a_narrow_place(shown, theme, scale):
    theme.set_scale(scale)
    try:
        facts = shown(GateFacts())
        told = "Last health check of every host that the change names"
        facts.set_facts([GateFact(FactState.MISSING, "Not checked", told, "0 of 1", ("set b1",))])
        for width in (300, 900):
            facts.resize(round(width * scale**0.5), 400)
            QApplication.processEvents()
            assert facts.minimumSizeHint().width() <= facts.width()
            (about,) = (label for label in facts.findChildren(Label) if label.text() == told)
            assert about.width() >= scaled(200)
            assert about.height() >= about.heightForWidth(about.width())
    finally:
        theme.set_scale(1.0)
