"""What is imported is declared, what is declared is locked, and the locks are whole."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.source import ROOT, imports, name, python_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {
    extra: [Requirement(line) for line in lines]
    for extra, lines in PROJECT["optional-dependencies"].items()
}
LOCKS = {
    "requirements.txt": RUNTIME,
    "requirements-dev.txt": RUNTIME + EXTRAS["dev"],
    "requirements-build.txt": EXTRAS["build"],
}
_PIN = re.compile(r"^([a-z0-9-]+)==([^ ]+)(?: ; [^\\]+)? \\$")


def pins(lock):
    """Return name → version of a lock file; a line of another form is an error."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    heads = [line for line in lines if not line.startswith("    --hash=sha256:")]
    return dict(_PIN.fullmatch(line).groups() for line in heads)


def test_every_imported_library_is_declared():
    known = packages_distributions()
    declared = {canonicalize_name(each.name) for each in RUNTIME} | {"shiboken6"}
    undeclared = {
        f"{name(path)}:{line} {module}"
        for path in python_files("app", "ui")
        for module, _, line in imports(path)
        if (top := module.split(".")[0]) not in sys.stdlib_module_names | {"app", "ui"}
        and not {canonicalize_name(dist) for dist in known.get(top, [])} & declared
    }
    assert undeclared == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_a_fitting_version_of_everything_declared(lock):
    locked = pins(lock)
    unfit = [
        str(each)
        for each in LOCKS[lock]
        if not each.specifier.contains(Version(locked.get(canonicalize_name(each.name), "0")))
    ]
    assert unfit == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z])", text))


def test_all_locks_agree():
    runtime, dev, build = (pins(lock) for lock in LOCKS)
    assert runtime.items() <= dev.items()
    assert {k: v for k, v in build.items() if k in dev} == {
        k: v for k, v in dev.items() if k in build
    }
