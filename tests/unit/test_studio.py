"""The studio's server: what it offers, makes, shows and keeps."""

import io
import re
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from PIL import Image
from studio_makers import (
    KILLED,
    STRANGERS,
    Visitor,
    asked,
    cartoon,
    finished,
    hum,
    ids,
    made_up_results,
    served,
)

from mit_core.errors import UserError
from mit_core.media.audio import write_wav
from mit_core.media.video import SYNTHETIC_COMMENT, count_frames
from mit_core.models.checkpoint import ContentCheckpoint
from mit_core.models.content import ContentBranch
from mit_core.models.speaker_aware import SpeakerAware
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint
from mit_core.studio.__main__ import main as command
from mit_core.studio.remembering import remembering
from mit_core.studio.store import Store

ROOT = Path(__file__).parents[2]


def test_portraits_and_speech_of_the_results_can_be_chosen(visitor):
    names = {each["name"]: each for each in visitor.media("portraits")}
    assert {"astronaut", "cartoon"} <= set(names)
    assert names["cartoon"]["placed"] and not names["astronaut"]["placed"]
    (speech,) = [s for s in visitor.media("speeches") if s["origin"] == "results"]
    assert speech["name"] == "a sentence" and speech["seconds"] == pytest.approx(1.2, abs=0.01)
    picture = visitor.get(f"media/portraits/{names['astronaut']['id']}")
    assert Image.open(io.BytesIO(picture.body)).size == tuple(names["astronaut"]["size"])


def test_it_offers_what_the_networks_can(visitor):
    start = visitor.get("api/start").json
    assert start["styles"] == ["ann", "bob"] and start["renderers"] == ["auto", "mesh_warp"]
    assert start["usual"]["amp_lip_y"] == 1 and start["usual"]["head_motion"] == "learned"
    assert start["usual"]["mark"] is True


def preview(visitor, **choices) -> np.ndarray:
    reply = visitor.ask("POST", "api/preview", json=asked(visitor, **choices))
    assert reply.status == 200, reply.body
    assert float(reply.headers["x-fps"]) == 25
    points = np.frombuffer(reply.body, "<f4").reshape(-1, 68, 2)
    assert len(points) == int(reply.headers["x-frames"]) == 30
    return points


def test_a_preview_moves_the_landmarks_by_the_choices(visitor):
    still = {"head_motion": "none", "blinks": "none"}
    usual, wider = preview(visitor, **still), preview(visitor, **still, amp_lip_y=3)
    moved = [np.ptp(points[:, 66, 1]) for points in (usual, wider)]
    assert 0 < moved[0] < moved[1]
    np.testing.assert_allclose(np.ptp(usual[:, 27:36], axis=0), 0, atol=0.05)
    assert np.ptp(preview(visitor, blinks="none")[:, 0, 0]) > 0.1  # the head moves as learned
    seeds = [preview(visitor, head_motion="natural", seed=seed) for seed in (1, 1, 2)]
    assert np.array_equal(seeds[0], seeds[1]) and not np.array_equal(seeds[0], seeds[2])


def test_a_slider_asks_no_network_again(studio, visitor, monkeypatch):
    first = preview(visitor, amp_pos=0.5)

    def asked_again(self, *arguments):
        raise AssertionError("the network was asked again")

    for kind in (ContentCheckpoint, SpeakerCheckpoint):
        monkeypatch.setattr(kind, "predict", asked_again)
    for network in (ContentBranch, SpeakerAware):
        monkeypatch.setattr(network, "forward", asked_again)
    assert not np.array_equal(preview(visitor, amp_pos=0.6), first)
    np.testing.assert_array_equal(preview(visitor, amp_pos=0.5), first)


def test_networks_remember_what_they_were_asked():
    asked = []

    def predict(features, face=None):
        asked.append(face)
        return features * 2

    made = remembering(SimpleNamespace(predict=predict))
    one, two = np.ones(3), np.full(3, 2.0)
    answer = made.predict(one)
    answer[0] = 9
    np.testing.assert_array_equal(made.predict(one.copy()), 2 * one)
    assert len(asked) == 1
    np.testing.assert_array_equal(made.predict(two), 2 * two)
    made.predict(one, face=two)
    made.predict(one, face=one)
    assert len(asked) == 4
    for number in range(9):
        made.predict(np.full(3, float(number)))
    made.predict(one, face=two)
    assert len(asked) == 4 + 9 + 1  # the oldest was forgotten


