"""Writes one picture per sheet: ``python -m tests.ui.gallery OUT [--theme dark] [--scale 2]``."""

import argparse
import os
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--theme", default="light")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--type", type=float, default=1.0)
    args = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = args.scale

    from tests.ui.gallery import SHEETS
    from ui.application import build_application
    from ui.theme import Mode, Theme

    application = build_application()
    Theme(application, Mode(args.theme), args.type)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, build in SHEETS.items():
        widget = build()
        widget.show()
        widget.adjustSize()
        if layout := widget.layout():  # Qt stops at two thirds of the screen
            widget.resize(widget.width(), layout.totalHeightForWidth(widget.width()))
        application.processEvents()
        application.processEvents()
        widget.grab().save(str(args.out / f"{name}-{args.theme}-{args.scale}.png"))
        widget.hide()


if __name__ == "__main__":
    main()
