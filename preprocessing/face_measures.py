"""What is measured on a face: how sharp, how turned, how well exposed it is."""

import math

import cv2
import numpy as np

COMMON_SIZE = 64  # pixels
NOSE_DEPTH = 0.45
BLACK = 8  # of 255: no channel is more
WHITE = 250  # of 255: no channel is less


def sharpness(crop: np.ndarray) -> float:
    """Variance of the Laplacian of the luminance, in the middle of the crop.

    It is measured at one scale, `COMMON_SIZE`, so that crops of all sizes and photos of all sizes are comparable: a
    face with fewer pixels than that is as blurred as it looks. Sharp faces have about 1,000, faces of 25 pixels that
    were enlarged about 150, and a Gaussian blur of 2 pixels at that scale leaves about 20.

    Source: Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy (2000), method LAPV.

    Args:
        crop: uint8 (size, size, 3), the face in its middle.

    Returns:
        From 0, for one colour.
    """
    if len(crop) > COMMON_SIZE:
        crop = cv2.resize(crop, (COMMON_SIZE, COMMON_SIZE), interpolation=cv2.INTER_AREA)
    luminance = cv2.cvtColor(crop.astype(np.float32), cv2.COLOR_RGB2GRAY)
    return float(_middle(cv2.Laplacian(luminance, cv2.CV_32F)).var())


def yaw(landmarks: np.ndarray) -> float:
    """How far the head is turned to a side, however it leans.

    An approximation: every nose stands `NOSE_DEPTH` eye distances before the middle between the eyes and is seen from
    far away. When the head turns by an angle a, the eyes come closer by cos(a), and the nose moves by
    `NOSE_DEPTH` sin(a).

    Args:
        landmarks: float32 (5, 2): x and y of left eye, right eye, nose, left and right corner of the mouth, left and
            right as the viewer sees them, in pixels.

    Returns:
        Degrees from -90 to 90: 0 frontal, positive towards the viewer's right; 90 if the eyes coincide.
    """
    left_eye, right_eye, nose = np.asarray(landmarks, np.float64)[:3]
    eye_to_eye = right_eye - left_eye
    if not eye_to_eye.any():
        return 90.0
    offset = (nose - (left_eye + right_eye) / 2) @ eye_to_eye
    return math.degrees(math.atan2(offset, NOSE_DEPTH * (eye_to_eye @ eye_to_eye)))


def crushed(crop: np.ndarray) -> float:
    """Share of the crop's middle that is black and shows nothing; dark skin is far lighter.

    Args:
        crop: uint8 (size, size, 3), the face in its middle.

    Returns:
        From 0 to 1.
    """
    return float((_middle(crop).max(axis=2) <= BLACK).mean())


def burnt(crop: np.ndarray) -> float:
    """Share of the crop's middle that is white and shows nothing.

    Args:
        crop: uint8 (size, size, 3), the face in its middle.

    Returns:
        From 0 to 1.
    """
    return float((_middle(crop).min(axis=2) >= WHITE).mean())


def _middle(crop: np.ndarray) -> np.ndarray:
    """Half the crop's width and height: eyes and nose at every usual margin."""
    size = len(crop)
    return crop[size // 4 : size - size // 4, size // 4 : size - size // 4]
