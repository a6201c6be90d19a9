"""The same tests in a fresh process on the other backends."""

from pathlib import Path

from tests.other_backends import on_other_backends, run_tests


@on_other_backends("jax", "torch")
def test_augmentation_on(other_backend):
    run_tests(other_backend, Path(__file__).parent)
