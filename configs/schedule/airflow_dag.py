"""Airflow DAG: one task a contest, so that each is retried and shown by itself.

Change CONTESTS and TURNOUT. Exit code 5 (nothing could be projected yet) and 6 (another run is at work) skip a task;
others fail it, and only 1 and 6 are worth trying again: a refused input (3) stays refused until it is replaced.
Tried: parsed, and run against a stand-in of Airflow, by a test. Not tried: under Airflow itself.
"""

import datetime as dt
import subprocess
from pathlib import Path

from airflow.exceptions import AirflowFailException, AirflowSkipException
from airflow.sdk import dag, task

CONTESTS = Path("/srv/turnout/contests")
TURNOUT = "/opt/turnout/bin/turnout"
SKIPPED = (5, 6)
WORTH_RETRYING = (1,)


def project(config: str, as_of: str | None = None) -> str:
    """Run one contest and return its summary."""
    command = [TURNOUT, "batch", config, "--json", "--log-format", "json", "--max-age", "36h"]
    if as_of is not None:
        command += ["--as-of", as_of]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode in SKIPPED:
        raise AirflowSkipException(done.stdout)
    if done.returncode in WORTH_RETRYING:
        raise RuntimeError(done.stdout)
    if done.returncode != 0:
        raise AirflowFailException(done.stdout)
    return done.stdout


@dag(schedule="@hourly", start_date=dt.datetime(2026, 1, 1), catchup=False, max_active_runs=1, tags=["turnout"])
def turnout() -> None:
    """Project every contest there is when the DAG is read."""
    for config in sorted(CONTESTS.glob("*/contest.toml")):
        task(project, task_id=f"project_{config.parent.name}", retries=1)(str(config))


turnout()
