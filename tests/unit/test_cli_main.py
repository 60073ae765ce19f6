"""The command line as a whole: help, errors, machines' answers, how it ends."""

import json
import re
import signal
import subprocess
import sys
import time
import tomllib
import types
from importlib import import_module
from pathlib import Path

import pytest
from network_makers import write_networks, write_portrait, write_speech

from mit_core import __version__
from mit_core.cli import doctor, inspect
from mit_core.cli.main import _parser, main

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ("animate", "preview", "inspect", "doctor", "studio")
STOPPED = "Commands: stopped by Ctrl-C or told to end"


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_has_an_example(command, capsys):
    assert main([*command, "--help"]) == 0
    said = capsys.readouterr().out
    assert re.search(rf"example:\n  mit {''.join(command)}", said)
    if not command:
        assert all(name in said for name in COMMANDS)


def test_help_is_there_at_once():
    code = (
        "import sys, time; begun = time.process_time()\n"
        "from mit_core.cli.main import main\n"
        "main(['animate', '--help'])\n"
        "heavy = {'torch', 'numpy', 'cv2', 'av', 'pandas', 'mediapipe', 'scipy', 'yaml', 'tqdm'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "print(time.process_time() - begun)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert float(done.stdout.split()[-1]) < 0.5


def test_the_version_is_told(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mit {__version__}\n"


def test_the_installed_command_is_this_one():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, name = project["scripts"]["mit"].partition(":")
    assert getattr(import_module(module), name).__module__ == "mit_core.cli.main"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "COMMAND"),
        (["anmate"], "choose from"),
        (["animate", "me.png"], "SPEECH"),
        (["animate", "me.png", "a.wav", "-o", "o.mp4", "--threads", "0"], "'0' is no whole number"),
        (["animate", "me.png", "a.wav", "-o", "o.mp4", "--device", "tpu"], "none of auto, cpu"),
        (["animate", "me.png", "a.wav", "-o", "o.mp4", "--thr", "2"], "unrecognized"),
        (["studio", "--port", "web"], "'web'"),
    ],
)
def test_a_line_that_makes_no_sense_is_told_in_one_sentence(words, said, capsys):
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert not out and err.startswith("Error: mit") and err.count("\n") == 1
    assert said in err and "--help' shows" in err


def test_machines_get_one_document_whatever_happens(tmp_path, capsys):
    for words, status in (
        (["inspect", str(tmp_path / "no.mp4")], 1),
        (["inspect", str(ROOT / "config.yaml")], 0),
        (["animate", str(tmp_path / "no.png"), "a.wav", "-o", "o.mp4"], 1),
        (["animate", "me.png"], 2),
    ):
        assert main([*words, "--json"]) == status
        out = capsys.readouterr().out
        told = json.loads(out)
        assert out.count("\n") == 1
        assert ("error" in told) == (status == 2 or words[0] == "animate")


def test_numbers_that_json_does_not_know_are_null(monkeypatch, capsys):
    answer = inspect.Answer(data={"r": float("nan"), "all": [1.0, (float("inf"),)]})
    monkeypatch.setattr(inspect, "run", lambda args: answer)
    assert main(["inspect", "x", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"r": None, "all": [1.0, [None]]}


def test_what_is_printed_on_the_way_does_not_spoil_the_document(monkeypatch, capsys):
    def talks(args):
        print("Loaded the voice encoder model")
        return doctor.Answer(["lines"], {"fine": True})

    monkeypatch.setattr(doctor, "run", talks)
    assert main(["doctor", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"fine": True} and "voice encoder" in err


def test_a_fault_of_the_program_is_one_sentence_and_debug_shows_where(monkeypatch, capsys):
    def falls(args):
        raise ZeroDivisionError("by nothing\nat all")

    monkeypatch.setattr(doctor, "run", falls)
    assert main(["doctor"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "Traceback" not in said
    assert "ZeroDivisionError: by nothing at all" in said and "--debug" in said
    assert main(["doctor", "--debug"]) == 1
    assert "in falls" in capsys.readouterr().err


def test_names_that_are_no_text_are_printed(capsys):
    assert main(["inspect", "/nowhere/\udcff.mp4"]) == 1
    assert "does not exist" in capsys.readouterr().out


def test_a_reader_that_has_enough_is_no_error():
    # more than a pipe holds, to a reader that is gone
    command = [sys.executable, "-m", "mit_core", "inspect", *["/nowhere/clip.mp4"] * 3000]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.read(10)
        process.stdout.close()
        said = process.stderr.read()
    assert not said and process.returncode == 1


def test_the_studio_is_served_where_it_is(monkeypatch, capsys):
    served = []
    studio = types.ModuleType("mit_core.studio")
    studio.serve = lambda results, *, host, port: served.append((results, host, port))
    monkeypatch.setitem(sys.modules, "mit_core.studio", studio)
    assert main(["studio", "--results", "mine", "--port", "0", "--json"]) == 0
    assert served == [("mine", "127.0.0.1", 0)]
    told = json.loads(capsys.readouterr().out)
    assert told == {"results": "mine", "host": "127.0.0.1", "port": 0}


@pytest.mark.parametrize(
    ("missing", "words"), [("mit_core.studio", "no studio yet"), ("flask", "package flask")]
)
def test_a_studio_that_is_not_there_is_an_error_with_a_next_step(
    monkeypatch, capsys, missing, words
):
    def absent(name):
        raise ModuleNotFoundError(name=missing)

    monkeypatch.setattr("mit_core.cli.studio.import_module", absent)
    assert main(["studio"]) == 1
    assert words in capsys.readouterr().err


@pytest.mark.survives(STOPPED)
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(signal.SIGINT, 130, id="ctrl-c"),
        pytest.param(signal.SIGTERM, 143, id="told to end", marks=pytest.mark.slow),
    ],
)
def test_stopped_while_it_draws_it_leaves_no_half_file(tmp_path, sent, status, survival):
    results = write_networks(tmp_path / "results", drawing=())
    portrait = write_portrait(tmp_path / "in" / "me.png", 512)
    speech = write_speech(tmp_path / "in" / "long.wav", 6)
    survival.watch(tmp_path)
    outputs = tmp_path / "out"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "mit_core", "animate", portrait, speech),
            *("-o", outputs / "talk.mp4", "--results", results, "--fps", "200", "--crf", "0"),
        ],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        # a test that runs in the background would pass on that Ctrl-C is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    until = time.monotonic() + 90
    while not any(outputs.glob(".*.part.mp4")):
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert process.returncode == status
    assert "Traceback" not in said
    if sent == signal.SIGINT:
        assert "Stopped" in said
    assert not list(outputs.iterdir())


def test_the_page_of_commands_names_every_option_and_no_other():
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    parser = _parser()
    commands = next(a for a in parser._actions if isinstance(a.choices, dict)).choices
    assert set(commands) == set(re.findall(r"`mit ([a-z]+)", page))
    options = {
        word
        for command in commands.values()
        for action in command._actions
        for word in action.option_strings
        if word.startswith("--")
    }
    assert options - {"--help"} == set(re.findall(r"--[a-z][a-z-]+", page)) - {"--help"}
