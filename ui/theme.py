"""Colours, type and style of the window, from the one token file.

The application's palette says which of the two token sets holds, so that a widget asks `tokens`
while it paints and follows a switch of the theme without being told.
"""

import json
import sys
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache, partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QPalette,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from shiboken6 import isValid

from app.paths import resource_path
from ui.slices import Slices
from ui.stylesheet import filled

SANS, MONO = "Inter", "JetBrains Mono"
SMALL, BODY, LARGE, TITLE, FIGURE = 11, 13, 15, 20, 28
REGULAR, MEDIUM, BOLD = 400, 500, 600
_POINTS_PER_PIXEL = 72 / (72 if sys.platform == "darwin" else 96)
_TRACKING = {TITLE: -1.2, FIGURE: -1.8}
_ROLE = QPalette.ColorRole
_SHEET = "sheet"
"""The property of a widget that says which sheet it wears, before its colours are filled in."""


class Mode(StrEnum):
    """Whether the window follows the system or always looks one way."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every colour of one look; `selection` and `focus` are derived."""

    surface: QColor
    raised: QColor
    sunken: QColor
    line: QColor
    ink: QColor
    ink2: QColor
    ink3: QColor
    accent: QColor
    good: QColor
    watch: QColor
    bad: QColor
    unknown: QColor
    before: QColor
    after: QColor
    change_band: QColor

    @property
    def dark(self) -> bool:
        """Whether this is the dark look."""
        return self.surface.lightness() < 128

    @property
    def on_accent(self) -> QColor:
        """Text on the accent colour."""
        return QColor("#0F1217" if self.dark else "#FFFFFF")

    @property
    def selection(self) -> QColor:
        """Fill of a selected row: accent at 7 % (dark: 14 %) over the surface."""
        return mix(self.surface, self.accent, 0.14 if self.dark else 0.07)

    def named(self, name: str) -> QColor:
        """Return a colour by its name, such as ``"ink2"``."""
        color: QColor = getattr(self, name)
        return color


def mix(under: QColor, over: QColor, share: float) -> QColor:
    """Return ``over`` laid on ``under`` with the given opacity, as an opaque colour."""
    parts = zip(under.getRgb()[:3], over.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(low + (high - low) * share) for low, high in parts))


def faded(color: QColor, share: float) -> QColor:
    """Return a colour with the given opacity."""
    result = QColor(color)
    result.setAlphaF(share)
    return result


@cache
def token_sets() -> tuple[Tokens, Tokens]:
    """Read the light and the dark token set; a broken file is our own bug."""
    looks = json.loads(resource_path("themes", "tokens.json").read_text(encoding="utf-8"))
    light, dark = (
        Tokens(*(_color(looks[name][field.name]) for field in fields(Tokens)))
        for name in ("light", "dark")
    )
    return light, dark


def tokens() -> Tokens:
    """Return the token set that holds now; cheap enough to be asked while painting."""
    light, dark = token_sets()
    return dark if QApplication.palette().color(_ROLE.Accent) == dark.accent else light


def font(size: int = BODY, weight: int = REGULAR, *, mono: bool = False) -> QFont:
    """Return a type style; sizes are pixels at 100 %, scaled as the application's font is.

    Figures are tabular in every style.
    """
    return QFont(_style(size, weight, mono)[0])


def metrics(size: int = BODY, weight: int = REGULAR, *, mono: bool = False) -> QFontMetricsF:
    """Return the measures of a type style; asked for with every text that is painted."""
    return _style(size, weight, mono)[1]


_styles: dict[tuple[int, int, bool], tuple[QFont, QFontMetricsF]] = {}
"""Forgotten when a theme changes the font of the application, as nobody else does."""


def _style(size: int, weight: int, mono: bool) -> tuple[QFont, QFontMetricsF]:
    key = (size, weight, mono)
    if key not in _styles:
        made = _make_font(QApplication.font(), size, weight, mono=mono)
        _styles[key] = (made, QFontMetricsF(made))
    return _styles[key]


def _make_font(base: QFont, size: int, weight: int, *, mono: bool) -> QFont:
    scale = base.pointSizeF() / (BODY * _POINTS_PER_PIXEL)
    result = QFont(base)
    if mono:
        result.setFamilies([MONO, "Consolas", "Menlo", "DejaVu Sans Mono", "monospace"])
    result.setPointSizeF(size * _POINTS_PER_PIXEL * scale)
    result.setWeight(QFont.Weight(weight))
    if size in _TRACKING and not mono:
        spacing = 100 + _TRACKING[size]
        result.setLetterSpacing(QFont.SpacingType.PercentageSpacing, spacing)
    return result


