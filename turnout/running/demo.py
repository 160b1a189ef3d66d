"""The founding case from nothing: a synthetic electorate, written and then projected from its early count."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

from turnout import addresses, example
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.example.files import VOTER_LEVEL, Form
from turnout.running.progress import Progress, silent
from turnout.storage import remove_unplaced

#: The election that the example is modelled on, as it ended.
CERTIFIED: Final = (
    "The real election was certified at Jimmy Gomez 25,569 votes (59.2 %), Robert Lee Ahn 17,610 (40.8 %). "
    "Source: California Secretary of State, special general election of 6 June 2017."
)

if TYPE_CHECKING:
    from turnout.reporting import Run

_CONFIG: Final = "contest.toml"
_NIGHT: Final = "night"
_README: Final = "README.txt"


def generate(
    directory: Path,
    *,
    seed: int = 2017,
    voters: int | None = None,
    form: Form = "csv",
    partitions: int = 1,
    progress: Progress = silent,
) -> tuple[Path, "example.Counties | example.Truth"]:
    """Write the example's files into ``directory``; return its ``contest.toml`` and what the files do not say.

    ``night/releases.csv`` below it holds how the count went on, for ``turnout watch --replay``; it is no input.

    Parameters
    ----------
    voters : how many, drawn and written a county at a time; None for the founding case as it was
    form : of the voter file, the history and the ballots
    partitions : how many voter files of counties of their own, in a directory each where there are several

    Raises
    ------
    UsageError
        If the directory holds files that an earlier demo did not write, or there are too few voters for the files.
    """
    addresses.refuse([directory], "a demo is written to a disk. Name a directory.")
    size = voters or example.CA34.voters
    if size < example.FEWEST * partitions:
        raise UsageError(
            f"{size:,} voters are too few for {partitions:,} files: each has at least {example.FEWEST:,}. Raise"
            " --voters, or lower --partitions."
        )
    _refuse_what_is_not_ours(directory)
    before = _tables(directory)
    progress("generating the electorate")
    if voters is not None or form != "csv" or partitions > 1:
        counties = example.generate_counties(
            directory,
            size,
            seed,
            form,
            lambda number, of: progress(f"generating the electorate, county {number:,} of {of:,}"),
            partitions=partitions,
        )
        example.write_night(directory / _NIGHT, *counties.truths)
        _remove(before - _tables(directory))
        return directory / _CONFIG, counties
    with ThreadPoolExecutor(1) as loader:
        loader.submit(import_module, "turnout.running.project")  # the models load while the electorate is generated
        truth = example.generate(directory, seed)
        example.write_night(directory / _NIGHT, truth)
    _remove(before - _tables(directory))
    return directory / _CONFIG, truth


def files(directory: Path) -> list[str]:
    """Return the names of the files that :func:`generate` wrote."""
    beside = (directory / name for name in (_CONFIG, _README, "returns.csv"))
    found = [*_tables(directory), *beside, *directory.glob(f"{_NIGHT}/*")]
    return sorted(path.relative_to(directory).as_posix() for path in found if path.is_file())


def _tables(directory: Path) -> set[Path]:
    """Return the tables of voters that the contest in a directory names and that a demo writes there; no links."""
    config = directory / _CONFIG
    if not config.is_file():
        return set()
    inputs = Contest.load(config).inputs
    given = (*inputs.voters, *inputs.vote_history, *inputs.ballots)
    named = {path.absolute() for path in given if isinstance(path, Path)}
    homes = (directory, *(each for each in directory.glob("part-*") if not each.is_symlink()))
    ours = (home / f"{name}.{form}" for home in homes for name in VOTER_LEVEL for form in get_args(Form))
    return {path for path in ours if path.absolute() in named and path.is_file() and not path.is_symlink()}


def _remove(tables: set[Path]) -> None:
    """Remove tables that an earlier demo left in another form or in other partitions, and directories left empty."""
    for path in tables:
        path.unlink()
    for home in {path.parent for path in tables if path.parent.name.startswith("part-")}:
        if not any(home.iterdir()):
            home.rmdir()


def run(config: Path, *, progress: Progress = silent) -> "Run":
    """Project the example that ``config`` describes."""
    from turnout.running import project  # noqa: PLC0415

    return project.run(Contest.load(config), progress=progress)


def _refuse_what_is_not_ours(directory: Path) -> None:
    """Keep the demo from writing its voters.csv over someone's own."""
    if not directory.exists():
        return
    if not directory.is_dir():
        raise UsageError(f"{directory}: is a file. Name a directory for the demo.")
    remove_unplaced(directory, (_CONFIG,))
    config = directory / _CONFIG
    ours = Contest.load(config).synthetic if config.is_file() else not any(directory.iterdir())
    if not ours:
        raise UsageError(f"{directory}: holds files that the demo did not write. Name an empty or a new directory.")


def ended(config: Path, truth: "example.Counties | example.Truth") -> str:
    """Say in one sentence where the generated election ended."""
    names = [candidate.name for candidate in Contest.load(config).candidates]
    shares = ", ".join(f"{name} {truth.share(None, name):.1%}" for name in names)
    return f"This electorate, as it was generated, ended at {shares}. The projection did not see that."
