"""An exported folder made in this run, and the app compiled for the JVM."""

import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from tensorflow.lite.python.schema_py_generated import BuiltinOperator

from android_demo.apk.artifacts import FOR_THE_APP, Artifact
from android_demo.apk.code import compile_app
from android_demo.apk.maven import fetch
from android_demo.apk.resources import link_resources
from android_demo.apk.tools import require_tools
from export.app_runtime import APP_RUNTIME, NEWEST_VERSIONS
from export.contract import TRUNCATED
from export.exported_folder import read_exported
from export.interpreter import interpret
from export.to_tflite import main as to_tflite
from pgkeras import ProgressiveConfig, UserError, build_generators
from pgkeras.latents import latents_from_seeds
from tests.android_demo.artifacts import ANDROID, DESKTOP_LIBRARIES, JSON, JUNIT, OLD_RUNTIME, ROBOLECTRIC
from tests.android_demo.jvm import Jvm, compile_tests, unpack_libraries

CONFIG = ProgressiveConfig(resolution=16, fmap_max=16, latent_size=25)
SEEDS = (0, 1, 42, 123456, 2**32 - 1)
TRUNCATION = 0.7


@pytest.fixture(scope="session")
def exported(tmp_path_factory) -> Path:
    """What export/to_tflite.py makes of a small generator of each resolution."""
    folder = tmp_path_factory.mktemp("app")
    for resolution in CONFIG.resolutions:
        _generator(resolution).save(folder / f"generator_{resolution:04}.keras")
    (folder / "found").mkdir()
    np.save(folder / "found" / "me.npy", latents_from_seeds([42], CONFIG.latent_size))
    to_tflite([str(folder), "--out", str(folder / "exported"), "--faces", str(folder / "found")], standalone_mode=False)
    return folder / "exported"


def _generator(resolution: int) -> keras.Model:
    """With biases that are not zero, as if it were trained."""
    keras.utils.set_random_seed(0)
    generator = build_generators(CONFIG)[resolution].straight
    random = np.random.default_rng(0)
    for layer in generator.layers:
        if layer.weights:
            layer.bias.assign(random.normal(0, 0.2, layer.bias.shape))
    return generator


@pytest.fixture(scope="session")
def tools() -> None:
    """Debian's tools; the tests that need them are skipped where they are missing."""
    try:
        require_tools()
    except UserError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def artifacts(tools) -> dict[Artifact, Path]:
    """All that comes from Maven Central."""
    return fetch((*FOR_THE_APP, *DESKTOP_LIBRARIES, OLD_RUNTIME, JSON, *JUNIT, *ROBOLECTRIC, ANDROID))


@pytest.fixture(scope="session")
def expected(exported, tmp_path_factory) -> Path:
    """What NumPy and Python's interpreter make of the seeds, as raw bytes."""
    folder = tmp_path_factory.mktemp("expected")
    latents = latents_from_seeds(SEEDS, CONFIG.latent_size)
    for seed, latent in zip(SEEDS, latents, strict=True):
        (folder / f"latent.{seed}").write_bytes(latent.astype("<f4").tobytes())
    for model in exported.glob("*.tflite"):
        content = model.read_bytes()
        truncated = interpret(content, latents, None, TRUNCATED, truncation=TRUNCATION)
        for kind, images in (("", interpret(content, latents)), (".truncated", truncated)):
            for seed, image in zip(SEEDS, images, strict=True):
                (folder / f"{model.name}.{seed}{kind}").write_bytes(image.tobytes())
    return folder


@pytest.fixture(scope="session")
def jvm(artifacts, exported, expected, tmp_path_factory) -> Jvm:
    """The app and its tests, compiled, with the resources beside them."""
    work = tmp_path_factory.mktemp("jvm")
    link_resources(read_exported(exported), "0.1.0", work)
    compile_app(artifacts, work / "gen", work / "classes")
    for library in (artifact for artifact in artifacts if artifact.extension == "aar" and artifact in ROBOLECTRIC):
        with zipfile.ZipFile(artifacts[library]) as archive:
            (work / f"{library.name}.jar").write_bytes(archive.read("classes.jar"))
    seeds = ",".join(map(str, SEEDS))
    properties = {
        **{"exported": exported, "expected": expected, "seeds": seeds, "truncation": TRUNCATION},
        "runtime": APP_RUNTIME,
        "operators": " ".join(f"{getattr(BuiltinOperator, name)}:{each}" for name, each in NEWEST_VERSIONS.items()),
    }
    machine = Jvm(work, artifacts, properties)
    unpack_libraries(machine)
    compile_tests(machine)
    return machine
