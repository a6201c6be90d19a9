"""Whole collections: broken, interrupted, spread over machines."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pgkeras.data import open_dataset
from pgkeras.data.sources.crop_options import read_crop_options
from preprocessing.config import CropConfig
from preprocessing.crop_faces import main
from preprocessing.crop_photo import PhotoCropper, Refusal
from preprocessing.find_photos import PhotoFile
from preprocessing.rejects import Reason
from tests.command_lines import ROOT, call

LENIENT = ("--min-sharpness=0", "--duplicate-distance=-1")
NUMBER = 128  # four chunks


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def collection(tmp_path_factory, portraits) -> Path:
    """128 photos: each portrait many times, framed anew."""
    folder = tmp_path_factory.mktemp("collection")
    random = np.random.default_rng(0)
    for number in range(NUMBER):
        top, left = random.integers(0, 20, 2)
        photo = Image.fromarray(portraits[number % len(portraits)][top:, left:])
        photo.resize((480, 480)).save(folder / f"{number:03}.jpg", quality=90)
    return folder


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, collection) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("uninterrupted")
    call(main, collection, "--out", out / "faces.npz", "--size", 64, "--preview", *LENIENT)
    return files(out)


@pytest.mark.slow
def test_killed_at_random_moments_and_run_again_it_ends_with_the_same_files(tmp_path, collection, uninterrupted):
    command = [sys.executable, "preprocessing/crop_faces.py", collection, "--out", tmp_path / "faces.npz"]
    command += ["--size", "64", "--preview", "--workers", "1", *LENIENT]
    random = np.random.default_rng(0)
    partial = tmp_path / ".faces.partial"
    for stage, wanted in (("found", 1), ("found", 3), ("cropped", 1), ("cropped", 2)):
        done = f"[0-9]*.{stage}.npz"
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while process.poll() is None and len(list(partial.glob(done))) < wanted:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert len(list(partial.glob(done))) >= wanted
        assert not (tmp_path / "faces.npz").exists()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert files(tmp_path) == uninterrupted


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order_and_the_same_command_goes_on(tmp_path, collection, uninterrupted, number):
    command = [sys.executable, "preprocessing/crop_faces.py", collection, "--out", tmp_path / "faces.npz"]
    command += ["--size", "64", "--preview", "--workers", "1", *LENIENT]
    partial = tmp_path / ".faces.partial"
    for awaited in ("job.json", "[0-9]*.found.npz"):
        before = len(list(partial.glob(awaited)))
        with subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # The tests themselves may run under nohup.
        ) as process:
            while process.poll() is None and len(list(partial.glob(awaited))) <= before:
                time.sleep(0.01)
            process.send_signal(number)
            _, said = process.communicate()
        assert process.returncode == 128 + number
        assert "Traceback" not in said
        assert not list(tmp_path.glob("faces.*"))
        done = list(partial.glob("[0-9]*.npz"))
        assert partial.exists() == bool(done)
        assert done or awaited == "job.json"
        kept = f"what is done is kept in {partial}: the same command goes on there"
        assert (kept in said) == bool(done)
        assert not list(partial.glob(".*"))
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert files(tmp_path) == uninterrupted


@pytest.mark.slow
def test_ray_gives_the_same_files(tmp_path, collection, uninterrupted):
    pytest.importorskip("ray", reason="Ray is not installed")
    command = [sys.executable, "preprocessing/crop_faces.py", collection, "--out", tmp_path / "faces.npz"]
    command += ["--size", "64", "--preview", "--engine", "ray", "--workers", "2", *LENIENT]
    environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr[-3000:]
    assert files(tmp_path) == uninterrupted


def test_the_margin_by_hand_gives_the_same_faces(tmp_path, collection, uninterrupted):
    (tmp_path / "auto.npz").write_bytes(uninterrupted["faces.npz"])
    margin = CropConfig.model_validate_json(read_crop_options(tmp_path / "auto.npz")).margin
    assert -0.25 < margin < 0.3
    call(main, collection, "--out", tmp_path / "faces.npz", "--size", 64, "--margin", margin, *LENIENT)
    assert (tmp_path / "faces.npz").read_bytes() == uninterrupted["faces.npz"]


def test_shards_train_as_one_file_does(tmp_path, collection, uninterrupted):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "faces.npz").write_bytes(uninterrupted["faces.npz"])
    call(main, collection, "--out", tmp_path / "many" / "faces.npz", "--size", 64, "--shard-size", 60, *LENIENT)
    one = open_dataset(tmp_path / "one" / "faces.npz").images
    many = open_dataset(tmp_path / "many").images
    assert len(list((tmp_path / "many").glob("*.npz"))) == -(-len(one) // 60)
    np.testing.assert_array_equal(many[np.arange(len(one))], one[np.arange(len(one))])


def test_near_duplicates_are_dropped_but_one(tmp_path, collection):
    call(main, collection, "--out", tmp_path / "faces.npz", "--size", 64, "--min-sharpness=0")
    with np.load(tmp_path / "faces.npz") as arrays:
        assert 8 <= len(arrays["images"]) < 38


@pytest.mark.slow
def test_a_thousand_damaged_files_are_a_thousand_rows_at_most(tmp_path, portraits, astronaut):
    """Derived from good ones: cut short, bytes changed, blocks overwritten, swapped or doubled."""
    random = np.random.default_rng(0)
    good = []
    for suffix, options in (("jpg", {}), ("jpg", {"progressive": True}), ("png", {}), ("webp", {}), ("bmp", {})):
        for picture in (portraits[0], astronaut[:300, 100:400]):
            path = tmp_path / f"good.{suffix}"
            Image.fromarray(picture).save(path, **options)
            good.append((suffix, path.read_bytes()))
    cropper = PhotoCropper(CropConfig(size=64, margin=0.3, min_sharpness=0))
    outcomes = {"read": 0, "refused": 0}
    for number in range(1000):
        suffix, whole = good[number % len(good)]
        contents = bytearray(whole)
        start, length = random.integers(0, len(contents)), int(random.integers(1, 200))
        match number // len(good) % 5:
            case 0:
                del contents[start:]
            case 1:
                for at in random.integers(0, len(contents), length):
                    contents[at] = random.integers(0, 256)
            case 2:
                contents[start : start + length] = bytes([random.choice([0, 255])]) * length
            case 3:
                contents[start:start] = contents[:length]
            case 4:
                header = random.integers(0, min(64, len(contents)))
                contents[header] = random.integers(0, 256)
        path = tmp_path / f"{number:04}.{random.choice(['jpg', 'png', suffix])}"
        path.write_bytes(contents)
        outcome = cropper.crop(PhotoFile(path.name, path))
        if isinstance(outcome, Refusal):
            assert outcome.rejection.reason in set(Reason)
            assert "\n" not in outcome.rejection.detail
            assert outcome.rejection.detail
        outcomes["refused" if isinstance(outcome, Refusal) else "read"] += 1
    assert sum(outcomes.values()) == 1000
    assert min(outcomes.values()) > 100


def test_names_in_any_script_and_odd_entries_of_a_folder(tmp_path, portraits):
    folder = tmp_path / "photos"
    folder.mkdir()
    names = ["写真.jpg", "صورة.png", "фото 1.webp", "=cmd,'\".jpg", "line\nbreak.jpg", "<b>&.jpg"]
    for name, portrait in zip(names, portraits, strict=False):
        Image.fromarray(portrait).save(folder / name)
    invalid = os.fsdecode(b"caf\xe9.jpg")
    Image.fromarray(portraits[6]).save(folder / invalid)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "nowhere.jpg").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "pipe.jpg")
    (folder / "album.jpg").mkdir()
    output = call(main, folder, "--out", tmp_path / "faces.npz", "--size", 32, *LENIENT)
    assert "7 faces of 32x32 pixels from 9 photos" in output
    with np.load(tmp_path / "faces.npz") as arrays:
        assert sorted(arrays["sources"].tolist()) == sorted([*names, invalid])
    rejects = (tmp_path / "faces.rejects.csv").read_text(errors="surrogateescape").splitlines()
    assert [line.split(",")[:2] for line in rejects[1:]] == [["nowhere.jpg", "unreadable"], ["pipe.jpg", "unreadable"]]
