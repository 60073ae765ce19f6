"""A file that would make ffmpeg open other files, or the network, is refused."""

import socket
import threading
from pathlib import Path

import pytest
from media_clips import flash_and_beep

from mit_core.errors import ClipError
from mit_core.media.normalise import normalise
from mit_core.media.probe import probe


class Ears:
    """A port of this machine, and whether anybody called there."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.called = False
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            connection, _ = self.server.accept()
        except OSError:
            return
        self.called = True
        connection.close()


def playlist(address: str) -> str:
    head = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n"
    return f"{head}#EXTINF:4.0,\n{address}\n#EXT-X-ENDLIST\n"


def dash(address: str) -> str:
    return f"""<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S"
 profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4">
<Representation id="1" bandwidth="1"><BaseURL>{address}</BaseURL></Representation></AdaptationSet>
</Period></MPD>"""


KINDS = {
    "hls": playlist,
    "concat": lambda address: f"ffconcat version 1.0\nfile '{address}'\n",
    "dash": dash,
    "sdp": lambda address: (
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        f"m=video {address.rsplit(':')[-1].split('/')[0]} RTP/AVP 96\na=rtpmap:96 H264/90000\n"
    ),
}


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "m3u8"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_other_file_is_opened(tmp_path: Path, kind: str, suffix: str) -> None:
    secret = flash_and_beep(tmp_path / "secret.ts")
    given = tmp_path / f"clip.{suffix}"
    for address in (secret.name, str(secret), f"file:{secret}"):
        given.write_text(KINDS[kind](address))
        with pytest.raises(ClipError) as error:
            probe(given)
        assert error.value.verdict in ("not_media", "unreadable")
        assert "clip" in error.value.reason and error.value.reason.endswith(".")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_called(tmp_path: Path, kind: str) -> None:
    ears = Ears()
    given = tmp_path / "clip.mp4"
    given.write_text(KINDS[kind](f"http://127.0.0.1:{ears.port}/talk.ts"))
    try:
        with pytest.raises(ClipError):
            probe(given)
    finally:
        ears.server.close()
    assert not ears.called


def test_the_program_refuses_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was looked at as a video, and then replaced."""
    clip = flash_and_beep(tmp_path / "clip.mp4")
    before = probe(clip)
    monkeypatch.setattr("mit_core.media.normalise.probe", lambda path: before)
    secret = flash_and_beep(tmp_path / "secret.ts")
    clip.write_text(f"ffconcat version 1.0\nfile '{secret.name}'\n")
    with pytest.raises(ClipError):
        normalise(clip, None, tmp_path / "out.mp4", tmp_path / "out.wav")
    assert not (tmp_path / "out.mp4").exists()
