"""The documentation site: built without a warning, asking no other host for anything, with a place for every page."""

import importlib.util
import re
import shutil
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


def listed(nav) -> list[str]:
    return [
        page
        for entry in nav
        for leads in entry.values()
        for page in (listed(leads) if isinstance(leads, list) else [leads])
    ]


def test_every_page_has_a_place_and_is_there(built):
    nav = tomllib.loads((built.parent / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
    assert sorted(listed(nav)) == sorted(site.pages())
    for page in listed(nav):
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


def test_links_to_files_of_the_repository_become_links_to_pages(tmp_path):
    shutil.copy(ROOT / "docs" / "backtest.md", tmp_path)
    assert "](models/shift.md)" in site.pages()["backtest.md"]
    assert "](../docs/backtest.md)" not in site.pages()["models/shift.md"]


def test_pages_that_are_not_there_leave_no_empty_section():
    nav = [{"A": "a.md"}, {"B": [{"C": "c.md"}]}, {"D": [{"E": "e.md"}, {"F": "f.md"}]}]
    assert site.navigation(nav, {"a.md", "f.md"}) == [{"A": "a.md"}, {"D": [{"F": "f.md"}]}]
