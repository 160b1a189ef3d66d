"""Real composition: Georgia's voters by self-reported race, November 2018 from November 2016."""

import pytest

from benchmarks.ga_composition import WAYS, compare


@pytest.mark.realdata
def test_georgia_2018_by_race_is_nearer_than_the_same_as_last_time(shared_data) -> None:
    table, total = compare(shared_data / "ga_precinct_race_turnout_2016_2018.csv")
    assert total["precincts"] > 2000
    assert total["lo90"] < total["actual"] < total["hi90"]
    share = {name: table[name] / table[name].sum() for name in ("actual", *WAYS)}
    error = {way: float((share[way] - share["actual"]).abs().mean()) for way in WAYS}
    print(", ".join(f"{way} {100 * value:.2f}" for way, value in error.items()))
    assert error["precincts in"] < error["before the polls"] < error["last time"]
    # and the voters there are most of come within 5 % before the first poll count
    large = table.filter(table["actual"] > 0.25 * table["actual"].sum())
    assert len(large) == 2
    assert ((large["before the polls"] / large["actual"] - 1).abs() < 0.05).all()
