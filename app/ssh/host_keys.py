"""Host keys: what a server shows against what a person has confirmed."""

import base64
import hashlib
from typing import TYPE_CHECKING

from app.domain.host import Host, HostKey, Stage
from app.errors import HostKeyChanged, HostKeyUnknown
from app.i18n import _

if TYPE_CHECKING:
    from paramiko import PKey


def shown_key(key: "PKey") -> HostKey:
    """Return a server's key as a person compares it, with the fingerprint ssh-keygen prints."""
    digest = hashlib.sha256(key.asbytes()).digest()
    sha256 = "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
    return HostKey(key.get_name(), sha256, f"{key.get_name()} {key.get_base64()}")


_LEAST_RSA_BITS = 2048
"""NIST SP 800-131A allows no shorter ones since 2014."""


def is_weak(key: "PKey") -> bool:
    """Whether a host key could be forged by now."""
    return key.get_name() == "ssh-rsa" and key.get_bits() < _LEAST_RSA_BITS


def require_confirmed(host: Host, shown: HostKey) -> None:
    """Compare a shown key with the confirmed one; nothing secret has been sent yet.

    Raises:
        HostKeyUnknown: Nobody has confirmed a key of this host.
        HostKeyChanged: The confirmed key is another one.
    """
    if host.key is None:
        raise HostKeyUnknown(
            _("Nobody has confirmed the key of this host yet. It shows {key}.").format(
                key=shown.sha256
            ),
            hint=_("Compare the fingerprint with the server's administrator, then confirm it."),
            host=host.name,
            step=Stage.HOST_KEY,
        )
    if host.key.line != shown.line:
        raise HostKeyChanged(
            _(
                "The host shows another key, {shown}; confirmed is {confirmed}. Nothing was sent."
            ).format(shown=shown.sha256, confirmed=host.key.sha256),
            hint=_("Ask the server's administrator. Enrol the key again only if they changed it."),
            host=host.name,
            step=Stage.HOST_KEY,
        )


def key_types(host: Host, offered: tuple[str, ...]) -> tuple[str, ...]:
    """Order the key types so that the server shows the kind of key that was confirmed."""
    if host.key is None:
        return offered
    wanted = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")}.get(
        host.key.algorithm, (host.key.algorithm,)
    )
    first = tuple(name for name in offered if name in wanted)
    return first + tuple(name for name in offered if name not in wanted)
