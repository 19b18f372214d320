"""Approval away from the desk: a signed request goes out, a signed answer comes back.

The request holds the plan as canonical JSON, so that whoever opens it reads exactly what its hash
stands for, and beside it what belongs to the change and is no part of the plan. The answer is
bound to that request, that plan and that revision, and is signed with a key of the approver's own.
Keys are trusted by name: on first use a person compares the fingerprint, afterwards another key
for the same name is refused.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from app.domain.approval import ApprovalRequest, Decision, Signature
from app.domain.change import PLAN_FIELDS, Change
from app.domain.event import NewEvent
from app.domain.people import same_person
from app.errors import IllegalMove, InvalidInput, NotAuthentic, NotFound
from app.i18n import _
from app.secrets import SecretKeeper
from app.services.approval.approvals import Given, awaits_decision, record, refuse_decision
from app.services.approval.quorum import request_for
from app.services.change.changes import Desk
from app.services.people import confirmed_key, own_signer
from app.services.ports.store import UnitOfWork
from app.services.signed_files import Sealed, open_sealed, seal
from app.wording import moment

REQUEST = "changedesk/approval-request/1"
ANSWER = "changedesk/approval-answer/1"
BESIDE = (
    "id", "number", "revision", "need", "impact", "justification", "business_service", "priority",
    "requested_by", "coordinator", "implementer", "reviewer", "retrospective_reason",
    "tests", "monitor_days",
)  # fmt: skip
"""What an approver reads beside the plan: signed as well, but no part of the plan's hash."""
MAX_COMMENT = 4000
CLOCKS_DIFFER = timedelta(days=1)
"""So far ahead may the clock of another computer be, such as one set to another zone."""


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A request as whoever opens it reads it; its signature fits what it says."""

    change: Change
    request: ApprovalRequest
    hosts: tuple[tuple[str, str], ...]
    log_head: str
    sealed: Sealed

    def host_name(self, host_id: str) -> str:
        """Return the name of a host of the plan."""
        return dict(self.hosts).get(host_id, host_id)


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A decision that was signed elsewhere; its signature fits what it says."""

    request: str
    request_sha256: str
    change: str
    number: str
    revision: int
    plan_hash: str
    decision: Decision
    comment: str
    approver: str
    decided_at: datetime
    sealed: Sealed


def request_file_name(change: Change) -> str:
    """Return what a request is called: ``CHG-000142-r3-approval-request.json``."""
    return f"{change.number}-r{change.revision}-approval-request.json"


def answer_file_name(answer: AnswerFile) -> str:
    """Return what an answer is called."""
    who = "-".join("".join(c if c.isalnum() else " " for c in answer.approver).split())
    return f"{answer.number}-r{answer.revision}-{answer.decision.value}-{who or 'answer'}.json"


def export_request(change_id: str, *, desk: Desk, secrets: SecretKeeper) -> bytes:
    """Return a request for approval of the plan as it stands, signed by the acting person.

    The change remembers the hash of what went out: an answer to anything else is refused.

    Raises:
        IllegalMove: The change does not wait for approval, or the plan was edited since it was
            asked for.
        SecretUnavailable: There is no keyring that keeps the key.
    """
    signer = own_signer(desk.actor, secrets)
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        asked = request_for(change)
        if not awaits_decision(change) or asked is None:
            raise IllegalMove(
                _("{number} does not wait for approval.").format(number=change.number)
            )
        if asked.plan_hash != change.plan_hash:
            raise IllegalMove(
                _("The plan was edited since approval was asked for."), hint=_("Ask again first.")
            )
        data = seal(REQUEST, _request_body(change, asked, uow), signer)
        sha256 = open_sealed(data, REQUEST).sha256
        if sha256 not in asked.exported:
            _remember(change, replace(asked, exported=(*asked.exported, sha256)), uow)
            text = _("Request for approval of plan {plan} written to a file, signed by {name}")
            words = text.format(plan=asked.plan_hash[:8], name=desk.actor)
            uow.log.append(NewEvent("approval.exported", words, change.id))
            uow.commit()
    return data


def _remember(change: Change, asked: ApprovalRequest, uow: UnitOfWork) -> None:
    requests = tuple(asked if item.id == asked.id else item for item in change.requests)
    uow.changes.save(replace(change, requests=requests))


