"""TensorFlow Lite as Maven's jars have it: the classes and the libraries that the app needs of them."""

import re
import zipfile
from pathlib import Path

from android_demo.apk.artifacts import BINDINGS, LIBRARIES, RUNTIME, Artifact

# Neither JavaCPP's compiler nor its indexers and clocks.
_CLASSES = re.compile(
    r"org/bytedeco/(tensorflowlite/.+|javacpp/((annotation/)?\w[^/]*|presets/javacpp|"
    r"tools/(Info|InfoMap|InfoMapper|Logger|ParserException|Slf4jLogger|Templates|Token|Tokenizer)))\.class"
)
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def runtime_classes(artifacts: dict[Artifact, Path], jar: Path) -> None:
    """Copies the classes into one jar.

    Args:
        artifacts: the files of `FOR_THE_APP`.
        jar: the file to write.
    """
    with zipfile.ZipFile(jar, "w") as copy:
        for artifact in (RUNTIME, BINDINGS):
            with zipfile.ZipFile(artifacts[artifact]) as archive:
                for name in filter(_CLASSES.fullmatch, archive.namelist()):
                    copy.writestr(zipfile.ZipInfo(name, _EARLIEST), archive.read(name))


def runtime_libraries(artifacts: dict[Artifact, Path]) -> dict[str, bytes]:
    """The libraries for phones, by their path in an APK, such as lib/arm64-v8a/libjnitensorflowlite.so.

    Args:
        artifacts: the files of `FOR_THE_APP`.
    """
    found = {}
    for artifact in LIBRARIES:
        with zipfile.ZipFile(artifacts[artifact]) as archive:
            names = [name for name in archive.namelist() if name.startswith("lib/") and name.endswith(".so")]
            found |= {name: archive.read(name) for name in names}
    return dict(sorted(found.items()))
