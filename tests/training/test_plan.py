"""Planning: measuring changes nothing, and lengths are hit exactly."""

import numpy as np
import pytest

from pgkeras import ProgressiveConfig, UserError
from pgkeras.data import open_dataset
from pgkeras.schedule import Schedule
from pgkeras.training import plan
from pgkeras.training.state import TrainingState

CONFIG = ProgressiveConfig(
    resolution=8, fmap_max=8, latent_size=6, batch_size=4, straight_kimg="4:1,8:3", fade_in_kimg=2, precision="float32"
)


def test_kimg_keeps_proportions():
    scaled = plan.scaled_to(CONFIG, plan.factor_for_kimg(CONFIG, 12))
    assert [phase.images for phase in Schedule.from_config(scaled).phases] == [2000, 4000, 6000]


def test_seconds_are_filled_but_for_the_reserve():
    """1,000, 2,000 and 3,000 images of 1, 2 and 3 ms take 14 s."""
    factor = plan.factor_for_seconds(CONFIG, [0.001, 0.002, 0.003], 140)
    assert factor == pytest.approx(10 * (1 - plan.RESERVE))


def test_too_short_a_length_is_refused():
    with pytest.raises(UserError, match="4x4 straight to less than one step"):
        plan.scaled_to(CONFIG, 0.003)
    with pytest.raises(UserError, match="give it more time"):
        plan.factor_for_seconds(CONFIG, [1, 1, 1], -5)


@pytest.mark.slow
def test_measuring_leaves_networks_and_random_state_as_they_were(faces, monkeypatch):
    monkeypatch.setattr(plan, "MEASURED_SECONDS", 0.01)
    state = TrainingState(CONFIG, "float32")
    before = {name: np.array(variable) for name, variable in state.variables().items() if "optimizer" not in name}
    costs = plan.measure_image_costs(state, open_dataset(faces), Schedule.from_config(CONFIG))
    assert len(costs) == 3
    assert all(0 < cost < 1 for cost in costs)
    for name, value in before.items():
        np.testing.assert_array_equal(np.asarray(state.variables()[name]), value, err_msg=name)


def test_estimates_are_the_convolutions_multiply_adds():
    """At 4x4: 3x3 convolutions of 8 channels in G; from RGB, 3x3 of 9 to 8 and 4x4 of 8 to 8 in D; to RGB."""
    state = TrainingState(CONFIG, "float32")
    costs = plan.estimate_image_costs(state, Schedule.from_config(CONFIG))
    generator = 16 * (9 * 8 * 8 + 8 * 3)
    discriminator = 16 * (3 * 8 + 9 * 9 * 8) + 16 * 8 * 8
    assert costs[0] == generator + discriminator
    assert costs[0] < costs[1] == costs[2]