@pytest.mark.survives(STRANGERS)
@pytest.mark.parametrize(
    "choice",
    [
        {"style": "/etc/passwd"},
        {"style": "eve"},
        {"renderer": "translation"},
        {"amp_lip_y": 99},
        {"amp_lip_y": "2"},
        {"amp_pos": float("nan")},
        {"seed": 0.5},
        {"seed": 10**400},
        {"seed": True},
        {"mark": "synthetic"},
        {"mark": 1},
        {"background": "/etc/passwd"},
        {"blinks": ["none"]},
    ],
)
def test_only_what_is_offered_can_be_chosen(visitor, choice):
    reply = visitor.ask("POST", "api/preview", json=asked(visitor, **choice))
    assert (reply.status, reply.code) == (422, "choices")
    assert visitor.ask("POST", "api/renders", json=asked(visitor, **choice)).status == 422


def test_a_render_is_made_kept_and_deleted(studio, visitor):
    question = asked(visitor, seed=7, renderer="mesh_warp", mark=False)
    id_ = visitor.ask("POST", "api/renders", json=question).json["id"]
    record = finished(visitor, id_)
    assert record["choices"]["seed"] == 7 and record["portrait"]["name"] == "astronaut"
    assert record["seconds"] == pytest.approx(1.2)
    video = studio.results / f"studio/renders/{id_}/video.mp4"
    assert count_frames(video) == 30 and record["bytes"] == video.stat().st_size
    with av.open(video) as film:
        assert film.metadata["comment"].startswith(SYNTHETIC_COMMENT)
    played = visitor.get(f"media/renders/{id_}", {"range": "bytes=0-99"})
    assert played.status == 206 and played.body == video.read_bytes()[:100]
    given = visitor.get(f"media/renders/{id_}?download")
    assert "astronaut--a%20sentence.mp4" in given.headers["content-disposition"]
    assert visitor.ask("DELETE", f"api/renders/{id_}").status == 204
    assert not video.parent.exists()
    assert visitor.get(f"media/renders/{id_}").status == 404


