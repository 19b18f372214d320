"""Plan: what of the code goes live, and since when it has waited for that."""

from typing import ClassVar

from app.domain.change import Change
from app.i18n import _, later
from ui.operations.changes import ChangeView
from ui.pages.changes.saving import Section, record_lock
from ui.pages.changes.times import EXAMPLE, show_moment, typed_moment
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import Form, LineField


class CodeSection(Section):
    """The revision that goes live and its oldest commit; the lead time is counted from it."""

    note: ClassVar[str] = later("Edited the code revision")

    def __init__(self) -> None:
        super().__init__()
        self.revision = LineField(
            _("Revision"), _("A tag, a commit or a build; empty if none."), placeholder="v2.14.1"
        )
        self.committed = LineField(
            _("Oldest commit"), _("The change lead time is counted from it."), placeholder=EXAMPLE
        )
        form = Form(2)
        form.add("revision", self.revision)
        form.add("committed", self.committed)
        self.column.addWidget(SectionTitle(_("Code that goes live")))
        self.column.addWidget(form)
        self.watch(self.revision, self.committed)

    def lock(self, change: Change) -> str:
        """It is known late, and no part of the plan that was approved."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        self.revision.set_value(view.change.code_revision)
        show_moment(self.committed, view.change.first_commit_at, view.zone)

    def values(self) -> dict[str, object]:
        """Return what was typed."""
        _by, now = self.stamp()
        return {
            "code_revision": self.revision.value,
            "first_commit_at": typed_moment(self.committed, self.view.zone, now),
        }
