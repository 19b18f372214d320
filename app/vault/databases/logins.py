"""How a tool is given its login: as text on standard input, never as a word of a command."""

import json
import re

from app.domain.backup import BackupSource
from app.errors import InvalidInput

_NAME = re.compile(r"[A-Za-z0-9_.@:][A-Za-z0-9_.@:-]{0,127}")
_SOCKET = re.compile(r"/[A-Za-z0-9_.@:/-]{1,200}")
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?")


class Server:
    """Where a database server is, as its host sees it."""

    def __init__(self, text: str) -> None:
        found = _ADDRESS.fullmatch(text)
        self.socket = text if _SOCKET.fullmatch(text) else ""
        if text and not self.socket and (not found or text.startswith("-")):
            raise InvalidInput(
                f"“{text}” is no address of a database server.",
                hint="Use name:port, or the path of a socket; leave it empty for the usual one.",
            )
        self.host = found["host"].strip("[]") if found else ""
        self.port = (found["port"] or "") if found else ""


def check_source(source: BackupSource) -> Server:
    """Return where the server is; raises InvalidInput for names that could be anything else."""
    for name, what in ((source.database, "a database"), (source.login, "an account")):
        if name and not _NAME.fullmatch(name):
            raise InvalidInput(f"“{name}” is not the name of {what}.")
    return Server(source.server)


def pgpass(source: BackupSource, password: str) -> bytes:
    """Return the lines of a password file for libpq; nothing without a password."""
    secret = _one_line(password).replace("\\", "\\\\").replace(":", "\\:")
    return f"*:*:*:*:{secret}\n".encode() if password and source.login else b""


def conninfo(source: BackupSource, database: str) -> str:
    """Return where libpq connects; every value was checked to need no quotes."""
    server = check_source(source)
    values = {
        "dbname": database,
        "host": server.socket or server.host,
        "port": server.port,
        "user": source.login,
    }
    return " ".join(f"{name}='{value}'" for name, value in values.items() if value)


def option_file(source: BackupSource, password: str) -> bytes:
    """Return the lines of an option file for MySQL's tools."""
    server = check_source(source)
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
