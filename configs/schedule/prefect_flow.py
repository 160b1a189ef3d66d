"""Prefect flow: one task a contest, served by `python prefect_flow.py`.

Change CONTESTS and TURNOUT. Tried: parsed, and run against a stand-in of Prefect, by a test. Not tried: under Prefect
itself.
"""

import subprocess
from pathlib import Path

from prefect import flow, task

CONTESTS = Path("/srv/turnout/contests")
TURNOUT = "/opt/turnout/bin/turnout"


@task(retries=1, retry_delay_seconds=60)
def project(config: str) -> int:
    """Run one contest; 5 (nothing could be projected yet) and 6 (another run is at work) are no failures."""
    command = [TURNOUT, "batch", config, "--json", "--log-format", "json", "--max-age", "36h"]
    code = subprocess.run(command, check=False).returncode
    if code not in (0, 5, 6):
        raise RuntimeError(f"{config}: turnout exited with code {code}")
    return code


@flow(log_prints=True)
def turnout() -> None:
    """Project every contest there is."""
    for config in sorted(CONTESTS.glob("*/contest.toml")):
        project(str(config))


if __name__ == "__main__":
    turnout.serve(name="turnout", cron="5 * * * *")
