"""A stand-in for the terminal's television address: the page itself, a list, clips made on the spot, and the plays it was told of."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "Sources" / "Terminal" / "Television"
PAGE_FILES = {"/tv": "index.html", "/tv/tv.js": "tv.js", "/tv/tv.css": "tv.css"}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".jpg": "image/jpeg",
    ".mp4": "video/mp4",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'"
HOUR = 3_600_000

TITLES = [
    ("小麦赤霉病的识别与防治", "农业技术", "林知远", "示例县农业技术推广站"),
    ("农民专业合作社怎样记账", "经营管理", "周晓禾", "示例市会计学校"),
    ("高血压的日常管理", "健康生活", "陈安", "示例县人民医院"),
    ("大棚番茄水肥一体化管理技术要点", "农业技术", "沈秋实", "示例县蔬菜研究所"),
    ("农村土地承包合同的签订", "法律常识", "何平", "示例市司法局"),
    ("网上卖山货：从拍照到发货", "电子商务", "苏小满", "示例镇便民服务中心"),
    ("冬季取暖安全", "安全生产", "", "示例县消防救援大队"),
    ("村级会议怎样开好", "基层组织", "方正", "示例县委党校"),
    ("果树冬剪", "农业技术", "顾春生", "示例县林果站"),
    ("小额贷款办理流程", "经营管理", "许清", "示例县农商银行"),
    ("乡村医生讲急救", "健康生活", "陈安", ""),
]


@dataclass
class Lesson:
    """One entry of the list. `missing` names sources that the terminal lists but cannot give."""

    id: str
    title: str
    category: str = "农业技术"
    speaker: str = ""
    unit: str = ""
    duration_ms: int = 60_000
    missing: tuple[str, ...] = ()
    offers: tuple[str, ...] = ("hls", "mp4")
    poster: bool = True
    codecs: str = "avc1.4D401F,mp4a.40.2"

    def entry(self) -> dict:
        sources = {
            "hls": {"type": "application/vnd.apple.mpegurl", "src": f"/tv/media/{self.id}/480p/index.m3u8"},
            "mp4": {"type": f'video/mp4; codecs="{self.codecs}"' if self.codecs else "video/mp4", "src": f"/tv/media/{self.id}/480p.mp4"},
        }
        return {
            "id": self.id,
            "title": self.title,
            "category": self.category,
            "speaker": self.speaker,
            "unit": self.unit,
            "duration_ms": self.duration_ms,
            "poster": f"/tv/media/{self.id}/poster.jpg",
            "sources": [sources[name] for name in self.offers],
        }


def lessons(count: int = len(TITLES)) -> list[Lesson]:
    """Sample lessons with all kinds of titles; the last has no poster."""
    made = []
    for number in range(count):
        title, category, speaker, unit = TITLES[number % len(TITLES)]
        minutes = (18 + number * 7) * 60_000
        made.append(Lesson(f"lesson-{number}", title, category, speaker, unit, minutes, poster=number != len(TITLES) - 1))
    return made


def make_clips(folder: Path, seconds: int = 120) -> Path:
    """Writes one moving clip as MP4 and as HLS, and a few posters, all drawn by ffmpeg."""

    def ffmpeg(*arguments: str) -> None:
        subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True)

    clip = folder / "480p.mp4"
    hls = folder / "480p"
    hls.mkdir(parents=True)
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=frequency=330"),
        *("-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50"),
        *("-c:a", "aac", "-movflags", "+faststart", str(clip)),
    )
    ffmpeg(
        *("-i", str(clip), "-c", "copy", "-f", "hls", "-hls_time", "4", "-hls_list_size", "0", "-hls_playlist_type", "vod"),
        *("-hls_segment_filename", str(hls / "%03d.ts"), str(hls / "index.m3u8")),
    )
    for number, (first, second) in enumerate([("0x3d6b4f", "0xd9c27a"), ("0x7a4b2c", "0xe8b66b"), ("0x2b4c6f", "0x9cc5d6"), ("0x5b3a5e", "0xd99a8b")]):
        picture = f"gradients=size=480x270:c0={first}:c1={second}:x0=0:y0=270:x1=480:y1=0:duration=1"
        ffmpeg("-f", "lavfi", "-i", picture, "-frames:v", "1", str(folder / f"poster-{number}.jpg"))
    return folder


@dataclass
class Television:
    """Serves on a free port of this machine from `with` to its end. What it serves may be changed while it runs.

    `refusals` is how many plays in a row it does not store; a path that ends with `held` is not answered while that is set.
    """

    clips: Path
    lessons: list[Lesson] = field(default_factory=lessons)
    site: str = "柳林镇清泉村"
    sample: bool = True
    stopped: bool = False
    clock_ahead_ms: int = 5 * HOUR
    clock_error_ms: int | None = None
    refusals: int = 0
    list_works: bool = True
    held: str = ""
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    posts: list[dict] = field(default_factory=list)

    def __enter__(self) -> Television:
        television = self

        class Handler(TelevisionHandler):
            tv = television

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def now(self) -> int:
        """The terminal's clock, which is ahead of the browser's so that a page that trusts the wrong one is seen."""
        return int(time.time() * 1000) + self.clock_ahead_ms

    def listing(self) -> bytes:
        body = {"site": self.site, "now": self.now(), "zone_offset_ms": 8 * HOUR, "sample": self.sample, "stopped": self.stopped}
        if self.clock_error_ms is not None:
            body["clock_error_ms"] = self.clock_error_ms
        return json.dumps(body | {"items": [lesson.entry() for lesson in self.lessons]}, ensure_ascii=False).encode()

    def plays(self) -> dict[str, dict]:
        """The last word on each play, by its token: the one that says most, because a request that was given up may arrive after the next."""
        said: dict[str, dict] = {}
        for post in self.posts:
            if post["play"] not in said or self._amount(post) >= self._amount(said[post["play"]]):
                said[post["play"]] = post
        return said

    @staticmethod
    def _amount(post: dict) -> tuple[bool, int]:
        return post["ended"], sum(interval["until"] - interval["from"] for interval in post["intervals"])

    def store(self, body: bytes) -> tuple[int, bytes]:
        if self.refusals:
            self.refusals -= 1
            return 503, b""
        self.posts.append(json.loads(body))
        return 200, b'{"stored":true}'

    def file(self, path: str) -> Path | None:
        if path in PAGE_FILES:
            return PAGE / PAGE_FILES[path]
        match = re.fullmatch(r"/tv/media/([\w-]+)/(poster\.jpg|480p\.mp4|480p/[\w.]+)", path)
        lesson = next((one for one in self.lessons if match and one.id == match[1]), None)
        if lesson is None:
            return None
        if match[2] == "poster.jpg":
            return self.clips / f"poster-{self.lessons.index(lesson) % 4}.jpg" if lesson.poster else None
        kind = "mp4" if match[2].endswith(".mp4") else "hls"
        return None if kind in lesson.missing else self.clips / match[2]


class QuietServer(ThreadingHTTPServer):
    """A browser that has seen enough of a video hangs up; that is no error."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class TelevisionHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tv: Television

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/tv/list.json":
            works = self.tv.list_works
            return self.answer(200 if works else 503, self.tv.listing() if works else b"", "application/json")
        while self.tv.held and path.endswith(self.tv.held):
            time.sleep(0.05)
        file = self.tv.file(path)
        if file is None or not file.is_file():
            return self.answer(404, b"", "text/plain")
        self.answer_part(file.read_bytes(), TYPES[file.suffix])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, text = self.tv.store(body) if self.path == "/tv/plays" else (404, b"")
        self.answer(status, text, "application/json")

    def answer_part(self, body: bytes, kind: str) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted:
            return self.answer(200, body, kind)
        first, last = int(wanted[1]), min(int(wanted[2] or len(body)), len(body) - 1)
        self.answer(206, body[first : last + 1], kind, {"Content-Range": f"bytes {first}-{last}/{len(body)}"})

    def answer(self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        self.tv.requests.append((self.command, self.path, len(body)))
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Accept-Ranges": "bytes", "Content-Security-Policy": POLICY}
        for name, value in (headers | (more or {})).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """A test run stays quiet."""
