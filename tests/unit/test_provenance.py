"""A rule's digest follows what it imports, and nothing else."""

from pathlib import Path

import pytest

from mit_core import provenance

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow_scripts"


def used(script: str) -> set[str]:
    return {
        file.relative_to(provenance.PACKAGE).as_posix()
        for file in provenance.library_files(SCRIPTS / f"{script}.py")
    }


def test_direct_and_indirect_imports_count() -> None:
    files = used("speech")
    assert {"corpus/stages/speech.py", "corpus/shards.py", "speech/mel.py", "errors.py"} <= files


def test_other_rooms_do_not_count() -> None:
    assert not any(file.startswith(("faces/", "training/")) for file in used("intake"))
    assert not any(file.startswith(("media/", "rendering/")) for file in used("tabulate"))


def test_package_data_counts_where_it_is_named() -> None:
    assert "faces/standard_face.tsv" in used("register")
    assert "faces/standard_face.tsv" not in used("intake")


@pytest.mark.parametrize("script", sorted(path.stem for path in SCRIPTS.glob("*.py")))
def test_every_script_uses_the_library(script: str) -> None:
    assert "errors.py" in used(script)


def test_lazy_and_relative_imports_count(tmp_path: Path, monkeypatch) -> None:
    package = tmp_path / "mit_core"
    (package / "room").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "room" / "__init__.py").touch()
    (package / "room" / "a.py").write_text("def f():\n    from . import b\n")
    (package / "room" / "b.py").write_text("X = 1\n")
    script = tmp_path / "script.py"
    script.write_text("from mit_core.room.a import f\n")
    monkeypatch.setattr(provenance, "PACKAGE", package)
    names = {file.name for file in provenance.library_files(script)}
    assert names == {"__init__.py", "a.py", "b.py"}
