"""The submit command: what it sends to Azure Machine Learning, and what it refuses to."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml

from cloud.azureml.submit import JOB, main
from tests.command_lines import ROOT, call, fail

# Azure's client stands on what marshmallow deprecates.
pytestmark = pytest.mark.filterwarnings("ignore")

WITHOUT_NETWORK = """
import os, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        os.write(2, f"network: {arguments}".encode())
        os._exit(97)

sys.addaudithook(refuse)
"""


@pytest.fixture
def without_network(tmp_path):
    """Runs `python ARGUMENTS` from the repository's root; whatever turns to the network ends with status 97."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WITHOUT_NETWORK)
    environment = os.environ | {"PYTHONPATH": str(folder)}

    def run(*arguments: object) -> subprocess.CompletedProcess:
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    return run


def dry_run(*arguments: object) -> dict:
    return yaml.safe_load(call(main, "--dry-run", *arguments))


def edited_job(tmp_path, old: str, new: str):
    """A copy of job.yml with a change; its paths lead where they led."""
    text = JOB.read_text()
    assert old in text
    path = tmp_path / "job.yml"
    text = text.replace("../..", str(ROOT)).replace("file:environment.yml", f"file:{JOB.parent / 'environment.yml'}")
    path.write_text(text.replace(old, new))
    return path


@pytest.mark.slow
def test_dry_run_prints_the_job_and_contacts_nothing(without_network, faces):
    result = without_network(
        "cloud/azureml/submit.py", "--data", faces, "--dry-run", "--", "--preset", "quick", "--resolution", 64
    )
    assert (result.returncode, result.stderr) == (0, "")
    job = yaml.safe_load(result.stdout)
    assert job["command"] == (
        "python -m cloud.azureml.train_or_resume ${{inputs.data}} --out ${{outputs.runs}} -- "
        "--preset quick --resolution 64"
    )
    assert job["inputs"]["data"] == {"type": "uri_file", "path": str(faces), "mode": "download"}
    assert job["outputs"]["runs"]["mode"] == "rw_mount"
    assert job["outputs"]["runs"]["path"] == "azureml://datastores/${{default_datastore}}/paths/pgkeras/${{name}}"
    assert job["queue_settings"] == {"job_tier": "spot"}
    assert "distribution" not in job


def test_the_network_would_have_been_noticed(without_network):
    result = without_network("-c", "import urllib.request; urllib.request.urlopen('http://localhost:9')")
    assert result.returncode == 97
    assert "localhost" in result.stderr


def test_several_machines_are_workers_that_tensorflow_finds(faces):
    job = dry_run("--data", faces, "--instance-count", 3, "--instance-type", "Standard_NC24ads_A100_v4")
    assert job["resources"] == {"instance_count": 3, "instance_type": "Standard_NC24ads_A100_v4"}
    assert job["distribution"] == {"type": "tensorflow", "worker_count": 3}
    assert "distribution" not in dry_run("--data", faces, "--instance-count", 1)


def test_a_cluster_decides_its_machines(faces):
    job = dry_run("--data", faces, "--compute", "gpu-spot")
    assert job["compute"] == "azureml:gpu-spot"
    assert job["resources"] == {"instance_count": 1}
    assert "queue_settings" not in job


def test_runs_are_kept_where_another_job_left_them(faces):
    path = "azureml://datastores/workspaceblobstore/paths/pgkeras/plum_tree_x1"
    assert dry_run("--data", faces, "--out", path)["outputs"]["runs"]["path"] == path


@pytest.mark.parametrize(
    ("data", "options", "expected"),
    [
        ("azureml://datastores/d/paths/faces.npz", [], "uri_file"),
        ("azureml://datastores/d/paths/photos/", [], "uri_folder"),
        ("azureml://datastores/d/paths/v1.0", ["--data-type", "uri_folder"], "uri_folder"),
        ("azureml:celeba:1", ["--data-type", "uri_file"], "uri_file"),
    ],
)
def test_data_in_storage_has_a_type(data, options, expected):
    assert dry_run("--data", data, *options)["inputs"]["data"] == {"type": expected, "path": data, "mode": "download"}


def test_a_folder_here_is_a_folder_there(tmp_path, monkeypatch):
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path)
    data = dry_run("--data", "photos")["inputs"]["data"]
    assert (data["type"], data["path"]) == ("uri_folder", str(tmp_path / "photos"))


