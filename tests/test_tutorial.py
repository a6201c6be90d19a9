"""The notebook runs top to bottom, and its outputs are there to read."""

import nbformat
import pytest
from nbclient import NotebookClient

from tests.command_lines import ROOT

NOTEBOOK = ROOT / "docs" / "tutorial.ipynb"


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_outputs_are_those_of_one_run_from_top_to_bottom(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell.outputs for cell in cells if "Image" in cell.source.splitlines()[-1])
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]


@pytest.mark.slow
def test_it_runs(notebook, tmp_path, monkeypatch):
    """As it is, but with a training of seconds instead of a minute."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for cell in notebook.cells:
        cell.source = cell.source.replace("kimg=30)", "kimg=2)")
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    texts = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "finished: True" in texts
    assert "verified 1 model in" in texts
