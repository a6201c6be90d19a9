"""Pixels, grids, files and latents."""

import numpy as np
import pytest
from PIL import Image

from pgkeras.files.atomic import atomic_path
from pgkeras.images import (
    beside,
    cut_grid,
    encode_png,
    enlarge,
    grid,
    resize,
    to_screen_size,
    to_uint8,
    write_png,
)
from pgkeras.latents import interpolate, latents_from_seeds


def test_pixels_are_rounded_and_clipped():
    """127.5 x + 127.5, to the nearest integer."""
    values = np.array([-9, -1, -0.999, 0, 0.5, 0.999, 1, 9], np.float32)
    assert to_uint8(values).tolist() == [0, 0, 0, 128, 191, 255, 255, 255]


def test_every_pixel_survives_the_round_trip():
    pixels = np.arange(256, dtype=np.uint8)
    assert (to_uint8(pixels.astype(np.float32) / 127.5 - 1) == pixels).all()


def test_grid_fills_rows_first_and_pads_with_black():
    images = np.arange(1, 6, dtype=np.uint8)[:, None, None, None].repeat(2, axis=1).repeat(2, axis=2)
    assert grid(images)[::2, ::2, 0].tolist() == [[1, 2, 3], [4, 5, 0]]
    assert grid(images, columns=1).shape == (10, 2, 1)


@pytest.mark.parametrize("channels", [1, 3])
def test_png_round_trip(tmp_path, channels):
    image = np.random.default_rng(0).integers(0, 256, (5, 7, channels), dtype=np.uint8)
    write_png(tmp_path / "a.png", image)
    with Image.open(tmp_path / "a.png") as picture:
        assert (np.asarray(picture).reshape(image.shape) == image).all()
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == encode_png(image)


def test_png_keeps_metadata_in_any_script(tmp_path):
    text = {"Software": "pgkeras", "Description": "gesichter_ä, 顔"}
    write_png(tmp_path / "a.png", np.zeros((2, 2, 3), np.uint8), text)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.text == text


def test_a_grid_is_cut_into_what_it_was_made_of():
    images = np.random.default_rng(0).integers(1, 256, (5, 4, 4, 3), dtype=np.uint8)
    images[2] = 0  # only at the end is a black image a missing one
    assert (cut_grid(grid(images, 3), 4) == images).all()
    assert cut_grid(np.zeros((8, 8, 1), np.uint8), 4).shape == (0, 4, 4, 1)


def test_pictures_beside_each_other_have_white_between_them():
    left, right = np.full((2, 1, 1), 7, np.uint8), np.full((2, 2, 1), 9, np.uint8)
    assert beside(left, right, 1)[..., 0].tolist() == [[7, 255, 9, 9]] * 2


def test_enlarging_repeats_pixels():
    images = np.array([[[[1], [2]]], [[[3], [4]]]], np.uint8)
    assert enlarge(images, 2)[..., 0].tolist() == [[[1, 1, 2, 2]] * 2, [[3, 3, 4, 4]] * 2]
    assert (enlarge(images[1], 2) == enlarge(images, 2)[1]).all()


def test_resize_averages_boxes():
    image = np.array([[0, 10], [20, 30]], np.uint8).repeat(2, axis=0).repeat(2, axis=1)[..., None]
    assert resize(image, 2)[..., 0].tolist() == [[0, 10], [20, 30]]
    assert resize(image, 1).tolist() == [[[15]]]


def test_resize_weights_pixels_by_the_area_that_lies_in_the_new_one():
    """3 to 2: a new pixel is 1.5 old ones wide, so by hand (a + b / 2) / 1.5, in both directions."""
    image = np.array([[0, 90, 30], [60, 60, 60], [90, 0, 240]], np.uint8)
    # Rows first: [[20, 80, 40], [80, 20, 180]].
    assert resize(image[..., None], 2)[..., 0].tolist() == [[40, 53], [60, 127]]
    batch = np.stack([image, np.full((3, 3), 7, np.uint8)])[..., None].repeat(3, axis=-1)
    assert resize(batch, 2)[..., 2].tolist() == [[[40, 53], [60, 127]], [[7, 7], [7, 7]]]


def test_resized_noise_is_as_smooth_as_its_averages():
    """96 to 64: of (a + b / 2) / 1.5 the deviation is sqrt(1.25) / 1.5 of the noise's, in each direction."""
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 1), dtype=np.uint8)
    assert resize(noise, 64).std() == pytest.approx(noise.std() * 1.25 / 1.5**2, rel=0.03)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((4, 4, 3), (512, 512, 3)),
        ((128, 256, 1), (256, 512, 3)),
        ((60, 300, 3), (120, 600, 3)),
        ((1300, 100, 3), (1300, 100, 3)),
        ((2048, 4096, 3), (1024, 2048, 3)),
        ((100, 5000, 1), (34, 1667, 3)),
    ],
)
def test_pictures_fit_the_screen(shape, expected):
    assert to_screen_size(np.zeros(shape, np.uint8)).shape == expected


def test_small_pictures_are_enlarged_by_repeating_pixels_and_large_ones_shrunk_by_averaging():
    small = np.random.default_rng(0).integers(0, 256, (4, 256, 3), dtype=np.uint8)
    assert (to_screen_size(small) == small[np.arange(8) // 2][:, np.arange(512) // 2]).all()
    large = np.tile(np.uint8([10, 30]), 1500)[None, :, None].repeat(2, axis=0)
    assert (to_screen_size(large) == 20).all()


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        temporary.write_text("half of the new one")
        raise RuntimeError
    assert path.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_latents_are_mt19937_with_marsaglias_polar_method():
    """An implementation from the papers, on Python's own MT19937 (the same generator, seeded alike)."""
    state = np.random.RandomState(1234)
    uniform = state.random_sample
    expected = []
    while len(expected) < 8:
        x, y = 2 * uniform() - 1, 2 * uniform() - 1
        square = x * x + y * y
        if 0 < square < 1:
            factor = np.sqrt(-2 * np.log(square) / square)
            expected += [y * factor, x * factor]
    np.testing.assert_allclose(latents_from_seeds([1234], 8)[0], expected, rtol=1e-6)


def test_a_seed_means_the_same_latent_wherever_it_stands():
    assert (latents_from_seeds(range(5), 16)[3] == latents_from_seeds([3], 16)[0]).all()
    assert latents_from_seeds([2**32 - 1], 4).dtype == np.float32


def test_the_way_between_latents_turns_evenly():
    """A right angle in thirds: sine and cosine of 30 degrees; lengths between the two."""
    start, end = np.array([2, 0], np.float32), np.array([0, 2], np.float32)
    np.testing.assert_allclose(interpolate(start, end, 1 / 3), [np.sqrt(3), 1], rtol=1e-6)
    np.testing.assert_allclose(interpolate(start, 3 * end, 0.5), [np.sqrt(2), 3 * np.sqrt(2)], rtol=1e-6)


def test_the_way_between_latents_has_its_ends():
    start, end = latents_from_seeds([1, 2], 512)
    assert (interpolate(start, end, 0) == start).all()
    assert (interpolate(start, end, 1) == end).all()
    assert (interpolate(start, start, 0.4) == start).all()
    assert interpolate(start, end, 0.4).dtype == np.float32
