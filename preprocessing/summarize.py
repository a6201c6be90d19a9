"""What the report and the previews show of a finished run."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from pgkeras.images import write_png
from preprocessing.catalogue import Catalogue
from preprocessing.config import CropConfig
from preprocessing.contact_sheet import contact_sheet
from preprocessing.margin import Margin
from preprocessing.rejects import Reason
from preprocessing.report import Histogram, Sheet, Summary
from preprocessing.work_folder import WorkFolder

# Examples on a sheet.
KEPT, REJECTED = 100, 50


def contact_sheets(work: WorkFolder, catalogue: Catalogue) -> list[Sheet]:
    """Examples of the faces kept, and of rejects for each reason; of duplicates, beside the faces that they repeat.

    Args:
        work: with all chunks done.
        catalogue: of its chunks.
    """
    kept = np.flatnonzero(catalogue.kept)
    repeated = np.flatnonzero(~catalogue.kept)
    refused = {
        reason: np.flatnonzero((catalogue.refusals["reasons"] == reason) & catalogue.refusals["seen"])
        for reason in Reason
    }
    some_kept = _spread(kept, KEPT)
    pairs = [face for index in _spread(repeated, REJECTED // 2) for face in (index, catalogue.repeats[index])]
    some_refused = {reason: _spread(indices, REJECTED) for reason, indices in refused.items()}
    faces, thumbnails = _pixels(
        work, catalogue, {*some_kept, *pairs}, {index for some in some_refused.values() for index in some}
    )
    sheets = [
        _sheet("Kept", None, [faces[index] for index in some_kept], len(some_kept), len(kept)),
        _sheet(
            "Duplicates, each before the face that it repeats",
            Reason.DUPLICATE,
            [faces[index] for index in pairs],
            len(pairs) // 2,
            len(repeated),
        ),
    ]
    for reason, some in some_refused.items():
        title = reason.replace("_", " ").capitalize()
        pictures = [thumbnails[index] for index in some]
        sheets.append(_sheet(title, reason, pictures, len(pictures), len(refused[reason])))
    return [sheet for sheet in sheets if sheet.shown]


def summarize(
    out: Path,
    inputs: Iterable[Path],
    config: CropConfig,
    margin: Margin,
    other_options: Mapping[str, object],
    catalogue: Catalogue,
    sheets: Sequence[Sheet],
) -> Summary:
    """What the report shows.

    Args:
        out: the .npz.
        inputs: files and folders as given.
        config: every option that decides about faces, as given.
        margin: that they were cut with.
        other_options: the command line's others, by name; None or False if they were not given.
        catalogue: of the run.
        sheets: from `contact_sheets`.
    """
    faces = {name: array[catalogue.kept] for name, array in catalogue.faces.items()}
    default = CropConfig()
    given = {"out": out.name} | {name: value for name, value in config if value != getattr(default, name)}
    given |= {name: value for name, value in other_options.items() if value}
    return Summary(
        faces_file=out.name,
        photos=catalogue.photos,
        faces=int(catalogue.kept.sum()),
        crop_size=config.size,
        margin=f"The margin is {margin.value:g}: {margin.reason}.",
        inputs=[str(path) for path in inputs],
        options=dict(_as_option(name, value) for name, value in given.items()),
        rejected=Counter(reason for _, reason, _ in catalogue.rejects),
        histograms=[
            Histogram(
                "Face size",
                "pixels",
                faces["sides"],
                config.smallest_side,
                "--min-face",
                f"Photo pixels across the face's square. Those with fewer than {config.size} are enlarged.",
                logarithmic=True,
            ),
            Histogram(
                "Outside",
                "",
                faces["outside"],
                config.max_outside,
                "--max-outside",
                "The part of the face's square that lies outside the photo, where pixels are made up.",
            ),
            Histogram(
                "Sharpness",
                "",
                faces["sharpness"],
                config.min_sharpness or None,
                "--min-sharpness",
                "The variance of the crop's Laplacian: the less, the more blurred.",
                logarithmic=True,
            ),
            Histogram(
                "Confidence",
                "",
                faces["confidence"],
                config.min_confidence,
                "--min-confidence",
                "How sure the detector is that this is a face.",
            ),
            Histogram(
                "Turned",
                "degrees",
                np.abs(faces["yaw"]),
                config.max_yaw,
                "--max-yaw",
                "How far the head is turned to a side; 0 looks into the camera.",
            ),
        ],
        sheets=sheets,
    )


def preview_path(out: Path, reason: str | None) -> Path:
    """Where a sheet's picture goes: `faces.kept.png`, `faces.blurred.png` and so on.

    Args:
        out: the .npz.
        reason: of the sheet.
    """
    return out.with_suffix(f".{reason or 'kept'}.png")


def write_previews(out: Path, sheets: Iterable[Sheet]) -> None:
    """Writes each sheet as a picture beside the output.

    Args:
        out: the .npz.
        sheets: from `contact_sheets`.
    """
    for sheet in sheets:
        write_png(preview_path(out, sheet.reason), sheet.picture)


def _spread(indices: np.ndarray, number: int) -> list[int]:
    """So many of them at most, evenly spread."""
    chosen = np.linspace(0, len(indices) - 1, min(number, len(indices))).round().astype(int)
    return indices[chosen].tolist()


def _pixels(
    work: WorkFolder, catalogue: Catalogue, faces: set[int], refusals: set[int]
) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    """The chosen faces and thumbnails by index, from those chunks alone that have them."""
    images, thumbnails = {}, {}
    for number, indices in _by_chunk(catalogue.face_starts, faces).items():
        chunk = work.load("cropped", number, without=("thumbnails",))
        images |= {index: chunk.faces["images"][index - catalogue.face_starts[number]] for index in indices}
    for number, indices in _by_chunk(catalogue.refusal_starts, refusals).items():
        chunk = work.load("cropped", number, without=("images",))
        start = catalogue.refusal_starts[number]
        thumbnails |= {index: chunk.refusals["thumbnails"][index - start] for index in indices}
    return images, thumbnails


def _by_chunk(starts: np.ndarray, indices: set[int]) -> dict[int, list[int]]:
    chunks = defaultdict(list)
    for index in sorted(indices):
        chunks[int(np.searchsorted(starts, index, side="right")) - 1].append(index)
    return chunks


def _sheet(title: str, reason: Reason | None, images: list[np.ndarray], shown: int, of: int) -> Sheet:
    return Sheet(title, reason, shown, of, contact_sheet(images))


def _as_option(name: str, value: object) -> tuple[str, str]:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return (f"--{flag}" if value else f"--no-{flag}"), ""
    return f"--{flag}", f"{value:g}" if isinstance(value, float) else str(value)
