"""The passphrase of the window lock, and what is forgotten with it, over the real services."""

import pytest

from app.bootstrap import Surroundings, open_services
from app.domain.host import Host
from app.domain.ids import HostId
from app.errors import InvalidInput
from app.secrets import SessionSecrets
from app.services import window_lock
from app.services.window_lock import WrongPassphrase, choose, give_up, is_chosen, opens

GOOD = "three quiet herons"


class Keyring(SessionSecrets):
    """A keyring that outlives the program."""

    lasting = True


@pytest.fixture
def keyring():
    return Keyring()


@pytest.fixture
def services(new_data, keyring):
    opened = open_services(new_data, Surroundings(actor="Nomsa", secrets=keyring))
    yield opened
    opened.close()


def test_only_the_passphrase_opens_and_only_a_hash_of_it_is_kept(services, keyring):
    secrets = services.secrets
    assert not is_chosen(secrets)
    assert not opens("", secrets)
    choose(GOOD, "", secrets=secrets, desk=services.desk)
    assert is_chosen(secrets)
    assert opens(GOOD, secrets)
    for wrong in ("", GOOD.title(), f"{GOOD} ", GOOD[:-1], "three"):
        assert not opens(wrong, secrets), wrong
    kept = keyring.get(window_lock.KEPT_AS)
    assert kept.startswith("scrypt$")
    assert "heron" not in kept
    choose(GOOD, GOOD, secrets=secrets, desk=services.desk)
    assert keyring.get(window_lock.KEPT_AS) != kept, "the same passphrase has another salt"


@pytest.mark.parametrize(
    "strange", ["", "$", "$$", "scrypt$$", "scrypt$????$AAAA", "plain$AAAA$AAAA", "scrypt$AA==$"]
)
def test_what_is_no_hash_is_opened_by_nothing(services, keyring, strange):
    keyring.set(window_lock.KEPT_AS, strange)
    for typed in ("", "AAAA", GOOD, strange):
        assert not opens(typed, services.secrets)


def test_it_is_changed_and_given_up_only_by_who_knows_it(services):
    secrets, desk = services.secrets, services.desk
    with pytest.raises(InvalidInput, match="too short"):
        choose("heron", "", secrets=secrets, desk=desk)
    assert not is_chosen(secrets)
    choose(GOOD, "", secrets=secrets, desk=desk)
    for typed in ("", "another one"):
        with pytest.raises(WrongPassphrase):
            choose("a passer-by's own", typed, secrets=secrets, desk=desk)
        with pytest.raises(WrongPassphrase):
            give_up(typed, secrets=secrets, desk=desk)
    assert opens(GOOD, secrets)
    give_up(GOOD, secrets=secrets, desk=desk)
    assert not is_chosen(secrets)


def test_the_log_tells_of_it_and_never_the_passphrase(services):
    secrets, desk = services.secrets, services.desk
    choose(GOOD, "", secrets=secrets, desk=desk)
    window_lock.note_refused(3, desk=desk)
    give_up(GOOD, secrets=secrets, desk=desk)
    told = services.queries.events(limit=10)
    assert {"lock.chosen", "lock.refused", "lock.given_up"} <= {event.kind for event in told}
    assert any("3 wrong passphrases" in event.text for event in told)
    assert not any("heron" in str(event) for event in told)


def test_what_is_held_in_memory_is_forgotten_and_what_the_keyring_holds_stays(services, keyring):
    host = Host(HostId("db-01"), "db-01", "127.0.0.1", sudo=True)
    services.secrets.set(host.sudo_secret, "sudo's")
    services.secrets.set(host.login_secret, "the key's")
    assert keyring.get(host.sudo_secret) is None
    services.vault.make()
    vault = services.vault.open()
    services.forget_held()
    assert services.secrets.get(host.sudo_secret) is None
    assert services.secrets.get(host.login_secret) == "the key's"
    assert services.vault.open() is not vault, "its key was asked for again"
