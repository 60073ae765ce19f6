"""docs/rules.md: what every rule makes and takes, where and on what it runs."""

import ast
import re

from docs.tools.smk import ROOT, Rule, named_paths, path_of, read_rules

_HEAD = """# Rules

What each rule makes, takes and asks for; written from `Snakefile` and `rules/` by
`make docs-pages`.
`{results}` is the folder that `results` names; other braces are wildcards, or a key of the
[configuration](configuration.md). What a rule takes is told as the rule says it where the
configuration decides; [words of the rules](#words-of-the-rules) says what those functions are.

`threads` is 1 where nothing is said; `training_threads` is half of the cores, or 4 on a cluster.
`more_memory` grows with each retry; `runtime` is in minutes; `gpus()` and `training_gpus()` are 0
on a machine without a GPU, and with `device: cpu`. An environment is a file of `envs/`, used with
`--sdm conda`.
"""


def rules_page() -> str:
    """The page."""
    names = named_paths()
    parts = [_HEAD]
    stage = None
    for rule in read_rules():
        if rule.file != stage:
            stage = rule.file
            parts.append(f"\n## {stage}\n\n{_purpose_of(stage)}\n")
        parts.append(_section(rule, names))
    page = "".join(parts)
    return page + _words(page)


def _words(page: str) -> str:
    """What the rules' own functions mean that the page names, by their docstrings."""
    told = {}
    for path in sorted((ROOT / "rules").glob("*.smk")):
        for name, text in re.findall(
            r'^def (\w+)\([^)]*\):\n    """(.*?)(?:\n|""")', path.read_text("utf-8"), re.M
        ):
            if re.search(rf"\b{name}\(|`{name}`", page):
                told[name] = text
    rows = "".join(f"| `{name}` | {text} |\n" for name, text in sorted(told.items()))
    return f"\n## Words of the rules\n\n| | |\n|---|---|\n{rows}"


def _purpose_of(file: object) -> str:
    tree = (ROOT / str(file)).read_text("utf-8")
    found = re.match(r'"""(.*?)"""', tree, re.S)
    return found[1].strip().split("\n\n")[0] if found else ""


def _section(rule: Rule, names: dict[str, str]) -> str:
    rows = [
        ("makes", _files(rule, "output", names)),
        ("takes", _files(rule, "input", names)),
        ("asks for", _asked(rule)),
        ("environment", _environment(rule)),
        ("script", _script(rule)),
    ]
    told = [f"| {name} | {text} |\n" for name, text in rows if text]
    kind = " *(a checkpoint: what follows is planned when it is done)*" if rule.checkpoint else ""
    purpose = f"\n{rule.purpose}{kind}\n" if rule.purpose or kind else ""
    table = f"\n| | |\n|---|---|\n{''.join(told)}" if told else ""
    return f"\n### {rule.name}\n{purpose}{table}"


def _files(rule: Rule, section: str, names: dict[str, str]) -> str:
    told = [_told(value, names) for _, value in rule.arguments(section)]
    return "<br>".join(dict.fromkeys(f"`{text}`" for text in told if text))


def _told(value: ast.expr, names: dict[str, str]) -> str:
    """An entry's paths where it says them, else its source."""
    if text := path_of(value, names):
        return text
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        if value.func.id == "report":
            return _told(value.args[0], names)
        if value.func.id == "directory":
            return _told(value.args[0], names) + "/"
    if isinstance(value, ast.Lambda):
        return _told(value.body, names)
    if isinstance(value, ast.IfExp) and ast.unparse(value.orelse) == "[]":
        return f"{_told(value.body, names)} if {ast.unparse(value.test)}"
    if isinstance(value, ast.BoolOp) and ast.unparse(value.values[-1]) == "[]":
        return " or ".join(_told(part, names) for part in value.values[:-1])
    if isinstance(value, ast.ListComp) and (text := path_of(value.elt, names)):
        return f"{text} (each)"
    source = ast.unparse(value)
    if keys := re.fullmatch(r"config\['(\w+)'\]\['(\w+)'\]", source):
        return f"{{{keys[1]}.{keys[2]}}}"
    if found := re.fullmatch(r"rules\.(\w+)\.output(?:\.(\w+)|\[\d+\])?", source):
        return f"what {found[1]} makes" + (f": {found[2]}" if found[2] else "")
    if found := re.fullmatch(r"indices\('(\w+)'\)", source):
        return f"{names['R']}/shards/*/{found[1]}.json"
    if found := re.fullmatch(r"TABLES\['(\w+)'\]", source):
        return f"{names['R']}/corpus/{found[1]}.tsv"
    return source.replace("wildcards.", "").replace("|", "\\|")


def _asked(rule: Rule) -> str:
    threads = [("threads", value) for _, value in rule.arguments("threads")]
    asked = [
        f"`{ast.unparse(value)}`" if name == "**" else f"{name} `{ast.unparse(value)}`"
        for name, value in threads + rule.arguments("resources")
    ]
    local = ["runs where snakemake was started"] if rule.arguments("localrule") else []
    return ", ".join(asked + local)


def _environment(rule: Rule) -> str:
    return "".join(
        f"`{path_of(value, {}).removeprefix('../')}`" for _, value in rule.arguments("conda")
    )


def _script(rule: Rule) -> str:
    return "".join(
        f"`{path_of(value, {}).removeprefix('../')}`" for _, value in rule.arguments("script")
    )
