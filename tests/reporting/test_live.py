"""The live page and the lines of a watch."""

import base64
import datetime as dt
import hashlib
import io
import json
import re

import polars as pl
import pytest
from rich.console import Console

from turnout.reporting import live

AT = dt.datetime(2022, 11, 8, 20, 24, 13, tzinfo=dt.UTC)
REPORT = (
    '<!doctype html>\n<html><head>\n<meta charset="utf-8">\n<title>t</title></head>'
    '<body class="x"><h1>R</h1></body></html>'
)


def projection(*rows, contest="Mayor", status="projected") -> pl.DataFrame:
    columns = [
        (contest, name, votes, votes / 100, share, low, high, wins, status)
        for name, votes, share, low, high, wins in rows
    ]
    return pl.DataFrame(columns, schema=live.FOLLOWED, orient="row")


AHEAD = projection(("Ada", 54, 0.56, 0.5, 0.62, 0.9), ("Bob", 46, 0.44, 0.38, 0.5, 0.1))
BEHIND = projection(("Ada", 50, 0.48, 0.4, 0.55, 0.3), ("Bob", 50, 0.52, 0.45, 0.6, 0.7))


def state(*projections, **fields) -> live.State:
    steps = tuple(
        live.Step(AT + dt.timedelta(hours=n), f"{n:012d}", each) for n, each in enumerate(projections, start=1)
    )
    return live.State(**{"steps": steps, "refresh": 5, **fields})


def test_the_banner_stands_on_the_report_and_the_page_loads_itself_again():
    page = live.render(REPORT, state(BEHIND, AHEAD))
    assert page.index("charset") < page.index('<meta http-equiv="refresh" content="5">') < page.index("<title>")
    assert page.index('<body class="x">') < page.index('live-banner" aria-label') < page.index("<h1>R</h1>")
    assert "8 Nov 22:24:13" in page
    assert "000000000002" in page
    assert "How the projection moved" in page


def test_a_watch_that_has_ended_does_not_load_its_page_again():
    page = live.render(REPORT, state(AHEAD, refresh=None))
    assert "refresh" not in page
    assert "The watch has ended" in page


def test_a_later_release_that_is_not_projected_yet_is_told():
    page = live.render(REPORT, state(AHEAD, later=("abc", "a mode is not counted in full: Ada has 53.6 %")))
    assert "A later release (abc) is kept: a mode is not counted in full: Ada has 53.6 %." in page


def test_text_from_files_is_escaped():
    nasty = projection(("<script>x</script>", 54, 0.56, 0.5, 0.62, 0.9), contest="<b>Mayor</b>")
    page = live.render(REPORT, state(nasty, held=("abc", "<i>gone</i>")))
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "&lt;i&gt;gone" in page


def test_a_report_that_allows_styles_by_their_hash_allows_the_banners():
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-abc='\">"
    page = live.render(REPORT.replace("<title>", policy + "<title>"), state(AHEAD))
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}' 'sha256-abc='" in page


def test_a_page_without_a_body_is_a_bug():
    with pytest.raises(ValueError, match="no <head> and <body>"):
        live.render("<p>", state(AHEAD))


def test_the_live_page_is_the_owners_alone_and_needs_a_report(tmp_path):
    live.write(tmp_path, state(AHEAD))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "report.html").write_text(REPORT)
    live.write(tmp_path, state(AHEAD))
    assert (tmp_path / "live.html").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["live.html", "report.html"]


def test_movement_follows_the_last_leader_through_all_steps():
    (moved,) = live.movements(state(BEHIND, AHEAD).steps)
    assert (moved.contest, moved.candidate) == ("Mayor", "Ada")
    assert [row.projected_share for row in moved.rows] == [0.48, 0.56]
    assert [row.counted_votes for row in moved.rows] == [100, 100]


def test_of_a_ballot_the_contests_that_were_most_open_are_followed():
    def ballot(*wins):
        return pl.concat(
            projection(("Ada", 54, 0.56, 0.5, 0.62, win), ("Bob", 46, 0.4, 0.3, 0.5, 1 - win), contest=f"C{n}")
            for n, win in enumerate(wins)
        )

    moved = live.movements(state(ballot(0.9, 0.6, 0.95, 0.8, 0.99), ballot(0.99, 0.99, 0.99, 0.99, 0.99)).steps)
    assert [each.contest for each in moved] == ["C1", "C3", "C0"]


def test_nothing_moved_before_the_first_step():
    assert live.movements([]) == []
    assert "Nothing is projected yet" in live.render(REPORT, state())


@pytest.mark.parametrize(
    ("projected", "said"),
    [
        (AHEAD, "Ada 56.0 % (50.0 to 62.0), wins in 90 %; count alone 54.0 %"),
        (projection(("Ada", 54, 0.54, 0.54, 0.54, 1.0), status="final"), "Ada 54.0 %, final"),
        (projection(("Ada", 5, None, None, None, None), status="abstained"), "no projection"),
        (pl.concat([AHEAD, projection(("Cy", 1, 1.0, 1.0, 1.0, 1.0), contest="D", status="final")]),
         "2 contests: 1 projected, 1 final"),
    ],
)  # fmt: skip
def test_a_line_says_who_leads(projected, said):
    assert live.line("taken", AT, "0123456789ab", "", projected) == f"8 Nov 20:24:13   taken    01234567  {said}"


def test_a_line_of_a_release_held_back_says_why():
    assert live.line("held", AT, "0123456789ab", "2 precincts", None).endswith("held     01234567  2 precincts")


def test_a_name_gives_no_commands_to_the_terminal():
    nasty = projection(("Ada\x1b[2J", 54, 0.56, 0.5, 0.62, 0.9), contest="Mayor\x07\x9b1m")
    (moved,) = live.movements(state(nasty).steps)
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(live.table(moved))
    shown = (
        console.export_text() + live.line("taken", AT, "0123", "", nasty) + live.line("held", AT, "", "\x1b]0;", None)
    )
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)


def test_json_has_every_contests_leader():
    told = json.loads(live.to_json("taken", AT, "0123456789ab", "", AHEAD))
    assert told["event"] == "taken"
    assert told["at"] == "2022-11-08T20:24:13+00:00"
    assert [row["candidate"] for row in told["leaders"]] == ["Ada"]
    assert json.loads(live.to_json("note", AT, "", "no file", None))["leaders"] is None


def test_the_table_of_the_movement_fits_eighty_columns():
    (moved,) = live.movements(state(BEHIND, AHEAD).steps)
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(live.table(moved))
    text = console.export_text()
    assert "50.0 to 62.0" in text
    assert "…" not in text
