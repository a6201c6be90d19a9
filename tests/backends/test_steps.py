"""What a compiled step must do on every backend: on the one that Keras runs on here, and by itself on the others."""

import gc
import itertools

import keras
import numpy as np
import pytest

from pgkeras import ProgressiveConfig
from pgkeras.backends import backend
from pgkeras.gan import ProgressiveGAN
from pgkeras.schedule import Schedule
from pgkeras.training.precision import POLICIES
from pgkeras.training.state import TrainingState
from tests.other_backends import on_other_backends, run_tests

HERE = keras.backend.backend()
CONFIG = ProgressiveConfig(resolution=8, fmap_max=8, latent_size=6, batch_size=16, straight_kimg=1, fade_in_kimg=1)
REALS = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 3)).astype(np.float32)


def made(precision: str = "float32", **options) -> tuple[TrainingState, ProgressiveGAN]:
    """Fading in."""
    config = ProgressiveConfig(**CONFIG.model_dump() | {"adam_epsilon": 1e-3} | options)
    state, schedule = TrainingState(config, precision), Schedule.from_config(config)
    state.follow_learning_rates(schedule.at(0))
    gan = state.gan(schedule.phases[1])
    gan.set_alpha(0.5)
    return state, gan


def arrays(state: TrainingState) -> dict[str, np.ndarray]:
    return {name: np.array(variable) for name, variable in state.variables().items()}


@pytest.mark.skipif(HERE == "torch", reason="PyTorch compiles no step")
def test_a_step_is_compiled_once_whatever_its_variables_hold():
    state, gan = made()
    traces, step = [], gan.step
    gan.step = lambda *batch: traces.append(1) or step(*batch)
    gan.train_on([(REALS, None)])
    for number in range(4):
        gan.set_alpha(number / 10)
        gan.set_penalty_factor(1 - number / 10)
        state.set_learning_rates(0.001 * (number + 1), 0.002 * (number + 1))
        for variable in gan.generator.trainable_variables:
            variable.assign(np.full(variable.shape, 0.1 * number, np.float32))
        gan.train_on([(REALS, None)])
    assert len(traces) == 1


def test_learning_rates_and_alpha_count_in_the_steps_after_the_first():
    """With a rate of 0 nothing moves, and then it does; the average lags behind."""
    state, gan = made()
    state.set_learning_rates(0.0, 0.0)
    gan.train_on([(REALS, None)])
    before = arrays(state)
    state.set_learning_rates(0.001, 0.0)
    gan.train_on([(REALS, None)])
    after = arrays(state)
    moved = {name for name in before if (before[name] != after[name]).any()}
    assert "generator/generator_0008_conv_1/kernel" in moved
    assert "ema_generator/generator_0008_conv_1/kernel" in moved
    assert not any(name.startswith("discriminator/") for name in moved)
    gan.set_alpha(0.0)
    blurred = gan.train_on([(REALS, None)])["real_variance"]
    gan.set_alpha(1.0)
    assert gan.train_on([(REALS, None)])["real_variance"] > 2 * blurred


def test_the_state_of_the_random_numbers_moves_with_every_step():
    state, gan = made()
    seen = []
    for _ in range(2):
        gan.train_on([(REALS, None)])
        seen.append(tuple(arrays(state)["seed_generator"]))
    assert len(set(seen)) == 2


def test_a_lazy_penalty_is_computed_when_it_is_due():
    """Steps 0 and 3 of four, three times as strong; batch normalization's averages move in all."""
    options = {"loss": "non-saturating", "discriminator_normalization": "batch", "penalty_interval": 3}
    state, gan = made(**options)
    name = "discriminator/discriminator_0008_conv_0_normalize/moving_mean"
    penalties, averages = [], [arrays(state)[name]]
    for _ in range(4):
        penalties.append(gan.train_on([(REALS, None)])["penalty"])
        averages.append(arrays(state)[name])
    assert [penalty > 0 for penalty in penalties] == [True, False, False, True]
    assert penalties[0] == pytest.approx(
        3 * made(**options | {"penalty_interval": 1})[1].train_on([(REALS, None)])["penalty"], rel=1e-4
    )
    assert all((one != other).any() for one, other in itertools.pairwise(averages))


