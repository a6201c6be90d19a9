"""What `import pgkeras` gives, which the stub beside it declares for type checkers, too."""

from pathlib import Path

import pgkeras


def test_every_name_is_there():
    assert set(pgkeras.__all__) == {
        "PretrainedNetworks",
        "ProgressiveConfig",
        "Run",
        "StagePair",
        "UserError",
        "build_discriminators",
        "build_generators",
        "layers",
        "load_gan_zoo_checkpoint",
        "load_generator",
        "load_official_pickle",
        "metrics",
        "presets",
        "sample",
        "schedule",
    }
    for name in pgkeras.__all__:
        assert getattr(pgkeras, name).__name__.rpartition(".")[2] == name


def test_type_checkers_are_told_to_look():
    assert (Path(pgkeras.__file__).parent / "py.typed").is_file()
