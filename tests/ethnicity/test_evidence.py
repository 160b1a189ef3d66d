import numpy as np
import polars as pl
import pytest

from turnout.ethnicity import evidence, specification
from turnout.vocabulary import ASIAN_GROUPS, GROUPS

MODEL = specification.load()


def read(vendor: str = "", birthplace: str = "", language: str = "", voters: int = 1) -> evidence.Evidence:
    labels = pl.DataFrame(
        {"vendor": [vendor], "birthplace": [birthplace], "language": [language], "voters": [voters]}
    )
    return evidence.read(labels, MODEL)


def likelihood(**labels: str) -> dict[str, float]:
    return dict(zip(GROUPS, read(**labels).likelihood[1].tolist(), strict=True))


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
    found = likelihood(vendor=label)
    inside, outside = [found[g] for g in groups], [found[g] for g in GROUPS if g not in groups]
    assert min(inside) > 10 * max(outside) > 0


def test_a_label_is_as_reliable_as_stated():
    vendor = MODEL.vendor
    own = evidence.label_likelihood(frozenset({"korean"}), vendor)
    assert own[GROUPS.index("korean")] == pytest.approx(0.95)
    assert own.sum() == pytest.approx(1.0)  # 0.95, and eleven shares of the rest


def test_silent_and_unknown_labels_say_nothing_and_unknown_ones_are_counted():
    assert set(likelihood(vendor="Unknown").values()) == {1.0}
    found = read(vendor="Klingon", voters=12)
    assert set(found.likelihood[1].tolist()) == {1.0}
    assert found.unknown == {"KLINGON": 12}
    assert read(vendor="UNK").unknown == {}


@pytest.mark.parametrize(
    ("place", "group"),
    [("KOREA", "korean"), ("South Korea", "korean"), ("VIETNAM", "vietnamese"), ("MEXICO", "latino")],
)
def test_birthplaces(place, group):
    found = likelihood(birthplace=place)
    assert max(found, key=found.__getitem__) == group
    assert found["white"] < 0.01


def test_a_states_code_wins_over_a_countrys():
    found = likelihood(birthplace="IN")
    assert found["white"] > found["indian"]


def test_language():
    found = likelihood(language="kor")
    assert found["korean"] == 1.0
    assert found["chinese"] < 0.01
    assert set(likelihood(language="ENG").values()) == {1.0}


def test_what_spoke_is_recorded_and_code_zero_is_silence():
    found = read(vendor="KOREAN", language="kor")
    assert found.used.tolist() == [0, evidence.VENDOR | evidence.LANGUAGE]
    np.testing.assert_array_equal(found.likelihood[0], 1.0)
