"""The field's words, as the code spells them: modes, cohorts, groups, ballot states.

Whatever another file calls these things is mapped to these names at the door, in :mod:`turnout.reading`.
"""

from typing import Final, Literal

Mode = Literal["mail", "early_in_person", "election_day", "provisional", "late_mail"]
MODES: Final[tuple[Mode, ...]] = ("mail", "early_in_person", "election_day", "provisional", "late_mail")

#: A tranche is what is counted together, and its cohort is the voters of that tranche.
Tranche = Literal["early", "poll", "late"]
TRANCHES: Final[tuple[Tranche, ...]] = ("early", "poll", "late")

#: Which tranche a mode's votes are counted in.
TRANCHE_OF_MODE: Final[dict[Mode, Tranche]] = {
    "mail": "early",
    "early_in_person": "early",
    "election_day": "poll",
    "provisional": "late",
    "late_mail": "late",
}

#: What ``cohorts.csv`` reports: everyone registered, then the three tranches.
COHORTS: Final[tuple[str, ...]] = ("registered", *TRANCHES)

ASIAN_GROUPS: Final[tuple[str, ...]] = (
    "chinese",
    "filipino",
    "indian",
    "japanese",
    "korean",
    "vietnamese",
    "other_asian",
)
#: Leaf groups: each voter's probabilities over these sum to one.
GROUPS: Final[tuple[str, ...]] = ("white", "black", "latino", *ASIAN_GROUPS, "native", "other")

#: The group a leaf is reported under, where it has one.
PARENT: Final[dict[str, str]] = dict.fromkeys(ASIAN_GROUPS, "asian")

BallotStatus = Literal["sent", "returned", "accepted", "rejected", "cured", "cancelled"]
BALLOT_STATUSES: Final[tuple[BallotStatus, ...]] = (
    "sent",
    "returned",
    "accepted",
    "rejected",
    "cured",
    "cancelled",
)

#: How a registration stands. Those removed are no longer registered, and their lines are ignored.
VoterStatus = Literal["active", "inactive", "pending", "removed"]
VOTER_STATUSES: Final[tuple[VoterStatus, ...]] = ("active", "inactive", "pending", "removed")

#: Columns of the wide results layout that hold votes, and the mode each holds.
WIDE_MODE_COLUMNS: Final[dict[str, Mode]] = {
    "mail": "mail",
    "early_voting": "early_in_person",
    "election_day": "election_day",
    "provisional": "provisional",
    "late_mail": "late_mail",
}
