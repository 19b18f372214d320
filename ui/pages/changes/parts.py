"""Small help for forms: read-only fields stay legible; late pages take their place in a stack."""

from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDateTimeEdit,
    QLineEdit,
    QPlainTextEdit,
    QStackedWidget,
    QWidget,
)

from ui.widgets.fields import Field


def set_read_only(field: Field, *, locked: bool) -> None:
    """Lock a field or free it; text stays legible."""
    for line in field.findChildren(QLineEdit):
        line.setReadOnly(locked)
    for text in field.findChildren(QPlainTextEdit):
        text.setReadOnly(locked)
    for box in field.findChildren(QComboBox):
        box.setEnabled(not locked)
    for edit in field.findChildren(QDateTimeEdit):
        edit.setReadOnly(locked)
    for button in field.findChildren(QAbstractButton):
        if button.isCheckable():
            button.setEnabled(not locked)


def put_in_place(stack: QStackedWidget, position: int, page: QWidget) -> None:
    """Replace what holds a page's place in a stack by the page."""
    old = stack.widget(position)
    stack.insertWidget(position, page)
    if old is not None:
        stack.removeWidget(old)
        old.deleteLater()
