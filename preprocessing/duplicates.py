"""Near duplicates: crops whose perceptual hashes differ in a few bits."""

import imagehash
import numpy as np
from PIL import Image

HASH_SIDE = 16  # low frequencies of the crop in each direction: a bit for each of 256


def perceptual_hash(crop: np.ndarray) -> np.ndarray:
    """Hashes a crop so that copies of it differ in a few bits, whatever their size, quality and brightness.

    Each bit tells whether one of the 16x16 lowest frequencies is above their median. With the more usual 8x8 some
    aligned faces of different people are as near to each other as copies are.

    Source: Zauner, Implementation and benchmarking of perceptual image hash functions (2010), section 3.2.1.

    Args:
        crop: uint8 (size, size, 3).

    Returns:
        uint64 (4,): 256 bits.
    """
    bits = imagehash.phash(Image.fromarray(crop), hash_size=HASH_SIDE).hash
    return np.packbits(bits).view(np.uint64)


def find_duplicates(hashes: np.ndarray, importance: np.ndarray, distance: int) -> np.ndarray:
    """Finds which faces repeat a more important one that is kept.

    Faces are looked at in descending importance, of equal importance the first one first. A face within the distance
    of one that is kept repeats it, the most important if there are several; otherwise it is kept.

    If the bits are dealt out to distance // 2 + 1 bands, two hashes within the distance differ in at most one bit of
    some band. So each hash is compared only with those that share such a part with it (multi-index hashing; Norouzi et
    al., Fast search in Hamming space with multi-index hashing, arXiv 1307.2982).

    Args:
        hashes: uint64 (number of faces,) or (number of faces, words).
        importance: (number of faces,).
        distance: bits in which the hashes of duplicates may differ; with 0 they are equal.

    Returns:
        int64 (number of faces,): -1 of a face that is kept, otherwise the index of the kept face that it repeats.
    """
    if not len(hashes):
        return np.zeros(0, np.int64)
    order = np.argsort(-np.asarray(importance, np.float64), kind="stable")
    words = (hashes if hashes.ndim == 2 else hashes[:, None])[order].T.copy()
    groups, width = _groups(words, distance // 2 + 1)
    one_bit = np.array([0, *(1 << bit for bit in range(width))])
    sizes = np.bincount(groups.ravel(), minlength=groups.shape[1] << width)
    starts = np.cumsum(sizes) - sizes
    sizes[:] = 0
    kept = np.empty(groups.size, np.int32)  # from its start on, each group's kept faces
    repeats = np.full(len(hashes), -1, np.int64)
    for face, its_groups in enumerate(groups):
        similar = (its_groups[:, None] ^ one_bit).ravel()
        likely = kept[_ranges(starts[similar], sizes[similar])]
        differing = np.bitwise_count(words[:, likely] ^ words[:, face, None]).sum(axis=0, dtype=np.uint16)
        near = likely[differing <= distance]
        if len(near):
            repeats[order[face]] = order[near.min()]
        else:
            kept[starts[its_groups] + sizes[its_groups]] = face
            sizes[its_groups] += 1
    return repeats


def _groups(words: np.ndarray, bands: int) -> tuple[np.ndarray, int]:
    """Deals the bits out to bands, as cards are, and groups the faces by what each band got, or the first bits of it.

    Args:
        words: uint64 (words, number of faces).
        bands: how many.

    Returns:
        int32 (number of faces, bands): each face's group in each band; how many of its last bits tell the groups of a
        band apart.
    """
    number = words.shape[1]
    width = min(64 * len(words) // bands, number.bit_length())  # more would leave most groups empty
    groups = np.zeros((number, bands), np.int32)
    for band in range(bands):
        groups[:, band] = band
        for bit in range(band, band + width * bands, bands):
            is_set = words[bit // 64] & np.uint64(1 << bit % 64) != 0
            groups[:, band] = groups[:, band] * 2 + is_set
    return groups, width


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Counts numbers from each start on, one range behind the other."""
    return np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
