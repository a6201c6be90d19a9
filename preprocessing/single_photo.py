"""One photo, cropped as a training set was."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from pgkeras.errors import UserError
from preprocessing.config import CropConfig
from preprocessing.crop_photo import Found, PhotoCropper, Refusal
from preprocessing.find_photos import PhotoFile
from preprocessing.read_photo import read_extent
from preprocessing.rejects import Rejection

BACKGROUND = 0.5  # of the largest face's side; smaller faces are of bystanders


def crop_photo(path: Path, options: str) -> np.ndarray:
    """Crops the only face of a photo, exactly as `crop_faces.py` does with the same options.

    Faces in the background, less than half as large as the largest one, do not count.

    Args:
        path: of the photo, in any format that `crop_faces.py` reads.
        options: with which the training set was cropped, JSON, as its faces.npz has it in `options`.

    Returns:
        uint8 (size, size, 3) RGB; the options say the size.

    Raises:
        UserError: if the photo cannot be read, is smaller than the crop, or shows no face, several, or one that the
            training set would not have; or if the options cannot be read.
    """
    config = _read(options)
    file = PhotoFile(path.name, path)
    extent = read_extent(path)
    if not isinstance(extent, Rejection) and min(extent) < config.size:
        width, height = extent
        raise UserError(f"{path}: {width}x{height} pixels are too few for a crop of {config.size}; give a larger photo")
    number = _people(file, config)
    if number > 1:
        raise UserError(f"{path}: shows {number} faces; give a photo of one person, or cut one out")
    cropper = PhotoCropper(config)
    found = cropper.find(file)
    crops = cropper.cut(file, _largest(found)) if isinstance(found, Found) else found
    if isinstance(crops, Refusal):
        reason, detail = crops.rejection.reason.replace("_", " "), crops.rejection.detail
        raise UserError(f"{path}: cannot be cropped as the training set was: {reason}, {detail}; give another photo")
    return crops[0].pixels


def _read(options: str) -> CropConfig:
    try:
        config = CropConfig.model_validate_json(options)
    except ValidationError as error:
        first = error.errors()[0]
        what = " ".join([*(f"`{name}`" for name in first["loc"]), first["msg"]])
        raise UserError(f"the options of the training set: {what}; crop its photos again") from None
    if config.margin == "auto":
        raise UserError("the options of the training set: `margin` auto is not a number; crop its photos again")
    return config


def _people(file: PhotoFile, config: CropConfig) -> int:
    """How many faces of a photo are large enough and no background, sought as thoroughly as for --faces only."""
    cropper = PhotoCropper(config.model_copy(update={"faces": "only"}))
    found = cropper.find(file)
    if not isinstance(found, Found):
        return 0
    sides = [square.grown(config.margin).side for square in found.squares]
    return sum(side >= max(config.smallest_side, BACKGROUND * max(sides)) for side in sides)


def _largest(found: Found) -> Found:
    return replace(found, faces=found.faces[:1], squares=found.squares[:1])
