"""The method behind a verdict: every number, in the order in which it was made."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.verdict import Comparison
from app.i18n import _
from app.services.metric.method_words import method_of
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import clear, scrolling

_LABEL_WIDTH = 216


class MethodView(QWidget):
    """Shows how a verdict came about."""

    def __init__(self) -> None:
        super().__init__()
        inside = QWidget()
        self._parts = QVBoxLayout(inside)
        self._parts.setContentsMargins(0, 4, 8, 16)
        self._parts.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolling(inside))

    def show_found(self, found: Comparison | None) -> None:
        """Show another verdict."""
        clear(self._parts)
        if found is None:
            self._parts.addWidget(Label(_("There is no verdict yet."), tone="ink2", wrap=True))
        else:
            for part in method_of(found):
                self._parts.addWidget(SectionTitle(part.title))
                self._parts.addWidget(KeyValues(part.rows, label_width=_LABEL_WIDTH))
                self._parts.addSpacing(8)
        self._parts.addStretch(1)
