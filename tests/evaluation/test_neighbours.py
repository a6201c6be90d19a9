"""Copies of training images are found."""

import numpy as np
import pytest

from pgkeras.data import Dataset
from pgkeras.evaluation.neighbours import NEAREST, nearest, sheet

TRAINING = np.random.default_rng(0).integers(0, 200, (300, 16, 16, 3), dtype=np.uint8)
NEW = np.random.default_rng(1).integers(0, 200, (4, 16, 16, 3), dtype=np.uint8)


@pytest.fixture
def images():
    """New ones, and among them a brighter copy of image 7 and a mirrored one of image 290."""
    return np.concatenate([NEW[:2], TRAINING[[7]] + 50, NEW[2:], TRAINING[[290], :, ::-1]])


def test_copies_are_found_bright_or_mirrored(images):
    found = nearest(images, Dataset(TRAINING))
    assert found.similarity.shape == (6, NEAREST)
    assert (found.index[2, 0], found.mirrored[2, 0]) == (7, False)
    assert (found.index[5, 0], found.mirrored[5, 0]) == (290, True)
    assert found.similarity[[2, 5], 0] == pytest.approx(1, abs=1e-5)
    assert found.similarity[[0, 1, 3, 4]].max() < 0.3
    assert (np.diff(found.similarity, axis=1) <= 0).all()


def test_similarity_is_the_correlation_of_pixels(images):
    found = nearest(images[:1], Dataset(TRAINING))
    correlations = [np.corrcoef(images[0].ravel(), each.ravel())[0, 1] for each in (*TRAINING, *TRAINING[:, :, ::-1])]
    np.testing.assert_allclose(found.similarity[0], np.sort(correlations)[::-1][:NEAREST], atol=1e-5)


def test_the_sheet_begins_with_the_copies(images):
    training = Dataset(TRAINING)
    drawn = sheet(images, nearest(images, training), training)
    assert drawn.shape == (6 * 16, 16 + 2 + 5 * 16, 3)
    first_two = {drawn[:16, :16].tobytes(), drawn[16:32, :16].tobytes()}
    assert first_two == {images[2].tobytes(), images[5].tobytes()}
    nearest_to_the_mirrored = (
        drawn[:32, 18:34] if drawn[:16, :16].tobytes() == images[5].tobytes() else drawn[16:32, 18:34]
    )
    assert nearest_to_the_mirrored[:16].tobytes() == images[5].tobytes()


def test_fewer_training_images_than_are_shown(images):
    training = Dataset(TRAINING[5:8])
    found = nearest(images, training)
    assert found.similarity.shape == (6, 3)
    assert np.sort(found.index, axis=1).tolist() == [[0, 1, 2]] * 6
    assert found.index[2, 0] == 2
    assert sheet(images, found, training).shape == (6 * 16, 16 + 2 + 3 * 16, 3)
