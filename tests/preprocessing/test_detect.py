import cv2
import numpy as np
import pytest
import tensorflow as tf
from mtcnn import MTCNN
from mtcnn.utils.bboxes import smart_nms_from_bboxes
from mtcnn.utils.images import build_scale_pyramid

from preprocessing.canvas import Canvas
from preprocessing.detect import FaceDetector, ThoroughDetector
from preprocessing.networks import Networks
from preprocessing.pyramid import Pyramid, _columns
from preprocessing.suppress import suppress


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


def normalized(pixels):
    return tf.constant((pixels - 127.5) / 128, tf.float32)


def test_the_networks_are_those_of_the_mtcnn_package():
    """The package's Keras networks are the reference; LiteRT runs them on fixed numbers of patches."""
    random = np.random.default_rng(0)
    networks = Networks((40, 60))
    pnet, rnet, onet = (stage._model for stage in MTCNN().stages)
    mosaic = random.integers(0, 256, (40, 60, 3), np.uint8)
    offsets, probabilities = pnet(normalized(mosaic[np.newaxis]))
    ours = networks.propose(mosaic)
    np.testing.assert_allclose(ours[0], probabilities[0, ..., 1], atol=1e-5)
    np.testing.assert_allclose(ours[1], offsets[0], atol=1e-5)
    small = random.integers(0, 256, (19, 24, 24, 3), np.uint8)
    offsets, probabilities = rnet(normalized(small))
    ours = networks.refine(small)
    np.testing.assert_allclose(ours[0], probabilities[:, 1], atol=1e-5)
    np.testing.assert_allclose(ours[1], offsets, atol=1e-5)
    large = random.integers(0, 256, (6, 48, 48, 3), np.uint8)
    offsets, landmarks, probabilities = onet(normalized(large))
    ours = networks.locate(large)
    np.testing.assert_allclose(ours[0], probabilities[:, 1], atol=1e-5)
    np.testing.assert_allclose(ours[1], offsets, atol=1e-5)
    np.testing.assert_allclose(ours[2][..., 0], landmarks[:, :5], atol=1e-5)
    np.testing.assert_allclose(ours[2][..., 1], landmarks[:, 5:], atol=1e-5)


@pytest.mark.parametrize("shape", [(40, 60), (42, 90), (96, 60), (130, 202)])
def test_tiles_give_what_the_whole_gives(shape):
    mosaic = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    offsets, probabilities = MTCNN().stages[0]._model(normalized(mosaic[np.newaxis]))
    ours = Networks((40, 60)).propose(mosaic)
    np.testing.assert_allclose(ours[0], probabilities[0, ..., 1], atol=1e-5)
    np.testing.assert_allclose(ours[1], offsets[0], atol=1e-5)


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


@pytest.fixture(scope="module")
def panorama(portraits):
    """Seven faces, about 45 pixels wide: a sixty-fifth of the panorama."""
    scene = cv2.resize(np.random.default_rng(0).integers(90, 170, (50, 300, 3), np.uint8), (3000, 500))
    for index, portrait in enumerate(portraits[:7]):
        top, left = 100 + 30 * index, 40 + 400 * index
        scene[top : top + 70, left : left + 70] = cv2.resize(portrait, (70, 70))
    return scene


def test_the_thorough_search_finds_all_that_mtcnn_finds_in_a_panorama(fine_detector, panorama):
    assert fine_detector.detect(panorama) == []
    found = [face for face in ThoroughDetector().detect(panorama, 20) if face.confidence > 0.8]
    reference = MTCNN().detect_faces(panorama)
    assert len(reference) == 7
    for face in reference:
        (same,) = [each for each in found if overlap(each.box, face["box"]) > 0.6]
        np.testing.assert_allclose(same.landmarks[2], face["keypoints"]["nose"], atol=4)


def test_the_thorough_search_seeks_no_smaller_faces_than_it_is_asked_for(panorama, astronaut):
    scene = panorama.copy()
    scene[:400, 1000:1400] = astronaut[:400, :400]
    (face,) = ThoroughDetector().detect(scene, 80)
    assert 80 < face.box[2] < 150


def test_the_thorough_search_finds_a_face_that_fills_its_photo(portraits):
    detector = ThoroughDetector()
    for portrait in portraits[:4]:
        faces = detector.detect(np.ascontiguousarray(portrait[50:180, 50:180]), 20)
        assert max(face.box[2] for face in faces) > 90


def test_a_panorama_wider_than_opencv_can_remap_is_searched(astronaut):
    scene = np.full((200, 40_000, 3), 128, np.uint8)
    scene[:, 39_700:39_900] = cv2.resize(astronaut, (400, 400))[:200, 80:280]
    (face,) = ThoroughDetector().detect(scene, 40)
    assert 39_700 < face.box[0] < 39_900


