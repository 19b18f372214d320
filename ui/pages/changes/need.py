"""Identify: what is wrong, which need that is, and the records that show it."""

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import Slot

from app.domain.change import ChangeState, ChangeType
from app.domain.need import EXPECTED_EVIDENCE, EvidenceKind, Need, NeedCategory, NeedEvidence
from app.errors import InvalidInput
from app.i18n import _, later
from app.services.changes import MAX_TITLE
from ui.operations.changes import ChangeView
from ui.pages.changes.records import RecordForm, RecordList, Records, line_column
from ui.pages.changes.saving import Section, refuse
from ui.pages.changes.words import EVIDENCE, NEEDS, TYPES, choices, word
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, Form, LineField, TextField


class EvidenceForm(RecordForm):
    """One record that shows the need."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = ChoiceField(_("Kind"), choices(EVIDENCE))
        self.title = LineField(_("What it is"), placeholder=_("PostgreSQL 14"))
        self.says = LineField(_("What it says"), placeholder=_("end of life 12 Nov 2026"))
        self.period = LineField(_("Period"), placeholder=_("last 90 days"))
        self.reference = LineField(_("Where it is"), placeholder=_("number, link or file"))
        for name in ("title", "kind", "says", "period"):
            self.add(name, getattr(self, name))
        self.add("reference", self.reference, wide=True)

    def fill(self, record: NeedEvidence) -> None:
        """Show a record."""
        self.kind.set_value(record.kind.value)
        self.title.set_value(record.title)
        self.says.set_value(record.value)
        self.period.set_value(record.period)
        self.reference.set_value(record.reference)

    def read(self, record: NeedEvidence) -> NeedEvidence:
        """Return the record as typed."""
        if not self.title.value:
            raise refuse(self.title, InvalidInput(_("Say what it is.")))
        return NeedEvidence(
            EvidenceKind(self.kind.value),
            self.title.value,
            self.says.value,
            self.period.value,
            self.reference.value,
        )


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
        self.evidence = RecordList(_records(self._new_record), EvidenceForm)
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
        self.column.addSpacing(4)
        self.column.addWidget(self.evidence)
        self.column.addWidget(self.no_evidence)
        self.watch(
            self.title, self.text, self.category, self.type, self.requester, self.service,
            self.justification, self.no_evidence,
        )  # fmt: skip
        self.watch_list(self.evidence)
        self.category.edited.connect(self._follow_choices)
        self.type.edited.connect(self._follow_choices)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        change = view.change
        self.title.set_value(change.title)
        self.text.set_value(change.description)
        self.category.set_value(change.need.category.value if change.need.category else "")
        self.type.set_value(change.type.value)
        self.requester.set_value(change.requested_by)
        self.service.set_value(change.business_service)
        self.justification.set_value(change.justification)
        self.evidence.set_value(change.need.evidence)
        self.no_evidence.set_value(change.need.no_evidence_reason)
        self._follow_choices()

    def values(self) -> dict[str, object]:
        """Return the fields as typed."""
        if not self.title.value:
            raise refuse(self.title, InvalidInput(_("A change needs a title.")))
        category = NeedCategory(self.category.value) if self.category.value else None
        values: dict[str, object] = {
            "title": self.title.value,
            "description": self.text.value,
            "need": Need(category, self.evidence.value, self.no_evidence.value),
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


def _records(new: Callable[[], NeedEvidence]) -> Records:
    return Records(
        _("Evidence of the need"),
        _("record"),
        _("No record yet. A need is shown by a record: an outage, a metric, a version, a bug, an"
          " advisory."),
        (
            line_column(_("What it is"), lambda item: item.title),
            line_column(_("Kind"), lambda item: word(EVIDENCE, item.kind), width=172, tone="ink2"),
            line_column(_("What it says"), lambda item: item.value, width=210, tone="ink2"),
        ),
        new,
    )  # fmt: skip
