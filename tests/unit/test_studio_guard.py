"""What the server keeps from strangers: other sites, paths, and words about this machine."""

from pathlib import Path

import pytest
from studio_makers import STRANGERS, asked, ids

from mit_core.errors import ClipError, UserError
from mit_core.studio.replies import RefusalError, reply_of, without_paths
from mit_core.studio.uploads import shown_name


@pytest.mark.survives(STRANGERS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "evil.example:8765"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"x-studio-token": ""}, 403),
        ({"x-studio-token": "guessed"}, 403),
    ],
)
def test_other_sites_change_nothing(visitor, headers, status):
    reply = visitor.ask("POST", "api/renders", json=asked(visitor), headers=headers)
    assert reply.status == status
    assert visitor.get("api/renders").json["jobs"] == []


@pytest.mark.survives(STRANGERS)
def test_other_sites_see_nothing(visitor, survival):
    tried = [({"host": "evil.example"}, 421), ({"sec-fetch-site": "cross-site"}, 403)]
    survival.tried(2 * len(tried))
    for headers, status in tried:
        assert visitor.get("api/start", headers).status == status
        picture = f"media/portraits/{ids(visitor, 'portraits')[0]}"
        assert visitor.get(picture, headers).status == status
    # but a link may lead here, and a tunnel may have another port
    assert visitor.get("", {"sec-fetch-site": "cross-site"}).status == 200
    for host in ("localhost:9000", "127.0.0.1", "[::1]:80"):
        assert visitor.get("", {"host": host}).status == 200


def test_every_answer_says_what_a_browser_may_do_with_it(visitor):
    portrait = ids(visitor, "portraits")[0]
    paths = ["", "api/start", "static/studio.js", f"media/portraits/{portrait}", "nothing/here"]
    for path in paths:
        headers = visitor.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["content-type"]
    assert visitor.get("static/studio.js").headers["content-type"].startswith("text/javascript")


@pytest.mark.survives(STRANGERS)
@pytest.mark.parametrize(
    "path",
    [
        "static/../app.py",
        "static/%2e%2e%2fapp.py",
        "static/index.html",
        "words/..%2fwords_en",
        "media/portraits/..%2f..%2fmodels",
        "media/renders/..",
        "media/speeches/%00",
        "results/models/content/default/best.pt",
        "results/../results/studio",
        "results/%2fetc%2fpasswd",
        "api/portraits/0123456789abcdef/landmarks",
    ],
)
def test_paths_lead_nowhere(visitor, path):
    assert visitor.get(path).status == 404


def test_no_answer_holds_a_path(studio, visitor):
    portrait, speech = ids(visitor, "portraits")[0], ids(visitor, "speeches")[0]
    told = [
        visitor.get(path).body.decode()
        for path in ("", "api/start", "api/media", "api/renders", "api/results", "words/en")
    ]
    told.append(visitor.get(f"api/portraits/{portrait}/landmarks").body.decode())
    told.append(visitor.ask("POST", f"api/speeches/{speech}/analyse").body.decode())
    for text in told:
        assert str(studio.results) not in text and str(Path.cwd()) not in text


def test_the_librarys_sentences_lose_their_paths():
    path = Path("/srv/a b/results/studio/portraits/0123/portrait.png")
    error = UserError(f"{path}: no face, put {path.with_suffix('.tsv')} beside it (a/b, 3 x/s).")
    told = reply_of(error, {path: "me.png"})["text"]
    assert told.startswith("me.png: no face") and "/srv" not in told and "0123" not in told
    assert without_paths("see /home/x/y.tsv, line 3: /etc/hosts.") == "see y.tsv, line 3: hosts."
    assert reply_of(ClipError("no_audio", "x"), {path: "me.png"})["values"] == {"name": "me.png"}
    assert reply_of(RefusalError("empty"))["code"] == "empty"


def test_names_are_shown_and_nothing_else():
    assert shown_name("C:\\Users\\me\\face.png", "x") == "face.png"
    assert shown_name("../../etc/passwd", "x") == "passwd"
    assert shown_name("a\x00b\n\u202ec.png", "x") == "abc.png"
    assert shown_name("///", "portrait") == "portrait"
    assert len(shown_name("x" * 999, "x")) == 120
