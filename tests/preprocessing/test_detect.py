import numpy as np
import pytest
import tensorflow as tf
from mtcnn import MTCNN

from preprocessing.detect import FaceDetector, _Canvas, _columns, _suppress
from preprocessing.networks import Networks


@pytest.fixture(scope="module")
def fine_detector():
    return FaceDetector(480)


def overlap(a, b):
    """Intersection over union of two x, y, width, height boxes."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(0, width) * max(0, height)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def test_every_portrait_has_one_face_with_its_features_in_place(detector, portraits):
    for portrait in portraits:
        (face,) = detector.detect(portrait)
        assert face.confidence > 0.9
        assert overlap(face.box, [40, 40, 150, 150]) > 0.5
        left_eye, right_eye, nose, mouth_left, mouth_right = face.landmarks
        assert left_eye[0] < nose[0] < right_eye[0]
        assert mouth_left[0] < mouth_right[0]
        assert max(left_eye[1], right_eye[1]) < nose[1] < min(mouth_left[1], mouth_right[1])
        assert (face.box[:2] < face.landmarks.min(axis=0)).all()
        assert (face.landmarks.max(axis=0) < face.box[:2] + face.box[2:]).all()
        assert face.box.dtype == face.landmarks.dtype == np.float32


def test_the_networks_are_those_of_the_mtcnn_package():
    """The package's Keras networks are the reference; LiteRT runs them on fixed numbers of patches."""
    random = np.random.default_rng(0)
    networks = Networks((40, 60))
    pnet, rnet, onet = (stage._model for stage in MTCNN().stages)
    mosaic = random.uniform(-1, 1, (40, 60, 3)).astype(np.float32)
    offsets, probabilities = pnet(tf.constant(mosaic[np.newaxis]))
    ours = networks.propose(mosaic)
    np.testing.assert_allclose(ours[0], probabilities[0, ..., 1], atol=1e-5)
    np.testing.assert_allclose(ours[1], offsets[0], atol=1e-5)
    small = random.uniform(-1, 1, (19, 24, 24, 3)).astype(np.float32)
    offsets, probabilities = rnet(tf.constant(small))
    ours = networks.refine(small)
    np.testing.assert_allclose(ours[0], probabilities[:, 1], atol=1e-5)
    np.testing.assert_allclose(ours[1], offsets, atol=1e-5)
    large = random.uniform(-1, 1, (6, 48, 48, 3)).astype(np.float32)
    offsets, landmarks, probabilities = onet(tf.constant(large))
    ours = networks.locate(large)
    np.testing.assert_allclose(ours[0], probabilities[:, 1], atol=1e-5)
    np.testing.assert_allclose(ours[1], offsets, atol=1e-5)
    np.testing.assert_allclose(ours[2][..., 0], landmarks[:, :5], atol=1e-5)
    np.testing.assert_allclose(ours[2][..., 1], landmarks[:, 5:], atol=1e-5)


def test_the_small_copy_gives_the_box_that_mtcnn_finds_in_the_photo_itself(detector, astronaut):
    (face,) = detector.detect(astronaut)
    reference = max(MTCNN().detect_faces(astronaut), key=lambda found: found["box"][2])
    assert overlap(face.box, reference["box"]) > 0.75
    for name, point in zip(["left_eye", "right_eye", "nose", "mouth_left", "mouth_right"], face.landmarks, strict=True):
        np.testing.assert_allclose(point, np.array(reference["keypoints"][name], float), atol=6)


def test_only_the_finer_search_sees_a_small_face(detector, fine_detector, astronaut):
    scene = np.full((1500, 2000, 3), 120, np.uint8)
    scene[300:812, 700:1212] = astronaut  # its face, 120 pixels high, is a seventeenth of the scene
    assert detector.detect(scene) == []
    (face,) = fine_detector.detect(scene)
    (reference,) = fine_detector.detect(astronaut)
    assert overlap(face.box - [700, 300, 0, 0], reference.box) > 0.7


