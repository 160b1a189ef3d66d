"""The documentation site: built without a warning, asking no other host for anything, with a place for every page."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

import turnout
from turnout.cli import app

ROOT = Path(__file__).parents[2]

spec = importlib.util.spec_from_file_location("docs_site", ROOT / "docs" / "site.py")
site = importlib.util.module_from_spec(spec)
spec.loader.exec_module(site)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The site, built as `make docs` builds it."""
    directory = tmp_path_factory.mktemp("docs")
    command = [sys.executable, str(ROOT / "docs" / "site.py"), str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return directory / "site"


def test_every_page_has_a_place_and_is_there(built):
    nav = tomllib.loads((built.parent / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
    assert sorted(site.listed(nav)) == sorted(site.pages())
    for page in site.listed(nav):
        assert (built / page).with_suffix(".html").is_file()


def test_nothing_is_asked_of_another_host(built):
    for page in built.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"?(https?:[^\" >]+)", page.read_text("utf-8")
        )
        assert loaded == [], page.name


def test_the_reference_names_every_command_and_option(built):
    text = (built / "reference" / "commands.html").read_text(encoding="utf-8")
    for name, command in typer.main.get_command(app).commands.items():
        assert f"turnout {name}" in text
        for parameter in command.params:
            assert parameter.opts[-1] in text or parameter.param_type_name == "argument"


def test_the_reference_of_the_python_api_names_every_public_name(built):
    text = (built / "reference" / "python.html").read_text(encoding="utf-8")
    assert [name for name in turnout.__all__ if name not in text] == []


def test_docstrings_are_shown_as_they_are_meant(built):
    text = re.sub(r"<[^>]+>", "", (built / "reference" / "python.html").read_text(encoding="utf-8"))
    assert re.search(r"contest\s*\(\s*Contest\s*\)\s*–\s*what to project, and from which files", text)
    assert ":func:" not in text
    assert ":data:" not in text


def test_formulas_are_drawn_by_the_browser(built):
    text = (built / "methods.html").read_text(encoding="utf-8")
    assert text.count("<math") > 20
    assert "\\frac" not in text
    assert "$`" not in text


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(site, "pages", lambda: {"index.md": "# A\n\n[b](nowhere.md)\n"})
    monkeypatch.setattr(sys, "argv", ["site.py", str(tmp_path)])
    assert site.main() == 1
    told = capsys.readouterr().err
    assert "page does not exist" in told
    assert "Traceback" not in told


def test_a_formula_within_a_line_is_no_markdown():
    rendered = site.formulas("so $`a * b_i * c`$ and `code $` and more")
    assert rendered.startswith("so <span><math")
    assert "*" not in rendered
    assert rendered.endswith("</math></span> and `code $` and more")


def test_formulas_in_other_code_are_left_alone():
    text = "```sh\necho $`x`$\n```\n"
    assert site.formulas(text) == text
    assert "<math" in site.formulas("```math\nx^2\n```\n")


def test_links_to_files_of_the_repository_become_links_to_pages():
    assert "](models/shift.md)" in site.pages()["backtest.md"]
    assert "](../docs/backtest.md)" not in site.pages()["models/shift.md"]


def test_links_to_files_that_are_no_pages_become_text(tmp_path):
    (tmp_path / "Makefile").touch()
    (tmp_path / "b.md").touch()
    page = tmp_path / "a.md"
    page.write_text("[the makefile](Makefile), [b](b.md#c), [gone](gone.md), [far](https://x.example), [here](#d)")
    text = site._linked("howto/a.md", page, {tmp_path / "b.md": "b.md"})
    assert text == "the makefile, [b](../b.md#c), [gone](gone.md), [far](https://x.example), [here](#d)"


def test_pages_that_are_not_there_leave_no_empty_section():
    nav = [{"A": "a.md"}, {"B": [{"C": "c.md"}]}, {"D": [{"E": "e.md"}, {"F": "f.md"}]}]
    assert site.navigation(nav, {"a.md", "f.md"}) == [{"A": "a.md"}, {"D": [{"F": "f.md"}]}]


def test_pages_without_a_place_stand_last():
    pages = {"a.md": "# A\n", "b.md": "# Of bees\n\ntext"}
    assert site.complete([{"A": "a.md"}], pages) == [{"A": "a.md"}, {"More": [{"Of bees": "b.md"}]}]
