"""Identify: what is wrong, which need that is, and the records that show it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from PySide6.QtCore import Slot

from app.domain.change import ChangeState, ChangeType
from app.domain.need import EXPECTED_EVIDENCE, EvidenceKind, Need, NeedCategory, NeedEvidence
from app.errors import InvalidInput
from app.i18n import _, later
from app.services.change.changes import MAX_TITLE
from app.services.need_words import lost_words, said
from app.services.search.precedents import likeness_of
from ui.cells import Cell, Column, Words
from ui.operations.changes import ChangeView
from ui.pages.changes.impact import plain
from ui.pages.changes.need_record import EvidenceForm
from ui.pages.changes.precedents import PrecedentsPanel
from ui.pages.changes.records import Line, RecordList, Records, line_column
from ui.pages.changes.saving import Section, number_of, refuse
from ui.pages.changes.words import EVIDENCE, NEEDS, TYPES, choices, word
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, LineField, TextField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.table import Rows

_WRITTEN = (ChangeState.DRAFT, ChangeState.ASSESS, ChangeState.AUTHORIZE)
"""While these last, what was learned before can still change the plan."""


class NeedSection(Section):
    """Title, type, description, category and evidence."""

    note: ClassVar[str] = later("Edited the need")

    def __init__(self) -> None:
        super().__init__()
        self.title = LineField(_("Title"))
        self.title.line.setMaxLength(MAX_TITLE)
        self.text = TextField(
            _("What is wrong"), lines=3, placeholder=_("What happens, since when, how often.")
        )
        self.category = ChoiceField(_("Need"), choices(NEEDS, none=_("not chosen")))
        self.type = ChoiceField(_("Type"), choices(TYPES))
        self.requester = LineField(_("Requested by"))
        self.service = LineField(_("Business service"))
        self.justification = LineField(
            _("Why it cannot wait"), _("An emergency change is approved on this sentence.")
        )
        self._first_kind = EvidenceKind.METRIC
        self._now, self._zone = datetime.now(UTC), "UTC"
        self._files: dict[str, str] = {}
        self.before = PrecedentsPanel()
        self.evidence = RecordList(self._records(), EvidenceForm, rows=Rows.TWO_LINES)
        self.days = LineField(
            _("Period that availability is counted over, days"), _("Up to the newest outage.")
        )
        self.lost = Label(tone="ink2", wrap=True)
        self.no_evidence = LineField(
            _("If there is no record: why"), _("Either a record or this reason is needed.")
        )
        form = Form(2)
        form.add("title", self.title, wide=True)
        form.add("text", self.text, wide=True)
        form.add("category", self.category)
        form.add("type", self.type)
        form.add("requester", self.requester)
        form.add("service", self.service)
        form.add("justification", self.justification, wide=True)
        self.column.addWidget(SectionTitle(_("Need")))
        self.column.addWidget(form)
        self.column.addWidget(self.before)
        self.column.addSpacing(4)
        for widget in (self.evidence, self.lost, self.days, self.no_evidence):
            self.column.addWidget(widget)
        self.watch(
            self.title, self.text, self.category, self.type, self.requester, self.service,
            self.justification, self.no_evidence, self.days,
        )  # fmt: skip
        self.watch_list(self.evidence)
        self.category.edited.connect(self._follow_choices)
        for field in (self.title, self.category, self.service):
            field.edited.connect(self._look_back)
        self.before.opened.connect(self._on_opened)
        self.evidence.edited.connect(self._show_lost)
        self.days.edited.connect(self._show_lost)
        self.type.edited.connect(self._follow_choices)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        change = view.change
        self._now, self._zone = view.now, view.zone
        self._files = {item.sha256: item.name for item in change.attachments}
        self.title.set_value(change.title)
        self.text.set_value(change.description)
        self.category.set_value(change.need.category.value if change.need.category else "")
        self.type.set_value(change.type.value)
        self.requester.set_value(change.requested_by)
        self.service.set_value(change.business_service)
        self.justification.set_value(change.justification)
        self.evidence.set_value(change.need.evidence)
        self.no_evidence.set_value(change.need.no_evidence_reason)
        self.days.set_value(plain(change.need.observed_days))
        self._show_lost()
        self._follow_choices()
        self._look_back()

    def values(self) -> dict[str, object]:
        """Return the fields as typed."""
        if not self.title.value:
            raise refuse(self.title, InvalidInput(_("A change needs a title.")))
        values: dict[str, object] = {
            "title": self.title.value,
            "description": self.text.value,
            "need": self._need(),
            "requested_by": self.requester.value,
            "business_service": self.service.value,
            "justification": self.justification.value,
        }
        if self.view.change.state is ChangeState.DRAFT:
            values["type"] = ChangeType(self.type.value)
        return values

    def on_lock(self, *, locked: bool) -> None:
        """The type is fixed once the draft is left."""
        draft = self.view.change.state is ChangeState.DRAFT
        self.type.combo.setEnabled(draft and not locked)
        self.no_evidence.setVisible(not locked or bool(self.no_evidence.value))

    @Slot()
    def _look_back(self) -> None:
        """Ask for earlier changes like what is typed."""
        if self.editing is None or self.view.change.state not in _WRITTEN:
            self.before.forget()
            return
        known = likeness_of(self.view.change)
        chosen = self.category.value
        typed = replace(
            known,
            title=self.title.value,
            services=tuple(dict.fromkeys(filter(None, (self.service.value, *known.services)))),
            category=NeedCategory(chosen) if chosen else None,
        )
        self.before.ask(self.editing.context, typed)

    @Slot(str)
    def _on_opened(self, change_id: str) -> None:
        if self.editing is not None:
            self.flush()
            self.editing.context.navigation.go("changes", change_id)

    def _need(self) -> Need:
        days = number_of(self.days, self.days.value, least=1.0)
        return Need(
            NeedCategory(self.category.value) if self.category.value else None,
            self.evidence.value,
            self.no_evidence.value,
            Need().observed_days if days is None else days,
        )

    @Slot()
    def _show_lost(self) -> None:
        """Say what the outages on record add up to."""
        try:
            text = lost_words(self._need())
        except InvalidInput:
            text = ""
        self.lost.setText(text)
        self.lost.setVisible(bool(text))
        self.days.setVisible(bool(text))

    def _new_record(self) -> NeedEvidence:
        return NeedEvidence(self._first_kind, "")

    @Slot()
    def _follow_choices(self) -> None:
        chosen = self.category.value
        kinds = EXPECTED_EVIDENCE[NeedCategory(chosen)] if chosen else ()
        expected = ", ".join(word(EVIDENCE, kind).lower() for kind in kinds)
        note = _("expected: {kinds}").format(kinds=expected) if expected else ""
        self.evidence.title.set_note(note)
        self.justification.setVisible(self.type.value == ChangeType.EMERGENCY.value)
        self._first_kind = kinds[0] if kinds else EvidenceKind.METRIC

    def _told(self, line: Line) -> Cell:
        text = said(line.item, self._now, self._zone) or self._files.get(line.item.file, "")
        return Cell((line.item.title,), (Words(text or _("says nothing yet"),
                                               "ink2" if text else "ink3"),))  # fmt: skip

    def _records(self) -> Records:
        return Records(
            _("Evidence of the need"),
            _("record"),
            _("No record yet. A need is shown by a record: an outage, a metric, a version, a bug,"
              " an advisory."),
            (
                Column[Line](_("What it is, and what it says"), lambda line: line.item.title,
                             cell=self._told),
                line_column(_("Kind"), lambda item: word(EVIDENCE, item.kind), width=190,
                            tone="ink2"),
            ),
            self._new_record,
        )  # fmt: skip
