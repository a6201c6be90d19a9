"""What the server answers, and what it refuses."""

import io

import numpy as np
import pytest
from PIL import Image

from pgkeras.generate.__main__ import main as generate
from pgkeras.images import encode_png, root_mean_square, to_uint8
from pgkeras.latents import latents_from_seeds
from pgkeras.runs.generators import load_generator
from pgkeras.sampling import sample_latents
from pgkeras.serve.application import create_application
from pgkeras.serve.face import Face
from tests.command_lines import call
from tests.serve.conftest import NAMES, same

ROUTES = [
    "/",
    "/image.png?seed=1",
    "/thumbnail.png?seed=1",
    "/latent.npy?seed=1",
    "/static/faces.js",
    "/static/page.js",
    "/static/page.css",
]
LOOPBACK = ["localhost", "127.0.0.1"]


@pytest.fixture(scope="module")
def client(studio):
    return create_application(studio, "faces", LOOPBACK).test_client()


@pytest.fixture(scope="module")
def conditional_client(conditional_studio):
    return create_application(conditional_studio, "pets", LOOPBACK).test_client()


def pixels(client, query: str, route: str = "image.png") -> np.ndarray:
    response = client.get(f"/{route}?{query}")
    assert response.status_code == 200, response.text
    assert response.mimetype == "image/png"
    return np.asarray(Image.open(io.BytesIO(response.data)))


def latent(client, query: str) -> np.ndarray:
    return np.load(io.BytesIO(client.get(f"/latent.npy?{query}").data), allow_pickle=False)


def test_a_seed_is_the_face_that_generate_draws(client, model):
    expected = to_uint8(sample_latents(load_generator(model), latents_from_seeds([7], 12)))[0]
    assert same(pixels(client, "seed=7"), expected)
    assert (latent(client, "seed=7") == latents_from_seeds([7], 12)).all()


def test_the_way_begins_and_ends_at_the_seeds(client):
    assert same(pixels(client, "seed=3&towards=4&way=0"), pixels(client, "seed=3"))
    assert same(pixels(client, "seed=3&towards=4&way=1"), pixels(client, "seed=4"))
    assert same(pixels(client, "seed=3&towards=4&way=0.5"), pixels(client, "seed=4&towards=3&way=0.5"))


def test_sliders_move_along_the_directions(client, studio):
    moved = latent(client, "seed=3&sliders=0,-2.5") - latent(client, "seed=3")
    np.testing.assert_allclose(moved[0], -2.5 * studio.directions[1], atol=1e-6)
    assert not same(pixels(client, "seed=3&sliders=3"), pixels(client, "seed=3"))
    assert same(pixels(client, "seed=3&sliders=0,0"), pixels(client, "seed=3&sliders="))


def test_generate_draws_a_downloaded_latent(client, model, tmp_path):
    query = "seed=3&towards=9&way=0.3&sliders=1,-2,0.5"
    (tmp_path / "z.npy").write_bytes(client.get(f"/latent.npy?{query}").data)
    call(generate, model, "--out", tmp_path / "face.png", "--latents", tmp_path / "z.npy")
    drawn = np.asarray(Image.open(tmp_path / "face.png"))
    assert same(pixels(client, query), drawn)
    downloaded = np.load(tmp_path / "z.npy", allow_pickle=False)
    assert (downloaded.dtype, downloaded.shape) == (np.float32, (1, 12))


def test_classes(conditional_client, conditional_model, tmp_path):
    call(generate, conditional_model, "--out", tmp_path / "dog.png", "--labels", "dog", "--num", 1, "--seed", 5)
    drawn = np.asarray(Image.open(tmp_path / "dog.png"))
    assert same(pixels(conditional_client, "seed=5&label=1"), drawn)
    assert same(pixels(conditional_client, "seed=5&label=0"), pixels(conditional_client, "seed=5"))
    page = conditional_client.get("/").text
    assert ">dog</option>" in page
    assert "&lt;b&gt;bird&lt;/b&gt;" in page
    assert NAMES[2] not in page


def test_thumbnails_of_large_images_are_small(client, monkeypatch):
    image = pixels(client, "seed=2")
    assert same(pixels(client, "seed=2", "thumbnail.png"), image)
    monkeypatch.setattr("pgkeras.serve.application.THUMBNAIL_SIDE", 8)
    expected = image.reshape(8, 2, 8, 2, 3).mean(axis=(1, 3))
    assert np.abs(pixels(client, "seed=2", "thumbnail.png") - expected).max() <= 1


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "give seed, or face, where the way begins"),
        ("seed=1&face=0", "give seed, or face"),
        ("face=-1", "face: Input should be greater"),
        ("face=7", "face: 0 were found since the server began; received 7"),
        ("seed=-1", "seed: Input should be greater than or equal to 0; received '-1'"),
        ("seed=4294967296", "seed: Input should be less than or equal to 4294967295; received '4294967296'"),
        ("seed=a", "seed: Input should be a valid integer"),
        ("seed=1.5", "seed: Input should be a valid integer"),
        ("seed=1&seed=2", "seed: is given 2 times"),
        ("seed=1&sed=2", "sed: Extra inputs are not permitted; received '2'"),
        ("seed=1&towards=-3", "towards: Input should be greater"),
        ("seed=1&way=0.5", "way needs towards"),
        ("seed=1&towards=2&way=1.01", "way: Input should be less than or equal to 1"),
        ("seed=1&towards=2&way=nan", "way: Input should be less than or equal to 1; received 'nan'"),
        ("seed=1&sliders=3.1", "sliders: each number must be from -3 to 3; received '3.1'"),
        ("seed=1&sliders=nan", "sliders: each number must be from -3 to 3; received 'nan'"),
        ("seed=1&sliders=1,-inf", "sliders: each number must be from -3 to 3"),
        ("seed=1&sliders=1,,2", "sliders: Input should be a valid number"),
        ("seed=1&sliders=" + ",".join("1" * 11), "sliders: there are 10; received 11 numbers"),
        ("seed=1&label=1", "label: this generator has no classes; received 1"),
    ],
)
def test_bad_values_are_refused_in_a_sentence(client, query, sentence):
    for route in ("image.png", "thumbnail.png", "latent.npy"):
        response = client.get(f"/{route}?{query}")
        assert response.status_code == 400
        assert response.mimetype == "text/plain"
        assert response.text.startswith(sentence)
        assert response.text.count("\n") == 1


