"""Training that fails: each way is provoked in a real run, which goes back, or stops in plain words."""

import json

import numpy as np
import pytest

from pgkeras import ProgressiveConfig, UserError
from pgkeras.runs.checkpoint_file import list_checkpoints
from pgkeras.schedule import Schedule
from pgkeras.training import watchdog as module
from pgkeras.training.callbacks import FollowSchedule
from pgkeras.training.checkpoint import load_checkpoint, save_checkpoint
from pgkeras.training.rollback import roll_back
from pgkeras.training.state import Progress, TrainingState
from pgkeras.training.watchdog import LASTING_IMAGES, MOST_OVERFLOWS, DivergedError, Watchdog
from tests.training.small_run import CONFIG, IMAGES_IN_ALL, new_run, run, statistics

POSITION = Schedule.from_config(CONFIG).at(0)
HEALTHY = {"real_score": 1.0, "fake_score": 0.0, "real_variance": 0.2, "fake_variance": 0.18}


def changed(**options) -> ProgressiveConfig:
    return ProgressiveConfig(**CONFIG.model_dump() | options)


@pytest.fixture
def break_once(monkeypatch):
    """Arranges that something happens to the state once, when so many images have been shown."""

    def arrange(state: TrainingState, images: int, damage) -> None:
        original = FollowSchedule.before_step
        happened = []

        def before_step(self):
            original(self)
            if self.progress.images_shown == images and not happened:
                happened.append(True)
                damage(state)

        monkeypatch.setattr(FollowSchedule, "before_step", before_step)

    return arrange


@pytest.fixture
def two_ticks_suffice(monkeypatch):
    """For runs of 88 images."""
    monkeypatch.setattr(module, "LASTING_IMAGES", 1)


def rollbacks(folder) -> list[dict]:
    return [json.loads(line) for line in folder.rollbacks.read_text().splitlines()]


def weight(state: TrainingState, end: str):
    return next(variable for name, variable in state.variables().items() if name.endswith(end))


def test_a_rate_far_too_high_stops_after_three_rollbacks(tmp_path, faces, capsys):
    config = changed(generator_learning_rate=1e20, discriminator_learning_rate=1e20)
    state, folder = TrainingState(config, "float32"), new_run(tmp_path, faces, "run", config)
    with pytest.raises(UserError, match=r"is (nan|-?inf).* 3 times did not help. Train again with lower"):
        run(state, folder, faces)
    said = capsys.readouterr().out
    for number, rate in ((1, "5e+19"), (2, "2.5e+19"), (3, "1.25e+19")):
        assert f"Went back to 0 images and halved the learning rates to {rate} and {rate} ({number} of 3 times)" in said
    assert [line["back_to"] for line in rollbacks(folder)] == [0, 0, 0, None]
    page = folder.report.read_text()
    assert page.count("Training went back to 0 images and halved the learning rates.") == 3
    assert page.count("Training was given up.") == 1


