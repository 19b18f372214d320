"""Questions to a server whose answers carry a nonce, and streams that begin after a marker."""

import secrets
from collections.abc import Callable

from app.errors import CommandFailed
from app.redaction import last_words
from app.services.ports.world import Remote, RemoteStream
from app.vault import scripts
from app.vault.mounts import mount_of
from app.vault.producer import Abilities

CHUNK_BYTES = 1 << 18
_NOISE_BYTES = 1 << 20
_PROBE_S = 60.0


def new_nonce() -> str:
    """Return a token no server output can contain by chance."""
    return secrets.token_hex(8)


def probe(remote: Remote) -> Abilities:
    """Ask a server what it can do; raises RemoteError."""
    answers = ask(remote, scripts.PROBE, limit_s=_PROBE_S)
    found: dict[str, list[str]] = {}
    for key, value in answers:
        text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        found.setdefault(key, []).append(text)

    def one(key: str) -> str:
        return found.get(key, [""])[0]

    return Abilities(
        uid=int(one("uid")) if one("uid").isdecimal() else -1,
        clock=int(one("clock")) if one("clock").isdecimal() else None,
        machine_id=one("machine_id")[:64],
        boot_id=one("boot_id")[:64],
        tools=frozenset(found.get("has", ())),
        tar_options=frozenset(found.get("tar_option", ())),
        versions={
            tool: text[0][:200]
            for tool, text in found.items()
            if tool in scripts.VERSIONED and text[0].strip()
        },
        mounts=tuple(mount_of(text) for text in found.get("mount", ())),
    )


def ask(remote: Remote, script: str, *args: str, limit_s: float) -> list[tuple[str, str]]:
    """Run a script that answers in nonce-marked lines; raises CommandFailed when it did not end."""
    nonce = new_nonce()
    result = remote.run(script, nonce, *args, limit_s=limit_s)
    answers = answers_in(result.stdout, nonce)
    if ("end", "end") not in answers:
        raise CommandFailed(
            f"A question to the server was not answered to its end (exit {result.exit_code}).",
            hint=last_words(result.stderr, 300) or "Check that its login shell starts a POSIX sh.",
            host=remote.host.name,
            step="backup",
        )
    return answers


def answers_in(stdout: bytes, nonce: str) -> list[tuple[str, str]]:
    """Return the (key, value) pairs of the lines that carry the nonce."""
    answers: list[tuple[str, str]] = []
    for line in stdout.decode("utf-8", "surrogateescape").split("\n"):
        mark, _, rest = line.partition(" ")
        if mark == "CD" and rest.startswith(f"{nonce} "):
            key, _, value = rest[len(nonce) + 1 :].partition(" ")
            answers.append((key, value))
    return answers


class Payload:
    """What a stream carries after its marker, to be read like a file."""

    def __init__(self, stream: RemoteStream, nonce: str) -> None:
        self._stream = stream
        first = await_marker(stream, nonce)
        self.began = first is not None
        """Whether the marker came at all."""
        self.ended = not self.began
        self._first = first or b""

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, b"" at the end; raises RemoteError."""
        if not self.began:
            return b""
        if self._first:
            data, self._first = self._first[:size], self._first[size:]
            return data
        data = self._stream.read(size)
        self.ended = not data
        return data


def pump(stream: RemoteStream, nonce: str, feed: Callable[[bytes], object]) -> bool:
    """Hand on what follows the marker until the stream ends; return whether the marker came."""
    payload = Payload(stream, nonce)
    while chunk := payload.read(CHUNK_BYTES):
        feed(chunk)
    return payload.began


def await_marker(stream: RemoteStream, nonce: str) -> bytes | None:
    """Read up to the marker; return what came right after it, or None when it never came.

    Whatever a login shell's profile prints before is thrown away.
    """
    marker = f"CD-DATA {nonce}\n".encode()
    seen = b""
    while chunk := stream.read(CHUNK_BYTES):
        seen += chunk
        _, found, rest = seen.partition(marker)
        if found:
            return rest
        if len(seen) > _NOISE_BYTES:
            return None
    return None
