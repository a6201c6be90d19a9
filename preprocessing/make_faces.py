"""What `python preprocessing/crop_faces.py` does."""

from collections import Counter
from pathlib import Path

from pgkeras.data.sources.decode import without_warnings
from pgkeras.errors import UserError
from pgkeras.files.writing import writing
from pgkeras.text import counted
from preprocessing.catalogue import Catalogue
from preprocessing.config import CropConfig
from preprocessing.faces_file import write_faces, write_rejects
from preprocessing.find_photos import find_photos
from preprocessing.margin import Margin
from preprocessing.rejects import REMEDIES, Reason
from preprocessing.report import write_report
from preprocessing.signals import ended_by_signals
from preprocessing.stages import crop_all
from preprocessing.summarize import contact_sheets, preview_path, summarize, write_previews
from preprocessing.work_folder import WorkFolder

MANY = 0.2  # of the photos


def make_faces(
    photos: tuple[Path, ...],
    out: Path,
    config: CropConfig,
    *,
    every: float | None,
    workers: int,
    engine: str,
    shard_size: int | None,
    compress: bool,
    preview: bool,
) -> None:
    """Crops the faces in photos, writes them with their rejects and a report, and tells what came of it.

    Args:
        photos: files and folders.
        out: the .npz.
        config: which faces, and how they look.
        every: seconds from one frame of a video to the next; None for no videos.
        workers: photos worked on at a time.
        engine: who works, of engines.ENGINES.
        shard_size: faces in each shard; None for one file.
        compress: whether the .npz is deflated.
        preview: whether contact sheets are written, too.

    Raises:
        UserError: if no face is left, or something cannot be read or written.
    """
    previews = [preview_path(out, reason) for reason in (None, *Reason)]
    files = find_photos(photos, every, without=previews)
    if every is not None and all(file.second is None for file in files):
        raise UserError(f"`every` {every:g}: there is no video in {', '.join(map(str, photos))}; drop the option")
    with ended_by_signals(), without_warnings(), WorkFolder(out, files, config) as work:
        margin = crop_all(work, config, engine, workers)
        catalogue = Catalogue.of(work, config)
        with writing(out):
            resolved = config.resolved(margin.value)
            written = write_faces(out, work, catalogue, resolved, shard_size=shard_size, compress=compress)
            write_rejects(out.with_suffix(".rejects.csv"), catalogue.rejects)
            sheets = contact_sheets(work, catalogue)
            others = {"every": every, "shard_size": shard_size, "compress": compress, "preview": preview}
            summary = summarize(out, photos, config, margin, others, catalogue, sheets)
            write_report(out.with_suffix(".report.html"), summary)
            if preview:
                write_previews(out, sheets)
        work.remove()
    _tell(out, written, catalogue, config, margin)


def _tell(out: Path, written: list[Path], catalogue: Catalogue, config: CropConfig, margin: Margin) -> None:
    number = int(catalogue.kept.sum())
    remedies = dict(REMEDIES)
    if config.faces != "largest":  # small ones were sought
        del remedies[Reason.NO_FACE]
    reasons = Counter(reason for _, reason, _ in catalogue.rejects)
    if not written:
        taken = ", ".join(
            f"{count} {reason}" + (f" ({remedies[reason]})" if reason in remedies else "")
            for reason, count in reasons.most_common()
        )
        raise UserError(
            f"no face is left of {counted(catalogue.photos, 'photo')}: {taken}; see "
            f"{out.with_suffix('.rejects.csv')}, or give other photos{f'; {out} is of an earlier run' * out.exists()}"
        )
    where = written[0] if len(written) == 1 else f"{written[0]} to {written[-1].name}"
    faces = f"{counted(number, 'face')} of {config.size}x{config.size} pixels"
    print(f"{faces} from {counted(catalogue.photos, 'photo')}: {where}")
    rejects = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    print(f"{counted(len(catalogue.rejects), 'photo')} without a face{f' ({rejects})' * bool(rejects)}")
    print(f"margin {margin.value:g}: {margin.reason}")
    for reason, count in reasons.items():
        if reason in remedies and count > MANY * catalogue.photos:
            print(f"many are {reason}; to keep more of them: {remedies[reason]}")
    print(f"look at them: {out.with_suffix('.report.html')}")
