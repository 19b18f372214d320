"""What a test is: what is done, what should be seen, and how the program tries it by itself."""

from dataclasses import replace

from PySide6.QtCore import Slot

from app.domain.functional import Engine, FunctionalProbe, ProbeKind
from app.domain.functional_script import ScriptError, require_readable
from app.domain.ids import HostId
from app.domain.review import TestCase, TestKind
from app.errors import InvalidInput
from app.i18n import _
from app.services.test_case.functional_remote import require_query
from ui.operations.changes import ChangeView
from ui.pages.changes.impact import host_options
from ui.pages.changes.records import RecordForm
from ui.pages.changes.saving import number_of, refuse
from ui.pages.changes.words import ENGINES, PROBES, TEST_KINDS, choices
from ui.theme import BODY, font
from ui.widgets.fields import ChoiceField, FlagField, LineField, TextField

_LOGIN = """GET https://shop.example/login
take token from field csrf
expect status = 200

POST https://shop.example/login
field user = test
field password = {secret:shop test login}
field csrf = {token}
expect body contains Signed in
expect time <= 2000 ms"""
_EXAMPLES = {
    ProbeKind.HTTP: _LOGIN,
    ProbeKind.SQL: "SELECT count(*) FROM orders WHERE day = CURRENT_DATE",
    ProbeKind.COMMAND: "systemctl is-active shop",
}
_EXPECTED = {
    ProbeKind.SQL: "value >= 1\nrows = 1",
    ProbeKind.COMMAND: "exit = 0\noutput matches ^active$",
}


class TestForm(RecordForm):
    """One test case; results are recorded beside it, never typed into it."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__()
        self.title = LineField(_("Test"), placeholder=_("Place an order"))
        self.kind = ChoiceField(_("Kind"), choices(TEST_KINDS))
        self.expected = LineField(_("What should be seen"))
        self.mandatory = FlagField(_("Duty"), _("Must pass, or be waived"))
        self.steps = TextField(_("Steps, one on each line"), lines=3)
        self.probe = ChoiceField(_("Tried by"), choices(PROBES, none=_("a person")))
        self.host = ChoiceField(_("Host"))
        self.engine = ChoiceField(_("Kind of database"), choices(ENGINES))
        self.database = LineField(_("Database"))
        self.script = TextField(_("Requests"), lines=10)
        self.expects = TextField(_("What must be true, one on each line"), lines=3)
        self.limit = LineField(_("Longest wait in seconds"))
        self.listed = LineField(
            _("Other hosts that redirects may lead to"), _("Names, with commas between them")
        )
        for field in (self.script, self.expects):
            field.text.setFont(font(BODY, mono=True))
        for name in ("title", "kind", "expected", "mandatory"):
            self.add(name, getattr(self, name))
        self.add("steps", self.steps, wide=True)
        for name in ("probe", "host", "engine", "database"):
            self.add(name, getattr(self, name))
        for name in ("script", "expects"):
            self.add(name, getattr(self, name), wide=True)
        for name in ("limit", "listed"):
            self.add(name, getattr(self, name))
        self.probe.edited.connect(self._follow_probe)
        self.engine.edited.connect(self._follow_probe)

    def prepare(self, view: ChangeView) -> None:
        """Offer the hosts."""
        self.host.set_options([("", _("choose a host")), *host_options(view)])

    def fill(self, record: TestCase) -> None:
        """Show a test case."""
        probe = record.probe or FunctionalProbe()
        self.title.set_value(record.title)
        self.kind.set_value(record.kind.value)
        self.expected.set_value(record.expected)
        self.mandatory.set_value(record.mandatory)
        self.steps.set_value(record.steps)
        self.probe.set_value(probe.kind.value if record.probe else "")
        self.host.set_value(str(probe.host or ""))
        self.engine.set_value(probe.engine.value)
        self.database.set_value(probe.database)
        self.script.set_value(probe.text)
        self.expects.set_value(probe.expects)
        self.limit.set_value(f"{probe.limit_s:g}")
        self.listed.set_value(", ".join(probe.listed_hosts))
        self._follow_probe()

    def read(self, record: TestCase) -> TestCase:
        """Return the test case as typed."""
        if not self.title.value:
            raise refuse(self.title, InvalidInput(_("Name the test.")))
        return replace(
            record,
            title=self.title.value,
            kind=TestKind(self.kind.value),
            expected=self.expected.value,
            mandatory=self.mandatory.value,
            steps=self.steps.value,
            probe=self._read_probe(),
        )

    def _read_probe(self) -> FunctionalProbe | None:
        if not self.probe.value:
            return None
        kind = ProbeKind(self.probe.value)
        remote = kind is not ProbeKind.HTTP
        if remote and not self.host.value:
            raise refuse(self.host, InvalidInput(_("Choose the host.")))
        listed = tuple(name.strip() for name in self.listed.value.split(",") if name.strip())
        probe = FunctionalProbe(
            kind=kind,
            text=self.script.value,
            expects=self.expects.value if remote else "",
            host=HostId(self.host.value) if remote else None,
            engine=Engine(self.engine.value),
            database=self.database.value if kind is ProbeKind.SQL else "",
            limit_s=number_of(self.limit, self.limit.value, least=0.1) or 30.0,
            listed_hosts=() if remote else listed,
        )
        self._require(probe)
        return probe

    def _require(self, probe: FunctionalProbe) -> None:
        try:
            require_readable(probe)
        except ScriptError as error:
            where = _("Line {n}: {why}").format(n=error.line, why=error)
            wordless = probe.kind is ProbeKind.HTTP or not probe.text.strip()
            raise refuse(self.script if wordless else self.expects, InvalidInput(where)) from error
        if probe.kind is ProbeKind.SQL:
            try:
                require_query(probe)
            except InvalidInput as error:
                named = self.database if "database" in str(error) else self.script
                raise refuse(named, error) from error

    @Slot()
    def _follow_probe(self) -> None:
        kind = ProbeKind(self.probe.value) if self.probe.value else None
        remote = kind in (ProbeKind.SQL, ProbeKind.COMMAND)
        for field, shown in (
            (self.host, remote),
            (self.engine, kind is ProbeKind.SQL),
            (self.database, kind is ProbeKind.SQL),
            (self.script, kind is not None),
            (self.expects, remote),
            (self.limit, kind is not None),
            (self.listed, kind is ProbeKind.HTTP),
        ):
            field.setVisible(shown)
        if kind is None:
            return
        self.script.set_label(
            {
                ProbeKind.HTTP: _("Requests, and what must be true after each"),
                ProbeKind.SQL: _("Query that only reads"),
                ProbeKind.COMMAND: _("Command on the host"),
            }[kind]
        )
        self.script.text.setPlaceholderText(_EXAMPLES[kind])
        self.expects.text.setPlaceholderText(_EXPECTED.get(kind, ""))
        sqlite = self.engine.value == Engine.SQLITE.value
        self.database.line.setPlaceholderText("/srv/shop/orders.sqlite3" if sqlite else "orders")
