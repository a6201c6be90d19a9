"""The picture of a comparison."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from pgkeras.evaluation.figure import draw
from pgkeras.evaluation.names import NAMES

IMAGES = np.zeros((10, 16, 16, 3), np.uint8)


@pytest.mark.parametrize("name", ["_old", "a$b$c_", "x$\\foo$"])
def test_runs_may_have_any_name(tmp_path, monkeypatch, name):
    drawn = []
    save = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda figure, *args, **options: drawn.append(figure) or save(figure, *args, **options)
    )
    standings = [
        SimpleNamespace(contender=SimpleNamespace(name=each), values={"fid": 1.0}, curve=[(1.0, 2.0)], samples=IMAGES)
        for each in (name, "other")
    ]
    draw(standings, IMAGES, "fid", tmp_path / "c.png")
    curves, *rows = drawn[0].axes
    assert [text.get_text() for text in curves.get_legend().get_texts()] == [f"{name}: 1", "other: 1"]
    assert [row.get_title(loc="left") for row in rows] == ["real", name, "other"]


@pytest.mark.parametrize("name", ["swd_average", "ms_ssim_generated", *NAMES[2:]])
def test_every_metric_can_be_drawn(tmp_path, name):
    contender = SimpleNamespace(name="run")
    standings = [SimpleNamespace(contender=contender, values={name: 1.0}, curve=[(1.0, 1.0)], samples=IMAGES)] * 2
    draw(standings, IMAGES, name, tmp_path / "c.png")
