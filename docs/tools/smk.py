"""Reads rules as they are written, without running them: name, purpose, files, resources."""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_RULE = re.compile(r"^( *)(rule|checkpoint)(?: +(\w+))? *:\s*$")
_SECTION = re.compile(r"^ +(\w+):(.*)$")
# What config and the results folder are called in paths that a reader sees.
_ROOTS = {"R": "{results}"}


@dataclass
class Rule:
    """One rule.

    Attributes:
        name: as written; parts that are filled in stand in braces.
        file: where it stands, relative to the project.
        purpose: its docstring.
        sections: section -> its Python source.
        checkpoint: whether jobs after it are planned anew.
    """

    name: str
    file: Path
    purpose: str = ""
    sections: dict[str, str] = field(default_factory=dict)
    checkpoint: bool = False

    def arguments(self, section: str) -> list[tuple[str, ast.expr]]:
        """The entries of a section: their name, or "" (``*`` and ``**`` keep their stars)."""
        source = self.sections.get(section, "").strip()
        if not source:
            return []
        call = ast.parse(f"f({source}\n)", mode="eval").body
        assert isinstance(call, ast.Call)
        named = [(keyword.arg or "**", keyword.value) for keyword in call.keywords]
        return [("", value) for value in call.args] + named


def read_rules() -> list[Rule]:
    """Every rule of the Snakefile and of rules/, in the order in which they are included."""
    snakefile = ROOT / "Snakefile"
    included = re.findall(r'"(rules/\w+\.smk)"', snakefile.read_text("utf-8"))
    files = [snakefile]
    for name in included:
        path = ROOT / name
        files.append(path)
        files += [
            path.parent / inner
            for inner in re.findall(r'^include: "(\w+\.smk)"', path.read_text("utf-8"), re.M)
        ]
    return [rule for path in files for rule in _rules_in(path)]


def _rules_in(path: Path) -> list[Rule]:
    lines = path.read_text("utf-8").splitlines()
    rules = []
    for number, line in enumerate(lines):
        if (found := _RULE.match(line)) is None:
            continue
        body = _indented(lines[number + 1 :], len(found[1]) + 1)
        rule = Rule(found[3] or "", path.relative_to(ROOT), checkpoint=found[2] == "checkpoint")
        text = "\n".join(body)
        if documented := re.match(r'\s*"""(.*?)"""', text, re.S):
            rule.purpose = " ".join(documented[1].split())
            text = text[documented.end() :]
        rule.sections = _sections(text.splitlines(), len(found[1]) + 4)
        if not rule.name:
            ((_, name),) = rule.arguments("name")
            rule.name = path_of(name, {})
        rules.append(rule)
    return rules


def _indented(lines: list[str], least: int) -> list[str]:
    """The lines up to the first that is indented less; blank ones do not count."""
    for number, line in enumerate(lines):
        if line.strip() and len(line) - len(line.lstrip()) < least:
            return lines[:number]
    return lines


def _sections(lines: list[str], indent: int) -> dict[str, str]:
    sections: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if depth == indent and (found := _SECTION.match(line)):
            name = found[1]
            sections[name] = [found[2]]
        elif name:
            sections[name].append(line)
    return {name: "\n".join(text) for name, text in sections.items()}


def named_paths() -> dict[str, str]:
    """Names that the rules give to paths -> these paths, as a reader sees them."""
    names = dict(_ROOTS)
    for path in sorted((ROOT / "rules").glob("*.smk")):
        for name, source in re.findall(
            r"^([A-Z_]+) = (f?\"[^\"\n]+\")$", path.read_text("utf-8"), re.M
        ):
            names.setdefault(name, path_of(ast.parse(source, mode="eval").body, names))
    return names


def path_of(expression: ast.expr, names: dict[str, str]) -> str:
    """A string as a reader sees it; "" where the expression is no string."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return expression.value
    if not isinstance(expression, ast.JoinedStr):
        return ""
    parts = []
    for part in expression.values:
        if isinstance(part, ast.FormattedValue):
            parts.append(_filled(part.value, names))
        else:
            parts.append(str(part.value) if isinstance(part, ast.Constant) else "")
    return "".join(parts)


def _filled(value: ast.expr, names: dict[str, str]) -> str:
    source = ast.unparse(value)
    if source in names:
        return names[source]
    keys = re.findall(r"\['(\w+)'\]", source)
    if keys and re.match(r"(config|\w+)\[", source):
        start = "" if source.startswith("config") else source.split("[")[0].lower() + "."
        return "{" + start + ".".join(keys) + "}"
    return "{" + source.replace("demo_plan.", "").lower() + "}"
