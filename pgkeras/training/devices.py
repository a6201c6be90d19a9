"""Which devices train: one, several of this machine, or those of several machines."""

import json
import os
from collections.abc import Callable
from functools import cache

import tensorflow as tf

from pgkeras.config import ProgressiveConfig
from pgkeras.errors import UserError
from pgkeras.schedule import Schedule


def choose_devices(devices: int | None) -> tf.distribute.Strategy:
    """Decides what trains, and makes it compute the same numbers every time.

    With TF_CONFIG in the environment, as Azure Machine Learning, Vertex AI and Kubeflow set it, each machine of the
    cluster must run the same command. It must be called before TensorFlow is used.

    Args:
        devices: GPUs of this machine; None for all of them. Without a GPU, logical devices that share the processor, to
            try things out; None for one.

    Returns:
        The strategy in whose scope the state must be made.

    Raises:
        UserError: if there are not so many GPUs, or TF_CONFIG is damaged.
    """
    tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        wanted = len(gpus) if devices is None else devices
        if wanted > len(gpus):
            raise UserError(f"--devices {devices}: this machine has {len(gpus)} GPUs; give so many or fewer")
        tf.config.set_visible_devices(gpus[:wanted], "GPU")
    else:
        wanted = devices or 1
        if wanted > 1:
            processor = tf.config.list_physical_devices("CPU")[0]
            tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * wanted)
    if number_of_workers() > 1:
        return tf.distribute.MultiWorkerMirroredStrategy()
    if wanted > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def number_of_workers() -> int:
    """Machines that train together, by TF_CONFIG; 1 without.

    Raises:
        UserError: if TF_CONFIG is damaged.
    """
    try:
        cluster = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {})
        return max(1, sum(len(cluster.get(role, [])) for role in ("chief", "worker")))
    except (ValueError, AttributeError, TypeError):
        raise UserError(
            f"TF_CONFIG {os.environ['TF_CONFIG']!r}: is no description of a cluster as tf.distribute reads it; mend it "
            "or unset it"
        ) from None


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process writes the run's files; of several machines one does.

    Args:
        strategy: from `choose_devices`.
    """
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.task_type:
        return True
    if resolver.task_type == "chief":
        return True
    return resolver.task_id == 0 and "chief" not in resolver.cluster_spec().jobs


def agree(strategy: tf.distribute.Strategy, *votes: bool) -> list[bool]:
    """Whether any machine votes for each of several things; all of them must ask at the same time.

    Args:
        strategy: from `choose_devices`.
        votes: of this machine.
    """
    if number_of_workers() == 1:
        return list(votes)
    counts = _counter(strategy)(tf.constant(votes, tf.float32))
    return [bool(count > 0) for count in counts.numpy()]


@cache
def _counter(strategy: tf.distribute.Strategy) -> Callable[[tf.Tensor], tf.Tensor]:
    @tf.function
    def count(votes: tf.Tensor) -> tf.Tensor:
        return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(tf.identity, args=(votes,)), axis=None)

    return count


def check_shares(config: ProgressiveConfig, replicas: int) -> None:
    """Makes sure that every batch can be dealt among the devices.

    Args:
        config: of the run.
        replicas: devices on all machines.

    Raises:
        UserError: if one cannot, in the parts that the config wants.
    """
    for phase in Schedule.from_config(config).phases:
        at = f"at {phase.resolution}x{phase.resolution}"
        share, rest = divmod(phase.batch_size, replicas)
        if rest:
            raise UserError(
                f"--batch-size {phase.batch_size} {at}: cannot be dealt among {replicas} devices; give a multiple of "
                f"{replicas}, best of {replicas * config.minibatch_stddev_group}"
            )
        parts = config.at_resolution("micro_batches", phase.resolution)
        if parts not in config.possible_micro_batches(share):
            possible = ", ".join(map(str, config.possible_micro_batches(share)))
            raise UserError(f"--micro-batches {parts} {at}: a device has {share} images; possible: {possible}")
