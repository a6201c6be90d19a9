"""Who works on the chunks: threads of this machine, or a Ray cluster. The results are the same."""

import os
import re
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from pgkeras.errors import UserError
from pgkeras.text import counted
from preprocessing.rejects import describe
from preprocessing.signals import asked_to_end, end_if_asked

PATIENCE = 0.2  # seconds from one look at signals to the next
SOON = 5  # seconds in which a cluster must answer
# Workers do not get the folder of this package from the driver; ${PYTHONPATH} is the worker's own.
WORKERS_PATH = f"{Path(__file__).parents[1]}{os.pathsep}${{PYTHONPATH}}"

Task = Callable[..., bytes]
Chunks = Iterable[tuple[int, tuple]]
Compute = Callable[[Task, Chunks], Iterator[tuple[int, bytes]]]
"""Given a task and number and arguments of each chunk, its photos first, yields number and result of each, as they are
done. If a signal asks to end, what is being computed is finished, then KeyboardInterrupt or SystemExit raised."""
Engine = Callable[[int], AbstractContextManager[Compute]]


@contextmanager
def threads(workers: int) -> Iterator[Compute]:
    """Computes on this machine, a core for each chunk: decoders, OpenCV and LiteRT let go of Python's lock.

    Args:
        workers: threads.
    """
    import cv2

    cv2.setNumThreads(1)

    def finished(running: list[Future]) -> Iterator[tuple[Future, bytes]]:
        done, _ = wait(running, PATIENCE, return_when=FIRST_COMPLETED)
        for future in done:
            yield future, future.result()

    pool = ThreadPoolExecutor(workers)
    try:
        yield lambda task, chunks: _in_turn(chunks, workers, partial(pool.submit, task), Future.cancel, finished)
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def ray_cluster(workers: int) -> Iterator[Compute]:
    """Computes on the Ray cluster at RAY_ADDRESS, whose machines see the photos under the same paths.

    Args:
        workers: chunks computed at a time, each on one CPU; without a cluster, by processes of this machine.

    Raises:
        UserError: if Ray is not installed, there is no cluster at RAY_ADDRESS, or a worker fails.
    """
    try:
        import ray
    except ImportError:
        raise UserError("`engine` ray: Ray is not installed; pip install ray") from None

    remote = cache(ray.remote(num_cpus=1))

    def finished(running: list[ray.ObjectRef]) -> Iterator[tuple[ray.ObjectRef, bytes]]:
        for done in ray.wait(running, timeout=PATIENCE)[0]:
            try:
                result = ray.get(done)
            except ray.exceptions.RayError as error:
                why = describe(getattr(error, "cause", error)).split(" traceback: ")[0]
                raise UserError(
                    f"`engine` ray: a worker failed ({why}); install pgkeras[faces,ray] on every machine, and give the "
                    "photos a path that all have"
                ) from None
            yield done, result

    def withdrawn(reference: ray.ObjectRef) -> bool:
        return False  # Ray does not say which tasks have not begun

    here = os.environ.get("RAY_ADDRESS")
    try:
        if address := re.fullmatch(r"(?:ray://)?(.+):(\d+)", here or ""):  # Ray itself would wait for minutes
            socket.create_connection((address[1], int(address[2])), timeout=SOON).close()
        ray.init(
            address=here,
            num_cpus=None if here else workers,
            runtime_env={"env_vars": {"PYTHONPATH": WORKERS_PATH}},
            log_to_driver=False,
            include_dashboard=False,
        )
    except (ValueError, OverflowError, OSError, RuntimeError) as error:
        if not here:
            raise
        raise UserError(f"RAY_ADDRESS {here}: no cluster there ({describe(error)}); correct it, or unset it") from None
    try:
        yield lambda task, chunks: _in_turn(chunks, workers, remote(task).remote, withdrawn, finished)
    finally:
        ray.shutdown()


def _in_turn(
    chunks: Chunks,
    workers: int,
    submit: Callable[..., Any],
    withdrawn: Callable[[Any], bool],
    finished: Callable[[list], Iterator[tuple[Any, bytes]]],
) -> Iterator[tuple[int, bytes]]:
    """Keeps every worker busy, and one chunk waiting; `finished` waits for `PATIENCE` at most."""
    waiting, running = iter(chunks), {}
    while not asked_to_end():
        for number, arguments in islice(waiting, workers + 1 - len(running)):
            running[submit(*arguments)] = number, len(arguments[0])
            if asked_to_end():
                break
        if not running:
            return
        for done, result in finished(list(running)):
            yield running.pop(done)[0], result
    running = {begun: chunk for begun, chunk in running.items() if not withdrawn(begun)}
    if running:
        from tqdm import tqdm

        photos = counted(sum(photos for _, photos in running.values()), "photo")
        with suppress(OSError):  # of a terminal that has gone
            tqdm.write(f"finishing {photos} before ending", file=sys.stderr)
    while running:
        for done, result in finished(list(running)):
            yield running.pop(done)[0], result
    end_if_asked()


ENGINES: dict[str, Engine] = {"threads": threads, "ray": ray_cluster}
