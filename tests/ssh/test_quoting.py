"""One line for every login shell: each splits it back into the same words."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ssh.quoting import command_line

SHELLS = ("sh", "bash", "rbash", "csh", "tcsh", "fish")
WORD = st.text(
    st.one_of(st.sampled_from("!\\\n'\"`$%~*?[]{}()<>|&;#^= \t\r"), st.characters(codec="utf-8")),
    max_size=12,
).map(lambda text: text.replace("\0", ""))


@pytest.mark.parametrize("shell", SHELLS)
@settings(max_examples=30)
@given(words=st.lists(WORD, max_size=4))
def test_any_shell_splits_the_line_back_into_the_same_words(shell: str, words: list[str]) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    line = command_line(("printf", "<%s>", *words, "end"))
    done = subprocess.run([program, "-c", line], capture_output=True, check=False)
    assert done.stderr == b""
    assert done.stdout == b"".join(f"<{word}>".encode() for word in (*words, "end"))
