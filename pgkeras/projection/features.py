"""What EfficientNet-Lite0 sees at several of its depths, as a distance (Zhang et al., arXiv 1801.03924, unweighted)."""

import keras
from keras import KerasTensor as Tensor
from keras import ops

from pgkeras.evaluation.features import is_installed, pretrained
from pgkeras.projection.distance import Distance, pyramid_distance

LAYERS = tuple(f"_blocks-{block}-_project_conv" for block in (0, 2, 4, 7))  # 16 to 80 channels, 1/2 to 1/16 of the side
SMALLEST_SIDE = 128  # pixels in which the network sees a face
WEIGHT = 0.1  # beside the pyramid; more gives sharper mouths and eyes in paler faces
EPSILON = 1e-10


def nearest_to_the_eye(side: int, channels: int) -> Distance:
    """The pyramid's distance, and with it that of features where EfficientNet-Lite0's weights are installed.

    Args:
        side: of the images, in pixels.
        channels: of the images.

    Raises:
        UserError: if the weights are damaged.
    """
    pyramid = pyramid_distance(side)
    if not is_installed():
        return pyramid
    seen = feature_distance(side, channels)
    return Distance(
        lambda drawn, wanted: pyramid.between(drawn, wanted) + WEIGHT * seen.between(drawn, wanted), seen.variables
    )


def feature_distance(side: int, channels: int) -> Distance:
    """The squared difference of features of length 1, averaged over pixels and summed over four depths.

    Args:
        side: of the images, in pixels.
        channels: of the images; grey ones are seen in grey.

    Raises:
        UserError: if the network's weights are missing or damaged.
    """
    seen = side * max(1, SMALLEST_SIDE // side)
    whole = pretrained(seen)
    network = keras.Model(whole.input, [whole.get_layer(name).output for name in LAYERS])

    def features(images: Tensor) -> list[Tensor]:
        if channels == 1:
            images = ops.repeat(images, 3, axis=-1)
        pixels = ops.image.resize(ops.clip(images, -1, 1), (seen, seen), interpolation="bilinear")
        return [_of_length_1(each) for each in network(pixels, training=False)]

    def between(drawn: Tensor, wanted: Tensor) -> Tensor:
        pairs = zip(features(drawn), features(wanted), strict=True)
        return sum(ops.mean(ops.sum(ops.square(one - other), axis=-1), axis=(1, 2)) for one, other in pairs)

    return Distance(between, network.variables)


def _of_length_1(features: Tensor) -> Tensor:
    return features * ops.rsqrt(ops.sum(ops.square(features), axis=-1, keepdims=True) + EPSILON)
