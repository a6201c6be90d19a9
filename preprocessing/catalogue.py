"""All faces and refusals of a run, without their pixels."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from preprocessing.chunk import joined
from preprocessing.config import CropConfig
from preprocessing.duplicates import find_duplicates
from preprocessing.rejects import Reason
from preprocessing.work_folder import WorkFolder


@dataclass(frozen=True)
class Catalogue:
    """What was found, in the order of the photos.

    Args:
        photos: how many there were.
        faces: by name, an array with a row for each face, as in a chunk; duplicates included.
        repeats: int (number of faces,): of a near duplicate, which larger face it repeats; -1 of all others.
        refusals: by name, an array with a row for each photo in which no face was good, without thumbnails.
        rejects: source, reason and detail of each photo that gives no face.
        face_starts: int (number of chunks,): index of each chunk's first face.
        refusal_starts: likewise of its first refusal.
    """

    photos: int
    faces: dict[str, np.ndarray]
    repeats: np.ndarray
    refusals: dict[str, np.ndarray]
    rejects: list[tuple[str, str, str]]
    face_starts: np.ndarray
    refusal_starts: np.ndarray

    @property
    def kept(self) -> np.ndarray:
        """Which faces are not duplicates, bool (number of faces,)."""
        return self.repeats < 0

    @classmethod
    def of(cls, work: WorkFolder, config: CropConfig) -> Self:
        """Reads the chunks of a finished run and looks for near duplicates.

        Args:
            work: with all chunks done.
            config: every option.
        """
        chunks = [work.load("cropped", number, without=("images", "thumbnails")) for number in work.chunks]
        faces = joined([chunk.faces for chunk in chunks])
        refusals = joined([chunk.refusals for chunk in chunks])
        repeats = np.full(len(faces["sources"]), -1)
        if config.duplicate_distance >= 0:
            areas = faces["boxes"][:, 2] * faces["boxes"][:, 3]
            repeats = find_duplicates(faces["hashes"], areas, config.duplicate_distance)
        return cls(
            photos=len(work.photos),
            faces=faces,
            repeats=repeats,
            refusals=refusals,
            rejects=_rejects(work, faces["sources"], repeats, refusals),
            face_starts=_starts([chunk.faces["sources"] for chunk in chunks]),
            refusal_starts=_starts([chunk.refusals["sources"] for chunk in chunks]),
        )


def _rejects(
    work: WorkFolder, sources: np.ndarray, repeats: np.ndarray, refusals: dict[str, np.ndarray]
) -> list[tuple[str, str, str]]:
    rows = {
        source: (source, reason, detail)
        for source, reason, detail in zip(
            *(refusals[name].tolist() for name in ("sources", "reasons", "details")), strict=True
        )
    }
    with_a_face = set(sources[repeats < 0].tolist())
    for index in np.flatnonzero(repeats >= 0):
        source, original = sources[[index, repeats[index]]].tolist()
        if source not in with_a_face:
            rows[source] = (source, str(Reason.DUPLICATE), f"of {original}")
    order = {photo.source: number for number, photo in enumerate(work.photos)}
    return sorted(rows.values(), key=lambda row: order[row[0]])


def _starts(parts: list[np.ndarray]) -> np.ndarray:
    return np.cumsum([0, *map(len, parts[:-1])])
