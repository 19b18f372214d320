"""Form fields: a label above, the field, a hint or an error in words below."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from ui import icons
from ui.format import literal
from ui.paint import Style, by_keyboard, focus_ring, scaled, write
from ui.stylesheet import COMBO, COMBO_LIST
from ui.theme import MEDIUM, SMALL, dress, tokens
from ui.widgets.dressed import line_edit, text_edit
from ui.widgets.labels import Label


class Field(QWidget):
    """A labelled field; ``edited`` comes with every change by the user."""

    edited = Signal()

    def __init__(self, label: str, editor: QWidget, hint: str = "") -> None:
        super().__init__()
        self.label, self.editor, self._hint = label, editor, hint
        self._error = ""
        self._below = Label(hint, size=SMALL, tone="ink2", wrap=True)
        if not hint:  # shown before it has a parent, it would be a window of its own
            self._below.hide()
        self._caption = caption = _Caption(label)
        caption.setBuddy(editor)
        editor.setAccessibleName(label)
        editor.setAccessibleDescription(hint)
        self.setFocusProxy(editor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(caption)
        layout.addWidget(editor)
        layout.addWidget(self._below)

    @property
    def whole_width(self) -> int:
        """How wide it is, in pixels, with its label on one line."""
        return max(self._caption.sizeHint().width(), self.minimumSizeHint().width())

    def set_label(self, label: str) -> None:
        """Call it something else."""
        self.label = label
        self._caption.setText(label)
        self.editor.setAccessibleName(label)

    def set_error(self, text: str) -> None:
        """Say what is wrong under the field; empty takes it back."""
        if text == self._error:  # asked with every key, of every field of a form
            return
        self._error = text
        self._below.setText(text or self._hint)
        self._below.set_tone("bad" if text else "ink2")
        self._below.setVisible(bool(text or self._hint))
        self.editor.setProperty("invalid", bool(text))
        self.editor.setAccessibleDescription(text or self._hint)
        self.editor.style().unpolish(self.editor)
        self.editor.style().polish(self.editor)


class _Caption(Label):
    """Stands on one line where there is room for it, and on more where there is not."""

    def __init__(self, text: str) -> None:
        super().__init__(text, size=SMALL, weight=MEDIUM, tone="ink2", wrap=True)

    def sizeHint(self) -> QSize:
        """On one line."""
        wide = self.fontMetrics().horizontalAdvance(self.text()) + 1
        return QSize(wide, self.minimumSizeHint().height())


class LineField(Field):
    """One line of text."""

    def __init__(
        self, label: str, hint: str = "", *, placeholder: str = "", secret: bool = False
    ) -> None:
        self.line = line_edit()
        self.line.setPlaceholderText(placeholder)
        if secret:
            self.line.setEchoMode(QLineEdit.EchoMode.Password)
        super().__init__(label, self.line, hint)
        self.line.textEdited.connect(self.edited)

    @property
    def value(self) -> str:
        """What was typed, without spaces at the ends."""
        return self.line.text().strip()

    def set_value(self, value: str) -> None:
        """Show a text."""
        self.line.setText(value)

    def suggest(self, texts: Sequence[str]) -> None:
        """Offer texts that hold what is typed; anything else can be typed as well."""
        completer = QCompleter(list(texts), self.line)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(self.edited)
        self.line.setCompleter(completer)


class TextField(Field):
    """Several lines of plain text."""

    def __init__(
        self, label: str, hint: str = "", *, lines: int = 4, placeholder: str = ""
    ) -> None:
        self.text = text_edit()
        self.text.setPlaceholderText(placeholder)
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(round(Style().metrics().lineSpacing() * lines) + 24)
        super().__init__(label, self.text, hint)
        self.text.textChanged.connect(self.edited)

    @property
    def value(self) -> str:
        """What was typed, without spaces at the ends."""
        return self.text.toPlainText().strip()

    def set_value(self, value: str) -> None:
        """Show a text; does not count as an edit."""
        if self.text.toPlainText() != value:
            self.text.blockSignals(True)
            self.text.setPlainText(value)
            self.text.blockSignals(False)


_BOX = 15
"""The side of a box to tick."""


class Combo(QComboBox):
    """A combo box with the kit's chevron; the wheel scrolls the page, not the choice."""

    def __init__(self) -> None:
        super().__init__()
        dress(self, COMBO)
        self._dressed = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def showPopup(self) -> None:
        """Open the list, dressed when it is first opened."""
        if not self._dressed:
            self._dressed = True
            dress(self.view(), COMBO_LIST)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box, the text as far as there is room, and the chevron."""
        del event
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        edit = QStyle.SubControl.SC_ComboBoxEditField
        box = QStyle.ComplexControl.CC_ComboBox
        side = scaled(icons.SIZE)
        at = self.width() - side - 10
        room = min(
            self.style().subControlRect(box, option, edit, self).width() - 2,
            at - 20,
        )
        elide = Qt.TextElideMode.ElideRight
        option.currentText = self.fontMetrics().elidedText(option.currentText, elide, room)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        color = tokens().ink2 if self.isEnabled() else tokens().ink3
        icons.draw(painter, "chevron-down", at, (self.height() - side) / 2, color, side)


class ChoiceField(Field):
    """One of a few values; options are pairs of value and text."""

    def __init__(self, label: str, options: Sequence[tuple[str, str]] = (), hint: str = "") -> None:
        self.combo = Combo()
        super().__init__(label, self.combo, hint)
        self.set_options(options)
        self.combo.activated.connect(self._on_activated)

    @property
    def value(self) -> str:
        """The chosen value, empty when there is none."""
        return str(self.combo.currentData() or "")

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer other values; the chosen one stays if it is still there."""
        kept = self.value
        self.combo.clear()
        for value, text in options:
            self.combo.addItem(literal(text), value)
        self.set_value(kept)

    def set_value(self, value: str) -> None:
        """Choose a value; an unknown one chooses nothing new."""
        position = self.combo.findData(value)
        if position >= 0:
            self.combo.setCurrentIndex(position)

    @Slot(int)
    def _on_activated(self, _position: int) -> None:
        self.edited.emit()


