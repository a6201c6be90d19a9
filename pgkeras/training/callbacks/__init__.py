"""What happens around the steps: schedule, statistics, snapshots, checkpoints.

Samples, generators, metrics and the report are written at snapshots.
"""

from pgkeras.training.callbacks.callback import Callback
from pgkeras.training.callbacks.checkpoints import Checkpoints
from pgkeras.training.callbacks.generators import Generators
from pgkeras.training.callbacks.metrics import Metrics
from pgkeras.training.callbacks.position import FollowSchedule
from pgkeras.training.callbacks.report import Report
from pgkeras.training.callbacks.samples import Samples
from pgkeras.training.callbacks.snapshots import Snapshot, Snapshots
from pgkeras.training.callbacks.statistics import Statistics

__all__ = [
    "Callback",
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
