"""The pictures that the slider goes through, and the real ones beside them."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from pgkeras.page import embedded
from pgkeras.report.previews import preview
from pgkeras.report.record import Record

MOST_SLIDES = 40


@dataclass(frozen=True)
class Slide:
    """A picture on the page.

    Attributes:
        caption: what it shows.
        address: the picture itself.
        width: in pixels.
        height: in pixels.
    """

    caption: str
    address: str
    width: int
    height: int


def list_slides(record: Record) -> list[Slide]:
    """Samples from first to last: all of them, or every second, every fourth ... and the last.

    Args:
        record: of the run.
    """
    samples = record.folder.list_samples()
    step = 1
    while len(samples) > step * MOST_SLIDES:
        step *= 2
    chosen = samples[:-1:step] + samples[-1:]
    slides = (_slide(record, path, _caption(record, int(path.stem))) for path in chosen)
    return [slide for slide in slides if slide]


def slide_of_reals(record: Record) -> Slide | None:
    """The real images; None if there is no picture of them.

    Args:
        record: of the run.
    """
    return _slide(record, record.folder.reals, "Real images")


def _slide(record: Record, picture: Path, caption: str) -> Slide | None:
    path = preview(record.folder, picture) if picture.exists() else None
    if path is None:
        return None
    with Image.open(path) as small:
        width, height = small.size
    return Slide(caption, embedded(path.read_bytes(), "image/webp"), width, height)


def _caption(record: Record, images_shown: int) -> str:
    position = record.schedule.before(images_shown)
    alpha = f", alpha {position.alpha:.2f}" if position.phase.fade_in else ""
    return f"{position.phase.name}{alpha}, after {images_shown:,} images"
