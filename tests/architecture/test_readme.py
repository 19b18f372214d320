"""The README leads to files that exist."""

import re

from tests.architecture.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
_PATH = re.compile(
    r"^(?:app|ui|tests|resources)/[\w./-]+$|^[\w-]+\.(?:md|toml|txt|py|spec)$|^LICENSE$"
)
_MADE_BY_THE_DEMO = {"HOW-TO-RESTORE.txt", "recovery-key.txt"}


def test_every_path_in_the_readme_exists():
    named = set(re.findall(r"`([^`\s]+)`", README)) | set(
        re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    )
    paths = {each for each in named if _PATH.match(each)} - _MADE_BY_THE_DEMO
    assert len(paths) > 30
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []


def test_every_command_of_dev_is_named_in_the_readme():
    usage = re.findall(r"^  (\w+) ", (ROOT / "dev.py").read_text(encoding="utf-8"), re.M)
    commands = [word for word in usage if f"def {word}(" in (ROOT / "dev.py").read_text()]
    assert len(commands) == 8
    assert [word for word in commands if word not in README] == []
