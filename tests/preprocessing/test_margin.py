import numpy as np
import pytest

from preprocessing.config import CropConfig
from preprocessing.margin import choose_margin, margins, room
from preprocessing.square import Square, part_outside


def upright(x, y, side):
    return Square(np.array([x, y], float), np.array([side / 2, 0.0]))


def faces(rooms, sides=None, sources=None):
    number = len(rooms)
    return {
        "sources": np.array([f"{index}.jpg" for index in range(number)] if sources is None else sources),
        "sides": np.full(number, 100.0) if sides is None else np.array(sides, float),
        "rooms": np.array(rooms, float),
    }


def chosen(*arguments, **options):
    return choose_margin(faces(*arguments), CropConfig(**{"size": 64} | options))


def test_the_margins_are_hundredths_from_a_quarter_less_to_three_tenths_more():
    assert margins(align=True) == [
        float(f"{step / 100:.2f}") for step in range(-25, 31)
    ]  # the very numbers that are typed
    assert margins(align=False)[0] == 0
    assert margins(align=False)[-1] == 0.3


@pytest.mark.parametrize(
    ("square", "expected"),
    [
        (upright(500, 500, 100), 0.3),
        # The square reaches the left edge at 50 (1 + m) = 45; 5 % of the side are outside at 50 (1 + m) (1 - 0.1) = 45.
        (upright(45, 500, 100), 0.0),
        (upright(42, 500, 100), -0.07),  # 42 / 45 - 1 = -0.0667
        (upright(54, 500, 100), 0.2),
        (upright(33, 500, 100), -np.inf),  # 33 / 45 - 1 = -0.267
        (upright(-20, 500, 100), -np.inf),
    ],
)
def test_the_room_around_a_face_by_hand(square, expected):
    assert room(square, (1000, 1000), align=True) == pytest.approx(expected)


def test_the_room_is_the_largest_margin_that_fits():
    random = np.random.default_rng(0)
    for _ in range(100):
        square = Square(random.uniform(0, 400, 2), random.uniform(-60, 60, 2))
        fitting = [margin for margin in margins(True) if part_outside(square.grown(margin), (400, 400)) <= 0.05]
        assert room(square, (400, 400), align=True) == max(fitting, default=-np.inf)


def test_without_alignment_no_margin_cuts_into_the_box():
    assert room(upright(44, 500, 100), (1000, 1000), align=False) == -np.inf
    assert chosen([-np.inf] * 10, align=False).value == 0


def test_nine_of_ten_faces_keep_their_square():
    margin = chosen([-0.2, 0.05, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.3, 0.3])
    assert margin.value == 0.05
    assert margin.reason.startswith("the largest with which nine of ten faces keep at least 95%")
    assert chosen([-np.inf] + [0.12] * 9).value == 0.12
    assert chosen([-0.1, -0.1] + [0.12] * 9).value == -0.1


def test_too_few_faces_are_not_rounded_up():
    assert "only 89% of the faces" in chosen([-np.inf] * 101 + [0.2] * 899).reason  # 89.9 %


def test_it_is_limited_on_both_sides_and_says_so():
    wide = chosen([0.1] + [0.3] * 19)
    assert (wide.value, "the largest that auto chooses; 95% of the faces" in wide.reason) == (0.3, True)
    tight = chosen([-np.inf] * 3 + [0.2] * 7)
    assert (tight.value, "even there only 70% of the faces" in tight.reason) == (-0.25, True)


def test_only_faces_that_would_be_cut_out_count():
    # At 64 pixels, 51.2 are needed: a side of 45 is enough from the margin 0.14 on.
    tight, large = [-0.1] * 5, [100] * 5
    assert chosen([0.3] * 95 + tight, [45] * 95 + large).value == 0.3
    assert chosen([0.3] * 95 + tight, [39] * 95 + large).value == -0.1
    group = ["group.jpg"] * 4 + ["portrait.jpg"]
    rooms = [0.2, 0.2, 0.3, 0.3, -0.2]
    assert chosen(rooms, [90, 80, 70, 60, 80], group, faces="all").value == -0.2
    assert chosen(rooms[:4], [90, 80, 70, 60], group[:4], faces="all").value == 0.2
    assert chosen(rooms, [90, 80, 70, 60, 80], group, faces="only").value == -0.2
    assert chosen([0.1, 0.3], [90, 20], ["one.jpg"] * 2, faces="only").value == 0.1


def test_without_a_face_the_widest_is_as_good_as_any():
    for none in (chosen([]), chosen([-0.1], [10])):
        assert (none.value, none.reason) == (0.3, "there is no face to choose it by")
