import numpy as np
import pytest

from preprocessing.config import CropConfig
from preprocessing.face import Face
from preprocessing.judge import Judge
from preprocessing.rejects import Reason


def face(x=0.0, side=50.0, confidence=0.95):
    return Face(np.array([x, 0, side, side / 2], np.float32), np.zeros((5, 2), np.float32), confidence)


def judge(**options):
    return Judge(CropConfig(**options))


def test_sure_faces_come_from_the_largest_to_the_smallest_and_from_left_to_right():
    middle, small, right, left = face(5, 40), face(0, 30, confidence=0.9), face(9, 50), face(7, 50)
    unsure = face(0, 99, confidence=0.89)
    assert judge(min_confidence=0.9).sure([middle, small, unsure, right, left]) == [left, right, middle, small]


def test_without_a_sure_face_the_reason_names_the_best():
    strict = judge(min_confidence=0.9)
    assert strict.sure([]).reason is Reason.NO_FACE
    unsure = strict.sure([face(confidence=0.6), face(confidence=0.7)])
    assert unsure.reason is Reason.LOW_CONFIDENCE
    assert "0.700" in unsure.detail


# Photo 0 shows two people and a small face; 1 and 3 one person, 1 a small face, too; 2 a small face alone.
SIDES = np.array([80, 52, 51, 60, 30, 20, 51.2])
PHOTOS = np.array([0, 0, 0, 1, 1, 2, 3])


@pytest.mark.parametrize(
    ("faces", "chosen"),
    [("largest", [0, 3, 6]), ("all", [0, 1, 3, 6]), ("only", [3, 6])],
)
def test_faces_too_small_to_be_cut_out_do_not_count(faces, chosen):
    given = judge(faces=faces, size=64)  # 0.8 x 64 = 51.2
    assert np.flatnonzero(given.chosen(SIDES, PHOTOS)).tolist() == chosen
    assert np.flatnonzero(judge(faces=faces, min_face=51.2).chosen(SIDES, PHOTOS)).tolist() == chosen


@pytest.mark.parametrize("faces", ["largest", "all", "only"])
def test_of_no_faces_none_is_chosen(faces):
    assert judge(faces=faces).chosen(np.zeros(0), np.zeros(0, int)).shape == (0,)


def test_why_no_face_of_a_photo_was_chosen():
    lonely = judge(faces="only", size=64)
    small = lonely.why_none(np.array([51.0, 20.0]))
    assert (small.reason, small.detail) == (Reason.SMALL_FACE, "largest square 51 pixels, --min-face is 51.2")
    several = lonely.why_none(np.array([80.0, 52.0, 20.0]))
    assert (several.reason, several.detail) == (Reason.SEVERAL_PEOPLE, "2 faces, --faces is only")


FRONTAL = Face(
    np.array([0, 0, 60, 60], np.float32),
    np.array([(20, 20), (40, 20), (30, 30), (22, 42), (38, 42)], np.float32),
    0.99,
)
NOISE = np.random.default_rng(0).integers(60, 200, (64, 64, 3), np.uint8)


def test_a_sharp_face_that_looks_ahead_is_fit():
    assert judge().look(FRONTAL, 0.0, NOISE) is None


def test_a_face_in_profile_is_turned_away():
    profile = Face(FRONTAL.box, FRONTAL.landmarks.copy(), 0.99)
    profile.landmarks[2, 0] += 20
    refused = judge(max_yaw=40).look(profile, 0.0, NOISE)
    assert refused.reason is Reason.TURNED_AWAY
    assert "--max-yaw is 40" in refused.detail
    assert judge(max_yaw=90).look(profile, 0.0, NOISE) is None


@pytest.mark.parametrize(("value", "reason"), [(0, Reason.UNDEREXPOSED), (255, Reason.OVEREXPOSED)])
def test_a_face_half_black_or_white_is_badly_exposed(value, reason):
    half = NOISE.copy()
    half[:, :32] = value
    refused = judge(max_clipped=0.4).look(FRONTAL, 0.0, half)
    assert refused.reason is reason
    assert "--max-clipped is 40%" in refused.detail
    assert judge(max_clipped=0.6).look(FRONTAL, 0.0, half) is None


def test_a_face_that_its_photo_cuts_off():
    refused = judge(max_outside=0.15).look(FRONTAL, 0.153, NOISE)
    assert (refused.reason, refused.detail) == (Reason.CUT_OFF, "15.3% outside, --max-outside is 15.0%")
    assert judge(max_outside=0.15).look(FRONTAL, 0.15, NOISE) is None
    assert judge(max_outside=1).look(FRONTAL, 1.0, NOISE) is None


def test_a_smooth_face_is_blurred():
    smooth = np.tile(np.linspace(60, 200, 64).astype(np.uint8)[:, np.newaxis, np.newaxis], (1, 64, 3))
    refused = judge(min_sharpness=5).look(FRONTAL, 0.0, smooth)
    assert refused.reason is Reason.BLURRED
    assert "--min-sharpness is 5" in refused.detail
    assert judge(min_sharpness=0).look(FRONTAL, 0.0, smooth) is None
