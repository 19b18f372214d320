"""Log in by agent, key file or password; each is tried once and named when it fails."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.host import Host, Login
from app.errors import LoginRefused, TimedOut, Unreachable
from app.services.ports import Secrets

if TYPE_CHECKING:
    from paramiko import PKey, Transport


def secret_name(host: Host) -> str:
    """Return the name under which the keyring holds the secret of a host's login."""
    return f"host/{host.id}/{host.login.value}"


def log_in(transport: "Transport", host: Host, secrets: Secrets) -> None:
    """Prove who we are, the way the host's record says and no other.

    Raises:
        LoginRefused: Refused, or the key or secret is missing; ``hint`` says what to do.
        TimedOut: The server did not answer.
        Unreachable: The server closed the connection.
    """
    from paramiko import AuthenticationException, BadAuthenticationType, SSHException  # noqa: PLC0415

    try:
        match host.login:
            case Login.AGENT:
                _by_agent(transport, host)
            case Login.KEY_FILE:
                transport.auth_publickey(host.user, _load_key(host, secrets))
            case Login.PASSWORD:
                transport.auth_password(host.user, _password(host, secrets), fallback=False)
    except BadAuthenticationType as error:
        raise LoginRefused(
            f"The server does not take a login by {_WORDS[host.login]};"
            f" it offers {', '.join(error.allowed_types)}.",
            hint="Choose another way to log in.",
            host=host.name,
        ) from error
    except AuthenticationException as error:
        if "timeout" in str(error).lower():
            raise TimedOut(
                "The login was not answered in time.", host=host.name, step="login"
            ) from error
        raise LoginRefused(
            f"The server refuses {host.user} with this {_WORDS[host.login]}.",
            hint="It was tried once. Check user and login.",
            host=host.name,
        ) from error
    except (SSHException, EOFError) as error:
        raise Unreachable(
            f"The server closed the connection during the login ({error or 'closed'}).",
            host=host.name,
        ) from error


_WORDS = {Login.AGENT: "agent key", Login.KEY_FILE: "key", Login.PASSWORD: "password"}


def _by_agent(transport: "Transport", host: Host) -> None:
    from paramiko import Agent, AuthenticationException  # noqa: PLC0415 - on first use only

    agent = Agent()
    try:
        keys = agent.get_keys()
        if not keys:
            raise LoginRefused(
                "No SSH agent answers, or it holds no key.",
                hint="Start the agent and add the key, or choose a key file.",
                host=host.name,
            )
        for position, key in enumerate(keys, start=1):
            try:
                transport.auth_publickey(host.user, key)
            except AuthenticationException:
                if position == len(keys):
                    raise
            else:
                return
    finally:
        agent.close()


def _load_key(host: Host, secrets: Secrets) -> "PKey":
    from paramiko import PasswordRequiredException, PKey, SSHException  # noqa: PLC0415
    from paramiko.pkey import UnknownKeyType  # noqa: PLC0415 - on first use only

    path = Path(host.key_file).expanduser()
    passphrase = secrets.get(secret_name(host))
    try:
        return PKey.from_path(path, _as_bytes(passphrase))
    except FileNotFoundError as error:
        raise LoginRefused(
            f"There is no key file {path}.", hint="Choose another one.", host=host.name
        ) from error
    except (PasswordRequiredException, TypeError) as error:
        raise LoginRefused(
            f"The key {path} needs its passphrase.",
            hint="Enter it once; it is kept in the keyring.",
            host=host.name,
        ) from error
    except (SSHException, UnknownKeyType, ValueError, OSError) as error:
        wrong = "or its passphrase is wrong" if passphrase else "or not a private key"
        raise LoginRefused(
            f"The key {path} cannot be read, {wrong}.",
            hint="Check file and passphrase.",
            host=host.name,
        ) from error


def _password(host: Host, secrets: Secrets) -> str:
    password = secrets.get(secret_name(host))
    if password is None:
        raise LoginRefused(
            f"No password for {host.user} is kept.",
            hint="Enter it once; it is kept in the keyring.",
            host=host.name,
        )
    return password


def _as_bytes(passphrase: str | None) -> Any:
    """Return what cryptography wants; paramiko's own annotation of ``from_path`` says str."""
    return passphrase.encode() if passphrase else None
