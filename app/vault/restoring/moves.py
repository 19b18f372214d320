"""The swap of names on a host: doing it, seeing how far it came, and undoing it.

Every move can be told from the names that exist, so a swap that was cut off at any point, even by
a killed program or server, is found again and undone without a record on the server.
"""

from collections.abc import Iterator, Sequence

from app.domain.restore import KEPT, SIDE, Move, MoveHow, RestoreState
from app.errors import BackupFailed, CommandFailed
from app.services.ports.world import Remote
from app.vault.dialogue import ask
from app.vault.restoring import mariadb, postgres, scripts
from app.vault.restoring.ground import Ground

SWAP_S = 300.0
_REMOVE_S = 3600.0
_QUESTION_S = 60.0
_BATCH = 400


def swap(ground: Ground, moves: Sequence[Move]) -> tuple[str, ...]:
    """Swap all names, or none; return where the state before lies.

    Databases of a server go first, each at once; when files then cannot follow, they go back.

    Raises:
        BackupFailed: A database server refused before anything was changed.
        CommandFailed: The swap did not come to its end; `look` tells how far it came.
    """
    kept = [move.kept for move in moves if move.how.is_served and _swap_served(ground, move)]
    words = [
        word
        for move in moves
        if not move.how.is_served
        for word in (move.how.value, move.source, move.target)
    ]
    if words:
        answers = ask(ground.remote, scripts.SWAP, *words, limit_s=SWAP_S)
        kept += [value for key, value in answers if key == "kept"]
    return tuple(kept)


def _swap_served(ground: Ground, move: Move) -> bool:
    if move.how is MoveHow.TABLES:
        return ground.mariadb(move.source, move.target).swap(move)
    return postgres.swap(ground.remote, ground.able, move)


def look(ground: Ground, moves: Sequence[Move]) -> RestoreState:
    """Tell from the names on the host whether a swap happened: PREPARING, HALF or SWAPPED."""
    files = [move for move in moves if not move.how.is_served]
    there = existing(ground.remote, {name for move in files for name in (move.source, move.target)})
    asides = {move.source: move.target for move in files if move.how is MoveHow.ASIDE}
    found = {
        _file_state(move, asides.get(move.target, ""), there)
        for move in files
        if move.how is MoveHow.PLACE
    }
    if any(_is_left_behind(move, set(asides.values()), there) for move in files):
        found.add(RestoreState.HALF)
    databases = [move for move in moves if move.how is MoveHow.DATABASE]
    if databases:
        names = postgres.databases(ground.remote, ground.able)
        found |= {_database_state(move, names) for move in databases}
    found |= {
        ground.mariadb(move.source, move.target).state(move)
        for move in moves
        if move.how is MoveHow.TABLES
    }
    return found.pop() if len(found) == 1 else RestoreState.HALF


def _file_state(move: Move, kept: str, there: set[str]) -> RestoreState:
    in_place = move.target in there
    if not kept:
        swapped = in_place and move.source not in there
        return RestoreState.SWAPPED if swapped else RestoreState.PREPARING
    if kept not in there:
        return RestoreState.PREPARING
    return RestoreState.SWAPPED if in_place else RestoreState.HALF


def _is_left_behind(move: Move, kept: set[str], there: set[str]) -> bool:
    """Whether something that must be carried along still lies in a folder that was set aside."""
    inside = any(move.source.startswith(f"{folder}/") for folder in kept)
    return move.how is MoveHow.CARRY and inside and move.source in there


def _database_state(move: Move, names: set[str]) -> RestoreState:
    if move.kept and move.kept not in names:
        return RestoreState.PREPARING
    in_place = move.target in names and move.source not in names
    return RestoreState.SWAPPED if in_place else RestoreState.PREPARING


def undo(ground: Ground, moves: Sequence[Move]) -> None:
    """Bring back what was there before; what was put in place goes beside it again.

    May be repeated: moves that are undone already are passed.

    Raises:
        BackupFailed: Something stands in the way; the words say what.
    """
    asides = {move.source: move.target for move in moves if move.how is MoveHow.ASIDE}
    words = [
        word
        for move in moves
        if not move.how.is_served
        for word in (move.how.value, move.source, move.target, _witness(move, asides))
    ]
    try:
        if words:
            ask(ground.remote, scripts.UNDO, *words, limit_s=SWAP_S)
    except CommandFailed as error:
        raise BackupFailed(
            f"Not everything could be put back: {error.hint}.",
            hint="Move away what is named, then undo again; what was done so far stays.",
            host=ground.remote.host.name,
            step="undoing a restore",
        ) from error
    for move in moves:
        if move.how is MoveHow.DATABASE:
            postgres.undo(ground.remote, ground.able, move)
        elif move.how is MoveHow.TABLES:
            ground.mariadb(move.source, move.target).undo(move)


def _witness(move: Move, asides: dict[str, str]) -> str:
    """Return the name that must exist if a move was really made, "" when its own names tell."""
    if move.how is MoveHow.PLACE:
        return asides.get(move.target, "")
    if move.how is MoveHow.CARRY:
        for original, kept in asides.items():
            if move.source.startswith(f"{kept}/") or move.target.startswith(f"{original}-"):
                return kept
    return ""


def remove(ground: Ground, mark: str, names: Sequence[str]) -> None:
    """Remove names on the host that carry the mark of one restore, and no others.

    Raises:
        CommandFailed: They could not all be removed; it may be repeated.
    """
    paths = [name for name in names if name.startswith("/")]
    for batch in _batches(paths):
        ask(ground.remote, scripts.REMOVE_MARKED, mark, *batch, limit_s=_REMOVE_S)
    for name in names:
        if mariadb.is_address(name):
            server = ground.mariadb(name)
            server.drop(server.database, mark)
        elif not name.startswith("/"):
            postgres.drop(ground.remote, ground.able, name, mark)


def leftovers(moves: Sequence[Move], sides: Sequence[str], mark: str) -> tuple[str, ...]:
    """Return everything a restore may have left on the host under its mark."""
    found = dict.fromkeys(sides)
    for move in moves:
        kept = mariadb.beside(move.source, move.kept) if move.how is MoveHow.TABLES else move.kept
        for name in (move.source, move.target, kept):
            if _is_ours(name, mark):
                found[name] = None
    return tuple(name for name in found if not _is_inside(name, found))


def _is_ours(name: str, mark: str) -> bool:
    words = (f"{SIDE}{mark}", f"{KEPT}{mark}", *postgres.marks(mark))
    return any(word in name for word in words)


def _is_inside(name: str, names: dict[str, None]) -> bool:
    return any(name.startswith(f"{other}/") for other in names)


def existing(remote: Remote, names: set[str]) -> set[str]:
    """Return which of these names exist on the host; raises CommandFailed."""
    found: set[str] = set()
    for batch in _batches(sorted(names)):
        answers = ask(remote, scripts.EXISTING, *batch, limit_s=_QUESTION_S)
        found |= {batch[int(value)] for key, value in answers if key == "exists"}
    return found


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _BATCH):
        yield names[start : start + _BATCH]
