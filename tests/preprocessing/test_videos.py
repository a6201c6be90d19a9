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


def test_a_video_that_does_not_say_how_long_it_is_is_one_reject(tmp_path):
    """Its only frame that can be reached is the first one."""
    path = tmp_path / "live.webm"
    with av.open(str(path), "w", options={"live": "1"}) as container:
        stream = container.add_stream("libvpx", rate=10, width=64, height=64, pix_fmt="yuv420p")
        for brightness in range(0, 240, 8):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), brightness, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert frame_times(path, 1) == [0]
    rejection = read_frame(path, 0)
    assert rejection.reason is Reason.UNREADABLE
    assert "does not say how long" in rejection.detail


def test_no_two_frames_share_a_name(video):
    for every, last in ((0.04, "2.96"), (0.01, "2.99"), (0.004, "2.996")):
        names = [photo.source for photo in find_photos([video], every=every)]
        assert len(set(names)) == len(names)
        assert names[-1] == f"colours.avi@{last}s"


def test_videos_are_found_if_asked_for(video):
    (video.parent / "photo.jpg").touch()
    assert [photo.source for photo in find_photos([video.parent])] == ["photo.jpg"]
    found = find_photos([video.parent], every=2)
    assert [photo.source for photo in found] == ["colours.avi@0.00s", "colours.avi@2.00s", "photo.jpg"]
    assert [photo.second for photo in found] == [0, 2, None]


def test_a_video_wants_to_know_how_often(video):
    with pytest.raises(UserError, match=r"colours.avi is a video: say with `every`"):
        find_photos([video])
    assert len(find_photos([video], every=1)) == 3
