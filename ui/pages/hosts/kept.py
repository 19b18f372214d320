"""What was left running on a host, or lies there unread: looked for when somebody asks."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.job import JobState, Leftover
from app.i18n import _
from app.services.jobs.kept import KeptJob, Owner
from app.wording import bytes_size, duration
from ui.cells import Badge, Mark
from ui.format import visible
from ui.theme import SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.labels import Label
from ui.widgets.layout import Item, Line, clear, column, row

_STATES = {
    JobState.RUNNING: Badge(Mark.RUNNING, _("Running")),
    JobState.ENDED: Badge(Mark.NEEDED, _("Ended, not fetched")),
    JobState.LOST: Badge(Mark.BAD, _("Lost")),
    JobState.STAGED: Badge(Mark.LATER, _("Not begun")),
    JobState.NONE: Badge(Mark.MISSING, _("Gone")),
}
_FETCHED = Badge(Mark.GOOD, _("Ended, fetched"))


class KeptJobs(QWidget):
    """A line for each job; its signals say what was wanted of one."""

    opened = Signal(str)  # the run
    finished = Signal(object)  # KeptJob
    dropped = Signal(object)  # KeptJob
    removed = Signal(object)  # KeptJob

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._say(_("Not looked for in this session."))

    def show_jobs(self, jobs: Sequence[KeptJob]) -> None:
        """Show what a host has listed."""
        clear(self._layout)
        if not jobs:
            self._say(_("Nothing was left there."))
        for number, job in enumerate(jobs):
            if number:
                self._layout.addWidget(Line())
            self._layout.addWidget(self._line(job))

    def _say(self, text: str) -> None:
        self._layout.addWidget(Label(text, tone="ink2"))

    def _line(self, job: KeptJob) -> QWidget:
        one = job.leftover
        badge = StateBadge(_FETCHED if one.read else _STATES[one.state])
        facts = Label(_facts(one), tone="ink2", size=SMALL, wrap=True)
        title = Label(visible(job.title), wrap=True)
        words: list[Item] = [row(badge, None, *self._buttons(job)), title, facts]
        if job.keep:
            words.append(Label(job.keep, tone="ink2", size=SMALL, wrap=True))
        line = QWidget()
        line.setLayout(column(*words, gap=4))
        return line

    def _buttons(self, job: KeptJob) -> list[Item]:
        def button(text: str, kind: Kind, signal: SignalInstance, what: object) -> Button:
            made = Button(text, kind, tall=Tall.COMPACT)
            made.clicked.connect(partial(signal.emit, what))
            return made

        found: list[Item] = []
        if job.owner is Owner.STEP:
            found.append(button(_("Open the run"), Kind.SECONDARY, self.opened, job.ref))
        if job.owner is Owner.BACKUP:
            if job.finishable:
                found.append(button(_("Finish the backup"), Kind.PRIMARY, self.finished, job))
            found.append(button(_("Drop it"), Kind.DANGER, self.dropped, job))
        elif not job.keep:
            found.append(button(_("Remove"), Kind.SECONDARY, self.removed, job))
        return found


def _facts(one: Leftover) -> str:
    """Say in one line how it ended, how much it said, and how long ago that was."""
    size = bytes_size(one.stdout_bytes + one.stderr_bytes)
    begun = duration(one.begun_ago_s)
    if one.state is JobState.ENDED:
        text = _("exit {code}, {size}, ended {ago} ago, begun {begun} ago")
        return text.format(code=one.exit_code, size=size, ago=duration(one.seen_ago_s), begun=begun)
    if one.state is JobState.LOST:
        text = _("It left no end, as after a restart or a kill; {size}, begun {begun} ago")
        return text.format(size=size, begun=begun)
    if one.state is JobState.RUNNING:
        text = _("{size} so far, begun {begun} ago, last sign of life {ago} ago")
        return text.format(size=size, begun=begun, ago=duration(one.seen_ago_s))
    return _("brought there {begun} ago").format(begun=begun)
