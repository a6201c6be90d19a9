from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from pgkeras.errors import UserError
from preprocessing.find_photos import find_photos
from preprocessing.rejects import Reason
from preprocessing.videos import frame_times, read_frame


@pytest.fixture
def video(tmp_path):
    """Three seconds, ten frames each; the frames of a second are red, green, blue."""
    path = tmp_path / "colours.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    for colour in ((0, 0, 250), (0, 250, 0), (250, 0, 0)):
        for _ in range(10):
            writer.write(np.full((48, 64, 3), colour, np.uint8))
    writer.release()
    return path


def test_frames_are_taken_at_equal_distances(video):
    assert frame_times(video, 1) == [0, 1, 2]
    assert frame_times(video, 0.75) == [0, 0.75, 1.5, 2.25]
    assert frame_times(video, 10) == [0]


def test_a_frame_is_that_of_its_second(video):
    for second, colour in ((0, (250, 0, 0)), (1.5, (0, 250, 0)), (2.25, (0, 0, 250))):
        frame = read_frame(video, second)
        assert frame.shape == (48, 64, 3)
        np.testing.assert_allclose(frame.mean(axis=(0, 1)), colour, atol=12)


def test_a_broken_video_is_one_reject(tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"no video" * 100)
    assert frame_times(tmp_path / "broken.mp4", 1) == [0]
    assert read_frame(tmp_path / "broken.mp4", 0).reason is Reason.UNREADABLE


def write(path, codec, times, brightnesses, rotation=0, **options):
    """A video whose frames begin at times, in seconds, and have one brightness each, the left half less."""
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=30, width=64, height=48, pix_fmt="yuv420p")
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        for time, brightness in zip(times, brightnesses, strict=True):
            picture = np.full((48, 64, 3), brightness, np.uint8)
            picture[:, :32] //= 2
            frame = av.VideoFrame.from_ndarray(picture)
            frame.pts, frame.time_base = round(1000 * time), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def brightness(frame):
    return frame[:, 40:].mean()


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "mpeg4"), ("a.mp4", "libx264"), ("a.mkv", "mpeg4"), ("a.webm", "libvpx")]
)
def test_frames_at_changing_distances_are_read_at_their_own_times(tmp_path, name, codec):
    """Two seconds at 30 frames a second, then a frame every half a second: what is shown changes at 2, 4, 6 ..."""
    times = [number / 30 for number in range(60)] + [2 + number / 2 for number in range(20)]
    levels = [30 + 40 * min(5, int(time / 2)) for time in times]
    write(tmp_path / name, codec, times, levels)
    assert frame_times(tmp_path / name, 1) == list(range(12))
    for second in (0, 0.9, 1.9, 2, 3.4, 3.9, 4, 7.7, 9.99, 10, 11.5, 11.7):
        frame = read_frame(tmp_path / name, second)
        assert brightness(frame) == pytest.approx(30 + 40 * int(second / 2), abs=6), second


def test_a_recording_of_a_live_stream_is_read_though_it_does_not_say_how_long_it_is(tmp_path):
    levels = list(range(0, 240, 8))
    write(tmp_path / "live.webm", "libvpx", [number / 10 for number in range(30)], levels, live="1")
    assert frame_times(tmp_path / "live.webm", 1) == [0, 1, 2]
    for second in (0, 1, 2.5):
        assert brightness(read_frame(tmp_path / "live.webm", second)) == pytest.approx(80 * second, abs=8)


def test_what_is_shown_before_the_first_frame_begins_is_the_first_frame(tmp_path):
    """An AVI with frames between others has no times of its own; they come a few frames late."""
    path = tmp_path / "a.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10, width=64, height=48, pix_fmt="yuv420p", options={"bf": "2"})
        for level in range(30, 230, 10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((48, 64, 3), level, np.uint8))))
        container.mux(stream.encode())
    for second in (0, 1):
        assert brightness(read_frame(path, second)) == pytest.approx(30 + 100 * second, abs=35)


def test_of_a_video_that_breaks_off_the_rest_is_rejected(tmp_path):
    path = tmp_path / "a.mkv"
    write(path, "mpeg4", [number / 10 for number in range(100)], [100] * 100)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    seconds = frame_times(path, 1)
    frames = [read_frame(path, second) for second in seconds]
    there = [isinstance(frame, np.ndarray) for frame in frames]
    assert there == sorted(there, reverse=True)
    assert 2 <= sum(there) <= 7
    assert frames[-1].reason is Reason.UNREADABLE
    assert "no frame of a video at" in frames[-1].detail


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_a_video_is_turned_upright_as_opencv_turns_it(tmp_path, rotation):
    path = tmp_path / "a.mp4"
    write(path, "mpeg4", [0, 0.1], [200, 200], rotation)
    video = cv2.VideoCapture(str(path))
    _, expected = video.read()
    video.release()
    frame = read_frame(path, 0)
    assert frame.shape == expected.shape == ((48, 64, 3) if rotation == 180 else (64, 48, 3))
    np.testing.assert_allclose(frame, expected[..., ::-1], atol=3)


def test_a_file_with_sound_alone_is_one_reject(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 16_000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    assert frame_times(path, 1) == [0]
    assert read_frame(path, 0).detail == "no video in the file"


def test_no_two_frames_share_a_name(video):
    for every, last in ((0.04, "2.96"), (0.01, "2.99"), (0.004, "2.996")):
        names = [photo.source for photo in find_photos([video], every=every)]
        assert len(set(names)) == len(names)
        assert names[-1] == f"colours.avi@{last}s"


def test_videos_are_found_if_asked_for(video):
    (video.parent / "photo.jpg").touch()
    with pytest.warns(UserWarning, match=r"left out 1 \.avi \(to take its frames: --every\)"):
        assert [photo.source for photo in find_photos([video.parent])] == ["photo.jpg"]
    found = find_photos([video.parent], every=2)
    assert [photo.source for photo in found] == ["colours.avi@0.00s", "colours.avi@2.00s", "photo.jpg"]
    assert [photo.second for photo in found] == [0, 2, None]


def test_a_video_wants_to_know_how_often(video):
    with pytest.raises(UserError, match=r"colours.avi is a video: say with `every`"):
        find_photos([video])
    assert len(find_photos([video], every=1)) == 3


def test_more_frames_than_anybody_wants(video):
    with pytest.raises(UserError, match=r"colours\.avi: `every` 1e-07 would take 29,\d{3},000 frames; 1,000,000 are"):
        find_photos([video], every=1e-7)