@pytest.mark.parametrize("shape", [(480, 640), (1280, 7680), (1201, 900)])
def test_the_thorough_pyramid_is_the_papers(shape):
    """The package stops when the shorter side is about a cell; a copy more is for faces that fill their photo."""
    theirs = build_scale_pyramid(shape[1], shape[0], 20, 0.709)
    sizes = Pyramid.of_picture(shape, 20)._sizes
    assert sizes[: len(theirs)] == [(int(shape[0] * scale), int(shape[1] * scale)) for scale in theirs]
    assert len(sizes) - len(theirs) in (0, 1, 2)
    assert Pyramid.of_picture(shape, 80)._sizes == sizes[4:]  # 20 / 0.709 ** 4 is 79


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
    canvas = Canvas.small(np.zeros((200, 400, 3), np.uint8), 160)  # scale 128 / 400 = 0.32, offset (16, 48)
    assert canvas.pixels.shape == (160, 160, 3)
    assert (canvas.pixels[:48] == 128).all()
    assert (canvas.pixels[48:112, 16:144] == 0).all()
    (face,) = canvas.faces(np.array([48, 56, 80, 96]), landmarks(), 0.99)
    np.testing.assert_allclose(face.box, [100, 25, 100, 125])
    np.testing.assert_allclose(face.landmarks[1], [(40 - 16) / 0.32, (41 - 48) / 0.32])


def test_boxes_are_clipped_to_the_photo():
    canvas = Canvas.small(np.zeros((200, 400, 3), np.uint8), 160)
    (face,) = canvas.faces(np.array([0, 40, 64, 120]), landmarks(), 0.99)
    np.testing.assert_allclose(face.box, [0, 0, 150, 200])


@pytest.mark.parametrize(
    "corners", [(60, 2, 100, 44), (0, 60, 30, 90), (60, 100, 100, 156), (80, 90, 70, 100), (np.nan, 60, 90, 90)]
)
def test_what_is_only_in_the_border_is_no_face(corners):
    canvas = Canvas.small(np.zeros((200, 400, 3), np.uint8), 160)
    assert canvas.faces(np.array(corners), landmarks(), 0.99) == []


def test_patches_are_cut_out_corner_to_corner():
    """A ramp's patch is a ramp between the box's sides; outside the canvas it is grey."""
    canvas = Canvas.small(np.zeros((160, 160, 3), np.uint8), 160)
    canvas.pixels[:] = np.arange(160, dtype=np.uint8)[np.newaxis, :, np.newaxis]
    inside, outside = canvas.patches(np.array([[20, 30, 66, 76], [-50, 30, -4, 76]], np.float32), 24)
    np.testing.assert_array_equal(inside[5, :, 0], 20 + 2 * np.arange(24))
    np.testing.assert_array_equal(outside, 128)


def test_boxes_that_overlap_a_better_one_are_dropped():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10], [0, 0, 4, 10]], np.float32)
    scores = np.array([0.8, 0.9, 0.7, 0.6], np.float32)
    assert suppress(boxes, scores, 0.7).tolist() == [1, 2, 3]  # 90 of 110 shared
    assert suppress(boxes, scores, 0.7, of_smaller=True).tolist() == [1, 2]  # 30 of 40
    groups = np.array([0, 1, 0, 0])
    assert suppress(boxes, scores, 0.7, groups=groups).tolist() == [1, 0, 2, 3]
    assert suppress(boxes[:0], scores[:0], 0.7).tolist() == []


@pytest.mark.parametrize("method", ["union", "min"])
def test_many_boxes_are_suppressed_as_in_the_package(method):
    random = np.random.default_rng(0)
    corners = random.uniform(0, 300, (700, 2))
    boxes = np.concatenate([corners, corners + random.uniform(10, 60, (700, 2))], axis=1).astype(np.float32)
    scores = random.permutation(700) / 700
    rows = np.concatenate([np.zeros((700, 1)), boxes, scores[:, np.newaxis]], axis=1)
    kept = suppress(boxes, scores, 0.3, of_smaller=method == "min")
    np.testing.assert_array_equal(rows[kept], smart_nms_from_bboxes(rows, 0.3, method=method))


def test_copies_of_the_pyramid_do_not_touch():
    sides = [96, 68, 48, 34, 24, 17, 12]
    places, (height, width) = _columns([(side, side) for side in sides])
    taken = np.zeros((height, width), int)
    for (top, left), side in zip(places, sides, strict=True):
        assert top % 2 == left % 2 == 0
        taken[top : top + side, left : left + side] += 1
    assert taken.max() == 1
    assert taken.sum() == sum(side**2 for side in sides)
