import pytest
from pydantic import ValidationError

from preprocessing.config import CropConfig


@pytest.mark.parametrize(("given", "margin"), [("auto", "auto"), ("-0.25", -0.25), (3, 3.0), ("0", 0.0)])
def test_the_margin_is_auto_or_a_number(given, margin):
    assert CropConfig(margin=given).margin == margin


@pytest.mark.parametrize("given", ["-0.26", "3.01", "nan", "inf", "wide", None])
def test_other_margins_are_refused(given):
    with pytest.raises(ValidationError, match=r"must be auto, or a number from -0\.25 to 3"):
        CropConfig(margin=given)


def test_a_margin_that_cuts_into_the_box_needs_alignment():
    with pytest.raises(ValidationError, match=r"`margin` -0\.1: without `align` it would cut into the face's own box"):
        CropConfig(align=False, margin=-0.1)
    assert CropConfig(align=False, margin=0).margin == 0


def test_the_smallest_face_follows_the_size():
    assert CropConfig(size=64).smallest_side == pytest.approx(0.8 * 64)
    assert CropConfig(size=64, min_face=20).smallest_side == 20


def test_resolved_options_do_not_depend_on_anything():
    resolved = CropConfig(size=100).resolved(-0.25)
    assert (resolved.margin, resolved.min_face) == (-0.25, 80)
    assert CropConfig.model_validate_json(resolved.model_dump_json()) == resolved
    assert resolved.resolved(-0.25) == resolved
