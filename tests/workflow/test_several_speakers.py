"""Real footage of several speakers: a network for strangers, and all branches side by side."""

import csv
from pathlib import Path

import pytest
from footage_tables import clips, table
from project import Project

pytestmark = pytest.mark.slow


@pytest.mark.timeout(3600)
def test_refinement_helps_people_it_never_saw(footage: Path, tmp_path: Path) -> None:
    """Learned from several speakers, measured on others; the table is printed."""
    mixed = clips(footage / "grid_mixed")
    rows = [(path, "s1", "train") for path in clips(footage / "grid_s1")[:40]]
    rows += [(path, path.stem, "train") for path in mixed[:4]]
    rows += [(path, path.stem, "val") for path in mixed[4:5]]
    rows += [(path, path.stem, "test") for path in mixed[5:]]
    rows += [(path, "s31", "test") for path in clips(footage / "grid_s31")[:4]]
    listing = tmp_path / "clips.tsv"
    with listing.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([("video", "speaker", "split"), *rows])
    project = Project(
        tmp_path / "project",
        {"corpus": {"videos": str(listing)}, "train_refinement": {"steps": 1200}},
    )
    project.run("--", "out/evaluation/rendering.tsv")
    means = project.table("evaluation/rendering.tsv").set_index("renderer")
    print(means.to_string())
    refined, warped = means.loc["refinement"], means.loc["mesh_warp"]
    assert refined["mouth_ssim"] >= warped["mouth_ssim"] + 0.03
    assert refined["ssim"] >= warped["ssim"] - 0.005


@pytest.mark.timeout(3600)
def test_ablation_on_held_out_clips(footage: Path, tmp_path: Path) -> None:
    """Mel and AutoVC, without and with the speaker branch, at one budget; the table is printed."""
    rows = [(path, "s1") for path in clips(footage / "grid_s1")]
    rows += [(path, "s31") for path in clips(footage / "grid_s31")]
    rows += [(path, path.stem) for path in clips(footage / "grid_mixed")]
    project = Project(
        tmp_path / "project",
        {
            "corpus": {
                "videos": table(tmp_path / "clips.tsv", rows),
                "split": {"val": 0.08, "test": 0.28},
            },
        },
    )
    project.run("--", "ablation", "out/evaluation/autovc/default.tsv")
    measured = project.table("evaluation/ablation.tsv").set_index("networks")
    print(measured.to_string())
    heard = project.table("evaluation/autovc/default.tsv")
    print(heard[heard["speaker"] == "all"].to_string())
    assert (measured["clips"] >= 30).all()
    # the measures can fail
    deaf = measured.loc["mel, others' sound in training"]
    assert deaf["opening_r"] < measured.loc["mel", "opening_r"] - 0.12
    assert deaf["mouth_distance"] > 1.15 * measured.loc["mel", "mouth_distance"]
    for feature in ("mel", "autovc"):
        still, moved = measured.loc[feature], measured.loc[f"{feature} + speaker"]
        assert still["opening_r"] > 0.6
        # the speaker branch moves heads as far and as fast as people do, and leaves the lips alone
        assert moved["opening_r"] == pytest.approx(still["opening_r"], abs=0.02)
        assert still["turn_ratio"] < 0.05 and 0.6 < moved["turn_ratio"] < 1.6
        assert 0.6 < moved["speed_ratio"] < 1.6
    error = heard.set_index(["predictor", "speaker"]).loc[("autovc", "all"), "variance_share"]
    assert float(error) < 0.5  # the column has text, too: "nan" where nothing is reconstructed
