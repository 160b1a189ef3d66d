"""``report.html``: one self-contained page, no network and no scripts, that tells the result as a story."""

from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Final

from jinja2 import Template
from markupsafe import Markup

from turnout.reporting import summary, templating, words
from turnout.reporting.run import Run
from turnout.vocabulary import COHORTS

#: Ballots of up to this many contests are told in full; of larger ones, the most open get their details.
_IN_FULL: Final = 5
_DETAILED: Final = 20


def _unbroken(say: Callable[..., str]) -> Callable[..., str]:
    """Keep a number and its sign on one line."""
    return lambda *values, **options: say(*values, **options).replace(" ", "\N{NO-BREAK SPACE}")


_WORDS: Final = SimpleNamespace(
    **{**vars(words), "percent": _unbroken(words.percent), "chance": _unbroken(words.chance)}
)


def render(run: Run) -> str:
    """Return the page of a published run. Every text from a file is escaped by Jinja2."""
    contests = summary.contests(run)
    ballot = len(contests) > _IN_FULL
    ordered = summary.by_openness(contests) if ballot else contests
    detailed = [contest for contest in ordered if contest.projected][:_DETAILED] if ballot else ordered
    text = _template().render(
        run=run,
        contest=run.contest,
        title=run.contest.title or run.contest.name or "Projection",
        ballot=ballot,
        contests=ordered,
        detailed=[_detail(run, contest) for contest in detailed],
        overturned=sum(contest.overturned for contest in contests),
        abstained=sum(not contest.projected for contest in contests),
        cohorts=_cohorts(run),
        warnings=_findings(run, warning=True),
        notes=_findings(run, warning=False),
        reconciliation=run.reconciliation.to_dicts(),
        inputs=_inputs(run.provenance.get("inputs")),
        models=_models(run.provenance.get("models")),
        facts=_facts(run.provenance),
        words=_WORDS,
    )
    return text.lstrip()


@cache
def _template() -> Template:
    environment = templating.environment()
    environment.filters["at"] = _at
    return environment.get_template("report.html.j2")


def _at(share: float | None) -> Markup:
    """Return a share as a CSS length along its scale, held to it."""
    return Markup(f"{min(max(share or 0.0, 0.0), 1.0) * 100:.2f}%")  # noqa: S704 - a formatted number


def _detail(run: Run, contest: summary.ContestSummary) -> dict[str, object]:
    parts = summary.components(run, contest.contest)
    support: dict[str, list[dict[str, object]]] = {}
    for row in summary.support_by_group(run, contest.contest):
        support.setdefault(str(row["label"]), []).append(row)
    return {
        "summary": contest,
        "final": contest.status == "final",
        "support": support,
        "components": parts,
        "largest": max((sd for _, sd in parts), default=0.0),
    }


def _cohorts(run: Run) -> dict[str, object] | None:
    rows = summary.groups(run)
    if not rows:
        return None
    return {
        "rows": sorted(rows, key=lambda row: -row.largest_share),
        "largest": max(row.largest_share for row in rows) or 1.0,  # every cell may be suppressed
        "totals": summary.totals(run),
        "names": [(name, summary.COHORT_LABELS[name]) for name in COHORTS],
    }


def _findings(run: Run, *, warning: bool) -> list[dict[str, object]]:
    return [row for row in run.findings.to_dicts() if (row["severity"] == "warning") == warning]


def _facts(provenance: Mapping[str, object]) -> list[tuple[str, str]]:
    """Provenance that fits in a line each: versions, seed and the like."""
    facts: list[tuple[str, str]] = []
    for key, value in provenance.items():
        if isinstance(value, str | int | float):
            facts.append((key, str(value)))
        elif key not in ("inputs", "models", "cohort_totals") and isinstance(value, Mapping):
            facts.append((key, ", ".join(f"{name} {inner}" for name, inner in value.items())))
    return facts


def _inputs(value: object) -> list[dict[str, object]]:
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []
    return [
        {"name": str(row.get("name", "")), "rows": row.get("rows"), "sha256": str(row.get("sha256") or "")}
        for row in rows
    ]


def _models(value: object) -> dict[str, str]:
    return {str(name): str(sha) for name, sha in value.items()} if isinstance(value, Mapping) else {}
