"""Analyse the speech that drives a portrait."""

from typing import TYPE_CHECKING

from mit_core.devices import device_here
from mit_core.logs import logged
from mit_core.media.audio import read_audio
from mit_core.models.autovc_checkpoint import load_autovc
from mit_core.speech.analysis import SpeechSettings
from mit_core.speech.driving import write_driving_speech

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    converter = snakemake.input.converter
    write_driving_speech(
        read_audio(snakemake.params.audio),
        snakemake.output.speech,
        snakemake.output.feature,
        settings=SpeechSettings(**snakemake.params.settings),
        content_feature=snakemake.params.feature,
        converter=load_autovc(converter, device_here(snakemake.config["device"]))
        if converter
        else None,
    )
