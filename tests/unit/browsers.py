"""A real headless browser, what its page says, and pictures of it."""

import base64
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

WIDTHS = {"phone": 360, "desktop": 1280}


def open_browser(*arguments: str) -> Chrome:
    """Chromium; the test is skipped where there is none."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("no chromium with its chromedriver here (Debian: chromium, chromium-driver)")
    options = ChromeOptions()
    options.binary_location = chromium
    usual = ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio")
    for argument in (*usual, *arguments):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # chromium refuses to run as root with it
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # named, so that nothing is looked for elsewhere
    return Chrome(options=options, service=Service(executable_path=driver))


def set_screen(browser: Chrome, width: str = "desktop", scheme: str = "light") -> None:
    """The size of a phone or a desktop, in light or dark."""
    metrics = {"width": WIDTHS[width], "height": 800, "deviceScaleFactor": 1}
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {**metrics, "mobile": width == "phone"}
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {
            "features": [
                {"name": "prefers-color-scheme", "value": scheme},
                # what slides under the pointer cannot be clicked
                {"name": "prefers-reduced-motion", "value": "reduce"},
            ]
        },
    )


def eventually(browser: Chrome, expression: str, seconds: float = 20) -> Any:
    """An expression's value, once it is true."""
    end = time.monotonic() + seconds
    while not (value := browser.execute_script(f"return {expression};")):
        assert time.monotonic() < end, f"never came to be: {expression}"
        time.sleep(0.02)
    return value


def complaints(browser: Chrome, but: Sequence[str] = ()) -> list[str]:
    """What the console complained of since it was last asked, without what holds ``but``."""
    entries = browser.get_log("browser")
    said = [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]
    return [message for message in said if not any(part in message for part in but)]


def photograph(browser: Chrome, path: Path) -> None:
    """The whole page as a picture, for people to look at."""
    picture = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(picture["data"]))


def lightness(colour: str) -> float:
    """0 (black) to 1 of "rgb(r, g, b)"."""
    channels = colour[colour.index("(") + 1 : colour.index(")")].split(",")[:3]
    return sum(float(channel) for channel in channels) / 765
