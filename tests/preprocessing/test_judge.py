import numpy as np
import pytest

from preprocessing.config import CropConfig
from preprocessing.detect import Face
from preprocessing.judge import Judge
from preprocessing.rejects import Reason


def face(x=0.0, side=50.0, confidence=0.95):
    return Face(np.array([x, 0, side, side / 2], np.float32), np.zeros((5, 2), np.float32), confidence)


def judge(**options):
    return Judge(CropConfig(**options))


def test_the_largest_is_kept_even_if_another_is_surer():
    faces = [face(side=40, confidence=0.99), face(side=60, confidence=0.91)]
    assert judge().choose(faces) == [faces[1]]


def test_all_are_kept_from_the_largest_to_the_smallest_and_from_left_to_right():
    middle, small, right, left = face(5, 40), face(0, 30), face(9, 50), face(7, 50)
    assert judge(faces="all").choose([middle, small, right, left]) == [left, right, middle, small]


def test_limits_are_inclusive_and_the_longer_side_counts():
    just = face(side=20, confidence=0.9)
    assert judge(min_confidence=0.9, min_face=20).choose([just]) == [just]


def test_faces_below_the_limits_are_passed_over():
    good = face(side=30)
    assert judge(faces="all", min_confidence=0.9, min_face=20).choose(
        [face(side=99, confidence=0.89), face(side=19), good]
    ) == [good]


def test_the_reason_names_what_was_best():
    strict = judge(min_confidence=0.9, min_face=20)
    assert strict.choose([]).reason is Reason.NO_FACE
    unsure = strict.choose([face(confidence=0.6), face(confidence=0.7)])
    assert unsure.reason is Reason.LOW_CONFIDENCE
    assert "0.700" in unsure.detail
    small = strict.choose([face(side=12), face(side=90, confidence=0.6)])
    assert small.reason is Reason.SMALL_FACE
    assert "12 pixels" in small.detail


def test_only_wants_one_good_face():
    lonely = judge(faces="only")
    one = face()
    assert lonely.choose([one, face(side=9), face(confidence=0.6)]) == [one]
    refused = lonely.choose([face(0), face(60)])
    assert (refused.reason, refused.detail) == (Reason.SEVERAL_PEOPLE, "2 faces, --faces is only")


FRONTAL = Face(
    np.array([0, 0, 60, 60], np.float32),
    np.array([(20, 20), (40, 20), (30, 30), (22, 42), (38, 42)], np.float32),
    0.99,
)
NOISE = np.random.default_rng(0).integers(60, 200, (64, 64, 3), np.uint8)


def test_a_sharp_face_that_looks_ahead_is_fit():
    assert judge().look(FRONTAL, NOISE) is None


def test_a_face_in_profile_is_turned_away():
    profile = Face(FRONTAL.box, FRONTAL.landmarks.copy(), 0.99)
    profile.landmarks[2, 0] += 20
    refused = judge(max_yaw=40).look(profile, NOISE)
    assert refused.reason is Reason.TURNED_AWAY
    assert "--max-yaw is 40" in refused.detail
    assert judge(max_yaw=90).look(profile, NOISE) is None


@pytest.mark.parametrize(("value", "reason"), [(0, Reason.UNDEREXPOSED), (255, Reason.OVEREXPOSED)])
def test_a_face_half_black_or_white_is_badly_exposed(value, reason):
    half = NOISE.copy()
    half[:, :32] = value
    refused = judge(max_clipped=0.4).look(FRONTAL, half)
    assert refused.reason is reason
    assert "--max-clipped is 40%" in refused.detail
    assert judge(max_clipped=0.6).look(FRONTAL, half) is None


def test_a_smooth_face_is_blurred():
    smooth = np.tile(np.linspace(60, 200, 64).astype(np.uint8)[:, np.newaxis, np.newaxis], (1, 64, 3))
    refused = judge(min_sharpness=5).look(FRONTAL, smooth)
    assert refused.reason is Reason.BLURRED
    assert "--min-sharpness is 5" in refused.detail
    assert judge(min_sharpness=0).look(FRONTAL, smooth) is None
