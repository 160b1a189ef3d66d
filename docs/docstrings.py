"""Lets the reference show docstrings as they are written here: ``name : what it is``; types are the annotations'.

mkdocstrings reads numpy's style, in which a type stands after the colon.
"""

import re
from typing import Any, Final

import griffe

_SECTION: Final = re.compile(r"^(Parameters|Attributes)\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)", re.DOTALL | re.MULTILINE)
_ITEM: Final = re.compile(r"^(\w[\w, …*]*?) : (.+)$", re.MULTILINE)
_ROLE: Final = re.compile(r":\w+:`~?(?:[\w.]*\.)?(\w+)`")
#: What stands after the colon and is a type all the same.
_TYPE: Final = re.compile(r"[\w.\[\], |]+|\{.*\}")


class HouseStyle(griffe.Extension):
    """Moves what stands after the colon to the line below, where the description belongs; names without roles."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:  # noqa: ANN401 - griffe's own signature
        """Rewrite the docstring of an object as soon as it is loaded."""
        if obj.docstring is not None:
            obj.docstring.value = _ROLE.sub(r"`\1`", _SECTION.sub(_section, obj.docstring.value))


def _section(found: re.Match[str]) -> str:
    """Return a section with every item's description below its name."""
    title, body = found.groups()
    return f"{title}\n{'-' * len(title)}\n{_ITEM.sub(_item, body)}"


def _item(found: re.Match[str]) -> str:
    name, text = found.groups()
    described = re.match(r"\n[ \t]+\S", found.string[found.end() :]) is not None
    if described and _TYPE.fullmatch(text) and " " not in text.replace(", ", "").replace(" | ", ""):
        return found.group(0)
    return f"{name}\n    {text}"
