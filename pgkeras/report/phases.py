"""How each phase went: its speed, memory and time."""

from dataclasses import dataclass

from pgkeras.report.record import Record
from pgkeras.schedule import Phase


@dataclass(frozen=True)
class PhaseReport:
    """A row of the table.

    Attributes:
        phase: of the schedule.
        current: whether training stands in it.
        images_per_second: of training steps; None before its first line of statistics, like the others.
        memory: bytes at most.
        seconds: of training steps.
    """

    phase: Phase
    current: bool
    images_per_second: float | None = None
    memory: int | None = None
    seconds: float | None = None


def list_phases(record: Record) -> list[PhaseReport]:
    """A row for each phase of the schedule, whether it has begun or not.

    Args:
        record: of the run.
    """
    current = None if record.finished else record.schedule.before(record.images_shown).phase
    rows = []
    shown, seconds = 0, 0.0
    for phase in record.schedule.phases:
        own = [line for line in record.statistics if _belongs(line, phase)]
        if not own:
            rows.append(PhaseReport(phase, phase is current))
            continue
        taken = own[-1]["seconds"] - seconds
        rows.append(
            PhaseReport(
                phase,
                phase is current,
                images_per_second=(own[-1]["images_shown"] - shown) / taken if taken > 0 else None,
                memory=max((line["memory_bytes"] for line in own if "memory_bytes" in line), default=None),
                seconds=taken,
            )
        )
        shown, seconds = own[-1]["images_shown"], own[-1]["seconds"]
    return rows


def _belongs(line: dict, phase: Phase) -> bool:
    return (line["resolution"], line["fade_in"]) == (phase.resolution, phase.fade_in)
