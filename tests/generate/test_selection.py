"""The images that the discriminator takes most for real, and that they are labelled wherever they are written."""

import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from pgkeras import UserError, build_discriminators
from pgkeras.generate.__main__ import main as generate
from pgkeras.generate.selection import keep, labelled, score
from pgkeras.labels import one_hot
from pgkeras.latents import LAST_SEED, latents_from_seeds
from pgkeras.runs.discriminator import load_discriminator
from pgkeras.sampling import sample_latents
from pgkeras.truncation import truncate
from tests.command_lines import call, fail, script
from tests.generate.made_run import CONFIG, make_run

# Without the minibatch standard deviation, the discriminator itself gives the scores expected.
ALONE = CONFIG.model_copy(update={"minibatch_discrimination": "none"})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    return out / "00000-faces-8", make_run(out, ALONE)


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    out = tmp_path_factory.mktemp("pets")
    config = ALONE.model_copy(update={"label_size": 3})
    return out / "00000-faces-8", make_run(out, config, ("cat", "dog", "bird"))


@pytest.fixture(scope="module")
def comparing(tmp_path_factory):
    """A run whose discriminator has the minibatch standard deviation."""
    out = tmp_path_factory.mktemp("comparing")
    return out / "00000-faces-8", make_run(out)


def best(state, seeds, number, classes=None, generator=None) -> tuple[list[int], np.ndarray]:
    """Which seeds have the highest scores, and their images."""
    labels = None if classes is None else one_hot(np.asarray(classes), 3)
    images = sample_latents(generator or state.ema_generators[8].straight, latents_from_seeds(seeds, 6), labels)
    outputs = state.discriminators[8].straight(images)
    scores = keras.ops.convert_to_numpy(outputs if classes is None else outputs[0])[:, 0]
    chosen = sorted(np.argsort(scores)[-number:])
    return [seeds[each] for each in chosen], images[chosen]


def test_the_highest_scores_are_kept_in_the_order_of_seeds(run, tmp_path):
    folder, state = run
    seeds, images = best(state, range(5, 17), 4)
    assert seeds != list(range(5, 9))
    printed = call(generate, folder, "--out", tmp_path / "a.npy", "--num", 4, "--seed", 5, "--best-of", 3)
    assert printed == (f"4 images of 8x8, selected of 12 by the discriminator: {tmp_path / 'a-best-of-3.npy'}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a-best-of-3.npy"]
    np.testing.assert_allclose(np.load(tmp_path / "a-best-of-3.npy"), images, atol=1e-5)


def test_selected_pictures_say_so(run, tmp_path):
    folder, state = run
    seeds, _ = best(state, range(12), 4)
    call(generate, folder, "--out", tmp_path / "grid.png", "--num", 4, "--best-of", 3)
    call(generate, folder, "--out", tmp_path / "faces", "--num", 4, "--best-of", 3)
    description = (
        "4 images of 8x8, selected of 12 by the discriminator; generator_0008.keras of 00000-faces-8; seeds 0 to 11"
    )
    with Image.open(tmp_path / "grid-best-of-3.png") as picture:
        assert picture.text["Description"] == description
        assert picture.text["Seeds"].split() == [str(seed) for seed in seeds]
    for number, seed in enumerate(seeds):
        with Image.open(tmp_path / "faces-best-of-3" / f"{number:06}.png") as picture:
            assert (picture.text["Description"], picture.text["Seed"]) == (description, str(seed))
    assert not (tmp_path / "faces").exists()


def test_best_of_1_is_no_selection(run, tmp_path):
    folder, _ = run
    for options in ([], ["--best-of", 1]):
        call(generate, folder, "--out", tmp_path / "a.png", "--num", 4, *options)
        written = (tmp_path / "a.png").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    call(generate, folder, "--out", tmp_path / "b.png", "--num", 4)
    assert (tmp_path / "b.png").read_bytes() == written


def test_candidates_are_truncated_before_they_are_judged(run, tmp_path):
    folder, state = run
    truncated = truncate(state.ema_generators[8].straight, 0.3)
    seeds, images = best(state, range(12), 4, generator=truncated)
    assert seeds != best(state, range(12), 4)[0]
    call(generate, folder, "--out", tmp_path / "a.npy", "--num", 4, "--best-of", 3, "--truncation", 0.3)
    np.testing.assert_allclose(np.load(tmp_path / "a-best-of-3.npy"), images, atol=1e-5)