def _request_body(change: Change, asked: ApprovalRequest, uow: UnitOfWork) -> dict[str, Any]:
    hosts = {str(key) for key in change.hosts}
    hosts |= {str(step.host) for step in change.runbook.steps if step.host}
    known = {key: uow.hosts.find(key) for key in sorted(hosts)}
    agreed = replace(change, tests=tuple(replace(case, attempts=()) for case in change.tests))
    beside = {name: getattr(agreed, name) for name in BESIDE}
    return {
        "request": {
            "id": asked.id,
            "at": asked.at.isoformat(),
            "by": asked.by,
            "plan_hash": asked.plan_hash,
            "revision": asked.revision,
            "steps": msgspec.to_builtins(asked.steps),
        },
        "plan": change.plan_text,
        "beside": msgspec.to_builtins(beside),
        "hosts": {key: host.name if host else key for key, host in known.items()},
        "log_head": uow.log.head(),
    }


def read_request(data: bytes) -> RequestFile:
    """Read a request file.

    Raises:
        InvalidInput: It is no such file, or another version of the program wrote the plan in a
            form that this one would not show whole.
        NotAuthentic: It was altered, or the plan is not the one its hash stands for.
    """
    sealed = open_sealed(data, REQUEST)
    try:
        body = sealed.body
        request = msgspec.convert(body["request"], ApprovalRequest)
        plan = msgspec.json.decode(body["plan"])
        fields = {name: plan[name] for name in PLAN_FIELDS if name in plan}
        beside = {name: body["beside"][name] for name in BESIDE if name in body["beside"]}
        change = msgspec.convert(beside | fields | {"requests": ()}, Change)
        hosts = tuple(msgspec.convert(body["hosts"], dict[str, str]).items())
        log_head = str(body["log_head"])
    except (KeyError, TypeError, AttributeError, ValueError, InvalidInput) as error:
        raise InvalidInput(_("This request cannot be read: {why}.").format(why=error)) from error
    if hashlib.sha256(body["plan"].encode()).hexdigest() != request.plan_hash:
        raise NotAuthentic(_("The plan in the file is not the one its hash stands for."))
    if change.plan_text != body["plan"]:
        raise InvalidInput(
            _("Another version of the program wrote this plan; not all of it could be shown."),
            hint=_("Open it with the version that {name} uses.").format(name=request.by),
        )
    return RequestFile(change, request, hosts, log_head, sealed)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the approver says to a request; ``confirm`` is the fingerprint that was compared."""

    decision: Decision
    comment: str = ""
    confirm: str = ""


def answer_request(data: bytes, said: Answered, *, desk: Desk, secrets: SecretKeeper) -> bytes:
    """Decide about a request from a file and return the signed answer, to be sent back.

    Raises:
        InvalidInput, NotAuthentic: As `read_request`.
        SignerUnknown, SignerChanged: It must be confirmed first who signed the request.
        IllegalMove: The acting person implements the change, or a rejection has no comment.
    """
    found = read_request(data)
    comment = said.comment.strip()
    if same_person(desk.actor, found.change.implementer):
        raise IllegalMove(_("Who implements a change cannot approve or reject it."))
    if said.decision is Decision.REJECTED and not comment:
        raise IllegalMove(_("A rejection needs a comment."))
    if len(comment) > MAX_COMMENT:
        raise InvalidInput(_("A comment has at most {n} characters.").format(n=MAX_COMMENT))
    signer = own_signer(desk.actor, secrets)
    confirmed_key(found.request.by, found.sealed, said.confirm, desk=desk)
    body = {
        "request": found.request.id,
        "request_sha256": found.sealed.sha256,
        "change": found.change.id,
        "number": found.change.number,
        "revision": found.request.revision,
        "plan_hash": found.request.plan_hash,
        "decision": said.decision.value,
        "comment": comment,
        "approver": desk.actor,
        "decided_at": desk.clock.now().isoformat(),
    }
    return seal(ANSWER, body, signer)


def read_answer(data: bytes) -> AnswerFile:
    """Read an answer file; raises InvalidInput, NotAuthentic."""
    sealed = open_sealed(data, ANSWER)
    try:
        answer = msgspec.convert({**sealed.body, "sealed": None}, _AnswerBody)
    except msgspec.ValidationError as error:
        raise InvalidInput(_("This answer cannot be read: {why}.").format(why=error)) from error
    if answer.decided_at.tzinfo is None:
        raise InvalidInput(_("This answer cannot be read: its time has no zone."))
    values = {name: getattr(answer, name) for name in _AnswerBody.__struct_fields__}
    return AnswerFile(**values, sealed=sealed)


class _AnswerBody(msgspec.Struct, frozen=True):
    request: str
    request_sha256: str
    change: str
    number: str
    revision: int
    plan_hash: str
    decision: Decision
    comment: str
    approver: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the change as it is now, and whether the answer was new."""

    change: Change
    answer: AnswerFile
    is_new: bool


