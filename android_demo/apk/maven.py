"""Artifacts from Maven Central, through Maven itself and so through whatever mirror it is configured to use."""

import hashlib
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from android_demo.apk.artifacts import Artifact
from pgkeras.errors import UserError

CACHE = Path(__file__).parents[2] / "build" / "maven"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
_PROJECT = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>pgkeras</groupId>
  <artifactId>artifacts</artifactId>
  <version>1</version>
  <dependencies>{dependencies}</dependencies>
</project>
"""
_DEPENDENCY = """
    <dependency>
      <groupId>{0.group}</groupId>
      <artifactId>{0.name}</artifactId>
      <version>{0.version}</version>
      <type>{0.extension}</type>
      <classifier>{0.classifier}</classifier>
      <exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>
    </dependency>"""


def fetch(artifacts: Iterable[Artifact], cache: Path = CACHE) -> dict[Artifact, Path]:
    """Makes sure that artifacts are in the cache and are what the table says; the network is used for new ones only.

    Args:
        artifacts: which ones.
        cache: folder of the files.

    Returns:
        Each one's file.

    Raises:
        UserError: if Maven cannot get one, or it has another SHA-256.
    """
    paths = {artifact: cache / artifact.file for artifact in artifacts}
    missing = [artifact for artifact, path in paths.items() if not path.is_file()]
    if missing:
        _download(missing, cache)
    for artifact, path in paths.items():
        _verify(artifact, path)
    return paths


def _download(artifacts: list[Artifact], cache: Path) -> None:
    print(f"downloading {len(artifacts)} artifacts with Maven", flush=True)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        project, files = Path(folder) / "pom.xml", Path(folder) / "files"
        project.write_text(_PROJECT.format(dependencies="".join(map(_DEPENDENCY.format, artifacts))))
        options = [f"-DoutputDirectory={files.resolve()}", "-Dmdep.prependGroupId=true"]
        result = subprocess.run(
            ["mvn", "-q", "-B", "-f", project, _COPY, *options], capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise UserError(f"Maven: {_reason(result.stdout)[:300]}; check the network or ~/.m2/settings.xml")
        for file in files.iterdir():
            file.replace(cache / file.name)


def _reason(output: str) -> str:
    errors = [line.partition("[ERROR]")[2].strip() for line in output.splitlines()]
    return next(filter(None, errors), "failed without a word")


def _verify(artifact: Artifact, path: Path) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != artifact.sha256:
        path.unlink()
        raise UserError(
            f"{path}: has the SHA-256 {digest}, the table {artifact.sha256}; it was deleted: run the command again, "
            "and if this stays, do not trust the mirror"
        )