def test_a_face_that_fills_its_photo_is_found_and_its_box_stays_inside(detector, fine_detector, portraits):
    for portrait in portraits[:4]:
        photo = np.ascontiguousarray(portrait[50:180, 50:180])
        faces = detector.detect(photo) + fine_detector.detect(photo)
        assert faces
        for face in faces:
            assert (face.box[:2] >= 0).all()
            assert (face.box[2:] > 0).all()
            assert (face.box[:2] + face.box[2:] <= 130).all()


def test_nothing_is_found_where_there_is_nothing(detector):
    assert detector.detect(np.full((300, 200, 3), 200, np.uint8)) == []
    assert detector.detect(np.full((20, 4000, 3), 30, np.uint8)) == []


def landmarks():
    return np.array([(30, 31), (40, 41), (50, 51), (60, 61), (70, 71)], np.float32)


def test_canvas_coordinates_become_photo_coordinates():
    canvas = _Canvas(np.zeros((200, 400, 3), np.uint8), 160)  # scale 128 / 400 = 0.32, offset (16, 48)
    assert canvas.pixels.shape == (160, 160, 3)
    assert (canvas.pixels[:48] == 128).all()
    assert (canvas.pixels[48:112, 16:144] == 0).all()
    (face,) = canvas.faces(np.array([48, 56, 80, 96]), landmarks(), 0.99)
    np.testing.assert_allclose(face.box, [100, 25, 100, 125])
    np.testing.assert_allclose(face.landmarks[1], [(40 - 16) / 0.32, (41 - 48) / 0.32])


def test_boxes_are_clipped_to_the_photo():
    canvas = _Canvas(np.zeros((200, 400, 3), np.uint8), 160)
    (face,) = canvas.faces(np.array([0, 40, 64, 120]), landmarks(), 0.99)
    np.testing.assert_allclose(face.box, [0, 0, 150, 200])


@pytest.mark.parametrize(
    "corners", [(60, 2, 100, 44), (0, 60, 30, 90), (60, 100, 100, 156), (80, 90, 70, 100), (np.nan, 60, 90, 90)]
)
def test_what_is_only_in_the_border_is_no_face(corners):
    canvas = _Canvas(np.zeros((200, 400, 3), np.uint8), 160)
    assert canvas.faces(np.array(corners), landmarks(), 0.99) == []


def test_patches_are_cut_out_corner_to_corner():
    """A ramp's patch is a ramp between the box's sides; outside the canvas it is grey."""
    canvas = _Canvas(np.zeros((160, 160, 3), np.uint8), 160)
    canvas.pixels[:] = np.arange(160, dtype=np.uint8)[np.newaxis, :, np.newaxis]
    inside, outside = canvas.patches(np.array([[20, 30, 66, 76], [-50, 30, -4, 76]], np.float32), 24)
    np.testing.assert_allclose(inside[5, :, 0], (20 + 2 * np.arange(24) - 127.5) / 128, atol=1e-6)
    np.testing.assert_allclose(outside, 0.5 / 128)


def test_boxes_that_overlap_a_better_one_are_dropped():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10], [0, 0, 4, 10]], np.float32)
    scores = np.array([0.8, 0.9, 0.7, 0.6], np.float32)
    assert _suppress(boxes, scores, 0.7).tolist() == [1, 2, 3]  # 90 of 110 shared
    assert _suppress(boxes, scores, 0.7, of_smaller=True).tolist() == [1, 2]  # 30 of 40
    groups = np.array([0, 1, 0, 0])
    assert _suppress(boxes, scores, 0.7, groups=groups).tolist() == [1, 0, 2, 3]
    assert _suppress(boxes[:0], scores[:0], 0.7).tolist() == []


def test_copies_of_the_pyramid_do_not_touch():
    sides = [96, 68, 48, 34, 24, 17, 12]
    places, (height, width) = _columns(sides)
    taken = np.zeros((height, width), int)
    for (top, left), side in zip(places, sides, strict=True):
        assert top % 2 == left % 2 == 0
        taken[top : top + side, left : left + side] += 1
    assert taken.max() == 1
    assert taken.sum() == sum(side**2 for side in sides)