def import_answer(data: bytes, *, desk: Desk, confirm: str = "") -> Imported:
    """Take over a decision that was signed elsewhere; the same file twice does nothing twice.

    Raises:
        InvalidInput: It is no answer file, or is dated more than a day ahead.
        NotAuthentic: It was altered, is about another change, another plan or another request, or
            is older than what the same person has said meanwhile.
        SignerUnknown, SignerChanged: It must be confirmed first whose key this is.
        IllegalMove: The person may not decide, or the change does not wait for it.
    """
    answer = read_answer(data)
    sealed = answer.sealed
    given = Given(
        answer.approver,
        answer.decision,
        answer.decided_at,
        answer.comment,
        signed=Signature(sealed.payload, sealed.key, sealed.signature),
    )
    with desk.new_uow() as uow:
        change = _of_ours(answer, uow)
        if _has(change, sealed):
            return Imported(change, answer, is_new=False)
        _refuse_outdated(answer, change)
        _refuse_tomorrow(answer, desk.clock.now())
        refuse_decision(change, given, uow)
    confirmed_key(answer.approver, sealed, confirm, desk=desk)
    with desk.new_uow() as uow:
        change = _of_ours(answer, uow)
        if _has(change, sealed):  # somebody else was quicker
            return Imported(change, answer, is_new=False)
        _refuse_outdated(answer, change)
        _refuse_tomorrow(answer, desk.clock.now())
        refuse_decision(change, given, uow)
        saved = record(change, given, uow, desk)
        uow.commit()
    return Imported(saved, answer, is_new=True)


def _has(change: Change, sealed: Sealed) -> bool:
    known = (item.signed.signature for item in change.approvals if item.signed)
    return sealed.signature in known


def _of_ours(answer: AnswerFile, uow: UnitOfWork) -> Change:
    change = uow.changes.find(answer.change)
    if change is None:
        raise NotFound(
            _("The answer is about {number}, which is not a change of this desk.").format(
                number=answer.number
            )
        )
    asked = next((item for item in change.requests if item.id == answer.request), None)
    if asked is None or answer.request_sha256 not in asked.exported:
        raise NotAuthentic(
            _("The answer is to a request that was not made here."),
            hint=_("Export a request from this desk, and have that one answered."),
        )
    return change


def _refuse_tomorrow(answer: AnswerFile, now: datetime) -> None:
    """Refuse what is dated far ahead: nothing its signer says later could ever replace it."""
    if answer.decided_at - now > CLOCKS_DIFFER:
        raise InvalidInput(
            _("The answer is dated {at}, which is yet to come.").format(
                at=moment(answer.decided_at, "UTC")
            ),
            hint=_("Set the clock of the computer it was signed on, and have it answered again."),
        )


def _refuse_outdated(answer: AnswerFile, change: Change) -> None:
    if answer.revision != change.revision or answer.plan_hash != change.plan_hash:
        raise NotAuthentic(
            _("The answer is about plan {old}, revision {r}; {number} has plan {new} now.").format(
                old=answer.plan_hash[:8],
                r=answer.revision,
                number=change.number,
                new=change.plan_hash[:8],
            ),
            hint=_("Ask again, and have the new request answered."),
        )
    newer = [
        item
        for item in change.approvals
        if same_person(item.approver, answer.approver) and item.at >= answer.decided_at
    ]
    if newer:
        raise NotAuthentic(
            _("{name} has decided about it since this answer was signed.").format(
                name=answer.approver
            )
        )
