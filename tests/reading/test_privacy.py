"""No refusal repeats what may be a voter's name or number."""

import pytest

from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused

RETURNS = "precinct,candidate,mail\n1,Ada,6\n1,Bob,4\n"


def refusal(workspace, tmp_path, **texts: str) -> str:
    paths = {}
    for name, text in {"returns": RETURNS, **texts}.items():
        paths[name] = (tmp_path / f"{name}.csv",)
        paths[name][0].write_text(text)
    with pytest.raises(InputRefused) as caught:
        reading.load(workspace, Contest(inputs=Inputs(**paths)))
    return str(caught.value)


def test_a_voter_file_without_a_header_is_not_quoted(workspace, tmp_path) -> None:
    said = refusal(workspace, tmp_path, voters="CANARY777,COLON,MARIA,001\nCANARY778,DIAZ,ANA,001\n")
    assert "CANARY" not in said
    assert "COLON" not in said
    assert "is missing" in said


def test_shifted_columns_are_not_quoted(workspace, tmp_path) -> None:
    rows = "".join(f"V{n},CANARYNAME{n}\n" for n in range(40))
    said = refusal(workspace, tmp_path, ballots=f"voter_id,status\n{rows}")
    assert "CANARYNAME" not in said
    assert "column status" in said


@pytest.mark.parametrize("name", ["Nguyen", "MARIA COLON", "O'Brien-Diaz", "000123456", "Kim"])
def test_a_name_where_a_code_should_be_is_shown_as_its_shape(workspace, tmp_path, name) -> None:
    rows = "".join(f"V{n},accepted\n" for n in range(40))
    said = refusal(workspace, tmp_path, ballots=f'voter_id,status\n{rows}V41,"{name}"\n')
    assert name not in said
    assert "line 42, column status: unknown code" in said
    assert "(a name or number?)" in said


def test_a_code_is_shown_as_it_is(workspace, tmp_path) -> None:
    rows = "".join(f"V{n},accepted\n" for n in range(40))
    for code, count in (("PEND-X", 1), ("Eaten", 12), ("Lee", 12), ("Q", 1)):
        odd = "".join(f"W{n},{code}\n" for n in range(count))
        assert f"unknown code {code!r}" in refusal(workspace, tmp_path, ballots=f"voter_id,status\n{rows}{odd}")


def test_returns_with_many_unreadable_cells_are_refused(workspace, tmp_path) -> None:
    rows = "".join(f"{n},Ada,{'*' if n % 2 else 5}\n{n},Bob,6\n" for n in range(40))
    said = refusal(workspace, tmp_path, returns=f"precinct,candidate,mail\n{rows}")
    assert "20 figures cannot be read: column mail: not a whole number" in said
