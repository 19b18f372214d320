"""Keys and the vault's own record: kept for the owner only, and never believed unchecked."""

import json
import os
import stat
from dataclasses import replace

import pytest

from app.domain.backup import Level, Outcome
from app.errors import NotFound, SecretUnavailable, VaultDamaged
from app.tasks import TaskContext
from app.vault import age
from app.vault.format import encode_signed
from app.vault.keys import VaultKeys
from app.vault.opening import create_vault, exists, keys_in_file, keys_in_secrets, open_vault
from tests.vault.conftest import sources, take


class Ring:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def set(self, name: str, value: str) -> None:
        self.kept[name] = value

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)


def test_a_vault_is_made_once_and_opened_with_the_keys_in_the_keyring(tmp_path, clock):
    ring = Ring()
    root = tmp_path / "vault"
    assert not exists(root)
    made = create_vault(
        root, clock, lambda keys, name: keys.keep_in_secrets(ring, name), reserve_bytes=4096
    )
    assert exists(root)
    assert (root / "reserve.bin").stat().st_size == 4096
    again = open_vault(root, clock, keys_in_secrets(ring))
    assert again.id == made.vault.id
    assert made.recovery_key.startswith("AGE-SECRET-KEY-1")
    assert made.recovery_key not in ring.kept.values()
    for path in root.rglob("*"):
        if path.is_file() and path.name != "reserve.bin":
            for secret in (made.recovery_key, *ring.kept.values()):
                assert secret not in path.read_text("utf-8", "replace")


def test_secrets_are_not_shown_when_an_object_is_printed(made):
    assert "AGE-SECRET-KEY-1" not in repr(made)
    assert "AGE-SECRET-KEY-1" not in repr(made.vault)
    assert "seed" not in repr(made.vault.core.keys)


def test_without_its_keys_a_vault_stays_closed(made, clock):
    with pytest.raises(SecretUnavailable, match="does not hold the keys"):
        open_vault(made.vault.root, clock, keys_in_secrets(Ring()))
    with pytest.raises(SecretUnavailable, match="does not belong"):
        open_vault(made.vault.root, clock, lambda name: VaultKeys.new())
    with pytest.raises(NotFound):
        open_vault(made.vault.root / "sets", clock, lambda name: VaultKeys.new())


def test_a_key_file_others_can_read_is_refused(made, clock, tmp_path):
    path = tmp_path / "vault.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert open_vault(made.vault.root, clock, keys_in_file(path)).id == made.vault.id
    path.chmod(0o640)
    with pytest.raises(SecretUnavailable, match="read by others"):
        open_vault(made.vault.root, clock, keys_in_file(path))
    with pytest.raises(FileExistsError):
        made.vault.core.keys.keep_in_file(path, made.vault.id)


@pytest.mark.parametrize(
    "text", ["", "AGE-SECRET-KEY-1NONSENSE", "# signing key: !!\nAGE-SECRET-KEY-1X", "\xff"]
)
def test_a_key_file_that_holds_no_key_is_refused(tmp_path, text):
    path = tmp_path / "bad.key"
    path.write_text(text, "latin-1")
    path.chmod(0o600)
    with pytest.raises(SecretUnavailable):
        VaultKeys.from_file(path)


def test_a_key_file_with_a_damaged_signing_key_is_refused(tmp_path):
    path = tmp_path / "bad.key"
    path.write_text(f"# signing key: AAAA\n{age.new_identity()}\n")
    path.chmod(0o600)
    with pytest.raises(SecretUnavailable, match="signing key"):
        VaultKeys.from_file(path)


def test_the_recovery_key_alone_opens_proves_and_restores_but_seals_nothing(
    made, clock, remote, shop, tmp_path
):
    taken = take(made.vault, remote, *sources(remote, shop))
    path = tmp_path / "printed.key"
    path.write_text(made.recovery_key + "\n")
    path.chmod(0o600)
    recovered = open_vault(made.vault.root, clock, keys_in_file(path))
    (seen,) = recovered.sets()
    assert seen.id == taken.id
    proof = recovered.verify(seen, Level.READABLE, by="", context=TaskContext())
    assert proof.outcome is Outcome.PASSED
    assert recovered.restore(seen, tmp_path / "out", TaskContext()).members == 9
    assert recovered.reconcile([]).adopted[0].id == taken.id
    with pytest.raises(SecretUnavailable, match="nothing can be sealed"):
        take(recovered, remote, *sources(remote, shop))


def rewrite(root, change) -> None:
    path = root / "vault.json"
    told = json.loads(path.read_bytes())
    change(told)
    path.chmod(0o600)
    path.write_text(json.dumps(told))


def test_a_recipient_added_behind_our_back_is_noticed(made, clock, tmp_path):
    thief = age.recipient_of(age.new_identity())
    rewrite(made.vault.root, lambda told: told["record"]["recipients"].append(thief))
    with pytest.raises(VaultDamaged, match="signature"):
        open_vault(made.vault.root, clock, keys_in_file(tmp_path / "vault.key"))


def test_a_record_signed_by_somebody_else_is_noticed(made, clock, tmp_path):
    stranger = VaultKeys.new()
    forged = replace(made.vault.core.record, signing_key=stranger.public_pem)
    path = made.vault.root / "vault.json"
    path.chmod(0o600)
    path.write_bytes(encode_signed(forged, stranger))
    with pytest.raises(VaultDamaged, match="signature"):
        open_vault(made.vault.root, clock, keys_in_file(tmp_path / "vault.key"))


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"record": 1, "signature": ""}', b"\xff"])
def test_a_record_that_is_not_readable_is_named(made, clock, tmp_path, data):
    path = made.vault.root / "vault.json"
    path.chmod(0o600)
    path.write_bytes(data)
    with pytest.raises(VaultDamaged):
        open_vault(made.vault.root, clock, keys_in_file(tmp_path / "vault.key"))


def test_a_vault_of_a_later_format_is_left_alone(made, clock, tmp_path):
    later = replace(made.vault.core.record, format=2)
    path = made.vault.root / "vault.json"
    path.chmod(0o600)
    path.write_bytes(encode_signed(later, made.vault.core.keys))
    with pytest.raises(VaultDamaged, match="later version"):
        open_vault(made.vault.root, clock, keys_in_file(tmp_path / "vault.key"))


def test_a_folder_of_sets_without_its_record_is_not_made_into_a_new_vault(
    made, clock, remote, shop
):
    take(made.vault, remote, *sources(remote, shop))
    (made.vault.root / "vault.json").unlink()
    with pytest.raises(VaultDamaged, match=r"vault\.json is gone"):
        create_vault(made.vault.root, clock, lambda keys, name: None)


def test_a_reserve_that_was_used_is_put_back_when_the_vault_is_opened(made, clock, tmp_path):
    made.vault.core.layout.reserve.unlink()
    open_vault(made.vault.root, clock, keys_in_file(tmp_path / "vault.key"), reserve_bytes=8192)
    assert made.vault.core.layout.reserve.stat().st_size == 8192


def test_all_folders_are_for_the_owner_only(made):
    folders = [made.vault.root, *(p for p in made.vault.root.rglob("*") if p.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    assert os.listdir(made.vault.root / "sets") == []
