"""The batches of a phase, for the devices that train it."""

import tensorflow as tf

from pgkeras.data import Dataset, batches
from pgkeras.schedule import Phase
from pgkeras.training.state import TrainingState


def feed(
    state: TrainingState, data: Dataset, phase: Phase, *, start: int, mirror: bool
) -> tf.data.Dataset | tf.distribute.DistributedDataset:
    """Real images for `fit`, each device's share of them.

    Args:
        state: whose devices to feed.
        data: all real images.
        phase: of the schedule.
        start: images shown before.
        mirror: whether half of the images are mirrored.
    """

    def shares(context: tf.distribute.InputContext) -> tf.data.Dataset:
        here = context.num_replicas_in_sync // context.num_input_pipelines
        first = context.input_pipeline_id * here
        return batches(
            data,
            phase.resolution,
            phase.images_per_step,
            seed=state.config.seed,
            start=start,
            mirror=mirror,
            replicas=range(first, first + here),
            replicas_in_all=context.num_replicas_in_sync,
        )

    if state.strategy.num_replicas_in_sync == 1:
        return shares(tf.distribute.InputContext())
    return state.strategy.distribute_datasets_from_function(shares)
