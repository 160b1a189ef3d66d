"""A host of objects on 127.0.0.1: as much of S3, and of a web server, as reading files takes."""

import contextlib
import hashlib
import threading
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

BUCKET = "bucket"


@dataclass
class Host:
    """What the host holds and what it was asked.

    Attributes
    ----------
    files : key -> content; a bucket is the first part of the path
    status : key -> status that the host answers with instead
    cut : keys that end in the middle
    rewritten : key -> content that is there after the first look (HEAD) at it
    asked : "METHOD key" -> how often; the method is PART where only a part of the content was asked for
    queries : what followed the question mark of each request
    weak : whether tags are such as do not tell one content from any other
    written : seconds since 1970 that all is said to be written at
    """

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    rewritten: dict[str, bytes] = field(default_factory=dict)
    weak: bool = False
    written: float = 1_496_800_000.0
    asked: Counter[str] = field(default_factory=Counter)
    queries: list[str] = field(default_factory=list)

    def put(self, directory: Path, below: str = "") -> None:
        """Take in the files of a directory."""
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                self.files[below + path.relative_to(directory).as_posix()] = path.read_bytes()

    def fetched(self) -> dict[str, int]:
        """How many times the content of each file was asked for since this was asked last."""
        found = {what.removeprefix("GET "): count for what, count in self.asked.items() if what.startswith("GET ")}
        self.asked.clear()
        return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host: Host

    def log_message(self, *_: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)
        path = self._key()
        if path in self.host.rewritten:
            self.host.files[path] = self.host.rewritten.pop(path)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _key(self) -> str:
        return urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).removeprefix(f"/{BUCKET}").lstrip("/")

    def _answer(self, *, body: bool) -> None:
        key, query = self._key(), dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        self.host.queries.append(urllib.parse.urlsplit(self.path).query)
        self.host.asked[f"{'PART' if self.headers.get('Range') else self.command} {key}"] += 1
        if query.get("list-type") == "2":
            listing = self._listing(query.get("prefix", ""), query.get("delimiter", ""))
            return self._send(200, listing, {}, body=body)
        if key in self.host.status:
            return self._send(self.host.status[key], b"<Error/>", {}, body=body)
        if key not in self.host.files:
            return self._send(404, b"<Error><Code>NoSuchKey</Code></Error>", {}, body=body)
        content = self.host.files[key]
        etag = f'{"W/" if self.host.weak else ""}"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
        told = {"ETag": etag, "Last-Modified": formatdate(self.host.written, usegmt=True), "Accept-Ranges": "bytes"}
        if self.headers.get("If-Match") not in (None, etag):
            return self._send(412, b"<Error/>", {}, body=body)
        if part := self.headers.get("Range"):
            first, _, last = part.removeprefix("bytes=").partition("-")
            start, stop = int(first), min(int(last or len(content)) + 1, len(content))
            told["Content-Range"] = f"bytes {start}-{stop - 1}/{len(content)}"
            return self._send(206, content[start:stop], told, body=body, cut=key in self.host.cut)
        return self._send(200, content, told, body=body, cut=key in self.host.cut)

    def _send(self, status: int, content: bytes, told: dict[str, str], *, body: bool, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in told.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = cut

    def _listing(self, prefix: str, delimiter: str) -> bytes:
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2017-06-07T01:46:40.000Z</LastModified>"
            f"<ETag>&quot;{hashlib.md5(content, usedforsecurity=False).hexdigest()}&quot;</ETag>"
            f"<Size>{len(content)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            for key, content in sorted(self.host.files.items())
            if key.startswith(prefix) and not (delimiter and delimiter in key[len(prefix) :])
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult'
            ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{BUCKET}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{rows.count('<Contents>')}</KeyCount>"
            f"<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        ).encode()


@contextlib.contextmanager
def serving() -> Iterator[Host]:
    """Yield a host that answers on a free port of this machine while the block runs."""
    host = Host()
    handler = type("Handler", (_Handler,), {"host": host, "timeout": 10})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    host.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def environment(host: Host) -> dict[str, str]:
    """Return the variables with which the real library takes this host for Amazon's."""
    return {
        "AWS_ENDPOINT_URL": host.address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1",
    }
