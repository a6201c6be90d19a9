"""Videos, read back by other programs' eyes: OpenCV and Pillow."""

import tracemalloc
from io import BytesIO
from pathlib import Path

import cv2
import keras
import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter1d

from pgkeras import ProgressiveConfig, build_generators
from pgkeras.images import to_uint8, write_png
from pgkeras.labels import one_hot, write_label_names
from pgkeras.latents import latents_from_seeds
from pgkeras.runs.description import RunDescription
from pgkeras.runs.folder import RunFolder
from pgkeras.sampling import sample_latents
from pgkeras.walk.__main__ import main as walk
from pgkeras.walk.closed_loop import closed_loop
from pgkeras.walk.interpolation import Layout, choose_layout, interpolation_frames
from pgkeras.walk.stations import read_stations, station_frames
from pgkeras.walk.training import training_frames
from pgkeras.walk.video import write_video
from tests.command_lines import call, fail

TINY = {"resolution": 8, "fmap_max": 8, "fmap_base": 64, "latent_size": 6}
SHORT = ("--seconds", "0.8", "--smoothing", "0.1", "--fps", "25")
RED, GREEN, BLUE = np.eye(3, dtype=np.uint8) * 240


@pytest.fixture(scope="module")
def generators(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("generators")
    keras.utils.set_random_seed(0)
    for resolution, pair in build_generators(ProgressiveConfig(**TINY)).items():
        pair.straight.save(folder / f"generator_{resolution:04}.keras")
    return folder


@pytest.fixture(scope="module")
def pets(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pets")
    keras.utils.set_random_seed(0)
    build_generators(ProgressiveConfig(**TINY, label_size=3))[8].straight.save(folder / "generator_0008.keras")
    write_label_names(folder, ("cat", "dog", "bird"))
    return folder / "generator_0008.keras"


@pytest.fixture
def run(tmp_path) -> Path:
    """Of 4x4 (100 images), 8x8 fade-in (200) and 8x8 (400), in batches of 16: its samples are red, green, blue."""
    config = ProgressiveConfig(**TINY, straight_kimg={4: 0.1, 8: 0.4}, fade_in_kimg=0.2, batch_size=16)
    folder = RunFolder.create(tmp_path, RunDescription(version="1", data="faces", images=9, side=8, config=config))
    for images_shown, colour in {112: RED, 304: GREEN, 704: BLUE}.items():
        write_png(folder.samples / f"{images_shown:09}.png", np.broadcast_to(colour, (64, 64, 3)))
    return folder.path


def read_mp4(path: Path) -> tuple[np.ndarray, float]:
    video = cv2.VideoCapture(str(path))
    frames = []
    while (read := video.read())[0]:
        frames.append(read[1][..., ::-1])
    return np.stack(frames), video.get(cv2.CAP_PROP_FPS)


def read_gif(path: Path) -> tuple[np.ndarray, list[int], int]:
    frames, milliseconds = [], []
    with Image.open(path) as picture:
        for number in range(picture.n_frames):
            picture.seek(number)
            frames.append(np.asarray(picture.convert("RGB")))
            milliseconds.append(picture.info["duration"])
        return np.stack(frames), milliseconds, picture.info["loop"]


def steps(frames: np.ndarray) -> np.ndarray:
    """How much each frame differs from the one before; the first one from the last."""
    return np.abs(frames.astype(int) - np.roll(frames, 1, axis=0)).reshape(len(frames), -1).mean(axis=1)


def test_the_way_is_the_official_one():
    noise = np.random.RandomState(3).randn(60, 2, 5)
    smooth = gaussian_filter1d(noise, 6, axis=0, mode="wrap", truncate=8)
    expected = smooth / np.sqrt(np.mean(smooth**2))
    np.testing.assert_allclose(closed_loop(60, 2, 5, smoothing=6, seed=3), expected, atol=1e-6)


def test_the_way_is_closed_and_even_and_its_latents_are_as_long_as_any():
    latents = closed_loop(200, 4, 512, smoothing=10, seed=0)
    assert latents.dtype == np.float32
    lengths = np.linalg.norm(latents, axis=-1) / np.sqrt(512)
    assert 0.85 < lengths.min() < lengths.max() < 1.15
    moved = np.linalg.norm(latents - np.roll(latents, 1, axis=0), axis=-1)
    assert moved.max() < 1.3 * moved.min()


def test_the_way_is_in_memory_only_once():
    tracemalloc.start()
    latents = closed_loop(200, 40, 512, smoothing=10, seed=0)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1.5 * latents.nbytes


def test_an_mp4_of_a_walk(generators, tmp_path):
    printed = call(walk, generators, "--out", tmp_path / "new" / "walk.mp4", *SHORT)
    assert "20 frames, 0.8 seconds" in printed
    frames, frames_per_second = read_mp4(tmp_path / "new" / "walk.mp4")
    assert frames.shape == (20, 2 * 128, 4 * 128, 3)
    assert frames_per_second == 25
    moved = steps(frames)
    assert moved.min() > 1
    assert moved[0] < 1.2 * moved[1:].max()
    model = keras.models.load_model(generators / "generator_0008.keras")
    image = to_uint8(sample_latents(model, closed_loop(20, 8, 6, smoothing=2.5, seed=0)[7]))[5]
    shown = frames[7, 128:, 128:256].reshape(8, 16, 8, 16, 3).mean(axis=(1, 3))
    assert np.abs(shown - image).mean() < 6
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["walk.mp4"]


def test_a_gif_of_a_walk(generators, tmp_path):
    call(walk, generators, "--out", tmp_path / "walk.gif", *SHORT, "--grid", "2x1", "--resolution", "4", "--fps", "30")
    frames, milliseconds, loop = read_gif(tmp_path / "walk.gif")
    assert frames.shape == (24, 256, 512, 3)
    assert loop == 0
    assert abs(sum(milliseconds) - 800) <= 10
    assert steps(frames)[0] < 1.2 * steps(frames)[1:].max()
    model = keras.models.load_model(generators / "generator_0004.keras")
    image = to_uint8(sample_latents(model, closed_loop(24, 2, 6, smoothing=3, seed=0)[7]))[1]
    assert np.abs(frames[7, ::64, 256::64].astype(int) - image).max() <= 2


def test_seed_and_truncation_change_the_walk(generators, tmp_path):
    for name, options in {"a": (), "b": ("--seed", 1), "c": ("--truncation", 0.01), "d": ()}.items():
        call(walk, generators, "--out", tmp_path / f"{name}.gif", *SHORT, "--grid", "1x1", *options)
    a, b, c, d = (read_gif(tmp_path / f"{name}.gif")[0] for name in "abcd")
    assert (a == d).all()
    assert np.abs(a.astype(int) - b).mean() > 5
    assert steps(c).max() < 0.1 * steps(a).mean()


def test_all_rows_of_classes_go_the_same_way(pets):
    model = keras.models.load_model(pets)
    layout = choose_layout(model, pets, None, "bird,cat")
    assert (layout.columns, layout.latents) == (4, 4)
    frame = list(interpolation_frames(model, layout, frames=6, smoothing=1, seed=0))[2]
    assert frame.shape == (2 * 128, 4 * 128, 3)
    latents = np.tile(closed_loop(6, 4, 6, smoothing=1, seed=0)[2], (2, 1))
    expected = to_uint8(sample_latents(model, latents, one_hot(np.repeat([2, 0], 4), 3)))
    shown = frame[::16, ::16].reshape(2, 8, 4, 8, 3).swapaxes(1, 2).reshape(8, 8, 8, 3)
    assert np.abs(shown.astype(int) - expected).max() <= 1


def test_layouts(generators, pets):
    faces, conditional = (keras.models.load_model(path) for path in (generators / "generator_0004.keras", pets))
    assert choose_layout(faces, pets, None, None) == Layout(4, 8)
    assert choose_layout(faces, pets, (5, 3), None) == Layout(5, 15)
    assert choose_layout(conditional, pets, None, None).labels.argmax(axis=1).tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert choose_layout(conditional, pets, (1, 2), None).labels.argmax(axis=1).tolist() == [0, 1]


def test_a_walk_leaves_no_station_out(generators, capsys, monkeypatch, tmp_path):
    latents = ",".join(map(str, range(30)))
    failed = fail(
        walk, capsys, monkeypatch, generators, "--through", latents, "--seconds", 1, "--fps", 20, "--out", "w.mp4"
    )
    assert "20 frames are too few for 30 latents" in failed


def test_a_walk_through_latents_and_seeds(generators, tmp_path):
    """Of three stations and 12 frames, every fourth is at a station."""
    me = latents_from_seeds([1000], 6)
    np.save(tmp_path / "me.npy", me)
    stations = read_stations(f"3,{tmp_path / 'me.npy'}, 17", 6)
    np.testing.assert_array_equal(stations[[0, 2]], latents_from_seeds([3, 17], 6))
    np.testing.assert_array_equal(stations[1:2], me)
    out = tmp_path / "walk.gif"
    call(walk, generators, "--through", f"3,{tmp_path / 'me.npy'},17", "--out", out, "--seconds", 1.2, "--fps", 10)
    model = keras.models.load_model(generators / "generator_0008.keras")
    frames = list(station_frames(model, stations, None, 12))
    images = to_uint8(sample_latents(model, stations))
    for place, image in enumerate(images):
        assert np.abs(frames[4 * place][::64, ::64].astype(int) - image).max() <= 1
    first, second = (np.abs(frames[place + 1].astype(int) - frames[place]).mean() for place in (0, 1))
    assert first < second  # slower near a station
    assert len(read_gif(out)[0]) == 12


def test_a_walk_through_shows_a_row_of_each_class(pets):
    model = keras.models.load_model(pets)
    labels = choose_layout(model, pets, (1, None), "bird,cat").labels
    frame = next(station_frames(model, latents_from_seeds([3, 4], 6), labels, 8))
    expected = to_uint8(sample_latents(model, latents_from_seeds([3, 3], 6), one_hot(np.array([2, 0]), 3)))
    assert np.abs(frame[::64, ::64].reshape(2, 8, 8, 3).astype(int) - expected).max() <= 1


def test_bad_stations_are_one_line(generators, run, tmp_path, capsys, monkeypatch):
    def error(through, *arguments, source=generators):
        return fail(walk, capsys, monkeypatch, source, "--through", through, *arguments, "--out", tmp_path / "w.mp4")

    def saved(name, values):
        np.save(tmp_path / name, np.array(values, np.float32))
        return f"3,{tmp_path / name}"

    assert "--through 3: leads nowhere; give at least two seeds or latents, such as me.npy,3" in error("3")
    for nothing in ("", "3,,4", "me", "-1,3", "4294967296,3", "1.5,3"):
        assert "is neither a seed from 0 to 4294967295 nor an .npy of latents; give either" in error(nothing)
    assert "none.npy" in error("3,none.npy")
    assert "holds float32 (1, 5); this generator takes float32 (images, 6)" in error(saved("short.npy", [[1] * 5]))
    assert "holds NaN or infinite values; make it again" in error(saved("nan.npy", [[1] * 5 + [np.nan]]))
    assert "holds a latent of zeros, which has no direction" in error(saved("zeros.npy", [[0] * 6]))
    (tmp_path / "junk.npy").write_bytes(b"junk")
    assert "junk.npy" in error(f"3,{tmp_path / 'junk.npy'}")
    for option, value in (("--grid", "4x2"), ("--smoothing", "1"), ("--seed", "0")):
        assert f"--through says where the walk leads: drop {option}" in error("3,4", option, value)
    assert "drop --through" in error("3,4", "--training", source=run)
    assert not list(tmp_path.glob("*.mp4"))


def test_a_run_grows_from_snapshot_to_snapshot(run):
    frames = list(training_frames(run, 12))
    assert {frame.shape for frame in frames} == {(512 + 32, 512, 3)}
    assert [frame[0, 0].tolist() for frame in frames] == [
        *[[240, 0, 0]] * 5,
        [120, 120, 0],
        *[[0, 240, 0]] * 3,
        [0, 120, 120],
        *[[0, 0, 240]] * 2,
    ]
    strips = [frame[512:] for frame in frames]
    assert all((strips[a] == strips[b]).all() == (a // 4 == b // 4) for a in range(12) for b in range(12))
    assert strips[0].max() > 200


def test_strips_name_the_phase_that_ended(run, monkeypatch):
    """A phase's last snapshot comes a step after its end: 112 is after 100."""
    texts = []
    monkeypatch.setattr(
        "pgkeras.walk.training._strip", lambda text, width: texts.append(text) or np.zeros((2, width, 3))
    )
    list(training_frames(run, 3))
    assert texts == [
        ("112 images shown", "4x4 straight"),
        ("304 images shown", "8x8 fade-in"),
        ("704 images shown", "8x8 straight"),
    ]


def test_a_training_video(run, tmp_path):
    call(walk, run, "--out", tmp_path / "training.mp4", "--training", "--seconds", "2", "--fps", "6")
    frames, frames_per_second = read_mp4(tmp_path / "training.mp4")
    assert (frames.shape, frames_per_second) == ((12, 544, 512, 3), 6)
    for frame, colour in ((0, RED), (7, GREEN), (11, BLUE)):
        assert np.abs(frames[frame, :500].astype(int) - colour).max() < 10


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".MP4", ".GIF"])
def test_odd_sizes_and_broken_frames(tmp_path, suffix):
    path = tmp_path / f"odd{suffix}"
    write_video(path, (np.full((33, 35, 3), 7 * number, np.uint8) for number in range(5)), 10)
    size = read_mp4(path)[0].shape if suffix.lower() == ".mp4" else read_gif(path)[0].shape
    assert size == (5, 34, 36, 3) if suffix.lower() == ".mp4" else (5, 33, 35, 3)
    before = path.read_bytes()

    def broken():
        yield np.zeros((32, 32, 3), np.uint8)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_video(path, broken(), 10)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def a_png_with_a_broken_chunk() -> bytes:
    """What follows its pixels has no name, which Pillow calls a syntax error."""
    written = BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(written, "PNG")
    start = written.getvalue().index(b"IDAT") - 4
    before, pixels = written.getvalue()[:start], written.getvalue()[start + 8 :]
    return before + (1000).to_bytes(4) + b"IDAT" + pixels[:1000] + b"CRC?" + pixels[1000:]


def test_bad_input_is_one_line(generators, pets, run, tmp_path, capsys, monkeypatch):
    def error(*arguments, out="walk.mp4"):
        return fail(walk, capsys, monkeypatch, *arguments, "--out", tmp_path / out)

    assert "is not a video; give a name that ends in .mp4 or .gif" in error(generators, out="walk.avi")
    assert "images in 72,000 frames take 17 GB" in error(generators, "--seconds", 600, "--fps", 120, "--grid", "99x99")
    assert "a GIF has at most 50 frames a second" in error(generators, "--fps", 60, out="walk.gif")
    assert "gives only 1 frame;" in error(generators, "--seconds", "0.04")
    assert "--seconds 3: too short for --smoothing 1; give at least 4" in error(generators, "--seconds", 3)
    assert "'4' is not a grid; give columns and rows, such as 4x2" in error(generators, "--grid", "4")
    assert "inf is not a finite number" in error(generators, "--seconds", "inf")
    assert "0<x<=1" in error(generators, "--truncation", "0")
    assert "has only 4, 8" in error(generators, "--resolution", 16)
    assert "has no classes; drop --labels" in error(generators, "--labels", "cat")
    assert "no such class; choose from cat, dog, bird" in error(pets, "--labels", "cow")
    assert "--grid has 2 rows for 1 classes" in error(pets, "--labels", "cat", "--grid", "4x2")
    assert "cannot be written" in error(generators, *SHORT, out="/proc/missing/walk.mp4")
    assert "drop --truncation" in error(run, "--training", "--truncation", "0.7")
    assert "drop --seed" in error(run, "--training", "--seed", "0")
    assert "is not a run; --training needs the folder of one" in error(pets, "--training")
    assert "is not a run folder" in error(generators, "--training")
    (run / "samples" / "000000304.png").write_bytes(b"junk")
    assert "000000304.png: cannot be read as a picture" in error(run, "--training")
    (run / "samples" / "000000304.png").write_bytes(a_png_with_a_broken_chunk())
    assert "000000304.png: cannot be read as a picture" in error(run, "--training")
    for path in (run / "samples").iterdir():
        path.unlink()
    assert "the run has no samples yet" in error(run, "--training")
    assert not list(tmp_path.glob("*.mp4"))
    assert not list(tmp_path.glob(".*"))
