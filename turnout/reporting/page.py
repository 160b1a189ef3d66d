"""``report.html``: one self-contained page, without network, that tells the result as a story.

Its charts are drawings, not programs (:mod:`turnout.reporting.charts`). The one script it has sorts tables, and its
policy lets no other run: style and script are known by their hashes.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Final

from jinja2 import Environment
from markupsafe import Markup, escape

from turnout.reporting import sections, story, summary, templating, words
from turnout.reporting.run import Run

#: Ballots of up to this many contests are told in full; of larger ones, each contest is folded.
_IN_FULL: Final = 5
#: Candidates up to which contests are unfolded from the index, the most open first, and contests that it lists: the
#: page must stay light enough for a phone. The workbook has all.
_TOLD: Final = 800
_LISTED: Final = 3_000
#: Contests up to which the components of each one's uncertainty are drawn; of more they are told in a line each.
_DRAWN: Final = 20
#: Rows above which a table scrolls within itself, those of them that are printed, and signs of a name in it.
_TALL: Final = 60
_PRINTED: Final = 100
_NAME: Final = 70
_BREAK: Final = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)


def _unbroken(say: Callable[..., str]) -> Callable[..., str]:
    """Keep a number and its sign on one line."""
    return lambda *values, **options: say(*values, **options).replace(" ", "\N{NO-BREAK SPACE}")


_WORDS: Final = SimpleNamespace(
    **{**vars(words), "percent": _unbroken(words.percent), "chance": _unbroken(words.chance)}
)


def render(run: Run, *, refresh: int | None = None) -> str:
    """Return the page of a published run. Every text from a file is escaped by Jinja2.

    ``refresh``: seconds after which a browser loads it anew; None for never.
    """
    contests = summary.contests(run)
    drawn = len(contests) <= _DRAWN
    ballot = len(contests) > _IN_FULL
    ordered = summary.by_openness(contests) if ballot else contests
    style, script = _own("report.css"), _own("report.js")
    text = (
        _environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            contest=run.contest,
            title=summary.title(run),
            as_of=run.provenance.get("as_of"),
            refresh=refresh,
            style=style,
            style_hash=_hash(style),
            script=script,
            script_hash=_hash(script),
            ballot=ballot,
            story=story.of_ballot(contests),
            certainty=sections.certainty(contests) if ballot else None,
            moved=sections.ballot_moved(run) if ballot else None,
            uncertainty=sections.ballot_uncertainty(run, ordered) if ballot else None,
            items=_items(run, ordered, full=not ballot, drawn=drawn),
            many=len(contests),
            listed=_LISTED,
            tall=len(contests) > _TALL,
            name_room=_NAME,
            printed=_PRINTED,
            abstained=_abstained(contests) if ballot else [],
            overturned=sum(contest.overturned for contest in contests),
            cohorts=sections.cohorts(run),
            inferred=_INFERRED,
            quality=sections.quality(run),
            warnings=_findings(run, warning=True),
            notes=_findings(run, warning=False),
            reconciliation=run.reconciliation.to_dicts(),
            inputs=_inputs(run.provenance.get("inputs")),
            models=_models(run.provenance.get("models")),
            facts=_facts(run),
            words=_WORDS,
        )
    )
    return text.lstrip()


_INFERRED: Final = Markup(
    "<strong>Inferred from aggregates.</strong> Nobody's vote is known: these shares are what best explains the"
    " returns, given who is estimated to have cast them. Read the intervals, not the points."
)


@cache
def _environment() -> Environment:
    environment = templating.environment()
    environment.filters["at"] = _at
    environment.filters["named"] = _named
    environment.filters["unbroken"] = lambda text: text.replace(" %", "\N{NO-BREAK SPACE}%")
    return environment


def compile_templates() -> None:
    """Compile what :func:`render` renders, once a process."""
    for name in ("report.html.j2", "contest.html.j2"):
        _environment().get_template(name)


def _own(name: str) -> Markup:
    """Return a file beside the templates, which is the package's own and not escaped."""
    loader = _environment().loader
    assert loader is not None  # noqa: S101 - for the type checker: it is set where the environment is made
    return Markup(loader.get_source(_environment(), name)[0])  # noqa: S704