def test_the_mark_is_in_the_picture_unless_it_was_switched_off(studio, visitor):
    paths = []
    for choices in ({}, {"mark": False}):
        question = asked(visitor, renderer="mesh_warp", **choices)
        id_ = visitor.ask("POST", "api/renders", json=question).json["id"]
        finished(visitor, id_)
        paths.append(studio.results / f"studio/renders/{id_}/video.mp4")
    frames = []
    for path in paths:
        with av.open(path) as film:
            frames.append(next(film.decode(video=0)).to_ndarray(format="rgb24").astype(int))
    differ = np.abs(frames[0] - frames[1]).max(axis=2) > 60
    assert differ.sum() > 50 and not differ[: differ.shape[0] // 2].any()


def test_progress_is_told_and_a_render_can_be_stopped(studio, visitor, tmp_path):
    question = asked(visitor)
    write_wav(tmp_path / "long.wav", hum(20))
    speech = visitor.give("speeches", (tmp_path / "long.wav").read_bytes(), "long.wav").json
    question["speech"] = speech["id"]
    first, second = (visitor.ask("POST", "api/renders", json=question).json["id"] for _ in range(2))
    assert visitor.ask("POST", f"api/renders/{second}/stop").status == 204
    end = time.monotonic() + 60
    while time.monotonic() < end:
        jobs = {job["id"]: job for job in visitor.get("api/renders").json["jobs"]}
        if jobs[first]["done"] > 5 and jobs[first]["left"] is not None:
            break
        time.sleep(0.02)
    assert jobs[first]["state"] == "drawing" and jobs[first]["total"] == 500
    assert 0 < jobs[first]["left"] < 600 and jobs[second]["state"] == "stopped"
    assert visitor.ask("POST", f"api/renders/{first}/stop").status == 204
    while jobs[first]["state"] != "stopped":
        assert time.monotonic() < end
        jobs = {job["id"]: job for job in visitor.get("api/renders").json["jobs"]}
        time.sleep(0.02)
    left = [studio.results / "studio/renders" / id_ for id_ in (first, second)]
    assert not any(folder.exists() for folder in left)
    for id_ in (first, second):
        assert visitor.ask("POST", f"api/renders/{id_}/stop").code == "not_running"
        assert visitor.ask("DELETE", f"api/renders/{id_}").status == 204
    assert visitor.get("api/renders").json["jobs"] == []
    assert visitor.ask("DELETE", f"api/speeches/{speech['id']}").status == 204


def test_tables_and_curves_of_the_run_are_shown(studio, visitor):
    assert visitor.get("api/results").json["parts"] == {}
    corpus = studio.results / "corpus"
    corpus.mkdir()
    (corpus / "funnel.tsv").write_text(
        "stage\titems_in\titems_out\tseconds_in\tseconds_out\nintake\t3\t2\t30\t20\n"
    )
    history = studio.results / "models/content/default/history.csv"
    history.write_text("step,train_loss,val_loss\n1,2,3\n2,1,2\n")
    told = visitor.get("api/results").json
    assert told["parts"]["funnel"]["table"]["rows"][0][:3] == ["intake", "3", "2"]
    assert [run["name"] for run in told["runs"]] == ["content: default"]
    charts = [*told["parts"]["funnel"]["charts"], *told["runs"][0]["charts"]]
    assert len(charts) == 3
    for chart in charts:
        assert chart.startswith("<svg") and not re.search(r"<style|\sstyle=|<script", chart)
    history.write_text("step,train_loss\n1,2\n")
    going = studio.results / "models/refinement/fine/work/history.csv"
    going.parent.mkdir(parents=True)
    going.write_text("step,train_loss\n1,2\n")
    runs = visitor.get("api/results").json["runs"]
    assert [run["name"] for run in runs] == ["content: default", "refinement: fine"]
    assert len(runs[0]["table"]["rows"]) == 1


def test_the_report_may_run_its_own_script_and_ask_for_nothing(studio, visitor):
    assert visitor.get("results/report.html").status == 404
    report = studio.results / "report.html"
    report.write_text("<html><style>p {}</style><script>\nlet a;\n</script></html>")
    video = studio.results / "animations/a--b.mp4"
    video.parent.mkdir()
    video.write_bytes(b"film")
    reply = visitor.get("results/report.html")
    policy = reply.headers["content-security-policy"]
    assert "script-src 'sha256-" in policy and "connect-src" not in policy
    assert "default-src 'none'" in policy and b"let a" in reply.body
    assert visitor.get("results/animations/a--b.mp4").body == b"film"
    assert visitor.get("results/animations/c.mp4").status == 404


def test_what_is_gone_from_the_folder_is_gone(studio, visitor):
    id_ = visitor.give("portraits", cartoon(), "cartoon.png").json["id"]
    (studio.results / f"studio/portraits/{id_}/portrait.png").unlink()
    reply = visitor.get(f"media/portraits/{id_}")
    assert (reply.status, reply.code) == (404, "gone")
    (studio.results / f"studio/portraits/{id_}/upload.json").unlink()
    broken = studio.results / "studio/renders/2222222222222222"
    broken.mkdir()
    (broken / "render.json").write_text('{"when": 1}')
    history = visitor.get("api/renders").json["history"]
    assert "2222222222222222" not in {record["id"] for record in history}
    assert visitor.get("media/renders/2222222222222222").status == 404


def test_one_studio_at_a_time_has_a_folder(studio):
    with pytest.raises(UserError, match="another studio is open"):
        Store(studio.results)


def test_a_folder_that_cannot_be_written_is_told_as_such(tmp_path):
    (tmp_path / "studio").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="nothing can be written"):
        Store(tmp_path)


