"""Rules are read where Snakemake alone is installed, as with ``--sdm conda``."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ABSENT = ("numpy", "PIL", "torch", "cv2", "scipy", "pandas", "librosa", "av", "ffmpeg")
BLOCKED = """
import importlib, sys

class Absent:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in {absent}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
for name in {names}:
    importlib.import_module(name)
"""


def test_rules_are_read_without_the_packages_of_the_stages() -> None:
    names = {
        name
        for file in (ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk"))
        for name in re.findall(r"^from (mit_core[\w.]*) import", file.read_text("utf-8"), re.M)
    }
    assert len(names) > 15
    code = BLOCKED.format(absent=ABSENT, names=sorted(names))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
