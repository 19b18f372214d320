"""What stands on the first page before anything was recorded."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import _
from ui.models.changes import stage_names
from ui.theme import BOLD, LARGE
from ui.widgets.buttons import Button, Kind, link
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row
from ui.widgets.stage_rail import StageRail


class FirstStart(QWidget):
    """One sentence, the way a change goes, and where to begin."""

    new_wanted = Signal()
    host_wanted = Signal()
    name_wanted = Signal()
    examples_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        rail = StageRail(stage_names(), 0)
        rail.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.new = Button(_("New change"), Kind.PRIMARY, icon="plus")
        self.host = Button(_("Add a host"), icon="server")
        self.examples = Button(_("Open the example changes"), icon="book")
        self.name = link(_("Say who you are"))
        inner = QWidget()
        inner.setMaximumWidth(780)
        inner.setMinimumWidth(480)
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(rail)
        layout.addSpacing(24)
        layout.addWidget(Label(_("Bring a change safely through"), size=LARGE, weight=BOLD))
        text = _(
            "Record the need, plan the work and the way back, take and prove a backup, run it step"
            " by step, and show on paper whether it worked."
        )
        layout.addWidget(Label(text, tone="ink2", wrap=True))
        layout.addSpacing(12)
        add_layout(layout, row(self.new, self.host, self.examples, self.name, None, gap=12))
        sides = QHBoxLayout()
        sides.addStretch(1)
        sides.addWidget(inner, 100)
        sides.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        outer.addStretch(1)
        add_layout(outer, sides)
        outer.addStretch(2)
        self.new.clicked.connect(self.new_wanted)
        self.host.clicked.connect(self.host_wanted)
        self.name.clicked.connect(self.name_wanted)
        self.examples.clicked.connect(self.examples_wanted)

    def show_offers(self, *, named: bool, examples: bool) -> None:
        """Ask for the name only while it is not known; offer examples where they can be opened."""
        self.name.setVisible(not named)
        self.examples.setVisible(examples)
