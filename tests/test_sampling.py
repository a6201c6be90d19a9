"""Images from a generator, for people."""

import numpy as np
import pytest

from pgkeras import ProgressiveConfig, UserError, build_generators, sample
from pgkeras.latents import latents_from_seeds
from pgkeras.sampling import BATCH_SIZE, WORTH_COMPILING, label_size, sample_frames, sample_latents

PLAIN = ProgressiveConfig(resolution=4, fmap_max=4, latent_size=3)


def generator(**options):
    return build_generators(PLAIN.model_copy(update=options))[4].straight


def test_the_same_seed_gives_the_same_image():
    model = generator()
    images = sample(model, num=5, seed=7)
    assert (images.shape, images.dtype) == ((5, 4, 4, 3), np.uint8)
    np.testing.assert_array_equal(sample(model, num=2, seed=9), images[2:4])


def test_classes_come_in_turn_unless_they_are_given():
    model = generator(label_size=3)
    in_turn = sample(model, num=4)
    for number, label in enumerate((0, 1, 2, 0)):
        np.testing.assert_array_equal(sample(model, num=1, seed=number, labels=label)[0], in_turn[number])
    np.testing.assert_array_equal(sample(model, num=4, labels=[0, 1, 2]), in_turn)


@pytest.mark.parametrize(
    ("classes", "labels", "words"),
    [(0, 1, "`labels` 1: the generator has no classes"), (3, [0, 3], "the generator has the classes 0 to 2")],
)
def test_classes_that_are_not_there(classes, labels, words):
    with pytest.raises(UserError, match=words):
        sample(generator(label_size=classes), labels=labels)


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("number", [3, WORTH_COMPILING * BATCH_SIZE + 3])
def test_many_images_and_a_videos_frames_are_those_of_one_at_a_time(classes, number):
    """Compiled or not; the last batch is smaller than the others."""
    model = generator(label_size=classes)
    latents = latents_from_seeds(range(number), 3)
    labels = np.eye(classes, dtype=np.float32)[np.arange(number) % classes] if label_size(model) else None
    alone = [
        sample_latents(model, latents[each : each + 1], None if labels is None else labels[each : each + 1])[0]
        for each in (0, number - 1)
    ]
    together = sample_latents(model, latents, labels)
    assert together.shape == (number, 4, 4, 3)
    np.testing.assert_allclose(together[[0, -1]], alone, atol=1e-5)
    frames = list(sample_frames(model, [latents, latents[::-1]], labels))
    np.testing.assert_allclose(frames[0], together, atol=1e-5)
    if labels is None:
        np.testing.assert_allclose(frames[1], together[::-1], atol=1e-5)


@pytest.mark.parametrize(("options", "words"), [({"num": 0}, "`num` 0"), ({"seed": -1}, "`seed` -1")])
def test_numbers_that_are_none(options, words):
    with pytest.raises(UserError, match=words):
        sample(generator(), **options)
