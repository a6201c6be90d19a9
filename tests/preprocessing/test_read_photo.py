import os
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from preprocessing import read_photo as module
from preprocessing.read_photo import read_extent, read_photo
from preprocessing.rejects import Reason

ORIENTATION = 0x0112


def quadrants():
    """40 wide, 30 high: red, green / blue, grey."""
    pixels = np.zeros((30, 40, 3), np.uint8)
    pixels[:15, :20] = (250, 0, 0)
    pixels[:15, 20:] = (0, 250, 0)
    pixels[15:, :20] = (0, 0, 250)
    pixels[15:, 20:] = (120, 120, 120)
    return pixels


def noise(height=64, width=64):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


# From the EXIF standard: which sides of the scene the stored 0th row and 0th column show.
STORED = {
    1: lambda scene: scene,  # top, left
    2: lambda scene: scene[:, ::-1],  # top, right
    3: lambda scene: scene[::-1, ::-1],  # bottom, right
    4: lambda scene: scene[::-1],  # bottom, left
    5: lambda scene: scene.swapaxes(0, 1),  # left, top
    6: lambda scene: scene[:, ::-1].swapaxes(0, 1),  # right, top
    7: lambda scene: scene[::-1, ::-1].swapaxes(0, 1),  # right, bottom
    8: lambda scene: scene[::-1].swapaxes(0, 1),  # left, bottom
}


OPTIONS = {"jpg": {"subsampling": 0}, "heic": {"chroma": 444}}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif", "heic"])
def test_exif_orientation_is_honoured(tmp_path, orientation, suffix):
    path = tmp_path / f"photo.{suffix}"
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](quadrants())))
    stored.save(path, exif=exif.tobytes(), **({} if suffix == "tif" else {"quality": 95}), **OPTIONS.get(suffix, {}))
    photo = read_photo(path)
    np.testing.assert_array_equal(photo.reduction, 1)
    assert photo.extent == read_extent(path) == (40, 30)
    pixels = photo.pixels
    assert pixels.shape == (30, 40, 3)
    for row, column in [(7, 10), (7, 30), (22, 10), (22, 30)]:
        np.testing.assert_allclose(pixels[row, column], quadrants()[row, column].astype(int), atol=8)
    if suffix == "jpg":
        np.testing.assert_allclose(pixels, cv2.imread(str(path))[..., ::-1].astype(int), atol=4)


@pytest.mark.filterwarnings("ignore::UserWarning")  # as make_faces ignores Pillow's remarks
@pytest.mark.parametrize("suffix", ["jpg", "png"])
@pytest.mark.parametrize("exif", [b"MM\0\x2a\0", b"no table here", b"Exif\0\0MM\0\x2a\0\0\0\x08\xff\xff\x01"])
def test_broken_exif_does_not_cost_the_photo(tmp_path, suffix, exif):
    Image.fromarray(quadrants()).save(tmp_path / f"photo.{suffix}", exif=exif)
    assert read_photo(tmp_path / f"photo.{suffix}").pixels.shape == (30, 40, 3)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif"])
def test_lossless_pixels_are_kept(tmp_path, suffix):
    Image.fromarray(noise()).save(tmp_path / f"photo.{suffix}")
    pixels = read_photo(tmp_path / f"photo.{suffix}").pixels
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, noise())


def test_grey_becomes_three_equal_channels(tmp_path):
    grey = noise()[..., 0]
    Image.fromarray(grey).save(tmp_path / "photo.png")
    np.testing.assert_array_equal(read_photo(tmp_path / "photo.png").pixels, np.stack([grey] * 3, axis=-1))


def test_black_and_white_spans_the_whole_range(tmp_path):
    Image.fromarray(quadrants()).convert("1").save(tmp_path / "photo.png")
    assert set(np.unique(read_photo(tmp_path / "photo.png").pixels)) == {0, 255}


