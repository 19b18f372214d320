"""Why a setting of OpenSSH is not taken over; harmless ones are not worth a word."""

from app.i18n import _, later
from app.ssh.openssh.lines import Line

_SILENT = frozenset(
    {
        "addkeystoagent", "batchmode", "checkhostip", "ciphers", "compression",
        "connectionattempts", "connecttimeout", "controlmaster", "controlpath", "controlpersist",
        "escapechar", "forkafterauthentication", "gssapiauthentication", "hashknownhosts",
        "hostkeyalgorithms", "identitiesonly", "ignoreunknown", "include", "ipqos",
        "kbdinteractiveauthentication", "kexalgorithms", "loglevel", "macs",
        "numberofpasswordprompts", "passwordauthentication", "preferredauthentications",
        "pubkeyacceptedalgorithms", "pubkeyauthentication", "rekeylimit", "requesttty", "sendenv",
        "serveralivecountmax", "serveraliveinterval", "setenv", "streamlocalbindunlink",
        "tcpkeepalive", "updatehostkeys", "usekeychain", "verifyhostkeydns", "visualhostkey",
        "xauthlocation",
    }
)  # fmt: skip
"""Settings of the connection itself, which this program decides for all hosts alike."""
_WHY = {
    "proxycommand": later("No program is ever started for a connection; name a jump host instead."),
    "forwardagent": later("The agent is never forwarded to a server."),
    "forwardx11": later("Windows of a server are never forwarded."),
    "forwardx11trusted": later("Windows of a server are never forwarded."),
    "localforward": later("Ports are not forwarded."),
    "remoteforward": later("Ports are not forwarded."),
    "dynamicforward": later("Ports are not forwarded."),
    "stricthostkeychecking": later("Host keys are always strict: a person confirms each one."),
    "userknownhostsfile": later("Host keys are always strict: a person confirms each one."),
    "globalknownhostsfile": later("Host keys are always strict: a person confirms each one."),
    "hostkeyalias": later("The key is confirmed for the host itself."),
    "certificatefile": later(
        "A certificate is found beside its key, as NAME-cert.pub; it cannot lie elsewhere."
    ),
    "identityagent": later("The agent of the session is used, and no other."),
    "pkcs11provider": later("A smart card is reached through the agent only."),
    "securitykeyprovider": later("A security key is reached through the agent only."),
    "remotecommand": later("Commands belong into the runbook."),
    "localcommand": later("No program is ever started for a connection."),
    "permitlocalcommand": later("No program is ever started for a connection."),
    "canonicalizehostname": later("Names are looked up as they are written."),
    "canonicaldomains": later("Names are looked up as they are written."),
    "bindaddress": later("The system chooses from which address to connect."),
    "bindinterface": later("The system chooses from which address to connect."),
    "addressfamily": later("The system chooses the family of addresses."),
}
_OFF = ("no", "false", "none")
_ASKED_OFF = frozenset({"forwardagent", "forwardx11", "forwardx11trusted", "permitlocalcommand"})
_ASKED_ON = frozenset({"stricthostkeychecking"})


def why_unused(line: Line) -> str:
    """Return why a line is not taken over, "" when it makes no difference."""
    value = line.words[0].lower()
    if line.key in _SILENT or (line.key in _ASKED_OFF and value in _OFF):
        return ""
    if line.key in _ASKED_ON and value in ("yes", "ask"):
        return ""
    why = _WHY.get(line.key, later("“{key}” is not taken over."))
    return _(why).format(key=line.key)