def test_train_arguments_are_quoted_for_the_shell(faces):
    assert dry_run("--data", faces, "--", "--straight-kimg", "4:8, 8:9")["command"].endswith(" '4:8, 8:9'")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--reslution", "64"], "No such option '--reslution'"),
        (["--resolution", "many"], "'many' is not a valid integer"),
        (["--resolution", "12"], "--resolution 12: resolution 12 is not a power of two"),
        (["--loss", "lsgan", "--penalty-weight", "3"], "no penalty to weigh"),
        (["--kimg", "5", "--minutes", "5"], "--kimg 5 and --minutes 5 contradict each other"),
        (["other.npz"], "unexpected extra argument (other.npz)"),
        (["--out", "runs"], "--out after --: the job sets it itself; drop it"),
        (["--dry-run"], "--dry-run after --: the job sets it itself; drop it"),
        (["--start-from", "runs/old"], "--start-from after --: names what the job's machine does not have; drop it"),
    ],
)
def test_train_arguments_that_the_trainer_would_refuse_are_refused_here(faces, capsys, monkeypatch, arguments, message):
    assert message in fail(main, capsys, monkeypatch, "--data", faces, "--dry-run", "--", *arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "Missing option '--data'"),
        (["--data", "missing.npz"], "--data missing.npz: no such file or folder"),
        (["--data", "azureml:celeba:1"], "add --data-type uri_file or --data-type uri_folder"),
        (["--data", ".", "--instance-count", "0"], "0 is not in the range x>=1"),
        (["--data", ".", "--compute", "a", "--instance-type", "b"], "--compute a has its own; drop one of them"),
        (["--data", ".", "--out", "runs"], "--out runs: must be a folder of a datastore"),
        (["--data", ".", "--workspace", "w"], "give all three or none"),
        (["--data", ".", "--job", "missing.yml"], "missing.yml: cannot be read as YAML"),
        (["--data", ".", "--preset", "quick"], "No such option '--preset'"),
    ],
)
def test_bad_options_are_one_line(capsys, monkeypatch, options, message):
    assert message in fail(main, capsys, monkeypatch, "--dry-run", *options)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("instance_count", "instance_cout", '{"resources": {"instance_cout": ["Unknown field."]}}'),
        ("job_tier: spot", "job_tier: cheap", "'cheap' passed is not in set"),
        ("timeout: 604800", "timeout: a week", '{"limits": {"timeout": ["Not a valid integer."]}}'),
        ("environment.yml", "missing.yml", "missing.yml"),
        ("type: command", "type: [command", "cannot be read as YAML"),
        ("${{inputs.data}}", "${{inputs.photos}}", "has no photos among its inputs"),
        ("${{outputs.runs}}", "outputs", "its command does not use ${{outputs.runs}}"),
    ],
)
def test_a_bad_job_file_is_one_line(tmp_path, capsys, monkeypatch, faces, old, new, message):
    path = edited_job(tmp_path, old, new)
    line = fail(main, capsys, monkeypatch, "--data", faces, "--job", path, "--dry-run")
    assert message in line
    assert line.startswith(f"error: {path}: ")
    assert len(line) < 700 + len(str(path))


def test_a_job_of_another_type_is_one_line(tmp_path, capsys, monkeypatch, faces):
    path = tmp_path / "job.yml"
    path.write_text("type: pipeline\njobs: {}\n")
    line = fail(main, capsys, monkeypatch, "--data", faces, "--job", path, "--dry-run")
    assert f"{path}: is a job of type pipeline" in line


def test_without_azures_client_it_says_what_to_install(capsys, monkeypatch, faces):
    monkeypatch.setitem(sys.modules, "azure.ai.ml", None)
    monkeypatch.delitem(sys.modules, "cloud.azureml.job_file", raising=False)
    line = fail(main, capsys, monkeypatch, "--data", faces, "--dry-run")
    assert line == "error: azure.ai.ml is missing: pip install azure-ai-ml azure-identity\n"


@pytest.fixture
def workspace(monkeypatch):
    """In place of Azure: keeps how it was called and which jobs it was given; `refusal` is what it raises, if set."""
    from cloud.azureml import workspace

    known = SimpleNamespace(arguments=None, jobs=[], refusal=None)

    def create_or_update(job):
        if known.refusal:
            raise known.refusal
        known.jobs.append(job)
        return SimpleNamespace(name="plum_tree_x1", studio_url="studio/plum_tree_x1")

    def client(credential, *arguments):
        known.arguments = arguments
        return SimpleNamespace(jobs=SimpleNamespace(create_or_update=create_or_update))

    monkeypatch.setattr(workspace, "MLClient", client)
    return known


WORKSPACE = ["--subscription", "s", "--resource-group", "r", "--workspace", "w"]


def test_submits_the_job_and_says_where_it_is(workspace, faces):
    output = call(main, "--data", faces, *WORKSPACE, "--", "--preset", "quick")
    assert workspace.arguments == ("s", "r", "w")
    (job,) = workspace.jobs
    assert job.type == "command"
    assert job.command.endswith("-- --preset quick")
    assert job.inputs["data"].path == str(faces)
    assert "plum_tree_x1: studio/plum_tree_x1" in output
    assert "az ml job download --name plum_tree_x1 --output-name runs" in output


def test_azures_refusal_is_one_line(workspace, capsys, monkeypatch, faces):
    from azure.core.exceptions import ClientAuthenticationError

    workspace.refusal = ClientAuthenticationError("no credential here;\nrun az login")
    line = fail(main, capsys, monkeypatch, "--data", faces, *WORKSPACE)
    assert line == "error: Azure Machine Learning: no credential here; run az login\n"


def test_without_a_workspace_it_asks_for_config_json(capsys, monkeypatch, tmp_path, faces):
    monkeypatch.chdir(tmp_path)
    assert "config.json" in fail(main, capsys, monkeypatch, "--data", faces)
