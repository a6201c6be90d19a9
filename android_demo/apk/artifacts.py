"""Everything that comes from Maven Central: coordinates, versions and digests, in one table."""

from dataclasses import dataclass, replace


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
# TensorFlow Lite for pages of 4 and of 16 KB, by JavaCPP's bindings.
RUNTIME = Artifact(
    "org.bytedeco",
    "tensorflow-lite",
    "2.21.0-1.5.14",
    "d27baafef5f2ed1a74be4baacb07b1d632ca241527b47437130592dd864cc8f5",
)
BINDINGS = Artifact(
    "org.bytedeco",
    "javacpp",
    "1.5.14",
    "cb95a82ce1c337690436017eb8886597de71c1463dc16a3570f6a96b7c98a82b",
)


def libraries(artifact: Artifact, digests: dict[str, str]) -> tuple[Artifact, ...]:
    """The variants of RUNTIME or BINDINGS with the libraries of a system.

    Args:
        artifact: which one.
        digests: SHA-256 by the variant's classifier.
    """
    return tuple(replace(artifact, classifier=system, sha256=digest) for system, digest in digests.items())


LIBRARIES = (
    *libraries(
        RUNTIME,
        {
            "android-arm64": "48ab9eb112651e033259cb02e227724a882c49c456ec21d0664e6c8f1a0ab15d",
            "android-x86_64": "c7b913da8c2cd4d4151090ed8d6c101a5b976c1f4999e3bb5c09d6803daff193",
        },
    ),
    *libraries(
        BINDINGS,
        {
            "android-arm64": "c8912bf0f29c09a89ee09d5c4c3da5bee64fe0a73fd3ea59be4c56684b2b720a",
            "android-x86_64": "22e4e6d9a7abdb4fb77b663bd700ef5fa429289e0f8bba946872a06303c7ba95",
        },
    ),
)

FOR_THE_APP = (PLATFORM, DEXER, RUNTIME, BINDINGS, *LIBRARIES)
