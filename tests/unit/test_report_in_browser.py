"""The report in a real browser: it plays, in step and by keyboard, and fits a phone."""

import os
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsers import WIDTHS, complaints, lightness, open_browser, photograph, set_screen
from report_makers import HEADERS, report, write_table
from scipy.io import wavfile
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from mit_core.files import write_json
from mit_core.media.video import VideoWriter
from mit_core.report.making import Making
from mit_core.report.page import ReportSettings
from mit_core.report.rule_graph import Job, rules_of

FPS = 25
SECONDS = 4
NAMES = ("truth", "prediction", "landmarks", "still source, a baseline with a long name")


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    browser = open_browser()
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with something in every section; one video lies beside it, the others inside."""
    folder = tmp_path_factory.mktemp("report")
    sound = folder / "sound.wav"
    wave = 0.2 * np.sin(2 * np.pi * 220 * np.arange(SECONDS * 16000) / 16000)
    wavfile.write(sound, 16000, (wave * 32767).astype(np.int16))
    for number in range(len(NAMES)):
        write_video(folder / f"{number}.mp4", number, sound if number < 2 else None)
    videos = [{"title": name, "file": f"{i}.mp4"} for i, name in enumerate(NAMES)]
    talking = folder / "talking.json"
    write_json(
        talking,
        [
            {"title": "bruno_07", "caption": "Held out from training.", "videos": videos},
            {"title": "a_clip_whose_name_is_long_and_has_no_space_" * 3, "videos": videos[:2]},
        ],
    )
    room = sum((folder / f"{i}.mp4").stat().st_size for i in range(3))
    report(
        folder,
        rows_of_a_run(),
        **tables_of_a_run(folder),
        videos=[],
        talking=talking,
        summary={"content feature": "mel. AutoVC pays with more speakers."},
        making=made(),
        settings=ReportSettings(embed_mb=(room + 1) / 1e6),
    )
    return folder / "report.html"


def write_video(path: Path, number: int, sound: Path | None) -> None:
    """A square that goes round, so that every frame is another."""
    with VideoWriter(path, FPS, 96, 96, sound) as writer:
        for frame in range(FPS * SECONDS):
            image = np.full((96, 96, 3), 40 * number + 30, np.uint8)
            angle = 2 * np.pi * frame / (FPS * SECONDS)
            row, column = (int(38 + 30 * f(angle)) for f in (np.sin, np.cos))
            image[row : row + 20, column : column + 20] = (250, 160, 60)
            writer.write(image)


def rows_of_a_run() -> dict[str, Any]:
    stages = ("intake", "normalise", "segment", "landmarks", "register", "speech")
    assert {"manifest", "funnel", "quarantine", "segments", "training"} == set(HEADERS)
    return {
        "manifest": [
            {"clip": "a", "video": "/in/a.mp4", "verdict": "no_audio", "seconds": 5},
            {"clip": "b", "video": "/in/b.mp4", "verdict": "ok", "notes": "Cut at 2 s."},
        ],
        "funnel": [
            {"stage": s, "items_in": 60, "items_out": 58, "seconds_in": 340, "seconds_out": 330}
            for s in stages
        ],
        "quarantine": [
            {"stage": "segment", "item": "b_1", "clip": "b", "verdict": "no_face", "seconds": 3.2}
        ],
        "segments": [
            {"clip": "b", "speaker": name, "split": split, "seconds": 40}
            for name in ("ada", "bruno", "cora")
            for split in ("train", "val", "test")
        ],
        "training": [
            {
                **{"kind": kind, "run": "default", "feature": "mel", "hours": 0.09},
                **{"speakers": 3, "clips": 51, "seconds": 61, "steps": 600, "best_step": 500},
                **{"measures": "val_face_distance=0.01", "parameters": 2e6, "sha256": "f" * 64},
            }
            for kind in ("content", "speaker", "refinement")
        ],
    }


def tables_of_a_run(folder: Path) -> dict[str, Any]:
    history = write_table(
        folder / "history.csv",
        "step train_loss val_loss",
        [{"step": s, "train_loss": 2 / (s + 1), "val_loss": 2.2 / (s + 1)} for s in range(400)],
    )
    measures = write_table(
        folder / "measures.tsv",
        "model clips r r_low r_high mouth_distance mouth_distance_low mouth_distance_high",
        [
            {
                **{"model": model, "clips": 9, "r": r, "r_low": r - 0.03, "r_high": r + 0.02},
                **{"mouth_distance": 0.0137, "mouth_distance_low": 0.0121},
                "mouth_distance_high": 0.0152,
            }
            for model, r in (("mean_face", 0.0), ("ridge", 0.79), ("content", 0.951))
        ],
    )
    return {"history": {"content/default": history}, "evaluation": {"content: default": measures}}


def made() -> Making:
    chain = ("intake", "normalise", "segment", "landmarks", "register", "speech", "dump")
    jobs = [Job("intake", "Looks at files.", ())]
    jobs += [Job(b, "", (a,)) for a, b in pairwise(chain)]
    evaluations = [f"evaluate_{name}" for name in ("content", "speaker", "rendering", "autovc")]
    jobs += [Job(name, "Measures.", ("dump",)) for name in evaluations]
    jobs += [Job("report", "This page.", tuple(evaluations))]
    config = {"results": "out", "corpus": {"videos": "/a/long/" + "path/" * 40}, "seed": 0}
    return Making(
        rules=rules_of(jobs),
        software={"Python": "3.11", "opencv-contrib-python": "4.11.0.86", "torch": "2.13.0"},
        machine={"system": "Linux", "processor": "Some CPU with a long name @ 2.70 GHz"},
        digest="0123456789abcdef",
        config=config,
        defaults={"results": "results", "corpus": {"videos": "demo"}, "seed": 0},
    )


def opened(browser: Chrome, page: Path, width: str = "desktop", scheme: str = "light") -> None:
    """The page as a person meets it; what the console said before is forgotten."""
    set_screen(browser, width, scheme)
    browser.get_log("browser")
    browser.get(page.as_uri())
    until(browser, "videos().every((video) => video.readyState >= 1)")


def ask(browser: Chrome, expression: str, group: int = 0) -> Any:
    """The value of an expression about the page; ``videos()`` are those of a group."""
    return browser.execute_script(
        f"const group = document.querySelectorAll('.together')[{group}];"
        "const videos = () => [...group.querySelectorAll('video')];"
        f"return {expression};"
    )


def until(browser: Chrome, expression: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not ask(browser, expression):
        assert time.monotonic() < end, f"never came to be: {expression}"
        time.sleep(0.02)


def times(browser: Chrome) -> list[float]:
    return ask(browser, "videos().map((video) => video.currentTime)")


def test_the_shared_button_plays_all_in_step(browser: Chrome, page: Path) -> None:
    opened(browser, page)
    button = browser.find_element(By.CSS_SELECTOR, ".together button")
    assert button.text == "Play" and times(browser) == [0] * len(NAMES)
    button.click()
    until(browser, "Math.min(...videos().map((video) => video.currentTime)) > 0.5")
    # on a busy machine a decoder may stall: the others wait for it, or it catches up
    begun = in_step = times(browser)
    end = time.monotonic() + 20
    while min(in_step) - max(begun) < 0.5:
        assert time.monotonic() < end, "never half a second in step"
        now = times(browser)
        if max(now) - min(now) > 2 / FPS or max(now) < max(begun):
            begun = now
        in_step = now
        if ask(browser, "group.querySelector('button').textContent === 'Play'"):
            button.click()
            begun = in_step = times(browser)
    assert ask(browser, "videos().map((video) => video.muted)") == [False, True, True, True]
    assert button.text == "Pause"
    button.click()
    assert ask(browser, "videos().every((video) => video.paused)")
    assert len(set(times(browser))) == 1
    assert complaints(browser) == []


def test_videos_that_fell_apart_are_brought_together(browser: Chrome, page: Path) -> None:
    opened(browser, page)
    browser.find_element(By.CSS_SELECTOR, ".together button").click()
    until(browser, "Math.min(...videos().map((video) => video.currentTime)) > 0.2")
    ask(browser, "(videos()[1].currentTime += 0.2, videos()[2].currentTime += 0.9)")
    until(browser, f"Math.abs(videos()[1].currentTime - videos()[0].currentTime) < {1 / FPS}", 2)
    until(browser, f"Math.abs(videos()[2].currentTime - videos()[0].currentTime) < {1 / FPS}", 2)


def test_at_the_end_it_starts_again(browser: Chrome, page: Path) -> None:
    opened(browser, page)
    button = browser.find_element(By.CSS_SELECTOR, ".together button")
    ask(browser, f"videos().forEach((video) => (video.currentTime = {SECONDS - 0.5}))")
    button.click()
    until(browser, "videos().every((video) => video.ended)")
    until(browser, "group.querySelector('button').textContent === 'Play'")
    assert ask(browser, "group.querySelector('output').textContent") == "4.0 / 4.0 s"
    button.click()
    until(browser, "videos().every((video) => video.currentTime > 0.1 && video.currentTime < 2)")
    assert complaints(browser) == []


def test_one_group_at_a_time(browser: Chrome, page: Path) -> None:
    opened(browser, page)
    first, second = browser.find_elements(By.CSS_SELECTOR, ".together button")
    first.click()
    until(browser, "videos().every((video) => !video.paused)")
    second.click()
    until(browser, "videos().every((video) => video.paused)")
    assert (first.text, second.text) == ("Play", "Pause")


def test_it_works_by_keyboard_and_the_sound_can_be_chosen(browser: Chrome, page: Path) -> None:
    opened(browser, page)
    button = browser.find_element(By.CSS_SELECTOR, ".together button")
    slider = browser.find_element(By.CSS_SELECTOR, ".together input")
    slider.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert times(browser) == pytest.approx([2 / FPS] * len(NAMES))
    button.send_keys(Keys.SPACE)
    until(browser, "videos().every((video) => video.currentTime > 0.3)")
    button.send_keys(Keys.ENTER)
    assert ask(browser, "videos().every((video) => video.paused)")
    browser.find_element(By.CSS_SELECTOR, ".together select").send_keys("prediction")
    assert ask(browser, "videos().map((video) => video.muted)") == [True, False, True, True]
    assert complaints(browser) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off(browser: Chrome, page: Path, width: str, scheme: str) -> None:
    opened(browser, page, width, scheme)
    ask(browser, "document.querySelector('details').open = true")
    assert ask(browser, "innerWidth") == WIDTHS[width]
    root = "document.documentElement"
    assert ask(browser, f"{root}.scrollWidth") == ask(browser, f"{root}.clientWidth")
    # what is wider than the page scrolls by itself
    outside = """[...document.querySelectorAll('main *')].filter((element) =>
        element.getBoundingClientRect().right > innerWidth + 0.5 &&
        !element.closest('.scroll, pre, .sheet')).map((element) => element.outerHTML)"""
    assert ask(browser, outside) == []
    colours = "getComputedStyle(document.querySelector('{}')).{}"
    ground = lightness(ask(browser, colours.format("body", "backgroundColor")))
    assert (ground > 0.5) == (scheme == "light")
    for element, what in (("body", "color"), (".faint", "color"), (".graph text", "fill")):
        assert abs(lightness(ask(browser, colours.format(element, what))) - ground) > 0.3
    assert complaints(browser) == []
    if folder := os.environ.get("MIT_SCREENSHOTS"):
        photograph(browser, Path(folder) / f"{width}-{scheme}.png")
