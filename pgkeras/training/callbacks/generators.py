"""The generators themselves, as training goes on."""

import shutil

from pgkeras.files.atomic import atomic_path
from pgkeras.runs.folder import RunFolder
from pgkeras.training.callbacks.snapshots import Snapshot


class Generators:
    """Keeps the average generator of every snapshot, and in straight phases also as the resolution's newest.

    Args:
        folder: of the run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    def write(self, snapshot: Snapshot) -> None:
        """Saves the snapshot's generator.

        Args:
            snapshot: the newest.
        """
        resolution = snapshot.position.resolution
        kept = self.folder.snapshot(resolution, snapshot.images_shown)
        with atomic_path(kept) as temporary:
            snapshot.generator.save(temporary)
        if not snapshot.position.phase.fade_in:
            with atomic_path(self.folder.generator(resolution)) as temporary:
                shutil.copyfile(kept, temporary)
