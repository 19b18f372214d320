"""Build the one command line that is sent; values are quoted, never pasted in."""

import re
import shlex

_READ_DIFFERENTLY = re.compile(r"[!\n\\]")
"""What means something else to some login shell even in quotes: csh looks for ``!`` in its history
and ends at a line's end, fish takes a backslash for a sign of its own."""
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _-+=./:,@")

Words = tuple[str, ...]


def shell_by_stdin(args: Words) -> Words:
    """Return the command that reads a script from its stdin and gives it ``args``."""
    return ("sh", "-s", "--", *args)


def shell_by_argument(script: str, args: Words) -> Words:
    """Return the command that runs a script with ``args`` and leaves its stdin free."""
    return ("sh", "-c", script, "sh", *args)


def command_line(words: Words) -> str:
    """Return words as one line that any shell splits back into the same words.

    Where shells would read a word differently, the line is handed to `sh` in a form that none of
    them finds anything in: octal numbers.
    """
    line = shlex.join(words)
    if not any(map(_READ_DIFFERENTLY.search, words)):
        return line
    return f"""sh -c 'eval "$(printf "{_in_octal(f"exec {line}")}")"'"""


def _in_octal(text: str) -> str:
    """Return text as a format of `printf`, every character of meaning as its number."""
    return "".join(chr(b) if b in _PLAIN else f"\\{b:03o}" for b in text.encode())


def whole_script(script: str) -> bytes:
    """Return a script so that the shell runs it whole or not at all.

    A shell runs what it reads from stdin line by line: when the link breaks half-way, the cut line
    would run too, and a command that reads its stdin would eat the rest of the script. As one
    compound command it is parsed to its end first, and nothing in it sees the stdin.
    """
    return f"{{ :; {script}\n}} </dev/null\n".encode()
