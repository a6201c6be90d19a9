from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from preprocessing.detect import FaceDetector


@pytest.fixture(scope="session")
def detector():
    return FaceDetector(160)


@pytest.fixture(scope="session")
def portraits():
    """Eight real faces: uint8 RGB photos of 230x230 pixels, the face about 150 pixels wide in the middle."""
    faces = (skimage.data.lfw_subset()[:8] * 255).astype(np.uint8)
    large = [cv2.resize(face, (150, 150), interpolation=cv2.INTER_CUBIC) for face in faces]
    return [np.repeat(np.pad(face, 40, mode="edge")[..., None], 3, axis=2) for face in large]


@pytest.fixture(scope="session")
def astronaut():
    """One real face in a uint8 RGB photo of 512x512 pixels."""
    return skimage.data.astronaut()


@pytest.fixture(scope="session")
def photos_folder():
    folder = Path(__file__).parents[3] / "shared" / "photos"
    if not folder.is_dir():
        pytest.skip("the folder of real photos, ../shared/photos, is not there")
    return folder