def test_every_class_keeps_its_best(pets, tmp_path):
    """Candidates for an image have its class: seeds 0 to 5 are birds, 6 to 11 cats."""
    folder, state = pets
    call(generate, folder, "--out", tmp_path / "a.npy", "--labels", "bird,cat", "--num", 4, "--best-of", 3)
    birds, cats = best(state, range(6), 2, [2] * 6)[1], best(state, range(6, 12), 2, [0] * 6)[1]
    np.testing.assert_allclose(np.load(tmp_path / "a-best-of-3.npy"), np.concatenate([birds, cats]), atol=1e-5)


def test_classes_stay_in_their_places():
    """Candidates 0, 1 and 4, 5 are for the first class, 2, 3 and 6, 7 for the second."""
    scores = np.array([1, 9, 0, 5, 8, 2, 7, 6])
    assert keep(scores, one_hot(np.array([0, 1, 0, 1]), 2), best_of=2).tolist() == [1, 6, 4, 7]
    assert keep(scores, None, best_of=2).tolist() == [1, 4, 6, 7]


def test_a_score_does_not_depend_on_the_other_images_of_a_batch(comparing):
    folder, state = comparing
    discriminator = load_discriminator(folder, 8)
    images = np.random.default_rng(0).normal(size=(48, 8, 8, 3)).astype(np.float32)
    images *= np.linspace(0, 2, 48, dtype=np.float32)[:, None, None, None]
    whole = score(discriminator, [images])
    order = np.random.default_rng(1).permutation(48)
    regrouped = score(discriminator, np.split(images[order], 12))[np.argsort(order)]
    alone = score(discriminator, [images[:4]])
    assert np.corrcoef(whole, regrouped)[0, 1] > 0.999
    np.testing.assert_allclose(alone, state.discriminators[8].straight(images[:4])[:, 0], atol=1e-5)  # one group


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/grid.png", "a/grid-best-of-4.png"),
        ("grid-best-of-4.png", "grid-best-of-4.png"),
        ("images.npy", "images-best-of-4.npy"),
        ("faces/", "faces-best-of-4"),
        ("faces.v2", "faces.v2-best-of-4"),
    ],
)
def test_names_say_that_images_are_selected(name, expected):
    assert labelled(Path(name), 4) == Path(expected)


def test_what_cannot_be_selected_is_one_line(run, tmp_path, capsys, monkeypatch):
    folder, _ = run

    def error(*arguments):
        return fail(generate, capsys, monkeypatch, *arguments, "--out", tmp_path / "a.png", "--best-of", 2)

    model = folder / "generators" / "generator_0008.keras"
    assert "--best-of 2: " in error(model)
    assert "not a run, so it has no discriminator" in error(folder / "generators")
    np.save(tmp_path / "z.npy", np.zeros((2, 6), np.float32))
    assert "chooses among seeds, not among --latents" in error(folder, "--latents", tmp_path / "z.npy")
    assert f"would be {LAST_SEED + 2}, above" in error(folder, "--seed", LAST_SEED - 5, "--num", 4)
    assert "trained at 8x8 last, and no longer judges 4x4" in error(folder, "--resolution", 4)
    assert "adds -best-of-2 to the folder's name" in fail(
        generate, capsys, monkeypatch, folder, "--out", ".", "--best-of", 2
    )
    shutil.copytree(folder, tmp_path / "young")
    shutil.rmtree(tmp_path / "young" / "checkpoints")
    assert "the run has no checkpoint, and so no discriminator" in error(tmp_path / "young")
    assert "0 is not in the range x>=1" in fail(
        generate, capsys, monkeypatch, folder, "--out", tmp_path / "a.png", "--best-of", 0
    )


@pytest.mark.parametrize("options", [{"minibatch_discrimination": "learned"}, {"discriminator_normalization": "batch"}])
def test_discriminators_of_whole_batches_judge_no_image(options):
    discriminator = build_discriminators(CONFIG.model_copy(update=options))[8].straight
    with pytest.raises(UserError, match="judges batches, not single images"):
        score(discriminator, [np.zeros((4, 8, 8, 3), np.float32)])


@pytest.mark.slow
def test_generating_imports_nothing_that_trains():
    trains = "('pgkeras.training', 'pgkeras.gan')"
    code = f"import sys, pgkeras.generate.generate; print([name for name in sys.modules if name.startswith({trains})])"
    done = script("-c", code)
    assert done.stdout == "[]\n"
