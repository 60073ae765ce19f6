"""Landmarks that are placed by hand in the studio."""

import io
import time
import zipfile

import numpy as np
import pytest
from PIL import Image
from studio_makers import STRANGERS, asked, cartoon, png

from mit_core.demo.cartoon import cartoon_landmarks
from mit_core.faces.landmark_table import read_landmark_table
from mit_core.faces.puppet_beside import is_puppet
from mit_core.faces.puppet_files import read_puppet
from mit_core.studio.uploads import LONGEST_SIDE


def test_landmarks_are_placed_on_a_drawing_that_no_detector_reads(studio, visitor):
    drawing = png(np.full((300, 400, 3), 220, np.uint8))
    given = visitor.give("portraits", drawing, "doodle.png").json
    address = f"api/portraits/{given['id']}/landmarks"
    found = visitor.get(address)
    assert (found.status, found.code) == (422, "no_face")
    assert "doodle.png" in found.json["error"]["text"]
    assert visitor.get(f"{address}?detected").code == "no_face"
    standard = np.array(visitor.get(f"{address}?standard").json["points"])
    assert (standard > 0).all() and (standard < (400, 300)).all()
    assert np.ptp(standard[:, 1]) == pytest.approx(0.6 * 300, abs=1)
    for wrong, code in (
        (standard[:5].tolist(), "points"),
        ("face", "points"),
        ([[None, 1]] * 68, "points"),
        ([[10**400, 1]] * 68, "points"),
        ((standard + 300).tolist(), "points_outside"),
    ):
        assert visitor.ask("PUT", address, json=wrong).code == code
    placed = standard + np.array([20, 10])
    told = visitor.ask("PUT", address, json=placed.tolist()).json
    assert told["id"] == given["id"] and told["placed"]
    beside = studio.results / f"studio/portraits/{given['id']}/portrait.landmarks.tsv"
    np.testing.assert_allclose(read_landmark_table(beside)[:, :2], placed, atol=1e-3)
    np.testing.assert_allclose(visitor.get(address).json["points"], placed, atol=1e-3)
    question = asked(visitor) | {"portrait": given["id"]}
    assert visitor.ask("POST", "api/preview", json=question).status == 200
    visitor.ask("DELETE", f"api/portraits/{given['id']}")


@pytest.mark.survives(STRANGERS)
def test_points_that_make_no_face_are_told_by_name(studio, visitor):
    given = visitor.give("portraits", cartoon(), "knot.png").json
    address = f"api/portraits/{given['id']}/landmarks"
    visitor.ask("PUT", address, json=[[100.0, 100.0]] * 68)
    question = asked(visitor) | {"portrait": given["id"]}
    refused = [
        visitor.ask("POST", "api/preview", json=question),
        visitor.get(f"api/portraits/{given['id']}/puppet.zip"),
    ]
    id_ = visitor.ask("POST", "api/renders", json=question).json["id"]
    end = time.monotonic() + 30
    while (job := visitor.get("api/renders").json["jobs"][-1])["state"] != "failed":
        assert time.monotonic() < end and job["id"] == id_
        time.sleep(0.05)
    for told in (*(reply.json["error"] for reply in refused), job["error"]):
        assert told["text"] and "/" not in told["text"] and told["code"] != "inside"
    assert not (studio.results / "studio/renders" / id_).exists()
    visitor.ask("DELETE", f"api/renders/{id_}")
    visitor.ask("DELETE", f"api/portraits/{given['id']}")


def test_the_table_is_given_in_the_pixels_of_the_picture_that_was_given(visitor, tmp_path):
    large = np.asarray(Image.open(io.BytesIO(cartoon())).resize((1920, 1920)))
    given = visitor.give("portraits", png(large), "köpfe.png").json
    assert given["size"] == [LONGEST_SIDE, LONGEST_SIDE]
    placed = cartoon_landmarks() * LONGEST_SIDE / 480
    visitor.ask("PUT", f"api/portraits/{given['id']}/landmarks", json=placed.tolist())
    reply = visitor.get(f"api/portraits/{given['id']}/landmarks.tsv")
    assert "k%C3%B6pfe.landmarks.tsv" in reply.headers["content-disposition"]
    (tmp_path / "table.tsv").write_bytes(reply.body)
    table = read_landmark_table(tmp_path / "table.tsv")[:, :2]
    np.testing.assert_allclose(table, cartoon_landmarks() * 4, atol=0.01)
    visitor.ask("DELETE", f"api/portraits/{given['id']}")


def test_a_puppet_is_given_in_makeittalks_form(visitor, tmp_path):
    given = visitor.give("portraits", cartoon(), "../my toon!.png").json
    points = cartoon_landmarks().tolist()
    visitor.ask("PUT", f"api/portraits/{given['id']}/landmarks", json=points)
    reply = visitor.get(f"api/portraits/{given['id']}/puppet.zip")
    assert "my_toon.zip" in reply.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(reply.body)) as files:
        assert all(name.startswith("my_toon/my_toon") for name in files.namelist())
        files.extractall(tmp_path)
    picture = tmp_path / "my_toon/my_toon.png"
    assert is_puppet(picture)
    np.testing.assert_allclose(read_puppet(picture, 480, 480).open, points, atol=1e-3)
    visitor.ask("DELETE", f"api/portraits/{given['id']}")


def test_pictures_of_the_results_are_left_as_they_are(studio, visitor, survival):
    survival.watch(studio.results / "demo_media")
    portrait = next(p for p in visitor.media("portraits") if p["name"] == "astronaut")
    points = visitor.get(f"api/portraits/{portrait['id']}/landmarks").json["points"]
    own = visitor.ask("PUT", f"api/portraits/{portrait['id']}/landmarks", json=points).json
    assert own["origin"] == "upload" and own["id"] != portrait["id"] and own["placed"]
    assert visitor.ask("DELETE", f"api/portraits/{portrait['id']}").code == "not_yours"
    # placed anew, and found as before
    address = f"api/portraits/{own['id']}/landmarks"
    visitor.ask("PUT", address, json=(np.array(points) + 5).tolist())
    np.testing.assert_allclose(visitor.get(address).json["points"], np.array(points) + 5, atol=1e-3)
    np.testing.assert_allclose(visitor.get(f"{address}?detected").json["points"], points, atol=0.5)
    visitor.ask("DELETE", f"api/portraits/{own['id']}")
