"""``changedesk export``: write a list of changes as CSV, workbook or JSON."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.output import answer
from app.i18n import _

if TYPE_CHECKING:
    from app.services.facade import AppServices


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser(
        "export",
        help=_("write a list of changes as CSV, workbook or JSON"),
        description=_(
            "The whole list is written, newest first. Exit codes: 0 written, 1 refused, 2 wrong"
            " words."
        ),
    )
    parser.add_argument(
        "--filter",
        default="all",
        help=_('such as: closed, or: state=open risk=high,very_high from=2026-11-01 "openssl"'),
    )
    parser.add_argument("--format", choices=("csv", "xlsx", "json"), default="csv")
    parser.add_argument("--out", type=Path, help=_("file to write; changes.FORMAT otherwise"))
    parser.add_argument("--no-bom", action="store_true", help=_("CSV without the mark for Excel"))


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Write the file whole or not at all."""
    from app.services.exports import (  # noqa: PLC0415 - now they are needed
        ExportFormat,
        ExportWish,
        export_list,
    )
    from app.services.search.filter_words import read_filter  # noqa: PLC0415 - this deed alone needs it
    from app.services.search.finding import Query  # noqa: PLC0415 - this deed alone needs it

    label = services.settings.label
    wish = ExportWish(ExportFormat(args.format), bom=not args.no_bom, label=label)
    query = Query(read_filter(args.filter), services.asker)
    target: Path = args.out or Path(f"changes.{args.format}")
    made = export_list(query, target, wish, finder=services.finder, open_table=services.open_table)
    text = _("{file}: {n} changes").format(file=made.path, n=made.rows)
    answer({"file": made.path, "rows": made.rows, "format": args.format}, [text], as_json=args.json)
    return 0
