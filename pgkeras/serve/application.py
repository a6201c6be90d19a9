"""The page, its images and its latents over HTTP; everything else is refused."""

import io
from collections.abc import Sequence

import flask
import numpy as np
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from pgkeras.errors import UserError
from pgkeras.images import encode_png, resize
from pgkeras.latents import LAST_SEED
from pgkeras.serve.face import FURTHEST, Face
from pgkeras.serve.studio import Studio

THUMBNAIL_SIDE = 128
LARGEST_PHOTO = 32 * 2**20  # bytes
WALL = 24  # seeds to choose from at a time
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_application(studio: Studio, name: str, hosts: Sequence[str] | None = None) -> flask.Flask:
    """The web application; a request that is not as it should be is answered by a sentence and status 400.

    Args:
        studio: draws the faces.
        name: of the run or model, for the page's title and the command that it shows.
        hosts: those that a request's Host header may name, with any port; None for all, and then no photos are taken.
            A page elsewhere whose name was made to point here (DNS rebinding) names itself.
    """
    application = flask.Flask("pgkeras.serve")
    application.config["TRUSTED_HOSTS"] = hosts
    application.config["MAX_CONTENT_LENGTH"] = LARGEST_PHOTO

    @application.get("/")
    def page() -> str:
        return flask.render_template(
            "page.html",
            name=name,
            studio=studio,
            label_names=studio.label_names,
            faces=[],
            largest_photo=LARGEST_PHOTO if hosts else None,
            last_seed=LAST_SEED,
            furthest=FURTHEST,
            wall=WALL,
        )

    @application.get("/image.png")
    def image() -> flask.Response:
        return _png(studio.image(_requested_face()))

    @application.get("/thumbnail.png")
    def thumbnail() -> flask.Response:
        drawn = studio.image(_requested_face())
        return _png(resize(drawn, THUMBNAIL_SIDE) if studio.side > THUMBNAIL_SIDE else drawn)

    @application.get("/latent.npy")
    def latent() -> flask.Response:
        content = io.BytesIO()
        np.save(content, studio.latent(_requested_face()), allow_pickle=False)
        return flask.Response(content.getvalue(), mimetype="application/octet-stream")

    if hosts is not None:

        @application.post("/faces")
        def find() -> dict[str, int]:
            if flask.request.headers.get("Origin") != flask.request.host_url.rstrip("/"):
                raise UserError("photos are taken from this page alone")  # not from one elsewhere that posts here
            label = flask.request.args.get("label", 0, int)
            return {"face": studio.find(flask.request.get_data(), label)}

    @application.errorhandler(UserError)
    def refuse(error: UserError) -> tuple[flask.Response, int]:
        return _sentence(str(error)), 400

    @application.errorhandler(HTTPException)
    def explain(error: HTTPException) -> tuple[flask.Response, int]:
        return _sentence(error.description), error.code

    @application.after_request
    def protect(response: flask.Response) -> flask.Response:
        response.headers.update(HEADERS)
        return response

    return application


def _requested_face() -> Face:
    given = flask.request.args.to_dict(flat=False)
    for parameter, values in given.items():
        if len(values) > 1:
            raise UserError(f"{parameter}: is given {len(values)} times; give it once")
    try:
        return Face.model_validate({parameter: values[0] for parameter, values in given.items()})
    except ValidationError as error:
        first = error.errors()[0]
        parameter = f"{first['loc'][0]}: " if first["loc"] else ""
        received = f"; received {first['input']!r:.50}" if parameter and first["type"] != "missing" else ""
        raise UserError(f"{parameter}{first['msg'].removeprefix('Value error, ')}{received}") from None


def _png(image: np.ndarray) -> flask.Response:
    return flask.Response(encode_png(image), mimetype="image/png")


def _sentence(text: str) -> flask.Response:
    return flask.Response(f"{text}\n", mimetype="text/plain")
