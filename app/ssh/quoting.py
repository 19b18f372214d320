"""Build the one command line that is sent; values are quoted, never pasted in."""

import shlex

Words = tuple[str, ...]


def shell_by_stdin(args: Words) -> Words:
    """Return the command that reads a script from its stdin and gives it ``args``."""
    return ("sh", "-s", "--", *args)


def shell_by_argument(script: str, args: Words) -> Words:
    """Return the command that runs a script with ``args`` and leaves its stdin free."""
    return ("sh", "-c", script, "sh", *args)


def command_line(words: Words) -> str:
    """Return words as one line that any shell splits back into the same words."""
    return shlex.join(words)


def whole_script(script: str) -> bytes:
    """Return a script so that the shell runs it whole or not at all.

    A shell runs what it reads from stdin line by line: when the link breaks half-way, the cut line
    would run too, and a command that reads its stdin would eat the rest of the script. As one
    compound command it is parsed to its end first, and nothing in it sees the stdin.
    """
    return f"{{ :; {script}\n}} </dev/null\n".encode()
