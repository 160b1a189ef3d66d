"""Releases of votes so far that do not say how they were cast: what each added to the one before is of its mode."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from turnout.contest import Release
from turnout.reading import results
from turnout.reading.results import Asked
from turnout.workspace import Workspace

#: Modes that are counted last: after a release of one of them, no more late votes are expected.
_LATE: Final = ("provisional", "late_mail")


def load(workspace: Workspace, releases: Sequence[Release], asked: Asked, read: Callable[..., object]) -> None:
    """Read releases in the order of their publication into ``results``, a row a mode; no other returns are there yet.

    Of a file that holds several releases and none is named, it is the latest. Votes of a release without a file are
    not reported yet. ``read`` reads paths of results.

    Raises
    ------
    InputRefused
        If a file cannot be used, says the mode itself, or lacks the release named.
    """
    published = [release for release in releases if release.file is not None]
    if not published:
        return
    for place, release in enumerate(published, start=1):
        read([release.file], partial(results.fill, asked=replace(asked, release=release)))
        workspace.execute("reading/releases_place", place=-place)
    workspace.execute("reading/releases_counted")
    row = workspace.query("reading/releases_corrections").row(0, named=True)
    if row["figures"]:
        workspace.note(
            "corrections",
            f"{row['figures']:,} figures fell from one release to the next, by {row['votes']:,} votes in all: counts"
            " were corrected. The votes of a mode are not less than none, so its candidates are that much too high.",
            severity="warning",
        )


def expect(workspace: Workspace, releases: Sequence[Release]) -> None:
    """Enter what is not reported yet: the modes that releases to come will count, and late mail after the last.

    Late mail is expected in each contest that no release with it closes, by counting late votes or being final. It is
    done once figures that are given again are settled, for there an empty figure gives way to any other.
    """
    if all(release.file is None for release in releases):
        return
    for mode in dict.fromkeys(release.counts for release in releases if release.file is None):
        workspace.execute("reading/releases_to_come", mode=mode)
    closing = [n for n, release in enumerate(releases) if release.final or release.counts in _LATE]
    if any(releases[n].file is None for n in closing):  # it is to come, of all contests
        return
    last = [n + 1 for n in closing]
    workspace.execute("reading/releases_unclosed", last=last)
    unclosed, contests = workspace.query("reading/releases_unclosed_summary").row(0)
    if unclosed:
        workspace.execute("reading/releases_open")
        of = "" if unclosed == contests else f" of {unclosed:,} of {contests:,} contests"
        workspace.note(
            "late mail to come",
            f"No release{of} counts late votes or is said to be the last, so late mail is expected after them. Where"
            " nothing follows, set `final = true` for the last release.",
        )
