"""Messages: drafted from the change, marked when it moved, handed over and noted as sent."""

import email
import email.policy
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.change import Change, ChangeState
from app.domain.communication import Audience, Message, Moment
from app.domain.event import NewEvent
from app.domain.ids import ChangeId
from app.domain.need import Impact
from app.domain.people import Contact
from app.domain.window import TimeRange, Window
from app.errors import IllegalMove, InvalidInput, NotFound
from app.services.change import changes
from app.services.message.communications import make_mail, note_sent, plan_messages, untold
from app.services.message.draft_phrases import Around
from app.services.message.drafts import draft, outdated
from app.services.review.feedback import FormKind, form_of
from tests.examples import identified, planned
from tests.fakes import NOON

PAIRS = [(audience, moment) for audience in Audience for moment in Moment]
AROUND = Around(("db-01",), "Example Operations")


def example(**fields: object) -> Change:
    made = planned(identified(Change(ChangeId("c-1"), "CHG-000001", "Upgrade PostgreSQL")))
    contacts = (Contact("Sipho", "database engineer", "ext. 4410"),)
    return replace(made, coordinator="Nomsa", contacts=contacts, **fields)


@pytest.mark.parametrize(("audience", "moment"), PAIRS)
def test_every_message_has_a_subject_and_text_from_the_change(audience, moment):
    message = draft(example(), audience, moment, AROUND)
    assert message.subject
    assert "\n" not in message.subject
    assert message.text.endswith("Nomsa\nExample Operations\nCHG-000001")
    assert "{" not in message.text + message.subject
    assert "None" not in message.text


@pytest.mark.parametrize(("audience", "moment"), PAIRS)
def test_a_change_with_nothing_but_a_title_still_gives_a_message(audience, moment):
    bare = Change(ChangeId("c-1"), "CHG-000001", "Do something")
    message = draft(bare, audience, moment, Around())
    assert message.subject
    assert message.text
    assert "{" not in message.text + message.subject
    assert "None" not in message.text + message.subject


def test_users_are_told_when_how_long_and_whom_to_ask():
    text = draft(example(), Audience.USERS, Moment.BEFORE, AROUND).text.replace("\u202f", " ")
    assert "Sat 14 Nov 2026 11:00–15:00 UTC: Upgrade PostgreSQL." in text
    assert "will not be available for about 40 min" in text
    assert "Please finish your work" in text
    assert "Questions: Sipho, ext. 4410." in text
    quiet = draft(example(outage=False), Audience.USERS, Moment.BEFORE, AROUND).text
    assert "should not notice" in quiet
    assert "Please finish" not in quiet


def test_the_team_gets_hosts_steps_and_the_way_back():
    text = draft(
        example(backout_plan="Restore, at 14:00 at the latest"),
        Audience.IT_TEAM, Moment.BEFORE, AROUND,
    ).text  # fmt: skip
    for words in ("Hosts: db-01", "1. Upgrade", "Way back: Restore", "Risk: high before"):
        assert words in text


def test_the_end_is_told_as_it_was():
    back = draft(example(backed_out=True), Audience.USERS, Moment.AFTER, AROUND).text
    assert "was taken back" in back
    done = draft(example(work_end=NOON), Audience.USERS, Moment.AFTER, AROUND).text
    assert "done since 12:00 UTC" in done


def test_a_draft_says_which_facts_are_others_now():
    change = example()
    message = draft(change, Audience.USERS, Moment.BEFORE, AROUND)
    assert outdated(message, change) == ()
    assert outdated(message, replace(change, backout_plan="Other")) == ()
    later = Window(TimeRange(NOON, NOON + timedelta(hours=3)), "UTC")
    assert outdated(message, replace(change, window=later)) == ("window",)
    hurt = replace(change, impact=Impact("More", users=9), planned_downtime_min=90.0)
    assert outdated(message, hurt) == ("title or service", "impact or outage") or outdated(
        message, hurt
    ) == ("impact or outage",)
    assert outdated(message, replace(change, window=None, coordinator="Thabo")) == (
        "window", "people",
    )  # fmt: skip
    zone = replace(change, window=replace(change.window, zone="Europe/Berlin"))
    assert outdated(message, zone) == ("window",)
    typed = Message(Audience.USERS, Moment.BEFORE, text="By hand")
    assert outdated(typed, hurt) == (), "what rests on nothing is never out of date"


def test_drafts_are_made_once_in_order_and_edited_ones_stay(opened, made):
    change = made()
    desk = opened.desk
    first = plan_messages(change.id, (Audience.IT_TEAM,), desk=desk)
    edited = replace(first.messages[0], text="My own words")
    changes.edit_change(
        change.id, lambda c: replace(c, messages=(edited, *c.messages[1:])), desk=desk
    )
    kept = plan_messages(change.id, (Audience.USERS, Audience.IT_TEAM), desk=desk)
    assert [message.id for message in kept.messages] == [
        "users/before", "it_team/before", "users/during", "it_team/during", "users/after",
        "it_team/after",
    ]  # fmt: skip
    assert kept.messages[1].text == "My own words"
    assert plan_messages(change.id, (Audience.USERS,), desk=desk) == kept
    assert kept.plan_hash == change.plan_hash
    assert opened.queries.events(change=change.id)[0].kind == "message.drafted"


