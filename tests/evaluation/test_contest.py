"""Which of a run's snapshots stand for it."""

import keras
import pytest

from pgkeras import ProgressiveConfig, UserError, build_generators
from pgkeras.evaluation.contest import measure_contender, open_contender
from tests.report.written_run import append, new_run

CONFIG = ProgressiveConfig(resolution=32, fmap_max=8, latent_size=5)


class Scales:
    """Weighs the kilobyte of images that it is given, and notes by which metrics."""

    metrics = ("swd", "ms_ssim")

    def __init__(self):
        self.asked = []

    def measure(self, source, on_images, metrics=None):
        self.asked.append(metrics)
        (images,) = source.batches(1)
        return {"swd_32": images.size / 1024, "swd_average": float(images.sum()), "ms_ssim_generated": 0.5}


@pytest.fixture(scope="module")
def generators():
    keras.utils.set_random_seed(0)
    return {side: pair.straight for side, pair in build_generators(CONFIG).items()}


@pytest.fixture
def folder(tmp_path, generators):
    """A run that has come to 16x16."""
    folder = new_run(tmp_path, CONFIG)
    for path in (folder.generator(16), folder.snapshot(16, 900)):
        generators[16].save(path)
    append(folder.statistics, *({"images_shown": shown, "seconds": 6 * shown} for shown in (500, 1_300)))
    return folder


def test_a_run_that_has_not_come_to_its_final_resolution_is_refused_at_once(folder):
    with pytest.raises(UserError, match="has no snapshot of 32x32 yet; let the run train on"):
        open_contender(folder.path)


def test_the_last_snapshot_is_the_end_and_the_others_are_measured_by_the_first_metric(folder, generators):
    for shown in (1_000, 1_200, 1_100):
        generators[32].save(folder.snapshot(32, shown))
        bias = generators[32].layers[-1].weights[-1]
        bias.assign(bias + 0.1)
    contender = open_contender(folder.path)
    assert contender.images_shown == 1_200
    scales = Scales()
    standing = measure_contender(contender, scales, 32, lambda count: None)
    assert scales.asked == [("swd",), ("swd",), None]
    assert [minutes for minutes, _ in standing.curve] == pytest.approx([100, 110, 120])
    values = [value for _, value in standing.curve]
    assert len(set(values)) == 3
    assert values[-1] == standing.values["swd_average"]
    assert standing.samples.shape == (10, 32, 32, 3)