def test_sixteen_bit_grey_is_scaled(tmp_path):
    stored = np.full((32, 32), 0x80FF, np.uint16)
    stored[0, :3] = 0, 0x1234, 0xFFFF
    assert cv2.imwrite(str(tmp_path / "photo.png"), stored)
    pixels = read_photo(tmp_path / "photo.png").pixels
    assert pixels.shape == (32, 32, 3)
    assert pixels[0, :4, 1].tolist() == [0, 0x12, 255, 0x80]


def test_sixteen_bit_colour_is_scaled(tmp_path):
    stored = np.zeros((32, 32, 3), np.uint16)
    stored[...] = 0x1234, 0x80FF, 0xFFFF  # blue, green, red
    assert cv2.imwrite(str(tmp_path / "photo.png"), stored)
    np.testing.assert_allclose(read_photo(tmp_path / "photo.png").pixels[5, 5].astype(int), [255, 0x80, 0x12], atol=1)


def test_transparency_shows_white(tmp_path):
    stored = np.zeros((30, 30, 4), np.uint8)
    stored[:10] = 200, 100, 0, 255
    stored[10:20] = 200, 100, 0, 51  # a fifth
    stored[20:] = 200, 100, 0, 0
    Image.fromarray(stored).save(tmp_path / "photo.png")
    pixels = read_photo(tmp_path / "photo.png").pixels.astype(int)
    np.testing.assert_array_equal(pixels[5, 5], [200, 100, 0])
    np.testing.assert_allclose(pixels[15, 5], [244, 224, 204], atol=1)  # 255 + (value - 255) / 5
    np.testing.assert_array_equal(pixels[25, 5], [255, 255, 255])


def test_grey_with_transparency(tmp_path):
    Image.fromarray(noise()[..., 0]).convert("LA").save(tmp_path / "photo.png")
    np.testing.assert_array_equal(read_photo(tmp_path / "photo.png").pixels[..., 2], noise()[..., 0])


@pytest.mark.filterwarnings("ignore::UserWarning")  # as make_faces ignores Pillow's remarks
def test_palettes_with_and_without_transparency(tmp_path):
    palette = Image.fromarray(quadrants()).quantize(4)
    palette.save(tmp_path / "opaque.png")
    np.testing.assert_allclose(read_photo(tmp_path / "opaque.png").pixels, quadrants().astype(int), atol=8)
    palette.save(tmp_path / "holes.png", transparency=palette.getpixel((0, 0)))
    pixels = read_photo(tmp_path / "holes.png").pixels
    assert pixels[0, 0].tolist() == [255, 255, 255]
    np.testing.assert_allclose(pixels[20, 30].astype(int), [120] * 3, atol=8)


def test_cmyk_jpeg(tmp_path):
    Image.fromarray(quadrants()).convert("CMYK").save(tmp_path / "photo.jpg", quality=95)
    np.testing.assert_allclose(read_photo(tmp_path / "photo.jpg").pixels[7, 10].astype(int), [250, 0, 0], atol=12)


def test_the_first_picture_of_a_phones_multi_picture_file(tmp_path):
    first, second = Image.fromarray(quadrants()), Image.fromarray(noise())
    first.save(tmp_path / "photo.jpg", format="MPO", save_all=True, append_images=[second])
    assert read_photo(tmp_path / "photo.jpg").pixels.shape == (30, 40, 3)


def test_the_first_frame_of_an_animation(tmp_path):
    first, second = Image.fromarray(quadrants()), Image.fromarray(noise(30, 40))
    first.save(tmp_path / "photo.gif", save_all=True, append_images=[second])
    np.testing.assert_array_equal(read_photo(tmp_path / "photo.gif").pixels, quadrants())


def test_heic_without_its_package_says_what_to_install(tmp_path, monkeypatch):
    Image.fromarray(noise()).save(tmp_path / "IMG_1.HEIC")
    monkeypatch.setattr(module, "register_heif_opener", None)
    monkeypatch.setattr(module, "FORMATS", ("JPEG", "PNG"))
    rejection = read_photo(tmp_path / "IMG_1.HEIC")
    assert rejection.reason is Reason.UNREADABLE
    assert "pip install pillow-heif" in rejection.detail


