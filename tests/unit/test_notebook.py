"""The notebook runs from its first cell to its last, and shows what it makes."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from network_makers import write_networks, write_portrait, write_speech

from mit_core.demo.plan import HELD_OUT, PORTRAIT
from mit_core.media.video import count_frames

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "quick_demo.ipynb"


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_it_is_kept_without_outputs(notebook):
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert cells
    for cell in cells:
        assert cell.outputs == [] and cell.execution_count is None


def test_loading_animating_and_showing_are_three_lines(notebook):
    lines = [cell.source for cell in notebook.cells if "import mit_core" in cell.source]
    assert len([line for line in lines[0].splitlines() if line]) == 3


def test_it_runs_and_shows_a_video_and_a_plot(notebook, tmp_path, monkeypatch):
    results = write_networks(tmp_path / "results")
    write_portrait(results / "demo_media" / f"{PORTRAIT}.png")
    write_speech(results / "demo_media" / f"{HELD_OUT}.wav", 0.8)
    before = sorted((ROOT / "notebooks").iterdir())
    monkeypatch.setenv("MIT_RESULTS", str(results))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    where = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
    shown = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}
    # the video alone: no warning of some package above it
    assert [each.output_type for each in shown["load-animate-show"]] == ["execute_result"]
    for name in ("load-animate-show", "choices"):
        (page,) = [each.data["text/html"] for each in shown[name] if "data" in each]
        assert page.startswith("<video") and "data:video/mp4;base64," in page
    assert "styles: ada, bruno" in shown["choices"][0].text
    assert any("image/png" in each.get("data", {}) for each in shown["mouth"])
    videos = sorted((results / "notebook").iterdir())
    assert [video.name for video in videos] == ["quick_demo.mp4", "quick_demo_choices.mp4"]
    assert all(count_frames(video) == 20 for video in videos)
    assert sorted((ROOT / "notebooks").iterdir()) == before
