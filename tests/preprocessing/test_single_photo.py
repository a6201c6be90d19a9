import sys
import textwrap

import cv2
import numpy as np
import pytest
from PIL import Image

from pgkeras.command_line import run
from pgkeras.errors import UserError
from preprocessing.config import CropConfig
from preprocessing.crop_faces import main
from preprocessing.single_photo import crop_photo
from tests.command_lines import script


def options(**given):
    return CropConfig(**{"size": 64, "margin": 0.1} | given).model_dump_json()


def save(path, picture):
    Image.fromarray(picture).save(path)
    return path


@pytest.mark.parametrize("more", [(), ("--faces", "all"), ("--no-align", "--size", "48")], ids=" ".join)
def test_a_photo_is_cropped_as_its_training_set_was(tmp_path, astronaut, monkeypatch, more):
    """The crop that the command made of it, bit by bit."""
    photo = save(tmp_path / "a.png", astronaut)
    out = tmp_path / "faces.npz"
    monkeypatch.setattr(sys, "argv", ["crop_faces.py", str(photo), "--out", str(out), "--size", "64", *more])
    with pytest.raises(SystemExit) as leaving:
        run(main)
    assert leaving.value.code == 0
    with np.load(out) as faces:
        image = crop_photo(photo, faces["options"].item())
        assert image.dtype == np.uint8
        np.testing.assert_array_equal(image, faces["images"][0])


@pytest.mark.parametrize("faces", ["largest", "all", "only"])
def test_of_several_faces_none_is_chosen(tmp_path, portraits, faces):
    group = np.full((400, 1000, 3), 130, np.uint8)
    for index in range(3):
        group[80:310, 50 + 300 * index : 280 + 300 * index] = portraits[index]
    photo = save(tmp_path / "group.png", group)
    with pytest.raises(UserError, match=r"group.png: shows 3 faces; give a photo of one person"):
        crop_photo(photo, options(faces=faces))


def two_faces(astronaut, portrait, side):
    """The astronaut, 126 pixels across the square, beside a portrait, whose square has 0.6 to 0.75 times `side`."""
    picture = np.pad(astronaut, [(0, 0), (0, 128), (0, 0)], constant_values=130)
    picture[200 : 200 + side, 530 : 530 + side] = np.asarray(Image.fromarray(portrait).resize((side, side)))
    return picture


def test_who_is_too_small_for_the_training_set_does_not_count(tmp_path, astronaut, portraits):
    photo = save(tmp_path / "a.png", two_faces(astronaut, portraits[0], 100))
    with pytest.raises(UserError, match="shows 2 faces"):
        crop_photo(photo, options(min_face=70))
    assert crop_photo(photo, options(min_face=75)).shape == (64, 64, 3)


@pytest.mark.parametrize("faces", ["largest", "all", "only"])
def test_a_bystander_does_not_count(tmp_path, astronaut, portraits, faces):
    """Half of 126 is 63: a portrait of 92 pixels shows a second person, one of 80 (a square of 51) does not."""
    lenient = options(min_face=25, faces=faces)
    photo = save(tmp_path / "a.png", two_faces(astronaut, portraits[0], 80))
    alone = save(tmp_path / "b.png", two_faces(astronaut, np.full((64, 64, 3), 130, np.uint8), 80))
    assert np.abs(crop_photo(photo, lenient).astype(int) - crop_photo(alone, lenient)).mean() < 2
    photo = save(tmp_path / "c.png", two_faces(astronaut, portraits[0], 92))
    with pytest.raises(UserError, match="shows 2 faces"):
        crop_photo(photo, lenient)


def test_a_bystander_does_not_stand_in_for_who_cannot_be_cropped(tmp_path, astronaut, portraits):
    blurred = cv2.GaussianBlur(astronaut, (0, 0), 4)
    photo = save(tmp_path / "a.png", two_faces(blurred, portraits[0], 80))
    with pytest.raises(UserError, match="blurred"):
        crop_photo(photo, options(min_face=25, faces="all"))


def test_what_gives_no_crop_is_one_line(tmp_path, astronaut, portraits):
    plain = save(tmp_path / "plain.png", np.full((300, 200, 3), 90, np.uint8))
    small = save(tmp_path / "small.png", portraits[0][:63])
    (tmp_path / "text.jpg").write_text("no photo")
    for path, words in (
        (plain, "plain.png: .*no face"),
        (small, "small.png: 230x63 pixels are too few for a crop of 64; give a larger photo"),
        (tmp_path / "text.jpg", "text.jpg: .*unreadable, no image in any of the formats"),
        (tmp_path / "none.jpg", "none.jpg: .*no file"),
    ):
        with pytest.raises(UserError, match=words):
            crop_photo(path, options())
    photo = save(tmp_path / "a.png", astronaut)
    with pytest.raises(UserError, match=r"a.png: .*blurred, sharpness .*; give another photo"):
        crop_photo(photo, options(min_sharpness=1e6))


@pytest.mark.parametrize("damaged", ["", "{}", '{"size": 64', '{"size": 64, "margin": 0, "nose": 1}'])
def test_options_of_no_training_set_are_refused(tmp_path, damaged):
    with pytest.raises(UserError, match=r"the options of the training set: .*crop its photos again"):
        crop_photo(tmp_path / "a.png", damaged)


def test_it_crops_without_keras_and_any_backend(tmp_path, astronaut):
    photo = save(tmp_path / "a.png", astronaut)
    program = f"""
        import numpy, sys
        from pathlib import Path
        from preprocessing.single_photo import crop_photo
        numpy.save({str(tmp_path / "a.npy")!r}, crop_photo(Path({str(photo)!r}), {options()!r}))
        assert not {{"keras", "tensorflow", "jax", "torch"}} & {{*sys.modules}}
    """
    script("-c", textwrap.dedent(program), check=True)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), crop_photo(photo, options()))
