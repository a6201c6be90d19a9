import numpy as np

from preprocessing.detect import Face
from preprocessing.judge import Judge
from preprocessing.rejects import Reason


def face(x=0.0, side=50.0, confidence=0.95):
    return Face(np.array([x, 0, side, side / 2], np.float32), np.zeros((5, 2), np.float32), confidence)


def test_the_largest_is_kept_even_if_another_is_surer():
    faces = [face(side=40, confidence=0.99), face(side=60, confidence=0.91)]
    assert Judge().choose(faces) == [faces[1]]


def test_all_are_kept_from_the_largest_to_the_smallest_and_from_left_to_right():
    middle, small, right, left = face(5, 40), face(0, 30), face(9, 50), face(7, 50)
    assert Judge("all").choose([middle, small, right, left]) == [left, right, middle, small]


def test_limits_are_inclusive_and_the_longer_side_counts():
    just = face(side=20, confidence=0.9)
    assert Judge(min_confidence=0.9, min_face=20).choose([just]) == [just]


def test_faces_below_the_limits_are_passed_over():
    good = face(side=30)
    assert Judge("all", 0.9, 20).choose([face(side=99, confidence=0.89), face(side=19), good]) == [good]


def test_the_reason_names_what_was_best():
    judge = Judge(min_confidence=0.9, min_face=20)
    assert judge.choose([]).reason is Reason.NO_FACE
    unsure = judge.choose([face(confidence=0.6), face(confidence=0.7)])
    assert unsure.reason is Reason.LOW_CONFIDENCE
    assert "0.700" in unsure.detail
    small = judge.choose([face(side=12), face(side=90, confidence=0.6)])
    assert small.reason is Reason.SMALL_FACE
    assert "12 pixels" in small.detail
