"""When snapshots are taken, and in which order they are written."""

from types import SimpleNamespace

from pgkeras.schedule import Phase, Schedule
from pgkeras.training.callbacks import Snapshots
from pgkeras.training.state import Progress

# 4x4 to 40 images, 8x8 fading in to 80, straight to 120; a fade-in begins one step after its boundary.
SCHEDULE = Schedule(
    tuple(
        Phase(side, fade_in, images=40, batch_size=10, generator_learning_rate=0.001, discriminator_learning_rate=0.001)
        for side, fade_in in ((4, False), (8, True), (8, False))
    )
)


class Notebook:
    """Notes what it is told in a list that it shares with others."""

    def __init__(self, name, notes):
        self.name, self.notes = name, notes

    def write(self, snapshot):
        position = snapshot.position
        self.notes.append((self.name, snapshot.generator, snapshot.images_shown, position.phase.name))


def notes(*names, start=0, end=120):
    """What is noted from one number of images to another, two snapshots a phase."""
    found, progress = [], Progress(images_shown=start)
    snapshots = Snapshots(SCHEDULE, progress, 2, [Notebook(name, found) for name in names])
    snapshots.phase_begins(SimpleNamespace(ema_generator="average"))
    while progress.images_shown < end:
        snapshots.before_step()
        progress.images_shown += 10
        snapshots.after_step({})
    return found


def test_at_the_end_of_every_part_with_the_phase_that_was_trained():
    assert [note[1:] for note in notes("samples")] == [
        ("average", 20, "4x4 straight"),
        ("average", 50, "4x4 straight"),
        ("average", 60, "8x8 fade-in"),
        ("average", 80, "8x8 fade-in"),
        ("average", 100, "8x8 straight"),
        ("average", 120, "8x8 straight"),
    ]


def test_every_writer_in_the_order_given():
    assert [note[0] for note in notes("samples", "report", end=50)] == ["samples", "report"] * 2


def test_a_resumed_run_neither_repeats_nor_skips_one():
    whole = notes("samples")
    for stop in range(10, 120, 10):
        assert notes("samples", end=stop) + notes("samples", start=stop) == whole
