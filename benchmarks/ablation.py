"""What each part of the model without a voter file buys: a backtest with all of it, then without each part in turn.

    python benchmarks/ablation.py --history past-results/ --output ablation

A part is switched off by priors that hold its effects at nought. Prints the mean ratio to the count over elections
with at least ten contests, and over all.
"""

import argparse
from pathlib import Path

import polars as pl

from turnout.projection.calibration import Calibration
from turnout.projection.parallel import cores
from turnout.projection.priors import EffectPrior, Priors
from turnout.projection.terms import HierarchySpec
from turnout.running import backtest

#: Names of terms begin so, by part and hierarchy.
PARTS = {
    "ballot-wide shift": {"shift": ("ballot", "past ballot's shift")},
    "early modes apart, mail alone": {"shift": ("early modes", "mail alone")},
    "which way contests go (yes, the one behind)": {"shift": ("yes", "contest's gap")},
    "contests and questions": {"shift": ("contest", "question", "candidates")},
    "questions asked in many counties": {"shift": ("question", "candidates")},
    "counties' shift": {"shift": ("county", "own county")},
    "precincts' shift": {"shift": ("unit", "own unit", "lean beyond own", "past gap", "past shift", "past lean")},
    "size of precincts": {"shift": ("size of units",)},
    "turnout of counties and precincts": {"turnout": ("county", "unit", "size", "past ratio of the unit")},
    "early vote's growth, size and mail": {"turnout": ("early votes in", "share of mail", "growth")},
    "calibration": {},
}
STAGES = (0, 25)


def main() -> None:
    """Run every backtest and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=Path("ablation"))
    parser.add_argument("--draws", type=int, default=100)
    asked = parser.parse_args()
    asked.output.mkdir(parents=True, exist_ok=True)
    whole = Priors.load()
    print("| without | 0 % | 25 % at random |\n|---|---|---|")
    for name, priors in {"nothing": whole, **{part: without(part, whole) for part in PARTS}}.items():
        path = asked.output / "priors.json"
        path.write_text(priors.model_dump_json(), encoding="utf-8")
        settings = backtest.Settings(
            history=(asked.history,),
            output=asked.output / "run",
            shares=STAGES,
            orders=("random",),
            draws=asked.draws,
            jobs=cores(),
            priors=path,
        )
        summary = backtest.run(settings).summary.filter(pl.col("by") == "all")
        cells = [f"{row['ratio_many']:.2f} ({row['ratio']:.2f})" for row in summary.iter_rows(named=True)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def without(part: str, priors: Priors) -> Priors:
    """Return the priors with a part's effects held at nought."""
    if not PARTS[part]:
        return priors.model_copy(update={"calibration": Calibration()})
    terms = {name: dict(found) for name, found in priors.terms.items()}
    for hierarchy, beginnings in PARTS[part].items():
        names = [term.name for term in HierarchySpec.load(hierarchy).term if term.name.startswith(beginnings)]
        terms.setdefault(hierarchy, {}).update(dict.fromkeys(names, EffectPrior(mean=0.0, sd=1e-6)))
    return priors.model_copy(update={"terms": terms})


if __name__ == "__main__":
    main()
