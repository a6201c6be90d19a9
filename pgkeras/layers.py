"""The paper's layers, in `keras.ops`: they run on every Keras backend and in mixed precision.

Feature maps are (batch, height, width, channels). Sums that bfloat16 and float16 cannot hold (pixel normalization,
minibatch standard deviation) are computed in float32 whatever the layer's dtype policy.
"""

import math

import keras
from keras import KerasTensor as Tensor
from keras import ops
from keras.initializers import RandomNormal

from pgkeras import backends

HE_GAIN = math.sqrt(2)


@keras.saving.register_keras_serializable(package="pgkeras")
class EqualizedConv2D(keras.layers.Layer):
    """Convolution with equalized learning rate (section 4.1).

    The kernel is stored with unit variance and multiplied by He's constant, gain / sqrt(fan in), at every call, so
    that Adam's steps mean the same in all layers.

    Args:
        filters: output channels.
        kernel_size: kernel side in pixels.
        gain: numerator of He's constant; sqrt(2) before a ReLU, 1 before a linear output.
        padding: "same" or "valid".

    Input: (batch, height, width, channels). Output: (batch, new height, new width, filters).

    Raises:
        ValueError: if filters or kernel_size is not positive, or padding is unknown.
    """

    def __init__(self, filters: int, kernel_size: int, gain: float = HE_GAIN, padding: str = "same", **kwargs) -> None:
        super().__init__(**kwargs)
        if filters < 1 or kernel_size < 1:
            raise ValueError(f"filters and kernel_size must be at least 1; received {filters} and {kernel_size}")
        if padding not in ("same", "valid"):
            raise ValueError(f'padding must be "same" or "valid"; received {padding!r}')
        self.filters = filters
        self.kernel_size = kernel_size
        self.gain = gain
        self.padding = padding

    def build(self, input_shape: tuple) -> None:
        shape = (self.kernel_size, self.kernel_size, input_shape[-1], self.filters)
        self.scale = self.gain / math.sqrt(math.prod(shape[:-1]))
        self.kernel = self.add_weight(shape=shape, initializer=RandomNormal(stddev=1.0), name="kernel")
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, inputs: Tensor) -> Tensor:
        return backends.backend.convolve(inputs, self.kernel * self.scale, self.padding) + self.bias

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        batch, height, width, _ = input_shape
        if self.padding == "valid":
            height, width = (None if side is None else side - self.kernel_size + 1 for side in (height, width))
        return (batch, height, width, self.filters)

    def get_config(self) -> dict:
        return super().get_config() | {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "gain": self.gain,
            "padding": self.padding,
        }


@keras.saving.register_keras_serializable(package="pgkeras")
class FusedConv2D(keras.layers.Layer):
    """A 3x3 convolution in one with doubling or halving of the side: the official code's `fused_scale`.

    Args:
        filters: output channels.
        scaling: "up": what repeating each pixel to 2x2, then convolving gives; "down": what convolving, then averaging
            2x2 pixels gives.
        gain: numerator of He's constant, gain / sqrt(fan in).
        equalized: multiply weights of unit variance by He's constant at every call (section 4.1); otherwise they begin
            with its variance and are used as they are.

    Input: (batch, side, side, channels). Output: (batch, twice or half the side, the same, filters).

    Raises:
        ValueError: if filters is not positive, or scaling is unknown.
    """

    def __init__(self, filters: int, scaling: str, gain: float = HE_GAIN, equalized: bool = True, **kwargs) -> None:
        super().__init__(**kwargs)
        if filters < 1:
            raise ValueError(f"filters must be at least 1; received {filters}")
        if scaling not in ("up", "down"):
            raise ValueError(f'scaling must be "up" or "down"; received {scaling!r}')
        self.filters = filters
        self.scaling = scaling
        self.gain = gain
        self.equalized = equalized

    def build(self, input_shape: tuple) -> None:
        shape = (3, 3, input_shape[-1], self.filters)
        he = self.gain / math.sqrt(math.prod(shape[:-1]))
        self.scale, stddev = (he, 1.0) if self.equalized else (1.0, he)
        self.kernel = self.add_weight(shape=shape, initializer=RandomNormal(stddev=stddev), name="kernel")
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, inputs: Tensor) -> Tensor:
        convolve = _convolve_doubled if self.scaling == "up" else _convolve_halved
        return convolve(inputs, self.kernel * self.scale) + self.bias

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        batch, *sides, _ = input_shape
        height, width = (None if side is None else 2 * side if self.scaling == "up" else side // 2 for side in sides)
        return (batch, height, width, self.filters)

    def get_config(self) -> dict:
        return super().get_config() | {
            "filters": self.filters,
            "scaling": self.scaling,
            "gain": self.gain,
            "equalized": self.equalized,
        }


@keras.saving.register_keras_serializable(package="pgkeras")
class EqualizedDense(keras.layers.Layer):
    """Fully connected layer with equalized learning rate (section 4.1).

    Args:
        units: the shape of one output, a number or a tuple: (4, 4, 512) turns a latent into the first feature map,
            which is the paper's 4x4 convolution of a padded latent. The bias is one number per channel (last axis).
        gain: numerator of He's constant, gain / sqrt(inputs).

    Input: (batch, inputs). Output: (batch, *units).

    Raises:
        ValueError: if units has no axis or one that is not positive.
    """

    def __init__(self, units: int | tuple[int, ...], gain: float = HE_GAIN, **kwargs) -> None:
        super().__init__(**kwargs)
        self.units = (units,) if isinstance(units, int) else tuple(units)
        if not self.units or min(self.units) < 1:
            raise ValueError(f"units must be positive; received {units}")
        self.gain = gain

    def build(self, input_shape: tuple) -> None:
        inputs = input_shape[-1]
        self.scale = self.gain / math.sqrt(inputs)
        self.kernel = self.add_weight(shape=(inputs, *self.units), initializer=RandomNormal(stddev=1.0), name="kernel")
        self.bias = self.add_weight(shape=self.units[-1:], initializer="zeros", name="bias")

    def call(self, inputs: Tensor) -> Tensor:
        return ops.tensordot(inputs, self.kernel * self.scale, axes=1) + self.bias

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], *self.units)

    def get_config(self) -> dict:
        return super().get_config() | {"units": self.units, "gain": self.gain}


