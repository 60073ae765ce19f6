"""The report: everything a run made, as one HTML file that needs nothing beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mit_core.files import written_whole
from mit_core.report import quality, sections
from mit_core.report.graph_svg import rule_graph_svg
from mit_core.report.groups import Group, read_groups
from mit_core.report.making import Making
from mit_core.report.tables import read_rows
from mit_core.report.videos import Video, embedded_picture, place_videos

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class ReportSettings:
    """
    Attributes:
        embed_mb: clips are carried inside the page while they total at most this many MB.
        title: the page's title.
        max_rows: rows of the longest tables; the rest is counted, and stays in the TSV files.
    """

    embed_mb: float = 64
    title: str = "Talking heads"
    max_rows: int = 200


def write_report(
    output: Path,
    *,
    manifest: Path,
    funnel: Path,
    quarantine: Path,
    segments: Path,
    training: Path,
    history: Mapping[str, Path],
    evaluation: Mapping[str, Path],
    videos: Sequence[Path],
    summary: Mapping[str, str],
    pictures: Mapping[str, Path] | None = None,
    talking: Path | None = None,
    making: Making | None = None,
    settings: ReportSettings | None = None,
) -> None:
    """Write the report to ``output``, whole or not at all; the same inputs give the same bytes.

    Args:
        output: the HTML file.
        manifest: TSV, a row an input video (see ``sections.MANIFEST_COLUMNS``).
        funnel: TSV, a row a stage: items and seconds in and out.
        quarantine: TSV, a row a rejected clip or part of one, with its reason.
        segments: TSV, a row a usable segment: clip, speaker, split, seconds.
        training: TSV, a row a training run, of this and earlier configurations.
        history: run name -> CSV with ``step`` and ``train_*``, ``val_*`` columns.
        evaluation: title -> TSV of held-out measures, any columns.
        videos: rendered mp4 files (h264), in the order they are shown.
        pictures: title of a run or of a table of measures -> the picture (PNG or JPEG) shown there.
        talking: JSON of clips to show side by side (see ``groups.read_groups``).
        making: how the results came about; None leaves those sections out.
        summary: more to tell at the head of the page, e.g. content feature -> mel.
        settings: see :class:`ReportSettings`.

    Raises:
        UserError: an input file is absent, lacks a column or has another form.
    """
    settings = settings or ReportSettings()
    _, clips = read_rows(manifest, sections.MANIFEST_COLUMNS)
    groups = read_groups(talking) if talking else []
    files = [*videos, *(file for group in groups for file in group.files)]
    placed = place_videos(files, output, settings.embed_mb)
    single, beside = placed[: len(videos)], placed[len(videos) :]
    shown = {title: embedded_picture(path) for title, path in (pictures or {}).items()}
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("page.html").stream(
        title=settings.title,
        style=(FOLDER / "page.css").read_text(encoding="utf-8"),
        script=(FOLDER / "player.js").read_text(encoding="utf-8") if groups else "",
        figures=sections.key_figures(clips, segments, len(single)),
        summary=summary,
        videos=single,
        groups=_with_videos(groups, beside),
        shown=len(placed),
        linked=[video for video in placed if not video.embedded],
        funnel=sections.funnel(funnel),
        rejected=sections.rejected(quarantine, clips, settings.max_rows),
        remarked=sections.remarked(clips, settings.max_rows),
        speakers=sections.speakers(segments, settings.max_rows),
        landmarks=quality.landmarks(segments),
        trained=sections.trained(training),
        runs=[
            sections.training(run, path, f"run{i}", shown.get(run, ""))
            for i, (run, path) in enumerate(history.items())
        ],
        evaluation=[
            sections.measures(title, path, shown.get(title, ""))
            for title, path in evaluation.items()
        ],
        making=making,
        rules=rule_graph_svg(making.rules) if making and making.rules else "",
    )
    with written_whole(output) as part:
        page.dump(str(part), encoding="utf-8", errors="replace")


def _with_videos(
    groups: Sequence[Group], videos: Sequence[Video]
) -> list[tuple[Group, list[tuple[str, Video]]]]:
    """Each group with its videos by name, given the videos of all groups in their order."""
    rest = iter(videos)
    return [(group, [(name, next(rest)) for name in group.names]) for group in groups]
