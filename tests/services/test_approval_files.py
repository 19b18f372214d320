"""Signed approval away from the desk, and everything an attacker or a tired colleague may try."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.approval import Decision
from app.domain.change import ChangeState
from app.domain.people import Role
from app.errors import (
    AppError,
    IllegalMove,
    InvalidInput,
    NotAuthentic,
    NotFound,
    SecretUnavailable,
    SignerChanged,
    SignerUnknown,
)
from app.secrets import SessionSecrets
from app.services.approval.approval_files import (
    ANSWER,
    REQUEST,
    Answered,
    answer_file_name,
    answer_request,
    export_request,
    import_answer,
    read_answer,
    read_request,
    request_file_name,
)
from app.services.approval.approvals import ask_again, decide
from app.services.approval.quorum import standing_approvals
from app.services.change.changes import move_change, set_hold
from app.services.people import forget_key, own_fingerprint
from app.services.signed_files import MAX_BYTES, open_sealed, seal, signed_bytes
from app.signing import Signer, from_base64, is_signed
from tests.services.office import Office

S = ChangeState
YES, NO = Decision.APPROVED, Decision.REJECTED


class Keyring(SessionSecrets):
    """A keyring that outlives the program, in memory."""

    lasting = True


class Post:
    """Two desks that only exchange files: the coordinator's and the approver's."""

    def __init__(self) -> None:
        self.home, self.away = Office(), Office()
        self.home_keys, self.away_keys = Keyring(), Keyring()
        self.change = self.home.asked()

    def request(self) -> bytes:
        return export_request(self.change.id, desk=self.home.desk(), secrets=self.home_keys)

    def answer(self, request: bytes, decision=YES, comment="", name="Pieter") -> bytes:
        said = Answered(decision, comment, own_fingerprint("Nomsa", self.home_keys))
        return answer_request(request, said, desk=self.away.desk(name), secrets=self.away_keys)

    def fingerprint(self, name: str = "Pieter") -> str:
        return own_fingerprint(name, self.away_keys)

    def take(self, answer: bytes, name: str = "Pieter"):
        return import_answer(answer, desk=self.home.desk(), confirm=self.fingerprint(name))

    def now(self):
        return self.home.now(self.change)


@pytest.fixture
def post() -> Post:
    return Post()


def forged(data: bytes, signer: Signer | None = None, **fields: object) -> bytes:
    """Return a file with other fields in its body, signed anew by somebody or left as it was."""
    envelope = json.loads(data)
    body = envelope["body"] | fields
    if signer is not None:
        return seal(envelope["format"], body, signer)
    return json.dumps(envelope | {"body": body}).encode()


def refused(post: Post, answer: bytes, error: type[AppError], words: str, confirm="") -> None:
    """The import refuses for this reason, and nothing is written."""
    before, log = post.now(), len(post.home.store.log)
    with pytest.raises(error, match=words):
        import_answer(answer, desk=post.home.desk(), confirm=confirm or post.fingerprint())
    assert post.now() == before
    assert len(post.home.store.log) == log


def test_a_decision_travels_by_file_and_counts(post):
    request = post.request()
    post.home.clock.pass_by(hours=2)
    post.away.clock.pass_by(hours=1)
    done = post.take(post.answer(request, comment="Go ahead"))
    assert done.is_new
    (given,) = done.change.approvals
    assert (given.approver, given.comment, given.waited_s) == ("Pieter", "Go ahead", 3600)
    assert given.recorded_at == post.home.clock.now()
    assert standing_approvals(done.change) == ("Pieter",)
    assert move_change(post.change.id, S.SCHEDULED, desk=post.home.desk()).state is S.SCHEDULED
    kept = given.signed
    assert is_signed(
        signed_bytes(ANSWER, kept.payload), from_base64(kept.signature), from_base64(kept.key)
    )


def test_the_approver_reads_the_whole_plan_and_what_stands_beside_it(post):
    found = read_request(post.request())
    here = post.now()
    assert found.change.plan_hash == here.plan_hash == found.request.plan_hash
    assert (found.change.need, found.change.impact) == (here.need, here.impact)
    assert (found.change.number, found.change.implementer) == (here.number, "Sipho")
    assert (found.change.tests, found.change.monitor_days) == (here.tests, here.monitor_days)
    assert here.tests
    assert here.monitor_days == 14, "not what a change has by default"
    assert found.host_name("db-01") == "db-01"
    assert request_file_name(here) == "CHG-000001-r1-approval-request.json"


def test_a_rejection_travels_too_and_takes_the_change_back(post):
    request = post.request()
    with pytest.raises(IllegalMove, match="needs a comment"):
        post.answer(request, NO, " ")
    answer = post.answer(request, NO, "No rehearsal")
    assert answer_file_name(read_answer(answer)) == "CHG-000001-r1-rejected-Pieter.json"
    assert post.take(answer).change.state is S.REJECTED


def test_the_same_file_twice_does_nothing_twice(post):
    answer = post.answer(post.request())
    post.take(answer)
    before, log = post.now(), len(post.home.store.log)
    again = post.take(answer)
    assert not again.is_new
    assert post.now() == before
    assert len(post.home.store.log) == log


def test_exporting_twice_gives_the_same_request_and_either_file_can_be_answered(post):
    first, second = post.request(), post.request()
    post.home.edit(post.change, close_notes="Remember the cake")
    assert open_sealed(first, REQUEST).sha256 == open_sealed(second, REQUEST).sha256
    assert post.take(post.answer(first)).is_new


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_flipped_bit_anywhere_is_found_or_means_nothing(data):
    post = Post()
    request = post.request()
    for original, read in ((request, read_request), (post.answer(request), read_answer)):
        place = data.draw(st.integers(0, len(original) - 1))
        altered = bytearray(original)
        altered[place] ^= 1 << data.draw(st.integers(0, 7))
        try:
            found = read(bytes(altered))
        except AppError:
            continue
        assert found.sealed == read(original).sealed


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_refused_in_words(junk):
    for read in (read_request, read_answer):
        with pytest.raises(InvalidInput):
            read(junk)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"format": ' + b"[" * 60 + b"]" * 60 + b"}",
        b" " * (MAX_BYTES + 1),
        b'{"format": "x", "format": "y", "body": {}, "key": "", "signature": ""}',
        b'{"format": "changedesk/approval-answer/1", "body": {"n": NaN}, "key":"","signature":""}',
        b'{"format": "changedesk/approval-answer/1", "body": [], "key": "", "signature": ""}',
    ],
    ids=["deep", "nested", "big", "twice", "nan", "list"],
)
def test_hostile_forms_are_refused_before_they_are_read(data):
    with pytest.raises(InvalidInput):
        read_answer(data)


def test_a_signature_has_one_spelling(post):
    answer = post.answer(post.request())
    signature = json.loads(answer)["signature"]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = letters[letters.index(signature[-3]) + 1]
    again = answer.replace(signature.encode(), f"{signature[:-3]}{other}==".encode())
    assert again != answer
    with pytest.raises(NotAuthentic):
        read_answer(again)


def test_an_altered_decision_is_refused(post):
    answer = post.answer(post.request(), NO, "No rehearsal")
    refused(post, forged(answer, decision="approved"), NotAuthentic, "signature does not fit")


def test_a_request_whose_plan_was_swapped_is_refused(post):
    plan = post.home.draft(title="Another plan").plan_text
    request = post.request()
    with pytest.raises(NotAuthentic, match="signature does not fit"):
        read_request(forged(request, plan=plan))
    nomsa = Signer(b"n" * 32)
    with pytest.raises(NotAuthentic, match="not the one its hash stands for"):
        read_request(forged(request, nomsa, plan=plan))


def test_a_plan_that_could_not_be_shown_whole_is_not_answered(post):
    request = post.request()
    body = json.loads(request)["body"]
    plan = json.dumps(json.loads(body["plan"]) | {"secret_step": "rm"}, sort_keys=True)
    asked = body["request"] | {"plan_hash": hashlib.sha256(plan.encode()).hexdigest()}
    with pytest.raises(InvalidInput, match="not all of it could be shown"):
        read_request(forged(request, Signer(b"n" * 32), plan=plan, request=asked))


def test_a_signature_is_not_carried_from_one_kind_of_file_to_another(post):
    request = json.loads(post.request())
    answer = json.dumps(request | {"format": ANSWER}).encode()
    with pytest.raises(NotAuthentic):
        read_answer(answer)
    with pytest.raises(InvalidInput, match="another kind of file"):
        read_answer(post.request())


def test_an_answer_to_a_plan_that_was_edited_since_is_refused(post):
    answer = post.answer(post.request())
    post.home.edit(post.change, backout_plan="Another way")
    refused(post, answer, NotAuthentic, "has plan")
    with pytest.raises(IllegalMove, match="edited since"):
        post.request()
    ask_again(post.change.id, desk=post.home.desk())
    assert post.take(post.answer(post.request())).is_new


def test_an_answer_of_an_earlier_revision_is_refused_though_the_plan_is_the_same(post):
    answer = post.answer(post.request())
    move_change(post.change.id, S.DRAFT, desk=post.home.desk(), reason="Once more")
    move_change(post.change.id, S.ASSESS, desk=post.home.desk())
    move_change(post.change.id, S.AUTHORIZE, desk=post.home.desk())
    assert post.now().plan_hash == post.change.plan_hash
    refused(post, answer, NotAuthentic, "revision 1")


def test_an_answer_about_a_change_of_another_desk_is_refused(post):
    stranger = Post()
    answer = stranger.answer(stranger.request())
    with pytest.raises(NotFound, match="not a change of this desk"):
        import_answer(answer, desk=post.home.desk(), confirm=stranger.fingerprint())


def test_an_answer_to_a_request_that_was_never_made_here_is_refused(post):
    request = post.request()
    beside = json.loads(request)["body"]["beside"] | {"justification": "Harmless"}
    nicer = forged(request, Signer(b"n" * 32), beside=beside)
    said = Answered(YES, "", read_request(nicer).sealed.fingerprint)
    answer = answer_request(nicer, said, desk=post.away.desk("Pieter"), secrets=post.away_keys)
    refused(post, answer, NotAuthentic, "not made here")


def test_a_key_is_confirmed_once_by_its_fingerprint_and_another_one_is_refused(post):
    answer = post.answer(post.request())
    with pytest.raises(SignerUnknown, match="Nobody has confirmed") as unknown:
        import_answer(answer, desk=post.home.desk())
    assert (unknown.value.name, unknown.value.fingerprint) == ("Pieter", post.fingerprint())
    refused(post, answer, SignerUnknown, "Nobody has confirmed", confirm="SHA256:something")
    post.take(answer)
    (person,) = post.home.store.kinds["people"].values()
    assert (person.name, person.key_confirmed_by, person.roles) == ("Pieter", "Nomsa", ())

    post.home.edit(post.change, backout_plan="Another way")
    ask_again(post.change.id, desk=post.home.desk())
    post.away_keys, post.away = Keyring(), Office()
    post.away.clock.pass_by(hours=1)
    other = post.answer(post.request())
    refused(post, other, SignerChanged, "but key SHA256:")
    with pytest.raises(IllegalMove, match="Say why"):
        forget_key(person.id, "", desk=post.home.desk())
    forget_key(person.id, "New computer", desk=post.home.desk())
    assert post.take(other).is_new


def test_the_approver_confirms_who_asks_in_the_same_way(post):
    request = post.request()
    away = post.away.desk("Pieter")
    with pytest.raises(SignerUnknown) as unknown:
        answer_request(request, Answered(YES), desk=away, secrets=post.away_keys)
    assert unknown.value.fingerprint == own_fingerprint("Nomsa", post.home_keys)
    post.answer(request)
    impostor = forged(request, Signer(b"x" * 32))
    said = Answered(YES, "", read_request(impostor).sealed.fingerprint)
    with pytest.raises(SignerChanged):
        answer_request(impostor, said, desk=away, secrets=post.away_keys)


def test_somebody_else_cannot_sign_in_the_name_of_a_confirmed_person(post):
    post.take(post.answer(post.request(), NO, "Wait"))
    move_change(post.change.id, S.DRAFT, desk=post.home.desk(), reason="Revised")
    move_change(post.change.id, S.ASSESS, desk=post.home.desk())
    move_change(post.change.id, S.AUTHORIZE, desk=post.home.desk())
    post.away.clock.pass_by(hours=1)
    real = post.answer(post.request())
    fake = forged(real, Signer(b"f" * 32), approver=" PIETER ")
    refused(post, fake, SignerChanged, "is confirmed")


@pytest.mark.parametrize("name", ["Sipho", " sipho "])
def test_the_implementer_cannot_approve_by_file_either(post, name):
    request = post.request()
    with pytest.raises(IllegalMove, match="implements"):
        post.answer(request, name=name)
    other = post.answer(request, name="Ayesha")
    signer = Signer(b"s" * 32)
    fake = forged(other, signer, approver=name)
    confirm = read_answer(fake).sealed.fingerprint
    refused(post, fake, IllegalMove, "implements", confirm=confirm)


def test_only_those_who_are_listed_decide_by_file(post):
    post.home.person("Lerato", Role.APPROVER)
    refused(post, post.answer(post.request()), IllegalMove, "not listed")


def test_an_old_answer_does_not_overrule_a_newer_one(post):
    request = post.request()
    approved = post.answer(request)
    post.away.clock.pass_by(hours=1)
    decide(post.change.id, YES, desk=post.home.desk("Ayesha"))
    move_change(post.change.id, S.SCHEDULED, desk=post.home.desk())
    post.take(post.answer(request, NO, "Saw the plan again"))
    assert standing_approvals(post.now()) == ("Ayesha",)
    refused(post, approved, NotAuthentic, "has decided about it since")


def test_an_answer_from_the_future_is_refused_as_nothing_could_replace_it(post):
    request = post.request()
    post.away.clock.pass_by(hours=25)
    refused(post, post.answer(request), InvalidInput, "yet to come")
    post.away.clock.pass_by(hours=-2)
    assert post.take(post.answer(request)).is_new


def test_a_held_change_takes_no_answer(post):
    answer = post.answer(post.request())
    set_hold(post.change.id, "Vendor is silent", desk=post.home.desk())
    refused(post, answer, IllegalMove, "on hold")


def test_without_a_keyring_nothing_is_signed(post):
    with pytest.raises(SecretUnavailable, match="no keyring"):
        export_request(post.change.id, desk=post.home.desk(), secrets=SessionSecrets())
    with pytest.raises(SecretUnavailable, match="no keyring"):
        answer_request(
            post.request(), Answered(YES), desk=post.away.desk("Pieter"), secrets=SessionSecrets()
        )


def test_no_file_holds_a_secret(post):
    request = post.request()
    answer = post.answer(request)
    for keys in (post.home_keys, post.away_keys):
        for seed in keys._values.values():
            assert seed.encode() not in request + answer
    assert post.home_keys._values.keys() == {"approval/nomsa"}


def test_a_draft_has_nothing_to_export(post):
    draft = post.home.draft()
    with pytest.raises(IllegalMove, match="does not wait"):
        export_request(draft.id, desk=post.home.desk(), secrets=post.home_keys)
    post.home.put(post.change, requests=())
    with pytest.raises(IllegalMove, match="does not wait"):
        post.request()


def test_a_time_without_a_zone_is_refused(post):
    answer = post.answer(post.request())
    naive = forged(answer, Signer(b"z" * 32), decided_at="2026-11-14T12:00:00")
    with pytest.raises(InvalidInput, match="has no zone"):
        read_answer(naive)
    wrong = forged(answer, Signer(b"z" * 32), decision="perhaps")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_answer(wrong)
