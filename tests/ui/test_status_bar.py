"""The bar below everything, by itself."""

import threading
from datetime import UTC, datetime

from app.tasks import Progress
from ui.shell.facts import ShellFacts
from ui.shell.status_bar import StatusBar
from ui.widgets.labels import Label


def test_how_long_the_rest_takes_is_said_while_the_work_moves(tasks, qtbot):
    at_s = [0.0]
    bar = StatusBar(lambda: datetime(2026, 11, 15, tzinfo=UTC), lambda: at_s[0])
    qtbot.addWidget(bar)
    ended = threading.Event()
    task = tasks.start(lambda _context: ended.wait(30), title="Backing up")
    bar.follow(task)

    def told(done, now_s, total=1000):
        at_s[0] = now_s
        task.progressed.emit(Progress(done, total))
        return [label.text() for label in bar.findChildren(Label) if "%" in label.text()]

    assert told(0, 0) == ["0\u202f%"]
    assert told(10, 4) == ["1.0\u202f%, about 7\u202fmin left"]
    assert told(900, 20) == ["90\u202f%, less than a minute left"]
    assert told(5, 21) == ["0.50\u202f%"], "another part of the work begins"
    assert told(15, 31) == ["1.5\u202f%, about 17\u202fmin left"]
    at_s[0] = 50
    bar._tick()
    assert [x.text() for x in bar.findChildren(Label) if "%" in x.text()] == ["1.5\u202f%"]
    ended.set()
    qtbot.waitUntil(lambda: not tasks.busy)


def test_a_narrow_bar_keeps_the_words_of_the_work(tasks, qtbot):
    bar = StatusBar(lambda: datetime(2026, 11, 15, tzinfo=UTC))
    qtbot.addWidget(bar)
    bar.show()
    bar.show_facts(ShellFacts(10**12, "7f3ac21e", "UTC"))
    bar.resize(1240, bar.height())
    ended = threading.Event()
    bar.follow(tasks.start(lambda _context: ended.wait(30), title="Backing up " + 60 * "x"))

    def seen():
        words = [x.text() for x in bar.findChildren(Label) if not x.isHidden()]
        return [each for each in ("Vault", "Log head") if any(each in word for word in words)]

    assert seen() == ["Vault", "Log head"]
    for width in range(1240, 300, -20):
        bar.resize(width, bar.height())
        assert bar.sizeHint().width() <= width or not seen(), width
    assert not seen()
    bar.resize(1240, bar.height())
    assert seen() == ["Vault", "Log head"]
    ended.set()
    qtbot.waitUntil(lambda: not tasks.busy)
