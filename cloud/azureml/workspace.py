"""The workspace that jobs are submitted to."""

from azure.ai.ml import MLClient
from azure.ai.ml.entities import Job
from azure.core.exceptions import AzureError
from azure.identity import DefaultAzureCredential

from pgkeras.errors import UserError


def submit(job: Job, subscription: str | None, resource_group: str | None, workspace: str | None) -> Job:
    """Submits a job, with its code and its local data.

    Args:
        job: checked.
        subscription: ID of the workspace's subscription, or None if a config.json in this folder or above it says.
        resource_group: of the workspace, or None likewise.
        workspace: its name, or None likewise.

    Returns:
        The job as the workspace knows it.

    Raises:
        UserError: if the workspace is not found, does not let the user in or refuses the job.
    """
    credential = DefaultAzureCredential()
    try:
        if workspace:
            client = MLClient(credential, subscription, resource_group, workspace)
        else:
            client = MLClient.from_config(credential)
        return client.jobs.create_or_update(job)
    except AzureError as error:
        raise UserError(f"Azure Machine Learning: {error.message}") from None
