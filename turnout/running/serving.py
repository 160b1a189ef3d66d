"""The published files of one directory on loopback, for a browser on the same machine. Nothing else is served."""

import contextlib
import mimetypes
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final
from urllib.parse import unquote, urlsplit

from turnout.errors import UsageError
from turnout.reporting.live import LIVE_HTML

_HOST: Final = "127.0.0.1"
#: Published files are links through this one (see :class:`turnout.workspace.Workspace`); nothing private is.
_CURRENT: Final = ".current"


@contextlib.contextmanager
def served(directory: Path, port: int) -> Iterator[str]:
    """Serve the published files of ``directory`` on 127.0.0.1 while the block runs; yield the page's address.

    Parameters
    ----------
    port : 0 for any that is free

    Raises
    ------
    UsageError
        If the port is taken or not allowed.
    """
    try:
        server = ThreadingHTTPServer((_HOST, port), partial(_Handler, directory))
    except OSError as error:
        raise UsageError(f"--serve {port}: the port cannot be had ({error.strerror}). Name another.") from None
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"http://{_HOST}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers for a handful of names; there is no listing, and no path leads anywhere else."""

    server_version = "turnout"
    sys_version = ""

    def __init__(self, directory: Path, *arguments: object) -> None:
        self._directory = directory
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._answer(whole=True)

    def do_HEAD(self) -> None:
        self._answer(whole=False)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing: the terminal is the watch's."""

    def _answer(self, *, whole: bool) -> None:
        # A page elsewhere can make a browser ask here under a name of its own: that is not this machine asking.
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        if host not in (_HOST, "localhost"):
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        name = unquote(urlsplit(self.path).path).removeprefix("/") or LIVE_HTML
        path = self._directory / name
        try:
            content = path.read_bytes() if _is_published(path, name) else None
        except OSError:
            content = None
        if content is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        if whole:
            self.wfile.write(content)


def _is_published(path: Path, name: str) -> bool:
    """Whether a name in the output directory is of what a run published for sharing. Never the workspace's."""
    if name != Path(name).name or name.startswith("."):
        return False
    return name == LIVE_HTML or (path.is_symlink() and path.readlink().parts[0] == _CURRENT)
