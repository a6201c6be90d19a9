"""What a phase is trained with."""

import pytest

from pgkeras import ProgressiveConfig
from pgkeras.schedule import Schedule
from pgkeras.training.state import TrainingState


@pytest.mark.parametrize(("given", "expected"), [(None, [10, 10, 10]), (3, [3, 3, 3]), ("4:1,8:0.5", [1, 0.5, 0.5])])
def test_the_penalty_has_the_weight_of_the_resolution_or_the_losss_own(given, expected):
    config = ProgressiveConfig(
        resolution=8, fmap_max=2, latent_size=2, straight_kimg=1, fade_in_kimg=1, penalty_weight=given
    )
    state = TrainingState(config, "float32")
    assert [state.gan(phase).penalty_weight for phase in Schedule.from_config(config).phases] == expected
