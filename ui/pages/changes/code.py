"""Plan: what of the code goes live, and since when it has waited for that."""

from typing import ClassVar

from app.domain.change import Change
from app.i18n import _, later
from ui.operations.changes import ChangeView
from ui.pages.changes.saving import Section, record_lock
from ui.pages.changes.times import EXAMPLE, show_moment, typed_moment
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import LineField
from ui.widgets.form import Form

_FIELDS = ("repository", "link", "before", "revision", "committed")


class CodeSection(Section):
    """Repository, revisions and oldest commit; the lead time is counted from the last."""

    note: ClassVar[str] = later("Edited the code revision")

    def __init__(self) -> None:
        super().__init__()
        self.repository = LineField(
            _("Repository"),
            _("A name or an address; empty without code."),
            placeholder="orders-web",
        )
        self.link = LineField(
            _("What differs"), _("Where a reader sees it: a pull request, a comparison."),
            placeholder="https://git.example.org/orders-web/compare/v2.13...v2.14",
        )  # fmt: skip
        self.before = LineField(
            _("Revision before"), _("A tag, a commit or a build."), placeholder="v2.13.0"
        )
        self.revision = LineField(
            _("Revision that goes live"), _("In the same words."), placeholder="v2.14.1"
        )
        self.committed = LineField(
            _("Oldest commit"), _("The change lead time is counted from it."), placeholder=EXAMPLE
        )
        form = Form(2)
        for name in _FIELDS:
            form.add(name, getattr(self, name))
        self.column.addWidget(SectionTitle(_("Code that goes live")))
        self.column.addWidget(form)
        self.watch(*(getattr(self, name) for name in _FIELDS))

    def lock(self, change: Change) -> str:
        """It is known late, and no part of the plan that was approved."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        change = view.change
        self.repository.set_value(change.code_repository)
        self.link.set_value(change.code_link)
        self.before.set_value(change.code_before)
        self.revision.set_value(change.code_revision)
        show_moment(self.committed, change.first_commit_at, view.zone)

    def values(self) -> dict[str, object]:
        """Return what was typed."""
        _by, now = self.stamp()
        return {
            "code_repository": self.repository.value,
            "code_link": self.link.value,
            "code_before": self.before.value,
            "code_revision": self.revision.value,
            "first_commit_at": typed_moment(self.committed, self.view.zone, now),
        }
