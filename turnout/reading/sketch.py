"""A layout to be completed by the user, for a file whose columns have no names: what stands in each, but no value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from turnout.errors import InputRefused
from turnout.reading import canonical, suggest
from turnout.reading.draft import quoted

#: Lines of one length that make a file one of fixed width, and the least such length.
_FEWEST_LINES, _SHORTEST = 3, 20
_MOST_PATTERNS = 4


@dataclass(frozen=True)
class Sketch:
    """A layout that is not one yet.

    Attributes
    ----------
    name : of the layout
    text : of its file
    """

    name: str
    text: str


class NamelessFile(InputRefused):
    """A file without header line that no layout knows.

    Attributes
    ----------
    sketch : the layout to complete
    """

    def __init__(self, message: str, sketch: Sketch) -> None:
        super().__init__(message)
        self.sketch = sketch


def refusal(file: str, name: str, sketch: Sketch, *, fixed: bool) -> NamelessFile:
    """Return what to say of a file whose columns have no names."""
    what = "has columns of fixed width and no header line" if fixed else "has no header line"
    return NamelessFile(
        f"{file}: {what}, and no layout knows it. If its layout is one that `turnout check` lists, name that with"
        f" --layout. Else say which column holds what in layouts/{name}.toml.sketch, rename it {name}.toml, and run"
        " `turnout init` again.",
        sketch,
    )


def is_fixed(lines: Sequence[str]) -> bool:
    """Whether lines are of one length, as those of a file of fixed width are."""
    lengths = {len(line) for line in lines}
    return len(lines) >= _FEWEST_LINES and len(lengths) == 1 and min(lengths) >= _SHORTEST


def widths(lines: Sequence[str]) -> list[int]:
    """Return the widths of columns of fixed width, as far as spaces between them tell."""
    length = len(lines[0])
    is_gap = [all(line[at] == " " for line in lines) for at in range(length)]
    starts = [0] + [at for at in range(1, length) if is_gap[at - 1] and not is_gap[at]]
    return [stop - start for start, stop in pairwise([*starts, length])]


def draw(file: str, name: str, rows: Sequence[Sequence[str]], fixed: Sequence[int] = ()) -> Sketch:
    """Draw up a layout of voters with a column for each of the file's, and what stands in it.

    Parameters
    ----------
    rows : some of the file's lines, parted
    fixed : widths of the columns, of a file of fixed width
    """
    count = max(map(len, rows))
    columns = [[row[i].strip() for row in rows if i < len(row)] for i in range(count)]
    names = [f"column {number}" for number in range(1, count + 1)]
    lines = [
        f"# `turnout init` found no names of columns in {quoted(file)}. Say below which column holds what: put its",
        "# number into [columns], and take the mark before the line away. Columns of no use may stay as they are.",
        f"# Then rename this file {name}.toml, and run `turnout init` again. What else may stand here:",
        "# docs/layouts.md.",
        "",
        f"name = {quoted(name)}",
        'table = "voters"          # or vote_history, ballots',
        f"title = {quoted(f'{file}, mapped by hand')}",
        f"{'fixed' if fixed else 'header'} = [",
        *(
            f"  {f'[{quoted(named)}, {fixed[i]}]' if fixed else quoted(named)},   # {_content(columns[i])}"
            for i, named in enumerate(names)
        ),
        "]",
        "",
        "[columns]",
        *_mapping(names, columns),
    ]
    return Sketch(name, "\n".join(lines) + "\n")


def _mapping(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[str]:
    """Write the mapping, of which only what the contents tell is said."""
    told = _told(columns)
    lines = []
    for column in canonical.FIELDS["voters"]:
        place = told.get(column)
        required = ", required = true" if column in ("voter_id", "last_name", "precinct") else ""
        formats = ""
        if place is not None and column in ("birth_year", "registration_date"):
            found = suggest.date_formats(columns[place])
            formats = f", formats = [{', '.join(map(quoted, found))}]" if found else ""
        named = names[place] if place is not None else "column ?"
        mark = "" if place is not None else "# "
        lines.append(f"{mark}{column} = {{ names = [{quoted(named)}]{required}{formats} }}")
    return lines


def _told(columns: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return canonical column -> place, where the contents leave no doubt."""
    found: dict[str, int] = {}
    unique = [i for i, values in enumerate(columns) if suggest.is_voter_number(values)]
    if len(unique) == 1:
        found["voter_id"] = unique[0]
    dated = [i for i, values in enumerate(columns) if any(values) and suggest.date_formats(values)]
    spans = {i: _years(columns[i]) for i in dated if i not in unique}
    old = [i for i, (first, last) in spans.items() if first < 1950 and last <= 2010]
    new = [i for i, (first, last) in spans.items() if first >= 1950 and last > 2010]
    found |= {"birth_year": old[0]} if len(old) == 1 else {}
    found |= {"registration_date": new[0]} if len(new) == 1 else {}
    return found


def _years(values: Sequence[str]) -> tuple[int, int]:
    years = [int(year) for value in values for year in re.findall(r"(?<!\d)(?:1[89]|20)\d\d", value)[:1]]
    return (min(years), max(years)) if years else (0, 0)


def _content(values: Sequence[str]) -> str:
    """Say what stands in a column, without a value of it."""
    given = [value for value in values if value]
    if not given:
        return "empty"
    if formats := suggest.date_formats(given):
        first, last = _years(given)
        return f"dates like {formats[0]}, {first} to {last}" if first else f"dates like {formats[0]}"
    share = "" if len(given) == len(values) else f", {len(given) / len(values):.0%} filled"
    many = len(set(given))
    differing = "all different" if many == len(given) > 1 else f"{many:,} different"
    shapes = sorted({re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "A", value))[:20] for value in given})
    shape = (
        " or ".join(shapes)
        if len(shapes) <= _MOST_PATTERNS
        else f"{min(map(len, given))} to {max(map(len, given))} signs, {_kinds(given)}"
    )
    return f"{shape}; {differing}{share}"


def _kinds(given: Sequence[str]) -> str:
    letters = sum(any(sign.isalpha() for sign in value) for value in given)
    digits = sum(any(sign.isdigit() for sign in value) for value in given)
    return "letters and digits" if letters and digits else "letters" if letters else "digits"
