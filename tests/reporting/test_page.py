import dataclasses
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

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
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
    assert not {"script", "link", "img", "iframe"} & set(page_parts.tags)
    assert not {"src", "href", "onload", "onclick"} & set(page_parts.attributes)
    assert len(page_parts.ids) == len(set(page_parts.ids))
    assert "http" not in re.sub(r"http-equiv", "", text)
    assert "None" not in text.replace("'none'", "")
    assert "nan" not in re.findall(r"\w+", text.lower())


def test_the_story_comes_in_order():
    text = render(examples.founding_case())
    story = ["projected to finish at", "Why: who has voted", "Support by group", "How sure", "The data", "Method and"]
    places = [text.index(part) for part in story]
    assert places == sorted(places)


def test_the_headline_says_the_share_its_interval_and_what_the_count_alone_says():
    text = " ".join(re.sub(r"<[^>]+>", "", render(examples.founding_case())).split())  # no-break spaces too
    assert "Jimmy Gomez is projected to finish at 58.7 %, with nine chances in ten between 52.9 and 64.5." in text
    assert "The count alone says 50.3 %." in text
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
    assert "<script" not in text
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
    assert "under 10 voters" in text


def test_a_large_ballot_is_a_table_with_details_for_the_most_open():
    text = render(examples.ballot(300))
    assert text.count("<details>") == 20
    rows = re.search(r'<table class="ballot">.*?</table>', text, re.DOTALL)[0]
    assert rows.count("<tr>") == 301
    assert rows.index("District 2<") < rows.index("District 299<") < rows.index("abstained:")
    assert "6 abstained" in text
    assert len(text) < 400_000


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
