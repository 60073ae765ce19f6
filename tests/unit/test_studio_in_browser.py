"""The studio in a real browser: from a dropped picture to a playing video."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browsers import (
    WIDTHS,
    complaints,
    eventually,
    lightness,
    open_browser,
    photograph,
)
from report_makers import report
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from studio_makers import Served, cartoon, hum, made_up_results, png, served
from studio_pages import LOOKS, at, chosen, drop, looks, opened, ready, text
from test_report_in_browser import rows_of_a_run, tables_of_a_run, write_video

from mit_core.demo.portrait import demo_portrait
from mit_core.faces.landmark_table import read_landmark_table
from mit_core.files import write_json
from mit_core.media.audio import write_wav
from mit_core.studio.words import words

TABS = ("make", "place", "history", "results")


REFUSED = ["the server responded with a status of 4"]
"""What Chromium says of every reply that is an error, handled or not."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    browser = open_browser(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
    )
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    results = made_up_results(tmp_path_factory.mktemp("results"), seconds=2)
    (results / "corpus").mkdir()
    (results / "corpus/funnel.tsv").write_text(
        "stage\titems_in\titems_out\tseconds_in\tseconds_out\nintake\t3\t2\t30\t20\n"
    )
    (results / "models/content/default/history.csv").write_text(
        "step,train_loss,val_loss\n"
        + "".join(f"{1000 * i},{0.012 / i},{0.013 / i}\n" for i in range(1, 40))
    )
    with served(results) as running:
        yield running


