"""Our own source, as the architecture tests read it."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("app", "ui", "tests")


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Return the Python files below these folders, or below all of ours with dev.py."""
    found = [path for folder in folders or CODE for path in (ROOT / folder).rglob("*.py")]
    return tuple(sorted(found if folders else [*found, ROOT / "dev.py"]))


@cache
def tree(path: Path) -> ast.Module:
    """Return a parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of a parsed file."""
    return tuple(ast.walk(tree(path)))


def name(path: Path) -> str:
    """Return a path as it is written in exceptions: from the project's root, with slashes."""
    return path.relative_to(ROOT).as_posix()


@cache
def calls(path: Path) -> tuple[tuple[str, ast.Call], ...]:
    """Return every call with the last part of the name that is called."""
    found = []
    for node in nodes(path):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=called) | ast.Attribute(attr=called):
                    found.append((called, node))
    return tuple(found)


@cache
def imports(path: Path) -> tuple[tuple[str, str, int], ...]:
    """Return (module, name or "", line) of every import."""
    found = []
    for node in nodes(path):
        match node:
            case ast.Import(names=names):
                found += [(each.name, "", node.lineno) for each in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                found += [(module, each.name, node.lineno) for each in names]
    return tuple(found)


@cache
def kept_files() -> tuple[Path, ...]:
    """Return every file of the project, without what is only built or downloaded.

    From git where there is one; else everything outside of dot folders and build folders.
    """
    git = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(git, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        skipped = {"build", "dist", "demo", "__pycache__"}
        return tuple(
            path
            for path in sorted(ROOT.rglob("*"))
            if path.is_file()
            and not any(p in skipped or p.startswith(".") for p in path.relative_to(ROOT).parts)
        )
    return tuple(ROOT / line for line in sorted(listed.split("\0")) if (ROOT / line).is_file())


def text_of(path: Path) -> str | None:
    """Return the text of a file, or None where it holds none, such as a font."""
    data = path.read_bytes()
    try:
        return None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        return None
