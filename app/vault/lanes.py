"""Calls side by side, each on a thread of its own; the first trouble stops all of them."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import TypeVar

LANES = 8
"""How many go at the same time."""

Given = TypeVar("Given")


class Stopped(Exception):
    """Raised in a lane because another one failed."""


def side_by_side(
    calls: Sequence[Callable[[], Given]], stop: Callable[[], object] = lambda: None
) -> list[Given]:
    """Make all calls and return what they gave, in their order.

    Args:
        calls: What to do; a single call is made right here.
        stop: Called once when one of them failed, so that the others end soon.

    Raises:
        BaseException: What the first one raised that failed, when all have ended.
    """
    if len(calls) == 1:
        return [calls[0]()]
    first: list[BaseException] = []
    with ThreadPoolExecutor(min(len(calls), LANES), thread_name_prefix="lane") as pool:
        running = [pool.submit(_noting, call, first) for call in calls]
        wait(running, return_when=FIRST_EXCEPTION)
        if first:
            stop()
            _drop(running)
    if first:
        raise first[0]
    return [future.result() for future in running]


def _noting(call: Callable[[], Given], first: list[BaseException]) -> Given:
    try:
        return call()
    except Stopped:
        raise
    except BaseException as error:
        first.append(error)
        raise


def _drop(running: Sequence[Future[Given]]) -> None:
    for future in running:
        future.cancel()
