"""The studio's page in a browser, as its tests see and touch it."""

import base64
from typing import Any

from browsers import (
    eventually,
    set_screen,
)
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from studio_makers import Served


def opened(
    browser: Chrome,
    studio: Served,
    tab: str = "make",
    width: str = "desktop",
    scheme: str = "light",
    language: str = "en-GB",
) -> None:
    """The page as somebody meets it for the first time; what the console said is forgotten."""
    set_screen(browser, width, scheme)
    browser.execute_cdp_cmd(
        "Network.setUserAgentOverride",
        {
            "userAgent": browser.execute_script("return navigator.userAgent"),
            "acceptLanguage": language,
        },
    )
    browser.get(f"{studio.visitor.place}words/en")  # a page without guards against leaving
    browser.execute_script("localStorage.clear()")
    browser.get_log("browser")
    browser.get(f"{studio.visitor.place}#/{tab}")
    eventually(browser, "document.body && document.body.dataset.ready")


def at(browser: Chrome, id_: str) -> Any:
    return browser.find_element(By.ID, id_)


def text(browser: Chrome, id_: str) -> str:
    return browser.execute_script(f"return document.getElementById('{id_}').textContent")


def ready(browser: Chrome) -> None:
    """The preview can be played."""
    eventually(browser, "!document.getElementById('play').disabled", 40)


def drop(browser: Chrome, id_: str, data: bytes, name: str) -> None:
    """A file let go over a part of the page."""
    browser.execute_script(
        "const [id, data, name] = arguments;"
        "const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));"
        "const files = new DataTransfer();"
        "files.items.add(new File([bytes], name));"
        "for (const kind of ['dragenter', 'dragover', 'drop'])"
        "  document.getElementById(id).dispatchEvent(new DragEvent(kind,"
        "    { dataTransfer: files, bubbles: true, cancelable: true }));",
        id_,
        base64.b64encode(data).decode(),
        name,
    )


def chosen(browser: Chrome, list_: str) -> str:
    return browser.execute_script(
        f"return document.querySelector('#{list_} label:has(:checked) .name')?.textContent"
    )


LOOKS = """[...document.getElementById('preview').toDataURL()].reduce(
    (sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1000003, 7)"""


def looks(browser: Chrome) -> int:
    """A number that changes with the preview's picture."""
    return browser.execute_script(f"return {LOOKS}")
