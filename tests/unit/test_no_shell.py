"""No shell reads a file's name: programs get lists of words, and rules run scripts."""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KIND = "File names that a shell would run"
SOURCES = sorted(
    file
    for folder in ("mit_core", "workflow_scripts", "benchmarks", "tests")
    for file in (ROOT / folder).rglob("*.py")
)
TYPING = ROOT / "tests/workflow/shell.py"
"""Types what the documents have, to show that it works as it is written."""
RULES = sorted([ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")])

SHELLS = {
    *(
        "os.system",
        "os.popen",
        "commands.getoutput",
        "pty.spawn",
        "asyncio.create_subprocess_shell",
    ),
    *("subprocess.getoutput", "subprocess.getstatusoutput"),
    *("snakemake.shell", "snakemake.shell.shell"),
}
STARTERS = {f"subprocess.{name}" for name in ("run", "Popen", "call", "check_call", "check_output")}
PROGRAMS = {"sh", "bash", "dash", "zsh", "/bin/sh", "/bin/bash", "cmd", "cmd.exe"}


def faults(source: str) -> Iterator[str]:
    """What of a source hands text to a shell, each with its line."""
    tree = ast.parse(source)
    names = _imported(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = _called(node.func, names)
        if called in SHELLS:
            yield f"{node.lineno}: {called}"
        shell = _named(node, "shell")
        if shell is not None and not (isinstance(shell, ast.Constant) and not shell.value):
            yield f"{node.lineno}: shell="
        if called in STARTERS:
            command = node.args[0] if node.args else _named(node, "args")
            if command is not None and _is_text(command):
                yield f"{node.lineno}: {called} of one text"
            elif isinstance(command, ast.List | ast.Tuple) and _is_shell(command.elts):
                yield f"{node.lineno}: {called} of a shell"


def _imported(tree: ast.AST) -> dict[str, str]:
    """Name in this file -> full name."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return names


def _called(function: ast.expr, names: dict[str, str]) -> str:
    parts = []
    while isinstance(function, ast.Attribute):
        parts.append(function.attr)
        function = function.value
    if not isinstance(function, ast.Name):
        return ""
    return ".".join([names.get(function.id, function.id), *reversed(parts)])


def _named(call: ast.Call, name: str) -> ast.expr | None:
    return next((word.value for word in call.keywords if word.arg == name), None)


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _is_shell(words: list[ast.expr]) -> bool:
    texts = [word.value if isinstance(word, ast.Constant) else None for word in words[:2]]
    return len(texts) == 2 and texts[0] in PROGRAMS and str(texts[1]).startswith("-")


def rule_faults(source: str) -> Iterator[str]:
    """What of a file of rules hands text to a shell: a placeholder that is not quoted (``:q``)."""
    for match in re.finditer(r"^([ \t]*)shell\s*:(.*(?:\n(?:\1[ \t]+.*|[ \t]*))*)", source, re.M):
        line = source.count("\n", 0, match.start()) + 1
        for held in re.findall(r"(?<!\{)\{([^{}]+)\}(?!\})", match[2]):
            if not held.endswith(":q") and not held.startswith(("threads", "resources.")):
                yield f"{line}: shell: {{{held}}}"
    for number, text in enumerate(source.splitlines(), start=1):
        if re.search(r"\bshell\s*\(|shell\s*=\s*True|\bos\.(system|popen)\b|getoutput", text):
            yield f"{number}: {text.strip()}"


@pytest.mark.survives(KIND)
def test_no_source_hands_text_to_a_shell(survival):
    survival.tried(len(SOURCES))
    assert len(SOURCES) > 200
    found = {
        str(file.relative_to(ROOT)): list(faults(file.read_text(encoding="utf-8")))
        for file in SOURCES
        if file != TYPING
    }
    assert not {name: told for name, told in found.items() if told}


@pytest.mark.survives(KIND)
def test_no_rule_hands_a_name_to_a_shell(survival):
    survival.tried(len(RULES))
    assert len(RULES) > 20
    found = {
        str(file.relative_to(ROOT)): list(rule_faults(file.read_text(encoding="utf-8")))
        for file in RULES
    }
    assert not {name: told for name, told in found.items() if told}


@pytest.mark.survives(KIND)
def test_no_profile_names_files_in_its_commands():
    """Snakemake hands a profile's commands to a shell."""
    profiles = list((ROOT / "profiles").rglob("*.yaml"))
    assert profiles
    for profile in profiles:
        held = re.findall(r"\{([^{}]+)\}", profile.read_text(encoding="utf-8"))
        assert not [name for name in held if re.match(r"(input|output|params|wildcards|log)", name)]


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.system('ls ' + name)",
        "from os import popen as p\np(f'ls {name}')",
        "import subprocess as s\ns.run(f'ls {name}', shell=True)",
        "import subprocess\nsubprocess.run(['ls'], shell=flag)",
        "import subprocess\nsubprocess.getoutput(name)",
        "import subprocess\nsubprocess.run(f'{program}')",
        "import subprocess\nsubprocess.Popen('ls')",
        "import subprocess\nsubprocess.run(args='ls ' + name)",
        "import subprocess\nsubprocess.run(['sh', '-c', name])",
        "from snakemake.shell import shell\nshell('ls {name}')",
    ],
)
def test_the_check_finds_what_it_looks_for(source):
    assert list(faults(source))


def test_the_check_lets_lists_of_words_pass():
    assert not list(faults("import subprocess\nsubprocess.run(['ls', name], shell=False)"))


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ('"cp {input} {output}"', 2),
        ('"cp {input:q} {output:q} {threads}"', 0),
        ('"""\n        awk \'{{print}}\' {input.table}\n        """', 1),
    ],
)
def test_the_check_finds_unquoted_names_in_rules(command, count):
    rule = textwrap.dedent(
        """
        rule a:
            input: "x"
            shell:
                COMMAND

        rule b:
            output: "{name}"
        """
    ).replace("COMMAND", command)
    assert len(list(rule_faults(rule))) == count