@pytest.mark.survives(KILLED)
def test_after_a_kill_the_history_is_whole_and_halves_are_gone(tmp_path, survival):
    survival.tried(3)
    results = made_up_results(tmp_path / "results")
    with served(results) as running:
        id_ = running.visitor.ask("POST", "api/renders", json=asked(running.visitor)).json["id"]
        finished(running.visitor, id_)
        running.visitor.give("portraits", cartoon(), "cartoon.png")
    survival.watch(results / "demo_media")
    survival.watch(results / "studio/renders")
    survival.watch(results / "studio/portraits")
    half = results / "studio/renders/0000000000000000/.video.x.part.mp4"
    upload = results / "studio/portraits/1111111111111111/portrait.png"
    incoming = results / "studio/incoming/body"
    for path in (half, upload, incoming):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    with served(results) as running:
        told = running.visitor.get("api/renders").json
        assert [record["id"] for record in told["history"]] == [id_] and told["jobs"] == []
        assert next(p["name"] for p in running.visitor.media("portraits")) == "cartoon.png"
    assert not half.parent.exists() and not upload.parent.exists() and not incoming.exists()


def test_nothing_but_its_own_folder_is_written(studio):
    lying = {path.name for path in studio.results.iterdir()}
    assert lying <= {"models", "demo_media", "studio", "corpus", "report.html", "animations"}


def test_the_pages_files_are_packed_with_it():
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    own = [*packed["package-data"]["*"], *packed["package-data"]["mit_core.studio"]]
    folder = ROOT / "mit_core/studio"
    there = {path for pattern in own for path in folder.glob(pattern)}
    needed = {p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")}
    assert needed and needed <= there


def said(monkeypatch, capsys, *arguments) -> str:
    """What the command says when it fails."""
    monkeypatch.setattr(sys, "argv", ["studio", *map(str, arguments)])
    assert command() == 1
    return capsys.readouterr().err


def test_without_networks_it_says_so(tmp_path, monkeypatch, capsys):
    error = said(monkeypatch, capsys, tmp_path, "--port", 0)
    assert "Error:" in error and "no trained networks" in error
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_named(tmp_path, monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port}" in said(monkeypatch, capsys, tmp_path, "--port", port)


@pytest.mark.survives(KILLED)
def test_a_server_that_is_killed_while_it_renders_keeps_its_history(tmp_path, survival):
    results = made_up_results(tmp_path / "results")
    write_wav(results / "demo_media/b_long_one.wav", hum(60))
    survival.watch(results / "demo_media")
    line = [sys.executable, "-m", "mit_core.studio", str(results), "--port", "0"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as server:
        visitor = Visitor(re.search(r"http://\S+", server.stdout.readline())[0])
        visitor.token = visitor.get("api/start").json["token"]
        short = asked(visitor)
        kept = visitor.ask("POST", "api/renders", json=short).json["id"]
        finished(visitor, kept)
        survival.watch(results / "studio/renders")
        long = short | {"speech": ids(visitor, "speeches")[1]}
        lost = visitor.ask("POST", "api/renders", json=long).json["id"]
        end = time.monotonic() + 60
        while (job := visitor.get("api/renders").json["jobs"][0])["done"] < 10:
            assert time.monotonic() < end and job["state"] in ("waiting", "drawing"), job
            time.sleep(0.02)
        server.kill()
    assert (results / "studio/renders" / lost).is_dir()
    with served(results) as running:
        told = running.visitor.get("api/renders").json
        assert [record["id"] for record in told["history"]] == [kept] and told["jobs"] == []
        assert running.visitor.get(f"media/renders/{kept}").status == 200
    assert not (results / "studio/renders" / lost).exists()


@pytest.mark.survives(STRANGERS)
def test_another_host_is_said_to_be_open(tmp_path, capsys):
    with served(made_up_results(tmp_path / "results"), host="0.0.0.0") as running:
        visitor = running.visitor
        assert visitor.get("api/start").json["local"] is False
        assert visitor.get("", {"host": socket.gethostname()}).status == 200
        assert visitor.get("", {"host": "evil.example"}).status == 421
    told = capsys.readouterr().err
    assert "0.0.0.0" in told and "no password" in told
