"""Folders of pictures: every format and mode, sizes, classes, and errors that name the file."""

import os

import numpy as np
import pytest
from PIL import Image, ImageCms

from pgkeras import UserError
from pgkeras.data import NoLabelsError, UnreadableError, naming_all_unreadable, open_dataset
from pgkeras.data.sources import picture_names
from pgkeras.data.sources.decode import decode, picture_suffixes
from tests.data.sources.formats import IMAGES, encoded, write_picture, write_pictures

RED = np.broadcast_to(np.array([200, 30, 60], np.uint8), (16, 16, 3))


def one(folder, **options) -> np.ndarray:
    """The only image in a folder."""
    images = open_dataset(folder, **options).images
    assert len(images) == 1
    return images[:][0]


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".bmp", ".tif", ".tga", ".ppm", ".sgi", ".pcx"])
def test_lossless_formats_give_the_same_pixels(tmp_path, suffix):
    images = open_dataset(write_pictures(tmp_path, suffix=suffix)).images
    assert images.shape == IMAGES.shape
    np.testing.assert_array_equal(images[:], IMAGES)
    np.testing.assert_array_equal(images[np.array([7, 0, 7])], IMAGES[[7, 0, 7]])
    np.testing.assert_array_equal(images[2:4], IMAGES[2:4])
    assert images[:0].shape == (0, 32, 32, 3)


@pytest.mark.parametrize(
    ("suffix", "options"), [(".jpg", {"quality": 95}), (".webp", {}), (".avif", {}), (".jp2", {}), (".gif", {})]
)
def test_lossy_formats_give_nearly_the_same_pixels(tmp_path, suffix, options):
    write_picture(tmp_path / f"a{suffix}", RED, **options)
    np.testing.assert_allclose(one(tmp_path).astype(int), RED, atol=8)


def test_postscript_is_not_run(tmp_path):
    assert ".eps" not in picture_suffixes()
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 16 16\n%%EndComments\n")
    with pytest.raises(UserError, match=r"a\.png: is not a picture that can be read"):
        open_dataset(tmp_path)


