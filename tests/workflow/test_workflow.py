"""The real Snakefile, end to end, on a folder of odd file names with broken files among them."""

import html
import json
import os
import re
import shutil
from pathlib import Path

import pytest
import yaml
from project import ROOT, Project

from mit_core import software
from mit_core.corpus.catalogue import shard_of
from mit_core.demo.footage import Settings, make_footage
from mit_core.demo.media import write_demo_media
from mit_core.demo.plan import plan

# Every name that a shell, a wildcard or an encoding could trip over.
NAMES = ("it's a take", "안녕하세요", 'say "hi" {name}', "plain", "second", "third")
PER_SHARD = ("intake", "normalise", "segment", "landmarks", "register", "speech")
AFTER_CORPUS = (
    *("tabulate", "scaling", "dump", "pickles", "fit_content", "evaluate_content"),
    *("fit_speaker", "evaluate_speaker", "fit_pictures", "evaluate_rendering", "training_table"),
    "evaluate_talking",
)
SHORT = {"steps": 30, "validate_every": 15, "checkpoint_every": 15}
DRAWS = {
    **{"steps": 3, "validate_every": 2, "checkpoint_every": 2},
    **{"size": 64, "widths": [8, 8, 8], "batch_size": 2, "perceptual": "none"},
}


FOOTAGE = "my footage"


