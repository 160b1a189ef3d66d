"""A process that has imported everything and runs the command line in copies of itself, to be killed in them.

Importing takes a second, so hundreds of kills need a warm start. The copies are forked while nothing in this process
has used DuckDB or Polars, and no thread but Polars' idle cleaner is there; the program itself only ever spawns.
Reads a line of JSON a request from standard input, answers with one.

A request: ``arguments`` of the command line, ``directory`` to work in, ``kill`` (the number of the event at which to
die, 0: never) and ``after`` (seconds after which to die, 0: never). An event is a change of a file from Python, or a
query. Further: ``scale`` (voters of ``turnout demo``), ``limits`` (resource limits), ``vanish``
(a file, and the number of the event at which it is gone), ``fail`` (a text, and the number of the event at which an
error with it is raised), ``environment``.
"""

import contextlib
import importlib
import json
import os
import resource
import select
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

#: Audit events of changes to files: https://docs.python.org/3/library/audit_events.html
CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.link", "os.truncate", "os.chmod"}
QUERY = "turnout.query"


def main() -> None:
    """Answer requests until there are no more."""
    prepare()
    threads = {(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()}
    assert len(threads - {"polars-ooc-clea"}) == 1, threads
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


#: What commands import, and what is imported only where it is needed.
MODULES = (
    *(f"turnout.running.{name}" for name in ("backtest", "batch", "cohorts", "demo", "forget", "init", "project")),
    *("turnout.cli", "turnout.reporting.page", "turnout.reporting.backtest", "turnout.example"),
    *("pyarrow.ipc", "sklearn.linear_model", "rich.console", "rich.table", "rich.text"),
)


def prepare() -> None:
    """Import what commands need, and make queries audit events."""
    for name in MODULES:
        importlib.import_module(name)
    from turnout.workspace import Workspace

    for name in ("execute", "query", "table", "append"):
        method = getattr(Workspace, name)

        def audited(self: Any, *given: Any, method: Any = method, **binds: Any) -> Any:
            sys.audit(QUERY)
            return method(self, *given, **binds)

        setattr(Workspace, name, audited)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Run a request in a copy of this process and say how it ended."""
    reader, writer = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os._exit(run(asked, writer))
    os.close(writer)
    ready, _, _ = select.select([reader], [], [], asked.get("after") or 600)
    if not ready:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    told = b""
    while block := os.read(reader, 1 << 16):
        told += block
    os.close(reader)
    _, status, used = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "events": int(told or b"0"),
        "seconds": time.monotonic() - started,
        "processor": used.ru_utime + used.ru_stime,
    }


def run(asked: dict[str, Any], writer: int) -> int:
    """Run the command line here; the number of events that were seen is written at the end."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setsid()
    os.chdir(asked["directory"])
    out = os.open(asked.get("output", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    shrink(asked.get("scale"))
    os.environ.update(asked.get("environment", {}))
    for name, limit in asked.get("limits", {}).items():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    seen = count(asked.get("kill", 0), asked.get("vanish", ("", 0)), asked.get("fail", ("", 0)))
    code = 1
    try:
        from turnout.cli import app

        app([str(argument) for argument in asked["arguments"]], prog_name="turnout")
    except SystemExit as ended:
        code = int(ended.code or 0)
    sys.stdout.flush()
    os.write(writer, str(seen["events"]).encode())
    return code


def count(kill: int, vanish: tuple[str, int], fail: tuple[str, int]) -> dict[str, int]:
    """Count events from now on, and die, remove a file or raise an error at the one asked for."""
    seen = {"events": 0}

    def hook(event: str, given: tuple[Any, ...]) -> None:
        opens = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if opens or event in CHANGES or event == QUERY:
            seen["events"] += 1
            if seen["events"] == kill:
                os.kill(os.getpid(), signal.SIGKILL)
            if seen["events"] == vanish[1]:
                Path(vanish[0]).unlink()
            if seen["events"] == fail[1]:
                raise LookupError(fail[0])

    sys.addaudithook(hook)
    return seen


def shrink(voters: int | None) -> None:
    """Let ``turnout demo`` generate so few voters."""
    if voters is not None:
        from turnout import example

        example.generate = partial(example.generate, scenario=example.CA34.scaled(voters, 20))


if __name__ == "__main__":
    main()
