"""Prepare the next things of a series while the present one is worked on."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_DEPTH = 2
"""How many things are prepared at most, so that memory stays small."""
Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the same things in the same order; they are made on a thread of their own.

    It gains where the making leaves the interpreter's lock alone, as numpy does.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as worker:
        made = deque(worker.submit(next, items, None) for _each in range(_DEPTH))
        while (item := made.popleft().result()) is not None:
            made.append(worker.submit(next, items, None))
            yield item
