"""The YAML of the job and its environment, beside the rest of the repository."""

import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cloud.azureml.submit import JOB
from tests.command_lines import ROOT

# Azure's client stands on what marshmallow deprecates.
pytestmark = pytest.mark.filterwarnings("ignore")


def pins(lines) -> dict[str, str]:
    """Versions by name, of lines that hold on the environment's Python."""
    requirements = [Requirement(line.split("#")[0]) for line in lines if line and not line.startswith(("#", "-"))]
    return {
        canonicalize_name(each.name): str(each.specifier)
        for each in requirements
        if not each.marker or each.marker.evaluate({"python_version": "3.11"})
    }


@pytest.fixture
def installed() -> list[str]:
    conda = yaml.safe_load(JOB.with_name("conda.yml").read_text())["dependencies"]
    assert "python=3.11" in conda
    return conda[-1]["pip"]


def test_the_environment_has_the_versions_that_are_tested(installed):
    tested = pins((ROOT / "requirements.txt").read_text().splitlines())
    assert pins(installed) == {name: tested[name] for name in pins(installed)}
    assert any(line.startswith("tensorflow[and-cuda]==") for line in installed)


def test_the_environment_has_all_that_training_imports(installed):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = pins(project["dependencies"] + project["optional-dependencies"]["formats"]).keys()
    brought = {"packaging", "protobuf", "tensorboard"}  # by TensorFlow
    assert needed - pins(installed).keys() == brought | {"av"}  # no videos there


def test_the_environment_is_valid():
    from azure.ai.ml import load_environment

    environment = load_environment(JOB.with_name("environment.yml"))
    assert environment.name == "pgkeras"
    assert environment.conda_file == yaml.safe_load(JOB.with_name("conda.yml").read_text())


def test_the_trainer_is_uploaded_and_nothing_else():
    from azure.ai.ml._utils._asset_utils import get_ignore_file, get_upload_files_from_folder

    uploaded = {name for _, name in get_upload_files_from_folder(ROOT, ignore_file=get_ignore_file(ROOT))}
    assert {"pgkeras/train.py", "pgkeras/report/report.html.j2", "cloud/azureml/train_or_resume.py"} <= uploaded
    assert {name.split("/")[0] for name in uploaded} == {"pgkeras", "cloud"}
    assert not any("__pycache__" in name for name in uploaded)
