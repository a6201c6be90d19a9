"""Images held out of training."""

import numpy as np
import pytest

from pgkeras.data import Dataset, hold_out
from pgkeras.errors import UserError

IMAGES = np.arange(50, dtype=np.uint8)[:, None, None, None]


def numbers(dataset: Dataset) -> list[int]:
    return dataset.images[:].ravel().tolist()


def test_every_image_is_in_one_part():
    training, held_out = hold_out(Dataset(IMAGES), 0.2)
    assert (len(training.images), len(held_out.images)) == (40, 10)
    assert sorted(numbers(training) + numbers(held_out)) == list(range(50))
    assert numbers(held_out) != list(range(10))
    assert numbers(held_out) == numbers(hold_out(Dataset(IMAGES), 0.2)[1])


def test_labels_stay_with_their_images():
    training, held_out = hold_out(Dataset(IMAGES, np.arange(50) % 3, ("a", "b", "c")), 0.3)
    for part in (training, held_out):
        assert part.labels.tolist() == [number % 3 for number in numbers(part)]
        assert part.label_names == ("a", "b", "c")


def test_images_that_are_gone_change_nothing_for_the_others():
    training, held_out = hold_out(Dataset(IMAGES), 0.2)
    gone = [numbers(training)[3], numbers(held_out)[0]]
    left = np.delete(np.arange(50), gone)
    places = np.full(50, -1)
    places[left] = np.arange(48)
    training_left, held_out_left = hold_out(Dataset(IMAGES[left]), 0.2, places)
    assert numbers(training_left) == [each for each in numbers(training) if each not in gone]
    assert numbers(held_out_left) == numbers(held_out)[1:]
    everything, the_same = hold_out(Dataset(IMAGES), 0, np.where(places < 0, -1, np.arange(50)))
    assert numbers(everything) == numbers(the_same) == left.tolist()


def test_nothing_held_out():
    dataset = Dataset(IMAGES)
    assert hold_out(dataset, 0) == (dataset, dataset)


@pytest.mark.parametrize("fraction", [0.001, 0.999])
def test_no_part_may_be_empty(fraction):
    with pytest.raises(UserError, match=f"`holdout` {fraction:g}: of 50 images"):
        hold_out(Dataset(IMAGES), fraction)
