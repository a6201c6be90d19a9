"""What is plotted."""

import math

import numpy as np
import pytest

from pgkeras.report.charts import MOST_POINTS, metric_charts, training_charts
from pgkeras.report.plots import draw_chart
from pgkeras.report.record import read_record
from tests.report.written_run import append, new_run, written_run


def curves(chart) -> dict[str, list[float]]:
    return {curve.name: curve.values.tolist() for curve in chart.curves}


def test_losses_and_scores_and_nothing_that_is_not_there(tmp_path):
    charts = training_charts(read_record(written_run(tmp_path, until=300)))
    assert [chart.title for chart in charts] == ["Losses", "Scores"]
    assert curves(charts[1]) == {"real": [0.5] * 3, "generated": [-0.5] * 3}
    assert charts[0].curves[0].images_shown.tolist() == [100, 200, 300]
    assert charts[0].curves[0].values == pytest.approx(1 + np.sin([100, 200, 300]))


def test_whatever_else_the_statistics_hold_has_a_chart_of_its_own(tmp_path):
    folder = new_run(tmp_path)
    append(folder.statistics, {"images_shown": 8, "generator_gradient_norm": 3.0, "penalty": 0.0, "note": "text"})
    (chart,) = training_charts(read_record(folder))
    assert (chart.title, curves(chart)) == ("Generator gradient norm", {"Generator gradient norm": [3.0]})


def test_what_is_not_finite_is_a_gap(tmp_path):
    folder = new_run(tmp_path)
    for number, loss in enumerate((1.0, math.nan, math.inf, 4.0)):
        append(folder.statistics, {"images_shown": number, "generator_loss": loss})
    (chart,) = training_charts(read_record(folder))
    np.testing.assert_array_equal(chart.curves[0].values, [1, math.nan, math.nan, 4])
    low, high = draw_chart(chart, read_record(folder)).axes[0].get_ylim()
    assert (low, high) == pytest.approx((0.85, 4.15))


def test_nothing_finite_is_no_chart(tmp_path):
    folder = new_run(tmp_path)
    append(folder.statistics, {"images_shown": 1, "generator_loss": math.nan})
    append(folder.metrics, {"images_shown": 1, "images": 9, "fid": math.nan})
    assert training_charts(read_record(folder)) == metric_charts(read_record(folder)) == []


def test_metrics_of_one_kind_share_a_chart(tmp_path):
    folder = new_run(tmp_path)
    append(folder.metrics, {"images_shown": 10, "images": 9, "swd_16": 5.0, "swd_average": 5.0, "fid": 60.0})
    append(folder.metrics, {"images_shown": 20, "images": 9, "swd_16": 4.0, "swd_32": 8.0, "swd_average": 6.0})
    distance, frechet = metric_charts(read_record(folder))
    assert (distance.title, distance.marked) == ("Sliced Wasserstein distance × 1,000", True)
    assert curves(distance) == {"16": [5, 4], "average": [5, 6], "32": [8]}
    assert distance.curves[2].images_shown.tolist() == [20]
    assert (frechet.title, curves(frechet)) == ("Fréchet Inception distance", {"Fréchet Inception distance": [60]})


def test_what_evaluate_measured_later_is_shown_with_what_it_compares(tmp_path):
    folder = new_run(tmp_path)
    append(folder.metrics, *({"images_shown": shown, "images": 9, "fid": shown / 10} for shown in (100, 300)))
    own = {"generator": "g", "data": "/data/faces.npz", "held_out": False, "resolution": 16}
    append(folder.evaluations, *(own | {"images_shown": shown, "images": 9, "fid": 3.5} for shown in (200, 300)))
    append(folder.evaluations, own | {"images": 9, "fid": 7.0})  # of no snapshot
    append(folder.evaluations, own | {"images_shown": 200, "images": 1_000, "fid": 1.0})
    append(folder.evaluations, own | {"images_shown": 200, "images": 9, "fid": 2.0, "data": "/data/other.npz"})
    trained, larger, other = metric_charts(read_record(folder))
    assert trained.curves[0].images_shown.tolist() == [100, 200, 300]
    assert curves(trained) == {"Fréchet Inception distance": [10, 3.5, 3.5]}
    assert (curves(larger), curves(other)) == ({"Fréchet Inception distance": [1]}, {"Fréchet Inception distance": [2]})
    assert [chart.note for chart in (trained, larger, other)] == [
        "Smaller is better. Real images and generated ones: 9 each.",
        "Smaller is better. Real images and generated ones: 1,000 each.",
        "Smaller is better. Real images of /data/other.npz and generated ones: 9 each.",
    ]


def test_precision_and_recall_say_which_way_is_better(tmp_path):
    folder = new_run(tmp_path)
    append(folder.metrics, {"images_shown": 10, "images": 9, "precision": 0.5, "recall": 0.25})
    charts = metric_charts(read_record(folder))
    assert [(each.title, curves(each)) for each in charts] == [
        ("Precision", {"Precision": [0.5]}),
        ("Recall", {"Recall": [0.25]}),
    ]
    assert all("larger is better" in each.note for each in charts)


def test_many_values_become_means(tmp_path):
    folder = new_run(tmp_path)
    lines = ({"images_shown": number, "generator_loss": number % 2} for number in range(4 * MOST_POINTS + 1))
    append(folder.statistics, *lines)
    (chart,) = training_charts(read_record(folder))
    (curve,) = chart.curves
    assert len(curve.values) == len(curve.images_shown) <= MOST_POINTS
    assert curve.images_shown[0] == 2.0  # of 0 to 4
    assert curve.values[0] == 0.4


def test_a_few_values_far_off_do_not_flatten_the_others(tmp_path):
    folder = new_run(tmp_path)
    values = [*(n % 10 for n in range(99)), 1e6]
    append(folder.statistics, *({"images_shown": n, "generator_loss": value} for n, value in enumerate(values)))
    (chart,) = training_charts(read_record(folder))
    assert draw_chart(chart, read_record(folder)).axes[0].get_ylim()[1] < 60


def test_fades_are_shaded_and_rollbacks_marked(tmp_path):
    folder = written_run(tmp_path, until=2_000)
    append(folder.rollbacks, {"images_shown": 1_500, "trouble": "it failed", "back_to": 1_200})
    record = read_record(folder)
    axes = draw_chart(training_charts(record)[0], record).axes[0]
    assert [(patch.get_x(), patch.get_width()) for patch in axes.patches] == [(1_000, 1_000), (3_000, 1_000)]
    assert [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"] == [1_200]
    assert axes.get_xlim() == (0, 5_050)
