"""Both looks: contrast, switching, scale, fonts, icons."""

import pytest
from PySide6.QtGui import QColor, QFontInfo, QImage, QPainter, QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import icons
from ui.cells import Mark
from ui.pages import PAGES
from ui.theme import Mode, font, mix, token_sets, tokens
from ui.widgets.buttons import Button
from ui.widgets.labels import Label
from ui.widgets.search import SearchField


def luminance(color: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in color.getRgbF()[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", token_sets(), ids=["light", "dark"])
def test_every_text_can_be_read_on_every_ground(look):
    grounds = (look.surface, look.raised, look.sunken, look.selection)
    for name in ("ink", "ink2", "accent", "good", "watch", "bad", "unknown"):
        for ground in grounds:
            assert contrast(look.named(name), ground) >= 4.5, (name, ground.name())
    assert all(contrast(look.ink3, ground) >= 3 for ground in grounds)
    assert contrast(look.on_accent, look.accent) >= 4.5


def test_a_colour_with_opacity_is_read_as_red_green_blue_alpha():
    light, _dark = token_sets()
    assert light.change_band.getRgb() == (0xF3, 0xC2, 0x45, 0x33)


def test_the_look_is_switched_live(theme, qtbot):
    assert not tokens().dark
    with qtbot.waitSignal(theme.switched):
        theme.set_mode(Mode.DARK)
    assert theme.dark
    assert tokens().dark
    theme.set_mode(Mode.LIGHT)
    assert not tokens().dark


def test_text_that_can_be_marked_follows_a_switch_too(theme, qtbot):
    label = Label("SHA256:abc").make_selectable()
    qtbot.addWidget(label)
    label.show()
    for look in (Mode.DARK, Mode.LIGHT):
        theme.set_mode(look)
        qtbot.waitUntil(
            lambda: label.palette().color(QPalette.ColorRole.WindowText) == tokens().ink
        )
        image = label.grab().toImage()
        shades = {
            image.pixelColor(x, y).lightness()
            for x in range(image.width()) for y in range(image.height())
        }  # fmt: skip
        assert max(shades) - min(shades) > 150, "it stands out from what is behind it"


def test_all_type_is_enlarged_together(theme):
    small = font(13).pointSizeF()
    theme.set_scale(2.0)
    assert font(13).pointSizeF() == pytest.approx(2 * small)
    assert font(28).pointSizeF() == pytest.approx(2 * small * 28 / 13)
    theme.set_scale(1.0)


def test_what_is_open_follows_the_size_of_the_type(theme, shown):
    holder = QWidget()
    label, button, field = Label("Not tested yet"), Button("Look there"), SearchField("Name")
    layout = QVBoxLayout(holder)
    for part in (label, button, field):
        layout.addWidget(part)
    shown(holder)
    before = [part.height() for part in (label, button)]
    margin = field.textMargins().left()
    theme.set_scale(2.0)
    try:
        holder.adjustSize()
        assert label.font().pointSizeF() == font(13).pointSizeF()
        assert label.height() >= 1.8 * before[0]
        assert button.height() >= 1.3 * before[1]
        assert field.textMargins().left() > margin + 10
    finally:
        theme.set_scale(1.0)
    assert label.font().pointSizeF() == font(13).pointSizeF()


def test_the_bundled_fonts_are_used(theme):
    assert QFontInfo(font()).family() == "Inter"
    assert QFontInfo(font(11, mono=True)).family() == "JetBrains Mono"


def test_every_icon_that_is_named_exists(theme):
    named = {mark.icon for mark in Mark} | {entry.icon for entry in PAGES}
    assert [name for name in sorted(named) if not icons.exists(name)] == []


def test_icons_take_the_colour_they_are_given(theme):
    picture = QImage(32, 32, QImage.Format.Format_ARGB32)
    picture.fill(0)
    painter = QPainter(picture)
    icons.draw(painter, "circle-check", 0, 0, QColor("#C22F2F"), 32)
    icons.draw(painter, "no such icon", 0, 0, QColor("#000000"), 32)
    painter.end()
    drawn = {picture.pixelColor(x, y).name() for x in range(32) for y in range(32)
             if picture.pixelColor(x, y).alpha() == 255}  # fmt: skip
    assert drawn == {"#c22f2f"}
    assert not icons.icon("x", QColor("#000000")).isNull()


def test_mixing_stays_between_both_colours():
    assert mix(QColor("#000000"), QColor("#FFFFFF"), 0.5).name() == "#808080"
