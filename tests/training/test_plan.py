"""Planning: measuring changes nothing, and lengths are hit exactly."""

import numpy as np
import pytest

from pgkeras import ProgressiveConfig, UserError
from pgkeras.schedule import Schedule
from pgkeras.training import plan
from pgkeras.training.disk import disk_needed
from pgkeras.training.plan_table import plan_table
from pgkeras.training.preflight import PhaseCost
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
    with pytest.raises(UserError, match="4x4 straight shows 3 images, and needs 4 or more for one step"):
        Schedule.from_config(plan.scaled_to(CONFIG, 0.003))
    with pytest.raises(UserError, match="give it more time"):
        plan.factor_for_seconds(CONFIG, [1, 1, 1], -5)


def test_the_plan_of_a_run_under_way_has_what_is_left():
    """1,000 images of 3.6 s, 2,000 of 7.2 s and 3,000 of 10.8 s; 2,000 have been shown."""
    state, schedule = TrainingState(CONFIG, "float32"), Schedule.from_config(CONFIG)
    costs = [PhaseCost(seconds, memory=10, micro_batches=1, tracing_seconds=0.0) for seconds in (3.6, 7.2, 10.8)]
    last = plan_table(state, schedule, costs).splitlines()[-1]
    assert last.split() == ["all", "6,000", "10.0B", "14.000"]
    state.progress.images_shown = 2000
    *_, everything, left = plan_table(state, schedule, costs).splitlines()
    assert everything == last
    assert left.split() == ["left", "4,000", "11.000"]


def test_disk_needed_by_hand():
    """Variables as float32: two good checkpoints, two suspicious ones and one that is being written; each resolution's
    generator and that of each snapshot; grids, twice.

    There are two snapshots in 4x4 and in both phases of 8x8.
    """
    state = TrainingState(CONFIG.model_copy(update={"snapshots_per_phase": 2}), "float32")
    checkpoint = sum(np.asarray(variable).nbytes for variable in state.variables().values())
    small, large = (sum(array.nbytes for array in state.generators[side].straight.get_weights()) for side in (4, 8))
    generators = small + large + 2 * (small + 2 * large)
    grids = (3 * 2 + 1) * 64 * 8 * 8 * 3
    expected = 5 * checkpoint + generators + 2 * grids
    assert disk_needed(state, Schedule.from_config(CONFIG)) == pytest.approx(expected, rel=1e-3)


def test_estimates_are_the_convolutions_multiply_adds():
    """At 4x4: 3x3 convolutions of 8 channels in G; from RGB, 3x3 of 9 to 8 and 4x4 of 8 to 8 in D; to RGB."""
    state = TrainingState(CONFIG, "float32")
    costs = plan.estimate_image_costs(state, Schedule.from_config(CONFIG))
    generator = 16 * (9 * 8 * 8 + 8 * 3)
    discriminator = 16 * (3 * 8 + 9 * 9 * 8) + 16 * 8 * 8
    assert costs[0] == generator + discriminator
    assert costs[0] < costs[1] == costs[2]


def test_convolutions_that_are_fused_are_counted_at_the_smaller_side():
    """Of an 8x8 block's four convolutions two are done at 4x4."""
    schedule = Schedule.from_config(CONFIG)
    plain, fused = (
        plan.estimate_image_costs(TrainingState(CONFIG.model_copy(update={"fused_scale": each}), "float32"), schedule)
        for each in (False, True)
    )
    assert plain[2] - fused[2] == 2 * (64 - 16) * 9 * 8 * 8
