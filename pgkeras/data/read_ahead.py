"""Reading ahead: a thread makes what will be needed next."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterator[Item], number: int) -> Generator[Item]:
    """Items of an endless iterator, which a thread makes before they are asked for.

    Args:
        items: endless.
        number: of items to be ready or in the making.

    Yields:
        The items in their order; an error in one is raised in its place, and ends the stream.

    >>> from itertools import count, islice
    >>> list(islice(read_ahead(count(), 4), 3))
    [0, 1, 2]
    """
    pool = ThreadPoolExecutor(1, "read-ahead")
    try:
        pending = deque(pool.submit(next, items) for _ in range(number))
        while True:
            yield pending.popleft().result()
            pending.append(pool.submit(next, items))
    finally:
        pool.shutdown(cancel_futures=True)
