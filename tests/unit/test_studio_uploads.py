"""What the studio takes: pictures and speech, checked as intake checks them."""

import http.client
import io
import json
import socket
import time
import zlib
from urllib.parse import urlsplit

import av
import numpy as np
import pytest
from PIL import Image
from studio_makers import (
    STRANGERS,
    UPLOAD_BYTES,
    asked,
    cartoon,
    hum,
    ids,
    png,
)

from mit_core.media.audio import read_audio, write_wav
from mit_core.studio.uploads import LONGEST_SIDE


def test_a_portrait_is_kept_upright_without_metadata_and_of_a_bearable_size(studio, visitor):
    image = Image.fromarray(np.full((200, 3000, 3), 128, np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    exif[0x010E] = "taken at home"
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    told = visitor.give("portraits", file.getvalue(), "..%2F..%2Fme.jpg").json
    assert told["name"] == "me.jpg" and told["origin"] == "upload"
    assert told["original"] == [200, 3000]
    assert told["size"] == [round(200 * LONGEST_SIDE / 3000), LONGEST_SIDE]
    (kept,) = (studio.results / "studio/portraits" / told["id"]).glob("*.png")
    with Image.open(kept) as picture:
        assert list(picture.size) == told["size"] and not picture.getexif()
    assert visitor.ask("DELETE", f"api/portraits/{told['id']}").status == 204
    assert not kept.parent.exists()


def test_speech_of_a_browsers_recorder_is_taken(studio, visitor, tmp_path):
    path = tmp_path / "recorded.webm"
    with av.open(path, "w") as film:
        stream = film.add_stream("libopus", rate=48_000, layout="mono")
        sound = (hum(1.5, 48_000) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(sound[None], "s16", "mono")
        frame.sample_rate = 48_000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            film.mux(packet)
    told = visitor.give("speeches", path.read_bytes(), "Recording, 10:15").json
    assert told["seconds"] == pytest.approx(1.5, abs=0.05)
    heard = visitor.get(f"media/speeches/{told['id']}")
    assert heard.headers["content-type"] in ("audio/x-wav", "audio/wav")
    (tmp_path / "heard.wav").write_bytes(heard.body)
    assert np.abs(read_audio(tmp_path / "heard.wav")).max() > 0.1
    question = asked(visitor) | {"speech": told["id"]}
    assert visitor.ask("POST", f"api/speeches/{told['id']}/analyse").json == {"ready": True}
    assert visitor.ask("POST", "api/preview", json=question).status == 200
    assert visitor.ask("DELETE", f"api/speeches/{told['id']}").status == 204


TEXT = b"Dear diary, this is no picture.\n" * 20


@pytest.mark.survives(STRANGERS)
@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("portraits", b"", "empty"),
        ("portraits", TEXT, "not_picture"),
        ("portraits", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_picture"),
        ("portraits", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n" + TEXT, "not_picture"),
        ("portraits", cartoon()[:2000], "not_picture"),
        ("portraits", png(np.zeros((20, 500, 3), np.uint8)), "too_few_pixels"),
        ("speeches", b"", "empty"),
        ("speeches", TEXT, "clip.not_media"),
        ("speeches", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", "clip.not_media"),
        ("speeches", cartoon(), "clip.no_audio"),
    ],
)
def test_what_is_no_picture_or_speech_is_refused_in_words(studio, visitor, kind, data, code):
    reply = visitor.give(kind, data, "holiday.png")
    assert (reply.status, reply.code) == (422, code)
    assert "holiday.png" in reply.json["error"]["text"] or code == "empty"
    assert str(studio.results) not in reply.body.decode()
    assert not list((studio.results / "studio/incoming").iterdir())
    assert ids(visitor, kind, "upload") == []


@pytest.mark.survives(STRANGERS)
def test_pictures_that_claim_to_be_enormous_are_refused(visitor):
    data = bytearray(png(np.zeros((100, 100, 3), np.uint8)))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    reply = visitor.give("portraits", bytes(data), "big.png")
    assert reply.code in ("too_many_pixels", "not_picture") and reply.status == 422


@pytest.mark.survives(STRANGERS)
@pytest.mark.parametrize(("sound", "code"), [(hum(0.3), "too_short"), (np.zeros(32_000), "silent")])
def test_speech_that_says_nothing_is_refused(visitor, tmp_path, sound, code):
    write_wav(tmp_path / "sound.wav", sound)
    reply = visitor.give("speeches", (tmp_path / "sound.wav").read_bytes(), "sound.wav")
    assert (reply.status, reply.code) == (422, code)


@pytest.mark.survives(STRANGERS)
def test_an_upload_that_is_too_large_is_stopped_on_its_way(studio, visitor, survival):
    survival.tried(2)
    place = urlsplit(visitor.place)
    # what it says to be
    told = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    told.putrequest("POST", "/api/portraits")
    told.putheader("content-length", str(10**12))
    told.putheader("x-studio-token", visitor.token)
    told.endheaders()
    reply = told.getresponse()
    assert reply.status == 413 and json.loads(reply.read())["error"]["code"] == "too_large"
    told.close()

    # what it is, without saying so
    def blocks():
        for _ in range(UPLOAD_BYTES // 10_000 + 50):
            yield bytes(10_000)

    silent = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    headers = {"x-studio-token": visitor.token, "transfer-encoding": "chunked"}
    try:
        silent.request("POST", "/api/portraits", blocks(), headers, encode_chunked=True)
        assert silent.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # it had stopped listening
    silent.close()
    end = time.monotonic() + 10
    while list((studio.results / "studio/incoming").iterdir()):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.survives(STRANGERS)
def test_an_upload_that_breaks_off_leaves_nothing(studio, visitor):
    place = urlsplit(visitor.place)
    with socket.create_connection((place.hostname, place.port)) as line:
        line.sendall(
            f"POST /api/portraits HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-length: 50000\r\n"
            f"x-studio-token: {visitor.token}\r\n\r\n".encode()
            + bytes(20_000)
        )
        time.sleep(0.2)
    end = time.monotonic() + 10
    while list((studio.results / "studio/incoming").iterdir()):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert ids(visitor, "portraits", "upload") == []
