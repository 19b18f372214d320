"""One record that shows a need: the form asks what belongs to its kind, and nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime

from PySide6.QtCore import Slot

from app.domain.evidence import (
    AdvisoryRecord,
    BugRecord,
    Lifecycle,
    LoadFigure,
    OutageRecord,
    read_advisory,
)
from app.domain.need import EvidenceKind, NeedEvidence
from app.domain.window import to_utc
from app.errors import InvalidInput
from app.i18n import _
from app.services.need_words import date_words, said
from app.wording import clock, day
from ui.operations.changes import ChangeView
from ui.pages.changes.impact import items_of, plain
from ui.pages.changes.records import RecordForm
from ui.pages.changes.saving import number_of, refuse
from ui.pages.changes.words import EVIDENCE, choices
from ui.typed import wall_time
from ui.widgets.fields import ChoiceField, Field, FlagField, LineField
from ui.widgets.labels import Label

K = EvidenceKind
_MIDNIGHT = datetime(2026, 1, 1)  # noqa: DTZ001 - a wall time is meant
_ANSWERS = {"": None, "yes": True, "no": False}


class EvidenceForm(RecordForm):
    """The fields of one record; those of other kinds are hidden."""

    def __init__(self) -> None:
        super().__init__()
        self._zone, self._now = "UTC", datetime.now(UTC)
        self.title = LineField(_("What it is"), placeholder=_("PostgreSQL 14"))
        self.kind = ChoiceField(_("Kind"), choices(EVIDENCE))
        self._build_outage()
        self._build_measured()
        self._build_advisory()
        self.says = LineField(_("What it says"), placeholder=_("in a sentence"))
        self.reference = LineField(_("Where it is"), placeholder=_("number, link or file"))
        self.told = Label(tone="ink2", wrap=True)
        self._of_kind: dict[K, tuple[Field, ...]] = {
            K.OUTAGE: (self.began, self.ended, self.service, self.planned),
            K.METRIC: (self.value, self.unit, self.limit, self.period),
            K.VERSION: (self.product, self.version, self.end_of_life, self.supported),
            K.BUG: (self.first_seen, self.times, self.days),
            K.ADVISORY: (self.id, self.vector, self.score, self.affected, self.exploited),
            K.LOG: (self.period,),
            K.COMPLAINT: (self.period,),
        }
        for name in ("title", "kind"):
            self.add(name, getattr(self, name))
        self.add("id", self.id)
        self.add("exploited", self.exploited)
        self.add("vector", self.vector, wide=True)
        for name in ("score", "affected", "began", "ended", "service", "planned", "value", "unit",
                     "limit", "product", "version", "end_of_life", "supported", "first_seen",
                     "times", "days", "period"):  # fmt: skip
            self.add(name, getattr(self, name))
        self.add("says", self.says, wide=True)
        self.add("reference", self.reference, wide=True)
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self.told)
        self.kind.edited.connect(self._follow_kind)
        self._follow_kind()

    def _build_outage(self) -> None:
        self.began = LineField(_("Began"), placeholder="14 Nov 2026 22:00")
        self.ended = LineField(_("Ended"), _("Empty while it lasts."))
        self.service = LineField(_("Service"))
        self.planned = FlagField(_("Planned"), _("It was announced"))

    def _build_measured(self) -> None:
        self.value = LineField(_("Value"))
        self.unit = LineField(_("Unit"), placeholder=_("requests/s"))
        self.limit = LineField(_("Limit"), _("What the system bears."))
        self.period = LineField(_("Period"), placeholder=_("last 90 days"))
        self.product = LineField(_("Product"))
        self.version = LineField(_("Version in use"))
        self.end_of_life = LineField(_("End of life"), placeholder="12 Nov 2026")
        self.supported = LineField(_("Supported version"))
        self.first_seen = LineField(_("First seen"), placeholder="3 Feb 2026")
        self.times = LineField(_("Times seen"))
        self.days = LineField(_("Days it was seen"), _("Several with commas between."))

    def _build_advisory(self) -> None:
        self.id = LineField(_("CVE or advisory"), placeholder="CVE-2026-12345")
        self.vector = LineField(
            _("CVSS vector"), placeholder="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
        )
        self.score = LineField(_("CVSS score"), _("Worked out for versions 3.0 and 3.1."))
        self.affected = LineField(_("Affected versions"))
        self.exploited = ChoiceField(
            _("Attacks known"), [("", _("not said")), ("yes", _("Yes")), ("no", _("No"))]
        )

    def prepare(self, view: ChangeView) -> None:
        """Read times in the zone of the change."""
        self._zone, self._now = view.zone, view.now

    def fill(self, record: NeedEvidence) -> None:
        """Show a record."""
        self.kind.set_value(record.kind.value)
        self.title.set_value(record.title)
        self.says.set_value(record.value)
        self.period.set_value(record.period)
        self.reference.set_value(record.reference)
        outage = record.outage
        self.began.set_value(self._moment(outage.began) if outage else "")
        ended = outage.ended if outage else None
        self.ended.set_value(self._moment(ended) if ended else "")
        self.service.set_value(outage.service if outage else "")
        self.planned.set_value(bool(outage and outage.planned))
        self._fill_measured(record)
        self._fill_advisory(record.advisory)
        self._follow_kind()
        self._tell(record)

    def _fill_measured(self, record: NeedEvidence) -> None:
        load, lifecycle, bug = record.load, record.lifecycle, record.bug
        self.value.set_value(plain(load.value) if load else "")
        self.unit.set_value(load.unit if load else "")
        self.limit.set_value(plain(load.limit) if load else "")
        self.product.set_value(lifecycle.product if lifecycle else "")
        self.version.set_value(lifecycle.version if lifecycle else "")
        self.end_of_life.set_value(_day_text(lifecycle.end_of_life if lifecycle else None))
        self.supported.set_value(lifecycle.supported if lifecycle else "")
        self.first_seen.set_value(_day_text(bug.first_seen if bug else None))
        self.times.set_value(plain(bug.times) if bug else "")
        self.days.set_value(", ".join(_day_text(day) for day in bug.days) if bug else "")

    def _fill_advisory(self, advisory: AdvisoryRecord | None) -> None:
        self.id.set_value(advisory.id if advisory else "")
        self.vector.set_value(advisory.vector if advisory else "")
        computed = advisory is not None and advisory.vector.startswith("CVSS:3")
        score = advisory.score if advisory and not computed else None
        self.score.set_value(plain(score))
        self.affected.set_value(advisory.affected if advisory else "")
        answer = {True: "yes", False: "no", None: ""}[advisory.exploited if advisory else None]
        self.exploited.set_value(answer)

    def read(self, record: NeedEvidence) -> NeedEvidence:
        """Return the record as typed."""
        kind = K(self.kind.value)
        title = self.title.value or self._title_of(kind)
        if not title:
            raise refuse(self.title, InvalidInput(_("Say what it is.")))
        read = NeedEvidence(
            kind,
            title,
            self.says.value,
            self.period.value if self.period in self._of_kind[kind] else "",
            self.reference.value,
            outage=self._outage() if kind is K.OUTAGE else None,
            load=self._load() if kind is K.METRIC else None,
            lifecycle=self._lifecycle() if kind is K.VERSION else None,
            bug=self._bug() if kind is K.BUG else None,
            advisory=self._advisory() if kind is K.ADVISORY else None,
            file=record.file,
        )
        self._tell(read)
        return read

    def _title_of(self, kind: EvidenceKind) -> str:
        """Return what a record is called when nobody gave it a name."""
        match kind:
            case K.VERSION:
                return f"{self.product.value} {self.version.value}".strip()
            case K.ADVISORY:
                return self.id.value
            case K.OUTAGE if self.service.value:
                return _("Outage of {service}").format(service=self.service.value)
            case _:
                return ""

    def _outage(self) -> OutageRecord | None:
        began = self._at(self.began)
        ended = self._at(self.ended)
        if began is None:
            return None
        if ended is not None and ended <= began:
            raise refuse(self.ended, InvalidInput(_("It ends before it begins.")))
        return OutageRecord(began, ended, self.service.value, self.planned.value)

    def _load(self) -> LoadFigure | None:
        value = number_of(self.value, self.value.value)
        limit = number_of(self.limit, self.limit.value)
        return None if value is None else LoadFigure(value, self.unit.value, limit)

    def _lifecycle(self) -> Lifecycle | None:
        ends = self._day(self.end_of_life, self.end_of_life.value)
        known = (self.product.value, self.version.value, ends, self.supported.value)
        return Lifecycle(*known) if any(known) else None

    def _bug(self) -> BugRecord | None:
        days = (self._day(self.days, text) for text in items_of(self.days.value))
        times = number_of(self.times, self.times.value)
        first = self._day(self.first_seen, self.first_seen.value)
        found = BugRecord(
            first,
            None if times is None else round(times),
            tuple(sorted(day for day in days if day is not None)),
        )
        return found if found != BugRecord() else None

    def _advisory(self) -> AdvisoryRecord | None:
        typed = AdvisoryRecord(
            self.id.value,
            self.vector.value,
            number_of(self.score, self.score.value),
            self.affected.value,
            _ANSWERS[self.exploited.value],
        )
        if typed == AdvisoryRecord(""):
            return None
        try:
            read = read_advisory(replace(typed, vector="", score=None))
        except InvalidInput as error:
            raise refuse(self.id, error) from None
        try:
            read = read_advisory(replace(read, vector=typed.vector))
        except InvalidInput as error:
            raise refuse(self.vector, error) from None
        try:
            return read_advisory(typed)
        except InvalidInput as error:
            raise refuse(self.score, error) from None

    def _at(self, field: LineField) -> datetime | None:
        if not field.value:
            return None
        wall = wall_time(field.value, _MIDNIGHT)
        if wall is None:
            raise refuse(field, InvalidInput(_("Write date and time, such as 14 Nov 2026 22:00.")))
        try:
            return to_utc(wall, self._zone)
        except InvalidInput as error:
            raise refuse(field, error) from None

    def _day(self, field: LineField, text: str) -> date | None:
        if not text:
            return None
        wall = wall_time(text, _MIDNIGHT)
        if wall is None:
            raise refuse(field, InvalidInput(_("Write a date such as 12 Nov 2026.")))
        return wall.date()

    def _moment(self, at: datetime) -> str:
        return f"{day(at, self._zone, year=True)} {clock(at, self._zone)}"

    def _tell(self, record: NeedEvidence) -> None:
        advisory = record.advisory
        text = said(replace(record, value=""), self._now, self._zone)
        if advisory and advisory.severity and advisory.vector.startswith("CVSS:3"):
            text += " " + _("The score {score:.1f} follows from the vector.").format(
                score=advisory.score
            )
        self.told.setText(text)
        self.told.setVisible(bool(text))

    @Slot()
    def _follow_kind(self) -> None:
        chosen = self._of_kind[K(self.kind.value)]
        for fields in self._of_kind.values():
            for field in fields:
                field.setVisible(field in chosen)


def _day_text(value: date | None) -> str:
    return date_words(value) if value else ""
