import numpy as np
import pytest
from PIL import Image

from preprocessing.config import CropConfig
from preprocessing.crop_photo import PhotoCropper, Refusal
from preprocessing.find_photos import PhotoFile
from preprocessing.read_photo import read_photo
from preprocessing.rejects import Reason


def cropper(**options):
    return PhotoCropper(CropConfig(**{"size": 64, "margin": 0.3, "min_sharpness": 0, "max_outside": 1} | options))


def save(path, picture, **options):
    Image.fromarray(picture).save(path, **options)
    return PhotoFile(path.name, path)


@pytest.fixture
def large(tmp_path, astronaut):
    """The astronaut, 2048 pixels high: her face's box is about 420."""
    enlarged = np.asarray(Image.fromarray(astronaut).resize((2048, 2048), Image.Resampling.BICUBIC))
    return save(tmp_path / "large.jpg", enlarged, quality=95)


def test_a_photo_gives_its_face_in_pixels_of_the_file(tmp_path, astronaut, large):
    (small,) = cropper().crop(save(tmp_path / "a.png", astronaut))
    (found,) = cropper().crop(large)
    np.testing.assert_allclose(found.face.box, 4 * small.face.box, rtol=0.05, atol=16)
    np.testing.assert_allclose(found.face.landmarks, 4 * small.face.landmarks, atol=16)
    assert np.abs(found.pixels.astype(int) - small.pixels).mean() < 6
    assert found.pixels.shape == (64, 64, 3)
    assert found.side == pytest.approx(4 * small.side, rel=0.05)
    assert abs(found.yaw) < 45
    assert found.sharpness > 0


@pytest.fixture
def read(monkeypatch):
    """The widths of the photos read."""
    widths = []

    def note(path, enough):
        photo = read_photo(path, enough)
        widths.append(photo.pixels.shape[1])
        return photo

    monkeypatch.setattr("preprocessing.crop_photo.read_photo", note)
    return widths


def test_no_more_of_a_jpeg_is_read_than_search_and_crop_need(large, read):
    """The crop wants twice its size of the square, which has about 550 pixels at margin 0.3."""
    assert cropper(size=64).crop(large)[0].pixels.shape == (64, 64, 3)
    assert read == [256, 512]
    read.clear()
    assert cropper(size=256, margin=0).crop(large)[0].pixels.shape == (256, 256, 3)
    assert read == [256, 2048]


def test_what_is_not_read_faster_in_part_is_read_once(tmp_path, astronaut, read):
    cropper().crop(save(tmp_path / "a.png", astronaut))
    assert read == [512]


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "large"])
@pytest.mark.parametrize("options", [{}, {"align": False}, {"faces": "all"}, {"margin": -0.2}], ids=str)
def test_finding_and_cutting_apart_gives_the_same_crop(tmp_path, astronaut, large, name, options):
    if options == {"align": False}:
        options |= {"margin": 0}
    file = large if name == "large" else save(tmp_path / name, astronaut)
    (at_once,) = cropper(**options).crop(file)
    found = cropper(**options | {"margin": "auto"}).find(file)
    (apart,) = cropper(**options).cut(file, found)
    np.testing.assert_array_equal(at_once.pixels, apart.pixels)
    assert (at_once.outside, at_once.side) == (apart.outside, apart.side)


