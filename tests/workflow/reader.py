"""A reader of the documents: the project as cloned, footage, a portrait, a recording, a shell."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from documents import ROOT, shell_of
from project import with_values
from published_files import write_made_up
from shell import start_command, type_command

from mit_core.demo.footage import Settings, make_footage
from mit_core.demo.media import write_demo_media
from mit_core.demo.plan import plan
from mit_core.media.audio import read_audio, write_wav

_LEFT_OUT = (".*", "__pycache__", "results", "*_results", "site", "*.egg-info")
_KEPT = (".ci", ".snakemake-workflow-catalog.yml", ".gitignore")
_NOWHERE = "/nonexistent"
_LONGEST = 1500  # seconds of one command

_DRAWS = {"size": 64, "widths": "[8, 8, 8]", "batch_size": 2, "perceptual": "none"}
LESS: dict[str, Any] = {
    "results": "results/demo",
    "demo": {"clips_per_speaker": 3, "batches": 2, "footage": {"size": 192}},
    "corpus": {"shards": 2},
    "training": {"budget": "4 steps"},
    "train_refinement": _DRAWS,
    "train_translation": _DRAWS,
    "evaluate": {"clips": 1, "videos": 1, "unheard": {"folds": 2, "seeds": 1}},
}
"""What config.yaml says in the reader's copy, so that every command ends in a minute or so."""


@dataclass(frozen=True)
class Run:
    """How a command is run, and what tells that it did its work.

    Attributes:
        makes: globs of files that it leaves, newer than its start.
        says: a regular expression that its output has.
        needs: commands that come before it.
        given: what stands in for a word that a reader replaces, by that word.
        environment: variables that make it do less, or tell where something is.
        removed: globs of results that are taken away before, so that there is something to do.
        serves: where it answers; it is ended by Ctrl-C then.
        ends: whether Ctrl-C must be enough; a program of others may take longer.
    """

    makes: tuple[str, ...] = ()
    says: str = ""
    needs: tuple[str, ...] = ()
    given: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    serves: str = ""
    ends: bool = True


