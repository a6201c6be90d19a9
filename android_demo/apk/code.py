"""Java to dex."""

from pathlib import Path

from android_demo.apk.app import MIN_SDK, SOURCES
from android_demo.apk.artifacts import DEXER, PLATFORM, Artifact
from android_demo.apk.runtime import runtime_classes
from android_demo.apk.tools import run_tool


def compile_app(artifacts: dict[Artifact, Path], generated: Path, classes: Path) -> Path:
    """Compiles the app.

    Args:
        artifacts: the files of `FOR_THE_APP`.
        generated: folder with the class R.
        classes: folder for the class files.

    Returns:
        A jar beside them with the runtime's class files, which belong to the app too.
    """
    runtime = classes.parent / "runtime.jar"
    runtime_classes(artifacts, runtime)
    compile_java(
        [*SOURCES.glob("java/**/*.java"), *generated.glob("**/*.java")], [artifacts[PLATFORM], runtime], classes
    )
    return runtime


def compile_java(sources: list[Path], class_path: list[Path], classes: Path) -> None:
    """Compiles Java 8; a warning is an error.

    Args:
        sources: .java files.
        class_path: what they use.
        classes: folder for the class files; made if missing.
    """
    run_tool(
        *("javac", "--release", "8", "-encoding", "UTF-8", "-Xlint:all,-options,-classfile,-processing", "-Werror"),
        *("-proc:none", "-cp", ":".join(map(str, class_path)), "-d", classes, *sorted(sources)),
    )


def make_dex(artifacts: dict[Artifact, Path], classes: list[Path], dex: Path) -> None:
    """Translates class files.

    Args:
        artifacts: the files of `FOR_THE_APP`.
        classes: folders and jars.
        dex: the file to write.
    """
    main = "com.android.dx.command.Main"
    run_tool(
        "java", "-cp", artifacts[DEXER], main, "--dex", f"--min-sdk-version={MIN_SDK}", f"--output={dex}", *classes
    )
