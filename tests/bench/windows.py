"""The two windows that the start-up benchmark races: ours and a bare one.

``python -m tests.bench.windows ours DATA`` or ``... bare``. Each prints ``usable`` when its table
has been painted, then quits.
"""

import sys
from functools import partial
from pathlib import Path


def ours(data: Path) -> int:
    """Open the real window on a data folder, as the command ``changedesk`` does."""
    from ui import quick_start

    quick_start.prepare()
    from PySide6.QtCore import QTimer

    from app.paths import data_dir
    from ui.__main__ import _open_services
    from ui.application import Desktop, Start, build_application

    application = build_application()
    folder = data_dir(data)
    desktop = Desktop(application, Start(folder, partial(_open_services, folder)))
    watch = QTimer()

    def look() -> None:
        page = desktop.window.page
        if page is not None and page.ready and not desktop.tools.tasks.busy:
            watch.stop()
            _say(desktop.window, application)

    watch.timeout.connect(look)
    watch.start(4)
    desktop.run()
    return application.exec()


def bare(_data: Path) -> int:
    """Open a window with one table of ten thousand rows, and nothing else."""
    from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

    class Numbers(QAbstractTableModel):
        def rowCount(self, parent=QModelIndex()):
            return 0 if parent.isValid() else 10_000

        def columnCount(self, parent=QModelIndex()):
            return 0 if parent.isValid() else 6

        def data(self, index, role=Qt.ItemDataRole.DisplayRole):
            shown = role == Qt.ItemDataRole.DisplayRole
            return f"{index.row()} {index.column()}" if shown else None

    application = QApplication([])
    window, table = QMainWindow(), QTableView()
    table.setModel(Numbers())
    window.setCentralWidget(table)
    window.resize(1440, 900)
    window.show()
    QTimer.singleShot(0, partial(_say, window, application))
    return application.exec()


def _say(window, application):
    """Paint what is due, say so, and leave."""
    window.repaint()
    application.processEvents()
    print("usable", flush=True)
    application.exit(0)


if __name__ == "__main__":
    which, data = sys.argv[1], Path(sys.argv[2] if len(sys.argv) > 2 else ".")
    sys.exit({"ours": ours, "bare": bare}[which](data))
