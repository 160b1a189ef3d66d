"""The page as a person meets it: in a browser, on a phone, in the dark, on paper, and without its script."""

import dataclasses
import json
import shutil

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.reporting import examples
from turnout.reporting import boundaries, ledger, page, tables

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1200, "height": 900}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here; `make browser` installs it on Debian")


def squares(run):
    """Boundaries of the run's precincts: squares side by side, as a user's GeoJSON would hold them."""
    names = run.precincts["precinct"].unique(maintain_order=True).to_list()
    features = [
        {
            "type": "Feature",
            "properties": {"NAME": name.lower(), "COUNTY": "LOS ANGELES"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[at, 34], [at + 0.9, 34], [at + 0.9, 34.8], [at, 34.8], [at, 34]]],
            },
        }
        for at, name in enumerate(names, start=-120)
    ]
    return {"type": "FeatureCollection", "features": features}


def moved(run):
    """The same with a ledger: everyone stood two points lower in the run before."""
    before = run.projection.with_columns(pl.col("projected_share") - 0.02)
    first = ledger.extended(None, tables.published(dataclasses.replace(run, projection=before)))
    return dataclasses.replace(run, ledger=ledger.extended(first, tables.published(run)))


def named(run):
    """The same ballot with names as states have them."""
    long = pl.lit("Statewide Referendum A<br>Provides for a homestead exemption for certain residents||") + pl.col(
        "contest"
    )
    return dataclasses.replace(
        run,
        projection=run.projection.with_columns(contest=long),
        components=run.components.with_columns(contest=long),
    )


