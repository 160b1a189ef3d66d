import base64
import dataclasses
import hashlib
import html.parser
import re

import polars as pl
import pytest

from tests.reporting import examples
from turnout.reporting import page, tables

_VOID = {"meta", "br", "link", "img", "input", "hr"}


class _Balance(html.parser.HTMLParser):
    """Fails on a tag that is not closed, and collects what the page holds."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.tags = []
        self.attributes = []
        self.ids = []
        self.targets = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        self.targets += [value for name, value in attrs if name == "href"]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def render(run):
    return page.render(tables.published(run))


def parsed(text):
    parser = _Balance()
    parser.feed(text)
    assert parser.open == []
    return parser


@pytest.mark.parametrize("make", [examples.founding_case, examples.ballot, examples.fully_abstained])
def test_the_page_is_well_formed_and_self_contained(make):
    text = render(make())
    page_parts = parsed(text)
    assert page_parts.tags.count("script") == page_parts.tags.count("style") == 1
    assert not {"link", "img", "iframe", "object", "base", "form"} & set(page_parts.tags)
    assert not {"src", "style", "onload", "onclick", "srcset"} & set(page_parts.attributes)
    assert all(target.startswith("#") and target[1:] in page_parts.ids for target in page_parts.targets)
    assert len(page_parts.ids) == len(set(page_parts.ids))
    said = re.sub(r"<(script|style)>.*?</\1>", "", text, flags=re.DOTALL)
    assert "http" not in re.sub(r"http-equiv", "", said)
    assert "None" not in said.replace("'none'", "")
    assert "nan" not in re.findall(r"\w+", said.lower())


def test_only_the_style_and_the_script_of_the_page_itself_may_run():
    text = render(examples.founding_case())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag, kind in (("style", "style-src"), ("script", "script-src")):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy


def test_a_page_refreshes_itself_where_asked():
    run = tables.published(examples.founding_case())
    assert "refresh" not in page.render(run)
    assert '<meta http-equiv="refresh" content="15">' in page.render(run, refresh=15)


def test_the_story_comes_in_order():
    text = render(examples.founding_case())
    story = ["Who is ahead", "Why: who has voted", ">Support by group", ">Precinct by precinct", ">How sure, and",
             "The data", "Method and"]  # fmt: skip
    places = [text.index(part) for part in story]
    assert places == sorted(places)


def test_the_headline_says_the_share_its_interval_and_what_the_count_alone_says():
    text = " ".join(re.sub(r"<[^>]+>", "", render(examples.founding_case())).split())  # no-break spaces too
    assert "Jimmy Gomez is very likely to win, with a projected 58.7 % of the final vote to 41.3 % for Robert" in text
    assert "The count alone, 21,000 votes so far, has Jimmy Gomez at 50.3 %." in text
    assert "should lie between 52.9 % and 64.5 %; 99 in 100 simulated counts end with Jimmy Gomez first." in text
    assert "99 % of draws" in text


def test_a_synthetic_electorate_says_so_and_a_real_one_does_not():
    synthetic = render(examples.founding_case())
    assert synthetic.count("Synthetic electorate") >= 2
    assert "(synthetic)</title>" in synthetic
    assert "ynthetic" not in render(examples.fully_abstained())


def test_inferred_support_is_marked_as_inferred():
    assert "Inferred from aggregates." in render(examples.founding_case())


def test_a_name_cannot_bring_markup():
    run = examples.founding_case()
    name = "<script>alert(1)</script>"
    run = dataclasses.replace(
        run,
        projection=run.projection.with_columns(candidate=pl.lit(name)),
        findings=run.findings.with_columns(message=pl.lit('"><img src=x onerror=alert(1)>')),
        reconciliation=run.reconciliation.with_columns(source=pl.lit("<b>voters</b>.csv")),
    )
    text = render(run)
    assert text.count("<script") == 1
    assert "<img" not in text
    assert "&lt;script&gt;" in text
    parsed(text)


def test_small_cells_are_not_on_the_page():
    text = render(examples.founding_case())
    assert "Native American" not in text  # under one per cent of everything
    cohorts = examples.cohorts()
    shown = cohorts.with_columns(
        share=pl.when(pl.col("group") == "native").then(0.02).otherwise("share"),
    )
    text = render(dataclasses.replace(examples.founding_case(), cohorts=shown))
    assert "Native American" in text
    # three of a group and three that would tell of them, and one precinct
    assert "7 cells are blank: of under ten expected voters, or what would tell of such a one." in text


def test_a_large_ballot_is_a_table_with_details_for_the_most_open():
    text = render(examples.ballot(300))
    assert text.count('<details class="contest long"') == 294
    rows = re.search(r'<table class="ballot sortable">.*?</table>', text, re.DOTALL)[0]
    assert rows.count("<tr>") == 301
    assert rows.index("District 2<") < rows.index("District 299<") < rows.index("abstained<")
    assert "294 of 300 contests projected; 6 abstained, with the reason." in text
    assert "Abstained in 6 contests: No votes are reported" in text


def test_a_large_ballot_tells_what_each_interval_is_made_of():
    text = render(examples.ballot(300))
    said = re.search(r"In (\d+) of 294 contests the largest unknown is ([^.]*)\.", text)
    assert (said[1], said[2]) == ("245", "which groups and places they come from")
    table = re.search(r'contest by contest">\s*<table class="sortable">(.*?)</table>', text, re.DOTALL)[1]
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', table)[:3] == [
        "Contest",
        "turnout composition",
        "mode shift",
    ]
    first = re.search(r"District 1</th>(.*?)</tr>", table)[1]
    assert re.findall(r">([\d.]+)<", first) == ["0.6", "1.6", "0.5", "0.2", "0.1"]
    assert table.count("<tr>") == 295
    assert "in points (1 sd): mode shift ±1.6, turnout composition ±0.6, turnout total ±0.5" in text


def test_a_ballot_of_a_few_contests_draws_what_each_interval_is_made_of():
    text = render(examples.ballot(20))
    assert text.count("What the interval is made of: what each component by itself") == 20


def test_the_largest_ballot_stays_light():
    text = render(examples.ballot(5_000))
    assert len(text) < 3_000_000
    assert "The 3,000 most open contests are listed; the workbook has all." in text


def test_an_abstained_contest_gives_its_reason_and_no_number():
    text = render(examples.fully_abstained())
    assert "No projection." in text
    assert "there is no past result by vote mode" in text
    assert "wins in" not in text


def test_no_contest_at_all_still_renders():
    run = examples.fully_abstained()
    text = render(dataclasses.replace(run, projection=run.projection.clear()))
    assert "The returns hold no contest." in text


def test_a_lost_line_cannot_be_missed():
    run = examples.founding_case()
    run = dataclasses.replace(run, reconciliation=run.reconciliation.with_columns(loaded=pl.col("loaded") - 1))
    assert render(run).count("lines lost") == 4


def test_it_reads_in_the_dark_on_a_phone_and_on_paper():
    text = render(examples.founding_case())
    assert "prefers-color-scheme: dark" in text
    assert 'name="viewport"' in text
    assert "@media print" in text
    for table in re.finditer(r"<table(?! class=\"bars\")", text):
        before = text[: table.start()]
        assert before.rindex('<div class="scroll"') > before.rfind("</table>")


def test_the_votes_to_come_are_shown_beside_those_counted():
    text = " ".join(re.sub(r"<[^>]+>", " ", render(examples.founding_case())).split())
    assert "counted (21,000)" in text
    assert "to come, expected (22,000)" in text
    assert "Jimmy Gomez 10,558 50.3 % 14,683 66.7 % 25,241 58.7 %" in text


def test_without_votes_counted_or_to_come_they_are_not():
    run = examples.founding_case()
    done = run.projection.with_columns(projected_votes=pl.col("counted_votes"))
    assert "Votes counted and to come" not in render(dataclasses.replace(run, projection=done))


def test_five_contests_of_thousands_of_precincts_stay_light():
    run = examples.founding_case()
    names = [f"Seat {number}" for number in range(5)]
    each = [examples.precincts(name, 2_000) for name in names]
    text = render(
        dataclasses.replace(
            run,
            projection=pl.concat([run.projection.with_columns(contest=pl.lit(name)) for name in names]),
            precincts=pl.concat(each),
        )
    )
    assert text.count("Every precinct as a table: the 300 with most votes to come of 2,000 precincts") == 5
    assert len(text) < 1_500_000