@pytest.fixture(autouse=True)
def emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test finds a studio that nobody used."""
    yield
    if "studio" not in request.fixturenames:
        return
    visitor = request.getfixturevalue("studio").visitor
    for kind in ("portraits", "speeches"):
        for medium in visitor.media(kind):
            if medium["origin"] == "upload":
                visitor.ask("DELETE", f"api/{kind}/{medium['id']}")
    told = visitor.get("api/renders").json
    for render in (*told["history"], *told["jobs"]):
        visitor.ask("DELETE", f"api/renders/{render['id']}")


def test_from_a_dropped_picture_to_a_playing_video(
    browser: Chrome, studio: Served, tmp_path: Path
) -> None:
    opened(browser, studio)
    demo_portrait(tmp_path / "me.png")
    write_wav(tmp_path / "words.wav", hum(1.6))
    drop(browser, "drop-portrait", (tmp_path / "me.png").read_bytes(), "me.png")
    eventually(browser, "document.querySelector('#portraits .name').textContent === 'me.png'")
    drop(browser, "drop-speech", (tmp_path / "words.wav").read_bytes(), "words.wav")
    eventually(browser, "document.querySelector('#speeches .name').textContent === 'words.wav'")
    assert (chosen(browser, "portraits"), chosen(browser, "speeches")) == ("me.png", "words.wav")
    ready(browser)

    # the lines move while the sound plays, and with it; asked in the page, since sounds end
    still = looks(browser)
    browser.set_script_timeout(30)
    during, after = browser.execute_async_script(
        "const done = arguments[0]; const state = () =>"
        f" [play.textContent, sound.paused, sound.currentTime, {LOOKS}];"
        "sound.addEventListener('timeupdate', function once() {"
        "  if (sound.currentTime < 0.2) return;"
        "  sound.removeEventListener('timeupdate', once);"
        "  const during = state();"
        "  play.click();"
        "  sound.addEventListener('pause', () => done([during, state()]), { once: true });"
        "});"
        "play.click();"
    )
    assert during[:2] == ["Pause", False] and during[3] != still
    assert after[:2] == ["Play", True] and after[2] < 1.6

    # a slider moves them without a sound
    before = looks(browser)
    at(browser, "amp_pos").send_keys(Keys.END)
    eventually(browser, f"({LOOKS}) !== {before}")
    ready(browser)

    at(browser, "render").click()
    eventually(browser, "document.querySelector('#jobs progress, #latest video')")
    eventually(browser, "document.querySelector('#latest video')?.readyState >= 2", 60)
    browser.execute_script("document.querySelector('#latest video').play()")
    eventually(browser, "document.querySelector('#latest video').currentTime > 0.3")
    video = browser.execute_script(
        "const v = document.querySelector('#latest video');"
        "return [v.videoWidth, v.videoHeight, v.duration]"
    )
    assert video[:2] == [320, 320] and video[2] == pytest.approx(1.6, abs=0.1)
    assert text(browser, "render-said") == words()["render.done"]
    link = browser.find_element(By.CSS_SELECTOR, "#latest a")
    assert link.get_attribute("href").endswith("?download")
    assert browser.execute_script("return document.querySelectorAll('#jobs .job').length") == 0
    assert complaints(browser) == []

    # the history has it, and gives its choices back
    at(browser, "usual").click()
    at(browser, "tab-history").click()
    eventually(browser, "document.querySelector('#renders video')?.readyState >= 1")
    assert "me.png" in browser.find_element(By.CSS_SELECTOR, "#renders h3").text
    browser.find_elements(By.CSS_SELECTOR, "#renders button")[0].click()
    assert at(browser, "make").is_displayed()
    assert at(browser, "amp_pos").get_attribute("value") == "2"
    at(browser, "tab-history").click()
    browser.find_elements(By.CSS_SELECTOR, "#renders button")[1].click()
    browser.switch_to.alert.accept()
    eventually(browser, "!document.querySelector('#renders video')")
    assert studio.visitor.get("api/renders").json["history"] == []
    assert complaints(browser) == []


def test_a_text_file_for_a_portrait_is_refused_in_a_sentence(
    browser: Chrome, studio: Served
) -> None:
    opened(browser, studio)
    ready(browser)
    drop(browser, "drop-portrait", b"Dear diary, " * 50, "diary.png")
    sentence = words()["error.not_picture"].format(name="diary.png")
    eventually(browser, "!document.getElementById('problem-portrait').hidden")
    assert at(browser, "problem-portrait").text == sentence
    drop(browser, "drop-speech", b"Dear diary, " * 50, "diary.wav")
    eventually(browser, "!document.getElementById('problem-speech').hidden")
    assert at(browser, "problem-speech").text == words()["error.clip.not_media"].format(
        name="diary.wav"
    )
    # refused before it is sent
    drop(browser, "drop-portrait", bytes(3_100_000), "huge.png")
    eventually(browser, "document.getElementById('problem-portrait').textContent.includes('3 MB')")
    assert chosen(browser, "portraits") == "astronaut"
    # what is right goes on as before
    ready(browser)
    drop(browser, "drop-portrait", cartoon(), "hello.png")
    eventually(browser, "document.getElementById('problem-portrait').hidden")
    eventually(browser, "document.querySelector('#portraits .name').textContent === 'hello.png'")
    assert complaints(browser, REFUSED) == []


def test_it_works_by_keyboard(browser: Chrome, studio: Served) -> None:
    opened(browser, studio)
    ready(browser)
    seen = []
    browser.execute_script("document.body.focus()")
    for _ in range(40):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        focused = browser.switch_to.active_element
        seen.append(focused.get_attribute("id") or focused.get_attribute("name"))
        outlined = browser.execute_script(
            "const e = document.activeElement;"
            "const boxes = [e, e.closest('label'), e.parentElement].filter(Boolean);"
            "return boxes.some((b) => getComputedStyle(b).outlineStyle !== 'none') ||"
            " e.matches('.skip')"
        )
        assert outlined, f"{seen[-1]} has the focus, and nobody sees it"
        if seen[-1] == "render":
            break
    order = [
        *("language", "theme", "tab-make", "file-portrait", "portrait", "file-speech", "record"),
        *("speech", "play", "seek", "head_motion", "amp_lip_y", "renderer", "mark", "render"),
    ]
    assert [name for name in seen if name in order] == order

    # the other picture, by an arrow
    browser.find_element(By.CSS_SELECTOR, "#portraits :checked").send_keys(Keys.ARROW_RIGHT)
    assert chosen(browser, "portraits") == "cartoon"
    ready(browser)
    at(browser, "play").send_keys(Keys.SPACE)
    eventually(browser, "document.getElementById('sound').currentTime > 0.1")
    at(browser, "play").send_keys(Keys.ENTER)
    at(browser, "render").send_keys(Keys.ENTER)
    eventually(browser, "document.querySelector('#latest video')?.readyState >= 1", 60)
    at(browser, "tab-make").send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert browser.switch_to.active_element.get_attribute("id") == "tab-history"
    assert at(browser, "history").is_displayed() and not at(browser, "make").is_displayed()
    at(browser, "tab-history").send_keys(Keys.HOME)
    assert at(browser, "make").is_displayed()
    assert complaints(browser) == []


def test_everything_has_a_name(browser: Chrome, studio: Served) -> None:
    opened(browser, studio)
    for tab in TABS:
        at(browser, f"tab-{tab}").click()
        nameless = browser.execute_script(
            "return [...document.querySelectorAll('button, a, input, select, canvas, progress')]"
            ".filter((e) => e.checkVisibility() && !e.getAttribute('aria-label')"
            " && !e.textContent.trim() && ![...(e.labels ?? [])].some((l) => l.textContent.trim()))"
            ".map((e) => e.outerHTML)"
        )
        assert nameless == []


def test_a_drawing_without_a_face_gets_its_landmarks_by_hand(
    browser: Chrome, studio: Served
) -> None:
    opened(browser, studio)
    drop(browser, "drop-portrait", png(np.full((400, 400, 3), 210, np.uint8)), "doodle.png")
    eventually(browser, "!document.getElementById('problem-preview').hidden")
    assert at(browser, "problem-preview").text == words()["error.no_face"].format(name="doodle.png")
    assert at(browser, "render").get_attribute("disabled")
    at(browser, "problem-place").click()
    said = words()["place.said.none"]
    eventually(browser, f"document.getElementById('editor-said').textContent === {said!r}")
    id_ = at(browser, "editor-portrait").get_attribute("value")
    start = np.array(studio.visitor.get(f"api/portraits/{id_}/landmarks?standard").json["points"])
    for _ in range(6):
        at(browser, "zoom-out").click()
    canvas = at(browser, "editor")
    scale = browser.execute_script("return document.getElementById('editor').clientWidth") / 400
    right, down = 20, -10  # pixels of the picture

    def pull(point: np.ndarray, dx: float, dy: float) -> None:
        # selenium counts from the middle
        x, y = (point - 200) * scale
        (
            ActionChains(browser)
            .move_to_element_with_offset(canvas, round(x), round(y))
            .click_and_hold()
            .move_by_offset(round(dx * scale), round(dy * scale))
            .release()
            .perform()
        )

    # the whole face, which is what moves first
    pull(start[33], right, down)
    expected = start + np.array([right, down])

    def now() -> np.ndarray:
        at(browser, "save").click()
        eventually(browser, "document.getElementById('make').checkVisibility()")
        return np.array(studio.visitor.get(f"api/portraits/{id_}/landmarks").json["points"])

    placed = now()
    np.testing.assert_allclose(placed, expected, atol=2.5 / scale)
    assert np.ptp(placed - start, axis=0).max() < 1e-3
    ready(browser)

    # one point by pointer, then by keys; another group by a button
    at(browser, "portrait-place").click()
    browser.find_element(By.CSS_SELECTOR, "#groups input[value='point']").send_keys(Keys.SPACE)
    canvas = at(browser, "editor")
    pull(placed[8], 0, 15)
    moved = placed.copy()
    moved[8, 1] += 15
    canvas.send_keys(Keys.ARROW_LEFT, Keys.SHIFT + Keys.ARROW_DOWN + Keys.NULL, "]")
    moved[8] += (-1, 10)
    canvas.send_keys(Keys.ARROW_UP)
    moved[9, 1] -= 1
    assert at(browser, "point").get_attribute("value") == "9"
    canvas.send_keys(Keys.ARROW_UP, Keys.CONTROL + "z" + Keys.NULL)
    browser.find_element(By.CSS_SELECTOR, "#groups input[value='lips']").send_keys(Keys.SPACE)
    browser.find_element(By.CSS_SELECTOR, "[data-scale='1.03,1']").click()
    final = now()
    np.testing.assert_allclose(final[:48], moved[:48], atol=2.5 / scale)
    assert np.ptp(final[48:, 0]) == pytest.approx(1.03 * np.ptp(placed[48:, 0]), rel=1e-3)
    table = studio.results / f"studio/portraits/{id_}/portrait.landmarks.tsv"
    np.testing.assert_allclose(read_landmark_table(table)[:, :2], final, atol=1e-3)
    at(browser, "tab-place").click()
    assert at(browser, "save-table").is_displayed()
    assert complaints(browser, REFUSED) == []


def test_speech_is_recorded_from_the_microphone(browser: Chrome, studio: Served) -> None:
    opened(browser, studio)
    at(browser, "record").click()
    eventually(browser, "document.getElementById('record').matches('.recording')")
    assert at(browser, "record-word").text == words()["speech.stop"]
    time.sleep(1.6)
    at(browser, "record").click()
    eventually(browser, "document.querySelector('#speeches .from').textContent === 'yours'")
    assert chosen(browser, "speeches").startswith("Recording, ")
    ready(browser)
    assert complaints(browser) == []


def test_a_render_is_cancelled(browser: Chrome, studio: Served, tmp_path: Path) -> None:
    opened(browser, studio)
    write_wav(tmp_path / "long.wav", hum(30))
    drop(browser, "drop-speech", (tmp_path / "long.wav").read_bytes(), "long.wav")
    eventually(browser, "document.querySelector('#speeches .name').textContent === 'long.wav'")
    ready(browser)
    at(browser, "render").click()
    eventually(browser, "document.querySelector('#jobs .told')?.textContent.includes('left')", 40)
    assert 0 < browser.execute_script("return document.querySelector('#jobs progress').value") < 1
    browser.find_element(By.CSS_SELECTOR, "#jobs button").click()
    stopped = words()["render.stopped"]
    eventually(browser, f"document.querySelector('#jobs .told').textContent === {stopped!r}")
    assert studio.visitor.get("api/renders").json["history"] == []
    browser.find_element(By.CSS_SELECTOR, "#jobs button").click()
    eventually(browser, "!document.querySelector('#jobs .job')")
    assert complaints(browser) == []


def test_two_tabs_see_what_each_other_renders(browser: Chrome, studio: Served) -> None:
    opened(browser, studio)
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    opened(browser, studio)
    ready(browser)
    at(browser, "render").click()
    eventually(browser, "document.querySelector('#latest video')", 60)
    second = browser.current_window_handle
    browser.switch_to.window(first)
    at(browser, "tab-history").click()
    eventually(browser, "document.querySelector('#renders video')")
    assert complaints(browser) == []
    browser.switch_to.window(second)
    browser.close()
    browser.switch_to.window(first)


def test_a_page_of_an_earlier_studio_goes_on(browser: Chrome, studio: Served) -> None:
    opened(browser, studio)
    ready(browser)
    # another token, as after a new start
    browser.execute_script(
        "const send = window.fetch; let first = true;"
        "window.fetch = (path, options = {}) => {"
        "  if (options.method === 'POST' && first) {"
        "    first = false; options.headers['x-studio-token'] = 'stale';"
        "  }"
        "  return send(path, options);"
        "}"
    )
    at(browser, "amp_lip_x").send_keys(Keys.HOME)
    ready(browser)
    assert at(browser, "problem-preview").text == ""


@pytest.mark.parametrize("language", ["en-GB", "ko-KR"])
def test_it_speaks_the_visitors_language(browser: Chrome, studio: Served, language: str) -> None:
    opened(browser, studio, language=language)
    told, other = (words(code) for code in (("en", "ko") if language == "en-GB" else ("ko", "en")))
    assert browser.execute_script("return document.documentElement.lang") == language[:2]
    assert browser.title == told["page.title"]

    def pairs() -> list[list[str]]:
        return browser.execute_script(
            "return [...document.querySelectorAll('[data-word], [data-word-label]')].map((e) => ["
            "e.dataset.word ?? e.dataset.wordLabel,"
            "e.dataset.word ? e.textContent : e.getAttribute('aria-label')])"
        )

    assert len(pairs()) > 60 and all(said == told[key] for key, said in pairs())
    # the record button and the lists are told anew, too
    at(browser, "language").send_keys("한국어" if language == "en-GB" else "English")
    eventually(browser, f"document.title === {other['page.title']!r}")
    ready(browser)
    assert all(said == other[key] for key, said in pairs())
    assert text(browser, "play") == other["preview.play"]
    assert browser.execute_script("return head_motion.options[0].text") == other["head.learned"]
    browser.refresh()
    eventually(browser, f"document.title === {other['page.title']!r}")
    assert complaints(browser) == []


def test_the_runs_report_opens_and_plays(browser: Chrome, studio: Served, tmp_path: Path) -> None:
    for number in range(2):
        write_video(tmp_path / f"{number}.mp4", number, None)
    videos = [{"title": name, "file": f"{i}.mp4"} for i, name in enumerate(("truth", "mesh"))]
    write_json(tmp_path / "talking.json", [{"title": "a clip", "videos": videos}])
    report(
        tmp_path,
        rows_of_a_run(),
        **tables_of_a_run(tmp_path),
        videos=[],
        talking=tmp_path / "talking.json",
    )
    (studio.results / "report.html").write_bytes((tmp_path / "report.html").read_bytes())
    opened(browser, studio, "results")
    link = "document.getElementById('report')"
    eventually(browser, f"{link}.checkVisibility()")
    browser.get(at(browser, "report").get_attribute("href"))
    eventually(browser, "[...document.querySelectorAll('video')].every((v) => v.readyState >= 1)")
    browser.find_element(By.CSS_SELECTOR, ".together button").click()
    eventually(browser, "document.querySelector('video').currentTime > 0.2")
    assert (
        browser.execute_script(
            "return getComputedStyle(document.querySelector('.synthetic')).borderStyle"
        )
        == "solid"
    )
    assert complaints(browser) == []
    (studio.results / "report.html").unlink()


def test_colours_can_be_chosen(browser: Chrome, studio: Served) -> None:
    opened(browser, studio, scheme="light")
    ground = "return getComputedStyle(document.body).backgroundColor"
    assert lightness(browser.execute_script(ground)) > 0.5
    at(browser, "theme").send_keys(words()["theme.dark"])
    eventually(browser, "document.documentElement.dataset.theme === 'dark'")
    assert lightness(browser.execute_script(ground)) < 0.5
    browser.refresh()
    eventually(browser, "document.body && document.body.dataset.ready")
    assert lightness(browser.execute_script(ground)) < 0.5
    assert at(browser, "theme").get_attribute("value") == "dark"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off(browser: Chrome, studio: Served, width: str, scheme: str) -> None:
    for language in ("en-GB", "ko-KR"):
        opened(browser, studio, "make", width, scheme, language)
        ready(browser)
        assert browser.execute_script("return innerWidth") == WIDTHS[width]
        for tab in TABS:
            at(browser, f"tab-{tab}").click()
            if tab == "results":
                eventually(browser, "document.querySelector('#overview svg')", 40)
            root = "document.documentElement"
            wide = browser.execute_script(f"return [{root}.scrollWidth, {root}.clientWidth]")
            assert wide[0] == wide[1], (tab, language)
            # a column as wide as a letter is no column
            thin = browser.execute_script(
                "return [...document.querySelectorAll('th')].filter((e) => e.checkVisibility()"
                " && e.textContent.length > 3 && e.getBoundingClientRect().width < 24).length"
            )
            assert thin == 0, (tab, language)
            outside = browser.execute_script(
                "return [...document.querySelectorAll('header *, main *')].filter((e) =>"
                " e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 0.5 &&"
                " !e.closest('.scroll, .view, .chart, .unseen')).map((e) => e.outerHTML)"
            )
            assert outside == [], (tab, language)
            if folder := os.environ.get("MIT_SCREENSHOTS"):
                name = f"studio-{tab}-{width}-{scheme}-{language[:2]}.png"
                photograph(browser, Path(folder) / name)
        ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert (lightness(ground) > 0.5) == (scheme == "light")
    assert complaints(browser, REFUSED) == []
