"""Whether training images are reached more closely than others."""

import numpy as np

from pgkeras import ProgressiveConfig, build_generators
from pgkeras.data import Dataset
from pgkeras.evaluation.reach import Reach, reach, steps_of_reach
from pgkeras.images import to_uint8
from pgkeras.latents import latents_from_seeds
from pgkeras.sampling import sample_latents


def test_a_generator_reaches_its_own_images():
    """As if it had memorized them."""
    generator = build_generators(ProgressiveConfig(resolution=8, fmap_max=8, latent_size=6))[8].straight
    own = to_uint8(sample_latents(generator, latents_from_seeds(range(1000, 1003), 6)))
    training = Dataset(own.repeat(2, axis=1).repeat(2, axis=2))
    held_out = Dataset(np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8))
    steps = []
    found = reach(generator, training, held_out, on_steps=steps.append)
    assert sum(steps) == steps_of_reach(training, held_out)
    assert found.images == 2
    assert found.training < 5 < 50 < found.held_out


def test_it_says_so():
    assert str(Reach(16, 12.34, 15.0)) == (
        "16 training images are reached to within 12.3 grey levels (RMS, median), 16 held-out ones to within 15.0"
    )
