import io

import numpy as np
import pytest
from PIL import Image

from preprocessing.contact_sheet import BACKGROUND, GAP, contact_sheet, jpeg


def plain(height, width, value):
    return np.full((height, width, 3), value, np.uint8)


def test_images_fill_rows_from_the_left_with_gaps_between():
    sheet = contact_sheet([plain(4, 4, value) for value in (1, 2, 3)], side=4, columns=2)
    assert sheet.shape == (4 + GAP + 4, 4 + GAP + 4, 3)
    assert sheet.dtype == np.uint8
    assert (sheet[:4, :4] == 1).all()
    assert (sheet[:4, 4 + GAP :] == 2).all()
    assert (sheet[4 + GAP :, :4] == 3).all()
    assert (sheet[4 : 4 + GAP] == BACKGROUND).all()
    assert (sheet[4 + GAP :, 4:] == BACKGROUND).all()


def test_a_wide_image_is_shown_whole_in_the_middle_of_its_cell():
    image = np.concatenate([plain(10, 10, 0), plain(10, 10, 255)], axis=1)
    sheet = contact_sheet([image], side=8)
    assert sheet.shape == (8, 8, 3)
    assert (sheet[:2] == BACKGROUND).all()
    assert (sheet[2:6, 0] == 0).all()
    assert (sheet[2:6, -1] == 255).all()
    assert (sheet[6:] == BACKGROUND).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3000, 2000), (7, 5)])
def test_any_size_fits(shape):
    sheet = contact_sheet([plain(*shape, 9)], side=16)
    assert sheet.shape == (16, 16, 3)
    assert (sheet == 9).any()


def test_a_short_row_makes_a_narrow_sheet():
    assert contact_sheet([plain(4, 4, 0)] * 3, side=10, columns=8).shape == (10, 3 * 10 + 2 * GAP, 3)


def test_no_image_gives_an_empty_cell():
    assert (contact_sheet([], side=5) == BACKGROUND).all()


def test_the_jpeg_shows_the_picture_and_is_the_same_every_time():
    picture = np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], 3, axis=2).repeat(32, axis=0)
    encoded = jpeg(picture)
    assert encoded == jpeg(picture)
    with Image.open(io.BytesIO(encoded), formats=["JPEG"]) as image:
        assert np.abs(np.asarray(image).astype(int) - picture).max() < 10
