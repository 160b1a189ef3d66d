"""Runs made by hand: the founding case, a ballot of many contests, and one that abstained."""

import datetime as dt

import polars as pl

from turnout.contest import Contest
from turnout.reporting import Run, tables
from turnout.reporting import ledger as ledgers
from turnout.reporting.tables import (
    COHORT,
    COMPONENTS,
    FINDINGS,
    PRECINCTS,
    PROJECTION,
    RECONCILIATION,
    SUPPORT,
    TOTALS,
)
from turnout.vocabulary import COHORTS, GROUPS, PARENT

_SHARES = {
    "registered": (0.20, 0.04, 0.49, 0.05, 0.07, 0.015, 0.01, 0.06, 0.008, 0.02, 0.0001, 0.0369),
    "early": (0.23, 0.02, 0.26, 0.04, 0.035, 0.01, 0.015, 0.27, 0.005, 0.015, 0.0002, 0.0998),
    "poll": (0.22, 0.05, 0.53, 0.03, 0.05, 0.01, 0.01, 0.05, 0.006, 0.01, 0.0002, 0.0338),
    "late": (0.22, 0.03, 0.38, 0.05, 0.05, 0.01, 0.01, 0.15, 0.006, 0.02, 0.0003, 0.0737),
}
_TOTALS = {"registered": 300_000, "early": 21_000, "poll": 12_000, "late": 10_000}


def candidate(contest: str, name: str, counted: int, total: int, share: float, sd: float, win: float) -> dict:
    ends = {
        f"{end}{level}": min(max(share + sign * z * sd, 0.0), 1.0)
        for level, z in ((50, 0.674), (80, 1.282), (90, 1.645), (95, 1.960))
        for end, sign in (("lo", -1), ("hi", 1))
    }
    return {
        "contest": contest, "candidate": name, "party": "DEM", "counted_votes": counted,
        "counted_share": counted / total, "projected_votes": round(share * 43_000), "projected_share": share,
        **ends, "win_probability": win, "status": "projected", "reason": "",
    }  # fmt: skip


def cohorts() -> pl.DataFrame:
    rows = []
    for cohort in COHORTS:
        for group, share, registered in zip(GROUPS, _SHARES[cohort], _SHARES["registered"], strict=True):
            expected = share * _TOTALS[cohort]
            rows.append((cohort, group, PARENT.get(group, ""), expected, expected * 0.9, expected * 1.1, share,
                         share / registered))  # fmt: skip
    return pl.DataFrame(rows, schema=COHORT, orient="row")


def reconciliation() -> pl.DataFrame:
    return pl.DataFrame(
        [
            ("voters.csv", "voters", "ab" * 32, 300_012, 300_000, 12, 0, ""),
            ("vote_history.csv", "vote_history", "cd" * 32, 812_000, 812_000, 0, 0, ""),
            ("ballots.csv", "ballot_events", "ef" * 32, 145_310, 145_300, 0, 10, "not yet sent"),
            ("returns.csv", "results", "12" * 32, 390, 390, 0, 0, ""),
        ],
        schema=RECONCILIATION,
        orient="row",
    )


def provenance() -> dict[str, object]:
    return {
        "turnout": "0.1.0", "python": "3.11", "seed": 2017,
        "libraries": {"duckdb": "2.0.0", "polars": "2.1.0", "scikit-learn": "1.9.1"},
        "inputs": [{"name": "voters.csv", "sha256": "ab" * 32, "rows": 300_000}],
        "models": {"propensity": "34" * 32, "support": "56" * 32},
        "cohort_totals": {
            "registered": {"expected": 300_000.0, "lo90": 300_000.0, "hi90": 300_000.0},
            "early": {"expected": 21_000.0, "lo90": 21_000.0, "hi90": 21_000.0},
            "poll": {"expected": 12_000.0, "lo90": 9_000.0, "hi90": 16_000.0},
            "late": {"expected": 10_000.0, "lo90": 6_500.0, "hi90": 14_000.0},
        },
        "started": "2017-06-06T20:05:00", "seconds": 12.5,
    }  # fmt: skip