def _hash(text: str) -> str:
    """Return what the page's policy knows an element by."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _at(share: float | None) -> Markup:
    """Return a share as a length along its scale, held to it."""
    return Markup(f"{min(max(share or 0.0, 0.0), 1.0) * 100:.2f}%")  # noqa: S704 - a formatted number


@lru_cache(maxsize=4 * _LISTED)
def _named(name: str, room: int = 0) -> Markup:
    """Return a contest's name as the page shows it: no longer than ``room``, and broken where its parts join.

    A line break that a file wrote into it as markup is the blank it stands for.
    """
    plain = _BREAK.sub(" ", name) if "<" in name else name
    shown = words.shortened(plain, room) if room else plain
    return Markup(str(escape(shown)).replace("|", "|<wbr>"))  # noqa: S704 - escaped just before


def _items(
    run: Run, contests: Sequence[summary.ContestSummary], *, full: bool, drawn: bool
) -> list[dict[str, object]]:
    gap, candidates, items = story.gap(run), 0, []
    for contest in contests[:_LISTED]:
        candidates += len(contest.lines)
        told = full or (contest.projected and candidates <= _TOLD)
        items.append(_item(run, contest, gap, full=full, drawn=drawn) if told else _listed(contest))
    return items


def _listed(contest: summary.ContestSummary) -> dict[str, object]:
    """Return a contest as the index shows it."""
    return {"summary": contest, "final": contest.status == "final", "told": False}


def _item(
    run: Run, contest: summary.ContestSummary, gap: story.Gap | None, *, full: bool, drawn: bool
) -> dict[str, object]:
    """Return one contest with its story, and in full with its sections too; its components drawn, or in a line."""
    shown = full and contest.projected
    return {
        **_listed(contest),
        "told": True,
        "story": story.tell(run, contest, gap),
        "votes": sections.votes(contest) if shown else None,
        "support": sections.support(run, contest) if shown else None,
        "precincts": sections.precincts(run, contest) if shown else None,
        "moved": sections.moved(run, contest) if shown else None,
        "components": sections.components(run, contest) if drawn and contest.projected else None,
        "made_of": sections.made_of(run, contest) if contest.projected and not drawn else "",
    }


def _abstained(contests: Sequence[summary.ContestSummary]) -> list[tuple[str, int]]:
    """Return the reasons for abstaining and how many contests have each, the most frequent first."""
    reasons = Counter(contest.reason or "No reason was given." for contest in contests if not contest.projected)
    return sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))


def _findings(run: Run, *, warning: bool) -> list[dict[str, object]]:
    return [row for row in run.findings.to_dicts() if (row["severity"] == "warning") == warning]


def _facts(run: Run) -> list[tuple[str, str]]:
    """Provenance that fits in a line each: versions, seed and the like."""
    facts: list[tuple[str, str]] = []
    for key, value in run.provenance.items():
        if isinstance(value, str | int | float):
            facts.append((key, str(value)))
        elif key not in ("inputs", "models", "cohort_totals") and isinstance(value, Mapping):
            facts.append((key, ", ".join(f"{name} {inner}" for name, inner in value.items())))
    if "draws" not in run.provenance:
        facts.append(("draws", words.count(run.contest.draws)))
    return facts


def _inputs(value: object) -> list[dict[str, object]]:
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []
    return [
        {"name": str(row.get("name", "")), "rows": row.get("rows"), "sha256": str(row.get("sha256") or "")}
        for row in rows
    ]


def _models(value: object) -> dict[str, str]:
    return {str(name): str(sha) for name, sha in value.items()} if isinstance(value, Mapping) else {}
