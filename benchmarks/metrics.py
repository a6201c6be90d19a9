"""The paper's metrics against the straightforward SciPy formulation, on the same images, in one run."""

import time
from collections.abc import Callable

import click
import numpy as np

from benchmarks import scipy_metrics
from pgkeras.command_line import run
from pgkeras.metrics import ms_ssim, sliced_wasserstein

ROW = "{:>28}  {:>10}  {:>10}  {:>6}  {:>9}  {:>9}".format

EXAMPLES = """\b
Example:
  python benchmarks/metrics.py --num-images 512
"""


@click.command(epilog=EXAMPLES)
@click.option("--num-images", type=click.IntRange(2), default=2048, show_default=True, help="Of each set.")
@click.option("--side", type=click.Choice([16, 32, 64, 128, 256]), default=128, show_default=True, help="Pixels.")
def main(num_images: int, side: int) -> None:
    """Times sliced Wasserstein distance and MS-SSIM, and shows what each formulation finds."""
    real, fake = (_images(seed, num_images, side) for seed in (0, 1))
    print(ROW("", "SciPy", "pgkeras", "ratio", "SciPy's", "ours"))
    _compare("sliced Wasserstein distance", scipy_metrics.sliced_wasserstein, sliced_wasserstein, real, fake)
    _compare("MS-SSIM", scipy_metrics.ms_ssim, ms_ssim, real, fake)


def _images(seed: int, number: int, side: int) -> np.ndarray:
    """Waves with noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side].astype(np.float32)[:, None, :, :, None]
    fx, fy, phase = random.uniform(0.05, 0.5, (3, number, 1, 1, 3)).astype(np.float32)
    images = 127 + 90 * np.sin(fx * x + fy * y + 50 * phase)
    images += random.normal(0, 10, images.shape).astype(np.float32)
    return np.clip(images, 0, 255).astype(np.uint8)


def _compare(title: str, theirs: Callable, ours: Callable, real: np.ndarray, fake: np.ndarray) -> None:
    seconds, values = [], []
    for metric in (theirs, ours):
        began = time.perf_counter()
        value = metric(real, fake)
        seconds.append(time.perf_counter() - began)
        values.append(value["average"] if isinstance(value, dict) else value)
    times = [f"{each:.1f} s" for each in seconds]
    print(ROW(title, *times, f"{seconds[0] / seconds[1]:.1f}", *(f"{each:.4g}" for each in values)), flush=True)


if __name__ == "__main__":
    run(main)
