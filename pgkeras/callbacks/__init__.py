"""What happens around the steps of `fit`: schedule, statistics, samples, generators, metrics, report, checkpoints."""

from pgkeras.callbacks.checkpoints import Checkpoints
from pgkeras.callbacks.generators import Generators
from pgkeras.callbacks.metrics import Metrics
from pgkeras.callbacks.position import FollowSchedule
from pgkeras.callbacks.report import Report
from pgkeras.callbacks.samples import Samples
from pgkeras.callbacks.statistics import Statistics

__all__ = ["Checkpoints", "FollowSchedule", "Generators", "Metrics", "Report", "Samples", "Statistics"]