def founding_case(**changes: object) -> Run:
    name = "US House 34, special runoff"
    gomez = candidate(name, "Jimmy Gomez", 10_558, 21_000, 0.587, 0.035, 0.991)
    ahn = candidate(name, "Robert Lee Ahn", 10_442, 21_000, 0.413, 0.035, 0.009)
    support = [
        (
            name,
            group,
            who,
            share,
            max(share - 0.12, 0),
            min(share + 0.12, 1),
            max(share - 0.4, 0),
            min(share + 0.4, 1),
        )
        for group, gomez_share in (("white", 0.62), ("latino", 0.78), ("korean", 0.06), ("chinese", 0.45))
        for who, share in (("Jimmy Gomez", gomez_share), ("Robert Lee Ahn", 1 - gomez_share))
    ]
    parts = {"sampling": 0.003, "support by group": 0.012, "precinct noise": 0.006, "turnout total": 0.011,
             "turnout composition": 0.009, "ethnicity estimate": 0.004, "mode shift": 0.028}  # fmt: skip
    fields: dict[str, object] = {
        "contest": Contest(
            name=name, title="California's 34th district", date=dt.date(2017, 6, 6), state="CA", kind="runoff",
            synthetic=True, seed=2017,
        ),
        "projection": pl.DataFrame([gomez, ahn], schema=PROJECTION),
        "cohorts": cohorts(),
        "support": pl.DataFrame(support, schema=SUPPORT, orient="row"),
        "totals": pl.DataFrame([(name, 21_000, 43_000.0, 37_000.0, 51_000.0)], schema=TOTALS, orient="row"),
        "components": pl.DataFrame([(name, *part) for part in parts.items()], schema=COMPONENTS, orient="row"),
        "reconciliation": reconciliation(),
        "findings": pl.DataFrame(
            [
                ("note", "unmatched names", "11.2 % of surnames are in no table; their estimate rests on place."),
                ("warning", "unmatched precincts", "3 of 195 precincts of the returns are not in the voter file."),
            ],
            schema=FINDINGS,
            orient="row",
        ),
        "provenance": provenance(),
        "precincts": precincts(name),
    }  # fmt: skip
    return Run(**{**fields, **changes})


def precincts(contest: str, number: int = 14) -> pl.DataFrame:
    """Precincts with fewer and fewer votes to come, the first two of them counted; the last has eight to come."""
    rows = []
    for place in range(number):
        to_come = 0 if place < 2 else 8 if place == number - 1 else 400 - 20 * place
        for name, share in (("Jimmy Gomez", 0.4 + 0.02 * place), ("Robert Lee Ahn", 0.6 - 0.02 * place)):
            counted = round(1_500 * share)
            final = counted + round(to_come / 2 + 0.1)
            rows.append((contest, "Los Angeles", f"{place + 1:04}A", name, counted, final, place < 2))
    return pl.DataFrame(rows, schema=PRECINCTS, orient="row")


def ledger(
    run: Run, shares: tuple[float, ...] = (0.52, 0.55, 0.587), days: tuple[int, ...] = (5, 5, 6)
) -> pl.DataFrame:
    """Three projections of one contest, the last being the run's own."""
    entries = None
    for number, (share, day) in enumerate(zip(shares, days, strict=True)):
        moved = pl.col("projected_share") + (share - shares[-1]) * pl.when(pl.col("candidate") == "Jimmy Gomez").then(
            1.0
        ).otherwise(-1.0)
        earlier = Run(
            **{
                **{name: getattr(run, name) for name in run.__dataclass_fields__},
                "projection": run.projection.with_columns(projected_share=moved),
                "provenance": {**run.provenance, "as_of": f"2017-06-{day:02} 1{number}:00"},
            }
        )
        entries = ledgers.extended(entries, tables.published(earlier))
    return entries


def ballot(number: int = 300) -> Run:
    """A ballot known from results alone: every 50th contest abstains, and the odd ones near the middle flip."""
    rows: list[dict] = []
    for position in range(number):
        name = f"State House District {position + 1}"
        if position % 50 == 49:
            rows += [abstained(name, who) for who in ("Alvarez", "Baker")]
            continue
        share = 0.5 + 0.25 * position / number
        counted = 4_900 if position % 7 == 0 else 5_400
        win = min(0.5 + position / 100, 0.999)
        rows.append(candidate(name, "Alvarez", counted, 10_000, share, 0.02, win))
        rows.append(candidate(name, "Baker", 10_000 - counted, 10_000, 1 - share, 0.02, 1 - win))
    parts = [
        (row["contest"], name, sd)
        for row in rows[::2]
        if row["status"] == "projected"
        for name, sd in (
            ("mode shift", 0.016 if row["win_probability"] < 0.99 else 0.004),
            ("turnout composition", 0.006),
            ("turnout total", 0.005),
            ("precinct noise", 0.002),
            ("sampling", 0.001),
        )
    ]
    return founding_case(
        contest=Contest(title="General election", date=dt.date(2018, 11, 6), state="GA", kind="general"),
        projection=pl.DataFrame(rows, schema=PROJECTION),
        cohorts=None,
        support=None,
        precincts=None,
        components=pl.DataFrame(parts, schema=COMPONENTS, orient="row"),
    )


def abstained(contest: str, name: str) -> dict:
    empty = dict.fromkeys(PROJECTION)
    reason = "No votes are reported, and there is no past result by vote mode."
    return {**empty, "contest": contest, "candidate": name, "party": "", "status": "abstained", "reason": reason,
            "projected_share": float("nan"), "win_probability": float("nan")}  # fmt: skip


def fully_abstained() -> Run:
    rows = [abstained("Mayor", name) for name in ("Chen", "Diaz")]
    return founding_case(
        contest=Contest(name="Mayor"),
        projection=pl.DataFrame(rows, schema=PROJECTION),
        cohorts=None,
        support=None,
        precincts=None,
        components=pl.DataFrame(schema=COMPONENTS),
        findings=pl.DataFrame(schema=FINDINGS),
    )
