"""Which library files a script depends on, so that editing one reruns what uses it and no more.

Standard library only: the workflow asks at parse time, in the controller's environment.
"""

import ast
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent
_ASSETS = {".tsv", ".html", ".css", ".js", ".json"}


def library_files(script: str | Path) -> list[Path]:
    """The ``mit_core`` files that ``script`` imports, directly or through others, sorted.

    Imports are read from the syntax tree, inside functions too, so that a lazy import counts. A
    file's package data (``*.tsv`` and the like in its folder) counts with the folder's modules
    that read it, which are taken to be all those in that folder that name the asset.
    """
    seen: set[Path] = set()
    queue = [Path(script).resolve()]
    while queue:
        file = queue.pop()
        if file == PACKAGE / "__init__.py":
            continue  # its functions open networks for those who use Python; no rule calls them
        imports, strings = _imports_and_strings(file)
        for name in imports:
            for found in _module_files(name):
                if found not in seen:
                    seen.add(found)
                    queue.append(found)
        if file.is_relative_to(PACKAGE):
            seen.update(
                asset
                for asset in file.parent.iterdir()
                if asset.suffix in _ASSETS and asset.name in strings
            )
    return sorted(seen)


@cache
def library_digest(script: str | Path) -> str:
    """A short digest of ``script`` and of every ``mit_core`` file it uses."""
    digest = hashlib.sha256(Path(script).read_bytes())
    for file in library_files(script):
        digest.update(file.relative_to(PACKAGE).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def digest_of(*values: Any) -> str:
    """A short digest of plain values (numbers, strings, lists, dicts, None)."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def file_sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _imports_and_strings(file: Path) -> tuple[frozenset[str], frozenset[str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    imports: set[str] = set()
    strings: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:  # relative: resolve against the file's own package
                parents = file.parent.relative_to(PACKAGE.parent).parts
                kept = parents[: len(parents) - (node.level - 1)]
                base = ".".join((*kept, base) if base else kept)
            imports.add(base)
            imports.update(f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            strings.add(node.value)
    return (
        frozenset(name for name in imports if name.split(".")[0] == PACKAGE.name),
        frozenset(strings),
    )


def _module_files(name: str) -> list[Path]:
    """Files that importing ``name`` runs: the module and the packages above it."""
    files = []
    folder = PACKAGE.parent
    for part in name.split("."):
        module = folder / f"{part}.py"
        folder = folder / part
        if module.is_file():
            files.append(module)
            break
        package = folder / "__init__.py"
        if not package.is_file():
            break
        files.append(package)
    return files
