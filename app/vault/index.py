"""The list of members beside every tar object: one JSON line each, so that any tool can read it."""

import base64
import json
from collections.abc import Callable

from app.errors import VaultDamaged
from app.vault.seal import Sink
from app.vault.tarheader import Member, MemberType


class IndexWriter:
    """Writes one line for every member a `TarReader` tells of."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def begin(self, member: Member) -> None:
        """Nothing is known yet."""

    def data(self, offset: int, chunk: memoryview) -> None:
        """The reader hashes already."""

    def end(self, member: Member, sha256: str) -> None:
        """Write the line."""
        self._sink.feed(encode_line(member, sha256))


def encode_line(member: Member, sha256: str) -> bytes:
    """Return a member as one line: sorted keys, names as text, or in base64 when they are none."""
    fields: dict[str, object] = {
        "type": member.type.value,
        "size": member.size,
        "mode": member.mode,
        "uid": member.uid,
        "gid": member.gid,
        "mtime_ns": member.mtime_ns,
        **_name("path", member.path),
    }
    if sha256:
        fields["sha256"] = sha256
    if member.link:
        fields |= _name("link", member.link)
    if member.sparse:
        fields["sparse"] = True
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8") + b"\n"


def decode_line(line: bytes) -> tuple[Member, str]:
    """Read a line back; raises VaultDamaged."""
    try:
        fields = json.loads(line)
        member = Member(
            path=_bytes(fields, "path"),
            type=MemberType(fields["type"]),
            size=int(fields["size"]),
            mode=int(fields["mode"]),
            uid=int(fields["uid"]),
            gid=int(fields["gid"]),
            mtime_ns=int(fields["mtime_ns"]),
            link=_bytes(fields, "link"),
            sparse=bool(fields.get("sparse", False)),
        )
        return member, str(fields.get("sha256", ""))
    except (ValueError, KeyError, TypeError) as error:
        raise VaultDamaged(f"A line of the index is not readable ({error}).") from error


class IndexLines:
    """A sink that hands every member of an index to ``on_member``."""

    def __init__(self, on_member: Callable[[Member, str], object]) -> None:
        self._on_member = on_member
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the index."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._on_member(*decode_line(line))


def _name(key: str, value: bytes) -> dict[str, object]:
    try:
        return {key: value.decode("utf-8")}
    except UnicodeDecodeError:
        return {f"{key}_base64": base64.b64encode(value).decode("ascii")}


def _bytes(fields: dict[str, object], key: str) -> bytes:
    if f"{key}_base64" in fields:
        return base64.b64decode(str(fields[f"{key}_base64"]), validate=True)
    return str(fields.get(key, "")).encode("utf-8")