@keras.saving.register_keras_serializable(package="pgkeras")
class LeakyReLU(keras.layers.Layer):
    """Leaky ReLU, with the first and second derivatives that are fastest on each backend.

    Args:
        negative_slope: factor of negative inputs, between 0 and 1.

    Input and output: any shape.

    Raises:
        ValueError: if negative_slope is not between 0 and 1.
    """

    def __init__(self, negative_slope: float = 0.2, **kwargs) -> None:
        super().__init__(**kwargs)
        if not 0 < negative_slope < 1:
            raise ValueError(f"negative_slope must be between 0 and 1; received {negative_slope}")
        self.negative_slope = negative_slope

    def call(self, inputs: Tensor) -> Tensor:
        return backends.backend.leaky_relu(inputs, self.negative_slope)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return input_shape

    def get_config(self) -> dict:
        return super().get_config() | {"negative_slope": self.negative_slope}


@keras.saving.register_keras_serializable(package="pgkeras")
class PixelNormalization(keras.layers.Layer):
    """Divides each pixel's feature vector by its root mean square (section 4.2).

    Args:
        epsilon: added to the mean square.

    Input and output: (batch, ..., channels).
    """

    def __init__(self, epsilon: float = 1e-8, **kwargs) -> None:
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs: Tensor) -> Tensor:
        mean_square = ops.mean(ops.square(ops.cast(inputs, "float32")), axis=-1, keepdims=True)
        return inputs * ops.cast(ops.rsqrt(mean_square + self.epsilon), inputs.dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return input_shape

    def get_config(self) -> dict:
        return super().get_config() | {"epsilon": self.epsilon}


@keras.saving.register_keras_serializable(package="pgkeras")
class MinibatchStddev(keras.layers.Layer):
    """Appends one channel: how much the images of a group differ (section 3).

    A batch of n images is dealt into ceil(n / group_size) groups, image i to group i mod groups. Within each group
    the standard deviation of every feature at every pixel is averaged to one number, which becomes a constant
    feature map. Groups are equal, as in the official code, when group_size divides the batch; otherwise they
    differ by one image, so any batch size works.

    Args:
        group_size: most images in a group.
        epsilon: added to the variance, so that its square root has a finite gradient.

    Input: (batch, height, width, channels). Output: (batch, height, width, channels + 1).

    Raises:
        ValueError: if group_size is not positive.
    """

    def __init__(self, group_size: int = 4, epsilon: float = 1e-8, **kwargs) -> None:
        super().__init__(**kwargs)
        if group_size < 1:
            raise ValueError(f"group_size must be at least 1; received {group_size}")
        self.group_size = group_size
        self.epsilon = epsilon

    def groups(self, batch_size: int) -> int:
        """Into how many groups a batch is dealt.

        Args:
            batch_size: images in it.
        """
        return (batch_size + self.group_size - 1) // self.group_size

    def call(self, inputs: Tensor) -> Tensor:
        batch, height, width, channels = ops.shape(inputs)
        groups = self.groups(batch)
        member = ops.cast(ops.arange(batch)[None] % groups == ops.arange(groups)[:, None], "float32")
        mean_of_group = member / ops.sum(member, axis=1, keepdims=True)

        features = ops.reshape(ops.cast(inputs, "float32"), (batch, height * width * channels))
        centred = features - ops.transpose(member) @ (mean_of_group @ features)
        variance = mean_of_group @ ops.square(centred)
        stddev = ops.mean(ops.sqrt(variance + self.epsilon), axis=1, keepdims=True)

        statistic = ops.reshape(ops.transpose(member) @ stddev, (batch, 1, 1, 1))
        statistic = ops.cast(ops.broadcast_to(statistic, (batch, height, width, 1)), inputs.dtype)
        return ops.concatenate([inputs, statistic], axis=-1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self) -> dict:
        return super().get_config() | {"group_size": self.group_size, "epsilon": self.epsilon}


@keras.saving.register_keras_serializable(package="pgkeras")
class MinibatchDiscrimination(keras.layers.Layer):
    """Appends how close an image is to the others of its batch (Salimans et al., arXiv 1606.03498, section 3.2).

    A learned tensor turns an image's features into a matrix of kernels x kernel_size numbers. Feature b is the sum over
    all other images, as the paper says, of exp(-L1 distance between row b of the two matrices); the image itself,
    which the paper's formula counts too, would add 1. The tensor has an equalized learning rate, which stands in for
    the authors' weight normalization; their bias is not in the paper and not here.

    Args:
        kernels: features to append, B in the paper; its authors' code uses 100 for CIFAR-10.
        kernel_size: numbers compared for each of them, C in the paper; 5 in its authors' code.

    Input: (batch, features). Output: (batch, features + kernels).

    Raises:
        ValueError: if kernels or kernel_size is not positive.
    """

    def __init__(self, kernels: int = 100, kernel_size: int = 5, **kwargs) -> None:
        super().__init__(**kwargs)
        if kernels < 1 or kernel_size < 1:
            raise ValueError(f"kernels and kernel_size must be at least 1; received {kernels} and {kernel_size}")
        self.kernels = kernels
        self.kernel_size = kernel_size

    def build(self, input_shape: tuple) -> None:
        features = input_shape[-1]
        self.scale = 1 / math.sqrt(features)
        shape = (features, self.kernels, self.kernel_size)
        self.tensor = self.add_weight(shape=shape, initializer=RandomNormal(stddev=1.0), name="tensor")

    def call(self, inputs: Tensor) -> Tensor:
        matrices = ops.cast(ops.tensordot(inputs, self.tensor * self.scale, axes=1), "float32")
        distances = ops.sum(ops.abs(matrices[:, None] - matrices[None]), axis=-1)
        closeness = ops.sum(ops.exp(-distances), axis=1) - 1
        return ops.concatenate([inputs, ops.cast(closeness, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], input_shape[-1] + self.kernels)

    def get_config(self) -> dict:
        return super().get_config() | {"kernels": self.kernels, "kernel_size": self.kernel_size}


@keras.saving.register_keras_serializable(package="pgkeras")
class Fade(keras.layers.Layer):
    """Blends the previous resolution into the new one: (1 - alpha) x previous + alpha x current (Figure 2).

    `alpha` is a non-trainable variable between 0 and 1; assigning it never retraces a compiled step.

    Args:
        alpha: its first value.

    Input: [previous, current], of one shape. Output: that shape.
    """

    def __init__(self, alpha: float = 0.0, **kwargs) -> None:
        super().__init__(**kwargs)
        self.initial_alpha = alpha

    def build(self, input_shape: list[tuple]) -> None:
        self.alpha = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(self.initial_alpha), trainable=False, name="alpha"
        )

    def call(self, inputs: list[Tensor]) -> Tensor:
        previous, current = inputs
        return (1 - self.alpha) * previous + self.alpha * current

    def compute_output_shape(self, input_shape: list[tuple]) -> tuple:
        return input_shape[1]

    def get_config(self) -> dict:
        return super().get_config() | {"alpha": self.initial_alpha}


def _convolve_doubled(images: Tensor, kernel: Tensor) -> Tensor:
    """Of images whose every pixel is repeated to 2x2: a transposed convolution, then sums of 2x2 pixels."""
    turned = ops.transpose(ops.flip(kernel, (0, 1)), (0, 1, 3, 2))
    spread = ops.conv_transpose(images, turned, strides=2, padding="valid")
    return 4 * ops.average_pool(spread, 2, strides=1)


def _convolve_halved(images: Tensor, kernel: Tensor) -> Tensor:
    """And the mean of 2x2 pixels: it is taken first, since then every other pixel need not be computed."""
    framed = ops.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return ops.conv(ops.average_pool(framed, 2, strides=1), kernel, strides=2)
