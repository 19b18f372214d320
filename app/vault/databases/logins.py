"""How a tool is given its login: as text on standard input, never as a word of a command."""

import json
import re

from app.domain.backup import BackupSource
from app.errors import InvalidInput


class Server:
    """Where a database server is, as its host sees it; the text was checked before."""

    def __init__(self, text: str) -> None:
        self.socket = text if text.startswith("/") else ""
        host, _, port = ("", "", "") if self.socket else text.rpartition(":")
        if not host or text.endswith("]"):  # a name alone, or an address of IPv6 without a port
            host, port = ("" if self.socket else text), ""
        self.host = host.strip("[]")
        self.port = port


def pgpass(source: BackupSource, password: str) -> bytes:
    """Return the lines of a password file for libpq; nothing without a password."""
    secret = _one_line(password).replace("\\", "\\\\").replace(":", "\\:")
    return f"*:*:*:*:{secret}\n".encode() if password and source.login else b""


def conninfo(source: BackupSource, database: str) -> str:
    """Return where libpq connects; every value was checked to need no quotes."""
    server = Server(source.server)
    values = {
        "dbname": database,
        "host": server.socket or server.host,
        "port": server.port,
        "user": source.login,
    }
    return " ".join(f"{name}='{value}'" for name, value in values.items() if value)


def option_file(source: BackupSource, password: str) -> bytes:
    """Return the lines of an option file for MySQL's tools."""
    server = Server(source.server)
    secret = _one_line(password).replace("\\", "\\\\").replace('"', '\\"')
    values = {
        "user": source.login,
        "host": server.host,
        "port": server.port,
        "socket": server.socket,
        "password": f'"{secret}"' if password else "",
    }
    return "".join(f"{name}={value}\n" for name, value in values.items() if value).encode()


def auth_command(source: BackupSource, password: str) -> bytes:
    """Return the command that logs in to Redis; every byte of the password as its code."""
    if not password:
        return b""
    secret = "".join(f"\\x{byte:02x}" for byte in _one_line(password).encode())
    return f'AUTH {f"{source.login} " if source.login else ""}"{secret}"\n'.encode()


def yaml_settings(source: BackupSource, password: str) -> bytes:
    """Return the settings file of MongoDB's tools; JSON strings are YAML strings."""
    return f"password: {json.dumps(_one_line(password))}\n".encode() if source.login else b""


def _one_line(password: str) -> str:
    if re.search(r"[\n\r\0]", password):
        raise InvalidInput("A password of a database is one line.")
    return password
