"""The command as its users meet it."""

import csv
import errno
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pgkeras.command_line import run
from pgkeras.data.sources.crop_options import read_crop_options
from pgkeras.files.lock import locked
from preprocessing.config import CropConfig
from preprocessing.crop_faces import main
from preprocessing.engines import ENGINES, threads

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs the command in this process: exit status, stdout, stderr."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["crop_faces.py", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            run(main)
        return leaving.value.code, *capsys.readouterr()

    return call


def fails(outcome, *words):
    status, out, err = outcome
    last = err.split("\r")[-1]  # after the progress bar, which wipes itself out
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert last.startswith("error: ")
    for word in words:
        assert str(word) in last


def read_rejects(path):
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["path", "reason", "detail"]
    return [tuple(row[:2]) for row in rows]


@pytest.fixture
def album(tmp_path, portraits, astronaut):
    """Faces in many guises among files that give none."""
    folder = tmp_path / "album"
    (folder / "sub").mkdir(parents=True)
    Image.fromarray(astronaut).save(folder / "astronaut.webp", quality=90)
    Image.fromarray(astronaut).convert("RGBA").save(folder / "b rgba.png")
    sixteen = portraits[0][..., 0].astype(np.uint16) * 257
    Image.fromarray(sixteen).save(folder / "c sixteen bits.png")
    Image.fromarray(portraits[1]).convert("L").save(folder / "sub" / "grey.jpg", quality=95)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.ascontiguousarray(np.rot90(portraits[2]))).save(folder / "sub" / "on its side.jpg", exif=exif)
    Image.fromarray(portraits[3]).save(folder / "z.bmp")
    Image.new("RGB", (300, 200), "navy").save(folder / "sea.png")
    Image.new("RGB", (10, 10)).save(folder / "icon.png")
    (folder / "diary.jpg").write_text("Dear diary")
    (folder / "empty.jpg").touch()
    whole = (folder / "astronaut.webp").read_bytes()
    (folder / "half.webp").write_bytes(whole[: len(whole) // 2])
    return folder


# The small faces of LFW are blurred when they are enlarged.
LENIENT = ("--min-sharpness=0", "--max-outside=1", "--duplicate-distance=-1")
FACES = ["astronaut.webp", "b rgba.png", "c sixteen bits.png", "sub/grey.jpg", "sub/on its side.jpg", "z.bmp"]
REJECTS = [
    ("diary.jpg", "unreadable"),
    ("empty.jpg", "unreadable"),
    ("half.webp", "unreadable"),
    ("icon.png", "too_small"),
    ("sea.png", "no_face"),
]


def test_every_face_is_kept_whatever_lies_beside_it(command, album, tmp_path, portraits):
    out = tmp_path / "faces.npz"
    status, summary, err = command(album, "--out", out, "--size", 64, "--no-align", "--margin", 0.3, *LENIENT)
    assert status == 0
    assert "margin 0.3: as given" in summary
    assert "6 faces of 64x64 pixels from 11 photos" in summary
    assert "5 photos without a face (3 unreadable, 1 too_small, 1 no_face)" in summary
    assert str(out) in summary
    assert str(tmp_path / "faces.report.html") in summary
    assert "error" not in err
    assert read_rejects(tmp_path / "faces.rejects.csv") == REJECTS
    with np.load(out, allow_pickle=False) as arrays:
        assert arrays["sources"].tolist() == FACES
        assert arrays["images"].shape == (6, 64, 64, 3)
        assert arrays["boxes"].shape == (6, 4)
        np.testing.assert_allclose(arrays["sides"], 1.3 * arrays["boxes"][:, 2:].max(axis=1), rtol=1e-5)
        assert (arrays["confidence"] >= 0.9).all()
        # Upright in the crop, as in the photo: the eyes above the mouth.
        assert (arrays["landmarks"][:, :2, 1].max(axis=1) < arrays["landmarks"][:, 3:, 1].min(axis=1)).all()
        # The crop of an untouched photo, by hand: the box's square and 30 percent more, area-averaged.
        x, y, width, height = arrays["boxes"][5]
        side = round(max(width, height) * 1.3)
        left, top = round(float(x + width / 2 - side / 2)), round(float(y + height / 2 - side / 2))
        padded = np.pad(portraits[3], [(99, 99), (99, 99), (0, 0)], mode="reflect")
        square = Image.fromarray(padded[99 + top : 99 + top + side, 99 + left : 99 + left + side])
        expected = np.asarray(square.resize((64, 64), Image.Resampling.BOX), int)
        assert np.abs(arrays["images"][5] - expected).mean() < 2


def test_a_second_run_takes_the_first_ones_sheets_for_no_photos(command, tmp_path, portraits):
    for number, portrait in enumerate(portraits[:2]):
        Image.fromarray(portrait).save(tmp_path / f"{number}.png")
    Image.new("RGB", (100, 100)).save(tmp_path / "sea.png")
    for _ in range(2):
        status, summary, _ = command(tmp_path, "--out", tmp_path / "faces.npz", "--size=8", "--preview", *LENIENT)
        assert status == 0
        assert "2 faces of 8x8 pixels from 3 photos" in summary
        assert {path.name for path in tmp_path.glob("faces.*.png")} == {"faces.kept.png", "faces.no_face.png"}


@pytest.mark.parametrize("every", ["nan", "inf"])
def test_frames_lie_a_number_of_seconds_apart(command, tmp_path, every):
    fails(command(tmp_path, "--every", every, "--out", tmp_path / "faces.npz"), "--every", every)


def test_seconds_between_frames_need_a_video(command, album, tmp_path):
    failed = command(album, "--every", 2, "--out", tmp_path / "faces.npz")
    fails(failed, "--every 2: there is no video in", album, "drop the option")


def test_what_many_photos_were_rejected_for_can_be_changed(command, album, tmp_path):
    given = album, "--out", tmp_path / "faces.npz", "--margin", 0, *LENIENT
    _, summary, _ = command(*given, "--min-face", 125)
    assert "\nmargin 0: as given\nlook at them" in summary  # 2 of 11 are few
    _, summary, _ = command(*given, "--min-face", 145)
    assert "\nmany are small_face; to keep more of them: lower --size or --min-face\n" in summary


def test_workers_do_not_change_the_result(command, album, tmp_path, monkeypatch):
    monkeypatch.setattr("preprocessing.work_folder.CHUNK_SIZE", 2)
    results = []
    for workers in (1, 4):
        out = tmp_path / str(workers) / "faces.npz"
        assert command(album, "--out", out, "--size", 32, "--workers", workers, "--preview", *LENIENT)[0] == 0
        results.append({path.name: path.read_bytes() for path in out.parent.iterdir()})
    assert results[0] == results[1]
    assert {"faces.npz", "faces.rejects.csv", "faces.report.html", "faces.kept.png", "faces.no_face.png"} <= set(
        results[0]
    )


def test_all_faces_of_a_photo(command, tmp_path, portraits):
    small = np.asarray(Image.fromarray(portraits[1]).resize((115, 115)))
    group = np.full((260, 460, 3), 128, np.uint8)
    group[10:125, 20:135] = small
    group[10:240, 200:430] = portraits[0]
    Image.fromarray(group).save(tmp_path / "group.png")
    for faces in ("largest", "all"):
        command(tmp_path / "group.png", "--out", tmp_path / f"{faces}.npz", "--size", 16, "--faces", faces, *LENIENT)
    out = tmp_path / "only.npz"
    lonely = command(tmp_path / "group.png", "--out", out, "--size", 16, "--faces", "only", *LENIENT)
    fails(lonely, "1 several_people (give --faces largest or all)")
    with np.load(tmp_path / "largest.npz") as largest, np.load(tmp_path / "all.npz") as every:
        assert len(largest["images"]) == 1
        assert largest["boxes"][0, 0] > 200
        assert every["sources"].tolist() == ["group.png"] * 2
        centres = every["boxes"][:, 0] + every["boxes"][:, 2] / 2
        np.testing.assert_allclose(centres, [315, 77.5], atol=15)


def test_strictness_can_be_chosen(command, album, tmp_path):
    strict = command(album / "z.bmp", "--out", tmp_path / "a.npz", "--min-confidence", 1)
    fails(strict, "1 low_confidence (lower --min-confidence)")
    strict = command(album / "z.bmp", "--out", tmp_path / "b.npz", "--min-face", 500)
    fails(strict, "1 small_face (lower --size or --min-face)")


def test_without_a_face_left_the_limits_are_named_and_the_rejects_written(command, album, tmp_path):
    out = tmp_path / "faces.npz"
    limits = "--margin", 0, "--min-face", 125, "--max-outside", 1, "--min-sharpness", 1e6
    fails(
        command(album, "--out", out, *limits),
        "no face is left of 11 photos: 4 blurred (lower --min-sharpness), 3 unreadable, "
        "2 small_face (lower --size or --min-face), 1 too_small, "
        "1 no_face (give --faces all, which looks for smaller ones); see",
        tmp_path / "faces.rejects.csv",
    )
    assert len(read_rejects(tmp_path / "faces.rejects.csv")) == 11
    assert "The margin is 0: as given." in (tmp_path / "faces.report.html").read_text()
    assert not out.exists()


@pytest.fixture
def cut_off(tmp_path, astronaut):
    """Ten photos that show less and less of what is left of a face, whose square at margin 0 begins at column 150."""
    folder = tmp_path / "cut off"
    folder.mkdir()
    for number in range(10):
        Image.fromarray(astronaut[:, 130 + 5 * number :]).save(folder / f"{number}.png")
    return folder


@pytest.mark.parametrize("align", [(), ("--no-align",)])
@pytest.mark.parametrize("workers", [1, 3])
def test_the_margin_auto_gives_what_its_number_gives(command, cut_off, tmp_path, align, workers, monkeypatch):
    monkeypatch.setattr("preprocessing.work_folder.CHUNK_SIZE", 3)
    lenient = *align, "--size", 32, "--duplicate-distance=-1"
    status, summary, _ = command(cut_off, "--out", tmp_path / "auto.npz", "--workers", workers, *lenient)
    assert status == 0
    margin, reason = re.search(r"^margin (\S+): (.*)$", summary, re.MULTILINE).groups()
    assert reason == "the largest with which nine of ten faces keep at least 95% of their square inside the photo"
    assert "the largest with which nine of ten" in (tmp_path / "auto.report.html").read_text()
    command(cut_off, "--out", tmp_path / "number.npz", "--margin", margin, *lenient)
    assert (tmp_path / "auto.npz").read_bytes() == (tmp_path / "number.npz").read_bytes()
    assert CropConfig.model_validate_json(read_crop_options(tmp_path / "auto.npz")).margin == float(margin)
    with np.load(tmp_path / "auto.npz") as arrays:
        assert (arrays["outside"] <= 0.05).sum() == 9
        wider = CropConfig.model_validate_json(read_crop_options(tmp_path / "auto.npz")).margin + 0.01
    command(cut_off, "--out", tmp_path / "wider.npz", "--margin", wider, "--max-outside", 1, *lenient)
    with np.load(tmp_path / "wider.npz") as arrays:
        assert (arrays["outside"] <= 0.05).sum() < 9


def test_faces_that_photos_cut_off_are_rejected(command, cut_off, tmp_path):
    lenient = "--size", 32, "--duplicate-distance=-1", "--margin", 0.3
    _, summary, _ = command(cut_off, "--out", tmp_path / "some.npz", *lenient)
    with np.load(tmp_path / "some.npz") as arrays:
        some = len(arrays["images"])
        assert arrays["outside"].max() <= 0.15
    assert 0 < some < 10
    assert f"{10 - some} cut_off" in summary
    assert "--max-outside" in (tmp_path / "some.report.html").read_text()
    command(cut_off, "--out", tmp_path / "all.npz", "--max-outside", 1, *lenient)
    with np.load(tmp_path / "all.npz") as arrays:
        assert len(arrays["images"]) == 10
        assert (np.diff(arrays["outside"]) >= -0.03).all()
    fails(
        command(cut_off, "--out", tmp_path / "none.npz", "--max-outside", 1e-6, "--margin", 3),
        "10 cut_off (raise --max-outside or lower --margin)",
    )


def test_no_such_folder(command, tmp_path):
    fails(command(tmp_path / "nowhere", "--out", tmp_path / "faces.npz"), tmp_path / "nowhere", "check the path")
    assert list(tmp_path.iterdir()) == []


def test_no_image_in_the_folder(command, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "notes.txt").touch()
    fails(command(tmp_path / "photos", "--out", tmp_path / "faces.npz"), "no photo in", tmp_path / "photos")


def test_no_face_in_any(command, tmp_path):
    (tmp_path / "photos").mkdir()
    for name in ("sea", "sky"):
        Image.new("RGB", (90, 60), "navy").save(tmp_path / "photos" / f"{name}.png")
    rejects = tmp_path / "faces.rejects.csv"
    given = tmp_path / "photos", "--out", tmp_path / "faces.npz"
    hint = "give --faces all, which looks for smaller ones"
    fails(command(*given), f"no face is left of 2 photos: 2 no_face ({hint}); see", rejects, "give other photos")
    fails(command(*given, "--faces", "all"), "no face is left of 2 photos: 2 no_face; see", rejects)
    assert read_rejects(rejects) == [("sea.png", "no_face"), ("sky.png", "no_face")]
    assert not (tmp_path / "faces.npz").exists()


def test_nothing_but_unreadable_files(command, tmp_path):
    (tmp_path / "diary.jpg").write_text("Dear diary")
    fails(command(tmp_path, "--out", tmp_path / "out" / "faces.npz"), "1 unreadable")
    assert read_rejects(tmp_path / "out" / "faces.rejects.csv") == [("diary.jpg", "unreadable")]


def test_a_work_folder_that_stays_is_no_failure(command, album, tmp_path, monkeypatch):
    def rmdir(*arguments, **options):
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr("os.rmdir", rmdir)
    status, summary, err = command(album, "--out", tmp_path / "faces.npz", "--size", 64, *LENIENT)
    assert (status, err) == (0, "")
    assert "6 faces of 64x64 pixels from 11 photos" in summary


def test_the_output_folder_is_not_writable(command, album, tmp_path):
    (tmp_path / "file").touch()
    fails(
        command(album, "--out", tmp_path / "file" / "faces.npz"),
        "cannot be written to",
        tmp_path / "file",
        "choose another folder",
    )
    fails(command(album, "--out", "/proc/faces.npz"), "/proc: cannot be written to")
    fails(command(album, "--out", tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--size", 3),
        ("--size", "large"),
        ("--faces", "both"),
        ("--margin", -0.3),
        ("--margin", 3.1),
        ("--margin", "nan"),
        ("--margin", "wide"),
        ("--max-outside", 0),
        ("--max-outside", 1.1),
        ("--min-face", 0),
        ("--min-face", "inf"),
        ("--min-confidence", 1.5),
        ("--workers", 0),
        ("--engine", "spark"),
        ("--shard-size", 0),
        ("--every", 0),
        ("--max-yaw", 91),
        ("--min-sharpness", -1),
        ("--max-clipped", 0),
        ("--duplicate-distance", 257),
    ],
)
def test_values_out_of_range_are_named(command, album, tmp_path, option, value):
    fails(command(album, "--out", tmp_path / "faces.npz", option, value), option, value)


def test_a_margin_within_the_box_needs_alignment(command, album, tmp_path):
    out = tmp_path / "faces.npz"
    fails(command(album, "--out", out, "--no-align", "--margin", -0.1), "--margin -0.1: without --align", "0 or more")
    assert list(tmp_path.iterdir()) == [album]


def test_missing_arguments_are_named(command, album):
    fails(command(album), "--out")
    fails(command("--out", "faces.npz"), "PHOTOS")


def documented_command(*arguments):
    """Runs the command as README does, in a shell of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "preprocessing/crop_faces.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.slow
def test_real_photos_by_the_documented_command(tmp_path, photos_folder):
    photos = sorted(photos_folder.iterdir())[::32]
    finished = documented_command(*photos, "--out", tmp_path / "faces.npz", "--size", "64")
    assert finished.returncode == 0, finished.stderr
    lines = r"\d+ faces of 64x64 .*\n\d+ photos? without a face.*\nmargin -0.25: the smallest .*\nlook at them: .*\n"
    assert re.fullmatch(lines, finished.stdout)
    for shown in finished.stderr.split("\r"):  # nothing but the progress bar
        assert not shown.strip() or re.search(rf"\d+/{len(photos)} \[.*photo", shown)
    with np.load(tmp_path / "faces.npz") as arrays:
        assert len(arrays["images"]) >= 0.9 * len(photos)
        assert set(arrays["sources"]) <= {photo.name for photo in photos}


@pytest.mark.slow
def test_bad_input_by_the_documented_command(tmp_path):
    Image.new("RGB", (90, 60), "navy").save(tmp_path / "sea.png")
    finished = documented_command(tmp_path, "--out", tmp_path / "faces.npz")
    fails((finished.returncode, finished.stdout, finished.stderr), "no face is left of 1 photo:")


def test_long_work_shows_rate_and_time_left(command, tmp_path, portraits, monkeypatch):
    @contextmanager
    def slow_threads(workers):
        def slowly(*arguments):
            for done in compute(*arguments):
                yield done
                time.sleep(0.15)  # a bar is drawn anew after a tenth of a second

        with threads(workers) as compute:
            yield slowly

    for number, portrait in enumerate(portraits):
        Image.fromarray(portrait).save(tmp_path / f"{number}.png")
    monkeypatch.setitem(ENGINES, "threads", slow_threads)
    monkeypatch.setattr("preprocessing.stages.PROGRESS_AFTER", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr("preprocessing.work_folder.CHUNK_SIZE", 2)
    err = command(tmp_path, "--out", tmp_path / "faces.npz", "--size", 64, *LENIENT)[2]
    for stage in ("finding faces", "cropping"):
        assert re.search(stage + r": .*[2-6]/8 \[\d\d:\d\d<\d\d:\d\d, +[\d.]+(photo/s|s/photo)\]", err)


def test_the_help_has_an_example_and_every_default(command):
    status, out, err = command("--help")
    assert (status, err) == (0, "")
    assert "pgkeras crop photos/ --out faces.npz" in " ".join(out.split())
    for option in main.params[1:]:
        assert option.help
        assert option.opts[0] in out


def test_only_one_crops_into_a_file(command, album, tmp_path):
    out = tmp_path / "faces.npz"
    with locked(tmp_path / ".faces.lock"):
        fails(command(album, "--out", out), f"{out}: somebody else is cropping into it already")
    assert not out.exists()


def test_all_faces_of_a_large_photo_are_the_same_for_any_number_of_workers(command, tmp_path, portraits):
    """Each a hundredth of the panorama's width, far less than the search for the largest face sees."""
    random = np.random.default_rng(0)
    (tmp_path / "album").mkdir()
    for number in range(3):
        panorama = np.full((400, 6000, 3), 130, np.uint8)
        for index, portrait in enumerate(portraits[:5]):
            top, left = 50 + random.integers(0, 200), 300 + 1100 * index + random.integers(0, 500)
            panorama[top : top + 90, left : left + 90] = np.asarray(Image.fromarray(portrait).resize((90, 90)))
        Image.fromarray(panorama).save(tmp_path / "album" / f"{number}.png")
    options = "--faces", "all", "--size", 32, "--min-face", 25, "--min-confidence", 0.8, *LENIENT
    for workers in (1, 3):
        status, summary, _ = command(
            tmp_path / "album", "--out", tmp_path / f"{workers}.npz", "--workers", workers, *options
        )
        assert status == 0
        assert "15 faces of 32x32 pixels from 3 photos" in summary
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "3.npz").read_bytes()
