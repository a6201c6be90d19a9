"""A line of statistics per tick: on the terminal, in stats.jsonl and in TensorBoard."""

from collections.abc import Sequence

from tqdm import tqdm

from pgkeras.files.json_lines import append_line
from pgkeras.gan import ProgressiveGAN
from pgkeras.runs.folder import RunFolder
from pgkeras.schedule import Position, Schedule
from pgkeras.training.callbacks.callback import Callback
from pgkeras.training.memory import take_peak
from pgkeras.training.state import Progress
from pgkeras.training.tensorboard import EventFile
from pgkeras.training.watchdog import Watchdog


class Statistics(Callback):
    """Averages the steps' values over a tick and reports them, with speed and time left.

    A tick all of whose steps overflowed (see Watchdog) is reported with the next.

    Args:
        schedule: of the run.
        progress: where training stands; it holds the unfinished tick's sums, so that a resumed tick is complete.
        folder: of the run.
        ticks_per_phase: lines in each phase.
        image_costs: what one image costs in each phase of the schedule, in any unit; for the time left.
        watchdog: sees every step and every tick.
        events: for TensorBoard.
    """

    def __init__(
        self,
        schedule: Schedule,
        progress: Progress,
        folder: RunFolder,
        ticks_per_phase: int,
        image_costs: Sequence[float],
        watchdog: Watchdog,
        events: EventFile,
    ) -> None:
        self.schedule = schedule
        self.progress = progress
        self.ticks_per_phase = ticks_per_phase
        self.image_costs = image_costs
        self.watchdog = watchdog
        self.lines = folder.statistics
        self.events = events
        self.bar = tqdm(
            total=schedule.images, initial=progress.images_shown, unit="image", disable=None, dynamic_ncols=True
        )

    def phase_begins(self, gan: ProgressiveGAN) -> None:
        self.bar.update(self.progress.images_shown - self.bar.n)

    def before_step(self) -> None:
        self.position = self.schedule.at(self.progress.images_shown)
        self.part = self.schedule.part(self.progress.images_shown, self.ticks_per_phase)

    def after_step(self, values: dict[str, float]) -> None:
        progress = self.progress
        progress.tick_steps += 1
        if self.watchdog.check_step(values):
            for name, value in values.items():
                progress.tick_sums[name] = progress.tick_sums.get(name, 0.0) + value
        else:
            progress.tick_overflows += 1
        self.bar.update(self.position.phase.images_per_step)
        ended = self.schedule.part(progress.images_shown, self.ticks_per_phase) != self.part
        if ended and progress.tick_sums:
            self._report()

    def _report(self) -> None:
        progress, position = self.progress, self.position
        rate = progress.tick_steps * position.phase.images_per_step / progress.tick_seconds
        steps = progress.tick_steps - progress.tick_overflows
        means = {name: total / steps for name, total in progress.tick_sums.items()}
        phase_left, run_left = self._seconds_left(position, 1 / rate)
        line = {
            "images_shown": progress.images_shown,
            "resolution": position.resolution,
            "fade_in": position.phase.fade_in,
            "alpha": position.alpha,
            "batch_size": position.batch_size,
            "generator_learning_rate": progress.learning_rate_factor * position.generator_learning_rate,
            "discriminator_learning_rate": progress.learning_rate_factor * position.discriminator_learning_rate,
            "images_per_second": rate,
            "seconds": progress.seconds,
            "seconds_left": run_left,
            "memory_bytes": take_peak(),
            **means,
        }
        append_line(self.lines, line)
        self.events.add_scalars(line, progress.images_shown)
        tqdm.write(
            f"{position.phase.name:>18}  alpha {position.alpha:.2f}  {progress.images_shown / 1000:.1f} kimg "
            f"({progress.images_shown / self.schedule.images:.0%})  {rate:.0f} images/s  "
            f"G {means['generator_loss']:.3f}  D {means['discriminator_loss']:.3f}  "
            f"left: phase {tqdm.format_interval(phase_left)}, run {tqdm.format_interval(run_left)}"
        )
        progress.tick_steps, progress.tick_overflows, progress.tick_seconds, progress.tick_sums = 0, 0, 0.0, {}
        self.watchdog.check_tick(means, position)

    def _seconds_left(self, position: Position, seconds_per_image: float) -> tuple[float, float]:
        """Time left in the phase and in the run, if later images take longer as their cost says."""
        left = self.schedule.images_left(self.progress.images_shown)
        seconds_per_cost = seconds_per_image / self.image_costs[position.index]
        run = sum(images * cost for images, cost in zip(left, self.image_costs, strict=True)) * seconds_per_cost
        return left[position.index] * seconds_per_image, run
