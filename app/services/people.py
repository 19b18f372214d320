"""People, their roles, and the keys that sign their decisions."""

from dataclasses import replace
from enum import StrEnum

from app.domain.event import NewEvent
from app.domain.ids import new_id
from app.domain.people import Person, person_key, same_person
from app.errors import IllegalMove, InvalidInput, SecretUnavailable, SignerChanged, SignerUnknown
from app.i18n import _
from app.secrets import SecretKeeper
from app.services.change.changes import Desk
from app.services.people_words import role_word
from app.services.ports.store import UnitOfWork
from app.services.signed_files import Sealed
from app.signing import Signer, fingerprint, from_base64, signer_from

MAX_NAME = 120


def list_people(*, desk: Desk) -> tuple[Person, ...]:
    """Return everybody that is listed, by name."""
    with desk.new_uow() as uow:
        return tuple(sorted(uow.people.list(), key=lambda person: person_key(person.name)))


def save_person(person: Person, *, desk: Desk) -> Person:
    """Add somebody, or keep another name, other roles or services; keys have verbs of their own.

    Raises:
        InvalidInput: The name is missing, too long, or taken.
    """
    name = " ".join(person.name.split())
    if not name or len(name) > MAX_NAME:
        raise InvalidInput(_("A name has 1 to {n} characters.").format(n=MAX_NAME))
    with desk.new_uow() as uow:
        if any(same_person(o.name, name) and o.id != person.id for o in uow.people.list()):
            raise InvalidInput(_("{name} is listed already.").format(name=name))
        known = uow.people.find(person.id) if person.id else None
        person = replace(person, name=name, roles=tuple(dict.fromkeys(person.roles)))
        if known is None:
            person = replace(
                person, id=new_id(), key="", key_confirmed_by="", key_confirmed_at=None
            )
            uow.people.add(person)
            saved, text = person, _("Listed {name}: {roles}")
        else:
            _refuse_key(known, person)
            saved, text = uow.people.save(person), _("Changed {name}: {roles}")
        roles = ", ".join(role_word(role) for role in saved.roles) or _("no role")
        uow.log.append(
            NewEvent("person.saved", text.format(name=saved.name, roles=roles), refs=(saved.id,))
        )
        uow.commit()
    return saved


def forget_key(person_id: str, reason: str, *, desk: Desk) -> Person:
    """Forget the confirmed key of somebody who has a new one; the next one is confirmed anew.

    Raises:
        IllegalMove: No reason is given, or there is no key.
    """
    if not reason.strip():
        raise IllegalMove(_("Say why the key no longer holds."))
    with desk.new_uow() as uow:
        person = uow.people.get(person_id)
        if not person.key:
            raise IllegalMove(_("No key of {name} is confirmed.").format(name=person.name))
        old = fingerprint(from_base64(person.key))
        saved = uow.people.save(replace(person, key="", key_confirmed_by="", key_confirmed_at=None))
        text = _("Forgot the key {key} of {name}: {why}").format(
            key=old, name=person.name, why=reason.strip()
        )
        uow.log.append(NewEvent("person.key_forgotten", text, refs=(person.id,)))
        uow.commit()
    return saved


def confirmed_key(name: str, sealed: Sealed, confirm: str, *, desk: Desk) -> None:
    """See to it that a signature was made with the confirmed key of a person.

    On first use ``confirm`` must be the fingerprint, compared by somebody; it is pinned then.

    Raises:
        SignerUnknown: No key of this person is confirmed yet, and ``confirm`` is not this one.
        SignerChanged: Another key is confirmed for this person.
    """
    with desk.new_uow() as uow:
        person = _listed(name, uow)
        if person is not None and person.key:
            if person.key != sealed.key:
                raise SignerChanged(
                    _("{name} signed with key {new}, but key {old} is confirmed.").format(
                        name=name,
                        new=sealed.fingerprint,
                        old=fingerprint(from_base64(person.key)),
                    ),
                    hint=_("Ask {name}. If the key was replaced, forget the old one in"
                           " Settings, People.").format(name=name),
                )  # fmt: skip
            return
        if confirm != sealed.fingerprint:
            raise SignerUnknown(
                name,
                sealed.fingerprint,
                _("Nobody has confirmed yet that key {key} is the key of {name}.").format(
                    key=sealed.fingerprint, name=name
                ),
                hint=_("Compare the fingerprint with {name}, by phone or face to face.").format(
                    name=name
                ),
            )
        _pin(person or Person(new_id(), " ".join(name.split())), sealed, uow, desk)
        uow.commit()


class KeyState(StrEnum):
    """What is known of the key a file was signed with."""

    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"
    CHANGED = "changed"

    @property
    def words(self) -> str:
        """The state in words."""
        return {
            KeyState.CONFIRMED: _("which is confirmed"),
            KeyState.UNKNOWN: _("which nobody has confirmed yet"),
            KeyState.CHANGED: _("which is not the confirmed one"),
        }[self]


def key_state(name: str, sealed: Sealed, *, desk: Desk) -> KeyState:
    """Return whether the key of a signed file is the confirmed key of a person."""
    with desk.new_uow() as uow:
        person = _listed(name, uow)
    if person is None or not person.key:
        return KeyState.UNKNOWN
    return KeyState.CONFIRMED if person.key == sealed.key else KeyState.CHANGED


def _pin(person: Person, sealed: Sealed, uow: UnitOfWork, desk: Desk) -> None:
    pinned = replace(
        person, key=sealed.key, key_confirmed_by=desk.actor, key_confirmed_at=desk.clock.now()
    )
    if uow.people.find(person.id) is None:
        uow.people.add(pinned)
    else:
        uow.people.save(pinned)
    text = _("Confirmed key {key} of {name}").format(key=sealed.fingerprint, name=person.name)
    uow.log.append(NewEvent("person.key_confirmed", text, refs=(person.id,)))


def own_signer(name: str, secrets: SecretKeeper) -> Signer:
    """Return the signer of a person, with a key in the keyring that is made on first use.

    Raises:
        SecretUnavailable: There is no keyring, so the key would be gone with the program.
    """
    if not secrets.lasting:
        raise SecretUnavailable(
            _("This system has no keyring that could keep a signing key."),
            hint=_("Set up the system's keyring, then sign."),
        )
    return signer_from(secrets, f"approval/{person_key(name)}")


def own_fingerprint(name: str, secrets: SecretKeeper) -> str:
    """Return the fingerprint of a person's own key, to be told by phone; makes it on first use."""
    return fingerprint(own_signer(name, secrets).public_key())


def _listed(name: str, uow: UnitOfWork) -> Person | None:
    return next((person for person in uow.people.list() if same_person(person.name, name)), None)


def _refuse_key(known: Person, person: Person) -> None:
    if (known.key, known.key_confirmed_by) != (person.key, person.key_confirmed_by):
        raise IllegalMove(_("A key is confirmed with what it signed, or forgotten by name."))
