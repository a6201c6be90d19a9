"""A job file with the user's choices in it, checked by Azure Machine Learning's own client."""

import io
import json
import logging
import re
import shlex
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import yaml
from azure.ai.ml import load_job
from azure.ai.ml.entities import Command, Job
from azure.core.exceptions import AzureError
from marshmallow import ValidationError

from pgkeras.errors import UserError

logging.getLogger("azure.ai.ml").setLevel(logging.ERROR)  # it warns that parts of its own schema are experimental

REFERENCE = re.compile(r"\${{\s*(inputs|outputs)\.(\w+)\s*}}")
NEEDED = {("inputs", "data"), ("outputs", "runs")}


class JobFile:
    """Command job YAML of the v2 schema; `str(job)` is the YAML with all changes.

    Args:
        path: the file; paths in it are relative to its folder.
        document: what it says.
    """

    def __init__(self, path: Path, document: dict) -> None:
        self.path = path
        self.document = document

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a job file and checks it as it is.

        Args:
            path: the file.

        Raises:
            UserError: if it is not a valid job, has no command, or none that takes data and keeps runs as job.yml does.
        """
        try:
            job = cls(path, yaml.safe_load(path.read_text()))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise UserError(f"{path}: cannot be read as YAML ({error})") from None
        if not isinstance(job.load(), Command):
            raise UserError(f"{path}: is a job of type {job.document['type']}; give one of type command, as job.yml is")
        used = set(REFERENCE.findall(job.document["command"]))
        for kind, name in sorted(used | NEEDED):
            if name not in job.document.get(kind, {}):
                raise UserError(f"{path}: has no {name} among its {kind}; describe it there, as job.yml does")
        for kind, name in sorted(NEEDED - used):
            raise UserError(f"{path}: its command does not use ${{{{{kind}.{name}}}}}; job.yml shows how")
        return job

    def train_on(self, data: str, data_type: str | None) -> None:
        """Sets the data.

        Args:
            data: a path here, or an azureml: address.
            data_type: uri_file or uri_folder; None to tell it from `data`.

        Raises:
            UserError: if there is nothing at the path, or the type cannot be told.
        """
        if data.startswith("azureml://"):
            told = "uri_file" if Path(data).suffix else "uri_folder"
        elif data.startswith("azureml:"):
            told = None
        else:
            path = Path(data).resolve()
            if not path.exists():
                raise UserError(f"--data {data}: no such file or folder")
            data, told = str(path), "uri_file" if path.is_file() else "uri_folder"
        if not (data_type or told):
            raise UserError(f"--data {data}: add --data-type uri_file or --data-type uri_folder, as it was registered")
        self.document["inputs"]["data"] |= {"type": data_type or told, "path": data}

    def keep_runs_in(self, out: str) -> None:
        """Sets the folder of runs.

        Args:
            out: azureml://datastores/NAME/paths/PATH.

        Raises:
            UserError: if it is not such an address.
        """
        if not re.fullmatch(r"azureml://datastores/[^/]+/paths/.+", out):
            raise UserError(f"--out {out}: must be a folder of a datastore, azureml://datastores/NAME/paths/PATH")
        self.document["outputs"]["runs"]["path"] = out

    def run_on(self, compute: str | None, instance_type: str | None, instance_count: int | None) -> None:
        """Sets the machines; what is None stays as it is.

        Args:
            compute: a cluster of the workspace, instead of serverless machines.
            instance_type: size of serverless machines.
            instance_count: number of machines; above 1, each runs a worker.

        Raises:
            UserError: if a cluster and a size are both given.
        """
        resources = self.document.setdefault("resources", {})
        if compute:
            if instance_type:
                raise UserError(f"--instance-type {instance_type}: --compute {compute} has its own; drop one of them")
            self.document["compute"] = f"azureml:{compute}"
            self.document.pop("queue_settings", None)
            resources.pop("instance_type", None)
        if instance_type:
            resources["instance_type"] = instance_type
        if instance_count:
            resources["instance_count"] = instance_count
            self.document.pop("distribution", None)
            if instance_count > 1:
                self.document["distribution"] = {"type": "tensorflow", "worker_count": instance_count}

    def add_train_arguments(self, arguments: Sequence[str]) -> None:
        """Puts options at the end of the command.

        Args:
            arguments: of `pgkeras train`.
        """
        self.document["command"] = " ".join([self.document["command"], *map(shlex.quote, arguments)])

    def load(self) -> Job:
        """The job as Azure Machine Learning's client submits it.

        Raises:
            UserError: if the client finds it invalid.
        """
        try:
            return load_job(io.StringIO(str(self)), relative_origin=str(self.path))
        except (ValidationError, AzureError) as error:
            raise UserError(f"{self.path}: is not a valid job: {textwrap.shorten(_reason(error), 500)}") from None

    def __str__(self) -> str:
        return yaml.safe_dump(self.document, sort_keys=False, width=1000)


def _reason(error: Exception) -> str:
    """What the innermost error says: those around it add pages of advice."""
    while error.__context__:
        error = error.__context__
    return json.dumps(error.messages) if isinstance(error, ValidationError) else str(error)
