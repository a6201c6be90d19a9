"""The metrics of the moving average, as training goes on."""

from collections.abc import Sequence

from tqdm import tqdm

from pgkeras.config import ProgressiveConfig
from pgkeras.data import Dataset
from pgkeras.evaluation.image_sources import Generated, Stored, gathered
from pgkeras.evaluation.measures import Known, measure
from pgkeras.evaluation.names import is_measurable
from pgkeras.files.json_lines import append_line
from pgkeras.runs.folder import RunFolder
from pgkeras.training.callbacks.snapshots import Snapshot
from pgkeras.training.tensorboard import EventFile


class Metrics:
    """Measures the average generator at every snapshot from 16x16 on: a line in metrics.jsonl, and in TensorBoard.

    Args:
        folder: of the run.
        config: of the run; says which metrics.
        data: real images to measure against.
        label_counts: training images of each class; () without labels.
        events: for TensorBoard.
    """

    def __init__(
        self,
        folder: RunFolder,
        config: ProgressiveConfig,
        data: Dataset,
        label_counts: Sequence[int],
        events: EventFile,
    ) -> None:
        self.lines = folder.metrics
        self.config = config
        self.data = data
        self.label_counts = label_counts
        self.known = Known()
        self.events = events

    def write(self, snapshot: Snapshot) -> None:
        """Measures the snapshot's generator and tells the values.

        Args:
            snapshot: the newest.
        """
        resolution, images_shown = snapshot.position.resolution, snapshot.images_shown
        if not is_measurable(resolution):
            return
        number = min(self.config.metrics_images, len(self.data.images))
        sources = Stored(self.data, resolution), Generated(snapshot.generator, self.label_counts)
        with gathered(sources[0], number) as real, gathered(sources[1], number) as fake:
            values = measure(self.config.metrics, real, fake, self.known)
        append_line(self.lines, {"images_shown": images_shown, "images": number} | values)
        self.events.add_scalars(values, images_shown)
        tqdm.write(f"{'metrics':>18}  " + "  ".join(f"{name} {value:.3f}" for name, value in values.items()))
