"""Rules that no linter knows, read from the syntax trees of our own source."""

import ast
import re

import pytest

from tests.architecture.source import calls, imports, name, nodes, python_files, tree

PLAIN_TEXT_DOORS = {"ui/widgets/labels.py"}
"""Where Qt's own label may be used, because it is set to plain text there."""

RICH_TEXT = {"QTextBrowser", "QTextEdit", "QMessageBox", "QErrorMessage", "QWebEngineView"}
RICH_CALLS = {"setHtml", "appendHtml", "insertHtml", "setOpenExternalLinks", "toHtml"}
BARE_DOORS = {"ui/widgets/dressed.py", "ui/theme.py"}
BARE = {"QLineEdit", "QPlainTextEdit", "QComboBox", "QMenu", "QScrollArea", "QTableView",
        "QSplitter", "QProgressBar", "QCalendarWidget", "setStyleSheet"}  # fmt: skip
LAYOUT_DOOR = "ui/widgets/layout.py"
NESTING = {"addLayout", "insertLayout"}
DANGEROUS = {"pickle", "marshal", "shelve", "dill", "telnetlib", "ftplib"}
STARTERS = {"run", "Popen", "call", "check_call", "check_output"}
REMOTE_CALLS = {"exec_command", "invoke_shell", "stream", "run_script"}


_UNFINISHED = re.compile(r"#.*\b(TO" + "DO|FIX" + r"ME|X{3})\b")


def found(rule, *folders):
    """Return where a rule is broken; the rule gets a path and yields lines."""
    return [f"{name(path)}:{line}" for path in python_files(*folders) for line in rule(path)]


def test_nobody_reaches_for_the_application_object():
    def rule(path):
        return (
            node.lineno for called, node in calls(path) if called == "instance" and not node.args
        )

    assert found(rule, "app", "ui") == []


def test_widgets_of_qt_are_made_in_the_look_of_the_kit():
    """A bare one would look like Qt's; a sheet for the whole application would slow all others."""

    def rule(path):
        if name(path) in BARE_DOORS:
            return ()
        return (node.lineno for called, node in calls(path) if called in BARE)

    assert found(rule, "ui") == []


def test_layouts_are_nested_by_the_kit_alone():
    def rule(path):
        if name(path) == LAYOUT_DOOR:
            return ()
        return (node.lineno for called, node in calls(path) if called in NESTING)

    assert found(rule, "ui") == [], "use add_layout of ui/widgets/layout.py, which says why"


def test_no_program_is_started_through_a_shell():
    def rule(path):
        for called, node in calls(path):
            shell = called in STARTERS and any(each.arg == "shell" for each in node.keywords)
            if shell or called in {"system", "popen", "getoutput", "getstatusoutput"}:
                yield node.lineno

    assert found(rule, "app", "ui", "tests") == []


def test_no_value_is_pasted_into_the_text_of_a_remote_command():
    def rule(path):
        for called, node in calls(path):
            if called in REMOTE_CALLS and node.args:
                pasted = isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
                formatted = "format" in {
                    each.attr for each in ast.walk(node.args[0]) if isinstance(each, ast.Attribute)
                }
                if pasted or formatted:
                    yield node.lineno

    assert found(rule, "app", "ui") == []


def test_slots_are_named_methods():
    def rule(path):
        for called, node in calls(path):
            if called == "connect" and any(isinstance(arg, ast.Lambda) for arg in node.args):
                yield node.lineno

    assert found(rule, "ui") == []


def test_text_on_screen_is_never_read_as_markup():
    def rule(path):
        for _module, what, line in imports(path):
            if what in RICH_TEXT or (what == "QLabel" and name(path) not in PLAIN_TEXT_DOORS):
                yield line
        for called, node in calls(path):
            if called in RICH_CALLS:
                yield node.lineno
            if called == "setTextFormat" and "PlainText" not in ast.unparse(node):
                yield node.lineno

    assert found(rule, "ui") == []


def test_tooltips_are_our_own_words_or_escaped():
    def rule(path):
        for called, node in calls(path):
            if called in {"setToolTip", "setWhatsThis"}:
                match node.args[0]:
                    case ast.Constant() | ast.Call(func=ast.Name(id="_" | "tip")):
                        continue
                    case _:
                        yield node.lineno

    assert found(rule, "ui") == []


def test_nothing_is_loaded_that_could_run_code():
    def rule(path):
        return (line for module, _, line in imports(path) if module.split(".")[0] in DANGEROUS)

    assert found(rule, "app", "ui") == []


def test_nothing_is_left_unfinished():
    def rule(path):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if _UNFINISHED.search(line):
                yield number
        for node in nodes(path):
            if isinstance(node, ast.Name) and node.id == "NotImplemented" + "Error":
                yield node.lineno

    assert found(rule) == []


@pytest.mark.parametrize("folder", ["app", "ui"])
def test_every_module_says_what_lives_in_it(folder):
    missing = [name(path) for path in python_files(folder) if not ast.get_docstring(tree(path))]
    assert missing == []
