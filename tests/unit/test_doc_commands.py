"""Every command of the documents exists as it is written, and Python's page runs as it stands.

What a word of another program's is cannot be checked: such a program must be in ``OF_OTHERS``. That
the commands also do what they say is shown by ``workflow/test_documented_commands.py``.
"""

import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from documents import BLOCK, DOCUMENTS, ROOT, Shell, shell_of
from snakemake.cli import get_argument_parser

from docs.tools.smk import read_rules
from mit_core.cli.arguments import UsageError
from mit_core.cli.main import parser
from mit_core.media.image import write_image

OF_OTHERS = ("tensorboard", "pip", "pytest", "cat")
SUFFIXES = {"json", "py", "tsv", "wav", "yaml", "html"}  # of files that are named as sections are


def check_command(command: str, shell: Shell) -> None:
    """Raise where a command does not exist as it is written."""
    words = shlex.split(command, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        words = words[1:]
    if not words:
        return
    program = Path(words[0]).name
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        for target in (word for word in words[1:] if "=" not in word):
            assert re.search(rf"^{re.escape(target)}:", makefile, re.M), f"no target {target}"
    elif program == "snakemake":
        check_snakemake(words[1:], shell)
    elif program == "python":
        check_python(words[1:])
    elif program == "mit":
        check_mit([word for word in words[1:] if word != "..."])
    else:
        assert program in OF_OTHERS, f"{program}: say in this test how it is checked"
        assert shutil.which(program) or (Path(sys.executable).parent / program).is_file()
        check_paths(words[1:] if program == "pytest" else [])


def check_snakemake(words: list[str], shell: Shell) -> None:
    parser = get_argument_parser()
    try:
        asked = parser.parse_args(words)
    except SystemExit:
        raise AssertionError(f"snakemake takes no {words}") from None
    rules = {rule.name for rule in read_rules()}
    targets = {Path(target).name for target in asked.targets} - rules
    assert not {name for name in targets if not Path(name).suffix}, f"no rules {targets}"
    assert set(asked.forcerun or ()) <= rules
    for profile in filter(None, [asked.workflow_profile]):
        assert (ROOT / profile / "config.yaml").is_file(), f"no profile {profile}"
    known = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    for name in map(str, asked.configfile or ()):
        assert (ROOT / name).is_file() or name in shell.files or name == "my.yaml", f"no {name}"
    for key in asked.config or ():
        assert key.partition("=")[0] in known


def check_mit(words: list[str]) -> None:
    try:  # a command that is only named is asked for its help
        parser().parse_args(words if len(words) > 1 else [*words, "--help"])
    except UsageError as error:
        raise AssertionError(str(error)) from None
    except SystemExit as ended:
        assert not ended.code


def check_python(words: list[str]) -> None:
    if words[0] == "-c":
        compile(words[1], "command", "exec")
        return
    assert words[0] == "-m", "scripts are not run by their path"
    assert importlib.util.find_spec(words[1]) is not None, f"no module {words[1]}"
    if words[1] == "pytest":
        check_paths(words[2:])
    elif words[1] == "mit_core":
        check_mit(words[2:])
    elif words[1] == "benchmarks":
        source = (ROOT / "benchmarks" / "__main__.py").read_text(encoding="utf-8")
        for part in words[2:]:
            assert f'"{part}": (' in source, f"no benchmark {part}"


def check_paths(words: list[str]) -> None:
    for word in words:
        before, brace, rest = word.partition("{")
        inside, _, after = rest.partition("}")
        for each in [f"{before}{part}{after}" for part in inside.split(",")] if brace else [word]:
            assert "/" not in each or (ROOT / each).exists(), f"no {each}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_exist_as_they_are_written(document: Path) -> None:
    shell = shell_of(document)
    wrong = []
    for command in shell.commands:
        try:
            check_command(command, shell)
        except AssertionError as error:
            wrong.append(f"{command}: {error}")
    assert wrong == []


def test_commands_were_found() -> None:
    found = [command for path in DOCUMENTS for command in shell_of(path).commands]
    programs = {Path(shlex.split(command, comments=True)[0]).name for command in found}
    assert {"make", "snakemake", "python"} <= programs and len(found) > 30


@pytest.mark.parametrize(
    "command",
    [
        "make demmo",
        "snakemake --cores 2 al",
        "snakemake --core-count 2 all",
        "snakemake --workflow-profile profiles/laptop all",
        "snakemake --configfile mine.yaml --cores 1 all",
        "snakemake --config devise=cpu --cores 1 all",
        "python -m benchmark speech",
        "python -m benchmarks speach",
        "python -m pytest tests/unit/test_nothing.py",
        "mitt animate",
        "mit anymate me.jpg speech.wav",
    ],
)
def test_a_command_that_does_not_exist_is_found(command: str) -> None:
    with pytest.raises(AssertionError):
        check_command(command, Shell())


def configurations() -> list[tuple[str, str]]:
    """Every YAML that a document shows: in a block of its own, or written by a heredoc."""
    found = []
    for path in DOCUMENTS:
        name = str(path.relative_to(ROOT))
        blocks = [body for kind, body in BLOCK.findall(path.read_text("utf-8")) if kind == "yaml"]
        found += [(f"{name} {n}", text) for n, text in enumerate(blocks)]
        found += [(f"{name} {file}", text) for file, text in shell_of(path).files.items()]
    return found


@pytest.mark.parametrize(("where", "text"), configurations(), ids=lambda text: text[:30])
def test_every_key_that_is_shown_exists(where: str, text: str) -> None:
    known = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    shown = yaml.safe_load(text)
    shown = shown["mit"] if set(shown) == {"mit"} else shown
    unknown = []

    def compare(given: dict, defaults: dict, path: str) -> None:
        for key, value in given.items():
            if key not in defaults:
                unknown.append(f"{path}{key}")
            elif isinstance(defaults[key], dict):
                compare(value, defaults[key], f"{path}{key}.")

    compare(shown, known, "")
    assert unknown == [], where


def test_keys_in_sentences_exist() -> None:
    """``section.key``, where the section is one of the configuration's."""
    known = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    sections = "|".join(name for name, value in known.items() if isinstance(value, dict))
    wrong = []
    for path in DOCUMENTS:
        for span in re.findall(r"`([^`\n]+)`", BLOCK.sub("", path.read_text("utf-8"))):
            pairs = re.findall(rf"(?<![./\w])({sections})\.([a-z_]+)\b(?![./(])", span)
            wrong += [
                f"{path.name}: {section}.{key}"
                for section, key in pairs
                if key not in known[section] and key not in SUFFIXES
            ]
    assert wrong == []


def test_readmes_own_footage_is_planned_as_it_stands(tmp_path: Path) -> None:
    shell = shell_of(ROOT / "README.md")
    videos = tmp_path / "to" / "videos" / "ann"
    videos.mkdir(parents=True)
    for file in (videos / "talk.mp4", tmp_path / "to" / "speech.wav"):
        file.write_bytes(b"not looked into yet")
    write_image(tmp_path / "to" / "me.jpg", np.zeros((9, 9, 3), np.uint8))
    (tmp_path / "my.yaml").write_text(shell.files["my.yaml"].replace("/path/", f"{tmp_path}/"))
    (command,) = (text for text in shell.commands if "my.yaml" in text)
    words = shlex.split(command)[1:]
    words[words.index("config.yaml")] = str(ROOT / "config.yaml")
    planned = subprocess.run(
        [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--dry-run", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert planned.returncode == 0, planned.stderr
    assert "fit_refinement" in planned.stdout or "fit_pictures" in planned.stdout
    assert "animations/me--speech.mp4" in planned.stdout


# Python's page


def make_results(folder: Path) -> None:
    """Networks of a results folder, untrained: enough to be loaded and to speak."""
    import torch

    from mit_core.faces.standard_face import standard_face
    from mit_core.models.checkpoint import ContentCheckpoint, FeatureScaling
    from mit_core.models.content import ContentBranch
    from mit_core.models.speaker_aware import SpeakerAware
    from mit_core.models.speaker_checkpoint import SpeakerCheckpoint

    face = standard_face().ravel().astype(np.float32)
    scaling = FeatureScaling(np.full(80, 0.5, np.float32), np.full(80, 0.2, np.float32))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        content, speaker = ContentBranch().eval(), SpeakerAware().eval()
    for run in ("default", "bolder"):
        home = folder / "models"
        for kind in ("content", "speaker"):
            (home / kind / run).mkdir(parents=True)
        ContentCheckpoint(content, scaling, 9, "speaker_mean", face, face).save(
            home / "content" / run / "best.pt"
        )
        known = {"ada": np.full(256, 1 / 16, np.float32)}
        SpeakerCheckpoint(speaker, scaling, 9, 128, "none", face, speakers=known).save(
            home / "speaker" / run / "best.pt"
        )


def test_pythons_page_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    from mit_core.demo.portrait import actor
    from mit_core.media.audio import write_wav

    monkeypatch.chdir(tmp_path)
    make_results(tmp_path / "results" / "demo")
    Image.fromarray(actor(160).image).save("me.jpg")
    Image.new("RGB", (160, 120), "green").save("landscape.jpg")
    times = np.arange(16_000) / 16_000
    write_wav(tmp_path / "speech.wav", 0.3 * np.sin(2 * np.pi * 140 * times) * np.sin(9 * times))
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    blocks = [body for language, body in BLOCK.findall(page) if language == "python"]
    for body in blocks:
        exec(compile(body, "python.md", "exec"), names)
    assert len(blocks) > 3
    said = capsys.readouterr().out
    assert "no face was found" in said  # of the landscape
    head = names["head"]
    assert head.styles == ["ada"] and "mesh_warp" in head.renderers  # type: ignore[attr-defined]
    assert {path.name for path in tmp_path.glob("*.*")} >= {"me.mp4", "me.webm", "calm.mp4"}
