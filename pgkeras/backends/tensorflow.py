"""TensorFlow: a step is one graph, which a distribution strategy runs on every device."""

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property

import keras
import numpy as np
import tensorflow as tf
from keras import KerasTensor as Tensor

from pgkeras import cluster
from pgkeras.backends.accelerator import Accelerator, fastest_on_cuda
from pgkeras.errors import UserError

PROCESSOR_IS_FAST_IN_BFLOAT16 = True

# Each phase's step is traced once, as it should be; where steps are slow, TensorFlow takes that for a mistake.
tf.get_logger().addFilter(lambda record: "triggered tf.function retracing" not in record.getMessage())


def convolve(images: Tensor, kernel: Tensor, padding: str) -> Tensor:
    return keras.ops.conv(images, kernel, padding=padding)


def leaky_relu(inputs: Tensor, negative_slope: float) -> Tensor:
    """Its derivative is a product with a slope that further derivatives take for a constant.

    The slope comes from the output, which leaves TensorFlow free to fuse the activation into the convolution before it;
    TensorFlow's own gradient operator is several times slower in bfloat16 on a CPU, and has no fast second derivative.
    """

    @tf.custom_gradient
    def activate(x: Tensor) -> tuple[Tensor, Callable]:
        y = keras.ops.leaky_relu(x, negative_slope)

        def gradient(upstream: Tensor) -> Tensor:
            return upstream * tf.stop_gradient(tf.maximum(tf.sign(y), tf.cast(negative_slope, y.dtype)))

        return y, gradient

    return activate(inputs)


def gradients(loss_of: Callable[[], tuple], variables: Sequence[keras.Variable]) -> tuple[list[Tensor], dict]:
    with tf.GradientTape() as tape:
        loss, values = loss_of()
    return tape.gradient(loss, variables), values


def image_gradients(scores_of: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        scores = scores_of(images)
    return tape.gradient(scores, images)


def conditional(
    predicate: Tensor, when_true: Callable[[], Tensor], otherwise: Callable[[], Tensor], changes: Sequence
) -> Tensor:
    return tf.cond(predicate, when_true, otherwise)


def fold(body: Callable, number: int, start: tuple, changes: Sequence) -> tuple:
    return tf.while_loop(
        lambda index, _: index < number,
        lambda index, folded: (index + 1, body(index, folded)),
        (tf.constant(0), start),
        parallel_iterations=1,
    )[1]


def replica() -> tuple[int | Tensor, int]:
    context = tf.distribute.get_replica_context()
    return (context.replica_id_in_sync_group, context.num_replicas_in_sync) if context else (0, 1)


def mean_over_replicas(values: dict[str, Tensor]) -> dict[str, Tensor]:
    if replica()[1] == 1:
        return values
    stacked = tf.stack([tf.cast(value, tf.float32) for value in values.values()])
    means = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, stacked)
    return dict(zip(values, tf.unstack(means), strict=True))


class FusedAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam`, computed in one pass over each variable instead of a dozen (arXiv 1412.6980, section 2).

    In networks at low resolutions, where weights outnumber pixels, the unfused passes take a good part of a step.
    Arguments are those of `keras.optimizers.Adam`, without amsgrad.
    """

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Updates one variable and its two moments."""
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step,
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )


adam = FusedAdam


class LossScale(keras.optimizers.LossScaleOptimizer):
    """Keras's, on several devices: it looks at the first one's gradients, before they are summed."""

    def apply(self, grads: list[Tensor], trainable_variables: Sequence[keras.Variable]) -> None:
        """Updates the variables, unless a gradient of any device has overflowed."""
        if replica()[1] > 1:
            finite = mean_over_replicas({"finite": tf.cast(self.check_finite(grads), tf.float32)})["finite"]
            grads = [tf.where(finite == 1, each, tf.constant(math.nan, each.dtype)) for each in grads]
        super().apply(grads, trainable_variables)


loss_scaled = LossScale


class Devices:
    """What trains: one device, several of this machine, or those of several machines.

    Args:
        strategy: that runs steps on them.
    """

    def __init__(self, strategy: tf.distribute.Strategy | None = None) -> None:
        self.strategy = strategy or tf.distribute.get_strategy()
        self.number = self.shares_in_all = self.strategy.num_replicas_in_sync
        here = self.number // cluster.number_of_workers()
        self.shares = range(cluster.worker() * here, (cluster.worker() + 1) * here)

    def scope(self) -> AbstractContextManager:
        return self.strategy.scope()

    @property
    def is_chief(self) -> bool:
        return cluster.is_chief()

    def agree(self, *votes: bool) -> list[bool]:
        if cluster.number_of_workers() == 1:
            return list(votes)
        return [bool(count > 0) for count in self._count(tf.constant(votes, tf.float32)).numpy()]

    def compiled(self, step: Callable[..., Tensor], variables: Sequence[keras.Variable]) -> Callable[..., np.ndarray]:
        # That part of Grappler drops control edges: Adam could update a bias before the gradient penalty had read it.
        tf.config.optimizer.set_experimental_options({"dependency_optimization": False})

        @tf.function(autograph=False)
        def on_every_device(reals: Tensor, labels: Tensor | None) -> Tensor:
            results = self.strategy.run(step, args=(reals, labels))
            return self.strategy.experimental_local_results(results)[0]

        return lambda shares: on_every_device(*self._dealt(shares)).numpy()

    def _dealt(self, shares: Sequence) -> tuple:
        if self.number == 1:
            return shares[0]
        first = self.shares[0]
        return tuple(
            parts[0]
            if parts[0] is None
            else self.strategy.experimental_distribute_values_from_function(
                lambda context, parts=parts: parts[context.replica_id_in_sync_group - first]
            )
            for parts in zip(*shares, strict=True)
        )

    @cached_property
    def _count(self) -> Callable[[tf.Tensor], tf.Tensor]:
        @tf.function
        def count(votes: tf.Tensor) -> tf.Tensor:
            counts = self.strategy.run(tf.identity, args=(votes,))
            return self.strategy.reduce(tf.distribute.ReduceOp.SUM, counts, axis=None)

        return count


def choose_devices(number: int | None) -> Devices:
    """Decides what trains, and makes it compute the same numbers every time.

    With TF_CONFIG in the environment, as Azure Machine Learning, Vertex AI and Kubeflow set it, each machine of the
    cluster must run the same command.
    """
    tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        wanted = len(gpus) if number is None else number
        if wanted > len(gpus):
            raise UserError(f"`devices` {number}: this machine has {len(gpus)} GPUs; give that many or fewer")
        try:
            tf.config.set_visible_devices(gpus[:wanted], "GPU")
        except RuntimeError:
            raise UserError(
                f"`devices` {number}: TensorFlow has begun with all {len(gpus)} GPUs; restart Python, or take all"
            ) from None
    else:
        wanted = number or 1
        if wanted > 1:
            processor = tf.config.list_physical_devices("CPU")[0]
            try:
                tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * wanted)
            except RuntimeError:
                found = len(tf.config.list_logical_devices("CPU"))
                if found != wanted:
                    raise UserError(
                        f"`devices` {number}: TensorFlow has begun with {found} on this machine; restart Python"
                    ) from None
    if cluster.number_of_workers() > 1:
        return Devices(tf.distribute.MultiWorkerMirroredStrategy())
    return Devices(tf.distribute.MirroredStrategy() if wanted > 1 else None)


def accelerators() -> list[Accelerator]:
    details = [tf.config.experimental.get_device_details(device) for device in tf.config.list_physical_devices("GPU")]
    return [
        Accelerator(each.get("device_name", "GPU"), fastest_on_cuda(each.get("compute_capability", (0, 0))))
        for each in details
    ]


def peak_memory() -> int | None:
    gpus = tf.config.list_logical_devices("GPU")
    return max((tf.config.experimental.get_memory_info(gpu.name)["peak"] for gpu in gpus), default=None)


def forget_peak() -> None:
    for gpu in tf.config.list_logical_devices("GPU"):
        tf.config.experimental.reset_memory_stats(gpu.name)


def is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, tf.errors.ResourceExhaustedError)