def test_small_crops_are_of_as_many_faces_as_large_ones(tmp_path, portraits):
    group = np.full((768, 1024, 3), 130, np.uint8)
    for index, portrait in enumerate(portraits):
        top, left = 100 + 300 * (index // 4), 60 + 250 * (index % 4)
        group[top : top + 92, left : left + 92] = np.asarray(Image.fromarray(portrait).resize((92, 92)))
    file = save(tmp_path / "group.jpg", group, quality=95)
    small, large = (len(cropper(size=size, faces="all", min_face=20).crop(file)) for size in (16, 256))
    assert small == large >= 7


def test_without_alignment_the_crop_is_the_boxs_square(tmp_path, astronaut):
    (crop,) = cropper(align=False, margin=0).crop(save(tmp_path / "a.png", astronaut))
    x, y, width, height = crop.face.box
    side = round(float(max(width, height)))
    left, top = round(float(x + width / 2 - side / 2)), round(float(y + height / 2 - side / 2))
    square = Image.fromarray(astronaut[top : top + side, left : left + side])
    expected = np.asarray(square.resize((64, 64), Image.Resampling.BOX), int)
    assert np.abs(crop.pixels - expected).mean() < 3


def test_marked_landmarks_make_a_search_unnecessary(tmp_path, monkeypatch):
    """As in CelebA: the face lies where the list says, even if no detector would see one there."""
    plain = np.random.default_rng(0).integers(90, 160, (218, 178, 3), np.uint8)
    landmarks = np.array([(69, 109), (106, 113), (77, 142), (73, 152), (108, 154)], np.float32)
    file = save(tmp_path / "000001.png", plain)._replace(landmarks=landmarks)
    monkeypatch.setattr("preprocessing.detect.FaceDetector.detect", None)
    (crop,) = cropper(max_yaw=90).crop(file)
    assert crop.face.confidence == 1
    np.testing.assert_array_equal(crop.face.landmarks, landmarks)
    x, y, width, height = crop.face.box
    assert (landmarks > [x, y]).all()
    assert (landmarks < [x + width, y + height]).all()


def test_of_a_photo_with_landmarks_the_header_alone_is_read_to_find_the_face(tmp_path, astronaut, read):
    landmarks = np.array([(69, 109), (106, 113), (77, 142), (73, 152), (108, 154)], np.float32)
    file = save(tmp_path / "000001.png", astronaut)._replace(landmarks=landmarks)
    found = cropper().find(file)
    assert (found.extent, read) == ((512, 512), [])
    broken = save(tmp_path / "none.png", astronaut)._replace(landmarks=landmarks, path=tmp_path / "nowhere.png")
    assert cropper().find(broken).rejection.reason is Reason.UNREADABLE
    pointless = file._replace(landmarks=np.zeros((5, 2), np.float32))
    assert cropper().find(pointless).rejection.reason is Reason.FAILED


def test_a_face_at_the_edge_knows_what_of_its_square_is_outside(tmp_path, astronaut):
    (whole,) = cropper().crop(save(tmp_path / "a.png", astronaut))
    assert whole.outside == 0
    left = whole.face.box[0] + whole.face.box[2] / 4
    cut_off = save(tmp_path / "b.png", np.ascontiguousarray(astronaut[:, round(float(left)) :]))
    (half,) = cropper(min_confidence=0.5).crop(cut_off)
    assert 0.1 < half.outside < 0.5
    refused = cropper(min_confidence=0.5, max_outside=half.outside - 0.01).crop(cut_off)
    assert refused.rejection.reason is Reason.CUT_OFF
    assert refused.thumbnail.shape == (96, 96, 3)
    small = cropper(min_face=1000).crop(cut_off)
    assert small.rejection.reason is Reason.SMALL_FACE


def test_a_refused_photo_shows_itself_and_a_refused_face_shows_the_face(tmp_path, portraits):
    plain = np.full((300, 200, 3), 90, np.uint8)
    refused = cropper().crop(save(tmp_path / "a.png", plain))
    assert refused.rejection.reason is Reason.NO_FACE
    assert refused.thumbnail.shape == (96, 64, 3)
    blurred = cropper(min_sharpness=1e6).crop(save(tmp_path / "b.png", portraits[0]))
    assert blurred.rejection.reason is Reason.BLURRED
    assert blurred.thumbnail.shape == (96, 96, 3)
    unread = cropper().crop(PhotoFile("c.png", tmp_path / "c.png"))
    assert unread == Refusal(unread.rejection, None)


def test_an_error_costs_one_photo(tmp_path, portraits, monkeypatch):
    file = save(tmp_path / "a.png", portraits[0])

    def fail(*arguments, **keywords):
        raise ValueError("no luck\nwith this one" + ", nor the next" * 2000)

    monkeypatch.setattr("preprocessing.canvas.cv2.resize", fail)
    monkeypatch.setattr("preprocessing.crop_photo._thumbnail", lambda pixels: pixels)
    refused = cropper().crop(file)
    assert refused.rejection.reason is Reason.FAILED
    assert refused.rejection.detail.startswith("no luck with this one, nor the next")
    assert len(refused.rejection.detail) == 200
