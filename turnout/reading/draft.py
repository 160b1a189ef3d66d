"""A first layout for a file whose header no layout knows, written out of a suggested mapping."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from turnout.reading import codes
from turnout.reading.suggest import Suggestion

_REQUIRED = ("voter_id", "last_name", "precinct", "candidate", "election_date")


@dataclass
class Draft:
    """A layout in the making.

    Attributes
    ----------
    name : of the layout
    of : the file it was first made for
    header : column names of the files that it is for
    codes : coded column -> canonical value -> spellings
    unknown : coded column -> spellings that say nothing plain
    """

    name: str
    of: str
    header: tuple[str, ...]
    made: Suggestion
    codes: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    unknown: dict[str, list[str]] = field(default_factory=dict)

    def text(self) -> str:
        """Write the layout as TOML."""
        made = self.made
        lines = [
            f"# Suggested by `turnout init` for {quoted(self.of)}, from its columns' names and what stands in them.",
            "# Look it through, then: turnout check contest.toml",
            "",
            f"name = {quoted(self.name)}",
            f"table = {quoted(made.table)}",
            f"title = {quoted(f'{self.of}, mapped by turnout init')}",
            'unconfirmed = "the mapping, which was suggested from names and contents"',
        ]
        if made.table == "results":  # only a candidate is required of results, so the others must tell them apart
            lines.append(f"known_by = {_list(list(made.columns.values()))}")
        return "\n".join([*lines, "", "[columns]", *self._columns(), *self._codes()]) + "\n"

    def _columns(self) -> list[str]:
        made = self.made
        lines = []
        for column, theirs in made.columns.items():
            extra = ", required = true" if column in _REQUIRED else ""
            if formats := made.formats.get(column):
                extra += f", formats = {_list(formats)}"
            lines.append(f"{column} = {{ names = [{quoted(theirs)}]{extra} }}   # {made.why.get(column, '')}")
        for column, value in made.defaults.items():
            lines.append(f"{column} = {{ default = {quoted(value)} }}   # in every line: no column was taken for it")
        for column, (theirs, full, empty) in made.filled.items():
            lines.append(
                f"{column} = {{ names = [{quoted(theirs)}], filled = [{quoted(full)}], default = {quoted(empty)} }}"
                f"   # {full} where there is a value"
            )
        for names, what in (
            (made.unused, "Not used; map those that matter"),
            (made.votes_unused, "These may be votes, which are then missing"),
        ):
            lines += [f"# {what}: {', '.join(map(quoted, names))}"] if names else []
        return lines

    def _codes(self) -> list[str]:
        """Write what the codes mean, and which are the user's to say."""
        lines: list[str] = []
        for column in sorted({*self.codes, *self.unknown}):
            lines += ["", f"[codes.{column}]"]
            lines += [f"{meaning} = {_list(spellings)}" for meaning, spellings in self.codes.get(column, {}).items()]
            unknown = self.unknown.get(column, [])
            if len(unknown) > codes.MOST_CODES:
                lines.append(f"# {len(unknown):,} values are no known codes: is this the right column?")
            elif unknown:
                lines.append(f"# Say what these mean, or list them in ignore: {', '.join(map(quoted, unknown))}")
        return lines

    def add_code(self, column: str, spelling: str, meaning: str | None) -> None:
        """Note a spelling of a coded column, and what it plainly means."""
        those = (
            self.unknown.setdefault(column, [])
            if meaning is None
            else self.codes.setdefault(column, {}).setdefault(meaning, [])
        )
        if spelling not in those:
            those.append(spelling)


def contest(
    fields: Mapping[str, str | None],
    inputs: Mapping[str, Sequence[str]],
    read_as: Mapping[str, str],
    rest: Sequence[str],
) -> str:
    """Write a contest file.

    Parameters
    ----------
    fields : ``date``, ``state`` and ``kind`` as TOML values; None: not known
    inputs : key of ``[inputs]`` -> paths
    read_as : table -> layout
    rest : lines that follow
    """
    example = {"date": "2017-06-06        # election day", "state": '"CA"',
               "kind": '"special"         # general, primary, runoff, special or other'}  # fmt: skip
    lines = [
        "# Written by `turnout init`. What the keys mean: docs/contest.md. Next: turnout check contest.toml",
        '# name = "US House 34"     # the contest to take from returns that hold several',
        *(f"# {key} = {example[key]}" if value is None else f"{key} = {value}" for key, value in fields.items()),
        'output = "output"',
        "",
        "[inputs]",
        *(f"{key} = {_list(paths)}" for key, paths in inputs.items()),
    ]
    if read_as:
        lines.append(f"read_as = {{ {', '.join(f'{table} = {quoted(name)}' for table, name in read_as.items())} }}")
    return "\n".join([*lines, *rest]) + "\n"


def quoted(text: str) -> str:
    """Return a text as a TOML string, on one line."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"
