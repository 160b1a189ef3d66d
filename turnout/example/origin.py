"""Place of birth and language as a county's file has them: often blank, spelt in several ways, telling when there."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from turnout.example.people import People
from turnout.example.sampling import Lottery
from turnout.vocabulary import GROUPS

#: Where those born abroad come from, with weights; spelt as clerks spell it.
_ABROAD: dict[str, dict[str, float]] = {
    "white": {"ARMENIA": 3, "RUSSIA": 2, "UNITED KINGDOM": 2, "CANADA": 2, "IRAN": 2, "GERMANY": 1, "FRANCE": 1},
    "black": {"NIGERIA": 2, "ETHIOPIA": 2, "JAMAICA": 2, "BELIZE": 3},
    "latino": {"MEXICO": 60, "EL SALVADOR": 17, "GUATEMALA": 13, "HONDURAS": 4, "NICARAGUA": 2, "CUBA": 1, "PERU": 2,
               "COLOMBIA": 1},
    "chinese": {"CHINA": 50, "HONG KONG": 16, "TAIWAN": 14, "PEOPLES REP OF CHINA": 6, "VIETNAM": 10, "CAMBODIA": 2},
    "filipino": {"PHILIPPINES": 90, "PHILIPPINE IS": 8, "JAPAN": 1},
    "indian": {"INDIA": 85, "BANGLADESH": 4, "FIJI": 4, "UNITED KINGDOM": 3},
    "japanese": {"JAPAN": 95, "BRAZIL": 3},
    "korean": {"KOREA": 42, "SOUTH KOREA": 38, "REP OF KOREA": 9, "KOREA, SOUTH": 5, "JAPAN": 1, "ARGENTINA": 1},
    "vietnamese": {"VIETNAM": 88, "VIET NAM": 10, "FRANCE": 1},
    "other_asian": {"THAILAND": 40, "CAMBODIA": 20, "BANGLADESH": 15, "INDONESIA": 12, "LAOS": 5, "BURMA": 5},
    "native": {"MEXICO": 1},
    "other": {"IRAN": 3, "LEBANON": 2, "EGYPT": 2, "BRAZIL": 2, "MEXICO": 2, "PHILIPPINES": 1},
}  # fmt: skip
_HOME: dict[str, float] = {
    "CALIFORNIA": 34,
    "CA": 34,
    "NEW YORK": 5,
    "TX": 5,
    "IL": 4,
    "USA": 10,
    "OHIO": 2,
    "WA": 2,
    "HAWAII": 1,
    "AZ": 3,
}
#: Language of election materials asked for, by group; ISO 639-2 codes.
_LANGUAGE = {
    "latino": "spa", "chinese": "chi", "filipino": "tgl", "indian": "hin", "japanese": "jpn", "korean": "kor",
    "vietnamese": "vie", "other_asian": "tha",
}  # fmt: skip
#: Share of files' lines without a place of birth.
_BLANK = 0.5


@dataclass(frozen=True)
class Origin:
    """Two columns of the voter file; null where blank."""

    birthplace: pl.Series
    language: pl.Series


def draw_origin(people: People, rng: np.random.Generator) -> Origin:
    """Draw places of birth, blank for about half, and languages: English but for some of those born abroad."""
    n = len(people.group)
    places = sorted({place for table in (*_ABROAD.values(), _HOME) for place in table})
    rows: list[dict[str, float]] = [*(_ABROAD[group] for group in GROUPS), _HOME]
    weights = np.array([[row.get(place, 0.0) for place in places] for row in rows])
    place = Lottery(weights).draw(rng, np.where(people.foreign, people.group, len(GROUPS)))
    blank = rng.random(n) < np.clip(_BLANK + 0.08 * np.tanh((people.age - 46) / 17) + 0.04 * (~people.foreign), 0, 1)
    place[blank] = len(places)

    codes = ["eng", *sorted(set(_LANGUAGE.values()))]
    code = np.array([codes.index(_LANGUAGE.get(group, "eng")) for group in GROUPS])[people.group]
    asked = people.foreign & (rng.random(n) < np.where(people.age > 60, 0.42, 0.22))
    return Origin(
        birthplace=pl.Series([*places, None], dtype=pl.String).gather(place),
        language=pl.Series(codes, dtype=pl.String).gather(np.where(asked, code, 0)),
    )