def test_a_weight_that_is_not_finite_never_reaches_a_checkpoint(tmp_path):
    state = TrainingState(CONFIG, "float32")
    weight(state, "generator_0004_conv/bias").assign(np.full(8, np.nan))
    with pytest.raises(DivergedError, match="weights generator/generator_0004_conv/bias are not finite"):
        save_checkpoint(state, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_run_recovers_from_a_weight_that_is_not_finite(tmp_path, faces, break_once, capsys):
    """Broken in the fade-in to 8x8, at 44 of 88 images; the last checkpoint is that of the end of 4x4, at 28."""
    state, folder = TrainingState(CONFIG, "float32"), new_run(tmp_path, faces, "run")
    break_once(state, 44, lambda state: weight(state, "discriminator_0004_score/bias").assign([np.inf]))
    assert run(state, folder, faces)
    assert state.progress.rollbacks == 1
    assert "After 48 images (8x8 fade-in) the" in (said := capsys.readouterr().out)
    assert "Went back to 28 images and halved the learning rates to 0.0005 and 0.0005 (1 of 3 times)" in said
    assert [line["images_shown"] for line in statistics(folder)] == sorted(
        {line["images_shown"] for line in statistics(folder)}
    )
    assert statistics(folder)[-1]["images_shown"] == IMAGES_IN_ALL
    assert statistics(folder)[-1]["generator_learning_rate"] == pytest.approx(0.0005)
    (line,) = rollbacks(folder)
    assert (line["images_shown"], line["back_to"]) == (48, 28)
    assert "is" in line["trouble"]


def test_a_phase_s_last_step_is_told_as_its_own(tmp_path, faces, capsys):
    """That of 4x4 ends at 28 images, where 8x8 begins to fade in."""
    state, folder = TrainingState(CONFIG, "float32"), new_run(tmp_path, faces, "run")
    save_checkpoint(state, folder.checkpoints)
    state.progress.images_shown = 28
    roll_back(state, folder, Schedule.from_config(CONFIG), DivergedError("the loss is nan"))
    assert "After 28 images (4x4 straight) the loss is nan. Went back to 0 images" in capsys.readouterr().out


def test_a_discriminator_without_a_penalty_wins(tmp_path, faces, two_ticks_suffice):
    """Nothing holds its scores: they drift apart without bound."""
    config = changed(
        penalty_weight=0, drift_weight=0, generator_learning_rate=1e-9, discriminator_learning_rate=100.0, resolution=4
    )
    state, folder = TrainingState(config, "float32"), new_run(tmp_path, faces, "run", config)
    with pytest.raises(UserError, match="the discriminator has won: its scores of real and generated images are"):
        run(state, folder, faces)


@pytest.mark.slow
def test_a_generator_that_collapses_is_taken_back(tmp_path, faces, break_once, capsys, two_ticks_suffice):
    """From 44 images on it draws one image only; two ticks later that is noticed.

    The newest checkpoint, at 64, has the collapsed generator; the one before it, at 28, is good.
    """
    state, folder = TrainingState(CONFIG, "float32"), new_run(tmp_path, faces, "run")

    def collapse(state: TrainingState) -> None:
        for resolution in (4, 8):
            kernel = weight(state, f"generator_{resolution:04}_to_rgb/kernel")
            kernel.assign(np.zeros(kernel.shape))
            state.generator_optimizer.learning_rate = 0.0

    break_once(state, 44, collapse)
    assert run(state, folder, faces)
    assert (state.progress.rollbacks, state.progress.rolled_back_to) == (1, 28)
    assert "the generator has collapsed: its images vary 0.0% as much as real ones" in capsys.readouterr().out


def test_a_checkpoint_that_leads_to_trouble_twice_is_given_up(tmp_path, faces, break_once):
    """The run begins from a checkpoint of its end that always fails, and from one before it that does not."""
    config = changed(resolution=4)
    state, folder = TrainingState(config, "float32"), new_run(tmp_path, faces, "run", config)
    state.follow_learning_rates(Schedule.from_config(config).at(0))
    state.progress.phase = 0
    save_checkpoint(state, folder.checkpoints)
    state.progress.images_shown = 8
    weight(state, "discriminator/discriminator_0004_score/bias").assign([3e38])
    save_checkpoint(state, folder.checkpoints)
    assert run(state, folder, faces)
    assert state.progress.rollbacks == 2
    assert state.progress.rolled_back_to == 0


def test_good_checkpoints_outlive_suspicious_ones(tmp_path, faces):
    """On a slow machine many checkpoints pass between the first bad tick and the verdict."""
    state, folder = TrainingState(CONFIG, "float32"), new_run(tmp_path, faces, "run")
    progress = state.progress
    for shown in (100, 200, 300):
        progress.images_shown = shown
        save_checkpoint(state, folder.checkpoints)
    progress.suspicious_since = {"collapsed": 350}
    for shown in (400, 500, 600):
        progress.images_shown = shown
        save_checkpoint(state, folder.checkpoints)
    assert [int(path.stem) for path in list_checkpoints(folder.checkpoints)] == [200, 300, 500, 600]
    roll_back(state, folder, Schedule.from_config(CONFIG), DivergedError("it failed"))
    assert (progress.images_shown, progress.rollbacks, progress.suspicious_since) == (300, 1, {})
    progress.suspicious_since = {"collapsed": 350}
    roll_back(state, folder, Schedule.from_config(CONFIG), DivergedError("it failed again"))
    assert (progress.images_shown, progress.rollbacks) == (200, 2)


@pytest.mark.slow
def test_a_rollback_survives_a_kill(tmp_path, faces, break_once, monkeypatch):
    """The checkpoint that it went back to knows of it, so that a resumed run counts on from there."""
    state, folder = TrainingState(CONFIG, "float32"), new_run(tmp_path, faces, "run")
    break_once(state, 44, lambda state: weight(state, "discriminator_0004_score/bias").assign([np.inf]))
    original = FollowSchedule.before_step

    def die(self):
        if self.progress.rollbacks:
            raise MemoryError
        original(self)

    monkeypatch.setattr(FollowSchedule, "before_step", die)
    with pytest.raises(MemoryError):
        run(state, folder, faces)
    other = TrainingState(CONFIG, "float32")
    load_checkpoint(other, list_checkpoints(folder.checkpoints)[-1])
    assert (other.progress.images_shown, other.progress.rollbacks) == (28, 1)
    assert float(other.generator_optimizer.learning_rate) == pytest.approx(0.0005)


@pytest.mark.parametrize(
    ("loss", "resolution", "limit"), [("wgan-gp", 4, 13.86), ("wgan-gp", 8, 27.71), ("non-saturating", 8, 30)]
)
def test_scores_may_be_as_far_apart_as_images_or_as_logits_mean_anything(loss, resolution, limit):
    """Two images of 3 x R² values in [-1, 1] are at most 2 sqrt(3) R apart."""
    config = changed(loss=loss)
    position = next(Schedule.from_config(config).at(shown) for shown in (0, 80) if shown // 80 == resolution // 8)
    progress = Progress()
    watchdog = Watchdog(config, progress)
    for _ in range(5):
        progress.images_shown += LASTING_IMAGES
        watchdog.check_tick(HEALTHY | {"real_score": limit - 0.01}, position)
    watchdog.check_tick(HEALTHY | {"real_score": limit + 0.01}, position)
    progress.images_shown += LASTING_IMAGES
    with pytest.raises(DivergedError, match="the discriminator has won"):
        watchdog.check_tick(HEALTHY | {"real_score": limit + 0.01}, position)


def test_in_float16_a_loss_scale_too_large_is_no_divergence(tmp_path, faces, monkeypatch):
    """Scales grow until a step overflows: here from the first step, and after every fourth. The steps show no NaN."""
    overflows = []
    check_step = Watchdog.check_step

    def count(self, values):
        overflows.append(not check_step(self, values))
        return not overflows[-1]

    monkeypatch.setattr(Watchdog, "check_step", count)
    config = changed(precision="float16", penalty_weight=10)
    state, folder = TrainingState(config, "float16"), new_run(tmp_path, faces, "run", config)
    for optimizer in (state.generator_optimizer, state.discriminator_optimizer):
        optimizer.dynamic_growth_steps = 4
        optimizer.dynamic_scale.assign(2.0**24)
    assert run(state, folder, faces)
    assert not folder.rollbacks.exists()
    assert overflows[0]
    assert 3 < sum(overflows) < 15
    assert float(state.discriminator_optimizer.dynamic_scale) < 2**24
    lines = statistics(folder)
    assert lines[-1]["images_shown"] == IMAGES_IN_ALL
    assert all(np.isfinite(value) for line in lines for value in line.values())


def test_the_mean_of_a_tick_leaves_out_steps_that_overflowed(tmp_path, faces, monkeypatch):
    """Discriminator losses of 1, NaN and 3."""
    config = changed(precision="float16", resolution=4, straight_kimg=0.012, ticks_per_phase=1)
    state, folder = TrainingState(config, "float32"), new_run(tmp_path, faces, "run", config)
    check_step, losses = Watchdog.check_step, iter((1.0, np.nan, 3.0))

    def overflow(self, values):
        values["discriminator_loss"] = next(losses)
        return check_step(self, values)

    monkeypatch.setattr(Watchdog, "check_step", overflow)
    assert run(state, folder, faces)
    (line,) = statistics(folder)
    assert line["discriminator_loss"] == 2


def test_more_overflows_in_a_row_than_the_loss_scale_explains_are_divergence():
    watchdog = Watchdog(changed(precision="float16"), Progress())
    for _ in range(2):
        assert not any(watchdog.check_step({"penalty": np.nan}) for _ in range(MOST_OVERFLOWS))
        assert watchdog.check_step({"penalty": 1.0})
    for _ in range(MOST_OVERFLOWS):
        watchdog.check_step({"penalty": np.nan})
    with pytest.raises(DivergedError, match="the penalty is nan"):
        watchdog.check_step({"penalty": np.nan})


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_without_a_loss_scale_the_first_step_that_is_not_finite_is_divergence(precision):
    with pytest.raises(DivergedError, match="the fake score is inf"):
        Watchdog(changed(precision=precision), Progress()).check_step({"real_score": 1.0, "fake_score": np.inf})


def test_one_bad_tick_is_forgiven():
    progress = Progress()
    watchdog = Watchdog(CONFIG, progress)
    for _ in range(5):
        progress.images_shown += LASTING_IMAGES
        watchdog.check_tick(HEALTHY, POSITION)
        watchdog.check_tick(HEALTHY | {"fake_variance": 0.0, "real_score": 1000.0}, POSITION)


def test_a_generator_that_has_not_yet_varied_has_not_collapsed():
    progress = Progress()
    watchdog = Watchdog(CONFIG, progress)
    for _ in range(5):
        progress.images_shown += LASTING_IMAGES
        watchdog.check_tick(HEALTHY | {"fake_variance": 0.001}, POSITION)


def test_a_short_run_whose_images_vary_little_for_a_while_goes_on():
    """As the demo on a machine with other work: ticks of three steps, in which a young generator has little variety."""
    progress = Progress()
    watchdog = Watchdog(CONFIG, progress)
    watchdog.check_tick(HEALTHY | {"fake_variance": 1.4}, POSITION)
    for shown in range(1000, 1000 + LASTING_IMAGES, 500):
        progress.images_shown = shown
        watchdog.check_tick(HEALTHY | {"fake_variance": 0.005}, POSITION)
    progress.images_shown = 1000 + LASTING_IMAGES
    with pytest.raises(DivergedError, match="has collapsed"):
        watchdog.check_tick(HEALTHY | {"fake_variance": 0.005}, POSITION)


def test_a_resumed_run_goes_on_with_what_the_watchdog_has_seen():
    progress = Progress()
    Watchdog(CONFIG, progress).check_tick(HEALTHY, POSITION)
    Watchdog(CONFIG, progress).check_tick(HEALTHY | {"fake_variance": 0.001}, POSITION)
    progress.images_shown = LASTING_IMAGES
    with pytest.raises(DivergedError, match=r"vary 0\.5% as much as real ones, after 90% before"):
        Watchdog(CONFIG, progress).check_tick(HEALTHY | {"fake_variance": 0.001}, POSITION)


def test_one_image_at_a_time_has_no_variance_to_judge_by(two_ticks_suffice):
    """A batch of 1, or one on each device, in a run whose earlier batches were larger."""
    progress = Progress()
    watchdog = Watchdog(CONFIG, progress)
    watchdog.check_tick(HEALTHY, POSITION)
    for progress.images_shown in (100, 200, 300):
        watchdog.check_tick(HEALTHY | {"real_variance": 0.0, "fake_variance": 0.0}, POSITION)
    assert progress.best_variance == pytest.approx(0.9)
