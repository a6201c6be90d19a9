import io

import numpy as np
import pytest
from PIL import Image

from preprocessing.contact_sheet import BACKGROUND, GAP, contact_sheet, jpeg


def plain(height, width, value):
    return np.full((height, width, 3), value, np.uint8)


def test_images_fill_rows_from_the_left_with_gaps_between():
    sheet = contact_sheet([plain(96, 96, value) for value in range(1, 13)])
    assert sheet.shape == (96 + GAP + 96, 10 * 96 + 9 * GAP, 3)
    assert sheet.dtype == np.uint8
    assert (sheet[:96, :96] == 1).all()
    assert (sheet[:96, 96 + GAP : 96 + GAP + 96] == 2).all()
    assert (sheet[96 + GAP :, :96] == 11).all()
    assert (sheet[96 : 96 + GAP] == BACKGROUND).all()
    assert (sheet[96 + GAP :, 2 * (96 + GAP) :] == BACKGROUND).all()


def test_a_wide_image_is_shown_whole_in_the_middle_of_its_cell():
    image = np.concatenate([plain(10, 10, 0), plain(10, 10, 255)], axis=1)
    sheet = contact_sheet([image])
    assert sheet.shape == (96, 96, 3)
    assert (sheet[:24] == BACKGROUND).all()
    assert (sheet[24:72, 0] == 0).all()
    assert (sheet[24:72, -1] == 255).all()
    assert (sheet[72:] == BACKGROUND).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3000, 2000), (7, 5)])
def test_any_size_fits(shape):
    sheet = contact_sheet([plain(*shape, 9)])
    assert sheet.shape == (96, 96, 3)
    assert (sheet == 9).any()


def test_a_short_row_makes_a_narrow_sheet():
    assert contact_sheet([plain(4, 4, 0)] * 3).shape == (96, 3 * 96 + 2 * GAP, 3)


def test_no_image_gives_an_empty_cell():
    sheet = contact_sheet([])
    assert sheet.shape == (96, 96, 3)
    assert (sheet == BACKGROUND).all()


def test_the_jpeg_shows_the_picture_and_is_the_same_every_time():
    picture = np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], 3, axis=2).repeat(32, axis=0)
    encoded = jpeg(picture)
    assert encoded == jpeg(picture)
    with Image.open(io.BytesIO(encoded), formats=["JPEG"]) as image:
        assert np.abs(np.asarray(image).astype(int) - picture).max() < 10
