"""A system that cannot sync any more: from here on the kernel answers with an input/output error.

By a filter of system calls, as a failing disk would do it: the program's own code and SQLite's run
unaltered. It cannot be taken back, so it belongs into a process that ends soon. Linux only.
"""

import ctypes
import errno
import platform
import struct

_SYNCS = {"x86_64": (74, 75), "aarch64": (82, 83)}
"""The numbers of fsync and fdatasync."""
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def no_more_syncs() -> None:
    """Let each fsync and fdatasync of this process fail; raises OSError where it cannot."""
    first, second = _SYNCS[platform.machine()]
    steps = b"".join(
        struct.pack("=HBBI", *step)
        for step in (
            (_LOAD, 0, 0, 0),  # the number of the call
            (_JUMP_IF_EQUAL, 1, 0, first),
            (_JUMP_IF_EQUAL, 0, 1, second),
            (_RETURN, 0, 0, _ERRNO | errno.EIO),
            (_RETURN, 0, 0, _ALLOW),
        )
    )
    libc = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(steps) // 8, steps)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        _PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program)
    ):
        raise OSError(ctypes.get_errno(), "no filter of system calls")
