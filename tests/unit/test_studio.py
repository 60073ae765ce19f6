"""The studio's server: what it takes, gives and refuses."""

import http.client
import io
import json
import re
import socket
import subprocess
import sys
import time
import tomllib
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import av
import numpy as np
import pytest
from PIL import Image
from studio_makers import UPLOAD_BYTES, Served, Visitor, cartoon, hum, made_up_results, png, served

from mit_core.demo.cartoon import cartoon_landmarks
from mit_core.errors import ClipError, UserError
from mit_core.faces.landmark_table import read_landmark_table
from mit_core.faces.puppet_beside import is_puppet
from mit_core.faces.puppet_files import read_puppet
from mit_core.media.audio import read_audio, write_wav
from mit_core.media.video import SYNTHETIC_COMMENT, count_frames
from mit_core.models.checkpoint import ContentCheckpoint
from mit_core.models.content import ContentBranch
from mit_core.models.speaker_aware import SpeakerAware
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint
from mit_core.studio.__main__ import main as command
from mit_core.studio.remembering import remembering
from mit_core.studio.replies import RefusalError, reply_of, without_paths
from mit_core.studio.store import Store
from mit_core.studio.uploads import LONGEST_SIDE, shown_name

ROOT = Path(__file__).parents[2]
STRANGERS = "Strangers' files and requests: the studio's page"
KILLED = "A studio that is killed while it renders or takes a file"


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    with served(made_up_results(tmp_path_factory.mktemp("results"))) as running:
        yield running


@pytest.fixture
def visitor(studio: Served):
    return studio.visitor


def ids(visitor, kind: str, origin: str = "results") -> list[str]:
    return [each["id"] for each in visitor.media(kind) if each["origin"] == origin]


