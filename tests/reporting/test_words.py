import pytest

from turnout.reporting import words


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (None, "–"),
        (0.0, "< 1 %"),
        (0.004, "< 1 %"),
        (0.5, "50 %"),
        (0.994, "99 %"),
        (0.996, "> 99 %"),
        (1.0, "> 99 %"),
    ],
)
def test_draws_never_say_certain(probability, said):
    assert words.chance(probability) == said


@pytest.mark.parametrize(("probability", "said"), [(1.0, "won"), (0.0, "lost")])
def test_a_final_result_is_certain(probability, said):
    assert words.chance(probability, final=True) == said


def test_numbers_read_as_people_write_them():
    assert words.percent(0.5922) == "59.2 %"
    assert words.interval(0.531, 0.642) == "53.1 to 64.2"
    assert words.count(25_569) == "25,569"
    assert words.index(4.5) == "×4.5"
    assert words.index(0.04) == "×0.04"
    assert words.plural(1, "contest") == "1 contest"
    assert words.plural(1_200, "contest") == "1,200 contests"


@pytest.mark.parametrize("say", [words.percent, words.count, words.index, words.chance])
def test_the_unknown_is_a_dash(say):
    assert say(None) == "–"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Núñez – 金", "Núñez – 金"),
        ("a\x1b[31mb\r\nc\x9b", "a�[31mb��c�"),
        ("Ada\u202eBob\u2066\u200b\ufeff", "Ada�Bob���"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\udcff", "�"),
    ],
)
def test_a_terminal_is_shown_nothing_that_it_would_obey(text, shown):
    assert words.printable(text) == shown


def test_a_name_of_a_page_is_cut():
    assert words.printable("x" * 5000, 120) == "x" * 119 + "…"


def test_nouns_have_their_plural():
    assert words.plural(1, "county", "counties") == "1 county"
    assert words.plural(2_000, "county", "counties") == "2,000 counties"
