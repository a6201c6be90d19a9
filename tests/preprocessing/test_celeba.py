import numpy as np
import pytest

from pgkeras.errors import UserError
from preprocessing.celeba import read_landmarks
from preprocessing.find_photos import find_photos

NUMBERS = "69 109 106 113 77 142 73 152 108 154"
POINTS = [(69, 109), (106, 113), (77, 142), (73, 152), (108, 154)]
NAMES = "lefteye_x lefteye_y righteye_x righteye_y nose_x nose_y leftmouth_x leftmouth_y rightmouth_x rightmouth_y"


@pytest.fixture
def celeba(tmp_path):
    """As its authors pack it."""
    (tmp_path / "img_align_celeba").mkdir()
    (tmp_path / "Anno").mkdir()
    for name in ("000001.jpg", "000002.jpg"):
        (tmp_path / "img_align_celeba" / name).touch()
    text = f"2\n{NAMES}\n000001.jpg   {NUMBERS}\n000002.jpg  {'0 ' * 10}\n"
    (tmp_path / "Anno" / "list_landmarks_align_celeba.txt").write_text(text)
    return tmp_path


def test_the_authors_list(celeba):
    found = read_landmarks(celeba)
    assert [path.name for path in found] == ["000001.jpg", "000002.jpg"]
    np.testing.assert_array_equal(found[celeba / "img_align_celeba" / "000001.jpg"], POINTS)


def test_photos_come_with_their_landmarks(celeba):
    first, second = find_photos([celeba])
    assert first.source == "img_align_celeba/000001.jpg"
    np.testing.assert_array_equal(first.landmarks, POINTS)
    np.testing.assert_array_equal(second.landmarks, np.zeros((5, 2)))
    (first, _) = find_photos([celeba / "img_align_celeba"])
    assert first.source == "000001.jpg"
    np.testing.assert_array_equal(first.landmarks, POINTS)


def test_kaggles_list_and_its_folder_in_a_folder(tmp_path):
    photos = tmp_path / "img_align_celeba" / "img_align_celeba"
    photos.mkdir(parents=True)
    (photos / "000001.jpg").touch()
    rows = f"image_id,{NAMES.replace(' ', ',')}\n000001.jpg,{NUMBERS.replace(' ', ',')}\n"
    (tmp_path / "list_landmarks_align_celeba.csv").write_text(rows)
    (photo,) = find_photos([tmp_path])
    np.testing.assert_array_equal(photo.landmarks, POINTS)


def test_other_folders_have_none(tmp_path):
    (tmp_path / "a.jpg").touch()
    assert read_landmarks(tmp_path) == {}
    assert find_photos([tmp_path])[0].landmarks is None


def test_a_damaged_list_is_named(celeba):
    path = celeba / "Anno" / "list_landmarks_align_celeba.txt"
    path.write_text(path.read_text()[:-9])
    with pytest.raises(UserError, match=r"list_landmarks_align_celeba.txt: line 4 is not a name and ten numbers"):
        read_landmarks(celeba)


def test_a_list_in_no_encoding_is_named(celeba):
    path = celeba / "Anno" / "list_landmarks_align_celeba.txt"
    path.write_bytes(path.read_bytes() + b"caf\xe9.jpg" + b" 1" * 10)
    with pytest.raises(UserError, match=r"list_landmarks_align_celeba.txt: cannot be read \(.*utf-8.*\); restore"):
        read_landmarks(celeba)