def finished(visitor, id_: str, seconds: float = 60) -> dict:
    """The record of a render, once it is done."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        told = visitor.get("api/renders").json
        for record in told["history"]:
            if record["id"] == id_:
                return record
        failed = [j for j in told["jobs"] if j["id"] == id_ and j["state"] in ("failed", "stopped")]
        assert not failed, failed
        time.sleep(0.05)
    raise AssertionError("the render never ended")


def asked(visitor, **choices) -> dict:
    portrait, speech = ids(visitor, "portraits")[0], ids(visitor, "speeches")[0]
    return {"portrait": portrait, "speech": speech, "choices": choices}


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


def test_a_portrait_is_kept_upright_without_metadata_and_of_a_bearable_size(studio, visitor):
    image = Image.fromarray(np.full((200, 3000, 3), 128, np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    exif[0x010E] = "taken at home"
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    told = visitor.give("portraits", file.getvalue(), "..%2F..%2Fme.jpg").json
    assert told["name"] == "me.jpg" and told["origin"] == "upload"
    assert told["original"] == [200, 3000]
    assert told["size"] == [round(200 * LONGEST_SIDE / 3000), LONGEST_SIDE]
    (kept,) = (studio.results / "studio/portraits" / told["id"]).glob("*.png")
    with Image.open(kept) as picture:
        assert list(picture.size) == told["size"] and not picture.getexif()
    assert visitor.ask("DELETE", f"api/portraits/{told['id']}").status == 204
    assert not kept.parent.exists()


def test_speech_of_a_browsers_recorder_is_taken(studio, visitor, tmp_path):
    path = tmp_path / "recorded.webm"
    with av.open(path, "w") as film:
        stream = film.add_stream("libopus", rate=48_000, layout="mono")
        sound = (hum(1.5, 48_000) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(sound[None], "s16", "mono")
        frame.sample_rate = 48_000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            film.mux(packet)
    told = visitor.give("speeches", path.read_bytes(), "Recording, 10:15").json
    assert told["seconds"] == pytest.approx(1.5, abs=0.05)
    heard = visitor.get(f"media/speeches/{told['id']}")
    assert heard.headers["content-type"] in ("audio/x-wav", "audio/wav")
    (tmp_path / "heard.wav").write_bytes(heard.body)
    assert np.abs(read_audio(tmp_path / "heard.wav")).max() > 0.1
    question = asked(visitor) | {"speech": told["id"]}
    assert visitor.ask("POST", f"api/speeches/{told['id']}/analyse").json == {"ready": True}
    assert visitor.ask("POST", "api/preview", json=question).status == 200
    assert visitor.ask("DELETE", f"api/speeches/{told['id']}").status == 204


TEXT = b"Dear diary, this is no picture.\n" * 20


@pytest.mark.survives(STRANGERS)
@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("portraits", b"", "empty"),
        ("portraits", TEXT, "not_picture"),
        ("portraits", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_picture"),
        ("portraits", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n" + TEXT, "not_picture"),
        ("portraits", cartoon()[:2000], "not_picture"),
        ("portraits", png(np.zeros((20, 500, 3), np.uint8)), "too_few_pixels"),
        ("speeches", b"", "empty"),
        ("speeches", TEXT, "clip.not_media"),
        ("speeches", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", "clip.not_media"),
        ("speeches", cartoon(), "clip.no_audio"),
    ],
)
def test_what_is_no_picture_or_speech_is_refused_in_words(studio, visitor, kind, data, code):
    reply = visitor.give(kind, data, "holiday.png")
    assert (reply.status, reply.code) == (422, code)
    assert "holiday.png" in reply.json["error"]["text"] or code == "empty"
    assert str(studio.results) not in reply.body.decode()
    assert not list((studio.results / "studio/incoming").iterdir())
    assert ids(visitor, kind, "upload") == []


@pytest.mark.survives(STRANGERS)
def test_pictures_that_claim_to_be_enormous_are_refused(visitor):
    data = bytearray(png(np.zeros((100, 100, 3), np.uint8)))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    reply = visitor.give("portraits", bytes(data), "big.png")
    assert reply.code in ("too_many_pixels", "not_picture") and reply.status == 422


@pytest.mark.survives(STRANGERS)
@pytest.mark.parametrize(("sound", "code"), [(hum(0.3), "too_short"), (np.zeros(32_000), "silent")])
def test_speech_that_says_nothing_is_refused(visitor, tmp_path, sound, code):
    write_wav(tmp_path / "sound.wav", sound)
    reply = visitor.give("speeches", (tmp_path / "sound.wav").read_bytes(), "sound.wav")
    assert (reply.status, reply.code) == (422, code)


@pytest.mark.survives(STRANGERS)
def test_an_upload_that_is_too_large_is_stopped_on_its_way(studio, visitor, survival):
    survival.tried(2)
    place = urlsplit(visitor.place)
    # what it says to be
    told = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    told.putrequest("POST", "/api/portraits")
    told.putheader("content-length", str(10**12))
    told.putheader("x-studio-token", visitor.token)
    told.endheaders()
    reply = told.getresponse()
    assert reply.status == 413 and json.loads(reply.read())["error"]["code"] == "too_large"
    told.close()

    # what it is, without saying so
    def blocks():
        for _ in range(UPLOAD_BYTES // 10_000 + 50):
            yield bytes(10_000)

    silent = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    headers = {"x-studio-token": visitor.token, "transfer-encoding": "chunked"}
    try:
        silent.request("POST", "/api/portraits", blocks(), headers, encode_chunked=True)
        assert silent.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # it had stopped listening
    silent.close()
    end = time.monotonic() + 10
    while list((studio.results / "studio/incoming").iterdir()):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.survives(STRANGERS)
def test_an_upload_that_breaks_off_leaves_nothing(studio, visitor):
    place = urlsplit(visitor.place)
    with socket.create_connection((place.hostname, place.port)) as line:
        line.sendall(
            f"POST /api/portraits HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-length: 50000\r\n"
            f"x-studio-token: {visitor.token}\r\n\r\n".encode()
            + bytes(20_000)
        )
        time.sleep(0.2)
    end = time.monotonic() + 10
    while list((studio.results / "studio/incoming").iterdir()):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert ids(visitor, "portraits", "upload") == []


@pytest.mark.survives(STRANGERS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "evil.example:8765"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"x-studio-token": ""}, 403),
        ({"x-studio-token": "guessed"}, 403),
    ],
)
def test_other_sites_change_nothing(visitor, headers, status):
    reply = visitor.ask("POST", "api/renders", json=asked(visitor), headers=headers)
    assert reply.status == status
    assert visitor.get("api/renders").json["jobs"] == []


@pytest.mark.survives(STRANGERS)
def test_other_sites_see_nothing(visitor, survival):
    tried = [({"host": "evil.example"}, 421), ({"sec-fetch-site": "cross-site"}, 403)]
    survival.tried(2 * len(tried))
    for headers, status in tried:
        assert visitor.get("api/start", headers).status == status
        picture = f"media/portraits/{ids(visitor, 'portraits')[0]}"
        assert visitor.get(picture, headers).status == status
    # but a link may lead here, and a tunnel may have another port
    assert visitor.get("", {"sec-fetch-site": "cross-site"}).status == 200
    for host in ("localhost:9000", "127.0.0.1", "[::1]:80"):
        assert visitor.get("", {"host": host}).status == 200


def test_every_answer_says_what_a_browser_may_do_with_it(visitor):
    portrait = ids(visitor, "portraits")[0]
    paths = ["", "api/start", "static/studio.js", f"media/portraits/{portrait}", "nothing/here"]
    for path in paths:
        headers = visitor.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["content-type"]
    assert visitor.get("static/studio.js").headers["content-type"].startswith("text/javascript")


@pytest.mark.survives(STRANGERS)
@pytest.mark.parametrize(
    "path",
    [
        "static/../app.py",
        "static/%2e%2e%2fapp.py",
        "static/index.html",
        "words/..%2fwords_en",
        "media/portraits/..%2f..%2fmodels",
        "media/renders/..",
        "media/speeches/%00",
        "results/models/content/default/best.pt",
        "results/../results/studio",
        "results/%2fetc%2fpasswd",
        "api/portraits/0123456789abcdef/landmarks",
    ],
)
def test_paths_lead_nowhere(visitor, path):
    assert visitor.get(path).status == 404


def test_no_answer_holds_a_path(studio, visitor):
    portrait, speech = ids(visitor, "portraits")[0], ids(visitor, "speeches")[0]
    told = [
        visitor.get(path).body.decode()
        for path in ("", "api/start", "api/media", "api/renders", "api/results", "words/en")
    ]
    told.append(visitor.get(f"api/portraits/{portrait}/landmarks").body.decode())
    told.append(visitor.ask("POST", f"api/speeches/{speech}/analyse").body.decode())
    for text in told:
        assert str(studio.results) not in text and str(Path.cwd()) not in text


def test_the_librarys_sentences_lose_their_paths():
    path = Path("/srv/a b/results/studio/portraits/0123/portrait.png")
    error = UserError(f"{path}: no face, put {path.with_suffix('.tsv')} beside it (a/b, 3 x/s).")
    told = reply_of(error, {path: "me.png"})["text"]
    assert told.startswith("me.png: no face") and "/srv" not in told and "0123" not in told
    assert without_paths("see /home/x/y.tsv, line 3: /etc/hosts.") == "see y.tsv, line 3: hosts."
    assert reply_of(ClipError("no_audio", "x"), {path: "me.png"})["values"] == {"name": "me.png"}
    assert reply_of(RefusalError("empty"))["code"] == "empty"


def test_names_are_shown_and_nothing_else():
    assert shown_name("C:\\Users\\me\\face.png", "x") == "face.png"
    assert shown_name("../../etc/passwd", "x") == "passwd"
    assert shown_name("a\x00b\n\u202ec.png", "x") == "abc.png"
    assert shown_name("///", "portrait") == "portrait"
    assert len(shown_name("x" * 999, "x")) == 120


def test_landmarks_are_placed_on_a_drawing_that_no_detector_reads(studio, visitor):
    drawing = png(np.full((300, 400, 3), 220, np.uint8))
    given = visitor.give("portraits", drawing, "doodle.png").json
    address = f"api/portraits/{given['id']}/landmarks"
    found = visitor.get(address)
    assert (found.status, found.code) == (422, "no_face")
    assert "doodle.png" in found.json["error"]["text"]
    assert visitor.get(f"{address}?detected").code == "no_face"
    standard = np.array(visitor.get(f"{address}?standard").json["points"])
    assert (standard > 0).all() and (standard < (400, 300)).all()
    assert np.ptp(standard[:, 1]) == pytest.approx(0.6 * 300, abs=1)
    for wrong, code in (
        (standard[:5].tolist(), "points"),
        ("face", "points"),
        ([[None, 1]] * 68, "points"),
        ([[10**400, 1]] * 68, "points"),
        ((standard + 300).tolist(), "points_outside"),
    ):
        assert visitor.ask("PUT", address, json=wrong).code == code
    placed = standard + np.array([20, 10])
    told = visitor.ask("PUT", address, json=placed.tolist()).json
    assert told["id"] == given["id"] and told["placed"]
    beside = studio.results / f"studio/portraits/{given['id']}/portrait.landmarks.tsv"
    np.testing.assert_allclose(read_landmark_table(beside)[:, :2], placed, atol=1e-3)
    np.testing.assert_allclose(visitor.get(address).json["points"], placed, atol=1e-3)
    question = asked(visitor) | {"portrait": given["id"]}
    assert visitor.ask("POST", "api/preview", json=question).status == 200
    visitor.ask("DELETE", f"api/portraits/{given['id']}")


@pytest.mark.survives(STRANGERS)
def test_points_that_make_no_face_are_told_by_name(studio, visitor):
    given = visitor.give("portraits", cartoon(), "knot.png").json
    address = f"api/portraits/{given['id']}/landmarks"
    visitor.ask("PUT", address, json=[[100.0, 100.0]] * 68)
    question = asked(visitor) | {"portrait": given["id"]}
    refused = [
        visitor.ask("POST", "api/preview", json=question),
        visitor.get(f"api/portraits/{given['id']}/puppet.zip"),
    ]
    id_ = visitor.ask("POST", "api/renders", json=question).json["id"]
    end = time.monotonic() + 30
    while (job := visitor.get("api/renders").json["jobs"][-1])["state"] != "failed":
        assert time.monotonic() < end and job["id"] == id_
        time.sleep(0.05)
    for told in (*(reply.json["error"] for reply in refused), job["error"]):
        assert told["text"] and "/" not in told["text"] and told["code"] != "inside"
    assert not (studio.results / "studio/renders" / id_).exists()
    visitor.ask("DELETE", f"api/renders/{id_}")
    visitor.ask("DELETE", f"api/portraits/{given['id']}")


def test_the_table_is_given_in_the_pixels_of_the_picture_that_was_given(visitor, tmp_path):
    large = np.asarray(Image.open(io.BytesIO(cartoon())).resize((1920, 1920)))
    given = visitor.give("portraits", png(large), "köpfe.png").json
    assert given["size"] == [LONGEST_SIDE, LONGEST_SIDE]
    placed = cartoon_landmarks() * LONGEST_SIDE / 480
    visitor.ask("PUT", f"api/portraits/{given['id']}/landmarks", json=placed.tolist())
    reply = visitor.get(f"api/portraits/{given['id']}/landmarks.tsv")
    assert "k%C3%B6pfe.landmarks.tsv" in reply.headers["content-disposition"]
    (tmp_path / "table.tsv").write_bytes(reply.body)
    table = read_landmark_table(tmp_path / "table.tsv")[:, :2]
    np.testing.assert_allclose(table, cartoon_landmarks() * 4, atol=0.01)
    visitor.ask("DELETE", f"api/portraits/{given['id']}")


def test_a_puppet_is_given_in_makeittalks_form(visitor, tmp_path):
    given = visitor.give("portraits", cartoon(), "../my toon!.png").json
    points = cartoon_landmarks().tolist()
    visitor.ask("PUT", f"api/portraits/{given['id']}/landmarks", json=points)
    reply = visitor.get(f"api/portraits/{given['id']}/puppet.zip")
    assert "my_toon.zip" in reply.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(reply.body)) as files:
        assert all(name.startswith("my_toon/my_toon") for name in files.namelist())
        files.extractall(tmp_path)
    picture = tmp_path / "my_toon/my_toon.png"
    assert is_puppet(picture)
    np.testing.assert_allclose(read_puppet(picture, 480, 480).open, points, atol=1e-3)
    visitor.ask("DELETE", f"api/portraits/{given['id']}")


def test_pictures_of_the_results_are_left_as_they_are(studio, visitor, survival):
    survival.watch(studio.results / "demo_media")
    portrait = next(p for p in visitor.media("portraits") if p["name"] == "astronaut")
    points = visitor.get(f"api/portraits/{portrait['id']}/landmarks").json["points"]
    own = visitor.ask("PUT", f"api/portraits/{portrait['id']}/landmarks", json=points).json
    assert own["origin"] == "upload" and own["id"] != portrait["id"] and own["placed"]
    assert visitor.ask("DELETE", f"api/portraits/{portrait['id']}").code == "not_yours"
    # placed anew, and found as before
    address = f"api/portraits/{own['id']}/landmarks"
    visitor.ask("PUT", address, json=(np.array(points) + 5).tolist())
    np.testing.assert_allclose(visitor.get(address).json["points"], np.array(points) + 5, atol=1e-3)
    np.testing.assert_allclose(visitor.get(f"{address}?detected").json["points"], points, atol=0.5)
    visitor.ask("DELETE", f"api/portraits/{own['id']}")


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
