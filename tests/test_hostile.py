"""Inputs and configs of someone who means harm: SQL in names, formulas, markup, bombs, numbers out of bounds."""

import gzip
import io
import json
import re
import string
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from turnout import reading
from turnout.cli import app
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused, TurnoutError, UsageError
from turnout.reading import layouts, patterns
from turnout.running import check, project
from turnout.workspace import Workspace

#: Each would drop a table, read a file or load code, were it ever pasted into a query.
SQL = (
    "'; DROP TABLE results; --",
    '"; DROP TABLE results; --',
    "x' UNION SELECT content FROM read_text('/etc/passwd') --",
    "$1",
    "$mode",
    "{mode}",
    "\\'; ATTACH 'evil.duckdb'; --",
    "x'); COPY results TO 'stolen.csv'; --",
    "read_csv('/etc/passwd')",
    "*",
    "results",
    "c0",
    "line",
)
FORMULAS = ("=HYPERLINK(1)", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "=1\t")
MARKUP = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "</title><svg onload=alert(1)>")


def returns(candidates, precincts=("1", "2"), contest="Mayor") -> pl.DataFrame:
    rows = [
        {"contest": contest, "precinct": precinct, "candidate": name, "mail": 400 + 37 * place, "election_day": None}
        for precinct in precincts
        for place, name in enumerate(candidates)
    ]
    return pl.DataFrame(rows, schema_overrides={"election_day": pl.Int64})


def run(tmp_path: Path, frame: pl.DataFrame, **fields):
    frame.write_csv(tmp_path / "returns.csv", quote_style="always")
    inputs = Inputs(returns=(tmp_path / "returns.csv",))
    return project.run(Contest(inputs=inputs, output=tmp_path / "out", draws=100, **fields))


