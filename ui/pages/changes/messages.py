"""Communicate: who is told before, during and after, each message drafted from the change."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QVBoxLayout

from app.domain.change import Change, ChangeState
from app.domain.communication import Audience, Message, Moment
from app.errors import InvalidInput
from app.i18n import _, later
from app.services.message.communications import moments_of, read_recipients, title_of, untold
from app.services.message.draft_phrases import Around
from app.services.message.drafts import AUDIENCES, MOMENTS, draft, outdated
from app.wording import clock, count_of, day
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.operations import communications
from ui.operations.changes import ChangeView
from ui.pages.changes.asking import Question
from ui.pages.changes.records import Line, RecordForm, RecordList, Records, Stamp
from ui.pages.changes.saving import Section, record_lock, refuse
from ui.pages.changes.words import choices
from ui.theme import MEDIUM, SMALL
from ui.widgets.buttons import Button, Tall
from ui.widgets.fields import Check, ChoiceField, LineField, TextField
from ui.widgets.flow import Flow
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row
from ui.widgets.table import Rows

_USUAL = (Audience.USERS, Audience.SERVICE_DESK, Audience.IT_TEAM)


class MessageForm(RecordForm):
    """One message: to whom, its subject and text, and what can be done with it."""

    wanted = Signal(str)
    """What shall be done with the message that is shown: save, copy, sent."""

    def __init__(self) -> None:
        super().__init__()
        self._view: ChangeView | None = None
        self._shown: Message | None = None
        self.audience = ChoiceField(_("Who is told"), choices(AUDIENCES))
        self.moment = ChoiceField(_("When"), choices(MOMENTS))
        self.to = LineField(
            _("To"), _("Mail addresses with commas between; empty for another channel."),
            placeholder="Ann <ann@example.org>",
        )  # fmt: skip
        self.subject = LineField(_("Subject"))
        self.text = TextField(_("Text"), lines=12)
        self.stale = Label(tone="watch", wrap=True)
        self.sent = Label(tone="ink2", wrap=True)
        self.again = Button(_("Write it again"), icon="refresh", tall=Tall.COMPACT)
        self.save = Button(_("Save as mail file"), icon="download", tall=Tall.COMPACT)
        self.copy = Button(_("Copy the text"), icon="copy", tall=Tall.COMPACT)
        self.note = Button(_("It was sent"), icon="check", tall=Tall.COMPACT)
        for field in (self.audience, self.moment):
            field.edited.connect(self._on_target)  # before the list reads the form
        self.add("audience", self.audience)
        self.add("moment", self.moment)
        for name in ("to", "subject", "text"):
            self.add(name, getattr(self, name), wide=True)
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.setSpacing(12)
            for widget in (self.stale, self.sent):
                layout.addWidget(widget)
            add_layout(layout, row(self.again, None, self.copy, self.save, self.note))
        self.again.clicked.connect(self._on_again)
        for button, what in ((self.save, "save"), (self.copy, "copy"), (self.note, "sent")):
            button.clicked.connect(partial(self.wanted.emit, what))

    def prepare(self, view: ChangeView) -> None:
        """Write about this change."""
        self._view = view
        self.again.setVisible(not record_lock(view.change))

    def fill(self, record: Message) -> None:
        """Show a message."""
        self._shown = record
        self.audience.set_value(record.audience.value)
        self.moment.set_value(record.moment.value)
        self.to.set_value(record.to)
        self.subject.set_value(record.subject)
        self.text.set_value(record.text)
        self._tell(record)
        self._follow(record)

    def _follow(self, record: Message) -> None:
        """What is over is not sent any more; what is called off is."""
        if self._view is None:
            return
        change = self._view.change
        off = change.state is ChangeState.CANCELED and record.moment in moments_of(change)
        self.note.setVisible(off or not record_lock(change))

    def read(self, record: Message) -> Message:
        """Return the message as typed."""
        try:
            read_recipients(self.to.value)
        except InvalidInput as error:
            raise refuse(self.to, error) from None
        if not self.text.value:
            raise refuse(self.text, InvalidInput(_("Write the message.")))
        read = replace(
            record,
            audience=Audience(self.audience.value),
            moment=Moment(self.moment.value),
            to=self.to.value,
            subject=self.subject.value,
            text=self.text.value,
            basis=self._shown.basis if self._shown else record.basis,
        )
        self._tell(read)
        return read

    def _drafted(self, message: Message) -> Message:
        if self._view is None:
            return message
        fresh = draft(self._view.change, message.audience, message.moment, around_of(self._view))
        return replace(message, subject=fresh.subject, text=fresh.text, basis=fresh.basis)

    def _tell(self, message: Message) -> None:
        zone = self._view.zone if self._view else "UTC"
        facts = outdated(message, self._view.change) if self._view else ()
        self.stale.setText(
            _("Since it was written, this is another one: {facts}.").format(facts=", ".join(facts))
            if facts
            else ""
        )
        self.stale.setVisible(bool(facts))
        lines = [
            _("Sent {moment} by {name} to {to}").format(
                moment=f"{day(item.at, zone)} {clock(item.at, zone)}", name=item.by, to=item.to
            )
            for item in message.sent
        ]
        self.sent.setText("\n".join(lines))
        self.sent.setVisible(bool(lines))

    def _write(self, message: Message) -> None:
        """Show a fresh draft."""
        self._shown = fresh = self._drafted(message)
        self.subject.set_value(fresh.subject)
        self.text.set_value(fresh.text)

    @Slot()
    def _on_again(self) -> None:
        if self._shown is not None:
            self._write(self._shown)
            self.edited.emit()

    @Slot()
    def _on_target(self) -> None:
        """Follow another audience or moment, unless somebody has begun to write."""
        shown = self._shown
        if shown is not None and self.text.value == shown.text.strip():
            audience, moment = Audience(self.audience.value), Moment(self.moment.value)
            self._write(replace(shown, audience=audience, moment=moment))


class MessageList(RecordList):
    """The table of messages; it follows the change they are about."""

    def __init__(self, make_form: Callable[[], MessageForm]) -> None:
        self._about: ChangeView | None = None
        super().__init__(
            Records(
                _("Messages"),
                _("message"),
                _("No message yet. Choose who is told, and the drafts are written from the plan."),
                (
                    Column[Line](_("Message"), lambda line: line.item.subject, cell=_message),
                    Column[Line](_("State"), self._word, cell=self._state, width=230),
                ),
                self._new,
            ),
            make_form,
            rows=Rows.STEP,
        )

    def prepare(self, view: ChangeView, stamp: Stamp) -> None:
        """Follow the change around the messages."""
        self._about = view
        super().prepare(view, stamp)

    def _new(self) -> Message:
        known = {message.id for message in self.value}
        free = (
            Message(audience, moment)
            for audience in Audience
            for moment in self._moments()
            if Message(audience, moment).id not in known
        )
        empty = next(free, Message(Audience.USERS, Moment.BEFORE))
        if self._about is None:
            return empty
        return draft(self._about.change, empty.audience, empty.moment, around_of(self._about))

    def _moments(self) -> tuple[Moment, ...]:
        return moments_of(self._about.change) if self._about else tuple(Moment)

    def _word(self, line: Line) -> str:
        return self._badge(line.item).word

    def _state(self, line: Line) -> Cell:
        return Cell((self._badge(line.item),))

    def _badge(self, message: Message) -> Badge:
        facts = outdated(message, self._about.change) if self._about else ()
        if facts and not message.sent:
            return Badge(Mark.WATCH, _("out of date: {facts}").format(facts=", ".join(facts)))
        if message.sent:
            at, zone = message.sent[-1].at, self._about.zone if self._about else "UTC"
            return Badge(Mark.GOOD, _("sent {day} {time}").format(
                day=day(at, zone), time=clock(at, zone)))  # fmt: skip
        return Badge(Mark.DRAFT, _("draft"))


class MessagesSection(Section):
    """All messages of a change; they are not part of the plan that is approved."""

    note: ClassVar[str] = later("Edited the messages")

    def __init__(self) -> None:
        super().__init__()
        self.messages = MessageList(self._make_form)
        self.audiences = {audience: Check(_(name)) for audience, name in AUDIENCES.items()}
        self.write = Button(_("Write the drafts"), icon="pencil", tall=Tall.COMPACT)
        self.column.addWidget(Label(_("Who is told"), size=SMALL, weight=MEDIUM, tone="ink2"))
        self.column.addWidget(Flow((*self.audiences.values(), self.write), gap=16))
        self.untold = Label(tone="watch", wrap=True)
        self.column.addWidget(self.untold)
        self.column.addWidget(self.messages)
        self.watch_list(self.messages)
        self.write.clicked.connect(self._on_write)

    def lock(self, change: Change) -> str:
        """Messages are written until the change is closed."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        messages = view.change.messages
        self.messages.set_value(messages)
        told = {message.audience for message in messages} or set(_USUAL)
        for audience, box in self.audiences.items():
            box.setChecked(audience in told)
        sent = sum(bool(message.sent) for message in messages)
        lacks = ", ".join(_(AUDIENCES[audience]).lower() for audience in untold(view.change))
        text = _("Called off, and not everybody knows: {names} were told of it.")
        self.untold.setText(text.format(names=lacks) if lacks else "")
        self.untold.setVisible(bool(lacks))
        called_off = view.change.state is ChangeState.CANCELED
        self.write.setText(
            _("Write that it is called off") if called_off else _("Write the drafts")
        )
        self.messages.title.set_note(
            _("{share} sent").format(share=count_of(sent, len(messages))) if messages else ""
        )

    def values(self) -> dict[str, object]:
        """Return the messages; two for one audience and moment are refused."""
        messages: Sequence[Message] = self.messages.value
        ids = [message.id for message in messages]
        if len(set(ids)) < len(ids):
            form = self.messages.form
            if isinstance(form, MessageForm):
                text = _("There is a message for these at that moment already.")
                raise refuse(form.audience, InvalidInput(text))
        return {"messages": tuple(messages)}

    def on_lock(self, *, locked: bool) -> None:
        """Nothing is drafted for a closed change."""
        called_off = self.view.change.state is ChangeState.CANCELED
        for widget in (*self.audiences.values(), self.write):
            widget.setEnabled(not locked or called_off)

    def _make_form(self) -> MessageForm:
        form = MessageForm()
        form.wanted.connect(self._on_wanted)
        return form

    @Slot()
    def _on_write(self) -> None:
        chosen = [audience for audience, box in self.audiences.items() if box.isChecked()]
        if self.editing is not None and chosen:
            self.flush()
            task = communications.plan_messages(self.editing.context, self.view.change.id, chosen)
            self.editing.do(task, _("Drafted"))

    @Slot(str)
    def _on_wanted(self, what: str) -> None:
        place = self.messages.place
        if place is None or place >= len(self.messages.value):
            return
        message: Message = self.messages.value[place]
        self.flush()
        match what:
            case "copy":
                QGuiApplication.clipboard().setText(f"{message.subject}\n\n{message.text}")
                self._say(_("Text copied"))
            case "save":
                name = f"{self.view.change.number}-{message.id.replace('/', '-')}.eml"
                path, _kind = QFileDialog.getSaveFileName(
                    self, _("Save as mail file"), name, _("Mail (*.eml)")
                )
                if path:
                    self.save_to(message, Path(path))
            case _:
                self._note_sent(message)

    def save_to(self, message: Message, path: Path) -> None:
        """Write a message to a mail file."""
        if self.editing is not None:
            task = communications.save_mail(
                self.editing.context, self.view.change.id, message.id, path
            )
            task.succeeded.connect(self._on_saved)
            task.failed.connect(self.editing.failed)

    def _note_sent(self, message: Message) -> None:
        if self.editing is None:
            return
        note = partial(self._on_sent, message.id)
        if message.to:
            note(message.to)
            return
        self.editing.ask(
            Question(
                _("To whom was “{title}” sent?").format(title=title_of(message)),
                _("It is kept as it is now, with your name and the time."),
                _("Note it as sent"),
                note,
                _("To whom, or through which channel"),
            )
        )

    def _on_sent(self, message_id: str, to: str) -> None:
        if self.editing is not None:
            task = communications.note_sent(
                self.editing.context, self.view.change.id, message_id, to
            )
            self.editing.do(task, _("Noted as sent"))

    def _say(self, text: str) -> None:
        if self.editing is not None:
            self.editing.said.emit(text)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        if self.editing is not None:
            self.editing.context.messages.show_done(_("Saved as {path}").format(path=path))


def around_of(view: ChangeView) -> Around:
    """Return what a draft needs besides the change."""
    names = tuple(view.host_name(host) for host in view.change.hosts)
    return Around(names, view.settings.organisation)


def _message(line: Line) -> Cell:
    message: Message = line.item
    return Cell((Words(message.subject or title_of(message)),), (Words(title_of(message), "ink2"),))
