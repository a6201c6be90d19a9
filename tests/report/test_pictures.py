"""Sample grids made small, and which of them the slider shows."""

import base64
import io
import os

import numpy as np
import pytest
from PIL import Image

from pgkeras.images import write_png
from pgkeras.report.previews import MOST_PIXELS, preview, shrink
from pgkeras.report.record import read_record
from pgkeras.report.slides import MOST_SLIDES, list_slides, slide_of_reals
from tests.report.written_run import new_run, written_run

RANDOM = np.random.default_rng(0)


def noise(*shape: int) -> np.ndarray:
    return RANDOM.integers(0, 256, shape, dtype=np.uint8)


def decoded(address: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))) as picture:
        return np.asarray(picture)


@pytest.mark.parametrize("shape", [(32, 32, 3), (32, 64)])
@pytest.mark.parametrize("factor", [1, 2, 16])
def test_repeated_pixels_are_undone(shape, factor):
    picture = noise(*shape)
    np.testing.assert_array_equal(shrink(picture.repeat(factor, 0).repeat(factor, 1)), picture)


def test_a_large_grid_is_averaged():
    picture = noise(2048, 1024, 3)
    small = shrink(picture)
    assert small.shape == (512, 256, 3)
    expected = picture.reshape(512, 4, 256, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(small, expected, atol=0.51)


def test_a_grid_that_just_fits_is_left_as_it_is():
    picture = noise(1024, MOST_PIXELS // 1024)
    assert shrink(picture) is picture


def test_a_small_grid_loses_nothing(tmp_path):
    folder = new_run(tmp_path)
    picture = noise(64, 64, 3)
    write_png(folder.reals, picture.repeat(4, 0).repeat(4, 1))
    np.testing.assert_array_equal(decoded(slide_of_reals(read_record(folder)).address), picture)


@pytest.mark.parametrize("channels", [1, 3])
def test_larger_ones_lose_little(tmp_path, channels):
    """Of smooth pictures; what is drawn pixel by pixel stays so."""
    folder = new_run(tmp_path)
    steps = np.linspace(0, 255, 128).astype(np.uint8)
    picture = np.stack([np.add.outer(steps // 2, steps // 2)] * channels, axis=-1)
    write_png(folder.reals, picture)
    found = decoded(slide_of_reals(read_record(folder)).address)[::2, ::2]
    np.testing.assert_allclose(found, picture if channels == 3 else picture.repeat(3, -1), atol=8)


def test_a_preview_is_made_once_and_again_when_its_picture_has_changed(tmp_path):
    folder = new_run(tmp_path)
    sample = folder.samples / "000000100.png"
    write_png(sample, noise(64, 64, 3))
    path = preview(folder, sample)
    assert path == folder.previews / "000000100.webp"
    first = path.stat()
    assert preview(folder, sample).stat().st_mtime_ns == first.st_mtime_ns
    write_png(sample, noise(64, 64, 3))
    os.utime(sample, ns=(first.st_atime_ns, first.st_mtime_ns + 10**9))
    before = path.read_bytes()
    assert preview(folder, sample).read_bytes() != before


@pytest.mark.parametrize("content", [b"", b"no picture", "half"])
def test_a_damaged_sample_is_left_out(tmp_path, content):
    folder = written_run(tmp_path, until=1_500)
    sample = folder.samples / "000001000.png"
    sample.write_bytes(sample.read_bytes()[:150] if content == "half" else content)
    captions = [slide.caption for slide in list_slides(read_record(folder))]
    assert captions == ["4x4 straight, after 500 images", "8x8 fade-in, alpha 0.49, after 1,500 images"]


def test_captions_tell_what_was_trained(tmp_path):
    slides = list_slides(read_record(written_run(tmp_path)))
    assert [slide.caption for slide in slides[:3]] == [
        "4x4 straight, after 500 images",
        "4x4 straight, after 1,000 images",
        "8x8 fade-in, alpha 0.49, after 1,500 images",
    ]
    assert len(slides) == 10
    assert (slides[0].width, slides[0].height) == (32, 32)
    assert slides[0].address.startswith("data:image/webp;base64,")


@pytest.mark.parametrize("number", [0, 1, 2, MOST_SLIDES, MOST_SLIDES + 1, 3 * MOST_SLIDES])
def test_many_samples_are_thinned_out(tmp_path, number):
    folder = new_run(tmp_path)
    for shown in range(1, number + 1):
        write_png(folder.samples / f"{shown:09}.png", noise(8, 8, 3))
    slides = list_slides(read_record(folder))
    assert len(slides) <= MOST_SLIDES + 1
    assert len(slides) >= min(number, MOST_SLIDES // 2)
    if number:
        assert slides[0].caption.endswith("after 1 images")
        assert slides[-1].caption.endswith(f"after {number:,} images")
    assert len(list(folder.previews.glob("*"))) == len(slides)


def test_36_pictures_full_of_detail_make_less_than_two_megabytes(tmp_path):
    """Blurred noise compresses worse than faces; this has as many pixels as a preview may have."""
    folder = new_run(tmp_path)
    picture = Image.fromarray(noise(96, 96, 3)).resize((512, 512), Image.Resampling.BICUBIC)
    write_png(folder.reals, np.asarray(picture))
    assert 36 * len(slide_of_reals(read_record(folder)).address) < 2e6
