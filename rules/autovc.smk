"""AutoVC: trained or given, and what the content branch hears through it."""


rule given_autovc:
    """The user's AutoVC, ours or the published one, in our format with its target speaker."""
    input:
        checkpoint=AUTOVC_GIVEN or [],
        target=target_file(),
    output:
        f"{MODELS}/autovc/given/best.pt",
    log:
        f"{R}/logs/given_autovc.log",
    benchmark:
        f"{R}/benchmarks/given_autovc.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=10,
    params:
        target=config["autovc"]["target"],
        code=code("given_autovc"),
    script:
        "../workflow_scripts/given_autovc.py"


rule fit_autovc:
    """Voice conversion, learned from the corpus's speech."""
    input:
        train=speech_to_learn("train"),
        val=speech_to_learn("val"),
        initial=config["train_autovc"]["initial"] or [],
        target=target_file(),
    output:
        checkpoint=f"{MODELS}/autovc/{{run}}/best.pt",
        history=f"{MODELS}/autovc/{{run}}/history.csv",
        settings=f"{MODELS}/autovc/{{run}}/settings.json",
        run=f"{MODELS}/autovc/{{run}}/run.json",
    log:
        f"{R}/logs/train_autovc/{{run}}.log",
    benchmark:
        f"{R}/benchmarks/train_autovc/{{run}}.tsv"
    wildcard_constraints:
        run=runs_of("autovc"),
    conda:
        "../envs/train.yaml"
    threads: training_threads
    resources:
        **training_nodes(),
        mem_mb=more_memory(4000),
        runtime=720,
        gpu=training_gpus(),
    params:
        settings=training_settings("train_autovc", target=config["autovc"]["target"]),
        hardware=HARDWARE,
        code=code("train_autovc"),
    script:
        "../workflow_scripts/train_autovc.py"


rule evaluate_autovc:
    """Held-out reconstruction beside the mean frame."""
    input:
        train=arrays_of("train"),
        test=arrays_of("test"),
        checkpoint=f"{MODELS}/autovc/{{run}}/best.pt",
    output:
        report(f"{R}/evaluation/autovc/{{run}}.tsv", **MEASURES),
    log:
        f"{R}/logs/evaluate_autovc/{{run}}.log",
    benchmark:
        f"{R}/benchmarks/evaluate_autovc/{{run}}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=60,
    params:
        code=code("evaluate_autovc"),
    script:
        "../workflow_scripts/evaluate_autovc.py"


rule autovc:
    """Each segment of a shard, spoken by the target's voice."""
    input:
        index=rules.speech.output.index,
        checkpoint=autovc_checkpoint(),
    output:
        index=f"{R}/shards/{{shard}}/autovc.json",
    log:
        f"{R}/logs/autovc/{{shard}}.log",
    benchmark:
        f"{R}/benchmarks/autovc/{{shard}}.tsv"
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=120,
        gpu=gpus(),
    params:
        code=code("autovc"),
    script:
        "../workflow_scripts/autovc.py"


rule train_autovc:
    """The trained voice converter."""
    input:
        f"{MODELS}/autovc/{config['train_autovc']['run']}/best.pt",
