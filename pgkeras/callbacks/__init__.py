"""What happens around the steps of `fit`: schedule, statistics, snapshots, checkpoints.

Samples, generators, metrics and the report are written at snapshots.
"""

from pgkeras.callbacks.checkpoints import Checkpoints
from pgkeras.callbacks.generators import Generators
from pgkeras.callbacks.metrics import Metrics
from pgkeras.callbacks.position import FollowSchedule
from pgkeras.callbacks.report import Report
from pgkeras.callbacks.samples import Samples
from pgkeras.callbacks.snapshots import Snapshot, Snapshots
from pgkeras.callbacks.statistics import Statistics

__all__ = [
    "Checkpoints",
    "FollowSchedule",
    "Generators",
    "Metrics",
    "Report",
    "Samples",
    "Snapshot",
    "Snapshots",
    "Statistics",
]
