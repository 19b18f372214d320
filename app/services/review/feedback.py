"""Ask users about a change: a form to send, answers to bring in, and what they say together."""

import csv
import hashlib
import html
import io
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.feedback import LEAST, MOST, Channel, Response, Survey
from app.domain.ids import new_id
from app.errors import IllegalMove, InvalidInput, NotFound
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.store import Files
from app.services.review.feedback_read import Preview

MOST_INVITED = 10_000_000


@dataclass(frozen=True, slots=True)
class Round:
    """How a round of asking was done; ``data`` is the file or text as it came."""

    channel: Channel
    invited: int | None = None
    source: str = ""
    data: bytes = b""


def keep_answers(
    change_id: str, preview: Preview, asked: Round, *, desk: Desk, files: Files
) -> Survey:
    """Keep the rows of a preview that count, as one round; the file is kept as it came.

    A preview without any row is a round that nobody answered: it says how many were invited.

    Raises:
        InvalidInput: Nothing counts, fewer were invited than answered, or the file is known.
        IllegalMove: The change is closed or canceled.
    """
    good = preview.good
    if not good and (preview.rows or not asked.invited):
        why = _("See the reasons.") if preview.rows else _("If nobody answered, say of how many.")
        raise InvalidInput(_("There is no answer that counts."), hint=why)
    _require_invited(asked.invited, len(good))
    sha256 = hashlib.sha256(asked.data).hexdigest() if asked.data else ""
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        _require_open(change)
        known = next((s for s in uow.surveys.list(change=change_id) if s.sha256 == sha256), None)
        if sha256 and known is not None:
            raise InvalidInput(
                _("These answers were brought in before, by {name}.").format(name=known.by),
                hint=_("Nothing was added."),
            )
    if asked.data:
        files.put(asked.data)
    survey = Survey(
        new_id(), change.id, asked.channel, asked.invited, good, asked.source, sha256,
        desk.clock.now(), desk.actor,
    )  # fmt: skip
    with desk.new_uow() as uow:
        uow.surveys.add(survey)
        text = _("Brought in {n} answers, {bad} left out").format(n=len(good), bad=len(preview.bad))
        refs = (survey.id, sha256) if sha256 else (survey.id,)
        uow.log.append(NewEvent("feedback.kept", text, change.id, refs))
        uow.commit()
    return survey


def set_invited(survey_id: str, invited: int | None, *, desk: Desk) -> Survey:
    """Say how many were asked in a round; raises InvalidInput, IllegalMove."""
    with desk.new_uow() as uow:
        survey = uow.surveys.get(survey_id)
        _require_open(uow.changes.get(survey.change))
        _require_invited(invited, len(survey.responses))
        saved = uow.surveys.save(replace(survey, invited=invited))
        text = _("{n} people were invited to answer").format(n="–" if invited is None else invited)
        uow.log.append(NewEvent("feedback.invited", text, survey.change, (survey.id,)))
        uow.commit()
    return saved


def add_answer(survey_id: str, response: Response, *, desk: Desk) -> Survey:
    """Add one answer to a round by hand; raises InvalidInput, IllegalMove."""
    _require_said(response)
    with desk.new_uow() as uow:
        survey = uow.surveys.get(survey_id)
        _require_open(uow.changes.get(survey.change))
        _require_invited(survey.invited, len(survey.responses) + 1)
        saved = uow.surveys.save(replace(survey, responses=(*survey.responses, response)))
        uow.log.append(
            NewEvent("feedback.added", _("Added an answer"), survey.change, (survey.id,))
        )
        uow.commit()
    return saved


def correct_answer(survey_id: str, place: int, response: Response, *, desk: Desk) -> Survey:
    """Put another answer in the place of one; the log keeps what stood there.

    Raises:
        InvalidInput: It says nothing.
        NotFound: There is no answer at this place.
        IllegalMove: The change is closed or canceled.
    """
    _require_said(response)
    with desk.new_uow() as uow:
        survey = uow.surveys.get(survey_id)
        _require_open(uow.changes.get(survey.change))
        if not 0 <= place < len(survey.responses):
            raise NotFound(_("There is no answer {n} in this round.").format(n=place + 1))
        before = survey.responses
        if before[place] == response:
            return survey
        after = (*before[:place], response, *before[place + 1 :])
        saved = uow.surveys.save(replace(survey, responses=after))
        text = _("Corrected answer {n} from “{was}” to “{now}”").format(
            n=place + 1, was=_told(before[place]), now=_told(response)
        )
        uow.log.append(NewEvent("feedback.corrected", text, survey.change, (survey.id,)))
        uow.commit()
    return saved