def test_sql_in_names_of_candidates_precincts_and_contests_is_a_name(tmp_path):
    ballot = pl.concat([returns((name, "Bob"), (name, "2"), name) for name in SQL])
    found = run(tmp_path, ballot)
    for name in SQL:
        there = found.projection.filter(pl.col("contest") == name.strip())["candidate"]
        assert sorted(there) == sorted((name.strip(), "Bob"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "returns.csv"]


@pytest.mark.parametrize("name", SQL[:5])
def test_sql_in_the_config_is_a_value(tmp_path, name):
    run(tmp_path, returns(("Ada", "Bob"), contest=name), name=name, state=name[:9], note=name, title=name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "returns.csv"]


def test_sql_in_column_and_file_names_is_a_name(tmp_path):
    directory = tmp_path / "it's; DROP TABLE voters; --"
    directory.mkdir()
    path = directory / "r'); DROP TABLE results; --.csv"
    frame = returns(("Ada", "Bob")).with_columns(pl.lit("x").alias(name) for name in SQL)
    for writer in ("csv", "parquet"):
        target = path.with_suffix(f".{writer}")
        getattr(frame, f"write_{writer}")(target)
        contest = Contest(inputs=Inputs(returns=(target,)), output=directory / "o'; --", draws=100)
        assert project.run(contest).projection.height == 2
    assert check.loose([path]).refused == []


@pytest.mark.parametrize("name", SQL)
def test_sql_in_a_layout_is_a_value(tmp_path, name):
    """As a column's name, a code's spelling, a default and a pattern of values that hide something."""
    layout = {
        "name": "odd",
        "table": "results",
        "columns": {"candidate": {"names": [name]}, "precinct": {"names": ["p"]}, "mail": {"names": ["m"]}},
    }
    layout["columns"]["party"] = {"default": name}
    (tmp_path / "odd.toml").write_text(toml(layout))
    header = [name, "p", "m"] if name not in ("p", "m") else []
    frame = pl.DataFrame(dict(zip(header, (["Ada", "Bob"], ["1", "1"], [600, 400]), strict=True)))
    frame.write_csv(tmp_path / "r.csv", quote_style="always")
    inputs = Inputs(returns=(tmp_path / "r.csv",), layouts=(tmp_path / "odd.toml",), read_as={"results": "odd"})
    with Workspace.create(tmp_path / "out", threads=1) as workspace:
        reading.load(workspace, Contest(inputs=inputs))
        found = workspace.connection.execute("SELECT candidate, party FROM results WHERE mode = 'mail'").fetchall()
    assert sorted(found) == [("Ada", name), ("Bob", name)]


def toml(value: dict) -> str:
    lines = [f"{key} = {json.dumps(inner)}" for key, inner in value.items() if not isinstance(inner, dict)]
    for column, spec in value["columns"].items():
        lines += [f"[columns.{column}]", *(f"{key} = {json.dumps(inner)}" for key, inner in spec.items())]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", FORMULAS)
def test_no_published_csv_begins_a_field_with_a_formula(tmp_path, name):
    run(tmp_path, returns((name, "Bob"), contest=name))
    for path in (tmp_path / "out").glob("*.csv"):
        fields = [field for line in path.read_text().splitlines() for field in re.split(r",(?=[^\d])", line)]
        assert not [field for field in fields if field.lstrip('"').startswith(("=", "+", "-", "@", "\t"))]


class Elements(HTMLParser):
    """Names of a page's elements, and of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes += [name for name, _ in attrs]


@pytest.mark.parametrize("name", MARKUP)
def test_markup_in_names_is_text_on_the_page(tmp_path, name):
    run(tmp_path, returns((name, "Bob"), (name, "2"), name), title=name, note=name)
    page = (tmp_path / "out" / "report.html").read_text()
    assert name not in page or "<" not in name
    assert "<title>49" not in page
    found = Elements()
    found.feed(page)
    assert "img" not in found.names
    assert found.names.count("script") == 1  # the page's own, which its policy names by hash
    assert not [attribute for attribute in found.attributes if attribute.startswith("on")]


def test_look_alikes_stay_apart(tmp_path):
    cyrillic, latin, wide = "Аda", "Ada", "Ａda"
    found = run(tmp_path, returns((cyrillic, latin, wide, "Bob")))
    assert {cyrillic, latin, wide} <= set(found.projection["candidate"])


@pytest.mark.parametrize("signs", ["\x1b[2J\x1b]0;title\x07", "\x9b31m", "\x08\x08\x08", "\x7f"])
def test_a_name_gives_no_commands_to_the_terminal(tmp_path, capsys, signs):
    returns((f"Ada{signs}", "Bob"), contest=f"Mayor{signs}").write_csv(tmp_path / "r.csv")
    (tmp_path / "contest.toml").write_text('draws = 100\n[inputs]\nreturns = ["r.csv"]\n')
    for command in ("project", "check"):
        with pytest.raises(SystemExit):
            app([command, str(tmp_path / "contest.toml")])
    for config in (tmp_path / "contest.toml", tmp_path / f"{signs}.toml"):
        with pytest.raises(SystemExit):
            app(["batch", "--jobs", "0", "--force", str(config)])
    out, err = capsys.readouterr()
    assert "Ada" in out
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", out + err)


@pytest.mark.parametrize(
    "votes",
    [
        "-5",
        "nan",
        "NaN",
        "inf",
        "-0",
        "1e309",
        "1e400",
        "9" * 19,
        "9" * 400,
        "0x10",
        "1_000",
        "٣",
        "1,2,3",
        "--5",
        "1.5",
        "²",
    ],
)
def test_odd_numbers_are_rejected_or_refused_and_never_counted(tmp_path, votes):
    good = "".join(f"{n},Ada,600\n{n},Bob,400\n" for n in range(30))
    (tmp_path / "returns.csv").write_text(f'precinct,candidate,mail\n{good}99,Ada,"{votes}"\n99,Bob,7\n')
    with Workspace.create(tmp_path / "out", threads=1) as workspace:
        try:
            reading.load(workspace, Contest(inputs=Inputs(returns=(tmp_path / "returns.csv",))))
        except InputRefused:
            return
        rows = workspace.connection.execute(
            "SELECT votes FROM results WHERE precinct = '99' AND candidate = 'Ada' AND mode = 'mail'"
        ).fetchall()
        account = workspace.connection.execute("SELECT lines_in - loaded - rejected - ignored FROM reconciliation")
        assert account.fetchall() == [(0,)]
    assert rows in ([], [(None,)], [(0,)])


def test_huge_votes_do_not_overflow(tmp_path):
    frame = returns(("Ada", "Bob")).with_columns(mail=pl.lit(2**62))
    try:
        found = run(tmp_path, frame)
    except InputRefused:
        return
    assert not found.projection.filter(pl.col("counted_votes") < 0).height


def test_bombs_are_refused(tmp_path):
    line = b"1,Ada,600\n"
    bomb = gzip.compress(b"precinct,candidate,mail\n" + line * (30 << 20), 9)
    (tmp_path / "bomb.csv.gz").write_bytes(bomb)
    nested = io.BytesIO()
    with zipfile.ZipFile(nested, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bomb)
    (tmp_path / "bomb.zip").write_bytes(nested.getvalue())
    for name in ("bomb.csv.gz", "bomb.zip"):
        with (
            Workspace.create(tmp_path / "out", threads=1) as workspace,
            pytest.raises(InputRefused, match=r"Do not trust it|archive"),
        ):
            reading.load(workspace, Contest(inputs=Inputs(returns=(tmp_path / name,))))
        assert sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file()) < 5 << 20


@pytest.mark.parametrize(
    "member", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:\\evil.csv", "..\\evil.csv"]
)
def test_a_zip_that_leads_outside_is_refused(tmp_path, member):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, "precinct,candidate,mail\n1,Ada,600\n")
    with (
        Workspace.create(tmp_path / "out", threads=1) as workspace,
        pytest.raises(InputRefused, match="outside the archive"),
    ):
        reading.load(workspace, Contest(inputs=Inputs(returns=(tmp_path / "a.zip",))))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "out"]


@pytest.mark.parametrize("extends", ["../../../etc/passwd", "/etc/passwd", "..", "a/b", "nowhere"])
def test_a_layout_that_extends_a_path_is_refused(tmp_path, extends):
    (tmp_path / "odd.toml").write_text(f'name = "odd"\nextends = "{extends}"\n')
    with pytest.raises(UsageError):
        layouts.read(tmp_path / "odd.toml")


# ---------------------------------------------------------------------------------------------------------- fuzz


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a*)*b", "((a|b)+c?)+", "(.*?,)*x", "(", "[", "a{99999999999}", "a" * 501]
)
@pytest.mark.parametrize("key", ["file_name", "first_line", "masked"])
def test_a_pattern_that_may_take_for_ever_is_refused(tmp_path, key, pattern):
    path = tmp_path / "odd.toml"
    path.write_text(toml({"name": "odd", "table": "results", key: pattern, "columns": {"mail": {"names": ["m"]}}}))
    with pytest.raises(UsageError, match=r"is no pattern|may take for ever|longer than"):
        layouts.read(path)


@pytest.mark.parametrize("pattern", ["(?P<date>\\d{8})_.*", "(a|b)+c+", r"\*+", "(a{2,3})+"])
def test_plain_repeats_are_taken(tmp_path, pattern):
    assert patterns.checked(pattern).pattern == pattern


def refusal(load, *given) -> str | None:
    """What a refusal says; None where there is none. Any other error is a bug."""
    try:
        load(*given)
    except UsageError as error:
        return str(error)
    return None


_VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.dates(), st.sampled_from(SQL)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
_KEYS = st.one_of(st.sampled_from(sorted(Contest.model_fields)), st.text(string.ascii_lowercase, max_size=8))


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
@example({"inputs": {"returns": ["\0"]}})
@example({"date": "0001-01-01", "draws": 10**30})
@example({"seed": -1, "ethnicity": {"margins": {"korean": float("nan")}}})
def test_any_config_is_a_contest_or_refused_in_words(fields):
    said = refusal(Contest.of, fields, "contest.toml")
    assert said is None or said.startswith("contest.toml: ")


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400))
@example(b"\xff\xfe\x00")
@example(b"[[[[")
@example(b"a = " + b"[" * 300)
def test_any_bytes_are_a_config_or_refused_in_words(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("config") / "contest.toml"
    path.write_bytes(content)
    for load in (Contest.load, layouts.read):
        said = refusal(load, path)
        assert said is None or "contest.toml" in said


_CELLS = st.one_of(
    st.text(max_size=12), st.integers().map(str), st.floats().map(str), st.sampled_from(SQL + FORMULAS)
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["precinct", "candidate", "mail", "election_day", "votes", "contest", "date", "county", *SQL]
        ),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.lists(_CELLS, min_size=6, max_size=6), max_size=6),
)
def test_any_returns_are_accounted_for_or_refused_in_words(tmp_path_factory, header, rows):
    directory = tmp_path_factory.mktemp("returns")
    body = pl.DataFrame(
        [row[: len(header)] for row in rows], schema=[f"c{i}" for i in range(len(header))], orient="row"
    )
    text = ",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in header) + "\n"
    (directory / "r.csv").write_text(
        text + body.write_csv(include_header=False, quote_style="always"), errors="replace"
    )
    with Workspace.create(directory / "out", threads=1) as workspace:
        try:
            reading.load(workspace, Contest(inputs=Inputs(returns=(directory / "r.csv",))))
        except TurnoutError:
            return
        sums = workspace.connection.execute(
            "SELECT lines_in - loaded - rejected - ignored FROM reconciliation"
        ).fetchall()
        assert sums == [(0,)]
