"""report.html, as training goes on."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pgkeras.errors import UserError
from pgkeras.report import write_report
from pgkeras.runs.folder import RunFolder
from pgkeras.training.callbacks.snapshots import Snapshot

LARGEST_SHARE = 0.02
# What the first page is taken to cost.
SECONDS = 2.0


class Report:
    """Writes the run's report at snapshots, as long as that takes no more than a fiftieth of the time.

    Args:
        folder: of the run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.began = time.monotonic()
        self.spent = 0.0
        self.cost = SECONDS

    @contextmanager
    def written_at_the_end(self) -> Iterator[None]:
        """Around the training: when it ends, is stopped or given up, the report tells of its end."""
        try:
            yield
        except UserError:
            self._write_page()
            raise
        self._write_page()

    def write(self, snapshot: Snapshot) -> None:
        """Writes the page, if the time allows.

        Args:
            snapshot: the newest; what others wrote of it is on the page.
        """
        if self.spent + self.cost <= LARGEST_SHARE * (time.monotonic() - self.began):
            self._write_page()

    def _write_page(self) -> None:
        """Days of training do not end for a page: what fails here but a disk is told, and training goes on."""
        began = time.monotonic()
        try:
            write_report(self.folder)
        except OSError:
            raise
        except Exception as error:
            warnings.warn(f"report.html was not written ({error!r}); training continues", stacklevel=2)
        self.cost = time.monotonic() - began
        self.spent += self.cost