class FlagField(Field):
    """A yes or no."""

    def __init__(self, label: str, text: str, hint: str = "") -> None:
        self.box = Check(text)
        super().__init__(label, self.box, hint)
        self.box.toggled.connect(self._on_toggled)

    @property
    def value(self) -> bool:
        """Whether it is ticked."""
        return self.box.isChecked()

    def set_value(self, value: bool) -> None:
        """Tick it or not; does not count as an edit."""
        self.box.blockSignals(True)
        self.box.setChecked(value)
        self.box.blockSignals(False)

    @Slot(bool)
    def _on_toggled(self, _on: bool) -> None:
        self.edited.emit()


class Check(QCheckBox):
    """A tick box in the kit's look."""

    def __init__(self, text: str) -> None:
        super().__init__(literal(text))
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        """Box, gap, text."""
        style = Style()
        wide = round(style.width(self.text())) + scaled(_BOX) + 13
        return QSize(wide, round(style.metrics().height()) + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw box, tick and text."""
        painter, look = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side, tick = scaled(_BOX), scaled(12)
        box = QRectF(1.5, round((self.height() - side) / 2) + 0.5, side, side)
        on = self.isChecked()
        painter.setPen(QPen(look.accent if on else look.ink3, 1))
        painter.setBrush(look.accent if on else look.surface)
        painter.drawRoundedRect(box, 4, 4)
        if on:
            left, top = (edge + (side - tick) / 2 for edge in (box.left(), box.top()))
            icons.draw(painter, "check", left, top, look.on_accent, tick)
        tone = "ink" if self.isEnabled() else "ink3"
        area = QRectF(self.rect()).adjusted(side + 11, 0, 0, 0)
        write(painter, area, self.text(), Style(tone))
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.rect()), 4)

    def hitButton(self, pos: QPoint) -> bool:
        """The whole line can be clicked."""
        return self.rect().contains(pos)


class PickField(Field):
    """Some of many, such as hosts: a tick box each."""

    def __init__(self, label: str, options: Sequence[tuple[str, str]] = (), hint: str = "") -> None:
        self._holder = QWidget()
        self._layout = QVBoxLayout(self._holder)
        self._layout.setContentsMargins(0, 2, 0, 2)
        self._layout.setSpacing(2)
        self._boxes: dict[str, Check] = {}
        super().__init__(label, self._holder, hint)
        self.set_options(options)

    @property
    def value(self) -> tuple[str, ...]:
        """The ticked values, in the order they are shown."""
        return tuple(value for value, box in self._boxes.items() if box.isChecked())

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer other values; ticked ones stay if they are still there."""
        kept = set(self.value)
        for box in self._boxes.values():
            self._layout.removeWidget(box)
            box.hide()  # it is deleted a little later, and would shine through until then
            box.deleteLater()
        self._boxes = {value: Check(text) for value, text in options}
        for value, box in self._boxes.items():
            box.setChecked(value in kept)
            box.toggled.connect(self._on_toggled)
            self._layout.addWidget(box)

    def set_value(self, values: Sequence[str]) -> None:
        """Tick exactly these; does not count as an edit."""
        for value, box in self._boxes.items():
            box.blockSignals(True)
            box.setChecked(value in values)
            box.blockSignals(False)

    @Slot(bool)
    def _on_toggled(self, _on: bool) -> None:
        self.edited.emit()
