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


def test_a_chain_by_hand():
    """Neighbours are 1 bit apart: the ends of the first are kept, for what they are near to is not."""
    chain = np.array([0b0000, 0b0001, 0b0011, 0b0111, 0b1111], np.uint64)
    assert find_duplicates(chain, np.array([1, 2, 9, 2, 1]), 1).tolist() == [-1, 2, -1, 2, -1]
    assert find_duplicates(chain, np.array([5, 4, 3, 2, 1]), 1).tolist() == [-1, 0, -1, 2, -1]


def test_of_several_the_most_important_is_repeated_even_if_it_is_farther():
    hashes = np.array([0b000000, 0b111000, 0b001000], np.uint64)
    assert find_duplicates(hashes, np.array([2, 3, 1]), 2).tolist() == [-1, -1, 1]


def test_equal_but_for_the_highest_bit():
    hashes = np.array([5, 2**63 + 5, 5], np.uint64)
    assert find_duplicates(hashes, np.arange(3), 0).tolist() == [2, -1, -1]


def test_at_the_largest_distance_all_repeat_the_most_important():
    hashes = np.random.default_rng(0).integers(0, 2**64, (60, 2), np.uint64)
    assert find_duplicates(hashes, np.arange(60), 128).tolist() == [59] * 59 + [-1]


def test_the_order_of_the_faces_changes_nothing():
    random = np.random.default_rng(0)
    hashes = random.integers(0, 2**64, (20, 4), np.uint64)[random.integers(0, 20, 300)]
    hashes[:, 0] ^= np.uint64(1) << random.integers(0, 64, 300, np.uint64)
    importance, order = random.permutation(300), random.permutation(300)
    found = find_duplicates(hashes, importance, 2)
    assert (found >= 0).sum() > 250
    back = np.append(order, -1)  # -1 stays -1
    np.testing.assert_array_equal(back[find_duplicates(hashes[order], importance[order], 2)], found[order])


@pytest.mark.slow
def test_many_faces():
    random = np.random.default_rng(0)
    hashes = random.integers(0, 2**64, (50_000, 4), np.uint64)
    copies, originals = random.permutation(50_000)[:10_000].reshape(2, -1)
    hashes[copies] = hashes[originals] ^ np.uint64(0b10010001)  # 3 of 64 bits, 12 in all
    importance = np.zeros(50_000)
    importance[originals] = 1
    expected = np.full(50_000, -1)
    expected[copies] = originals
    np.testing.assert_array_equal(find_duplicates(hashes, importance, 12), expected)