def settings(videos: Path) -> dict:
    return {
        "corpus": {
            "videos": str(videos),
            "speakers": "folder",
            "shards": 2,
            "split": {"val": 0.2, "test": 0.2},
        },
        "dump": {"text": True},
        "train_autovc": SHORT,
        "train_content": SHORT,
        "train_speaker": {**SHORT, "steps": 4, "validate_every": 2},
        "train_refinement": DRAWS,
        "train_translation": DRAWS,
        "train_detector": {**SHORT, "steps": 2, "size": 64, "width": 16, "frames": 20},
        "animate": {"portraits": "a {face}.png", "speech": ["voice.wav"]},
        "evaluate": {"clips": 2, "videos": 1},
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("project")
    made = folder / "made"
    clips = plan(3)[: len(NAMES)]
    make_footage(clips, made, made, Settings(size=192))
    project = Project(folder, settings(folder / FOOTAGE))
    for number, (clip, name) in enumerate(zip(clips, NAMES, strict=True)):
        home = project.folder / FOOTAGE / ("Ann" if number % 2 else "Ben")
        home.mkdir(parents=True, exist_ok=True)
        shutil.move(made / f"{clip.id}.mp4", home / f"{name}.mp4")
    (project.folder / FOOTAGE / "empty.mp4").touch()
    (project.folder / FOOTAGE / "text.mov").write_text("this is not a video")
    write_demo_media(folder / "a {face}.png", folder / "voice.wav", folder / "human.wav", folder)
    project.given = footage_of(folder)
    project.run("--", "all")
    return project


def footage_of(folder: Path) -> dict[Path, bytes]:
    files = (path for path in (folder / FOOTAGE).rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files}


def test_every_clip_has_a_verdict(project: Project) -> None:
    manifest = project.table("corpus/manifest.tsv").set_index("clip")
    assert len(manifest) == len(NAMES) + 2
    assert sorted(manifest.loc[manifest["verdict"] == "ok", "speaker"]) == ["Ann"] * 3 + ["Ben"] * 3
    rejected = manifest[manifest["verdict"] != "ok"]
    assert set(rejected["verdict"]) == {"empty_file", "not_media"}
    assert all(len(reason) > 20 for reason in rejected["reason"])


def test_funnel_only_narrows_and_adds_up(project: Project) -> None:
    funnel = project.table("corpus/funnel.tsv")
    # a clip may give several segments, but seconds only get fewer
    assert (funnel["seconds_out"] <= funnel["seconds_in"] + 0.05).all()
    assert list(funnel["items_in"][1:]) == list(funnel["items_out"][:-1])
    segments = project.table("corpus/segments.tsv")
    assert funnel["items_out"].iloc[-1] == len(segments)
    assert set(segments["split"]) == {"train", "val", "test"}


def test_pickles_are_in_the_published_layout(project: Project) -> None:
    import pickle

    dump = project.folder / "out" / "dump"
    for split in ("train", "val", "test"):
        fl, au, gaze = (
            pickle.loads((dump / f"corpus_{split}_{kind}.pickle").read_bytes())
            for kind in ("fl", "au", "gaze")
        )
        assert len(fl) == len(au) == len(gaze["rot_trans"]) > 0
        texts = {path.stem: path for path in (dump / f"corpus_{split}_text").glob("*.txt")}
        assert set(texts) == {name for _, (_, name) in fl}
        for i in range(len(fl)):
            (landmarks, (number, name)), (mel, (number2, name2, embedding)) = fl[i], au[i]
            assert (number, name) == (number2, name2) == (i, name)
            assert landmarks.shape == (len(mel), 204) and mel.shape[1] == 80
            assert embedding.shape == (256,)
            assert len(texts[name].read_text().splitlines()) == len(mel)
            assert gaze["rot_trans"][i].shape == (len(mel), 3, 4)
            assert gaze["rot_quat"][i].shape == (len(mel), 4)
            assert gaze["anchor_t_shape"][i].shape == (len(mel), 204)


def test_it_speaks(project: Project) -> None:
    from mit_core.media.probe import probe

    (video,) = (project.folder / "out" / "animations").glob("a_face*--voice.mp4")
    info = probe(video)
    spoken = probe(project.folder / "voice.wav").duration_s
    assert info.video is not None and (info.video.width, info.video.height) == (320, 320)
    assert info.audio is not None
    assert abs(info.duration_s - spoken) < 0.08
    report = (project.folder / "out" / "report.html").read_text()
    # those side by side have a label, since their figure has none
    animations = [v for v in re.findall("<video[^>]*>", report) if "aria-label" not in v]
    assert len(animations) == 1 and report.count("<img") == 2  # samples, comparison


def test_nothing_to_do_twice(project: Project) -> None:
    assert project.jobs() == {}


def test_the_page_tells_how_it_was_made(project: Project) -> None:
    page = (project.folder / "out" / "report.html").read_text()
    drawn = re.search(r'<svg[^>]*class="graph".*?</svg>', page, re.S)
    assert drawn is not None
    shown = dict(re.findall(r"<text[^>]*>(\w+)(?: <tspan[^>]*>×(\d+)</tspan>)?</text>", drawn[0]))
    # Snakemake's own graph of the same target
    dot = project.snakemake("--rulegraph", "--", "report").stdout
    assert set(shown) == set(re.findall(r'label = "(\w+)', dot)) > {"intake", "render", "report"}
    assert shown["intake"] == "2" and shown["fit_content"] == ""
    for told in ("steps: 30", "torch", software.project_digest(project.folder)):
        assert told in page
    own = re.search(r'<pre[^>]*id="own-settings">(.*?)</pre>', page, re.S)
    assert own is not None
    settings = yaml.safe_load(html.unescape(own[1]))
    assert settings["train_content"] == SHORT and settings["results"] == "out"
    assert "seed" not in settings["train_content"]


def test_snakemakes_own_report_needs_no_network(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    project.run("--report", "own.html")
    text = (project.folder / "own.html").read_text()
    shown = set(re.findall(r'"name": "([^"]+)"', text))
    assert {"report.html", "default.tsv", "rendering.tsv", "animations.tsv"} <= shown
    assert any(name.endswith("--voice.mp4") for name in shown)
    assert not re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=[\"']?https?:", text)
    assert project.jobs() == {}


def test_an_ablation_that_lies_there_is_shown_and_not_run(project: Project) -> None:
    table = project.folder / "out" / "evaluation" / "ablation.tsv"
    table.write_text("networks\tr\tr_low\tr_high\nmel\t0.88\t0.86\t0.90\n")
    try:
        assert project.jobs("report") == {"report": 1}
        project.run("--", "report")
        page = (project.folder / "out" / "report.html").read_text()
        assert "<h3>ablation</h3>" in page and "0.880 [0.860, 0.900]" in page
        assert project.jobs() == {}
    finally:
        table.unlink()
    project.run("--", "report")
    assert "<h3>ablation</h3>" not in (project.folder / "out" / "report.html").read_text()


def test_the_tutorial_tells_of_tables_and_columns_that_are_there(project: Project) -> None:
    tutorial = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w./]+\.tsv)` \|(.*?)\|(.*?)\|", tutorial, re.M)
    assert len(rows) > 10
    results = project.folder / "out"
    rare = {"yes", "out_of_sync", "dubbed", "unclear"}  # values that such footage does not have
    for name, first, second in rows:
        places = {(results / home / name).resolve() for home in ("corpus", "evaluation")}
        (path,) = [path for path in places if path.is_file()]
        words = {word for line in path.read_text("utf-8").splitlines() for word in line.split("\t")}
        told = set(re.findall(r"`(\w+)`", first + second))
        assert told - rare <= words, name


def test_the_users_files_are_as_they_were(project: Project) -> None:
    assert footage_of(project.folder) == project.given


def test_editing_a_config_value_reruns_what_depends_on_it(project: Project) -> None:
    project.settings["animate"]["amp_lip_y"] = 1.5
    assert project.jobs() == {
        **{"animate_landmarks": 1, "render": 1, "evaluate_animations": 1},
        **{"report": 1, "all": 1},
    }
    del project.settings["animate"]["amp_lip_y"]
    project.settings["speech"] = {"loudness_dbfs": -23.0}
    jobs = project.jobs()
    assert jobs["speech"] == 2
    assert not {"intake", "normalise", "segment", "landmarks", "register"} & set(jobs)
    assert {"scaling", "dump", "fit_content", "driving_speech", "render"} <= set(jobs)
    del project.settings["speech"]
    project.settings["report"] = {"title": "Mine"}
    assert project.jobs() == {"report": 1, "all": 1}
    del project.settings["report"]


def test_a_file_replaced_by_an_older_one_is_noticed(project: Project) -> None:
    voice = project.folder / "voice.wav"
    given, times = voice.read_bytes(), voice.stat()
    voice.write_bytes(given[:-2000])
    os.utime(voice, (1e9, 1e9))
    try:
        jobs = project.jobs()
    finally:
        voice.write_bytes(given)
        os.utime(voice, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert jobs["driving_speech"] == 1 and "portrait" not in jobs and "fit_content" not in jobs
    assert project.jobs() == {}


def test_editing_a_library_file_reruns_the_rules_that_use_it(project: Project) -> None:
    def after_editing(path: str) -> dict[str, int]:
        file = project.folder / "mit_core" / path
        before = file.read_text()
        file.write_text(before + "\n# a comment\n")
        try:
            return project.jobs()
        finally:
            file.write_text(before)

    assert after_editing("report/page.py") == {"report": 1, "all": 1}
    jobs = after_editing("speech/f0.py")
    assert jobs["speech"] == 2 and "landmarks" not in jobs and jobs["driving_speech"] == 1
    jobs = after_editing("rendering/film.py")
    assert jobs == {"render": 1, "evaluate_animations": 1, "report": 1, "all": 1}
    assert project.jobs() == {}


def test_every_run_is_in_the_training_table(project: Project) -> None:
    table = project.table("models/training.tsv").set_index(["kind", "run"])
    kinds = ("content", "speaker", "refinement")
    assert set(table.index) == {(kind, "default") for kind in kinds}
    assert (
        list(table["feature"]) == ["mel", "frames", "mel"]
        and (table["sha256"].str.len() == 64).all()
    )
    assert table.loc[("content", "default"), "steps"] == 30
    assert "default" in (project.folder / "out" / "report.html").read_text()


def test_a_budget_shortens_every_training(project: Project) -> None:
    project.settings["training"] = {"budget": "2 steps"}
    jobs = project.jobs()
    del project.settings["training"]
    assert jobs["fit_content"] == jobs["fit_speaker"] == jobs["fit_pictures"] == 1
    assert "dump" not in jobs and "driving_speech" not in jobs


@pytest.mark.slow
def test_autovc_is_learned_heard_and_compared(project: Project) -> None:
    """The other content feature, beside the first one: nothing of the corpus is worked again."""
    project.settings["content_feature"] = "autovc"
    project.settings["train_content"] = {**SHORT, "run": "converted"}
    try:
        jobs = project.jobs()
        assert jobs["fit_autovc"] == jobs["dump_autovc"] == jobs["fit_content"] == 1
        assert jobs["autovc"] == 2 and not set(PER_SHARD) & set(jobs)
        project.run("--", "all", "ablation")
        # the ablation's runs came after the table: their rows are all that is missing
        assert project.jobs() == {"training_table": 1, "report": 1, "all": 1}
        project.run("--", "all")
        assert project.jobs() == {}
    finally:
        del project.settings["content_feature"]
        project.settings["train_content"] = SHORT
    table = project.table("models/training.tsv").set_index(["kind", "run"])
    assert table.loc[("content", "converted"), "feature"].startswith("autovc:")
    assert table.loc[("autovc", "default"), "steps"] == 30
    assert ("content", "converted-autovc") in table.index
    ablation = project.table("evaluation/ablation.tsv")
    assert list(ablation["networks"]) == [
        *("mel", "mel + speaker", "autovc", "autovc + speaker"),
        "mel, others' sound in training",
    ]
    reconstruction = project.table("evaluation/autovc/default.tsv")
    assert "mean_frame" in set(reconstruction["predictor"])


@pytest.mark.slow
def test_pickles_can_stand_in_for_footage(project: Project) -> None:
    kept = dict(project.settings)
    project.settings |= {
        "results": "imported",
        "import_dump": {"prefix": "out/dump/corpus", "feature": "mel"},
    }
    try:
        project.run("--", "all")
    finally:
        project.settings = kept
    mine = project.folder / "imported"
    assert len((mine / "corpus" / "segments.tsv").read_text().splitlines()) == 1 + len(
        project.table("corpus/segments.tsv")
    )
    assert (mine / "report.html").is_file() and len(list((mine / "animations").glob("*.mp4"))) == 1


def test_each_renderer_is_measured_beside_the_warp(project: Project) -> None:
    table = project.table("evaluation/rendering.tsv")
    assert list(table["renderer"]) == ["still", "mesh_warp", "refinement"]
    assert table["ssim"].between(0, 1).all() and (table["frames"] > 5).all()


def test_held_out_clips_speak_side_by_side(project: Project) -> None:
    table = project.table("evaluation/talking.tsv").set_index("predictor")
    assert list(table.index[:3]) == ["recording", "truth", "content"]
    assert table.loc["recording", "ssim"] == 1 > table["ssim"].drop("recording").max() > 0.5
    folder = project.folder / "out" / "evaluation" / "talking"
    groups = json.loads((folder / "index.json").read_text())
    assert 0 < len(groups) <= 2
    for group in groups:
        assert [video["title"] for video in group["videos"]][:2] == ["recording", "landmarks"]
        assert all((folder / video["file"]).is_file() for video in group["videos"])


@pytest.mark.slow
def test_other_networks_containers_and_drawings(project: Project) -> None:
    """A translation network and a detector of one's own, a drawing, and a film to be laid over."""
    from mit_core.demo.cartoon import write_cartoon
    from mit_core.media.probe import probe

    kept = dict(project.settings)
    cartoon = write_cartoon(project.folder / "drawn")
    photo = project.settings["animate"]["portraits"]
    project.settings |= {
        "animate": {**kept["animate"], "portraits": [photo, str(cartoon)]},
        "render": {"container": "webm", "renderer": "translation"},
    }
    try:
        project.run("--", "animate", "train_detector", "out/evaluation/rendering.tsv")
        jobs = project.jobs("animate")
        assert jobs == {}
        project.settings["render"] = {"container": "webm"}
        # the drawing's landmarks were given: left to itself, it is warped, and by no network
        assert project.jobs("animate")["render"] == 2
    finally:
        project.settings = kept
    videos = sorted((project.folder / "out" / "animations").glob("*.webm"))
    assert len(videos) == 2
    assert all(probe(video).duration_s > 1 for video in videos)
    table = project.table("evaluation/rendering.tsv")
    assert list(table["renderer"]) == ["still", "mesh_warp", "translation", "refinement"]
    assert (project.folder / "out" / "models" / "detector" / "default" / "best.pt").is_file()
    project.run("--", "all")


def test_adding_a_video_reruns_its_shard_alone(project: Project) -> None:
    stale = project.jobs()  # of another content feature, where its test has run
    new = project.folder / FOOTAGE / "Ann" / "one more.mp4"
    shutil.copy(_any_clip(project), new)
    try:
        jobs = project.jobs()
        assert all(jobs[stage] == 1 for stage in PER_SHARD)
        assert all(jobs[rule] >= 1 for rule in AFTER_CORPUS)
        assert not {"intake", "portrait"} & set(stale) and "portrait" not in jobs
        assert jobs.get("driving_speech") == stale.get("driving_speech")
        # inside the shard, the clips that were there are not worked again
        shard = _shard_with_new(project)
        stage = project.folder / "out" / "shards" / shard / "normalise"
        before = {path: path.stat().st_mtime_ns for path in stage.rglob("video.mp4")}
        project.run("--until", "normalise", "--", "prepare")
        after = {path: path.stat().st_mtime_ns for path in stage.rglob("video.mp4")}
        assert len(after) == len(before) + 1
        assert all(after[path] == time for path, time in before.items())
    finally:
        new.unlink()


def _any_clip(project: Project) -> Path:
    return sorted((project.folder / FOOTAGE / "Ann").glob("*.mp4"))[0]


def _shard_with_new(project: Project) -> str:
    from mit_core.corpus.catalogue import list_clips

    clip = next(
        c for c in list_clips(str(project.folder / FOOTAGE)) if Path(c.video).name == "one more.mp4"
    )
    return shard_of(clip.id, 2)


def test_a_wrong_key_is_named(project: Project) -> None:
    project.settings["corpus"]["shrads"] = 3
    done = project.snakemake("--dry-run", "--", "all")
    del project.settings["corpus"]["shrads"]
    assert done.returncode != 0
    assert "corpus.shrads: unknown key; did you mean corpus.shards?" in done.stdout + done.stderr


def test_the_demo_target_refuses_other_footage(project: Project) -> None:
    done = project.snakemake("--dry-run", "--", "demo")
    assert done.returncode != 0 and "demo uses its own corpus" in done.stderr + done.stdout