def awkward(run):
    """The same with names that do not end, and only one of the candidates named alike everywhere."""
    names = {"Jimmy Gomez": "Jimmy" + "y" * 120, "Robert Lee Ahn": "<b>Robert</b> & " + "Wörter " * 30}
    renamed = pl.col("candidate").replace(names)
    contest = pl.lit("Board of Supervisors, " + "District" * 20).alias("contest")
    return dataclasses.replace(
        run,
        projection=run.projection.with_columns(renamed, contest),
        support=run.support.with_columns(renamed, contest),
        components=run.components.with_columns(contest),
        precincts=run.precincts.with_columns(renamed, contest, precinct="P" * 60 + pl.col("precinct")),
        ledger=run.ledger.with_columns(renamed, contest),
        findings=run.findings.with_columns(message=pl.lit("x" * 300)),
        reconciliation=run.reconciliation.with_columns(source=pl.lit("returns_" * 20 + ".csv")),
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages on disk: the founding case with everything it can have, a ballot, and a contest that abstained."""
    home = tmp_path_factory.mktemp("pages")
    run = examples.founding_case()
    (home / "precincts.geojson").write_text(json.dumps(squares(run)))
    full = dataclasses.replace(run, ledger=examples.ledger(run), shapes=boundaries.read(home / "precincts.geojson"))
    runs = {
        "full": full,
        "ballot": moved(examples.ballot(60)),
        "large": named(examples.ballot(110)),
        "abstained": examples.fully_abstained(),
        "awkward": awkward(full),
    }
    for name, each in runs.items():
        (home / f"{name}.html").write_text(page.render(tables.published(each)), encoding="utf-8")
    return {name: (home / f"{name}.html").as_uri() for name in runs}


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser, pages):
    """Open a page in a context of its own; whatever it complains of or asks the network for fails the test."""
    contexts, trouble = [], []

    def opened(name, **options):
        contexts.append(browser.new_context(**{"viewport": DESK, **options}))
        tab = contexts[-1].new_page()
        tab.on("console", lambda message: trouble.append(message.text))
        tab.on("pageerror", lambda error: trouble.append(str(error)))
        tab.on("request", lambda request: trouble.append(request.url) if request.url not in pages.values() else None)
        tab.goto(pages[name])
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert trouble == []


def unfold(tab):
    tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


@pytest.mark.parametrize("name", ["full", "ballot", "large", "abstained"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(visit, name, scheme):
    tab = visit(name, viewport=PHONE, color_scheme=scheme, bypass_csp=True)
    unfold(tab)
    found = Axe().run(tab)
    assert found.response["passes"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found.response["violations"]] == []


@pytest.mark.parametrize("name", ["full", "ballot", "large", "abstained", "awkward"])
def test_it_does_not_scroll_sideways_on_a_phone(visit, name):
    tab = visit(name, viewport=PHONE)
    unfold(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_answer_is_on_the_first_screen_of_a_phone(visit):
    tab = visit("full", viewport=PHONE)
    for sentence in ("very likely to win", "votes so far", "should lie between"):
        assert tab.get_by_text(sentence).first.bounding_box()["y"] < PHONE["height"]


def test_every_chart_is_drawn_within_its_frame(visit):
    tab = visit("full")
    charts = tab.locator("svg.drawn, svg.map").all()
    assert len(charts) == 6  # votes, cohorts, support, map, moves, components
    for chart in charts:
        frame = chart.bounding_box()
        marks = [mark.bounding_box() for mark in chart.locator(".rect, .dot, path:has(title)").all()]
        assert len(marks) >= 3
        for mark in marks:
            assert mark["x"] >= frame["x"] - 2
            assert mark["x"] + mark["width"] <= frame["x"] + frame["width"] + 2
        assert chart.get_attribute("aria-label")


def test_letters_of_a_chart_stay_legible_on_a_phone(visit):
    tab = visit("full", viewport=PHONE)
    heights = [label.bounding_box()["height"] for label in tab.locator(".drawn .axis.y text").all()]
    assert min(heights) > 10


def column(tab, at):
    return tab.locator("table.sortable tbody tr").evaluate_all(f"rows => rows.map(row => row.cells[{at}].innerText)")


def test_tables_are_sorted_by_the_head_that_is_pressed(visit):
    tab = visit("full")
    unfold(tab)
    heads = tab.locator("table.sortable")
    head = heads.get_by_role("columnheader", name="To come")
    before = column(tab, 2)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert column(tab, 3)[0] == "360"
    assert column(tab, 3)[-1] == "< 10"  # what is not told comes last, whichever way
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert (column(tab, 3)[0], column(tab, 3)[-1]) == ("0", "< 10")
    assert sorted(column(tab, 2)) == sorted(before)
    heads.get_by_role("columnheader", name="Precinct").get_by_role("button").click()
    assert column(tab, 0) == sorted(column(tab, 0))
    assert head.get_attribute("aria-sort") is None


def test_a_contest_of_a_ballot_is_found_and_unfolded(visit):
    tab = visit("ballot")
    tab.get_by_label("Find a contest").fill("district 17")
    assert tab.get_by_text("Since the run before, 59 contests moved by a point or more.").is_visible()
    shown = tab.locator("table.ballot tbody tr:visible")
    assert shown.count() == 1
    shown.get_by_role("link").click()
    assert tab.locator("details[open]").count() == 1
    assert tab.locator("details[open] .short").inner_text().startswith("WHO IS AHEAD")


def test_a_long_index_scrolls_within_itself_and_a_short_way_leads_past_it(visit):
    tab = visit("large", viewport=PHONE)
    index = tab.locator(".tall").first
    assert index.bounding_box()["height"] <= PHONE["height"] * 0.76
    assert index.evaluate("each => each.scrollHeight > 3 * each.clientHeight")
    tab.get_by_role("navigation").get_by_role("link", name="How sure").click()
    assert tab.get_by_role("heading", name="How sure, and why not surer").bounding_box()["y"] < PHONE["height"]


def test_the_figures_of_a_ballot_are_in_sight_on_a_phone(visit):
    tab = visit("large", viewport=PHONE)
    row = tab.locator("table.ballot tbody tr").nth(1)
    assert row.locator("th .narrow").is_visible()
    for cell in (2, 3, 4):  # projected, interval, wins in
        box = row.locator("th, td").nth(cell).bounding_box()
        assert box["x"] + box["width"] <= PHONE["width"]


def test_of_a_long_index_the_head_is_printed(visit):
    tab = visit("large")
    tab.emulate_media(media="print")
    assert tab.locator("table.ballot tbody tr:visible").count() == 100
    assert tab.get_by_text("On paper the first 100 contests").is_visible()
    assert tab.locator("details.contest:visible").count() == 0


def test_without_its_script_it_says_the_same(visit):
    plain, lively = visit("full", java_script_enabled=False), visit("full")
    said = [tab.locator("main").text_content() for tab in (plain, lively)]
    assert said[0] == said[1]
    assert plain.locator("table.sortable button").count() == 0


def test_on_paper_the_tables_are_unfolded_and_the_page_is_light(visit):
    tab = visit("full", color_scheme="dark")
    tab.emulate_media(media="print")
    assert tab.get_by_text("The bounds rest on no model").is_visible()
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not tab.locator("table.sortable").first.is_visible()  # hundreds of precincts are the workbook's
    assert tab.pdf(format="A4").startswith(b"%PDF")


def test_what_is_unfolded_for_the_printer_is_folded_again(visit):
    tab = visit("full")
    assert tab.locator("details[open]").count() == 0
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("details[open]").count() == tab.locator("details:not(.long)").count() > 3
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator("details[open]").count() == 0