def test_raw_data_is_not_taken_for_its_thumbnail(tmp_path):
    Image.fromarray(noise()).save(tmp_path / "IMG_1.NEF", format="TIFF")
    rejection = read_photo(tmp_path / "IMG_1.NEF")
    assert rejection.reason is Reason.UNREADABLE
    assert "convert it to JPEG" in rejection.detail


def test_the_contents_tell_the_format_not_the_suffix(tmp_path):
    Image.fromarray(noise()).save(tmp_path / "photo.jpg", format="PNG")
    np.testing.assert_array_equal(read_photo(tmp_path / "photo.jpg").pixels, noise())


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "tif", "gif", "avif", "heic"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_unreadable(tmp_path, suffix, kept):
    path = tmp_path / f"photo.{suffix}"
    Image.fromarray(noise(200, 200)).save(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    assert read_photo(path).reason is Reason.UNREADABLE


def test_a_truncated_progressive_jpeg_is_unreadable(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.fromarray(noise(200, 200)).save(path, progressive=True)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    assert read_photo(path).reason is Reason.UNREADABLE


@pytest.mark.parametrize("contents", [b"", b"Dear diary", b"\xff\xd8\xff", b"%!PS-Adobe-3.0 EPSF-3.0\n", bytes(1000)])
def test_no_image_is_unreadable(tmp_path, contents):
    (tmp_path / "photo.jpg").write_bytes(contents)
    assert read_photo(tmp_path / "photo.jpg").reason is Reason.UNREADABLE


def test_a_vanished_file_is_unreadable(tmp_path):
    assert read_photo(tmp_path / "photo.jpg").reason is Reason.UNREADABLE
    assert read_extent(tmp_path / "photo.jpg").reason is Reason.UNREADABLE


def test_a_tiny_photo_is_too_small(tmp_path):
    Image.new("RGB", (200, 19)).save(tmp_path / "photo.png")
    rejection = read_photo(tmp_path / "photo.png")
    assert rejection.reason is Reason.TOO_SMALL
    assert "200x19" in rejection.detail
    assert read_extent(tmp_path / "photo.png") == rejection
    Image.new("RGB", (20, 20)).save(tmp_path / "photo.png")
    assert read_photo(tmp_path / "photo.png").pixels.shape == (20, 20, 3)


def test_a_decompression_bomb_is_too_large(tmp_path):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    (tmp_path / "photo.png").write_bytes(bomb + chunk(b"IEND", b""))
    assert read_photo(tmp_path / "photo.png").reason is Reason.TOO_LARGE


@pytest.mark.parametrize(("width", "height"), [(12000, 9000), (16320, 12240)])
def test_the_largest_phones_photos_are_read_without_a_word(tmp_path, width, height):
    Image.new("L", (width, height)).save(tmp_path / "photo.jpg", quality=50)
    photo = read_photo(tmp_path / "photo.jpg", 1024)
    assert photo.pixels.shape == (height // 8, width // 8, 3)
    np.testing.assert_array_equal(photo.reduction, 8)
    assert photo.is_scalable


@pytest.mark.parametrize(("suffix", "options"), [("png", {}), ("jpg", {"progressive": True}), ("jpg", {})])
def test_what_is_decoded_whole_may_have_fewer_pixels(tmp_path, monkeypatch, suffix, options):
    monkeypatch.setattr("pgkeras.data.sources.decode.LARGEST", 59 * 100)
    monkeypatch.setattr("pgkeras.data.sources.decode.LARGEST_JPEG", 60 * 100)
    for height in (59, 60, 61):
        Image.new("RGB", (100, height)).save(tmp_path / f"{height}.{suffix}", **options)
    assert read_photo(tmp_path / f"59.{suffix}").extent == (100, 59)
    ordinary = suffix == "jpg" and not options
    outcome = read_photo(tmp_path / f"{60 + ordinary}.{suffix}")
    assert outcome.reason is Reason.TOO_LARGE
    assert outcome.detail == f"100x{60 + ordinary} pixels; at most {6000 if ordinary else 5900:,} are read"


def test_a_pipe_is_unreadable_and_nobody_waits_for_it(tmp_path):
    os.mkfifo(tmp_path / "photo.jpg")
    assert read_photo(tmp_path / "photo.jpg").reason is Reason.UNREADABLE


@pytest.mark.parametrize(
    ("enough", "size"), [(None, (1001, 601)), (501, (1001, 601)), (500, (501, 301)), (100, (126, 76))]
)
def test_no_more_of_a_jpeg_is_decoded_than_is_enough(tmp_path, enough, size):
    ramp = np.linspace(0, 255, 1001).astype(np.uint8)[np.newaxis, :, np.newaxis]
    Image.fromarray(np.tile(ramp, (601, 1, 3))).save(tmp_path / "photo.jpg", quality=95)
    photo = read_photo(tmp_path / "photo.jpg", enough)
    assert photo.pixels.shape == (*size[::-1], 3)
    np.testing.assert_allclose(photo.reduction, [1001 / size[0], 601 / size[1]])
    whole = np.asarray(Image.fromarray(np.tile(ramp, (601, 1, 3))).resize(size, Image.Resampling.BOX)).astype(int)
    np.testing.assert_allclose(photo.pixels, whole, atol=4)


def test_the_thumbnail_in_a_heic_is_not_taken_for_the_photo(tmp_path):
    pytest.importorskip("pillow_heif")
    Image.fromarray(noise(480, 640)).save(tmp_path / "photo.heic", thumbnails=[320])
    photo = read_photo(tmp_path / "photo.heic", 160)
    assert photo.pixels.shape == (480, 640, 3)
    np.testing.assert_array_equal(photo.reduction, 1)


def test_the_reduction_of_a_photo_on_its_side_is_that_of_the_upright_one(tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    Image.new("RGB", (1000, 601)).save(tmp_path / "photo.jpg", exif=exif)
    photo = read_photo(tmp_path / "photo.jpg", 500)
    assert photo.pixels.shape == (500, 301, 3)
    np.testing.assert_allclose(photo.reduction, [601 / 301, 2])
    assert photo.extent == read_extent(tmp_path / "photo.jpg") == (601, 1000)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "I;16"])
def test_a_huge_photo_is_halved_until_it_is_no_longer_huge(tmp_path, monkeypatch, mode):
    monkeypatch.setattr(module, "MOST_PIXELS", 1000)
    Image.new(mode, (100, 60)).save(tmp_path / "photo.png")
    photo = read_photo(tmp_path / "photo.png")
    assert photo.pixels.shape == (15, 25, 3)
    np.testing.assert_allclose(photo.reduction, 4)


@pytest.mark.parametrize("mode", ["RGB", "P", "I;16"])
def test_a_huge_photo_on_its_side_is_turned_upright(tmp_path, monkeypatch, mode):
    monkeypatch.setattr(module, "MOST_PIXELS", 1000)
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    Image.new(mode, (100, 60)).save(tmp_path / "photo.png", exif=exif)
    photo = read_photo(tmp_path / "photo.png")
    assert photo.pixels.shape == (25, 15, 3)
    np.testing.assert_allclose(photo.reduction, 4)


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_numbers_of_no_known_range_are_rejected(tmp_path, dtype):
    Image.fromarray(np.arange(1024).reshape(32, 32).astype(dtype)).save(tmp_path / "photo.tif")
    for read in (read_photo, read_extent):
        rejection = read(tmp_path / "photo.tif")
        assert rejection.reason == Reason.UNREADABLE
        assert "32-bit integers or floats" in rejection.detail
