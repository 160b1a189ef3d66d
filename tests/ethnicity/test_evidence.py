import tomllib

import numpy as np
import polars as pl
import pytest

from turnout import resources
from turnout.ethnicity import evidence, specification
from turnout.vocabulary import ASIAN_GROUPS, GROUPS

MODEL = specification.load()


def read(*labels: tuple[str, str], voters: int = 1, blind: bool = False) -> evidence.Evidence:
    frame = pl.DataFrame(
        {"kind": [k for k, _ in labels], "raw": [r for _, r in labels], "voters": [voters] * len(labels)},
        schema={"kind": pl.String, "raw": pl.String, "voters": pl.Int64},
    )
    return evidence.read(frame, MODEL, blind=blind)


def likelihood(kind: str, raw: str) -> dict[str, float]:
    """What a label says; silence where it has no code."""
    found = read((kind, raw))
    code = found.rows["code"].item() if len(found.rows) else 0
    return dict(zip(GROUPS, found.expected[kind][code].tolist(), strict=True))


@pytest.mark.parametrize(
    ("label", "groups"),
    [
        ("Korean", {"korean"}),
        ("KOREAN", {"korean"}),
        ("Hispanic or Latino", {"latino"}),
        ("W", {"white"}),
        ("BH", {"black"}),
        ("European", {"white"}),
        ("East and South Asian", set(ASIAN_GROUPS)),
        ("Black or African-American", {"black"}),
    ],
)
def test_labels_in_any_spelling(label, groups):
    found = likelihood("vendor", label)
    inside, outside = [found[g] for g in groups], [found[g] for g in GROUPS if g not in groups]
    assert min(inside) > 10 * max(outside) > 0


def test_a_label_is_as_reliable_as_stated():
    own = evidence.label_likelihood(frozenset({"korean"}), MODEL.vendor)
    assert own[GROUPS.index("korean")] == pytest.approx(0.95)
    assert own.sum() == pytest.approx(1.0)  # 0.95, and eleven shares of the rest


def test_silent_and_unknown_labels_say_nothing_and_unknown_ones_are_counted():
    assert set(likelihood("vendor", "Unknown").values()) == {1.0}
    found = read(("vendor", "Klingon"), voters=12)
    assert found.rows.is_empty()
    assert found.unknown == {"KLINGON": 12}
    assert read(("vendor", "UNK")).unknown == {}


def test_blind_does_not_look_at_the_vendors_label():
    found = read(("vendor", "Korean"), ("birthplace", "KOREA"), blind=True)
    assert found.rows["kind"].to_list() == ["birthplace"]
    assert found.unknown == {}


@pytest.mark.parametrize(
    ("place", "group"),
    [("KOREA", "korean"), ("South Korea", "korean"), ("VIETNAM", "vietnamese"), ("MEXICO", "latino")],
)
def test_birthplaces(place, group):
    found = likelihood("birthplace", place)
    assert max(found, key=found.__getitem__) == group
    assert found["white"] < 0.01


def test_a_states_code_wins_over_a_countrys():
    found = likelihood("birthplace", "IN")
    assert found["white"] > found["indian"]


def test_language():
    found = likelihood("language", "kor")
    assert max(found, key=found.__getitem__) == "korean"
    assert set(likelihood("language", "ENG").values()) == {1.0}


def test_labels_that_say_the_same_share_a_code_and_code_zero_is_silence():
    found = read(("birthplace", "KOREA"), ("birthplace", "Seoul"), ("birthplace", "CA"), ("language", "kor"))
    codes = {(kind, raw): code for kind, raw, code in found.rows.iter_rows()}
    assert codes["birthplace", "KOREA"] == codes["birthplace", "Seoul"] != codes["birthplace", "CA"]
    for table in found.expected.values():
        np.testing.assert_array_equal(table[0], 1.0)


def test_parties_say_nothing_beforehand_and_one_party_is_no_evidence():
    found = read(("party", "DEM"), ("party", "REP"), voters=500)
    assert len(found.rows) == 2
    np.testing.assert_array_equal(found.expected["party"], 1.0)
    assert read(("party", "DEM"), voters=500).rows.is_empty()


@pytest.mark.parametrize("state", ["nc-voters", "fl-voters", "ga-voters", "ga-voters-2013", "tx-voters"])
def test_what_a_states_layout_makes_of_race_is_understood(state):
    layout = tomllib.loads(resources.find("configs", f"layouts/{state}.toml").read_text(encoding="utf-8"))
    said = [label for label in layout["codes"]["vendor_ethnicity"] if label != "ignore"]
    meanings = specification.load().vendor.meanings()
    assert said
    assert [label for label in said if evidence.plain(label) not in meanings] == []
