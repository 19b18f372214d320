"""A connection to a server with a waiver: SHA-1 for its host key and the key exchange too.

paramiko itself has dropped both; servers from before 2013 have nothing else. Nothing here is
used, or even loaded, without a waiver that holds.
"""

import hashlib
from typing import ClassVar

from cryptography.hazmat.primitives.hashes import SHA1
from paramiko import RSAKey
from paramiko.kex_group14 import KexGroup14SHA256

from app.ssh.wire import Wire


class OldRsaKey(RSAKey):
    """An RSA key whose signature may be made with SHA-1."""

    HASHES: ClassVar = {**RSAKey.HASHES, "ssh-rsa": SHA1}  # type: ignore[misc]  # Final there


class OldExchange(KexGroup14SHA256):
    """Diffie-Hellman over 2048 bits, hashed with SHA-1 (RFC 4253)."""

    name = "diffie-hellman-group14-sha1"
    hash_algo = hashlib.sha1


class OldWire(Wire):
    """Offers the old algorithms after all others."""

    _key_info: ClassVar = {**Wire._key_info, "ssh-rsa": OldRsaKey}  # type: ignore[attr-defined]
    _kex_info: ClassVar = {**Wire._kex_info, OldExchange.name: OldExchange}  # type: ignore[attr-defined]
    _preferred_keys = (*Wire._preferred_keys, "ssh-rsa")  # type: ignore[attr-defined]
    _preferred_kex = (*Wire._preferred_kex, OldExchange.name)  # type: ignore[attr-defined]
