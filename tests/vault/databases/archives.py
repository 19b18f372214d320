"""Makes archives as mongodump writes them, by its published layout."""

from app.vault.databases.archive import MAGIC, TERMINATOR, crc64

Field = str | bool | int
INT64 = 1 << 31


def bson(**fields: Field) -> bytes:
    """Return a document; numbers from 2**31 on, and those named CRC, take eight bytes."""
    body = b""
    for name, value in fields.items():
        key = name.encode() + b"\0"
        if isinstance(value, bool):
            body += b"\x08" + key + bytes([value])
        elif isinstance(value, int) and (name == "CRC" or abs(value) >= INT64):
            body += b"\x12" + key + (value % (1 << 64)).to_bytes(8, "little")
        elif isinstance(value, int):
            body += b"\x10" + key + value.to_bytes(4, "little", signed=True)
        else:
            text = value.encode() + b"\0"
            body += b"\x02" + key + len(text).to_bytes(4, "little") + text
    return (len(body) + 5).to_bytes(4, "little") + body + b"\0"


def segment(name: str, documents: list[bytes]) -> bytes:
    """Return a segment of a collection: header, documents, terminator."""
    return header(name) + b"".join(documents) + TERMINATOR


def header(name: str, *, eof: bool = False, crc: int = 0) -> bytes:
    database, _, collection = name.partition(".")
    return bson(db=database, collection=collection, EOF=eof, CRC=crc)


def ended(name: str, documents: list[bytes]) -> bytes:
    """Return the last segment of a collection, with the checksum of all its documents."""
    return header(name, eof=True, crc=crc64(b"".join(documents))) + TERMINATOR


def prelude(*names: str) -> bytes:
    about = bson(concurrent_collections=4, version="0.1", server_version="6.0", tool_version="100")
    metadata = [
        bson(db=name.partition(".")[0], collection=name.partition(".")[2], metadata="{}", size=1)
        for name in names
    ]
    return MAGIC + about + b"".join(metadata) + TERMINATOR


def archive(collections: dict[str, list[bytes]]) -> bytes:
    """Return a whole archive."""
    return prelude(*collections) + b"".join(
        (segment(name, documents) if documents else b"") + ended(name, documents)
        for name, documents in collections.items()
    )


def shop(orders: int = 200) -> dict[str, list[bytes]]:
    """Return two small collections."""
    return {
        "shop.orders": [bson(_id=n, item="tea" * 20, paid=n % 2 == 0) for n in range(orders)],
        "shop.empty": [],
    }
