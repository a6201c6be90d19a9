"""The batches of a phase, for the devices that train it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from pgkeras.data import Batch, Dataset, batches
from pgkeras.errors import UserError
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

        def generate() -> Iterator[Batch]:
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

        share = phase.images_per_step // context.num_replicas_in_sync
        images = tf.TensorSpec((share, phase.resolution, phase.resolution, data.images.shape[-1]))
        labels = tf.TensorSpec((share, len(data.label_names)))
        signature = images if data.labels is None else (images, labels)
        # Several machines that did not know it to be endless would trace steps for a last, smaller batch.
        endless = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
        return tf.data.Dataset.from_generator(generate, output_signature=signature).apply(endless).prefetch(1)

    if state.strategy.num_replicas_in_sync == 1:
        return shares(tf.distribute.InputContext())
    return state.strategy.distribute_datasets_from_function(shares)


@contextmanager
def reading_data() -> Iterator[None]:
    """Around everything that iterates over `feed`.

    Raises:
        UserError: if an image cannot be read; TensorFlow makes another error of it, whose text is a traceback.
    """
    try:
        yield
    except tf.errors.OpError as error:
        said = re.search(rf"^{UserError.__module__}\.UserError: (.+)$", error.message, re.MULTILINE)
        if not said:
            raise
        raise UserError(said[1]) from None
