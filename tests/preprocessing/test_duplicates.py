import io

import numpy as np
import pytest
from PIL import Image

from preprocessing.config import CropConfig
from preprocessing.duplicates import find_duplicates, perceptual_hash

DISTANCE = CropConfig().duplicate_distance


def differing(one, other):
    return sum(int(a ^ b).bit_count() for a, b in zip(one, other, strict=True))


def crop(portrait, shift=0):
    return np.asarray(Image.fromarray(portrait[30 + shift : 200 + shift, 30:200]).resize((64, 64)))


def test_a_hash_has_256_bits(portraits):
    bits = perceptual_hash(crop(portraits[0]))
    assert (bits.shape, bits.dtype) == ((4,), np.uint64)


def test_copies_are_within_the_distance_and_other_people_are_not(portraits):
    for portrait in portraits:
        original = crop(portrait)
        file = io.BytesIO()
        Image.fromarray(original).resize((96, 96)).save(file, "JPEG", quality=70)
        brighter = np.clip(original * 1.1, 0, 255).astype(np.uint8)
        for copy in (np.asarray(Image.open(file)), brighter):
            assert differing(perceptual_hash(original), perceptual_hash(copy)) <= DISTANCE
    hashes = [perceptual_hash(crop(portrait)) for portrait in portraits]
    others = [differing(one, two) for index, one in enumerate(hashes) for two in hashes[:index]]
    assert min(others) > DISTANCE


def test_the_most_important_is_kept():
    """0 and 3 bits apart; the last is near the second only."""
    hashes = np.array([0b0000, 0b0000, 0b0111, 0b111111], np.uint64)
    importance = np.array([1, 2, 3, 0])
    assert find_duplicates(hashes, importance, 0).tolist() == [1, -1, -1, -1]
    assert find_duplicates(hashes, importance, 2).tolist() == [1, -1, -1, -1]
    # The third is kept first, the second and the first repeat it, and so does the last.
    assert find_duplicates(hashes, importance, 3).tolist() == [2, 2, -1, 2]


def test_of_equal_importance_the_first_is_kept():
    assert find_duplicates(np.zeros(3, np.uint64), np.ones(3), 4).tolist() == [-1, 0, 0]


def test_no_faces_have_no_duplicates():
    assert find_duplicates(np.zeros((0, 4), np.uint64), np.zeros(0), 4).tolist() == []


@pytest.mark.parametrize("distance", [0, 1, 5, 32])
def test_it_finds_what_a_comparison_of_all_finds(distance):
    random = np.random.default_rng(distance)
    number = 300
    hashes = random.integers(0, 2**64, (number, 4), np.uint64)
    for index in range(0, number, 3):  # every third is a copy of another, some bits changed
        hashes[index] = hashes[random.integers(number)]
        for bit in random.integers(0, 256, random.integers(0, 2 * distance + 2)):
            hashes[index, bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    importance = random.integers(0, 20, number)
    expected = {}
    order = sorted(range(number), key=lambda index: (-importance[index], index))
    for index in order:
        kept = [other for other in order if expected.get(other) == -1]
        near = (other for other in kept if differing(hashes[index], hashes[other]) <= distance)
        expected[index] = next(near, -1)
    assert find_duplicates(hashes, importance, distance).tolist() == [expected[index] for index in range(number)]
    assert sum(repeat >= 0 for repeat in expected.values()) > 10
