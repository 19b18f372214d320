"""``changedesk report``: print the post-implementation report of a change."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.output import answer
from app.i18n import _
from app.services.saving import save_whole

if TYPE_CHECKING:
    from app.services.facade import AppServices


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser(
        "report",
        help=_("print the report of a change as PDF"),
        description=_("Exit codes: 0 printed, 1 refused, 2 wrong words."),
    )
    parser.add_argument("number", help=_("number of the change"))
    parser.add_argument("--out", type=Path, help=_("file to write; NUMBER.pdf otherwise"))


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Make the report, write it whole or not at all, and say what it lacks."""
    from app.services.review.reports import make_report, report_gaps  # noqa: PLC0415 - loads numpy

    gaps = report_gaps(args.number, reporting=services.reporting)
    made = make_report(args.number, reporting=services.reporting)
    target: Path = args.out or Path(f"{made.number}.pdf")
    save_whole(services.files.get(made.pdf_sha256), target)
    data = {
        "number": made.number,
        "revision": made.revision,
        "file": target,
        "pages": made.pages,
        "sha256": made.pdf_sha256,
        "log_head": made.log_head,
        "title": made.title,
        "gaps": [gap.text for gap in gaps],
    }
    lines = [
        _("{file}: revision {n}, {pages} pages").format(
            file=target, n=made.revision, pages=made.pages
        ),
        *(_("Missing: {text}").format(text=gap.text) for gap in gaps),
    ]
    answer(data, lines, as_json=args.json)
    return 0
