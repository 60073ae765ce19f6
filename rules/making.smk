"""What the report tells of how it was made: the rules behind it, versions, earlier tables."""

import snakemake
from snakemake.settings.types import DeploymentMethod

from mit_core import software
from mit_core.report.rule_graph import Job, rules_of


def rules_behind_report(wildcards):
    """The rules of every job that the report comes from, directly or not, whatever the target."""
    # by its page: in a workflow that takes this one as a module the rule has another name
    waiting = [job for job in workflow.dag.jobs if f"{R}/report.html" in job.output]
    found = {}
    while waiting:
        job = waiting.pop()
        if job not in found:
            before = list(workflow.dag.dependencies[job])
            found[job] = Job(
                job.rule.name,
                job.rule.docstring or "",
                tuple(other.rule.name for other in before),
            )
            waiting += before
    return rules_of(found.values())


def versions(wildcards):
    """What the rules run on: this environment's packages, or those that envs/ pins."""
    own = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
    found = software.pinned if own else software.installed
    return {
        "Snakemake": snakemake.__version__,
        **found(ROOT / "envs"),
    }


def earlier_tables():
    """Tables that other targets have made and that the report alone does not."""
    tables = [Path(f"{R}/evaluation/{name}.tsv") for name in ("ablation", "unheard")]
    return [str(table) for table in tables if table.is_file()]


EARLIER_TABLES = earlier_tables()
