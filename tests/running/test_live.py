"""A process that projects again and again: each update is what a run of its own would give."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.projection.conftest import MODES, write_returns
from tests.projection.test_project import election, precincts, with_polls
from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused, UsageError
from turnout.reporting import document
from turnout.running import project
from turnout.running.live import Live

#: Told in projection.json, and not the same twice.
UNLIKE = {"started", "seconds"}


def contest(tmp_path: Path, output: str, history: tuple[Path, ...] = ()) -> Contest:
    inputs = Inputs(returns=(tmp_path / "returns.csv",), history=history)
    return Contest(inputs=inputs, output=tmp_path / output, draws=200, seed=3)


def releases() -> list[list[dict]]:
    """Three releases of one count of two contests, poll votes coming in."""
    lines = [
        {**line, "contest": name} for seed, name in enumerate(("Mayor", "Clerk")) for line in election(seed=seed)
    ]
    names = precincts(lines)
    return [with_polls(lines, set(names[:count])) for count in (0, 8, 25)]


def published(directory: Path) -> dict[str, object]:
    """Everything a run publishes, without when and how long it ran."""
    told = json.loads((directory / document.PROJECTION_JSON).read_text(encoding="utf-8"))
    told["provenance"] = {key: value for key, value in told["provenance"].items() if key not in UNLIKE}
    names = (document.PROJECTION_CSV, document.REPORT_HTML)
    return {"json": told, **{name: (directory / name).read_bytes() for name in names}}


@pytest.mark.parametrize("with_history", [False, True])
def test_an_update_is_what_a_run_of_its_own_gives(tmp_path, with_history, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1667952000")  # when each was published, which the page says
    past = [{**line, "date": "2018-11-06", "contest": "Mayor"} for line in election(seed=8)]
    history = (write_returns(tmp_path / "history.csv", past, MODES),) if with_history else ()
    live = Live(contest(tmp_path, "live", history))
    for lines in releases():
        write_returns(tmp_path / "returns.csv", lines, MODES)
        updated = live.update()
        fresh = project.run(contest(tmp_path, "fresh", history))
        assert updated.projection.equals(fresh.projection)
        assert updated.findings.equals(fresh.findings)
        assert updated.reconciliation.equals(fresh.reconciliation)
        assert published(tmp_path / "live") == published(tmp_path / "fresh")


def test_an_update_that_names_other_precincts_is_what_a_run_of_its_own_gives(tmp_path):
    past = [{**line, "date": "2018-11-06"} for line in election(seed=8)]
    history = (write_returns(tmp_path / "history.csv", past, MODES),)
    live = Live(contest(tmp_path, "live", history))
    _, second, third = releases()
    gone = precincts(third)[0]
    renamed = [{**line, "precinct": "NEW 1"} if line["precinct"] == gone else line for line in third]
    for lines in (second, renamed, third):
        write_returns(tmp_path / "returns.csv", lines, MODES)
        fresh = project.run(contest(tmp_path, "fresh", history))
        assert live.update().projection.equals(fresh.projection)


def test_past_results_are_read_once(tmp_path, monkeypatch):
    past = [{**line, "date": "2018-11-06"} for line in election(seed=8)]
    history = (write_returns(tmp_path / "history.csv", past, MODES),)
    read = []
    load = reading.load_past
    monkeypatch.setattr(reading, "load_past", lambda *given: read.append(given) or load(*given))
    live = Live(contest(tmp_path, "live", history))
    for lines in releases():
        write_returns(tmp_path / "returns.csv", lines, MODES)
        assert "2018-11-06" in " ".join(live.update().findings["message"])
    assert len(read) == 1


def test_returns_of_another_date_have_another_past(tmp_path):
    past = [
        {**line, "date": date}
        for seed, date in enumerate(("2016-11-08", "2020-11-03"))
        for line in election(seed=seed)
    ]
    history = (write_returns(tmp_path / "history.csv", past, MODES),)
    live = Live(contest(tmp_path, "live", history))
    for date, compared in (("2018-11-06", "2016-11-08"), ("2022-11-08", "2020-11-03")):
        write_returns(tmp_path / "returns.csv", [{**line, "date": date} for line in releases()[0]], MODES)
        assert f"Compared with {compared}" in " ".join(live.update().findings["message"])


def test_after_returns_that_cannot_be_used_the_next_are_projected(tmp_path):
    past = [{**line, "date": "2018-11-06"} for line in election(seed=8)]
    history = (write_returns(tmp_path / "history.csv", past, MODES),)
    live = Live(contest(tmp_path, "live", history))
    first, second, _ = releases()
    write_returns(tmp_path / "returns.csv", first, MODES)
    before = live.update().projection
    (tmp_path / "returns.csv").write_text("contest,candidate\n", encoding="utf-8")
    with pytest.raises(InputRefused):
        live.update()
    write_returns(tmp_path / "returns.csv", second, MODES)
    after = live.update().projection
    assert np.any(before["projected_share"].to_numpy() != after["projected_share"].to_numpy())
    assert after.equals(project.run(contest(tmp_path, "fresh", history)).projection)


def test_returns_that_lie_elsewhere_now_are_read_from_there(tmp_path):
    asked = contest(tmp_path, "live")
    live = Live(asked)
    write_returns(tmp_path / "returns.csv", releases()[0], MODES)
    live.update()
    (tmp_path / "moved").mkdir()
    moved = write_returns(tmp_path / "moved" / "returns.csv", releases()[1], MODES)
    updated = live.update(inputs=Inputs(returns=(moved,)))
    write_returns(tmp_path / "returns.csv", releases()[1], MODES)
    assert updated.projection.equals(project.run(contest(tmp_path, "fresh")).projection)
    live_now, fresh = (published(tmp_path / name) for name in ("live", "fresh"))
    for told in (live_now, fresh):
        told.pop(document.REPORT_HTML)  # which says how the projection moved from run to run
    assert live_now == fresh


def test_what_is_judged_unfit_is_not_published(tmp_path):
    live = Live(contest(tmp_path, "live"))
    first, second, _ = releases()
    write_returns(tmp_path / "returns.csv", first, MODES)
    live.update()
    before = published(tmp_path / "live")
    write_returns(tmp_path / "returns.csv", second, MODES)

    def refuse(workspace):
        assert workspace.table("results").height > 0
        raise InputRefused("no")

    with pytest.raises(InputRefused, match="no"):
        live.update(judge=refuse)
    assert published(tmp_path / "live") == before


def test_without_returns_there_is_nothing_to_project():
    with pytest.raises(UsageError, match="There are no returns to project from"):
        Live(Contest())
