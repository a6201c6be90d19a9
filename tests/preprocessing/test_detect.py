import cv2
import mtcnn.utils.bboxes
import numpy as np
import pytest

from preprocessing.detect import FaceDetector, _Canvas
from preprocessing.rejects import Reason


def overlap(a, b):
    """Intersection over union of two x, y, width, height boxes."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(0, width) * max(0, height)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def same(faces, others):
    assert len(faces) == len(others)
    for face, other in zip(faces, others, strict=True):
        np.testing.assert_allclose(face.box, other.box, atol=1e-3)
        np.testing.assert_allclose(face.landmarks, other.landmarks, atol=1e-3)
        assert face.confidence == pytest.approx(other.confidence, abs=1e-5)


def test_every_portrait_has_one_face_with_its_features_in_place(detector, portraits):
    for faces in detector.detect(portraits, 160):
        (face,) = faces
        assert face.confidence > 0.9
        assert overlap(face.box, [40, 40, 150, 150]) > 0.5
        left_eye, right_eye, nose, mouth_left, mouth_right = face.landmarks
        assert left_eye[0] < nose[0] < right_eye[0]
        assert mouth_left[0] < mouth_right[0]
        assert max(left_eye[1], right_eye[1]) < nose[1] < min(mouth_left[1], mouth_right[1])
        assert (face.box[:2] < face.landmarks.min(axis=0)).all()
        assert (face.landmarks.max(axis=0) < face.box[:2] + face.box[2:]).all()


def test_the_small_copy_gives_the_box_that_mtcnn_finds_in_the_photo_itself(detector, astronaut):
    (face,) = detector.detect([astronaut], 160)[0]
    reference = max(detector._mtcnn.detect_faces(astronaut), key=lambda found: found["box"][2])
    assert overlap(face.box, reference["box"]) > 0.75
    for name, point in zip(["left_eye", "right_eye", "nose", "mouth_left", "mouth_right"], face.landmarks, strict=True):
        np.testing.assert_allclose(point, np.array(reference["keypoints"][name], float), atol=6)


def test_a_photos_faces_do_not_depend_on_its_neighbours(detector, portraits, astronaut):
    plain = np.full((100, 300, 3), 90, np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (120, 90, 3), np.uint8)
    batch = [portraits[0], plain, astronaut, noise, portraits[1], portraits[2]]
    together = detector.detect(batch, 160)
    for photo, faces in zip(batch, together, strict=True):
        same(faces, detector.detect([photo], 160)[0])
    for faces, others in zip(together, reversed(detector.detect(batch[::-1], 160)), strict=True):
        same(faces, others)


def test_equal_scores_keep_their_order():
    rows = np.stack([np.arange(200), np.arange(200) % 2], axis=1)
    falling = mtcnn.utils.bboxes.sort_by_scores(rows, rows[:, 1], ascending=False)
    # Last things first, as mtcnn reverses; what matters is that an image's rows keep one order among any others.
    assert falling[:, 0].tolist() == [*range(199, 0, -2), *range(198, -1, -2)]


def test_only_the_finer_search_sees_a_small_face(detector, astronaut):
    scene = np.full((1500, 2000, 3), 120, np.uint8)
    scene[300:812, 700:1212] = astronaut  # its face, 120 pixels high, is a seventeenth of the scene
    assert detector.detect([scene], 160) == [[]]
    (face,) = detector.detect([scene], 480)[0]
    (reference,) = detector.detect([astronaut], 480)[0]
    assert overlap(face.box - [700, 300, 0, 0], reference.box) > 0.7


def test_a_face_that_fills_its_photo_is_found_and_its_box_stays_inside(detector, portraits):
    for portrait in portraits[:4]:
        photo = np.ascontiguousarray(portrait[50:180, 50:180])
        faces = detector.detect([photo], 160)[0] + detector.detect([photo], 480)[0]
        assert faces
        for face in faces:
            assert (face.box[:2] >= 0).all()
            assert (face.box[2:] > 0).all()
            assert (face.box[:2] + face.box[2:] <= 130).all()


def test_nothing_is_found_where_there_is_nothing(detector):
    plain = np.full((300, 200, 3), 200, np.uint8)
    strip = np.full((20, 4000, 3), 30, np.uint8)
    assert detector.detect([plain, strip], 160) == [[], []]
    assert detector.detect([], 160) == []


def row(x1, y1, x2, y2):
    return np.array([x1, y1, x2, y2, 0.99, 30, 40, 50, 60, 70, 31, 41, 51, 61, 71], float)


def test_canvas_coordinates_become_photo_coordinates():
    canvas = _Canvas(np.zeros((200, 400, 3), np.uint8), 160)  # scale 128 / 400 = 0.32, offset (16, 48)
    assert canvas.pixels.shape == (160, 160, 3)
    assert not canvas.pixels[:48].any()
    np.testing.assert_allclose(canvas.pixels[48:112, 16:144], -127.5 / 128)
    (face,) = canvas.faces(row(48, 56, 80, 96))
    np.testing.assert_allclose(face.box, [100, 25, 100, 125])
    np.testing.assert_allclose(face.landmarks[1], [(40 - 16) / 0.32, (41 - 48) / 0.32])
    assert face.box.dtype == face.landmarks.dtype == np.float32


def test_boxes_are_clipped_to_the_photo():
    canvas = _Canvas(np.zeros((200, 400, 3), np.uint8), 160)
    (face,) = canvas.faces(row(0, 40, 64, 120))
    np.testing.assert_allclose(face.box, [0, 0, 150, 200])


@pytest.mark.parametrize(
    "corners", [(60, 2, 100, 44), (0, 60, 30, 90), (60, 100, 100, 156), (80, 90, 70, 100), (np.nan, 60, 90, 90)]
)
def test_what_is_only_in_the_border_is_no_face(corners):
    canvas = _Canvas(np.zeros((200, 400, 3), np.uint8), 160)
    assert canvas.faces(row(*corners)) == []


def test_one_failing_photo_does_not_cost_its_neighbours(portraits, monkeypatch):
    detector = FaceDetector()
    cursed = np.full((50, 50, 3), 7, np.uint8)

    def resize(photo, *arguments, real=cv2.resize, **keywords):
        if photo is cursed:
            raise cv2.error("no luck\nwith this one")
        return real(photo, *arguments, **keywords)

    monkeypatch.setattr("preprocessing.detect.cv2.resize", resize)
    before, failed, after = detector.detect([portraits[0], cursed, portraits[1]], 160)
    assert failed.reason is Reason.FAILED
    assert failed.detail == "face detection: no luck with this one"
    assert len(before) == len(after) == 1
