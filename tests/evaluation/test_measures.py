"""The metrics by name."""

import numpy as np
import pytest

from pgkeras.evaluation import measures
from pgkeras.evaluation.contest import first_value
from pgkeras.evaluation.measures import measure
from pgkeras.metrics import ms_ssim

REAL, FAKE, OTHER = np.random.default_rng(0).integers(0, 256, (3, 2, 16, 16, 3), dtype=np.uint8)


def test_values_come_in_the_order_of_the_names():
    values = measure(["ms_ssim", "swd"], REAL, FAKE, {})
    assert list(values) == ["ms_ssim_generated", "ms_ssim_real", "swd_16", "swd_average"]
    assert first_value(values) == "ms_ssim_generated"
    assert values == measure(["swd", "ms_ssim"], REAL, FAKE, {})


def test_the_variation_of_the_same_reals_is_measured_once(monkeypatch):
    measured = []
    monkeypatch.setattr(measures, "ms_ssim", lambda a, b: measured.append(a[:]) or ms_ssim(a, b))
    variations = {}
    first, second = (measure(["ms_ssim"], REAL, fake, variations) for fake in (FAKE, OTHER))
    assert len(measured) == 3
    assert first["ms_ssim_real"] == second["ms_ssim_real"] == ms_ssim(REAL[:1], REAL[1:])
    assert second["ms_ssim_generated"] == pytest.approx(ms_ssim(OTHER[:1], OTHER[1:]))
