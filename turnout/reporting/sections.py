"""The page's sections, as what its templates show: charts with their words, and the tables behind them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from turnout.reporting import boundaries, charts, ledger, story, summary, words
from turnout.reporting.run import Run
from turnout.vocabulary import COHORTS

#: Candidates that a chart or a wide table has room for.
_CANDIDATES: Final = 3
#: Precincts that the tables of a page list, and characters that its maps may take; the workbook has all precincts.
_PRECINCTS: Final = 1_500
_MAPS: Final = 900_000
#: Contests whose components a page lists, the most open first; the workbook has all.
_CONTESTS: Final = 2_000
#: A move, in share units, that is told of a ballot's contests, and how many of them are.
_WIDELY: Final = 0.01
_MOVES: Final = 20
#: Ends of the margin, in share units, between the shades of the map.
_SHADES: Final = (-0.3, -0.1, 0.1, 0.3)
#: Least win probability of each class of certainty, and what it is called.
_CERTAINTY: Final = (
    (0.99, "over 99 %"),
    (0.95, "95 to 99 %"),
    (0.8, "80 to 95 %"),
    (0.65, "65 to 80 %"),
    (0.0, "under 65 %"),
)

Section = dict[str, Any]


def votes(contest: summary.ContestSummary) -> Section | None:
    """How the votes counted, those still to come and all of them divide; None where nothing is to come or counted."""
    counted = sum(line.counted_votes or 0 for line in contest.lines)
    final = sum(line.projected_votes or 0 for line in contest.lines)
    if not counted or final <= counted:
        return None
    rows = []
    for line in contest.lines:
        own, all_of_it = line.counted_votes or 0, line.projected_votes or 0
        to_come = max(all_of_it - own, 0)
        rows.append((line.candidate, own, own / counted, to_come, to_come / (final - counted), all_of_it, line))
    shown = rows[: _CANDIDATES + 1]
    series = [
        charts.Series("counted", "early", [row[2] for row in shown]),
        charts.Series("to come", "poll", [row[4] for row in shown]),
        charts.Series("final", "final", [row[6].projected_share for row in shown]),
    ]
    told = "; ".join(f"{row[0]}: counted {words.percent(row[2])}, to come {words.percent(row[4])}" for row in shown)
    return {
        "rows": rows,
        "counted": counted,
        "to_come": final - counted,
        "final": final,
        "legend": [
            ("early", f"counted ({words.count(counted)})"),
            ("poll", f"to come, expected ({words.count(final - counted)})"),
            ("final", "final, projected"),
        ],
        "chart": charts.shares([row[0] for row in shown], series, f"Bars of each candidate's shares. {told}."),
    }


def cohorts(run: Run) -> Section | None:
    """Early, poll and late voters by group against registration."""
    rows = summary.groups(run)
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: -row.largest_share)
    names = [(name, summary.COHORT_LABELS[name]) for name in COHORTS]
    series = [charts.Series(label, name, [row.cells[name].share for row in rows]) for name, label in names]
    told = "; ".join(
        f"{row.label}: "
        + ", ".join(f"{label.lower()} {words.percent(row.cells[name].share)}" for name, label in names)
        for row in rows[:4]
    )
    return {
        "rows": rows,
        "names": names,
        "totals": summary.totals(run),
        "legend": names,
        "chart": charts.shares(
            [row.label for row in rows], series, f"Bars of each group's share of each cohort. {told}."
        ),
    }


def support(run: Run, contest: summary.ContestSummary) -> Section | None:
    """How each group divides, with intervals, for the candidates projected to lead."""
    found = summary.support_by_group(run, contest.contest)
    if not found:
        return None
    rows: dict[str, list[dict[str, object]]] = {}
    for row in found:
        rows.setdefault(str(row["label"]), []).append(row)
    many = len({row["candidate"] for row in found})
    shown = [line.candidate for line in contest.lines if any(row["candidate"] == line.candidate for row in found)]
    if not shown:  # the names of one are not those of the other: nothing could be said of anyone
        return None
    shown = shown[: 1 if many == 2 else _CANDIDATES]
    by_name: dict[tuple[object, object], dict[str, Any]] = {(row["label"], row["candidate"]): row for row in found}
    series = [_support_of(name, number, list(rows), by_name) for number, name in enumerate(shown, start=1)]
    told = "; ".join(
        f"{label} {words.percent(by_name[label, shown[0]]['share'], 0)}"
        for label in rows
        if (label, shown[0]) in by_name
    )
    return {
        "rows": rows,
        "caption": f"Share of each group for {_and(shown)}, with its 90 % interval",
        "legend": [(str(number), name) for number, name in enumerate(shown, start=1)] if len(shown) > 1 else [],
        "chart": charts.shares(list(rows), series, f"Bars of inferred support for {shown[0]}: {told}.", whole=True),
    }


def _support_of(
    name: str, number: int, labels: Sequence[str], rows: Mapping[tuple[object, object], dict[str, Any]]
) -> charts.Series:
    own = [rows.get((label, name), {}) for label in labels]
    columns = [[row.get(column) for row in own] for column in ("share", "lo90", "hi90")]
    return charts.Series(name, f"candidate-{number}", *columns)


def components(run: Run, contest: summary.ContestSummary) -> Section | None:
    """Each component of the uncertainty by itself."""
    parts = summary.components(run, contest.contest)
    if not parts:
        return None
    told = ", ".join(f"{name} {words.points(sd)}" for name, sd in parts)
    return {
        "rows": [(name, story.COMPONENTS.get(name, ""), sd) for name, sd in parts],
        "chart": charts.spreads(
            [name for name, _ in parts], [sd for _, sd in parts], f"Bars of the components, in points: {told}."
        ),
    }


def made_of(run: Run, contest: summary.ContestSummary) -> str:
    """Say in a line what each component of the uncertainty does; empty where nothing is known of them."""
    return ", ".join(f"{name} {words.points(sd)}" for name, sd in summary.components(run, contest.contest))


def ballot_uncertainty(run: Run, contests: Sequence[summary.ContestSummary]) -> Section | None:
    """Tell what a ballot's intervals are made of, by component and contest by contest; None where it is not known."""
    order = [
        contest for contest in contests if contest.contest in run.components_of and contest.status == "projected"
    ]
    if not order:
        return None
    wide = {contest.contest: dict(run.components_of[contest.contest]) for contest in order}
    names = list(dict.fromkeys(name for parts in wide.values() for name in parts))
    spread = {name: sorted(parts.get(name, 0.0) for parts in wide.values()) for name in names}
    largest = Counter(run.components_of[contest][0][0] for contest in wide)
    names.sort(key=lambda name: (-largest[name], -spread[name][len(order) // 2], name))
    first = names[0]
    said = (
        f"In {largest[first]:,} of {words.plural(len(order), 'contest')} the largest unknown is"
        f" {story.COMPONENTS.get(first, first)}."
    )
    return {
        "said": said,
        "rows": [
            (
                name,
                story.COMPONENTS.get(name, ""),
                spread[name][len(order) // 2],
                spread[name][len(order) * 9 // 10],
                largest[name],
            )
            for name in names
        ],
        "names": names,
        "contests": [(contest.contest, [wide[contest.contest].get(name) for name in names]) for contest in order],
        "listed": _CONTESTS,
    }


def moved(run: Run, contest: summary.ContestSummary) -> Section | None:
    """How the projection moved since it was first published; None before the second run."""
    entries = ledger.moved(run.ledger, contest.contest)
    if entries.is_empty():
        return None
    runs = entries["run"].unique(maintain_order=True).to_list()
    shown = [line.candidate for line in contest.lines[: 1 if len(contest.lines) == 2 else _CANDIDATES]]
    leader = entries.filter(pl.col("candidate") == shown[0])

    def over(candidate: str, column: str) -> list[float | None]:
        known = dict(entries.filter(pl.col("candidate") == candidate).select("run", column).iter_rows())
        return [known.get(number) for number in runs]

    series = [
        charts.Series(name, f"candidate-{number}", over(name, "projected_share"))
        for number, name in enumerate(shown, 1)
    ]
    series += [
        charts.Series(f"{end} end", "bound", over(shown[0], column))
        for end, column in (("low", "lo90"), ("high", "hi90"))
    ]
    series.append(charts.Series("the count alone", "count", over(shown[0], "counted_share")))
    projected = leader["projected_share"].drop_nulls()
    if projected.is_empty():
        return None
    first, last = projected[0], projected[-1]
    days = ledger.by_day(entries)
    then, now = words.percent(first), words.percent(last)
    said = f"{shown[0]} was at {then} in the first of {len(runs)} runs and is at {now} now"
    tables = [("Day by day, the last run of each", days.to_dicts())] if days.height else []
    return {
        "said": f"{said}, {words.signed_points(last - first)} since.",
        "caption": f"Projected final share of {_and(shown)}, run by run",
        "legend": [
            *((str(number), name) for number, name in enumerate(shown, start=1)),
            ("bound", f"90 % interval of {shown[0]}"),
            ("count", f"the count alone, {shown[0]}"),
        ],
        "chart": charts.lines([str(number) for number in runs], series, f"Lines over {len(runs)} runs. {said}."),
        "tables": [*tables, ("Run by run", entries.to_dicts())],
        "repeats": ledger.repeats(entries),
    }


def ballot_moved(run: Run) -> Section | None:
    """Which contests of a ballot moved since the run before; None before the second run."""
    moves = ledger.last_moves(run.ledger)
    if moves.is_empty() or run.ledger is None:
        return None
    widely, turned = moves.filter(pl.col("move").abs() >= _WIDELY).height, int(moves["turned"].sum())
    said = f"Since the run before, {words.plural(widely, 'contest')} moved by a point or more"
    return {
        "said": f"{said}, and {words.plural(turned, 'contest')} got another leader." if turned else f"{said}.",
        "runs": run.ledger["run"].n_unique(),
        "rows": moves.filter(pl.col("turned") | (pl.col("move").abs() >= _WIDELY)).head(_MOVES).to_dicts(),
    }


def precincts(run: Run, contest: summary.ContestSummary) -> Section | None:
    """Votes counted and to come, precinct by precinct, and on a map where boundaries are given.

    What a page has room for is shared out among the contests of the run.
    """
    if run.precincts is None:
        return None
    lines = run.precincts.filter(pl.col("contest") == contest.contest)
    if lines.is_empty():
        return None
    contests = run.precincts["contest"].n_unique()
    listed = _PRECINCTS // contests
    candidates = [line.candidate for line in contest.lines[:_CANDIDATES]]
    units = _units(lines, candidates)
    out = sum(not unit["reported"] for unit in units)
    rows = sorted(units, key=lambda unit: (-(unit["to_come"] or 0), unit["county"], unit["precinct"]))
    said = f"Poll votes are in from {len(units) - out:,} of {len(units):,} precincts"
    most = rows[0]
    if most["to_come"]:
        said += f"; most are to come in {_where(most)} (about {words.rounded(most['to_come'])})"
    return {
        "said": f"{said}. A precinct's own projection is far less certain than the sum of all.",
        "counties": len({unit["county"] for unit in units}) > 1,
        "candidates": candidates,
        "rows": rows[:listed],
        "many": len(units),
        "left_out": len(units) > listed,
        "map": _map(run.shapes, units, candidates, _MAPS // contests) if run.shapes else None,
    }


def _units(lines: pl.DataFrame, candidates: Sequence[str]) -> list[Section]:
    """One row a precinct: its votes, and counted and projected shares by candidate."""
    votes: dict[tuple[str, str], dict[str, tuple[int, int | None]]] = {}
    reported: dict[tuple[str, str], bool] = {}
    columns = ("county", "precinct", "candidate", "counted_votes", "projected_votes", "reported")
    for county, precinct, candidate, counted, projected, polls in lines.select(columns).iter_rows():
        votes.setdefault((county, precinct), {})[candidate] = (counted or 0, projected)
        reported[county, precinct] = polls and reported.get((county, precinct), True)
    return [_unit(key, own, candidates, polls=reported[key]) for key, own in votes.items()]


def _unit(
    key: tuple[str, str], votes: Mapping[str, tuple[int, int | None]], candidates: Sequence[str], *, polls: bool
) -> Section:
    known = all(projected is not None for _, projected in votes.values())
    counted, final = sum(own for own, _ in votes.values()), sum(projected or 0 for _, projected in votes.values())
    own = [votes.get(name, (0, 0)) for name in candidates]
    return {
        "county": key[0],
        "precinct": key[1],
        "reported": polls,
        "counted": counted,
        "to_come": final - counted if known else None,
        "shares": [(_over(c, counted), _over(p or 0, final) if known else None) for c, p in own],
    }


def _map(
    shapes: Sequence[boundaries.Shape], units: Sequence[Section], candidates: Sequence[str], size: int
) -> Section:
    drawn = boundaries.draw(shapes, [(unit["county"], unit["precinct"]) for unit in units], size=size)
    by_key = {(unit["county"], unit["precinct"]): unit for unit in units}
    if not drawn.outlines:
        names = ", ".join(drawn.properties[:8]) or "none"
        caption = (
            "No map: no property of the boundary file names precincts as the returns do. "
            f"Its properties are {names}; give it one with the returns' names."
        )
        return {"caption": caption, "legend": [], "outlines": []}
    outlines = []
    for outline in drawn.outlines:
        unit = by_key[outline.county, outline.precinct]
        shares = [projected if projected is not None else counted for counted, projected in unit["shares"]]
        said = ", ".join(f"{name} {words.percent(share)}" for name, share in zip(candidates, shares, strict=True))
        outlines.append({"path": outline.path, "shade": _shade(shares), "title": f"{_where(unit)}: {said}"})
    first, second = candidates[0], candidates[1] if len(candidates) > 1 else "others"
    return {
        "width": drawn.width,
        "height": drawn.height,
        "outlines": outlines,
        "caption": f"Projected lead by precinct; {len(outlines):,} of {len(units):,} precincts are on the map",
        "alt": f"Map of {len(outlines):,} precincts by projected lead of {first}; the table below has the numbers.",
        "legend": [
            ("m5", f"{first} by over 30"),
            ("m4", f"{first} by 10 to 30"),
            ("m3", "within 10 points"),
            ("m2", f"{second} by 10 to 30"),
            ("m1", f"{second} by over 30"),
        ],
    }


def _shade(shares: Sequence[float | None]) -> str:
    if shares[0] is None:
        return "m0"
    rest = max((share or 0.0 for share in shares[1:]), default=0.0)
    return f"m{1 + sum(shares[0] - rest > end for end in _SHADES)}"


def certainty(contests: Sequence[summary.ContestSummary]) -> Section | None:
    """How many contests of a ballot are how sure."""
    chances = [contest.leader.win_probability or 0.0 for contest in contests if contest.status == "projected"]
    if not chances:
        return None
    numbers, left = [], chances
    for least, _ in _CERTAINTY:
        numbers.append(sum(chance >= least for chance in left))
        left = [chance for chance in left if chance < least]
    names = [name for _, name in _CERTAINTY]
    told = ", ".join(f"{name}: {number}" for name, number in zip(names, numbers, strict=True))
    chart = charts.counts(names, numbers, f"Bars of how many contests have a leader who wins in {told}.")
    return {"chart": chart, "rows": list(zip(names, numbers, strict=True))}


def quality(run: Run) -> list[str]:
    """Say in sentences what was read, what was refused, how old it is, and what is held back."""
    table = run.reconciliation
    said = []
    if table.height:
        lines, rejected, ignored = (int(table[name].sum()) for name in ("lines_in", "rejected", "ignored"))
        read = f"Of {words.plural(table.height, 'file')}, {words.plural(lines, 'line')} in all"
        unused = f"{rejected:,} could not be used" if rejected else "every one could be used"
        said.append(f"{read}, {unused}{f', and {ignored:,} say nothing' if ignored else ''}.")
    if as_of := run.provenance.get("as_of"):
        said.append(f"The data reaches to {as_of}; what came later is not in it.")
    blank = 0 if run.cohorts is None else run.cohorts["expected"].null_count()
    if run.precincts is not None:
        projected = run.projection.filter(pl.col("status") != "abstained")["contest"].unique().to_list()
        held = run.precincts.filter(pl.col("projected_votes").is_null() & pl.col("contest").is_in(projected))
        blank += held.select("contest", "county", "precinct").n_unique()
    if blank:
        said.append(
            f"{words.plural(blank, 'cell')} {'is' if blank == 1 else 'are'} blank: of under ten expected voters, or"
            " what would tell of such a one."
        )
    return said


def _over(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _where(unit: Section) -> str:
    return ", ".join(name for name in (unit["county"], unit["precinct"]) if name) or "the rest of the district"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
