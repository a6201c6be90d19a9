"""The page itself."""

from pgkeras.page import templates, write_page
from pgkeras.page.drawing import svg
from pgkeras.report.charts import metric_charts, training_charts
from pgkeras.report.commands import list_commands
from pgkeras.report.numbers import duration, kilo, memory, rate
from pgkeras.report.options import differing_options, list_facts
from pgkeras.report.phases import list_phases
from pgkeras.report.plots import NARROW, WIDE, draw_chart, draw_schedule
from pgkeras.report.record import read_record
from pgkeras.report.slides import list_slides, slide_of_reals
from pgkeras.runs.folder import RunFolder
from pgkeras.runs.grid import classes_shown


def write_report(folder: RunFolder) -> None:
    """Writes a run's report.html from the files in its folder; pictures and drawings are embedded.

    Args:
        folder: of the run.

    Raises:
        UserError: if this is not a run folder or its config.json is damaged.
        OSError: if the page cannot be written.
    """
    record = read_record(folder)
    label_names = record.description.label_names
    page = _TEMPLATES.get_template("report.html.j2").render(
        record=record,
        position=record.schedule.before(record.images_shown),
        slides=list_slides(record),
        classes=label_names[: classes_shown(len(label_names), record.description.config.resolution)],
        reals=slide_of_reals(record),
        schedules={"wide": draw_schedule(record, WIDE), "narrow": draw_schedule(record, NARROW)},
        training=[(chart, draw_chart(chart, record)) for chart in training_charts(record)],
        metrics=[(chart, draw_chart(chart, record)) for chart in metric_charts(record)],
        phases=list_phases(record),
        facts=list_facts(record),
        options=differing_options(record.description.config),
        commands=list_commands(record),
    )
    write_page(folder.report, page)


_TEMPLATES = templates("pgkeras.report")
_TEMPLATES.filters |= {"drawn": svg, "duration": duration, "kilo": kilo, "memory": memory, "rate": rate}
