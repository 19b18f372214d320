"""The restore plan of a snapshot that restic took: its own commands, to be typed on the host.

Nothing is overwritten: each path is restored beside the original, compared, and swapped in by its
name. restic asks for the repository's password itself.
"""

import re
from collections.abc import Iterator
from shlex import quote

from app.domain.external_backup import ExternalBackup
from app.domain.restore import KEPT, SIDE, PlanStep
from app.i18n import _
from app.wording import duration

MARK = "MARK"
"""Stands for letters of one's own that tell this restore from others."""


def plan_of(item: ExternalBackup, paths: tuple[str, ...], host: str) -> tuple[PlanStep, ...]:
    """Return the steps that bring back what a snapshot holds, in the order they must be done.

    Args:
        item: What restic took from here.
        paths: What it holds, as the plan of backup names it.
        host: The name of the host it goes back to.
    """
    outer = [path for path in sorted(set(paths)) if not any(_holds(o, path) for o in paths)]
    first = PlanStep(_("Keep what is there now: take another snapshot of it first"), host)
    last = PlanStep(_("Check the services; then remove what was kept"), host)
    return (
        first,
        *(_unpack(item, path, host, len(outer)) for path in outer),
        *(_compare(path, host) for path in outer),
        *(_swap(path, host) for path in outer),
        last,
    )


def lines_of(steps: tuple[PlanStep, ...]) -> Iterator[str]:
    """Yield a plan as lines of text, each command on one of its own."""
    yield _("Put eight letters of your own in place of {mark}.").format(mark=MARK)
    for number, step in enumerate(steps, start=1):
        about = ""
        if step.expected_s is not None:
            about = " " + _("(about {time})").format(time=duration(step.expected_s))
        yield f"{number}. {step.title}{about}"
        if step.command:
            yield f"   $ {step.command}"


def _unpack(item: ExternalBackup, path: str, host: str, share: int) -> PlanStep:
    side = f"{path}{SIDE}{MARK}"
    restic = (
        f"restic --repo {quote(item.repository)} restore {item.identifier} "
        f"--target {quote(side)} --include {quote(_literal(path))} --verify"
    )
    return PlanStep(
        _("Restore {path} beside the original").format(path=path),
        side,
        f"mkdir {quote(side)} && {restic}",
        (item.size_bytes or 0) // share,
        item.restore_s / share if item.restore_s is not None else None,
        host,
    )


def _compare(path: str, host: str) -> PlanStep:
    side = f"{path}{SIDE}{MARK}"
    title = _("Compare it: only what the work has altered may differ")
    command = f"diff -r --no-dereference {quote(path)} {quote(side + path)}"
    return PlanStep(title, path, command, host=host)


def _swap(path: str, host: str) -> PlanStep:
    side, old = f"{path}{SIDE}{MARK}", f"{path}{KEPT}{MARK}"
    title = _("Swap {path} in; what is there is kept").format(path=path)
    command = f"mv {quote(path)} {quote(old)} && mv {quote(side + path)} {quote(path)}"
    return PlanStep(title, path, command, host=host)


def _holds(outer: str, path: str) -> bool:
    return path != outer and path.startswith(f"{outer.rstrip('/')}/")


def _literal(path: str) -> str:
    """Return a path as a pattern of restic that means itself."""
    return re.sub(r"([\\*?\[])", r"\\\1", path)
