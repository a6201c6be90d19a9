"""The metrics by name."""

import numpy as np
import pytest

from pgkeras.evaluation import measures
from pgkeras.evaluation.contest import first_value
from pgkeras.evaluation.measures import Known, least_images, measure
from pgkeras.metrics import ms_ssim, variation

REAL, FAKE, OTHER = np.random.default_rng(0).integers(0, 256, (3, 2, 16, 16, 3), dtype=np.uint8)


def test_values_come_in_the_order_of_the_names():
    values = measure(["ms_ssim", "swd"], REAL, FAKE, Known())
    assert list(values) == ["ms_ssim_generated", "ms_ssim_real", "swd_16", "swd_average"]
    assert first_value(values) == "ms_ssim_generated"
    assert values == measure(["swd", "ms_ssim"], REAL, FAKE, Known())


def test_the_variation_of_the_same_reals_is_measured_once(monkeypatch):
    measured = []
    monkeypatch.setattr(measures, "variation", lambda images: measured.append(images) or variation(images))
    known = Known()
    first, second = (measure(["ms_ssim"], REAL, fake, known) for fake in (FAKE, OTHER))
    assert len(measured) == 3
    assert first["ms_ssim_real"] == second["ms_ssim_real"] == pytest.approx(ms_ssim(REAL[:1], REAL[1:]))
    assert second["ms_ssim_generated"] == pytest.approx(ms_ssim(OTHER[:1], OTHER[1:]))


def test_the_features_of_the_same_reals_are_computed_once(monkeypatch):
    seen = []

    def features_of(images):
        seen.append(images)
        return images.reshape(len(images), -1)[:, :5] / 255

    monkeypatch.setattr(measures.features, "features_of", features_of)
    real, fake, other = np.random.default_rng(0).integers(0, 256, (3, 9, 16, 16, 3), dtype=np.uint8)
    known, names = Known(), ["recall", "frechet_distance", "precision"]
    values = measure(names, real, fake, known)
    assert list(values) == names
    assert measure(["frechet_distance"], real, other, known) != measure(["frechet_distance"], real, fake, known)
    assert [each is real for each in seen] == [True, False, False, False]


def test_a_number_of_images_is_enough_for_all_metrics():
    """Of so many images no metric is undefined."""
    names = ["precision", "recall"]
    images = np.random.default_rng(0).normal(size=(least_images(names), 5))
    assert [measures.features.METRICS[name](images, images) for name in names] == [1, 1]
