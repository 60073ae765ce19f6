"""``mit animate``: one video or a batch, and nothing that a user has is lost."""

import json
import shutil
from pathlib import Path

import av
import pytest
from network_makers import SPEAKERS, write_networks, write_portrait, write_speech

from mit_core.cli.main import main
from mit_core.corpus.catalogue import slug
from mit_core.media.video import SYNTHETIC_COMMENT, count_frames
from mit_core.rendering import film

OUTPUTS = "Commands: outputs that are there already, or are the inputs themselves"
BATCH = "Commands: bad files among many"
FAST = ("--renderer", "mesh_warp", "--fps", "5")


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Made-up networks, two portraits and two recordings."""
    folder = tmp_path_factory.mktemp("given")
    write_networks(folder / "results")
    for name in ("ann", "bob"):
        write_portrait(folder / "portraits" / f"{name}.png")
        write_speech(folder / "recordings" / f"{name} talks.wav", 1.0)
    return folder


def animate(given: Path, *words: object) -> int:
    return main(["animate", *map(str, words), "--results", str(given / "results")])


def test_a_portrait_says_a_recording(given, tmp_path, capsys):
    portrait, speech = given / "portraits" / "ann.png", given / "recordings" / "ann talks.wav"
    output = tmp_path / "new folder" / "ann.mp4"
    choices = ("--style", SPEAKERS[0], "--seed", 2, "--amp-lip-y", 1.5, "--mark", "synthetic")
    assert animate(given, portrait, speech, "-o", output, *FAST, *choices) == 0
    out, err = capsys.readouterr()
    assert out == f"{output}: 1.0 s\n" and "Error" not in err
    assert count_frames(output) == 5
    with av.open(output) as file:
        assert file.metadata["comment"].startswith(SYNTHETIC_COMMENT)
        assert file.streams.audio


def test_choices_reach_the_library(given, tmp_path, monkeypatch, capsys):
    seen = {}

    def watched(portrait, points, landmarks, fps, audio, output, settings, **more):
        seen.update(settings=settings, fps=fps, **more)
        Path(output).touch()
        return 5

    monkeypatch.setattr("mit_core.speaking.head.render_animation", watched)
    network = tmp_path / "mine.pt"
    shutil.copy(given / "results" / "models" / "refinement" / "default" / "best.pt", network)
    words = (given / "portraits" / "ann.png", given / "recordings" / "ann talks.wav")
    options = ("--checkpoint", network, "--renderer", "refinement", "--crf", 20, "--threads", 1)
    more = ("--background", "#102030", "--mark", "made", "--fps", 12.5, "--device", "cpu")
    assert animate(given, *words, "-o", tmp_path / "a.webm", *options, *more, "--json") == 0
    assert seen["settings"] == film.Settings("refinement", 20, "#102030", "webm", "made")
    assert (seen["fps"], seen["checkpoint"], seen["threads"]) == (12.5, network, 1)
    told = json.loads(capsys.readouterr().out)
    assert told["made"] == 1 and told["device"] == "cpu"


@pytest.mark.survives(BATCH)
def test_a_batch_goes_on_past_bad_files(given, tmp_path, capsys, survival):
    shutil.copytree(given / "portraits", tmp_path / "portraits")
    shutil.copytree(given / "recordings", tmp_path / "recordings")
    (tmp_path / "recordings" / "bob talks.wav").write_bytes(b"no sound")
    (tmp_path / "portraits" / "eve.png").write_bytes(b"no picture")
    survival.watch(tmp_path)
    survival.tried(4)
    outputs = tmp_path / "videos"
    folders = (tmp_path / "portraits", tmp_path / "recordings")
    assert animate(given, *folders, "-o", outputs, *FAST, "--json") == 1
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert (told["made"], told["kept"], told["failed"]) == (2, 0, 4)
    made = {Path(each["video"]).name for each in told["videos"] if each["status"] == "made"}
    assert made == {file.name for file in outputs.iterdir()} and len(made) == 2
    for each in told["videos"]:
        if each["status"] == "failed":
            bad = "eve.png" if "eve" in each["portrait"] else "bob talks.wav"
            assert bad in each["reason"]
    assert err.count("failed ") == 4 and err.count("made ") == 2
    # a second run makes what is missing, and keeps what is there
    survival.watch(outputs)
    write_speech(tmp_path / "recordings" / "carl talks.wav", 0.6)
    assert animate(given, *folders, "-o", outputs, *FAST) == 1
    said = capsys.readouterr().out
    assert "2 videos made" in said and "2 kept" in said and "5 failed" in said


@pytest.mark.survives(BATCH)
def test_a_fault_of_the_program_leaves_the_others_alone(given, tmp_path, monkeypatch, capsys):
    from mit_core.speaking.head import TalkingHead

    draw = TalkingHead.draw

    def falls(self, portrait, *arguments, **choices):
        if portrait.path.name == "ann.png":
            raise ZeroDivisionError("by nothing")
        return draw(self, portrait, *arguments, **choices)

    monkeypatch.setattr(TalkingHead, "draw", falls)
    speech = given / "recordings" / "ann talks.wav"
    assert animate(given, given / "portraits", speech, "-o", tmp_path, *FAST) == 1
    out, err = capsys.readouterr()
    assert "1 video made" in out and "1 failed" in out
    assert "ZeroDivisionError: by nothing" in err and "--debug" in err and "Traceback" not in err


@pytest.mark.survives(OUTPUTS)
def test_what_is_there_is_kept_unless_told(given, tmp_path, capsys, survival):
    portrait, speech = given / "portraits" / "ann.png", given / "recordings" / "ann talks.wav"
    output = tmp_path / "mine.mp4"
    output.write_bytes(b"my own")
    words = (portrait, speech, "-o", output, *FAST)
    assert animate(given, *words) == 1
    said = capsys.readouterr().err
    assert "--force" in said and said.count("\n") == 1
    assert output.read_bytes() == b"my own"
    assert animate(given, *words, "--force") == 0
    assert count_frames(output) == 5


@pytest.mark.survives(OUTPUTS)
def test_inputs_are_never_written_to_whatever_is_forced(given, tmp_path, capsys, survival):
    folder = tmp_path / "mixed"
    shutil.copytree(given / "portraits", folder)
    talk = folder / "talk.mp4"
    portrait = folder / "ann.png"
    assert animate(given, portrait, given / "recordings" / "ann talks.wav", "-o", talk, *FAST) == 0
    # what a second run in the same folder would call its video is an input of it
    shutil.copy(talk, folder / "ann--talk.mp4")
    link = tmp_path / "link.mp4"
    link.symlink_to(talk)
    survival.watch(folder)
    cases = [
        (portrait, talk, "-o", talk),
        (portrait, talk, "-o", link),
        (folder, folder, "-o", folder),
        (portrait, talk, "-o", tmp_path / "b.mp4", "--background", tmp_path / "b.mp4"),
    ]
    (tmp_path / "b.mp4").write_bytes(b"mine")
    survival.tried(len(cases))
    for words in cases:
        assert animate(given, *words, *FAST, "--force") == 1
        assert "never written to" in capsys.readouterr().err
    assert link.is_symlink() and (tmp_path / "b.mp4").read_bytes() == b"mine"


def test_a_name_without_an_ending_is_a_folder(given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    portrait, speech = given / "portraits/ann.png", given / "recordings/ann talks.wav"
    assert animate(given, portrait, speech, "-o", "vids", *FAST) == 0
    assert [path.name for path in (tmp_path / "vids").iterdir()] == [
        f"ann--{slug('ann talks')}.mp4"
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no.png", "SPEECH", "-o", "a.mp4"], "PORTRAIT: no.png does not exist"),
        (["PORTRAIT", "no.wav", "-o", "a.mp4"], "SPEECH: no.wav does not exist"),
        (["PORTRAIT", "SPEECH", "-o", "a.avi"], "let it end with .mp4"),
        (["PORTRAIT", "SPEECH", "-o", "a.mp4", "--container", "mov"], "a.mp4 is no .mov"),
        (["FOLDER", "SPEECH", "-o", "a.mp4"], "give a folder for them"),
        (["EMPTY", "SPEECH", "-o", "out"], "holds no"),
        (["PORTRAIT", "SPEECH", "-o", "a.mp4", "--style", "zoe"], "known: ada, bruno"),
        (["PORTRAIT", "SPEECH", "-o", "a.mp4", "--renderer", "translation"], "refinement"),
        (["PORTRAIT", "SPEECH", "-o", "a.mp4", "--run", "x"], "it has: default"),
        (["PORTRAIT", "SPEECH", "-o", "a.mp4", "--fps", "0"], "1 to 240"),
        (["PORTRAIT", "SPEECH", "-o", "a.mp4", "--detector", "adaptive_wing"], "weights"),
        (["PORTRAIT", "SPEECH", "-o", "a.mp4", "--results", "none"], "make demo"),
        (["PORTRAIT", "TEXT", "-o", "a.mp4"], "notes.wav"),
    ],
)
def test_mistakes_are_one_sentence_with_a_next_step(
    given, tmp_path, monkeypatch, capsys, words, said
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.wav").write_text("no sound")
    monkeypatch.chdir(tmp_path)
    places = {
        "PORTRAIT": given / "portraits" / "ann.png",
        "SPEECH": given / "recordings" / "ann talks.wav",
        "FOLDER": given / "portraits",
        "EMPTY": tmp_path / "empty",
        "TEXT": tmp_path / "notes.wav",
    }
    line = [str(places.get(word, word)) for word in words]
    results = [] if "--results" in line else ["--results", str(given / "results")]
    assert main(["animate", *line, *results]) == 1
    out, err = capsys.readouterr()
    assert not out and said in err and err.count("\n") == 1 and "Traceback" not in err
    assert not list(tmp_path.glob("*.mp4")) and not list(tmp_path.glob("out"))
