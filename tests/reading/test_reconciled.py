"""How many files are mangled and how many of their lines reconciled: the README's figure, the same every time."""

import random

from tests.reading.test_nothing_lost import ENDS, HEADER, MANGLES, NAMES, WHOLE, _check

#: Lines of a file before anything is done to it, and those of them, the header among them, that something is done to.
_LINES = 400
_TOUCHED = 40


def test_lines_of_files_mangled_in_every_way_are_reconciled():
    chance = random.Random(2017)
    ends, wholes = list(ENDS.values()), list(WHOLE.values())
    files, refused, lines = 0, 0, 0
    for place, mangle in enumerate(MANGLES.values()):
        for turn in range(3):
            made = (f"{at:05},{chance.choice(NAMES)},{at % 30:04},1974,2017-06-06" for at in range(1, _LINES))
            body = [line.encode() for line in (HEADER, *made)]
            touched = mangle(body[:_TOUCHED], chance) + body[_TOUCHED:]
            content = b"".join(text + ends[(place + turn) % len(ends)] for text in touched)
            account = _check(wholes[(place + 3 * turn) % len(wholes)](content))
            files += 1
            refused += account is None
            lines += 0 if account is None else account[0]
    print(f"\n{files} files mangled, {refused} refused in words, {lines:,} lines of the others reconciled, 0 lost")
    assert refused < files / 2
    assert lines > 10_000
