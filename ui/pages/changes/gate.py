"""The backup gate of a change: how well the weakest host is proven, what is needed, by when."""

from datetime import datetime

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.backup import BackupSet, Level
from app.domain.change import Change
from app.domain.external_backup import ExternalBackup
from app.domain.filter import BEFORE_WORK
from app.domain.ids import HostId
from app.i18n import _
from app.services.backup.backup_gate import Demand, demand_of, gate_change, gate_level, max_age
from app.services.backup.backup_schedule import schedule_words, standings
from app.services.backup.external_words import system_name, worth
from app.services.run.rollback import measured_words
from app.wording import clock, count_of, day, duration, moment
from ui.cells import Badge, Mark
from ui.models.backups import claim_badge, ladder, level_badge, level_word
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.waiting import rough
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import link
from ui.widgets.facts import Fact, KeyValues, SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import row
from ui.widgets.levels import LevelLadder


def needed_level(change: Change) -> Level | None:
    """Return how well a backup must be proven; None while the risk is not assessed."""
    return change.risk.required_backup if change.risk else None


def needed_text(change: Change) -> str:
    """Return the needed level and why."""
    if change.risk is None:
        return _("follows from the inherent risk, which is not assessed yet")
    level = change.risk.required_backup
    words = _("L{n} {word}, because the inherent risk is {risk}")
    if change.risk.strictest is not change.risk.level:
        words = _("L{n} {word}, because the engines say {risk}; a level by hand lowers nothing")
    return words.format(n=int(level), word=level_word(level), risk=_(change.risk.strictest.label))


def demand_for(view: ChangeView) -> Demand:
    """Return what the gate asks; until its own work begins, all work counts against backups."""
    work = view.work if view.change.state in BEFORE_WORK else ()
    return demand_of(view.change, view.settings.backup_age_h, view.now, work)


def best_sets(view: ChangeView) -> dict[HostId, BackupSet | None]:
    """Return the set the gate counts for each host of the change."""
    demand = demand_for(view)
    if view.change.backup_plan:
        return {host: one.best for host, one in gate_change(view.change, view.backups, demand)}
    hosts = dict.fromkeys(host for item in view.backups for host in item.hosts)
    return {
        host: gate_level([item for item in view.backups if host in item.hosts], demand).best
        for host in hosts
    }


def claims(view: ChangeView) -> list[ExternalBackup]:
    """Return the references that the gate of a change hangs on."""
    answers = gate_change(view.change, view.backups, demand_for(view))
    return [one.claim for _, one in answers if one.claim is not None]


def weakest(view: ChangeView) -> BackupSet | None:
    """Return the set the gate hangs on: one overtaken by later work, else the least proven."""
    sets = list(best_sets(view).values())
    if not sets or any(item is None for item in sets):
        return None
    known = [item for item in sets if item is not None]
    demand = demand_for(view)
    return min(
        known,
        key=lambda item: (
            demand.later_work(item) is None, -1 if item.level is None else int(item.level),
        ),
    )  # fmt: skip


class BackupGate(QWidget):
    """Ladder and facts; reads only."""

    def __init__(self, editing: Editing, *, linked: bool = True) -> None:
        super().__init__()
        self._editing = editing
        self._badge = StateBadge()
        more = link(_("Backup"))
        more.clicked.connect(self._on_more)
        self._host = Label(tone="ink2")
        self.ladder = LevelLadder()
        if not linked:
            more.hide()
            self.ladder.hide()
        self.facts = KeyValues(label_width=84)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        end = QWidget()
        end.setLayout(row(self._badge, more, gap=12))
        layout.addWidget(SectionTitle(_("Backup gate"), end=end))
        layout.addWidget(self._host)
        layout.addWidget(self.ladder)
        layout.addSpacing(4)
        layout.addWidget(self.facts)

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        sets, least = best_sets(view), weakest(view)
        needed = needed_level(view.change)
        self._badge.set_badge(gate_badge(view, least, needed))
        several = len(sets) > 1
        self._host.setVisible(several)
        if several and least is not None:
            text = _("{host} is the least proven of {n} hosts")
            self._host.setText(text.format(host=least.host_name, n=len(sets)))
        elif several:
            done = sum(item is not None for item in sets.values())
            self._host.setText(
                _("{share} hosts have a set").format(share=count_of(done, len(sets)))
            )
        self.ladder.set_steps(ladder(least, view.zone))
        self.facts.set_facts(_facts(view, least))

    @Slot()
    def _on_more(self) -> None:
        self._editing.tab_wanted.emit("backup")


def gate_badge(view: ChangeView, least: BackupSet | None, needed: Level | None) -> Badge:
    """Return what the gate says now."""
    if not view.change.backup_plan and least is None:
        return Badge(Mark.MISSING, _("Nothing planned yet"))
    if claimed := claims(view):
        weakest = min(claimed, key=_strength)
        if weakest.level is None and not weakest.drills:
            return Badge(Mark.UNKNOWN, _("Claimed, and not checked"))
        return claim_badge(weakest, needed)
    badge = level_badge(least, needed)
    if least is None or badge.mark is Mark.BAD:
        return badge
    if demand_for(view).later_work(least) is not None:
        return Badge(Mark.WATCH, _("Older than the last work"))
    at = clock(least.sealed_at, view.zone)
    if least.sealed_at.date() != view.now.date():
        at = day(least.sealed_at, view.zone)
    return Badge(badge.mark, f"{badge.word}, {at}", badge.tone)


def _strength(claim: ExternalBackup) -> tuple[int, bool]:
    """Order references by what they are worth; what people tell is less than what was seen."""
    return -1 if claim.level is None else int(claim.level), claim.driven


def _facts(view: ChangeView, least: BackupSet | None) -> list[Fact]:
    facts: list[Fact] = [(_("Needed"), needed_text(view.change))]
    if least is not None:
        planned = view.change.window.span.start if view.change.window else view.now
        start = view.change.work_start or max(planned, view.now)
        facts.append((_("Age at start"), _age(least.sealed_at, start, view)))
        work = demand_for(view).later_work(least)
        if work is not None:
            text = (
                _("“{step}” of {number}, {at}") if work.ended else _("“{step}” of {number} goes on")
            )
            at = moment(work.at, view.zone)
            facts.append((_("Work since"), text.format(step=work.step, number=work.number, at=at)))
    facts += [
        (_("Scheduled"), schedule_words(one, view.zone)) for one in standings(view.change, view.now)
    ]
    facts += [_claim_fact(one) for one in dict.fromkeys(claims(view))]
    if view.deadline is not None:
        text = _("{moment}, a roll-back takes {long} ({how})").format(
            moment=moment(view.deadline, view.zone),
            long=duration(view.rollback.total_s),
            how=measured_words(view.rollback),
        )
        facts.append((_("Roll back by"), text))
    return facts


def _claim_fact(item: ExternalBackup) -> Fact:
    head, text = _("Claimed"), _("{system}, {id}: not proven here. {worth}")
    if item.driven:
        head, text = _("Backup"), _("{system}, {id}. {worth}")
    return head, text.format(system=system_name(item), id=item.name, worth=worth(item))


def _age(sealed: datetime, start: datetime, view: ChangeView) -> str:
    age = rough((start - sealed).total_seconds())
    limit = duration(max_age(view.change, view.settings.backup_age_h).total_seconds())
    return _("{age}, limit {limit}").format(age=age, limit=limit)
