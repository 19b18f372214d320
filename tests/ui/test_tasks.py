"""Background work: results on the UI thread, cancel, errors, lanes, the end."""

import threading
import time

import pytest
from PySide6.QtCore import QObject, Signal, Slot

from app.tasks import Progress
from ui.tasks import WRITES, Latest, TaskRunner, host_lane


class Ear(QObject):
    """Collects what it hears and on which thread."""

    heard = Signal()

    def __init__(self):
        super().__init__()
        self.results, self.threads = [], set()

    @Slot(object)
    def hear(self, result=None):
        self.results.append(result)
        self.threads.add(threading.get_ident())
        self.heard.emit()


def test_many_results_come_home_to_the_ui_thread(tasks, qtbot):
    ear = Ear()
    for number in range(1000):
        tasks.start(lambda _context, number=number: number).succeeded.connect(ear.hear)
    qtbot.waitUntil(lambda: len(ear.results) == 1000)
    assert sorted(ear.results) == list(range(1000))
    assert ear.threads == {threading.get_ident()}
    qtbot.waitUntil(lambda: not tasks.busy)


def test_an_error_is_delivered_not_lost(tasks, qtbot):
    def fail(_context):
        raise ValueError("no")

    task = tasks.start(fail)
    with qtbot.waitSignal(task.failed) as signal:
        pass
    assert str(signal.args[0]) == "no"


def test_a_cancelled_task_says_so(tasks, qtbot):
    task = tasks.start(lambda context: context.wait(30))
    with qtbot.waitSignals([task.cancelled, task.ended]):
        task.cancel()


def test_progress_arrives_before_the_result(tasks, qtbot):
    ear, gate = Ear(), threading.Event()
    task = tasks.start(lambda context: gate.wait(5) and context.progress(3, 3, "done"))
    task.progressed.connect(ear.hear)
    with qtbot.waitSignal(task.succeeded):
        gate.set()
    assert ear.results == [Progress(3, 3, "done")]


def test_a_lane_runs_one_after_the_other(tasks, qtbot):
    running, most, ear = [0], [0], Ear()

    def work(_context):
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.005)
        running[0] -= 1

    for _ in range(10):
        tasks.start(work, lane=WRITES).succeeded.connect(ear.hear)
    qtbot.waitUntil(lambda: len(ear.results) == 10)
    assert most == [1]
    assert host_lane("a") != host_lane("b")


def test_a_receiver_that_is_gone_is_not_called(tasks, qtbot):
    gate, ear = threading.Event(), Ear()
    task = tasks.start(lambda _context: gate.wait(5))
    task.succeeded.connect(ear.hear)
    ear.deleteLater()
    with qtbot.waitSignal(ear.destroyed):
        pass
    with qtbot.waitSignal(task.ended):
        gate.set()


def test_shutting_down_stops_endless_work(qapp):
    runner = TaskRunner()
    for _ in range(8):
        runner.start(lambda context: context.wait(600))
    runner.start(lambda context: context.wait(600), lane=WRITES)
    runner.shutdown()
    assert not [t for t in threading.enumerate() if t.name.startswith("task-")]


def test_work_that_comes_too_late_is_cancelled(qapp, qtbot):
    runner = TaskRunner()
    runner.shutdown()
    with qtbot.waitSignal(runner.load(lambda: 1).cancelled):
        pass
    assert not runner.busy


def test_only_titled_work_is_announced(tasks, qtbot):
    ear = Ear()
    tasks.started.connect(ear.hear)
    tasks.load(lambda: 1)
    with qtbot.waitSignal(tasks.start(lambda _context: 1, title="Backing up").ended):
        pass
    assert [task.title for task in ear.results] == ["Backing up"]


def test_the_last_request_wins(tasks, qtbot):
    gate, ear = threading.Event(), Ear()
    latest = Latest(tasks, tasks)
    latest.loaded.connect(ear.hear)
    latest.start(lambda: gate.wait(5) and "old")
    latest.start(lambda: "new")
    with qtbot.waitSignal(latest.loaded):
        gate.set()
    qtbot.waitUntil(lambda: not tasks.busy)
    assert ear.results == ["new"]
    assert not latest.busy


def test_a_request_that_was_given_up_while_it_waited_is_not_begun(qapp, qtbot):
    del qapp
    runner, gate, asked = TaskRunner(workers=1), threading.Event(), []
    latest = Latest(runner, runner)
    runner.load(lambda: gate.wait(5))
    for name in ("old", "new"):
        latest.start(lambda name=name: asked.append(name))
    with qtbot.waitSignal(latest.loaded):
        gate.set()
    assert asked == ["new"]
    runner.shutdown()


def test_a_request_that_fails_says_so(tasks, qtbot):
    latest = Latest(tasks, tasks)
    with qtbot.waitSignal(latest.failed) as signal:
        latest.start(lambda: 1 / 0)
    assert isinstance(signal.args[0], ZeroDivisionError)


@pytest.mark.parametrize("when", ["before", "after"])
def test_dropping_a_request_is_safe_at_any_time(tasks, qtbot, when):
    latest = Latest(tasks, tasks)
    if when == "after":
        latest.start(lambda: 1)
    latest.drop()
    qtbot.waitUntil(lambda: not tasks.busy)
    assert not latest.busy
