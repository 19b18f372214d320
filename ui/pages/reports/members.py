"""What a dossier holds, member by member: in words, and whether it is as the manifest says."""

from app.domain.dossier import Finding, Member
from app.i18n import _, later
from app.services.dossier_reading import Dossier
from app.services.safe_text import display
from app.wording import bytes_size
from ui.cells import Badge, Cell, Column, Mark, Words

_WORDS = {
    "reports": later("Report"),
    "change": later("The change"),
    "log": later("Its log"),
    "runs": later("Run"),
    "transcripts": later("What a command put out"),
    "backups": later("Backup set"),
    "health": later("Health check"),
    "verdicts": later("Verdict"),
    "samples": later("Measurements"),
    "load-verdicts": later("Comparison of load tests"),
    "load-tests": later("Load test"),
    "plans": later("Plan as it was approved"),
    "surveys": later("What users said"),
    "attachments": later("Evidence"),
    "mails": later("Message sent"),
    "hosts": later("Hosts"),
    "EXAMPLE-DATA": later("Example data"),
}
"""By the folder of a member, or its name without the ending; in the order of interest."""


class Item:
    """A member with what is wrong with it, or something wrong that is no member."""

    def __init__(self, name: str, size_bytes: int | None, finding: Finding | None) -> None:
        self.id, self.size_bytes, self.finding = name, size_bytes, finding

    @property
    def key(self) -> str:
        """What it is known by in `_WORDS`."""
        folder, _slash, _rest = self.id.partition("/")
        return folder if _slash else folder.partition(".")[0]

    @property
    def is_whole(self) -> bool:
        """Whether it is there, as the manifest says."""
        return self.finding is None and self.size_bytes is not None

    @property
    def is_report(self) -> bool:
        """Whether it can be shown: a report that is whole."""
        return self.is_whole and self.id.lower().endswith(".pdf")


def _state(item: Item) -> Badge:
    if item.finding is not None:
        return Badge(Mark.BAD, item.finding.text)
    return Badge(Mark.GOOD, _("as in the manifest"))


def _draw(item: Item) -> Cell:
    name = Words(display(item.id), "ink2", mono=True, size=11)
    word = _WORDS.get(item.key)
    return Cell((Words(_(word), weight=500), name) if word else (name,), (_state(item),))


def _speak(item: Item) -> str:
    word = _WORDS.get(item.key)
    parts = (_(word) if word else "", display(item.id), _state(item).word)
    return ", ".join(filter(None, parts))


MEMBERS = (
    Column[Item](_("Member"), _speak, cell=_draw),
    Column[Item](
        _("Size"), lambda item: bytes_size(item.size_bytes), width=84, right=True, tone="ink2"
    ),
)


def items_of(dossier: Dossier) -> list[Item]:
    """Return what is in a dossier: what is wrong first, then the newest report, then the rest."""
    listed: tuple[Member, ...] = dossier.manifest.members if dossier.manifest else ()
    names = {member.name for member in listed}
    wrong = [Item(f.member, None, f) for f in dossier.findings if f.member not in names]
    items = [
        Item(member.name, member.size_bytes, dossier.fault_of(member.name)) for member in listed
    ]
    order = list(_WORDS)

    def place(item: Item) -> tuple[bool, int]:
        return item.finding is None, order.index(item.key) if item.key in order else len(order)

    reports = [item for item in items if item.key == "reports"]
    others = [item for item in items if item.key != "reports"]
    return [*wrong, *sorted([*reversed(reports), *others], key=place)]