class TestModes:
    """Each becomes 8-bit RGB or grey."""

    @pytest.fixture
    def save(self, tmp_path):
        return lambda picture, name="a.png", **options: picture.save(tmp_path / name, **options) or tmp_path

    def test_grey(self, save):
        values = np.arange(256, dtype=np.uint8).reshape(16, 16)
        np.testing.assert_array_equal(one(save(Image.fromarray(values))), values[..., None])

    def test_black_and_white(self, save):
        assert one(save(Image.new("1", (16, 16), 1))).tolist() == np.full((16, 16, 1), 255).tolist()

    def test_sixteen_bits_keep_the_upper_eight(self, save):
        values = (np.arange(256, dtype=np.uint16) * 256 + 255).reshape(16, 16)
        np.testing.assert_array_equal(one(save(Image.fromarray(values)))[..., 0], values >> 8)

    def test_sixteen_bits_of_pgm_keep_the_upper_eight(self, save, tmp_path):
        """Pillow opens them as 32 bits."""
        values = np.arange(256, dtype=">u2").reshape(16, 16) * 257
        (tmp_path / "a.pgm").write_bytes(b"P5 16 16 65535\n" + values.tobytes())
        np.testing.assert_array_equal(one(tmp_path)[..., 0], np.arange(256).reshape(16, 16))

    @pytest.mark.parametrize("dtype", [np.int32, np.float32])
    def test_numbers_of_no_known_range_are_refused_at_once(self, save, dtype):
        """Those from 0 to 255 would otherwise pass for black, or end a training when their turn comes."""
        values = np.arange(256).reshape(16, 16).astype(dtype)
        with pytest.raises(
            UserError, match=r"a\.tif: is not a .*\(its pixels are 32-bit integers or floats.*; replace or"
        ):
            open_dataset(save(Image.fromarray(values), "a.tif"))

    def test_palette(self, save):
        picture = Image.new("P", (16, 16), 1)
        picture.putpalette([0, 0, 0, 200, 30, 60])
        np.testing.assert_array_equal(one(save(picture)), RED)

    def test_transparent_palette_shows_white(self, save):
        picture = Image.new("P", (16, 16), 1)
        picture.putpalette([0, 0, 0, 200, 30, 60])
        assert (one(save(picture, transparency=1)) == 255).all()
        assert (one(save(picture, transparency=bytes([0, 255]))) == RED).all()

    def test_alpha_shows_white(self, save):
        picture = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
        picture.paste((200, 30, 60, 255), (0, 0, 16, 8))
        image = one(save(picture))
        assert (image[:8] == RED[:8]).all()
        assert (image[8:] == 255).all()

    def test_grey_with_alpha_is_grey(self, save):
        assert one(save(Image.new("LA", (16, 16), (100, 255)))).tolist() == np.full((16, 16, 1), 100).tolist()

    def test_cmyk(self, save):
        image = one(save(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "a.tif"))
        assert image[0, 0].tolist() == [255, 0, 0]

    def test_one_coloured_picture_makes_all_rgb(self, save, tmp_path):
        save(Image.new("L", (16, 16), 7))
        images = open_dataset(save(Image.fromarray(RED), "b.png")).images
        assert images.shape == (2, 16, 16, 3)
        assert (images[:][0] == 7).all()

    @pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (8, 1), (3, 2), (6, 3)])
    @pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
    def test_exif_orientation_is_applied(self, save, orientation, turns, name):
        pixels = noise(16, 16)
        exif = Image.Exif()
        exif[0x0112] = orientation
        options = {"lossless": True} if name == "a.webp" else {}
        image = one(save(Image.fromarray(pixels), name, exif=exif, **options))
        np.testing.assert_array_equal(image, np.rot90(pixels, turns))

    def test_broken_exif_is_ignored(self, save):
        image = one(save(Image.fromarray(RED), "a.jpg", quality=95, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x05garbage"))
        np.testing.assert_allclose(image.astype(int), RED, atol=8)

    def test_the_first_frame_of_an_animation(self, save):
        frames = [Image.fromarray(RED), Image.new("RGB", (16, 16))]
        image = one(save(frames[0], "a.gif", save_all=True, append_images=frames[1:]))
        np.testing.assert_allclose(image.astype(int), RED, atol=8)


class TestSizes:
    """Pictures of one square size keep it; others come in one."""

    def test_one_size_that_is_no_power_of_two_is_kept(self, tmp_path):
        pixels = noise(20, 20)
        write_picture(tmp_path / "a.png", pixels)
        np.testing.assert_array_equal(one(tmp_path, side=8), pixels)

    def test_various_sizes_come_in_the_largest_power_of_two(self, tmp_path):
        write_picture(tmp_path / "a.png", noise(40, 40))
        large = noise(64, 64)
        write_picture(tmp_path / "b.png", large)
        images = open_dataset(tmp_path).images
        assert images.shape == (2, 32, 32, 3)
        boxes = large.reshape(32, 2, 32, 2, 3).mean(axis=(1, 3))
        np.testing.assert_allclose(images[:][1], boxes, atol=1)  # rounded twice

    def test_various_sizes_come_in_the_side_asked_for(self, tmp_path):
        write_picture(tmp_path / "a.png", noise(40, 40))
        write_picture(tmp_path / "b.png", noise(64, 64))
        assert open_dataset(tmp_path, side=16).images.shape == (2, 16, 16, 3)

    def test_pictures_too_small_are_named_and_counted(self, tmp_path):
        for name, side in (("a", 64), ("b", 20), ("c", 12), ("d", 32)):
            write_picture(tmp_path / f"{name}.png", noise(side, side))
        with pytest.raises(UserError, match=r"c\.png: is only 12 .*, 32 are needed \(2 of 4 images .* ask for 8"):
            open_dataset(tmp_path, side=32)

    def test_pictures_that_are_not_square_are_refused(self, tmp_path):
        write_picture(tmp_path / "a.png", noise(16, 16))
        write_picture(tmp_path / "b.png", noise(16, 24))
        with pytest.raises(UserError, match=r"b\.png: is 24x16; images must be square.*`fit` crop or `fit` pad"):
            open_dataset(tmp_path)

    def test_crop_keeps_the_centre(self, tmp_path):
        pixels = noise(16, 25)
        write_picture(tmp_path / "a.png", pixels)
        np.testing.assert_array_equal(one(tmp_path, fit="crop"), pixels[:, 4:20])

    def test_pad_adds_black(self, tmp_path):
        pixels = noise(25, 16)
        write_picture(tmp_path / "a.png", pixels)
        np.testing.assert_array_equal(one(tmp_path, fit="pad"), np.pad(pixels, [(0, 0), (4, 5), (0, 0)]))

    def test_large_jpegs_are_decoded_at_a_fraction_of_their_size(self, tmp_path):
        ramp = np.linspace(0, 255, 512).astype(np.uint8)
        write_picture(tmp_path / "a.jpg", np.stack([np.tile(ramp, (512, 1))] * 3, -1), quality=95)
        write_picture(tmp_path / "b.png", noise(16, 16))
        image = open_dataset(tmp_path).images[:][0]
        np.testing.assert_allclose(image[5, :, 0], ramp.reshape(16, 32).mean(axis=1), atol=2)


class TestFolders:
    """What is read, in which order, and as which class."""

    @pytest.fixture
    def classes(self, tmp_path):
        for name, image in zip(["b/1.png", "a/2.png", "b/deep/0.png", "a/10.png"], IMAGES, strict=False):
            write_picture(tmp_path / name, image)
        return tmp_path

    def test_subfolders_are_read_sorted(self, classes):
        dataset = open_dataset(classes)
        assert dataset.labels is None
        np.testing.assert_array_equal(dataset.images[:], IMAGES[[3, 1, 0, 2]])

    def test_subfolders_are_the_classes(self, classes):
        (classes / "0 empty").mkdir()
        dataset = open_dataset(classes, labels=True)
        assert dataset.label_names == ("a", "b")
        assert dataset.labels.tolist() == [0, 0, 1, 1]
        np.testing.assert_array_equal(dataset.images[:], IMAGES[[3, 1, 0, 2]])

    def test_classes_behind_links_count(self, classes, tmp_path_factory):
        elsewhere = write_pictures(tmp_path_factory.mktemp("elsewhere"), IMAGES[:5])
        (classes / "c").symlink_to(elsewhere)
        (classes / "c" / "back").symlink_to(classes)
        dataset = open_dataset(classes, labels=True)
        assert dataset.label_names == ("a", "b", "c")
        assert np.bincount(dataset.labels).tolist() == [2, 2, 5]
        np.testing.assert_array_equal(dataset.images[4:], IMAGES[:5])

    def test_a_picture_outside_of_the_classes_is_named(self, classes):
        write_picture(classes / "stray.png", IMAGES[0])
        with pytest.raises(NoLabelsError, match=r"stray\.png is in no subfolder"):
            open_dataset(classes, labels=True)

    def test_one_subfolder_is_no_class(self, tmp_path):
        write_pictures(tmp_path / "all")
        with pytest.raises(NoLabelsError, match="only one subfolder"):
            open_dataset(tmp_path, labels=True)

    def test_files_that_are_left_out_are_told_of(self, tmp_path):
        write_pictures(tmp_path)
        for name in ("notes.txt", "b/NOTES.TXT", "img_1", "dataset.json"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("notes")
        with pytest.warns(UserWarning, match=r": 2 \.txt, 1 files without a suffix left out, not known as pictures$"):
            assert len(open_dataset(tmp_path).images) == len(IMAGES)

    def test_files_that_are_no_pictures_are_told_of(self, tmp_path):
        for number in range(3):
            (tmp_path / f"img_{number}").write_bytes(encoded(IMAGES[0]))
        with pytest.raises(UserError, match=r"data set that is known, but 3 files without a suffix$"):
            open_dataset(tmp_path)

    def test_heic_is_read_where_pillow_heif_is(self, tmp_path):
        pillow_heif = pytest.importorskip("pillow_heif")
        pillow_heif.from_pillow(Image.fromarray(RED)).save(tmp_path / "a.HEIC", quality=90)
        write_picture(tmp_path / "b.png", RED)
        images = open_dataset(tmp_path).images[:]
        np.testing.assert_allclose(images[0].astype(int), images[1], atol=8)

    def test_the_thumbnail_in_a_heic_is_not_taken_for_the_picture(self, tmp_path):
        pillow_heif = pytest.importorskip("pillow_heif")
        heic = pillow_heif.from_pillow(Image.fromarray(noise(480, 640)))
        heic.save(tmp_path / "a.heic", thumbnails=[320])
        with (tmp_path / "a.heic").open("rb") as file:
            assert decode(file, channels=3, smallest=100).shape == (480, 640, 3)

    def test_heic_is_told_of_where_it_is_not(self, tmp_path, monkeypatch):
        monkeypatch.setattr(picture_names, "picture_suffixes", lambda: {".png": "PNG"})
        write_picture(tmp_path / "a.png", RED)
        (tmp_path / "b.heic").touch()
        with pytest.warns(UserWarning, match=r": 1 \.heic \(to read them: pip install pillow-heif\) left out"):
            assert len(open_dataset(tmp_path).images) == 1

    def test_hidden_files_are_skipped(self, tmp_path):
        write_pictures(tmp_path)
        (tmp_path / "._000.png").write_text("from a Mac")
        write_picture(tmp_path / ".thumbnails" / "000.png", IMAGES[0])
        assert len(open_dataset(tmp_path).images) == len(IMAGES)

    def test_an_empty_folder_is_named(self, tmp_path):
        with pytest.raises(UserError, match="holds neither pictures nor another data set"):
            open_dataset(tmp_path)


def test_class_folders_of_any_name_are_readable(tmp_path):
    """A byte that is not UTF-8, a line break; an umlaut stays."""
    for number, folder in enumerate([b"caf\xe9", b"new\nline", "Käse".encode()]):
        write_picture(tmp_path / os.fsdecode(folder) / f"{number}.png", IMAGES[number])
    dataset = open_dataset(tmp_path, labels=True)
    assert dataset.label_names == ("Käse", "caf\\udce9", "new\\nline")
    assert dataset.labels.tolist() == [0, 1, 2]


class TestDamage:
    """Named with the file: at once if its beginning shows it, else when it is read."""

    @pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"not a picture at all"])
    def test_no_picture(self, tmp_path, content):
        write_pictures(tmp_path)
        (tmp_path / "003.png").write_bytes(content)
        with pytest.raises(
            UserError, match=r"003\.png: is not a picture that can be read \(.*\); replace or remove it"
        ):
            open_dataset(tmp_path)

    def test_truncated_pictures_are_named_when_they_are_read(self, tmp_path):
        write_pictures(tmp_path)
        (tmp_path / "003.png").write_bytes(encoded(IMAGES[3])[:2000])
        images = open_dataset(tmp_path).images
        images[:3]
        with pytest.raises(UserError, match=r"003\.png: cannot be decoded \(.*truncated.*\); replace or remove it"):
            images[:]

    def test_all_that_are_no_pictures_are_named_at_once(self, tmp_path):
        write_pictures(tmp_path)
        for number in (3, 5):
            (tmp_path / f"{number:03}.png").write_bytes(b"")
        with pytest.raises(
            UnreadableError, match=r"2 of \d+ pictures are damaged: .*003\.png.*005\.png.*remove them"
        ) as raised:
            open_dataset(tmp_path)
        assert raised.value.names == ["003.png", "005.png"]

    def test_one_that_cannot_be_decoded_leads_to_all_others(self, tmp_path):
        write_pictures(tmp_path)
        broken = [f"{number:03}.png" for number in range(1, 8)]
        for name in broken:
            (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-60])
        images = open_dataset(tmp_path).images
        with pytest.raises(UnreadableError, match=r"/005\.png: cannot be decoded") as raised, naming_all_unreadable():
            images[np.array([4, 5])]
        assert raised.value.names == broken
        assert f"7 of {len(IMAGES)} pictures are damaged: {tmp_path}/001.png: cannot" in str(raised.value)
        assert str(raised.value).endswith("; and 2 more; replace or remove them")
        assert "006" not in str(raised.value)

    def test_pictures_of_too_many_pixels_are_refused_unread(self, tmp_path):
        Image.new("1", (10000, 10000)).save(tmp_path / "a.png")
        with pytest.raises(UserError, match=r"a\.png: has over 89,478,485 pixels"):
            open_dataset(tmp_path)
        Image.new("1", (20000, 10000)).save(tmp_path / "a.png")
        with pytest.raises(UserError, match=r"a\.png: has over 89,478,485 pixels"):
            open_dataset(tmp_path)


def test_colours_are_those_of_the_embedded_profile(tmp_path):
    """A profile in which red and green have changed places."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ").replace(b"----", b"gXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    for name, profile in (("0", swapped), ("1", srgb), ("2", b"no profile")):
        write_picture(tmp_path / f"{name}.png", RED, icc_profile=profile)
    transparent = Image.fromarray(RED).convert("RGBA")
    transparent.save(tmp_path / "3.png", icc_profile=swapped)
    found = open_dataset(tmp_path).images[:][:, 5, 5].astype(int)
    np.testing.assert_allclose(found, [[30, 200, 60], [200, 30, 60], [200, 30, 60], [30, 200, 60]], atol=1)
