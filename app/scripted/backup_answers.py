"""How a made-up host answers the vault: what `app.vault.scripts` would do on a real one."""

from collections.abc import Iterator

from app.scripted import tree
from app.scripted.call import Answer, Call
from app.vault import scripts
from app.vault.restoring import scripts as restore_scripts

_TOOLS = ("tar", "nice", "sha256sum", "find", "xargs", "sha256sum_z", "find_printf")
_TAR_OPTIONS = ("--format=pax", "--numeric-owner", "--one-file-system")
_FREE_KIB = 40 << 20


def _said(nonce: str, *pairs: tuple[str, object]) -> bytes:
    lines = (*pairs, ("end", "end"))
    return "".join(f"CD {nonce} {key} {value}\n" for key, value in lines).encode()


def _probe(call: Call) -> Iterator[bytes]:
    machine = call.machine
    yield _said(
        call.args[0],
        ("uid", 0),
        ("clock", int(call.now_s)),
        ("machine_id", machine.machine_id),
        ("boot_id", machine.boot_id),
        ("tar", "tar (GNU tar) 1.34"),
        *(("has", tool) for tool in _TOOLS),
        *(("tar_option", option) for option in _TAR_OPTIONS),
    )


def _estimate(call: Call) -> Iterator[bytes]:
    nonce, *paths = call.args
    files = call.machine.files
    sizes = (len(files[name].data) for path in paths for name in tree.below(files, path))
    yield _said(nonce, ("kilobytes", sum(size // 1024 + 4 for size in sizes)))


def _command(call: Call) -> Iterator[bytes]:
    nonce, name, *words = call.args
    call.stderr += f"CD-BEGIN {nonce}\n".encode()
    yield f"CD-DATA {nonce}\n".encode()
    if name == "tar":
        paths = [word.removeprefix(".") for word in words[words.index("--") + 1 :]]
        yield tree.pack(call.machine.files, paths)
        missing = [path for path in paths if path not in call.machine.files]
        for path in missing:
            call.complain(f"tar: .{path}: Cannot stat: No such file or directory", 2)
    else:
        call.complain(f"{name}: not installed on this made-up host", 127)
    call.end(nonce, **{name: call.code})


def _facts(call: Call) -> Iterator[bytes]:
    nonce, machine = call.args[0], call.machine
    call.stderr += f"CD-BEGIN {nonce}\n".encode()
    parts = (
        ("Time: date -u", (f"{call.clock.now():%a %b %d %H:%M:%S UTC %Y}",)),
        ("Operating system: /etc/os-release", ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',)),
        ("Packages: dpkg-query", (f"{name} {text}" for name, text in machine.packages.items())),
        ("Running services: systemctl", (f"{n} {s}" for n, s in machine.services.items())),
        ("Listening ports: ss", (f"tcp LISTEN 0.0.0.0:{port}" for port in machine.ports)),
    )
    yield f"CD-DATA {nonce}\n".encode()
    for title, lines in parts:
        yield "\n".join((f"\n== {title}", *lines, "")).encode()
    yield f"\n== End of facts {nonce}\n".encode()
    call.end(nonce, facts=0)


def _hashes(call: Call) -> Iterator[bytes]:
    nonce, base, *option = call.args
    yield f"CD-DATA {nonce}\n".encode()
    names = [name for name in bytes(call.stdin).split(b"\0") if name]
    yield tree.hashes(call.machine.files, base, names, b"\0" if option else b"\n")
    call.end(nonce, sha256sum=0)


def _listing(call: Call) -> Iterator[bytes]:
    nonce, folder, depth = call.args
    yield f"CD-DATA {nonce}\n".encode()
    yield tree.listing(call.machine.files, folder, itself=depth == "0")
    call.end(nonce, find=0)


def _room(call: Call) -> Iterator[bytes]:
    nonce, *folders = call.args
    yield _said(nonce, *(("free", f"{_FREE_KIB} /") for _folder in folders))


def _unpack(call: Call) -> Iterator[bytes]:
    nonce, side, *words = call.args
    call.stderr += f"CD-BEGIN {nonce}\n".encode()
    yield f"CD-DATA {nonce}\n".encode()
    wanted = words[words.index("--") + 1].removeprefix(".") if "--" in words else ""
    tree.unpack(call.machine, bytes(call.stdin), side, wanted)
    call.end(nonce, tar=0)


def _swap(call: Call) -> Iterator[bytes]:
    nonce, *words = call.args
    files, kept = call.machine.files, []
    for how, source, target in zip(words[::3], words[1::3], words[2::3], strict=True):
        if how == "carry":
            tree.remove(files, target)
        if tree.move(files, source, target) and how == "aside":
            kept.append(("kept", target))
    yield _said(nonce, *kept)


def _undo(call: Call) -> Iterator[bytes]:
    nonce, *words = call.args
    files = call.machine.files
    moves = zip(words[::4], words[1::4], words[2::4], words[3::4], strict=True)
    for how, source, target, witness in reversed(list(moves)):
        made = how == "aside" or (source not in files and (not witness or witness in files))
        if made:
            tree.move(files, target, source)
    yield _said(nonce)


def _existing(call: Call) -> Iterator[bytes]:
    nonce, *names = call.args
    there = [at for at, name in enumerate(names) if name in call.machine.files]
    yield _said(nonce, *(("exists", at) for at in there))


def _remove(call: Call) -> Iterator[bytes]:
    nonce, mark, *names = call.args
    for name in names:
        if mark in name:
            tree.remove(call.machine.files, name)
    yield _said(nonce)


ANSWERS: dict[str, Answer] = {
    scripts.PROBE: _probe,
    scripts.ESTIMATE: _estimate,
    scripts.COMMAND: _command,
    scripts.FACTS: _facts,
    scripts.HASHES: _hashes,
    scripts.LISTING: _listing,
    restore_scripts.ROOM: _room,
    restore_scripts.UNPACK: _unpack,
    restore_scripts.SWAP: _swap,
    restore_scripts.UNDO: _undo,
    restore_scripts.EXISTING: _existing,
    restore_scripts.REMOVE_MARKED: _remove,
}
"""What the vault sends, and how it is answered; databases are not held here, so not asked for."""
ALTERING = frozenset(
    {
        restore_scripts.UNPACK,
        restore_scripts.SWAP,
        restore_scripts.UNDO,
        restore_scripts.REMOVE_MARKED,
    }
)
"""The scripts after which the host is another one."""
