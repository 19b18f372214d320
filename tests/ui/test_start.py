"""What is loaded until the window is painted, and by sub-commands."""

import pytest

from tests.architecture.test_startup import heavy, run


def test_nothing_heavy_is_loaded_before_the_first_picture(tmp_path):
    loaded = run(
        """
        import sys
        from pathlib import Path
        from PySide6.QtCore import QTimer
        from ui.application import Desktop, Start, build_application

        application = build_application()
        desktop = Desktop(application, Start(Path(sys.argv[1]), lambda context: None))
        desktop.window.show()
        desktop.window.repaint()
        QTimer.singleShot(0, application.quit)
        application.exec()
        print(*sys.modules)
        """,
        str(tmp_path),
    )
    assert "PySide6.QtWidgets" in loaded
    assert heavy(loaded) == []


@pytest.mark.parametrize("words", [["--version"], ["verify", "--help"]])
def test_sub_commands_need_no_qt(words):
    code = """
        import sys
        sys.argv[0] = "changedesk"
        from ui.__main__ import main
        try:
            main(sys.argv[1:])
        except SystemExit as end:
            assert not end.code, end.code
        assert not [name for name in sys.modules if name.startswith("PySide6")]
        print("fine")
        """
    assert run(code, *words)[-1] == "fine"


def test_a_data_folder_that_cannot_be_used_is_said_without_a_window(tmp_path):
    (tmp_path / "file").write_text("")
    code = """
        import sys
        from ui.__main__ import main
        code = main(["--data", sys.argv[1]])
        assert code == 1, code
        assert not [name for name in sys.modules if name.startswith("PySide6.QtWidgets")]
        """
    run(code, str(tmp_path / "file"))


def test_the_window_takes_the_key_of_the_vault_from_a_file(tmp_path):
    code = """
        import sys
        from pathlib import Path
        from app.tasks import TaskContext
        from ui import application
        from ui.__main__ import main
        asked = []
        application.run_window = lambda start: asked.append(start) or 0
        data, file = sys.argv[1:]
        assert main(["--data", data, "--key-file", file]) == 0
        services = asked[0].open_services(TaskContext())
        services.vault.make()
        services.close()
        print(Path(file).exists())
        """
    assert run(code, str(tmp_path / "data"), str(tmp_path / "key.txt"))[-1] == "True"
