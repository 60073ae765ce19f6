"""Stage 10: portraits x speech to landmarks to pixels."""


rule portrait:
    """The portrait's 68 points, detected or read from the table beside it."""
    input:
        lambda wildcards: made(*portrait_files(wildcards.portrait)),
        drawings=config["animate"]["drawings_detector"] or [],
    output:
        f"{R}/animations/portraits/{{portrait}}.tsv",
    log:
        f"{R}/logs/portrait/{{portrait}}.log",
    benchmark:
        f"{R}/benchmarks/portrait/{{portrait}}.tsv"
    conda:
        "../envs/faces.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=10,
        gpu=detector_gpus(config["animate"]["drawings_detector"]),
    params:
        image=lambda wildcards: PORTRAITS[wildcards.portrait],
        signature=lambda wildcards: signature(*portrait_files(wildcards.portrait)),
        settings=DETECTOR,
        code=code_of_detection("portrait"),
    script:
        "../workflow_scripts/portrait.py"


rule driving_speech:
    """Mel, F0, speaker embedding and content feature of the speech that drives."""
    input:
        lambda wildcards: made(SPEECH[wildcards.speech]),
        converter=lambda wildcards: (
            autovc_checkpoint() if content_feature() == "autovc" else []
        ),
    output:
        speech=f"{R}/animations/speech/{{speech}}.npz",
        feature=f"{R}/animations/speech/{{speech}}.npy",
    log:
        f"{R}/logs/driving_speech/{{speech}}.log",
    benchmark:
        f"{R}/benchmarks/driving_speech/{{speech}}.tsv"
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=30,
        gpu=gpus(),
    params:
        audio=lambda wildcards: SPEECH[wildcards.speech],
        signature=lambda wildcards: signature(SPEECH[wildcards.speech]),
        settings=config["speech"],
        feature=lambda wildcards: content_feature(),
        code=code("driving_speech"),
    script:
        "../workflow_scripts/driving_speech.py"


rule animate_landmarks:
    """The portrait's landmarks over time."""
    input:
        portrait=rules.portrait.output[0],
        speech=rules.driving_speech.output.speech,
        feature=rules.driving_speech.output.feature,
        content=f"{MODELS}/content/{RUN}/best.pt",
        speaker=speaker_checkpoint(),
        style=style_file(),
    output:
        f"{R}/animations/landmarks/{{portrait}}--{{speech}}.npz",
    log:
        f"{R}/logs/animate_landmarks/{{portrait}}--{{speech}}.log",
    benchmark:
        f"{R}/benchmarks/animate_landmarks/{{portrait}}--{{speech}}.tsv"
    conda:
        "../envs/render.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=30,
        gpu=gpus(),
    params:
        settings={
            k: v
            for k, v in config["animate"].items()
            if k not in ("portraits", "speech", "drawings_detector")
        },
        code=code("animate_landmarks"),
    script:
        "../workflow_scripts/animate_landmarks.py"


rule render:
    """The portrait speaking, with its sound."""
    input:
        lambda wildcards: made(
            *portrait_files(wildcards.portrait), SPEECH[wildcards.speech]
        ),
        landmarks=rules.animate_landmarks.output[0],
        # named in the file that they made
        content=f"{MODELS}/content/{RUN}/best.pt",
        speaker=speaker_checkpoint(),
        checkpoint=lambda wildcards: drawing_checkpoint(wildcards.portrait),
        background=declared(background_picture()),
    output:
        report(
            f"{R}/animations/{{portrait}}--{{speech}}.{config['render']['container']}",
            caption="captions/video.rst",
            category="Videos",
        ),
    log:
        f"{R}/logs/render/{{portrait}}--{{speech}}.log",
    benchmark:
        f"{R}/benchmarks/render/{{portrait}}--{{speech}}.tsv"
    conda:
        "../envs/render.yaml"
    threads: training_threads
    resources:
        mem_mb=more_memory(3000),
        runtime=120,
        gpu=gpus(),
    params:
        image=lambda wildcards: PORTRAITS[wildcards.portrait],
        speech=lambda wildcards: SPEECH[wildcards.speech],
        signature=lambda wildcards: signature(
            *portrait_files(wildcards.portrait), SPEECH[wildcards.speech]
        ),
        settings={k: v for k, v in RENDER.items() if k != "checkpoint"},
        code=code("render"),
    script:
        "../workflow_scripts/render.py"
