"""``changedesk approval``: request, read, decide and take over approvals by signed file."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.deeds import add_common
from app.cli.files import read_bytes
from app.cli.output import answer
from app.domain.approval import Decision
from app.errors import InvalidInput
from app.i18n import _
from app.services.saving import save_whole

if TYPE_CHECKING:
    from app.services.approval.approval_files import RequestFile
    from app.services.facade import AppServices


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command and what it can do."""
    parser = commands.add_parser(
        "approval",
        help=_("approve by signed file, away from the desk"),
        description=_(
            "Exit codes: 0 done, 1 refused, 2 wrong words or files. A key that nobody has confirmed"
            " is refused with its fingerprint; compare it with the person and repeat the command"
            " with --confirm FINGERPRINT."
        ),
    )
    deeds = parser.add_subparsers(dest="deed", required=True)
    request = deeds.add_parser("request", help=_("write a signed request for approval"))
    request.add_argument("number", help=_("number of the change"))
    request.add_argument("--out", type=Path, help=_("file to write"))
    show = deeds.add_parser("show", help=_("show what a request or an answer says"))
    show.add_argument("file", type=Path)
    decide = deeds.add_parser("decide", help=_("answer a request, signed with your own key"))
    decide.add_argument("file", type=Path)
    decide.add_argument("decision", choices=["approve", "reject"])
    decide.add_argument("--comment", default="", help=_("needed to reject"))
    decide.add_argument("--out", type=Path, help=_("file to write"))
    taken = deeds.add_parser("import", help=_("take a signed answer over"))
    taken.add_argument("file", type=Path)
    for deed in (decide, taken):
        deed.add_argument("--confirm", default="", help=_("fingerprint you have compared"))
    agenda = deeds.add_parser("agenda", help=_("print what waits for approval, a page each"))
    agenda.add_argument("numbers", nargs="*", help=_("numbers of changes; all that wait otherwise"))
    agenda.add_argument(
        "--filter",
        help=_('only what waits in a list, such as: risk=high,very_high from=2026-11-01 "openssl"'),
    )
    agenda.add_argument("--out", type=Path, help=_("file to write; agenda.pdf otherwise"))
    deeds.add_parser("key", help=_("show the fingerprint of your own key"))
    for deed in deeds.choices.values():
        deed.add_argument("--as", dest="actor", default="", help=_("name of the person who acts"))
        add_common(deed)


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Carry out one deed."""
    if args.actor:
        services = services.acting(args.actor)
    deeds = {"request": _request, "show": _show, "decide": _decide, "import": _import,
             "agenda": _agenda, "key": _key}  # fmt: skip
    deeds[args.deed](args, services)
    return 0


def _request(args: argparse.Namespace, services: "AppServices") -> None:
    from app.services.approval.approval_files import (  # noqa: PLC0415 - loads slowly
        export_request,
        read_request,
        request_file_name,
    )

    with services.new_uow() as uow:
        change = uow.changes.by_number(args.number)
    data = export_request(change.id, desk=services.desk, secrets=services.secrets)
    target: Path = args.out or Path(request_file_name(change))
    save_whole(data, target)
    found = read_request(data)
    line = _("{file}: plan {plan}, revision {n}, signed with {key}").format(
        file=target,
        plan=found.request.plan_hash[:8],
        n=found.request.revision,
        key=found.sealed.fingerprint,
    )
    answer({"file": target, **_about(found)}, [line], as_json=args.json)


def _show(args: argparse.Namespace, services: "AppServices") -> None:
    from app.services.approval.approval_files import ANSWER, read_answer, read_request  # noqa: PLC0415 - this deed alone needs it
    from app.services.change.plan_reading import read_plan  # noqa: PLC0415 - this deed alone needs it
    from app.services.people import key_state  # noqa: PLC0415 - this deed alone needs it
    from app.services.signed_files import kind_of  # noqa: PLC0415 - this deed alone needs it

    data = read_bytes(args.file)
    if kind_of(data) == ANSWER:
        given = read_answer(data)
        key = key_state(given.approver, given.sealed, desk=services.desk)
        text = _("{number}, revision {n}: {decision} by {name}, {at}. Key {key}, {state}")
        line = text.format(
            number=given.number,
            n=given.revision,
            decision=given.decision.value,
            name=given.approver,
            at=given.decided_at.isoformat(),
            key=given.sealed.fingerprint,
            state=key.words,
        )
        known = {**given.sealed.body, "key": given.sealed.fingerprint, "key_state": key.value}
        lines = [line, *([given.comment] if given.comment else [])]
        answer({"kind": "answer", **known}, lines, as_json=args.json)
        return
    found = read_request(data)
    key = key_state(found.request.by, found.sealed, desk=services.desk)
    parts = read_plan(found.change, found.host_name, services.clock.now())
    head = _("{number} {title}, plan {plan}, revision {n}. Asked by {name}, key {key}, {state}")
    lines = [
        head.format(
            number=found.change.number,
            title=found.change.title,
            plan=found.request.plan_hash[:8],
            n=found.request.revision,
            name=found.request.by,
            key=found.sealed.fingerprint,
            state=key.words,
        )
    ]
    for part in parts:
        lines += ["", part.title, *(f"  {label}: {text}" for label, text in part.lines)]
    plan = [{"title": part.title, "lines": part.lines} for part in parts]
    known = {"kind": "request", **_about(found), "key_state": key.value, "plan": plan}
    answer(known, lines, as_json=args.json)


def _about(found: "RequestFile") -> dict[str, object]:
    return {
        "number": found.change.number,
        "title": found.change.title,
        "request": found.request.id,
        "revision": found.request.revision,
        "plan_hash": found.request.plan_hash,
        "asked_by": found.request.by,
        "asked_at": found.request.at,
        "key": found.sealed.fingerprint,
    }


def _decide(args: argparse.Namespace, services: "AppServices") -> None:
    from app.services.approval.approval_files import (  # noqa: PLC0415 - loads slowly
        Answered,
        answer_file_name,
        answer_request,
        read_answer,
    )

    decision = Decision.APPROVED if args.decision == "approve" else Decision.REJECTED
    said = Answered(decision, args.comment, args.confirm)
    data = answer_request(read_bytes(args.file), said, desk=services.desk, secrets=services.secrets)
    given = read_answer(data)
    target: Path = args.out or Path(answer_file_name(given))
    save_whole(data, target)
    line = _("{file}: {decision} by {name}, signed with {key}. Send it back.").format(
        file=target,
        decision=given.decision.value,
        name=given.approver,
        key=given.sealed.fingerprint,
    )
    known = {"file": target, **given.sealed.body, "key": given.sealed.fingerprint}
    answer(known, [line], as_json=args.json)


def _import(args: argparse.Namespace, services: "AppServices") -> None:
    from app.services.approval.approval_files import import_answer  # noqa: PLC0415 - loads slowly
    from app.services.approval.quorum import standing_approvals  # noqa: PLC0415 - this deed alone needs it

    done = import_answer(read_bytes(args.file), desk=services.desk, confirm=args.confirm)
    given, change = done.answer, done.change
    text = (
        _("{number}: {decision} by {name} taken over")
        if done.is_new
        else _("{number}: this {decision} by {name} was taken over before; nothing was done")
    )
    line = text.format(number=change.number, decision=given.decision.value, name=given.approver)
    known = {
        "number": change.number,
        "is_new": done.is_new,
        "decision": given.decision.value,
        "approver": given.approver,
        "plan_hash": given.plan_hash,
        "key": given.sealed.fingerprint,
        "state": change.state.value,
        "standing": standing_approvals(change),
    }
    answer(known, [line], as_json=args.json)


def _agenda(args: argparse.Namespace, services: "AppServices") -> None:
    from app.services.approval.agendas import (  # noqa: PLC0415 - loads slowly
        Boards,
        make_agenda,
        waiting_in,
    )
    from app.services.search.filter_words import read_filter  # noqa: PLC0415 - this deed alone needs it
    from app.services.search.finding import Query  # noqa: PLC0415 - this deed alone needs it

    boards = Boards(services.desk, services.files, services.render_agenda)
    numbers = args.numbers
    if args.filter is not None:
        if numbers:
            raise InvalidInput(_("Name changes or a filter, not both."))
        numbers = waiting_in(Query(read_filter(args.filter), services.asker), services.finder)
    made = make_agenda(numbers, boards=boards)
    target: Path = args.out or Path("agenda.pdf")
    save_whole(services.files.get(made.sha256), target)
    line = _("{file}: {pages} pages, {names}").format(
        file=target, pages=made.pages, names=", ".join(made.numbers)
    )
    known = {"file": target, "pages": made.pages, "sha256": made.sha256, "numbers": made.numbers}
    answer(known, [line], as_json=args.json)


def _key(args: argparse.Namespace, services: "AppServices") -> None:
    from app.services.people import own_fingerprint  # noqa: PLC0415 - loads slowly

    key = own_fingerprint(services.actor, services.secrets)
    line = _("{name}: {key}").format(name=services.actor, key=key)
    answer({"name": services.actor, "key": key}, [line], as_json=args.json)