def photo(studio, seed: int) -> bytes:
    return encode_png(studio.image(Face(seed=seed)))


def find(client, content: bytes, origin: str | None = "http://localhost", query: str = ""):
    return client.post(f"/faces{query}", data=content, headers={"Origin": origin} if origin else {})


def test_a_photo_is_found_and_moved_from_there(studio):
    client = create_application(studio, "faces", LOOPBACK).test_client()
    numbers = [find(client, photo(studio, seed)).json["face"] for seed in (1000, 1001)]
    assert numbers[1] == numbers[0] + 1
    for number, seed in zip(numbers, (1000, 1001), strict=True):
        assert root_mean_square(pixels(client, f"face={number}"), studio.image(Face(seed=seed))) < 2
    face = f"face={numbers[0]}"
    assert same(pixels(client, f"{face}&towards=4&way=1"), pixels(client, "seed=4"))
    moved = latent(client, f"{face}&sliders=0,1") - latent(client, face)
    np.testing.assert_allclose(moved[0], studio.directions[1], atol=1e-6)


def test_a_photo_of_a_class(conditional_studio):
    client = create_application(conditional_studio, "pets", LOOPBACK).test_client()
    content = encode_png(conditional_studio.image(Face(seed=3, label=1)))
    number = find(client, content, query="?label=1").json["face"]
    assert pixels(client, f"face={number}&label=1").shape == (8, 8, 3)
    assert "has 3 classes, counted from 0; received 3" in find(client, content, query="?label=3").text


def test_photos_that_cannot_be_used_are_refused_in_a_sentence(client, studio, monkeypatch):
    for content, sentence in (
        (b"", "The photo: is not a picture that can be read"),
        (b"<svg/>", "The photo: is not a picture that can be read"),
        (encode_png(np.zeros((8, 8, 3), np.uint8)), "The photo: is 8x8, smaller than the generator's images of 16x16"),
        (encode_png(np.zeros((32, 40, 3), np.uint8)), "The photo: is 40x32 and must be cropped first, but how"),
    ):
        response = find(client, content)
        assert response.status_code == 400
        assert response.mimetype == "text/plain"
        assert response.text.startswith(sentence)
        assert response.text.count("\n") == 1
    monkeypatch.setattr("pgkeras.serve.studio.MOST_SECONDS", -1)
    response = find(client, photo(studio, 1))
    assert response.status_code == 400
    assert response.text.startswith("Looking for the face takes over")


def test_photos_have_a_largest_size(studio, monkeypatch):
    monkeypatch.setattr("pgkeras.serve.application.LARGEST_PHOTO", 1000)
    response = find(create_application(studio, "faces", LOOPBACK).test_client(), b"x" * 1001)
    assert response.status_code == 413
    assert "exceeds the capacity limit" in response.text


def test_nobody_else_may_send_photos(client, studio):
    """Neither pages elsewhere that this machine's browser shows, nor other machines."""
    for origin in (None, "null", "http://evil.example", "http://localhost:81", "https://localhost"):
        response = find(client, photo(studio, 1), origin)
        assert (response.status_code, response.text) == (400, "photos are taken from this page alone\n")
    everyone = create_application(studio, "faces").test_client()
    assert find(everyone, photo(studio, 1)).status_code in (404, 405)
    assert 'id="photo"' not in everyone.get("/").text
    assert 'id="photo"' in client.get("/").text


def test_classes_that_are_not_there_are_refused(conditional_client):
    for route in ("image.png", "latent.npy"):
        response = conditional_client.get(f"/{route}?seed=1&label=3")
        assert response.status_code == 400
        assert "has 3 classes, counted from 0; received 3" in response.text


@pytest.mark.parametrize("route", ROUTES)
def test_requests_for_other_hosts_are_refused(client, route):
    """A page elsewhere whose name leads here (DNS rebinding) names itself in the header."""
    for host in ("evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"):
        response = client.get(route, headers={"Host": host})
        assert response.status_code == 400
        assert "not trusted" in response.text
    for host in ("localhost:8000", "127.0.0.1", "127.0.0.1:9000"):
        assert client.get(route, headers={"Host": host}, buffered=True).status_code == 200


def test_other_hosts_are_served_where_the_network_may_look(studio):
    client = create_application(studio, "faces").test_client()
    assert client.get("/", headers={"Host": "desk.example:8000"}).status_code == 200


@pytest.mark.parametrize("route", [*ROUTES, "/missing", "/image.png"])
def test_pages_may_load_nothing_from_elsewhere(client, route):
    headers = client.get(route, buffered=True).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_nothing_else_is_answered(client):
    assert client.get("/missing").status_code == 404
    assert client.post("/image.png?seed=1").status_code == 405
    assert client.get("/static/../studio.py").status_code == 404
    assert "<" not in client.get("/missing").text