class Theme(QObject):
    """Applies a look to the application and keeps it in step with the system."""

    switched = Signal()

    def __init__(
        self, application: QApplication, mode: Mode = Mode.SYSTEM, scale: float = 1.0
    ) -> None:
        super().__init__(application)
        self._application = application
        self._mode = mode
        self._scale = scale
        self._hidden = Slices(self)
        application.setStyle("Fusion")
        _load_fonts()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    @property
    def mode(self) -> Mode:
        """What was asked for."""
        return self._mode

    @property
    def scale(self) -> float:
        """How much all type is enlarged."""
        return self._scale

    @property
    def dark(self) -> bool:
        """What it looks like now."""
        if self._mode is Mode.SYSTEM:
            return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._mode is Mode.DARK

    def set_mode(self, mode: Mode) -> None:
        """Switch the look at once."""
        self._mode = mode
        self._apply()

    def set_scale(self, scale: float) -> None:
        """Enlarge all type; 1.0 is the design size."""
        self._scale = scale
        self._apply()

    @Slot()
    def _follow(self) -> None:
        if self._mode is Mode.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        light, dark = token_sets()
        look = dark if self.dark else light
        base = QFont([SANS, "Segoe UI", "Helvetica Neue", "Noto Sans", "sans-serif"])
        base.setPointSizeF(BODY * _POINTS_PER_PIXEL * self._scale)
        base.setFeature(QFont.Tag("tnum"), 1)
        base.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        _styles.clear()
        if base != self._application.font():  # every widget is laid out anew: not for a colour
            self._application.setFont(base)
            for widget in self._application.allWidgets():
                _tell_size(widget)
        self._application.setPalette(_palette(look))
        QToolTip.setPalette(self._application.palette())
        dressed = [one for one in self._application.allWidgets() if one.property(_SHEET)]
        for widget in dressed:
            if isValid(widget) and widget.isVisible():  # dressing one may be the end of another
                _dress_anew(widget)
        out_of_sight = (one for one in dressed if isValid(one) and not one.isVisible())
        self._hidden.clear()
        self._hidden.add(*(partial(_dress_anew, one) for one in out_of_sight))  # hundreds, maybe
        self.switched.emit()


def _tell_size(widget: QWidget) -> None:
    """Let a widget with a font of its own follow; Qt itself tells windows, not what is in them."""
    if isValid(widget):
        widget.changeEvent(QEvent(QEvent.Type.ApplicationFontChange))
        widget.updateGeometry()  # layouts keep the size that was asked for before


def dress(widget: QWidget, sheet: str) -> None:
    """Give one of Qt's own widgets a sheet of `ui.stylesheet`, now and after a switch."""
    widget.setProperty(_SHEET, sheet)
    _dress_anew(widget)


def _dress_anew(widget: QWidget) -> None:
    if isValid(widget):  # it may have gone while it waited
        widget.setStyleSheet(_filled(widget.property(_SHEET), tokens().dark))


@cache
def _filled(sheet: str, dark: bool) -> str:
    look = token_sets()[dark]
    colors = {field.name: look.named(field.name).name() for field in fields(Tokens)}
    colors |= {"selection": look.selection.name(), "on_accent": look.on_accent.name()}
    return filled(sheet, colors)


def _color(text: str) -> QColor:
    """Read #RRGGBB or #RRGGBBAA (Qt itself would read the latter as ARGB)."""
    color = QColor(text[:7])
    if len(text) == 9:
        color.setAlpha(int(text[7:], 16))
    return color


def _load_fonts() -> None:
    for path in sorted(resource_path("fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))


def _palette(look: Tokens) -> QPalette:
    palette = QPalette()
    for color, roles in (
        (look.surface, (_ROLE.Window, _ROLE.Base)),
        (look.raised, (_ROLE.AlternateBase, _ROLE.Button, _ROLE.ToolTipBase)),
        (look.ink, (_ROLE.WindowText, _ROLE.Text, _ROLE.ButtonText)),
        (look.ink2, (_ROLE.ToolTipText,)),  # the frame of a tip has the colour of its words
        (look.ink3, (_ROLE.PlaceholderText,)),
        (look.accent, (_ROLE.Accent, _ROLE.Highlight, _ROLE.Link, _ROLE.LinkVisited)),
        (look.on_accent, (_ROLE.HighlightedText, _ROLE.BrightText)),
        (look.line, (_ROLE.Mid, _ROLE.Midlight, _ROLE.Dark)),
        (look.sunken, (_ROLE.Light,)),
    ):
        for role in roles:
            palette.setColor(role, color)
    for role in (_ROLE.Text, _ROLE.WindowText, _ROLE.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, look.ink3)
    return palette