@pytest.mark.parametrize("loss", ["wgan-gp", "relativistic"])
def test_micro_batches_of_whole_groups_change_nothing(loss):
    """16 images are 4 groups of 4 for the minibatch standard deviation, in one part or four."""
    results = []
    for micro_batches in (1, 4):
        state, gan = made(loss=loss, micro_batches=micro_batches)
        results.append((gan.train_on([(REALS, None)]), arrays(state)))
    (values, weights), (values_in_parts, weights_in_parts) = results
    for name in values:
        tolerance = 0.3 if "variance" in name else 1e-4
        assert values_in_parts[name] == pytest.approx(values[name], rel=tolerance, abs=1e-6), name
    for name, array in weights.items():
        if name.startswith(("generator/", "discriminator/", "seed")):
            np.testing.assert_allclose(weights_in_parts[name], array, atol=1e-5, err_msg=name)


def test_augmentation_in_parts_draws_other_numbers_for_each():
    """Two numbers a transformation, and so as many more in four parts."""
    drawn = []
    for micro_batches in (1, 4):
        state, gan = made(micro_batches=micro_batches, augmentation="cutout", loss="hinge")
        gan.train_on([(REALS, None)])
        drawn.append(int(arrays(state)["seed_generator"][1]))
    latents, cutouts = 2, 3 * 3
    assert drawn == [latents + cutouts, latents + 4 * cutouts]


def test_the_average_has_the_batch_normalization_of_the_generator():
    state, gan = made(generator_normalization="batch")
    for _ in range(2):
        gan.train_on([(REALS, None)])
    found = arrays(state)
    moving = [name for name in found if name.startswith("generator/") and "moving_mean" in name]
    assert moving
    for name in moving:
        assert found[name].any()
        np.testing.assert_array_equal(found[f"ema_{name}"], found[name])


def test_several_updates_in_a_step():
    """Three of the discriminator, with a third of the images each, and two of the generator."""
    state, gan = made(
        discriminator_steps=2, generator_steps=3, augmentation="colour", augmentation_target=0.5, loss="hinge"
    )
    values = gan.train_on([(REALS, None)])
    found = arrays(state)
    iterations = {name.partition("/")[0]: int(found[name]) for name in found if name.endswith("/iteration")}
    assert iterations == {"generator_optimizer": 3, "discriminator_optimizer": 2}
    assert values["augmentation_probability"] == pytest.approx(float(found["augmentation_probability"]))


@pytest.mark.parametrize("precision", POLICIES)
def test_every_precision_begins_alike(precision):
    _, exact = made()
    _, gan = made(precision)
    expected, values = exact.train_on([(REALS, None)]), gan.train_on([(REALS, None)])
    for name in ("discriminator_loss", "generator_loss", "penalty"):
        assert values[name] == pytest.approx(expected[name], abs=0.05), name


def test_float16_steps_that_overflow_halve_the_scale_and_leave_the_weights():
    state, gan = made("float16")
    optimizer = state.discriminator_optimizer
    for each in (optimizer, state.generator_optimizer):
        each.dynamic_scale.assign(1e30)
        each.dynamic_growth_steps = 2
    before = arrays(state)
    gan.train_on([(REALS, None)])
    for name, array in arrays(state).items():
        if name.startswith(("generator/", "discriminator/")):
            np.testing.assert_array_equal(array, before[name], err_msg=name)
    assert (float(optimizer.dynamic_scale), int(optimizer.iterations)) == (pytest.approx(5e29), 0)
    optimizer.dynamic_scale.assign(64.0)
    for scale in (64, 128):
        gan.train_on([(REALS, None)])
        assert float(optimizer.dynamic_scale) == scale
    assert int(optimizer.iterations) == 2


@pytest.mark.skipif(HERE != "torch", reason="counts PyTorch's tensors")
def test_what_a_step_has_computed_is_freed():
    import torch

    _, gan = made(loss="non-saturating", augmentation="colour")
    alive = []
    for _ in range(3):
        gan.train_on([(REALS, None)])
        gc.collect()
        alive.append(sum(issubclass(type(each), torch.Tensor) for each in gc.get_objects()))
    assert alive[0] == alive[1] == alive[2]


def test_errors_of_memory():
    if HERE == "tensorflow":
        import tensorflow as tf

        error = tf.errors.ResourceExhaustedError(None, None, "too large")
    else:
        with pytest.raises(Exception) as raised:
            keras.ops.zeros((2**24, 2**24))
        error = raised.value
    assert backend.is_out_of_memory(error)
    assert not backend.is_out_of_memory(ValueError("too large"))
    assert backend.peak_memory() is None or backend.accelerators()


@on_other_backends("jax", "torch")
def test_on(other_backend):
    run_tests(other_backend, __file__)
