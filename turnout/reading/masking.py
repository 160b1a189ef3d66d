"""Codes that may be a voter's name or number after all, as where values have shifted, are shown as their shape."""

import re
from collections.abc import Collection
from typing import Final

import polars as pl

from turnout import resources

#: In so many lines of a file a spelling is a code, whatever else it spells.
FEW: Final = 10

_LISTS: Final = ("ethnicity/surnames.parquet", "ethnicity/first_names.parquet")
_NUMBER: Final = re.compile(r"\d{5}")


def likely(texts: Collection[str]) -> set[str]:
    """Return the texts that may name a voter: all words are names on the shipped lists, or there are five digits.

    Words of one or two letters are no names.
    """
    words = {text: _words(text) for text in texts}
    wanted = {word for found in words.values() for word in found}
    known: set[str] = set()
    for name in _LISTS if wanted else ():
        table = pl.scan_parquet(resources.find("models", name)).select("name")
        known |= set(table.filter(pl.col("name").is_in(list(wanted))).collect()["name"])
    named = {text for text, found in words.items() if found and found <= known}
    return named | {text for text in texts if _NUMBER.search(text)}


def masked(text: str) -> str:
    """Return the shape of a text: ``Aaaa 99``."""
    return "".join("9" if sign.isdigit() else sign if not sign.isalpha() else "aA"[sign.isupper()] for sign in text)


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", text.upper()) if len(word) > 2}
