"""Everything that comes from Maven Central: coordinates, versions and digests, in one table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Artifact:
    """One file.

    Attributes:
        group: Maven's groupId.
        name: Maven's artifactId.
        version: exactly this one.
        sha256: of the file.
        extension: of the file's name.
        classifier: of a variant, or empty.
    """

    group: str
    name: str
    version: str
    sha256: str
    extension: str = "jar"
    classifier: str = ""

    @property
    def file(self) -> str:
        """Its name in a folder of artifacts."""
        classifier = f"-{self.classifier}" if self.classifier else ""
        return f"{self.group}.{self.name}-{self.version}{classifier}.{self.extension}"


# The first Android that the app supports: what compiles against it is there on every phone.
PLATFORM = Artifact(
    "org.robolectric",
    "android-all",
    "10-robolectric-5803371",
    "a0ad701eedd47bdaefbac1c2cc80dd400c0adea3cccd8a3ad286f79da1ca294c",
)
DEXER = Artifact(
    "com.jakewharton.android.repackaged",
    "dalvik-dx",
    "16.0.1",
    "1e4b645628e3bdb097b5331d669e177ef235a551582a8c646dbe36865e541907",
)
RUNTIME = Artifact(
    "org.tensorflow",
    "tensorflow-lite",
    "2.16.1",
    "34b065817e294e7dd3569504e8b9454938ceae453b6a459da54d5f6e45d3c94e",
    extension="aar",
)
RUNTIME_INTERFACE = Artifact(
    "org.tensorflow",
    "tensorflow-lite-api",
    "2.16.1",
    "885b95bc9e47a4aa5cf8e71523aed9b05e397cfef1ea09773f13fea8b649fcee",
    extension="aar",
)

FOR_THE_APP = (PLATFORM, DEXER, RUNTIME, RUNTIME_INTERFACE)
