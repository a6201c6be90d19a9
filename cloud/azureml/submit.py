"""The command line that submits a training job: `python cloud/azureml/submit.py --data faces.npz`."""

from pathlib import Path

import click

from cloud.azureml.train_arguments import check_train_arguments
from pgkeras.command_line import command, run
from pgkeras.errors import UserError

JOB = Path(__file__).with_name("job.yml")
EXAMPLES = """\b
Examples:
  python cloud/azureml/submit.py --data faces.npz --dry-run -- --preset quick --resolution 64
  python cloud/azureml/submit.py --data faces.npz -- --preset quick --resolution 64
  python cloud/azureml/submit.py --data azureml:celeba:1 --data-type uri_folder --compute gpu-spot -- --preset paper
"""


@command(epilog=EXAMPLES)
@click.argument("train_arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--data", required=True, help="A path here, azureml://datastores/NAME/paths/PATH, azureml:NAME:VERSION.")
@click.option(
    "--data-type", type=click.Choice(["uri_file", "uri_folder"]), help="Of --data, if its name does not show it."
)
@click.option("--out", help="Folder of runs, azureml://datastores/NAME/paths/PATH. If it has a run, that is continued.")
@click.option("--compute", help="A cluster of the workspace, instead of serverless machines.")
@click.option("--instance-type", help="Size of serverless machines, such as Standard_NC24ads_A100_v4.")
@click.option("--instance-count", type=click.IntRange(min=1), help="Machines; above 1, each runs a worker.")
@click.option("--job", type=click.Path(path_type=Path), default=JOB, help="A job file of your own.  [default: job.yml]")
@click.option("--subscription", help="ID of the workspace's subscription.")
@click.option("--resource-group", help="Of the workspace.")
@click.option("--workspace", help="Its name. Without these three, a config.json here or in a folder above is used.")
@click.option("--dry-run", is_flag=True, help="Check what can be checked offline, print the job and stop.")
def main(
    train_arguments: tuple[str, ...],
    data: str,
    data_type: str | None,
    out: str | None,
    compute: str | None,
    instance_type: str | None,
    instance_count: int | None,
    job: Path,
    subscription: str | None,
    resource_group: str | None,
    workspace: str | None,
    dry_run: bool,
) -> None:
    """Submits a training job to Azure Machine Learning.

    TRAIN_ARGUMENTS, after --, are options of pgkeras train. Where the job's machines are taken away, it
    goes on from its last checkpoint on others.
    """
    if len({bool(each) for each in (subscription, resource_group, workspace)}) > 1:
        raise UserError("--subscription, --resource-group and --workspace belong together: give all three or none")
    check_train_arguments(train_arguments)
    try:
        from cloud.azureml.job_file import JobFile
        from cloud.azureml.workspace import submit
    except ImportError as error:
        raise UserError(f"{error.name} is missing: pip install azure-ai-ml azure-identity") from None

    chosen = JobFile.read(job)
    chosen.train_on(data, data_type)
    chosen.run_on(compute, instance_type, instance_count)
    if out:
        chosen.keep_runs_in(out)
    chosen.add_train_arguments(train_arguments)
    checked = chosen.load()
    if dry_run:
        print(chosen, end="")
        return
    submitted = submit(checked, subscription, resource_group, workspace)
    print(f"submitted {submitted.name}: {submitted.studio_url}")
    print("when it has ended:")
    print(f"  az ml job download --name {submitted.name} --output-name runs --download-path .")


if __name__ == "__main__":
    run(main)