def test_a_mail_before_the_work_brings_the_date_along(opened, made):
    change = made()
    plan_messages(change.id, (Audience.USERS,), desk=opened.desk)
    data = make_mail(change.id, "users/before", mailing=opened.mailing)
    message = email.message_from_bytes(data, policy=email.policy.default)
    (part,) = message.iter_attachments()
    assert part.get_filename() == f"{change.number}.ics"
    assert b"BEGIN:VEVENT" in part.get_payload(decode=True)
    during = make_mail(change.id, "users/during", mailing=opened.mailing)
    assert b"text/calendar" not in during
    with pytest.raises(NotFound, match="no such message"):
        make_mail(change.id, "partners/before", mailing=opened.mailing)
    changes.edit_change(change.id, lambda c: replace(c, window=None), desk=opened.desk)
    assert b"text/calendar" not in make_mail(change.id, "users/before", mailing=opened.mailing)


def test_what_was_sent_is_kept_as_it_was(opened, made, clock):
    change = made()
    plan_messages(change.id, (Audience.USERS,), desk=opened.desk)
    kept = note_sent(change.id, "users/before", "Ann <ann@example.org>", mailing=opened.mailing)
    (sent,) = kept.messages[0].sent
    assert (sent.by, sent.at, sent.to) == ("Nomsa", clock.now(), "Ann <ann@example.org>")
    mail = email.message_from_bytes(opened.files.get(sent.sha256), policy=email.policy.default)
    assert mail["To"].addresses[0].addr_spec == "ann@example.org"
    assert kept.messages[0].text.split()[0] in mail.get_body(("plain",)).get_content()
    event = opened.queries.events(change=change.id)[0]
    assert (event.kind, event.refs) == ("message.sent", (sent.sha256,))
    assert event.text == "Sent “Users, before” to Ann <ann@example.org>"

    told = note_sent(change.id, "users/during", "the channel of operations", mailing=opened.mailing)
    (said,) = told.messages[1].sent
    mail = email.message_from_bytes(opened.files.get(said.sha256), policy=email.policy.default)
    assert mail["To"] is None


def test_nothing_is_noted_without_a_receiver_a_text_or_an_open_change(opened, made):
    change = made()
    plan_messages(change.id, (Audience.USERS,), desk=opened.desk)
    with pytest.raises(InvalidInput, match="to whom"):
        note_sent(change.id, "users/before", "  ", mailing=opened.mailing)
    changes.edit_change(
        change.id,
        lambda c: replace(c, messages=(replace(c.messages[0], text=""),)),
        desk=opened.desk,
    )
    with pytest.raises(InvalidInput, match="no text"):
        note_sent(change.id, "users/before", "Ann", mailing=opened.mailing)
    with opened.new_uow() as uow:
        changes.moved(uow.changes.get(change.id), ChangeState.CLOSED, uow, desk=opened.desk)
        uow.commit()
    with pytest.raises(IllegalMove, match="is closed"):
        note_sent(change.id, "users/before", "Ann", mailing=opened.mailing)
    with pytest.raises(IllegalMove, match="is closed"):
        plan_messages(change.id, (Audience.USERS,), desk=opened.desk)


def test_mails_and_forms_of_example_data_say_so_first(opened):
    desk = replace(opened.desk, settings=replace(opened.settings, example=True))
    with opened.new_uow() as uow:
        change = replace(example(), number="EXA-000001")
        change = replace(change, messages=(draft(change, Audience.USERS, Moment.DURING, AROUND),))
        uow.changes.add(change)
        uow.log.append(NewEvent("change.opened", "Opened", change.id))
        uow.commit()
    data = make_mail(change.id, "users/during", mailing=replace(opened.mailing, desk=desk))
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert mail["Subject"].startswith("[Example data] ")
    assert mail.get_content().startswith("Example data: nothing of this is real.")
    for kind in (FormKind.TEXT, FormKind.HTML):
        assert b"Example data. EXA-000001: " in form_of(change, kind, "a@example.org")


def test_those_who_were_told_are_told_that_it_is_called_off(opened, made):
    change = made(ChangeState.ASSESS)
    desk, mailing = opened.desk, opened.mailing
    users, team = Audience.USERS, Audience.IT_TEAM
    drafted = plan_messages(change.id, (users, team), desk=desk)
    assert {message.moment for message in drafted.messages} == set(Moment) - {Moment.CALLED_OFF}
    note_sent(change.id, "users/before", "all@example.org", mailing=mailing)
    assert untold(note_sent(change.id, "it_team/before", "chat", mailing=mailing)) == ()
    changes.move_change(change.id, ChangeState.CANCELED, desk=desk, reason="No need any more")
    drafted = plan_messages(change.id, (users, team), desk=desk)
    assert untold(drafted) == (users, team)
    off = [message for message in drafted.messages if message.moment is Moment.CALLED_OFF]
    assert [message.audience for message in off] == [users, team]
    assert off[0].subject == "Called off: Upgrade PostgreSQL, Sat 14 Nov 2026"
    assert "does not take place" in off[0].text
    assert "No need" not in off[0].text, "what was said inside stays inside"
    assert "Reason: No need any more" in off[1].text
    mail = email.message_from_bytes(
        make_mail(change.id, "users/called_off", mailing=mailing), policy=email.policy.default
    )
    (dates,) = mail.iter_attachments()
    assert "METHOD:CANCEL" in dates.get_content()
    with pytest.raises(IllegalMove, match="called off"):
        note_sent(change.id, "users/during", "all@example.org", mailing=mailing)
    sent = note_sent(change.id, "users/called_off", "all@example.org", mailing=mailing)
    assert untold(sent) == (team,)
    with pytest.raises(IllegalMove, match="closed"):
        plan_messages(made(ChangeState.CLOSED).id, (users,), desk=desk)
