"""Who computes the chunks: threads of this machine, or a Ray cluster. The results are the same."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import cv2

from pgkeras.errors import UserError
from preprocessing.chunk import compute
from preprocessing.config import CropConfig
from preprocessing.find_photos import PhotoFile

Results = Iterator[tuple[int, bytes]]
Engine = Callable[[dict[int, Sequence[PhotoFile]], CropConfig, int], Results]


def compute_with_threads(chunks: dict[int, Sequence[PhotoFile]], config: CropConfig, workers: int) -> Results:
    """Computes chunks on this machine, a core for each: decoders, OpenCV and LiteRT let go of Python's lock.

    Args:
        chunks: the photos of each, by number.
        config: every option.
        workers: threads.

    Yields:
        Number and .npz file of each chunk, as they are done.
    """
    cv2.setNumThreads(1)
    waiting, running = list(reversed(chunks.items())), {}
    with ThreadPoolExecutor(workers) as pool:
        try:
            while waiting or running:
                while waiting and len(running) < workers + 1:
                    number, photos = waiting.pop()
                    running[pool.submit(compute, photos, config)] = number
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield running.pop(future), future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def compute_with_ray(chunks: dict[int, Sequence[PhotoFile]], config: CropConfig, workers: int) -> Results:
    """Computes chunks on the Ray cluster at RAY_ADDRESS, whose machines see the photos under the same paths.

    Args:
        chunks: as for `compute_with_threads`.
        config: likewise.
        workers: chunks computed at a time, each on one CPU; without a cluster, by processes of this machine.

    Yields:
        As `compute_with_threads`.

    Raises:
        UserError: if Ray is not installed.
    """
    try:
        import ray
    except ImportError:
        raise UserError("--engine ray: Ray is not installed; pip install ray") from None
    here = os.environ.get("RAY_ADDRESS")
    ray.init(address=here, num_cpus=None if here else workers, log_to_driver=False, include_dashboard=False)
    try:
        compute_there = ray.remote(num_cpus=1)(compute)
        waiting, running = list(reversed(chunks.items())), {}
        while waiting or running:
            while waiting and len(running) < workers + 1:
                number, photos = waiting.pop()
                running[compute_there.remote(photos, config)] = number
            (done,), _ = ray.wait(list(running))
            yield running.pop(done), ray.get(done)
    finally:
        ray.shutdown()


ENGINES: dict[str, Engine] = {"threads": compute_with_threads, "ray": compute_with_ray}
