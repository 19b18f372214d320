"""About: the version, the state of the change log, and the licences of what we ship."""

from PySide6.QtCore import Slot

from app import __version__
from app.domain.event import ChainReport
from app.i18n import _
from app.paths import NAME
from app.services.chain_words import chain_words
from app.wording import count
from ui.cells import Badge, Mark
from ui.operations.settings import SettingsView
from ui.pages.settings.groups import Group
from ui.theme import SMALL, font
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, WithReason
from ui.widgets.dressed import text_edit
from ui.widgets.facts import KeyValues
from ui.widgets.fields import ChoiceField
from ui.widgets.labels import Label, mono
from ui.widgets.layout import row

_WELL = 180


class About(Group):
    """Reads only, but for the check of the log."""

    def __init__(self) -> None:
        super().__init__(_("About"), _("What this is, and under which licences."))
        self._facts = KeyValues(label_width=96)
        self.check = Button(_("Check the log and the records"), icon="link")
        self.report, self.reason = StateBadge(), Label(tone="ink2", wrap=True)
        self.reason.hide()
        self.licence = ChoiceField(_("Licences"))
        self.text = text_edit(well=True)
        self.text.setReadOnly(True)
        self.text.setFont(font(SMALL, mono=True))
        self.text.setFixedHeight(_WELL)
        self.text.setAccessibleName(_("Text of the licence"))
        self._texts: dict[str, str] = {}
        self.add(self._facts, row(WithReason(self.check), self.report, None, gap=12), self.reason)
        self.add(self.licence, self.text)
        self.licence.edited.connect(self._on_licence)

    def show_view(self, view: SettingsView) -> None:
        """Show version, log head and licences."""
        self._facts.set_facts(
            [
                (_("Version"), f"{NAME} {__version__}"),
                (_("Log head"), mono(view.log_head[:16] or "–", size=SMALL)),
            ]
        )
        if not self._texts:
            self._texts = dict(view.licences)
            self.licence.set_options([(name, name) for name in self._texts])
            self._on_licence()

    @Slot(object)
    def show_report(self, report: ChainReport) -> None:
        """Say whether every entry of the log fits, and every record."""
        if report.intact:
            words = _("All {n} entries and {records} records fit").format(
                n=count(report.entries), records=count(report.records)
            )
            self.report.set_badge(Badge(Mark.GOOD, words))
        elif report.bad_seq is None:
            self.report.set_badge(Badge(Mark.BAD, _("A record does not fit")))
        else:
            words = _("Entry {n} does not fit").format(n=report.bad_seq)
            self.report.set_badge(Badge(Mark.BAD, words))
        reason = "" if report.intact and not report.as_found else chain_words(report)[-1]
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))

    @Slot()
    def checked(self) -> None:
        """Offer the check again."""
        self.check.block("")

    @Slot()
    def _on_licence(self) -> None:
        self.text.setPlainText(self._texts.get(self.licence.value, ""))
