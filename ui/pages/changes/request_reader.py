"""A request for approval from a file: who asks, the whole plan in words, and the decision."""

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.approval import Decision
from app.i18n import _
from app.services.approval.approval_files import Answered
from app.services.change.plan_reading import Reading
from app.services.people import KeyState
from app.wording import moment
from ui.cells import Badge, Mark
from ui.operations.approval_files import OpenedRequest
from ui.pages.changes.asking import Asking, Question
from ui.theme import BOLD, SMALL, TITLE
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, primary
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.fields import LineField
from ui.widgets.labels import Label, mono
from ui.widgets.layout import MARGIN, add_layout, clear, column, row, scrolling

TAIL = 6
"""How many characters of a fingerprint are typed, so that it is really compared."""
_KEYS = {
    KeyState.CONFIRMED: Badge(Mark.GOOD, _("Confirmed key")),
    KeyState.UNKNOWN: Badge(Mark.NEEDED, _("Key not confirmed yet")),
    KeyState.CHANGED: Badge(Mark.BAD, _("Another key than the confirmed one")),
}


class RequestReader(QWidget):
    """Shows what is asked for, and takes the answer; nothing here is a change of this desk."""

    answered = Signal(object, object)  # OpenedRequest, Answered
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._opened: OpenedRequest | None = None
        self.heading = Label(size=TITLE, weight=BOLD, wrap=True)
        self.sentence = Label(tone="ink2", wrap=True)
        self.key, self.fingerprint = StateBadge(), mono("", size=SMALL)
        self.tail = LineField(
            _("Last six characters of the fingerprint"),
            _("Ask the person, by phone or face to face: whoever altered the file signed it with"
              " another key."),
        )  # fmt: skip
        self.approve, self.back = primary(_("Approve")), Button(_("Close"))
        self.reject = Button(_("Reject"), Kind.DANGER, icon="x")
        self.why, self.asking = Label(tone="ink2", wrap=True), Asking()
        self._parts = QVBoxLayout()
        self._parts.setContentsMargins(0, 8, MARGIN, MARGIN)
        self._parts.setSpacing(20)
        inner = QWidget()
        inner.setLayout(self._parts)
        head = row(self.heading, self.back, self.reject, self.approve, gap=8)
        head.setStretch(0, 1)
        upper = column(
            head,
            self.sentence,
            row(self.key, self.fingerprint, None, gap=12),
            self.tail,
            self.why,
            self.asking,
            gap=8,
            margins=(0, 16, MARGIN, 8),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 0, 0, 0)
        layout.setSpacing(0)
        add_layout(layout, upper)
        layout.addWidget(scrolling(inner), 1)
        self.approve.clicked.connect(partial(self._ask, Decision.APPROVED))
        self.reject.clicked.connect(partial(self._ask, Decision.REJECTED))
        self.back.clicked.connect(self.closed)
        self.tail.edited.connect(self._follow)

    def show_request(self, opened: OpenedRequest) -> None:
        """Show a request; the keyboard goes to what is needed first."""
        self._opened = opened
        self.asking.close_question()
        found, change = opened.file, opened.file.change
        self.heading.setText(f"{change.number}  {change.title}")
        zone = change.window.zone if change.window else "UTC"
        self.sentence.setText(
            _("{name} asks for approval of plan {plan}, revision {n}, since {at}.").format(
                name=found.request.by,
                plan=found.request.plan_hash[:8],
                n=found.request.revision,
                at=moment(found.request.at, zone),
            )
        )
        self.key.set_badge(_KEYS[opened.key])
        self.fingerprint.setText(found.sealed.fingerprint)
        self.tail.set_value("")
        self.tail.set_error("")
        self.tail.line.setPlaceholderText(_("as {name} reads it out").format(name=found.request.by))
        self.tail.setVisible(opened.key is KeyState.UNKNOWN)
        clear(self._parts)
        for part in opened.parts:
            add_layout(self._parts, _part(part))
        self._parts.addStretch(1)
        self._follow()
        (self.tail if opened.key is KeyState.UNKNOWN else self.approve).setFocus()

    def escape(self) -> None:
        """Close the question, or the request."""
        if self.asking.is_open:
            self.asking.close_question()
        else:
            self.closed.emit()

    @property
    def _is_confirmed(self) -> bool:
        opened = self._opened
        if opened is None or opened.key is KeyState.CHANGED:
            return False
        tail = opened.file.sealed.fingerprint[-TAIL:]
        return opened.key is KeyState.CONFIRMED or self.tail.value == tail

    @Slot()
    def _follow(self) -> None:
        opened = self._opened
        if opened is None:
            return
        who = opened.file.request.by
        refusals = {
            KeyState.CHANGED: _("Not signed by the confirmed key of {name}. Ask {name} about it."),
            KeyState.UNKNOWN: _("Compare the fingerprint with {name} first."),
        }
        why = "" if self._is_confirmed else refusals.get(opened.key, "").format(name=who)
        self.why.setText(why or _("You decide as {name}.").format(name=opened.actor))
        self.approve.block(why)
        self.reject.block(why)

    def _ask(self, decision: Decision, _checked: bool = False) -> None:
        approves = decision is Decision.APPROVED
        self.asking.ask(
            Question(
                _("Approve this plan") if approves else _("Reject this plan"),
                _("Your answer is signed with your own key and written into a file. Send it back."),
                _("Approve") if approves else _("Reject"),
                partial(self._answer, decision),
                label=_("Comment"),
                hint=_("Stands beside your decision."),
                needed=not approves,
                danger=not approves,
            )
        )

    def _answer(self, decision: Decision, comment: str) -> None:
        if self._opened is not None:
            confirm = self._opened.file.sealed.fingerprint if self._is_confirmed else ""
            self.answered.emit(self._opened, Answered(decision, comment, confirm))


def _part(part: Reading) -> QVBoxLayout:
    facts = KeyValues([(label, Label(text, wrap=True)) for label, text in part.lines],
                      label_width=140)  # fmt: skip
    return column(SectionTitle(part.title), facts, gap=8)