class Reader:
    """Types commands in a folder of their own; each is run once.

    Args:
        folder: where the project is copied to; must not be there.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._done: set[str] = set()
        self._failed: set[str] = set()
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
        for name in _KEPT:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(sys.prefix)
        for name in ("requirements.lock", "pyproject.toml"):  # the environment is made already
            os.utime(folder / name, (1, 1))
        config = folder / "config.yaml"
        config.write_text(with_values(config.read_text("utf-8"), LESS), "utf-8")
        self._give()

    def _give(self) -> None:
        """What the documents call the reader's own."""
        home = self.folder
        clips = plan(13)
        chosen = [*clips[:8], *clips[13:16], clips[26]]
        made = home / "made"
        make_footage(chosen, made, home / "truth", Settings(size=192))
        videos = {clip.id: made / f"{clip.id}.mp4" for clip in chosen}
        ada, bruno, cora = (
            [videos[clip.id] for clip in chosen if clip.speaker == name]
            for name in ("ada", "bruno", "cora")
        )
        _copies(home / "footage/ann", ada[:4])
        shutil.copy(ada[0], home / "talk.mp4")
        data = home / "real/data"  # what make results takes for real footage
        _copies(data / "grid_s1", ada)
        _copies(data / "grid_s31", bruno)
        _copies(data / "grid_mixed", cora + bruno[:1])
        others = ("hdtf_sadtalker", "voxceleb_pcavs", "lrs3_spectre", "video_retalking")
        for name in (*others, "mead_spectre", "misc_frontal"):
            _copies(data / name, cora)
        media = home / "media"
        media.mkdir()
        write_demo_media(media / "me.png", media / "speech.wav", media / "human.wav", media)
        (home / "me.jpg").write_bytes((media / "me.png").read_bytes())
        sound = read_audio(media / "speech.wav")[: 2 * 16_000]
        write_wav(home / "speech.wav", np.asarray(sound))
        _copies(home / "portraits", [home / "me.jpg"])
        _copies(home / "recordings", [home / "speech.wav"])
        write_made_up(home / "examples/ckpt", home / "constants")
        for name in ("docs/tutorial.md", "docs/migrating.md"):
            for file, text in shell_of(ROOT / name).files.items():
                (home / file).write_text(text, "utf-8")
        programs = home / "programs"  # a scheduler that has one machine
        programs.mkdir()
        for name, text in _PBS.items():
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)

    def run(self, command: str, how: dict[str, Run]) -> None:
        """Run a command, after those that it needs.

        Raises:
            AssertionError: it failed, or did not do what ``how`` tells of it.
        """
        if command in self._done:
            return
        assert command not in self._failed, f"{command} failed before"
        self._failed.add(command)
        one = how[command]
        for before in one.needs:
            self.run(before, how)
        for pattern in one.removed:
            for path in self.folder.glob(pattern):
                path.unlink()
        text = command
        for word, value in one.given.items():
            text = text.replace(word, value)
        started = time.time() - 1
        said = self._serve(text, one) if one.serves else self._run(text, one)
        assert re.search(one.says, said), f"{text} said:\n{said[-4000:]}"
        for pattern in one.makes:
            made = [path for path in self.folder.glob(pattern) if path.stat().st_mtime > started]
            assert made, f"{text} left no {pattern}; it said:\n{said[-4000:]}"
        self._failed.remove(command)
        self._done.add(command)

    def _environment(self, run: Run) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        kept["PATH"] = f"{self.folder}/.venv/bin:{self.folder}/programs:{kept['PATH']}"
        more = {name: value.format(folder=self.folder) for name, value in run.environment.items()}
        return kept | {"MIT_BENCH": "quick", "MIT_SHARED": _NOWHERE} | more

    def _run(self, text: str, run: Run) -> str:
        done = type_command(text, self.folder, self._environment(run), _LONGEST)
        assert done.returncode == 0, f"{text} ended with {done.returncode}:\n{done.stdout[-6000:]}"
        return done.stdout

    def _serve(self, text: str, run: Run) -> str:
        port = int(run.serves.split(":")[2].split("/")[0])
        with socket.socket() as held:
            assert held.connect_ex(("127.0.0.1", port)), f"something else answers at {run.serves}"
        log = self.folder / "served.log"
        serving = start_command(text, self.folder, self._environment(run), log)
        try:
            for _ in range(240):
                assert serving.poll() is None, f"{text} ended:\n{log.read_text()[-4000:]}"
                try:
                    with urllib.request.urlopen(run.serves, timeout=10) as page:
                        assert page.status == 200
                        break
                except (OSError, http.client.HTTPException):  # it is not ready yet
                    time.sleep(0.5)
            else:
                raise AssertionError(f"{run.serves} never answered:\n{log.read_text()}")
        finally:
            with suppress(ProcessLookupError):
                os.killpg(serving.pid, signal.SIGINT)
            try:
                serving.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(serving.pid, signal.SIGKILL)
                if run.ends:
                    raise
        return log.read_text()


def _copies(folder: Path, files: list[Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copy(file, folder / file.name)


_PBS = {
    "qsub": """#!/bin/bash
id=$$
for script; do :; done
mkdir -p .snakemake/pbs
echo "$@" >> .snakemake/pbs/asked
(bash "$script" > .snakemake/pbs/$id.log 2>&1; echo $? > .snakemake/pbs/$id) > /dev/null 2>&1 &
echo $id.server
""",
    "qstat": """#!/bin/bash
for job; do :; done
ended=.snakemake/pbs/${job%.server}
if [ -s "$ended" ]; then
  printf '    job_state = F\\n    Exit_status = %s\\n' "$(cat "$ended")"
else
  printf '    job_state = R\\n'
fi
""",
    "qdel": "#!/bin/sh\n",
}
