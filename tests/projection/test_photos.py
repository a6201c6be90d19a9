"""Which pictures are crops already, and how others become some."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from pgkeras import UserError
from pgkeras.images import resize
from pgkeras.projection.photos import Photos
from preprocessing.single_photo import crop_photo

skimage_data = pytest.importorskip("skimage.data")
NOISE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def photos(run_folder, generator) -> Photos:
    return Photos.for_generator(run_folder, generator)


def save(path, picture, **options):
    Image.fromarray(picture).save(path, **options)
    return path


@pytest.mark.parametrize("side", [16, 32])
def test_a_ready_crop_is_taken_as_it_is(photos, tmp_path, side):
    crop = NOISE[:side, :side]
    photo = photos.open(save(tmp_path / "a.png", crop))
    np.testing.assert_array_equal(photo.picture, crop)
    np.testing.assert_array_equal(photo.crop, resize(crop, 16))


def test_a_photo_is_cropped_as_the_training_images_were(photos, tmp_path):
    picture = skimage_data.astronaut()
    path = save(tmp_path / "a.png", picture)
    photo = photos.open(path)
    np.testing.assert_array_equal(photo.picture, picture)
    np.testing.assert_array_equal(photo.crop, resize(crop_photo(path, photos.options), 16))


def test_grey_generators_see_photos_in_grey(photos, tmp_path):
    path = save(tmp_path / "a.png", skimage_data.astronaut())
    grey = Photos(16, 1, photos.crop_side, photos.options).open(path)
    assert grey.crop.shape == (16, 16, 1)
    expected = Image.fromarray(crop_photo(path, photos.options)).convert("L")
    np.testing.assert_array_equal(grey.crop, resize(np.asarray(expected)[..., None], 16))


def test_of_a_model_alone_any_square_is_a_crop(generator, tmp_path):
    photos = Photos.for_generator(tmp_path / "generator_0016.keras", generator)
    assert photos == Photos(16, 3)
    assert photos.open(save(tmp_path / "a.png", NOISE)).crop.shape == (16, 16, 3)
    with pytest.raises(UserError, match=r"b.png: is 64x40 and must be cropped first, but how .*; give a square crop"):
        photos.open(save(tmp_path / "b.png", NOISE[:40]))


def test_a_phone_that_was_held_upright(photos, tmp_path):
    """EXIF orientation 6: turned to the right."""
    exif = Image.Exif()
    exif[0x0112] = 6
    crop = np.asarray(Image.fromarray(NOISE[:4, :4]).resize((32, 32), Image.Resampling.NEAREST))
    photo = photos.open(save(tmp_path / "a.png", crop, exif=exif))
    np.testing.assert_array_equal(photo.crop, resize(np.rot90(crop, -1), 16))


@pytest.mark.parametrize("content", [b"", b"no picture", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 32 32\n"])
def test_what_is_no_picture(photos, tmp_path, content):
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(UserError, match=r"a.jpg: is not a picture that can be read \([^<]*\); give another photo"):
        photos.open(tmp_path / "a.jpg")


def test_no_file_and_half_a_file(photos, tmp_path):
    with pytest.raises(UserError, match=r"none.jpg: is not a picture that can be read \(No such file"):
        photos.open(tmp_path / "none.jpg")
    content = io.BytesIO()
    Image.fromarray(NOISE).save(content, "png")
    (tmp_path / "half.png").write_bytes(content.getvalue()[: len(content.getvalue()) // 2])
    with pytest.raises(UserError, match=r"half.png: is not a picture that can be read"):
        photos.open(tmp_path / "half.png")


def test_too_small_and_too_large(photos, tmp_path, monkeypatch):
    with pytest.raises(UserError, match=r"a.png: is 15x15, smaller than .* 16x16; give a larger photo"):
        photos.open(save(tmp_path / "a.png", NOISE[:15, :15]))
    with pytest.raises(UserError, match=r"b.png: 40x20 pixels are too few for a crop of 32; give a larger photo"):
        photos.open(save(tmp_path / "b.png", NOISE[:20, :40]))
    monkeypatch.setattr("pgkeras.data.sources.decode.LARGEST", 64 * 64 - 1)
    with pytest.raises(UserError, match=r"c.png: has over 4,095 pixels; shrink it"):
        photos.open(save(tmp_path / "c.png", NOISE))


def test_the_largest_phones_photos_are_opened_as_crop_opens_them(tmp_path):
    """182 million pixels, of which an eighth of the width and height is decoded."""
    Image.new("L", (13500, 13500), 128).save(tmp_path / "a.jpg", quality=50)
    photo = Photos(16, 1).open(tmp_path / "a.jpg")
    assert photo.picture.shape == (1688, 1688, 1)
    assert (photo.crop == 128).all()


def test_no_face_and_several_faces(photos, tmp_path):
    with pytest.raises(UserError, match=r"plain.png: .*no face"):
        photos.open(save(tmp_path / "plain.png", np.full((200, 300, 3), 90, np.uint8)))
    two = np.full((300, 640, 3), 130, np.uint8)
    for index, face in enumerate(skimage_data.lfw_subset()[:2]):
        large = Image.fromarray((face * 255).astype(np.uint8)).resize((230, 230), Image.Resampling.BICUBIC)
        two[35:265, 50 + 310 * index :][:, :230] = np.asarray(large)[..., None]
    with pytest.raises(UserError, match=r"two.png: shows 2 faces; give a photo of one person, or cut one out"):
        photos.open(save(tmp_path / "two.png", two))


def test_what_crops_is_not_installed(photos, tmp_path, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError("No module named 'mtcnn'", name="mtcnn")

    monkeypatch.setattr("pgkeras.projection.photos.import_tool", missing)
    expected = "and must be cropped first, for which mtcnn is missing; pip install 'pgkeras[faces]'"
    with pytest.raises(UserError, match=re.escape(expected)):
        photos.open(save(tmp_path / "a.png", NOISE[:40]))


def test_a_run_whose_training_images_are_gone(run_folder, generator, tmp_path, monkeypatch):
    monkeypatch.setattr("pgkeras.projection.photos.read_crop_options", lambda path: None)
    assert Photos.for_generator(run_folder, generator) == Photos(16, 3, 32)