def _told(response: Response) -> str:
    rating = "" if response.rating is None else f"{response.rating} / {MOST}"
    told = (rating, response.role, response.text, str(response.said_on or ""))
    return ", ".join(part for part in told if part)


def _require_said(response: Response) -> None:
    if response.rating is None and not response.text.strip():
        raise InvalidInput(_("An answer has a rating or a comment."))
    if response.rating is not None and not LEAST <= response.rating <= MOST:
        raise InvalidInput(_("A rating is {least} to {most}.").format(least=LEAST, most=MOST))


def _require_invited(invited: int | None, answered: int) -> None:
    if invited is None:
        return
    if not answered <= invited <= MOST_INVITED:
        raise InvalidInput(
            _("{answered} answered, so at least as many were invited.").format(answered=answered),
            hint=_("Correct the number, or leave it empty."),
        )


def _require_open(change: Change) -> None:
    if not change.state.is_open:
        raise IllegalMove(_("{number} is closed.").format(number=change.number))


class FormKind(StrEnum):
    """In what shape the questions are sent out."""

    HTML = "html"
    CSV = "csv"
    TEXT = "txt"


def form_of(change: Change, kind: FormKind, reply_to: str = "") -> bytes:
    """Return the questions as a file: a page to fill in, a table, or a text to answer by mail.

    The page has no script and asks for nothing from elsewhere; sending it opens a mail whose text
    `read_pasted` reads. ``reply_to`` is where that mail goes.
    """
    match kind:
        case FormKind.CSV:
            out = io.StringIO()
            csv.writer(out).writerow(("rating", "role", "comment", "date"))
            return out.getvalue().encode("utf-8-sig")
        case FormKind.TEXT:
            return _text_form(change).encode()
        case FormKind.HTML:
            return _html_form(change, reply_to).encode()


def _question(change: Change) -> str:
    service = change.business_service or change.title
    return _("How well does “{service}” work for you since the change?").format(service=service)


def _heading(change: Change) -> str:
    heading = f"{change.number}: {change.title}"
    return f"{_('Example data')}. {heading}" if change.is_example else heading


def _text_form(change: Change) -> str:
    scale = _("{least} = much worse, 3 = the same, {most} = much better").format(
        least=LEAST, most=MOST
    )
    return "\n".join(
        (_heading(change), "", _question(change), scale, "", "Rating: ",
         "Role: ", "Comment: ", "")
    )  # fmt: skip


def _html_form(change: Change, reply_to: str) -> str:
    title = html.escape(_heading(change))
    subject = html.escape(f"{change.number} feedback".replace(" ", "%20"), quote=True)
    action = f"mailto:{html.escape(reply_to, quote=True)}?subject={subject}"
    radios = "".join(
        f'<label><input type="radio" name="rating" value="{n}" required> {n}</label> '
        for n in range(LEAST, MOST + 1)
    )
    scale = html.escape(_("1 = much worse, 3 = the same, 5 = much better"))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{{font:16px sans-serif;max-width:36em;margin:2em auto}}label{{margin-right:1em}}
textarea,input[type=text]{{width:100%;font:inherit}}</style></head><body>
<h1>{title}</h1>
<form action="{action}" method="post" enctype="text/plain">
<p>{html.escape(_question(change))}<br><small>{scale}</small></p><p>{radios}</p>
<p>{html.escape(_("Your role or team"))}<br><input type="text" name="role" maxlength="80"></p>
<p>{html.escape(_("What did you notice?"))}<br>
<textarea name="comment" rows="6" maxlength="2000"></textarea></p>
<p><button>{html.escape(_("Send by mail"))}</button></p></form></body></html>
"""
