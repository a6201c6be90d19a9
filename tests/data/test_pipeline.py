"""Batches: every image once per pass, box averages, mirroring, and a stream that resumes anywhere."""

import itertools

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import Dataset, batches
from pgkeras.images import resize

IMAGES = np.random.default_rng(0).integers(0, 256, (10, 8, 8, 3), dtype=np.uint8)


def take(count: int, **options) -> list[np.ndarray]:
    dataset = batches(Dataset(IMAGES), **{"resolution": 8, "batch_size": 4, "seed": 1, "mirror": False} | options)
    return list(itertools.islice(dataset, count))


def which(image: np.ndarray) -> int:
    """Index of a full-size image in IMAGES; mirrored ones count as 100 + index."""
    pixels = np.round((image + 1) * 127.5)
    for index, original in enumerate(IMAGES):
        if (pixels == original).all():
            return index
        if (pixels == original[:, ::-1]).all():
            return 100 + index
    raise AssertionError("not one of the images")


def test_every_image_is_shown_once_per_pass_in_a_new_order():
    shown = [which(image) for batch in take(5) for image in batch]
    assert sorted(shown[:10]) == sorted(shown[10:]) == list(range(10))
    assert shown[:10] != shown[10:]


def test_the_seed_decides_the_order():
    first, second = (np.stack(take(2, seed=seed)) for seed in (1, 2))
    np.testing.assert_array_equal(first, np.stack(take(2)))
    assert (first != second).any()


@pytest.mark.parametrize("start", [4, 8, 10, 12, 36])
def test_a_resumed_stream_goes_on_where_it_was(start):
    """Also with another batch size before, as after a change of resolution."""
    images = np.concatenate(take(12, mirror=True))
    np.testing.assert_array_equal(np.concatenate(take(2, mirror=True, start=start)), images[start : start + 8])


def test_half_of_the_images_are_mirrored_anew_in_each_pass():
    shown = [which(image) for batch in take(200, mirror=True) for image in batch]
    assert np.mean([index >= 100 for index in shown]) == pytest.approx(0.5, abs=0.06)
    assert {index % 100 for index in shown} == set(range(10))
    for index in range(10):
        assert {index, 100 + index} <= set(shown)


@pytest.mark.parametrize("resolution", [4, 2])
def test_smaller_images_are_box_averages(resolution):
    factor = 8 // resolution
    full = np.concatenate(take(2))
    boxes = full.reshape(8, resolution, factor, resolution, factor, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(np.concatenate(take(2, resolution=resolution)), boxes, atol=1e-5)


def test_averages_are_exact_until_they_are_scaled():
    """float32 holds the mean of four pixels exactly; then it is divided and moved."""
    shown = np.concatenate(take(1, resolution=4, batch_size=10))
    exact = IMAGES.reshape(10, 4, 2, 4, 2, 3).astype(np.float64).mean(axis=(2, 4)).astype(np.float32)
    assert {image.tobytes() for image in shown} == {image.tobytes() for image in exact / np.float32(127.5) - 1}
    assert shown.dtype == np.float32


def test_sides_that_are_no_multiple_are_averaged_by_area():
    """A horizontal ramp of 6 pixels becomes 4: each new pixel covers 1.5 old ones."""
    ramp = np.broadcast_to(np.array([0, 30, 60, 90, 120, 150], np.uint8)[None, None, :, None], (4, 6, 6, 1))
    (batch,) = itertools.islice(batches(Dataset(ramp), 4, 4, seed=0, mirror=False), 1)
    np.testing.assert_allclose((batch[0, 0, :, 0] + 1) * 127.5, [10, 50, 100, 140], atol=1e-3)


def test_what_is_fed_is_what_resize_shows():
    images = np.random.default_rng(0).integers(0, 256, (1, 12, 12, 3), dtype=np.uint8)
    fed = next(iter(batches(Dataset(images), 8, 1, seed=0, mirror=False)))
    np.testing.assert_allclose((fed + 1) * 127.5, resize(images, 8), atol=0.501)


def test_values_lie_in_minus_one_to_one():
    extremes = np.stack([np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)])
    (batch,) = itertools.islice(batches(Dataset(extremes), 4, 2, seed=0), 1)
    assert sorted(batch[:, 0, 0, 0]) == [-1, 1]


def test_labels_stay_with_their_images():
    labels = np.array([2, 0, 1, 2, 2, 1, 0, 0, 1, 2])
    dataset = batches(Dataset(IMAGES, labels, ("a", "b", "c")), 8, 4, seed=1)
    for images, given in itertools.islice(dataset, 10):
        expected = [labels[which(image) % 100] for image in images]
        np.testing.assert_array_equal(given, np.eye(3)[expected])


def test_replicas_get_their_shares_in_turn():
    """Of three replicas, this process feeds the second and the third."""
    whole = np.stack(take(2, batch_size=6, mirror=True))
    shares = take(4, batch_size=6, mirror=True, replicas=(1, 2), replicas_in_all=3)
    expected = [batch[replica::3] for batch in whole for replica in (1, 2)]
    np.testing.assert_array_equal(np.stack(shares), np.stack(expected))


def test_an_image_that_cannot_be_read_is_the_readers_error():
    class Damaged:
        shape = IMAGES.shape

        def __len__(self):
            return len(IMAGES)

        def __getitem__(self, indices):
            raise UserError("a.jpg: cannot be decoded; replace or remove it")

    with pytest.raises(UserError, match=r"^a\.jpg: cannot be decoded; replace or remove it$"):
        next(iter(batches(Dataset(Damaged()), 8, 4, seed=1)))


def test_a_batch_of_large_images_is_read_a_few_at_a_time():
    """Image i is white on the left and i on the right, or mirrored."""
    asked = []

    class Large:
        shape = (30, 768, 768, 3)

        def __len__(self):
            return 30

        def __getitem__(self, indices):
            asked.append(len(indices))
            images = np.full((len(indices), 768, 768, 3), 255, np.uint8)
            images[:, :, 384:] = indices[:, None, None, None]
            return images

    labels = np.arange(30)
    dataset = Dataset(Large(), labels, tuple(map(str, labels)))
    images, given = next(iter(batches(dataset, 2, 30, seed=1)))
    assert max(asked) * 768 * 768 * 3 <= 2**25
    halves = np.sort((images[:, 0, :, 0] + 1) * 127.5, axis=1)
    np.testing.assert_allclose(halves, np.stack([given.argmax(axis=1), np.full(30, 255)], axis=1), atol=1e-4)
    assert sorted(given.argmax(axis=1)) == list(labels)
    assert 5 < (images[:, 0, 0, 0] == 1).sum() < 25
